"""待办: what waits for whom until when: the deadlines of every case's life cycles, by the desk that owns them."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import ClassVar

import msgspec

from domain.case.change import DeadlineEscalated, DeadlineMoved, DeadlineWarned
from domain.case.intake import ApplicationEntered
from domain.case.move import RELOCATED, HandedOver
from domain.case.takeover import TakenOver
from domain.event import CaseEvent, Deadline, Moved
from projections.base import Row, Rows, Seen, Table

CASE = "worklist_case"
LIFE = "worklist_life"
DUE = "worklist_due"
TO_RECEIVE = "/receive"
"""The deadline that waits for the division a case is handed to."""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A waiting state of a case with its due day. `kind`: a `limit` that warns, or a `timer` that fires by itself.

    `escalated`: the desk it was last escalated to; `late`: its due day lies before the day asked for.
    """

    case: str
    instance: str
    life: str
    state: str
    since: date
    deadline: str
    kind: str
    desk: str
    division: str
    area: str
    due: date
    warn: date | None
    provisional: bool
    warned: bool
    escalated: str | None
    late: bool


class Worklist:
    """`worklist_due`: one row a deadline that runs; `worklist_life`: the state of each life cycle."""

    name: ClassVar[str] = "worklist"
    version: ClassVar[int] = 3
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name=CASE,
            columns={"case_no": "text", "division": "text", "area": "text", "handed_to": "text"},
            key=("case_no",),
            indexes=(("division",), ("handed_to",)),
        ),
        Table(
            name=LIFE,
            columns={
                "case_no": "text",
                "instance": "text",
                "life": "text",
                "state": "text",
                "since": "day",
            },
            key=("case_no", "instance"),
        ),
        Table(
            name=DUE,
            columns={
                "case_no": "text",
                "deadline": "text",
                "kind": "text",
                "desk": "text",
                "due": "day",
                "warn": "day",
                "provisional": "bool",
                "warned": "bool",
                "escalated": "text",
            },
            key=("case_no", "deadline"),
            indexes=(("desk",),),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if not isinstance(event, CaseEvent):
            return
        case = seen.stream.partition(":")[2]
        if isinstance(event, ApplicationEntered | TakenOver):
            where = {"division": event.division, "area": event.area, "handed_to": event.division}
            rows.put(CASE, {"case_no": case, **where})
        elif isinstance(event, HandedOver):
            rows.put(CASE, {**_case(case, rows), "handed_to": event.to})
        elif isinstance(event, RELOCATED):
            rows.put(CASE, {**_case(case, rows), "division": event.division})
        elif isinstance(event, DeadlineMoved | DeadlineWarned | DeadlineEscalated):
            self._step(case, event, rows)
        for moved in event.moved:
            self._move(case, moved, event.on, rows)

    def _step(self, case: str, event: DeadlineMoved | DeadlineWarned | DeadlineEscalated, rows: Rows) -> None:
        row = rows.get(DUE, (case, event.key))
        if row is None:
            return
        if isinstance(event, DeadlineMoved):
            moved = {"due": event.due, "warn": event.warn, "provisional": event.provisional}
            row = {**row, **moved, "warned": False, "escalated": None}
        elif isinstance(event, DeadlineWarned):
            row = {**row, "warned": True}
        else:
            row = {**row, "escalated": event.to}
        rows.put(DUE, row)

    def _move(self, case: str, moved: Moved, on: date, rows: Rows) -> None:
        before = rows.get(LIFE, (case, moved.instance))
        life = moved.life or (before["life"] if before else "")
        rows.put(
            LIFE,
            {"case_no": case, "instance": moved.instance, "life": life, "state": moved.state, "since": on},
        )
        for key in moved.meets:
            rows.delete(DUE, (case, key))
        for deadline in moved.sets:
            rows.put(DUE, _due(case, deadline))


def _case(case: str, rows: Rows) -> Row:
    row = rows.get(CASE, (case,))
    assert row is not None
    return row


def _due(case: str, deadline: Deadline) -> Row:
    return {
        "case_no": case,
        "deadline": deadline.key,
        "kind": deadline.kind,
        "desk": deadline.owner,
        "due": deadline.due,
        "warn": deadline.warn,
        "provisional": deadline.provisional,
        "warned": False,
        "escalated": None,
    }


def work(
    rows: Rows,
    today: date,
    *,
    desk: str | None = None,
    division: str = "",
    until: date | None = None,
    in_scope: Callable[[str], bool] = lambda division: True,
) -> list[Work]:
    """What waits, by due day: of a desk, in a division and below, due by `until`; late ones lie before `today`.

    `in_scope` says of a division whether its cases may be seen.
    """
    listed = [
        one
        for one in _works(_asked(rows, desk, division), rows, today)
        if one.division.startswith(division)
        and (until is None or one.due <= until)
        and in_scope(one.division)
    ]
    return sorted(listed, key=lambda one: (one.due, one.case, one.deadline))


def _asked(rows: Rows, desk: str | None, division: str) -> Iterator[Row]:
    """Deadlines of a desk, of cases that lie in a division or are handed to it."""
    if not division:
        yield from rows.select(DUE, desk=desk) if desk else rows.select(DUE)
        return
    places = (row for column in ("division", "handed_to") for row in rows.below(CASE, column, division))
    for case in dict.fromkeys(row["case_no"] for row in places):
        for row in rows.select(DUE, case_no=case):
            if desk is None or row["desk"] == desk:
                yield row


def _works(found: Iterator[Row], rows: Rows, today: date) -> Iterator[Work]:
    for row in found:
        case = row["case_no"]
        instance = row["deadline"].partition("/")[0]
        life, where = rows.get(LIFE, (case, instance)), rows.get(CASE, (case,))
        assert life is not None
        assert where is not None
        yield Work(
            case=case,
            instance=instance,
            life=life["life"],
            state=life["state"],
            since=life["since"],
            deadline=row["deadline"],
            kind=row["kind"],
            desk=row["desk"],
            division=where["handed_to" if row["deadline"].endswith(TO_RECEIVE) else "division"],
            area=where["area"],
            due=row["due"],
            warn=row["warn"],
            provisional=row["provisional"],
            warned=row["warned"],
            escalated=row["escalated"],
            late=row["due"] < today,
        )
