"""Deadlines that stand in cases, and the first day on which a step of each may come (for the deadline process)."""

from datetime import date, timedelta
from typing import ClassVar

from domain.case.change import DeadlineEscalated, DeadlineMoved, DeadlineWarned
from domain.case.intake import ApplicationEntered
from domain.case.move import RELOCATED
from domain.case.takeover import TakenOver
from domain.event import CaseEvent, Deadline
from projections.base import Row, Rows, Seen, Table

DUE, HOME = "due", "due_case"
_DAY = timedelta(days=1)
_WITHOUT_MOVES = (ApplicationEntered, DeadlineMoved, DeadlineWarned, DeadlineEscalated, *RELOCATED)


class Due:
    """`due`: (case, key) → its due day, steps taken, and `next`: no step comes earlier; None when none is left.

    The county is told some working days after; here three days stand for them, which are never later.
    """

    name: ClassVar[str] = "due"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (
        Table(name=HOME, columns={"case_no": "text", "division": "text"}, key=("case_no",)),
        Table(
            name=DUE,
            columns={
                "case_no": "text",
                "key": "text",
                "division": "text",
                "owner": "text",
                "timer": "bool",
                "due": "day",
                "warn": "day",
                "provisional": "bool",
                "warned": "bool",
                "leader": "bool",
                "county": "bool",
                "next": "day",
            },
            key=("case_no", "key"),
            indexes=(("next",), ("provisional",)),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if not isinstance(event, CaseEvent) or not (event.moved or isinstance(event, _WITHOUT_MOVES)):
            return
        case = seen.stream.partition(":")[2]
        if isinstance(event, ApplicationEntered | TakenOver):
            rows.put(HOME, {"case_no": case, "division": event.division})
        elif isinstance(event, RELOCATED):
            rows.put(HOME, {"case_no": case, "division": event.division})
            for row in list(rows.select(DUE, case_no=case)):
                rows.put(DUE, {**row, "division": event.division})
        elif isinstance(event, DeadlineMoved):
            _move(case, event, rows)
        elif isinstance(event, DeadlineWarned):
            _take(case, event.key, "warned", rows)
        elif isinstance(event, DeadlineEscalated):
            _take(case, event.key, event.to, rows)
        for moved in event.moved:
            for key in moved.meets:
                rows.delete(DUE, (case, key))
            for deadline in moved.sets:
                _set(case, deadline, rows)


def _set(case: str, deadline: Deadline, rows: Rows) -> None:
    home = rows.get(HOME, (case,))
    row: Row = {
        "case_no": case,
        "key": deadline.key,
        "division": home["division"] if home else "",
        "owner": deadline.owner,
        "timer": deadline.kind == "timer",
        "due": deadline.due,
        "warn": deadline.warn,
        "provisional": deadline.provisional,
        "warned": False,
        "leader": False,
        "county": False,
    }
    rows.put(DUE, {**row, "next": next_day(row)})


def _move(case: str, event: DeadlineMoved, rows: Rows) -> None:
    row = rows.get(DUE, (case, event.key))
    if row is None:
        return
    row.update(due=event.due, warn=event.warn, provisional=event.provisional)
    row.update(warned=False, leader=False, county=False)
    rows.put(DUE, {**row, "next": next_day(row)})


def _take(case: str, key: str, step: str, rows: Rows) -> None:
    row = rows.get(DUE, (case, key))
    if row is None:
        return
    row[step] = True
    rows.put(DUE, {**row, "next": next_day(row)})


def next_day(row: Row) -> date | None:
    """No step of the row comes before this day; None when all were taken."""
    due: date = row["due"]
    if row["timer"]:
        return due
    days = []
    if row["warn"] is not None and not row["warned"]:
        days.append(row["warn"])
    if not row["leader"]:
        days.append(due + _DAY)
    if not row["county"]:
        days.append(due + 3 * _DAY)
    return min(days, default=None)
