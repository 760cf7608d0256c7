"""一户一档: the file of a household: its cases with where each stands, and a case's events as lines."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Any, ClassVar, Protocol

import msgspec

from domain.case.award import (
    AmountChanged,
    AwardBegan,
    GradualExitGranted,
    HeadChanged,
    MemberDied,
    Stopped,
    Terms,
)
from domain.case.change import ChangeDropped, MemberJoined, MemberLeft
from domain.case.decision import RefusedAid
from domain.case.intake import (
    ApplicantReplaced,
    ApplicationEntered,
    Lapsed,
    Member,
    NotAccepted,
    Terminated,
    Withdrawn,
)
from domain.case.move import RELOCATED
from domain.case.takeover import UNDONE, TakenOver, TakeOverUndone
from domain.days import add_month
from domain.event import CaseEvent, Event, Moved
from domain.personal import Personal
from projections.base import Key, Row, Rows, Seen, Table

CASE = "timeline_case"
MEMBER = "timeline_member"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a case's file. `on`: the day it was done, `recorded_at`: when it was known."""

    position: int
    version: int
    recorded_at: datetime
    on: date
    actor: str
    event: Event

    @property
    def type(self) -> str:
        return type(self.event).__name__

    @property
    def moved(self) -> tuple[Moved, ...]:
        return self.event.moved if isinstance(self.event, CaseEvent) else ()


def entries(seen: Iterable[Seen]) -> list[Entry]:
    """The events of a stream as lines, in order."""
    return [
        Entry(
            position=one.position,
            version=one.version,
            recorded_at=one.recorded_at,
            on=one.event.on,
            actor=one.actor,
            event=one.event,
        )
        for one in seen
    ]


