"""Cases that may be payable: from which month to which, by county and area (for the draw)."""

from typing import ClassVar

from domain.case.award import (
    AmountChanged,
    AreaChanged,
    AwardBegan,
    DifferenceDrawn,
    GradualExitGranted,
    MonthDrawn,
    Stopped,
)
from domain.case.change import ChangeDropped
from domain.case.finding import FindingDecided, FindingDropped, FindingRevised, Ruled
from domain.case.intake import ApplicationEntered
from domain.case.move import RELOCATED
from domain.case.payment import PaymentRepeated, PaymentReturned
from domain.case.takeover import TakenOver, TakeOverUndone
from domain.days import Month, add_month, months
from domain.event import Event
from domain.ids import county_of
from projections.base import Row, Rows, Seen, Table

HOME, PAYABLE = "payable_case", "payable"
FOR_EVER = "9999-12"


class Payable:
    """`payable`: (case, area) → the first and last month of its award, and the last that was drawn
    on what it is now due; `back`: whether something of it came back and isn't paid again yet."""

    name: ClassVar[str] = "payable"
    version: ClassVar[int] = 5
    reads: ClassVar[tuple[type[Event], ...]] = (
        ApplicationEntered,
        TakenOver,
        TakeOverUndone,
        AwardBegan,
        AmountChanged,
        Stopped,
        GradualExitGranted,
        AreaChanged,
        ChangeDropped,
        FindingDecided,
        FindingDropped,
        FindingRevised,
        Ruled,
        MonthDrawn,
        DifferenceDrawn,
        PaymentReturned,
        PaymentRepeated,
        *RELOCATED,
    )
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name=HOME,
            columns={"case_no": "text", "county": "text", "programme": "text", "area": "text"},
            key=("case_no",),
        ),
        Table(
            name=PAYABLE,
            columns={
                "case_no": "text",
                "county": "text",
                "programme": "text",
                "area": "text",
                "since": "text",
                "last": "text",
                "drawn": "text",
                "line": "text",
                "missing": "int",
                "back": "bool",
            },
            key=("case_no", "area"),
            indexes=(("county", "programme", "area"),),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if not isinstance(event, self.reads):
            return
        case = seen.stream.partition(":")[2]
        if isinstance(event, TakeOverUndone):
            for row in list(rows.select(PAYABLE, case_no=case)):
                rows.delete(PAYABLE, (case, row["area"]))
        elif isinstance(event, ApplicationEntered | TakenOver):
            home = {"county": county_of(event.division), "programme": event.programme, "area": event.area}
            rows.put(HOME, {"case_no": case, **home})
            if isinstance(event, TakenOver):
                _began(case, max(event.terms.from_month, add_month(event.paid_until, 1)), rows)
        elif isinstance(event, RELOCATED):
            _relocated(case, county_of(event.division), rows)
        elif isinstance(event, AwardBegan):
            _began(case, event.terms.from_month, rows)
            if event.until_month is not None:
                _last(case, event.until_month, rows)
        elif isinstance(event, Stopped):
            _last(case, add_month(event.from_month, -1), rows)
        elif isinstance(event, GradualExitGranted):
            _changed(case, event.terms.from_month, rows)
            _last(case, event.until_month, rows)
        elif isinstance(event, AreaChanged):
            _area(case, event, rows)
        elif isinstance(event, MonthDrawn | DifferenceDrawn):
            _drawn(case, event, rows)
        elif isinstance(event, PaymentReturned):
            _back(case, True, rows)
        elif isinstance(event, PaymentRepeated):
            _back(case, False, rows)
        else:
            _changed(case, _from(event), rows)


def _from(event: Event) -> str:
    """The first month of which something kept back until then may be due, or which may be due more; "": any."""
    if isinstance(event, AmountChanged):
        return event.terms.from_month
    if isinstance(event, Ruled):
        return event.from_month
    if isinstance(event, FindingDecided):
        return min((line.month for line in event.lines), default="")
    if isinstance(event, FindingRevised):
        return min(event.settled, default="")
    return ""


def _home(case: str, rows: Rows) -> Row:
    home = rows.get(HOME, (case,))
    assert home is not None
    return home


def _relocated(case: str, county: str, rows: Rows) -> None:
    rows.put(HOME, {**_home(case, rows), "county": county})
    for row in list(rows.select(PAYABLE, case_no=case)):
        if row["county"] != county:
            rows.put(PAYABLE, {**row, "county": county})


def _began(case: str, month: Month, rows: Rows) -> None:
    home = _home(case, rows)
    before = rows.get(PAYABLE, (case, home["area"]))
    row = {**home, "since": month, "last": FOR_EVER, "drawn": "", "line": "", "missing": 0, "back": False}
    if before is not None:
        row = {**before, **home, "since": min(before["since"], month), "last": FOR_EVER}
    rows.put(PAYABLE, row)
    _changed(case, "", rows)


def _changed(case: str, month: str, rows: Rows) -> None:
    """From that month on what was drawn may be less than is due, in whichever area."""
    for row in list(rows.select(PAYABLE, case_no=case)):
        if row["drawn"] >= month:
            rows.put(PAYABLE, {**row, "drawn": add_month(Month(month), -1) if month else ""})


def _back(case: str, back: bool, rows: Rows) -> None:
    for row in list(rows.select(PAYABLE, case_no=case)):
        rows.put(PAYABLE, {**row, "back": back})


def _last(case: str, month: str, rows: Rows) -> None:
    for row in list(rows.select(PAYABLE, case_no=case)):
        if row["last"] > month:
            rows.put(PAYABLE, {**row, "last": month})


def _area(case: str, event: AreaChanged, rows: Rows) -> None:
    """The months before stay on the old area's lists, should one of them still be drawn; so do those of an area that
    the case comes back to."""
    home = _home(case, rows)
    rows.put(HOME, {**home, "area": event.area})
    row = rows.get(PAYABLE, (case, home["area"]))
    if row is None or event.area == home["area"]:
        return
    rows.put(PAYABLE, {**row, "last": add_month(event.from_month, -1)})
    before = rows.get(PAYABLE, (case, event.area))
    since = event.from_month if before is None else min(before["since"], event.from_month)
    drawn = "" if before is None else min(before["drawn"], add_month(event.from_month, -1))
    line, missing = ("", 0) if before is None else (before["line"], before["missing"])
    there = {"since": since, "drawn": drawn, "line": line, "missing": missing}
    rows.put(PAYABLE, {**row, "area": event.area, **there})


def _drawn(case: str, event: MonthDrawn | DifferenceDrawn, rows: Rows) -> None:
    """`line`: the last month with a line of its own; `missing`: how many before it have none yet."""
    row = rows.get(PAYABLE, (case, event.area))
    if row is None:
        return
    row = {**row, "drawn": max(row["drawn"], event.month)}
    if isinstance(event, MonthDrawn):
        row["missing"] += _passed_over(row, event.month)
        row["line"] = max(row["line"], event.month)
    rows.put(PAYABLE, row)


def _passed_over(row: Row, month: Month) -> int:
    if month < row["line"]:
        return -1
    first = add_month(Month(row["line"]), 1) if row["line"] else Month(row["since"])
    return len(list(months(first, add_month(month, -1)))) if first < month else 0
