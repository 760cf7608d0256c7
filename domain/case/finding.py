"""多发核定: months that paid more than was due, looked into apart: heard, decided with reasons, then taken back.

Never a debt by itself (rules.md §3 reduce / stop, §7 over-payment, §10.8). What a decision settles of a month counts
as no longer paid for it, so that whatever raises the month later is paid in full.
"""

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from domain.case.award import Terms
from domain.case.fold import evolves
from domain.case.intake import Paper
from domain.case.payment import Months
from domain.days import Month
from domain.event import CaseEvent, Value
from domain.explain import Explanation
from domain.ids import FactKey, InstanceId, MemberKey, StaffId, StreamId
from domain.means.shares import split
from domain.money import Fen
from domain.personal import Words

if TYPE_CHECKING:
    from domain.case.state import Case

Outcome = Literal["recover", "part", "waive"]


class LateLine(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A month that late truth touches: what was drawn for it (`old`), what it is due as now known (`new`), and why.

    `code`: D…, S… or I…; `facts` and `members`: what came to light. `gone`: whom the month pays no more, `shares`
    what it is due. `drawn` False: a month still to come. `said`: no fact computes it, the decision itself says it.
    """

    month: Month
    old: Fen
    new: Fen
    code: str
    shares: dict[MemberKey, Fen] = {}
    gone: tuple[MemberKey, ...] = ()
    facts: tuple[FactKey, ...] = ()
    members: tuple[MemberKey, ...] = ()
    drawn: bool = True
    said: bool = False
    explanation: Explanation | None = None

    @property
    def over(self) -> Fen:
        """Paid too much; below zero: due and not paid."""
        return self.old - self.new


class Instalment(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    due: date
    amount: Fen


class FindingOpened(CaseEvent, frozen=True, kw_only=True):
    """Months paid too much, line by line. `cause`: the change or other act it came out of, None: looked at apart."""

    finding: InstanceId
    lines: tuple[LateLine, ...]
    cause: InstanceId | None = None
    by: StaffId | None = None
    words: Words | None = None


class FindingNoticed(CaseEvent, frozen=True, kw_only=True):
    """L18 beforehand: what was paid too much, by month, with a term to answer."""

    finding: InstanceId
    answer_until: date


class FindingHeard(CaseEvent, frozen=True, kw_only=True):
    finding: InstanceId
    words: Words


class FindingNotReached(CaseEvent, frozen=True, kw_only=True):
    finding: InstanceId
    way: str
    proof: Paper | None = None


class FindingDecided(CaseEvent, frozen=True, kw_only=True):
    """The reasoned decision: `lines` as they then stand; `claimed` by month is to be paid back, the rest is waived.

    `plan`: instalments; `set_off_percent`: of each month's line, under this decision alone.
    """

    finding: InstanceId
    by: StaffId
    outcome: Outcome
    lines: tuple[LateLine, ...]
    claimed: Months
    reason: Words
    plan: tuple[Instalment, ...] = ()
    set_off_percent: int | None = None


class FindingDropped(CaseEvent, frozen=True, kw_only=True):
    """Nothing was paid too much after all."""

    finding: InstanceId
    reason: Words


class RecoveryPlanned(CaseEvent, frozen=True, kw_only=True):
    """How it is paid back, anew."""

    finding: InstanceId
    reason: Words
    plan: tuple[Instalment, ...] = ()
    set_off_percent: int | None = None


class Repaid(CaseEvent, frozen=True, kw_only=True):
    """Money that came back, under the bank's or cashier's own reference."""

    finding: InstanceId
    amount: Fen
    way: str
    reference: str


class SetOff(CaseEvent, frozen=True, kw_only=True):
    """抵扣: what a decision takes from a month's line on its list; the line and its persons stand as drawn."""

    finding: InstanceId
    month: Month
    list: StreamId
    amount: Fen


class RecoveryWrittenOff(CaseEvent, frozen=True, kw_only=True):
    """What is still open is let go, with a reason."""

    finding: InstanceId
    amount: Fen
    by: StaffId
    reason: Words


class FindingRevised(CaseEvent, frozen=True, kw_only=True):
    """What an appeal, or without one a correction, leaves of it. `settled` and `shares` are those of each month from
    now on, `released` what of each is settled no more and `back` whom it counts again; `claimed` is what is still to be
    paid back in all; money paid back beyond it is due again by month. `unsaid`: of which the decision says the amount
    no more."""

    VERSION: ClassVar[int] = 2

    finding: InstanceId
    claimed: Months
    settled: Months
    released: Months
    shares: dict[Month, dict[MemberKey, Fen]] = {}
    back: dict[Month, tuple[MemberKey, ...]] = {}
    unsaid: tuple[Month, ...] = ()
    appeal: InstanceId | None = None


class Ruled(CaseEvent, frozen=True, kw_only=True):
    """What an appeal's outcome says for good: these facts don't count, or the months have this amount, from a month to
    a month (None: without end). It stands in whatever is computed later (L26 art. 76; rules.md §3 appeal)."""

    appeal: InstanceId
    by: StaffId
    from_month: Month
    until_month: Month | None = None
    leaves_out: tuple[FactKey, ...] = ()
    amount: Fen | None = None
    reason: Words | None = None


class Ruling(Value, frozen=True, kw_only=True):
    appeal: InstanceId
    from_month: Month
    until_month: Month | None = None
    leaves_out: tuple[FactKey, ...] = ()
    amount: Fen | None = None

    @property
    def endless(self) -> bool:
        """An amount without a last month: it goes until a later decision works."""
        return self.amount is not None and self.until_month is None

    def holds(self, month: Month) -> bool:
        return self.from_month <= month and (self.until_month is None or month <= self.until_month)


class Finding(Value, frozen=True, kw_only=True):
    id: InstanceId
    on: date
    lines: tuple[LateLine, ...]
    cause: InstanceId | None = None
    notice: FindingNoticed | None = None
    heard: date | None = None
    tried: tuple[tuple[str, bool], ...] = ()
    """Ways tried, each with whether there is proof."""
    decided: date | None = None
    by: StaffId | None = None
    outcome: Outcome | None = None
    claimed: Months = {}
    settled: Months = {}
    """What of each month it settles: claimed, waived, and `again`."""
    again: Months = {}
    """Of that, what came back though it is claimed no more: due again, on top of what the month was drawn."""
    before: dict[Month, Terms] = {}
    """What its months are due without what it says of them: as they stood, and as others said since."""
    plan: tuple[Instalment, ...] = ()
    set_off_percent: int | None = None
    found_by: StaffId | None = None
    references: tuple[str, ...] = ()
    repaid: Fen = 0
    set_off: Fen = 0
    written_off: Fen = 0

    @property
    def over(self) -> Fen:
        return sum(line.over for line in self.lines)

    @property
    def claim(self) -> Fen:
        return sum(self.claimed.values())

    @property
    def covered(self) -> Fen:
        """Of the claim: paid back, set off or let go."""
        return self.repaid + self.set_off + self.written_off

    @property
    def open(self) -> Fen:
        """Still to come back."""
        return max(self.claim - self.covered, 0)

    @property
    def next_due(self) -> date | None:
        """The day of the first instalment that what came back doesn't cover."""
        covered = self.covered
        for one in self.plan:
            covered -= one.amount
            if covered < 0:
                return one.due
        return None


def under_way(case: "Case") -> set[Month]:
    """The months that findings under way are about."""
    return {line.month for one in case.findings.values() if one.decided is None for line in one.lines}


def _finding(case: "Case", changed: Finding) -> "Case":
    return replace(case, findings={**case.findings, changed.id: changed})


@evolves(FindingOpened)
def _opened(case: "Case", event: FindingOpened) -> "Case":
    return _finding(
        case, Finding(id=event.finding, on=event.on, lines=event.lines, cause=event.cause, found_by=event.by)
    )


@evolves(FindingNoticed)
def _noticed(case: "Case", event: FindingNoticed) -> "Case":
    return _finding(case, replace(case.findings[event.finding], notice=event))


@evolves(FindingHeard)
def _heard(case: "Case", event: FindingHeard) -> "Case":
    return _finding(case, replace(case.findings[event.finding], heard=event.on))


@evolves(FindingNotReached)
def _not_reached(case: "Case", event: FindingNotReached) -> "Case":
    one = case.findings[event.finding]
    return _finding(case, replace(one, tried=(*one.tried, (event.way, event.proof is not None))))


@evolves(FindingDecided)
def _decided(case: "Case", event: FindingDecided) -> "Case":
    heard, award = case.findings[event.finding], case.award
    said = {line.month: line for line in heard.lines if line.said}
    others = {key: _beside(other, said) for key, other in case.findings.items()}
    hidden = {month for other in case.findings.values() for month in other.before}
    standing = {line.month: award.at(line.month) for line in event.lines if line.said} if award else {}
    one = replace(
        heard,
        lines=tuple(
            replace(line, said=line.said or line.month in hidden & said.keys()) for line in event.lines
        ),
        before={month: terms for month, terms in standing.items() if terms is not None},
        decided=event.on,
        by=event.by,
        outcome=event.outcome,
        claimed=event.claimed,
        settled={line.month: line.over for line in event.lines},
        plan=event.plan,
        set_off_percent=event.set_off_percent,
    )
    drawn = {**case.drawn}
    for line in event.lines:
        before = drawn[line.month]
        after = replace(before, settled=before.settled + line.over)
        drawn[line.month] = replace(after, shares=_among(line.shares, after.standing, case.head))
    return replace(_finding(replace(case, findings=others), one), drawn=drawn)


def _beside(one: Finding, said: dict[Month, LateLine]) -> Finding:
    """A finding's months without what it says of them, once another is decided that says something of them, too."""
    before = {
        month: _less(terms, said[month]) if month in said else terms for month, terms in one.before.items()
    }
    return replace(one, before=before)


def _less(terms: Terms, line: LateLine) -> Terms:
    """The terms of a month with what a finding says of it, where that is less."""
    shares = {key: fen for key, fen in line.shares.items() if key in terms.covered}
    amount = sum(shares.values())
    if amount >= terms.amount:
        return terms
    shares = shares or dict.fromkeys(terms.covered, 0)
    return replace(terms, amount=amount, shares=shares, covered=tuple(shares), uplifts={}, code=line.code)


def _among(due: dict[MemberKey, Fen], standing: Fen, head: MemberKey) -> dict[MemberKey, Fen]:
    """The shares of what counts as paid for a month: what each is due, where that is all of it."""
    if sum(due.values()) == standing:
        return due
    return split(standing, tuple(due), {}, head)


@evolves(FindingDropped)
def _dropped(case: "Case", event: FindingDropped) -> "Case":
    """What the stop it came out of said of its months is said no more."""
    one = case.findings[event.finding]
    if one.cause in case.changes:
        change = replace(case.changes[one.cause], unpaid=())
        case = replace(case, changes={**case.changes, change.id: change})
    return _finding(case, replace(one, decided=event.on))


@evolves(RecoveryPlanned)
def _planned(case: "Case", event: RecoveryPlanned) -> "Case":
    one = case.findings[event.finding]
    return _finding(case, replace(one, plan=event.plan, set_off_percent=event.set_off_percent))


@evolves(Repaid)
def _repaid(case: "Case", event: Repaid) -> "Case":
    one = case.findings[event.finding]
    return _finding(
        case, replace(one, repaid=one.repaid + event.amount, references=(*one.references, event.reference))
    )


@evolves(SetOff)
def _set_off(case: "Case", event: SetOff) -> "Case":
    one = case.findings[event.finding]
    case = _finding(case, replace(one, set_off=one.set_off + event.amount))
    line = case.drawn[event.month]
    drawn = {**case.drawn, event.month: replace(line, set_off=line.set_off + event.amount)}
    return replace(case, drawn=drawn)


@evolves(RecoveryWrittenOff)
def _written_off(case: "Case", event: RecoveryWrittenOff) -> "Case":
    one = case.findings[event.finding]
    return _finding(case, replace(one, written_off=one.written_off + event.amount))


def _back(one: Finding, event: FindingRevised, month: Month) -> Fen:
    """What of a month is due again of money that came back; what was waived is let go before what was claimed."""
    claimed = one.claimed.get(month, 0)
    dropped = claimed - event.claimed.get(month, 0)
    waived = one.settled.get(month, 0) - one.again.get(month, 0) - claimed
    return dropped + waived - event.released.get(month, 0) if dropped else 0


@evolves(FindingRevised)
def _revised(case: "Case", event: FindingRevised) -> "Case":
    one = case.findings[event.finding]
    lines = tuple(replace(line, said=line.said and line.month not in event.unsaid) for line in one.lines)
    again = {month: one.again.get(month, 0) + _back(one, event, month) for month in event.settled}
    left = {month: fen - event.released.get(month, 0) for month, fen in one.settled.items()}
    before = {month: terms for month, terms in one.before.items() if month not in event.unsaid}
    one = replace(
        one, claimed=event.claimed, lines=lines, settled=left, again={**one.again, **again}, before=before
    )
    drawn = {**case.drawn}
    for month, fen in event.settled.items():
        line = replace(drawn[month], settled=fen)
        drawn[month] = replace(line, shares=event.shares[month]) if month in event.shares else line
    return replace(_finding(case, one), drawn=drawn)


@evolves(Ruled)
def _ruled(case: "Case", event: Ruled) -> "Case":
    one = Ruling(
        appeal=event.appeal,
        from_month=event.from_month,
        until_month=event.until_month,
        leaves_out=event.leaves_out,
        amount=event.amount,
    )
    if one.amount is not None:
        case = _given_way(case, one)
    return replace(case, rulings=(*case.rulings, one))


def _given_way(case: "Case", ruling: Ruling) -> "Case":
    """What a stop says of a month, and a finding under way, gives way to the amount that an appeal says of it."""
    changes = {
        key: replace(one, unpaid=tuple(month for month in one.unpaid if not ruling.holds(month)))
        for key, one in case.changes.items()
    }
    findings = {
        key: one
        if one.decided is not None
        else replace(
            one,
            lines=tuple(replace(each, said=each.said and not ruling.holds(each.month)) for each in one.lines),
        )
        for key, one in case.findings.items()
    }
    return replace(case, changes=changes, findings=findings)