def masked(value: object) -> Any:
    """A value as builtins; what is personal shows itself masked, fen stay whole numbers."""
    return msgspec.to_builtins(value, enc_hook=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Personal):
        return value.masked()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(type(value).__name__)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A case as a list shows it. `amount` in fen from `from_month` on; `lives`: instance → (life, state, since)."""

    case: str
    programme: str
    area: str
    household: str
    division: str
    head: str
    members: int
    entered: date
    ended: date | None
    ended_code: str | None
    amount: int
    from_month: str | None
    until_month: str | None
    lives: dict[str, tuple[str, str, str]]
    version: int


class Timeline:
    """`timeline_case`: each case of each household; the lines themselves are its stream."""

    name: ClassVar[str] = "timeline"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name=CASE,
            columns={
                "case_no": "text",
                "programme": "text",
                "area": "text",
                "household": "text",
                "division": "text",
                "head": "text",
                "head_name": "personal",
                "members": "int",
                "entered": "day",
                "ended": "day",
                "ended_code": "text",
                "amount": "int",
                "from_month": "text",
                "until_month": "text",
                "lives": "json",
                "events": "int",
            },
            key=("case_no",),
            indexes=(("household",), ("division", "case_no")),
        ),
        Table(
            name=MEMBER,
            columns={"case_no": "text", "member": "text", "person": "text", "name": "personal"},
            key=("case_no", "member"),
            indexes=(("person",),),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if not isinstance(event, CaseEvent):
            return
        case = seen.stream.partition(":")[2]
        row = self._entered(case, event, rows) if isinstance(event, ApplicationEntered | TakenOver) else None
        row = row or rows.get(CASE, (case,))
        assert row is not None
        row = {**row, **self._changes(case, event, row, rows), "events": seen.version}
        if event.moved:
            row["lives"] = dict(row["lives"])
            for moved in event.moved:
                before = row["lives"].get(moved.instance, ("", "", ""))
                row["lives"][moved.instance] = (
                    moved.life or before[0],
                    moved.state,
                    event.on.isoformat(),
                )
        rows.put(CASE, row)

    def _entered(self, case: str, event: ApplicationEntered | TakenOver, rows: Rows) -> Row:
        for member in event.members:
            self._member(case, member, rows)
        return {
            "case_no": case,
            "programme": event.programme,
            "area": event.area,
            "household": event.household,
            "division": event.division,
            "head": event.head,
            "head_name": next(one.name for one in event.members if one.key == event.head),
            "members": len(event.members),
            "entered": event.on,
            "ended": None,
            "ended_code": None,
            "amount": 0,
            "from_month": None,
            "until_month": None,
            "lives": {},
            "events": 0,
        }

    def _member(self, case: str, member: Member, rows: Rows) -> None:
        rows.put(
            MEMBER, {"case_no": case, "member": member.key, "person": member.person, "name": member.name}
        )

    def _changes(self, case: str, event: CaseEvent, row: Row, rows: Rows) -> Row:
        if isinstance(event, AwardBegan | AmountChanged):
            changes = _terms(event.terms)
            if isinstance(event, AwardBegan):
                changes.update(ended=None, ended_code=None, until_month=event.until_month)
            return changes
        if isinstance(event, RELOCATED):
            return {"division": event.division}
        if isinstance(event, TakenOver):
            return _terms(event.terms)
        if isinstance(event, TakeOverUndone):
            return {"ended": event.on, "ended_code": UNDONE, "amount": 0, "from_month": None}
        if isinstance(event, GradualExitGranted):
            return {**_terms(event.terms), "until_month": event.until_month}
        if isinstance(event, Stopped):
            last = add_month(event.from_month, -1)
            return {"ended": event.on, "ended_code": event.code, "until_month": last}
        if isinstance(event, NotAccepted | Terminated):
            return {"ended": event.on, "ended_code": event.code}
        if isinstance(event, Lapsed):
            return {"ended": event.on, "ended_code": "E04"}
        if isinstance(event, Withdrawn):
            return {"ended": event.on, "ended_code": "E05"}
        if isinstance(event, RefusedAid):
            return {"ended": event.on, "ended_code": event.grounds[0]}
        if isinstance(event, ApplicantReplaced | HeadChanged):
            member = rows.get(MEMBER, (case, event.head))
            return {"head": event.head, "head_name": member["name"] if member else row["head_name"]}
        if isinstance(event, MemberJoined):
            self._member(case, event.member, rows)
            return {"members": row["members"] + 1}
        if isinstance(event, MemberLeft | MemberDied):
            return {"members": row["members"] - 1}
        if isinstance(event, ChangeDropped):
            return {"members": row["members"] + len(event.here) - len(event.never)}
        return {}


def _terms(terms: Terms) -> Row:
    return {"amount": terms.amount, "from_month": terms.from_month}


def cases(
    rows: Rows,
    *,
    division: str = "",
    state: str | None = None,
    life: str | None = None,
    household: str | None = None,
    in_scope: Callable[[str], bool] = lambda division: True,
) -> list[Found]:
    """Cases by number: in a division and below, with a life cycle (of that name) in that state."""
    found = rows.select(CASE, household=household) if household else rows.below(CASE, "division", division)
    return [
        _found(row)
        for row in found
        if row["division"].startswith(division) and in_scope(row["division"]) and _fits(row, state, life)
    ]


class Pages(Protocol):
    """Rows of which a page can be had without the others."""

    def get(self, table: str, key: Key) -> Row | None: ...
    def page(
        self, table: str, column: str, prefix: str, after: tuple[Any, ...] | None, limit: int
    ) -> list[Row]: ...


def page_of_cases(
    rows: Pages,
    division: str,
    limit: int,
    after: str | None = None,
    *,
    state: str | None = None,
    life: str | None = None,
    in_scope: Callable[[str], bool] = lambda division: True,
) -> list[Found]:
    """The next cases by division and number, as in `cases`. Raises KeyError if the one behind isn't there."""
    found: list[Found] = []
    last = None
    if after is not None:
        row = rows.get(CASE, (after,))
        if row is None:
            raise KeyError(after)
        last = (row["division"], after)
    while len(found) < limit:
        page = rows.page(CASE, "division", division, last, limit)
        found += [_found(row) for row in page if in_scope(row["division"]) and _fits(row, state, life)]
        if len(page) < limit:
            break
        last = (page[-1]["division"], page[-1]["case_no"])
    return found[:limit]


def _fits(row: Row, state: str | None, life: str | None) -> bool:
    if state is None and life is None:
        return True
    return any(
        (life is None or name.partition("@")[0] == life) and (state is None or now == state)
        for name, now, _ in row["lives"].values()
    )


def _found(row: Row) -> Found:
    return Found(
        case=row["case_no"],
        programme=row["programme"],
        area=row["area"],
        household=row["household"],
        division=row["division"],
        head=row["head_name"].masked(),
        members=row["members"],
        entered=row["entered"],
        ended=row["ended"],
        ended_code=row["ended_code"],
        amount=row["amount"],
        from_month=row["from_month"],
        until_month=row["until_month"],
        lives={key: tuple(value) for key, value in row["lives"].items()},
        version=row["events"],
    )
