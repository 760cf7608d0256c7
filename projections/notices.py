"""公示栏: what may be shown of a case on the notice board, and only while it may.

Head's name, members counted, amount; no child by name, nothing else of anybody (rules.md §3 publicity, §9;
民发〔2021〕57号 art. 19, 24; 社会救助法 art. 45). A notice that is over leaves the rows, not only the answers.
"""

from datetime import date
from typing import ClassVar

import msgspec

from domain.case.award import HeadChanged
from domain.case.change import MemberJoined
from domain.case.decision import Announced, Confirmed
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
from domain.case.opinion import Posted, PublicityVoid, TakenDown
from domain.case.takeover import TakenOver
from domain.days import age_on
from domain.event import CaseEvent, Event
from domain.office import TimeSeen
from domain.personal import Name
from projections.base import Row, Rows, Seen, Table

CASE = "notices_case"
NAME = "notices_name"
NOTICE = "notices_shown"
PUBLICITY, ANNOUNCEMENT = "L06", "L10"
ADULT = 18


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One notice as anybody may read it. `name` is None where the head is a child; `amount` in fen."""

    letter: str
    division: str
    place: str
    name: Name | None
    members: int
    amount: int
    posted: date
    until: date


class Notices:
    """`notices_shown`: what hangs now; the other tables are what a notice will be made of."""

    name: ClassVar[str] = "notices"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name=CASE,
            columns={
                "case_no": "text",
                "division": "text",
                "head": "text",
                "members": "int",
                "amount": "int",
            },
            key=("case_no",),
        ),
        Table(
            name=NAME,
            columns={"case_no": "text", "member": "text", "name": "personal", "born": "day"},
            key=("case_no", "member"),
        ),
        Table(
            name=NOTICE,
            columns={
                "case_no": "text",
                "letter": "text",
                "division": "text",
                "place": "text",
                "name": "personal",
                "members": "int",
                "amount": "int",
                "posted": "day",
                "until": "day",
            },
            key=("case_no", "letter"),
            indexes=(("division",),),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if isinstance(event, TimeSeen):
            self._take_away(event.until, rows)
        elif isinstance(event, CaseEvent):
            self._case(seen.stream.partition(":")[2], event, rows)

    def _case(self, case: str, event: Event, rows: Rows) -> None:
        if isinstance(event, ApplicationEntered | TakenOver):
            start = {"case_no": case, "division": event.division, "head": event.head}
            amount = event.terms.amount if isinstance(event, TakenOver) else 0
            rows.put(CASE, {**start, "members": len(event.members), "amount": amount})
            for member in event.members:
                self._name(case, member, rows)
        elif isinstance(event, RELOCATED):
            self._of(case, rows, division=event.division)
        elif isinstance(event, MemberJoined):
            self._name(case, event.member, rows)
        elif isinstance(event, ApplicantReplaced | HeadChanged):
            self._of(case, rows, head=event.head)
        elif isinstance(event, Posted):
            where = self._of(case, rows, members=event.size, amount=event.amount)
            self._hang(case, PUBLICITY, where, event.place, event.on, event.until, rows)
        elif isinstance(event, Confirmed):
            self._of(case, rows, members=len(event.counted), amount=event.amount)
        elif isinstance(event, Announced):
            self._hang(case, ANNOUNCEMENT, self._of(case, rows), event.place, event.on, event.until, rows)
        elif isinstance(event, TakenDown | PublicityVoid | NotAccepted | Lapsed | Withdrawn | Terminated):
            rows.delete(NOTICE, (case, PUBLICITY))

    def _name(self, case: str, member: Member, rows: Rows) -> None:
        rows.put(NAME, {"case_no": case, "member": member.key, "name": member.name, "born": member.born})

    def _of(self, case: str, rows: Rows, **changes: object) -> Row:
        row = rows.get(CASE, (case,))
        assert row is not None
        if changes:
            row = {**row, **changes}
            rows.put(CASE, row)
        return row

    def _hang(self, case: str, letter: str, of: Row, place: str, on: date, until: date, rows: Rows) -> None:
        head = rows.get(NAME, (case, of["head"]))
        grown = head is not None and age_on(head["born"], on) >= ADULT
        rows.put(
            NOTICE,
            {
                "case_no": case,
                "letter": letter,
                "division": of["division"],
                "place": place,
                "name": head["name"] if head is not None and grown else None,
                "members": of["members"],
                "amount": of["amount"],
                "posted": on,
                "until": until,
            },
        )

    def _take_away(self, until: date, rows: Rows) -> None:
        """Time has gone on to a day: what hung until the day before, and was left hanging, is over."""
        for row in list(rows.select(NOTICE)):
            if row["until"] < until:
                rows.delete(NOTICE, (row["case_no"], row["letter"]))


def board(rows: Rows, today: date, divisions: str) -> list[Notice]:
    """What hangs in a village or community, or in those of a township, on a day."""
    found = [
        Notice(
            letter=row["letter"],
            division=row["division"],
            place=row["place"],
            name=row["name"],
            members=row["members"],
            amount=row["amount"],
            posted=row["posted"],
            until=row["until"],
        )
        for row in rows.below(NOTICE, "division", divisions)
        if row["posted"] <= today <= row["until"]
    ]
    return sorted(found, key=lambda one: (one.division, one.letter, one.posted, one.until))
