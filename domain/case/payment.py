"""发放结果: what became of a household's money on a list: settled by the bank, returned and owed again, paid again.

A transfer is all that one list has of a case and was not held. Money is never lost nor doubled: what a list has of a
case = settled + pending + held + returned and owed + paid again on a later list + set off + withheld (rules.md §7, §8).
"""

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from domain.case.award import Difference, Line
from domain.case.fold import evolves
from domain.days import Month
from domain.event import CaseEvent, Value
from domain.ids import DivisionCode, StreamId
from domain.money import Fen
from domain.personal import Words

if TYPE_CHECKING:
    from domain.case.state import Case

Months = dict[Month, Fen]
"""Fen by the month they are for; nothing is left out."""


class PaymentSettled(CaseEvent, frozen=True, kw_only=True):
    """The bank credited it on the day `on`, under its own reference."""

    list: StreamId
    months: Months
    amount: Fen
    reference: str


class PaymentReturned(CaseEvent, frozen=True, kw_only=True):
    """It came back on the day `on`, by coded reason K…; `settled`: after it had been credited, as `reference` says."""

    list: StreamId
    months: Months
    amount: Fen
    code: str
    reference: str | None = None
    settled: bool = False
    words: Words | None = None


class PaymentRepeated(CaseEvent, frozen=True, kw_only=True):
    """What had come back from the list `of` is paid again with this list; no person-time is added."""

    list: StreamId
    of: StreamId
    months: Months
    amount: Fen
    area: str
    division: DivisionCode
    supplementary: bool = False


class Transfer(Value, frozen=True, kw_only=True):
    reference: str
    months: Months


class Repeat(Value, frozen=True, kw_only=True):
    months: Months
    supplementary: bool = False


class Payment(Value, frozen=True, kw_only=True):
    """What became of a case's money on one list; `returned` is owed again, `repeated` is on a later list."""

    settled: tuple[Transfer, ...] = ()
    returned: Months = {}
    repeated: Months = {}
    again: tuple[Repeat, ...] = ()
    """What this list pays again of earlier ones."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A case's money on a list, by what became of it."""

    pending: Months
    held: Fen
    settled: Fen
    returned: Fen
    repeated: Fen
    set_off: Fen
    """Taken by a decision for what is to be paid back: on the list, never sent."""
    withheld: Fen
    """Kept back, and due no more when nothing kept it any longer: on the list, never sent."""

    @property
    def drawn(self) -> Fen:
        known = self.held + self.settled + self.returned + self.repeated + self.set_off + self.withheld
        return sum(self.pending.values()) + known


def added(*parts: Months) -> Months:
    """Sums by month; what is nothing is left out."""
    sums: Months = {}
    for part in parts:
        for month, fen in part.items():
            sums[month] = sums.get(month, 0) + fen
    return {month: fen for month, fen in sorted(sums.items()) if fen}


def without(months: Months, less: Months) -> Months:
    return added(months, {month: -fen for month, fen in less.items()})


def standing(case: "Case", paylist: StreamId, *, supplements: bool = True) -> Standing:
    """What became of all that a list has of a case; nothing stands on a list it is not on.

    Without `supplements` what was drawn after the first signature doesn't count: it is not with the bank yet.
    """
    payment = case.payments.get(paylist, Payment())
    parts = [one.months for one in payment.again if supplements or not one.supplementary]
    held = set_off = withheld = 0
    for month, line in case.drawn.items():
        if line.list == paylist and line.set_off and (supplements or not line.supplementary):
            set_off += line.set_off
            parts.append({month: -line.set_off})
        own: tuple[Line | Difference, ...] = (line, *line.differences)
        for one in own:
            if one.list != paylist or (one.supplementary and not supplements):
                continue
            if one.held:
                held += one.amount
            else:
                withheld += one.withheld
                parts.append({month: one.amount - one.withheld})
    settled = added(*(one.months for one in payment.settled))
    pending = without(without(without(added(*parts), settled), payment.returned), payment.repeated)
    return Standing(
        pending=pending,
        held=held,
        settled=sum(settled.values()),
        returned=sum(payment.returned.values()),
        repeated=sum(payment.repeated.values()),
        set_off=set_off,
        withheld=withheld,
    )


def lists_of(case: "Case") -> tuple[StreamId, ...]:
    """Every list that has money of the case."""
    drawn = [one for line in case.drawn.values() for one in (line.list, *(d.list for d in line.differences))]
    return tuple(dict.fromkeys((*drawn, *case.payments)))


def owed_again(case: "Case", month: Month) -> Fen:
    """What came back of a month and isn't paid again: drawn, and not with the household."""
    return sum(one.returned.get(month, 0) for one in case.payments.values())


def paid_for(case: "Case", month: Month) -> Fen:
    """What counts as paid for a month drawn: less what a decision took out of it, and what came back of it."""
    return case.drawn[month].standing - owed_again(case, month)


def _payment(case: "Case", paylist: StreamId, changed: Payment) -> "Case":
    return replace(case, payments={**case.payments, paylist: changed})


@evolves(PaymentSettled)
def _settled(case: "Case", event: PaymentSettled) -> "Case":
    before = case.payments.get(event.list, Payment())
    transfer = Transfer(reference=event.reference, months=event.months)
    return _payment(case, event.list, replace(before, settled=(*before.settled, transfer)))


@evolves(PaymentReturned)
def _returned(case: "Case", event: PaymentReturned) -> "Case":
    before = case.payments.get(event.list, Payment())
    settled = before.settled
    if event.settled:
        settled = tuple(one for one in settled if one.reference != event.reference)
    after = replace(before, settled=settled, returned=added(before.returned, event.months))
    return replace(_payment(case, event.list, after), account_returned=event.code)


@evolves(PaymentRepeated)
def _repeated(case: "Case", event: PaymentRepeated) -> "Case":
    old = case.payments[event.of]
    moved = replace(
        old,
        returned=without(old.returned, event.months),
        repeated=added(old.repeated, event.months),
    )
    case = _payment(case, event.of, moved)
    new = case.payments.get(event.list, Payment())
    again = Repeat(months=event.months, supplementary=event.supplementary)
    return _payment(case, event.list, replace(new, again=(*new.again, again)))
