"""What became of a case's money on each list, month by month: pending, held, settled, returned, paid again, set off,
withheld. Drawn is the sum of these, as `domain.case.payment.standing` has it.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, ClassVar

import msgspec

from domain.case.award import AccountChanged, DifferenceDrawn, LineReleased, MonthDrawn
from domain.case.finding import SetOff
from domain.case.payment import PaymentRepeated, PaymentReturned, PaymentSettled
from domain.event import Event
from projections.base import Row, Rows, Seen, Table

STATES = ("pending", "held", "settled", "returned", "repeated", "set_off", "withheld")
RETURN = "payment_return"


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """An event's change of what is on a list for a month: fen by state; `row` as it then is."""

    row: Row
    by: dict[str, int]


class Payments:
    """Table and fold under a projection's name: `<name>_payment` by case, list and month."""

    def __init__(self, name: str) -> None:
        self.name = f"{name}_payment"
        self.table = Table(
            name=self.name,
            columns={
                "case_no": "text",
                "list": "text",
                "month": "text",
                "division": "text",
                "area": "text",
                **dict.fromkeys(STATES, "int"),
            },
            key=("case_no", "list", "month"),
            indexes=(("list",),),
        )

    def apply(self, case: str, event: Event, rows: Rows) -> list[Shift]:
        """Take an event of a case; what it changed, nothing where it says nothing about payments."""
        change = _CHANGES.get(type(event))
        return [] if change is None else list(change(self, case, event, rows))

    def on_list(self, paylist: str, rows: Rows) -> Iterator[Row]:
        return rows.select(self.name, list=paylist)

    def _shift(self, rows: Rows, row: Row, by: dict[str, int]) -> Shift:
        changed = {**row, **{state: row[state] + fen for state, fen in by.items()}}
        rows.put(self.name, changed)
        return Shift(row=changed, by=by)

    def _row(self, case: str, paylist: str, month: str, rows: Rows) -> Row:
        row = rows.get(self.name, (case, paylist, month))
        assert row is not None
        return row

    def _drawn(self, case: str, event: MonthDrawn | DifferenceDrawn, rows: Rows) -> Iterator[Shift]:
        state = "held" if event.held else "pending"
        yield self._add(case, event, event.month, {state: event.amount}, rows)

    def _add(self, case: str, event: Any, month: str, by: dict[str, int], rows: Rows) -> Shift:
        paylist = name_of(event.list)
        row = rows.get(self.name, (case, paylist, month)) or {
            "case_no": case,
            "list": paylist,
            "month": month,
            "division": event.division,
            "area": event.area,
            **dict.fromkeys(STATES, 0),
        }
        return self._shift(rows, row, by)

    def _released(self, case: str, event: LineReleased, rows: Rows) -> Iterator[Shift]:
        row = self._row(case, name_of(event.list), event.month, rows)
        sent = row["held"] - event.withheld
        yield self._shift(rows, row, {"held": -row["held"], "pending": sent, "withheld": event.withheld})

    def _set_off(self, case: str, event: SetOff, rows: Rows) -> Iterator[Shift]:
        row = self._row(case, name_of(event.list), event.month, rows)
        yield self._shift(rows, row, {"pending": -event.amount, "set_off": event.amount})

    def _settled(self, case: str, event: PaymentSettled, rows: Rows) -> Iterator[Shift]:
        yield from self._turned(case, event, event.months, "pending", "settled", rows)

    def _returned(self, case: str, event: PaymentReturned, rows: Rows) -> Iterator[Shift]:
        before = "settled" if event.settled else "pending"
        yield from self._turned(case, event, event.months, before, "returned", rows)

    def _repeated(self, case: str, event: PaymentRepeated, rows: Rows) -> Iterator[Shift]:
        for month, fen in sorted(event.months.items()):
            row = self._row(case, name_of(event.of), month, rows)
            yield self._shift(rows, row, {"returned": -fen, "repeated": fen})
            yield self._add(case, event, month, {"pending": fen}, rows)

    def _turned(
        self, case: str, event: Any, months: dict[Any, int], before: str, after: str, rows: Rows
    ) -> Iterator[Shift]:
        for month, fen in sorted(months.items()):
            row = self._row(case, name_of(event.list), month, rows)
            yield self._shift(rows, row, {before: -fen, after: fen})


_CHANGES: dict[type[Event], Any] = {
    MonthDrawn: Payments._drawn,
    DifferenceDrawn: Payments._drawn,
    LineReleased: Payments._released,
    SetOff: Payments._set_off,
    PaymentSettled: Payments._settled,
    PaymentReturned: Payments._returned,
    PaymentRepeated: Payments._repeated,
}


def name_of(stream: str) -> str:
    """A list's name in read tables: county/programme/area/month."""
    return stream.partition(":")[2]


class Outcomes:
    """`outcomes_payment`, and `payment_return`: by case the last return that isn't paid again yet, with its code and
    whether the account was put right since."""

    name: ClassVar[str] = "outcomes"
    version: ClassVar[int] = 2
    by_case: ClassVar[bool] = True
    payments: ClassVar[Payments] = Payments("outcomes")
    tables: ClassVar[tuple[Table, ...]] = (
        payments.table,
        Table(
            name=RETURN,
            columns={"case_no": "text", "code": "text", "since": "day", "mended": "day"},
            key=("case_no",),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        kind, _, case = seen.stream.partition(":")
        if kind != "case":
            return
        event = seen.event
        self.payments.apply(case, event, rows)
        if isinstance(event, PaymentReturned):
            rows.put(RETURN, {"case_no": case, "code": event.code, "since": event.on, "mended": None})
        elif isinstance(event, AccountChanged):
            before = rows.get(RETURN, (case,))
            if before is not None:
                rows.put(RETURN, {**before, "mended": event.on})
        elif isinstance(event, PaymentRepeated) and not any(_owed(rows, case)):
            rows.delete(RETURN, (case,))


def _owed(rows: Rows, case: str) -> Iterator[Row]:
    return (row for row in rows.select(Outcomes.payments.name, case_no=case) if row["returned"])


def on_list(rows: Rows, paylist: str) -> list[Row]:
    """What a list has of each case and what became of it, by case and month, with `code` and `since` of a return."""
    return [_with_return(row, rows) for row in Outcomes.payments.on_list(paylist, rows)]


def owed_again(rows: Rows, division: str) -> list[Row]:
    """What came back and isn't paid again, due or not, in a division and all below it; by case, list and month."""
    found: Iterable[Row] = (
        row
        for back in rows.select(RETURN)
        for row in _owed(rows, back["case_no"])
        if row["division"].startswith(division)
    )
    return [_with_return(row, rows) for row in found]


def _with_return(row: Row, rows: Rows) -> Row:
    back = rows.get(RETURN, (row["case_no"],)) if row["returned"] else None
    none: dict[str, str | date | None] = {"code": None, "since": None, "mended": None}
    return {**row, **(none if back is None else {name: back[name] for name in none})}
