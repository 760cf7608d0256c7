"""Persons by their reference: who is registered, and which cases claim each, as applicant or by an award."""

from datetime import date
from typing import ClassVar

import msgspec

from domain.event import Event
from domain.person import (
    Claimed,
    DeathRecorded,
    NumberAdded,
    PersonCorrected,
    PersonRegistered,
    Released,
)
from projections.base import Rows, Seen, Table

PERSON = "persons_person"
CLAIM = "persons_claim"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A person, masked, with the cases that ever claimed him (the earlier file is shown: 57 art. 12)."""

    person: str
    name: str
    sex: str
    born: date
    died: date | None
    numbered: bool
    cases: tuple[str, ...]


class Persons:
    name: ClassVar[str] = "persons"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[type[Event], ...]] = (
        PersonRegistered,
        NumberAdded,
        PersonCorrected,
        DeathRecorded,
        Claimed,
        Released,
    )
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name=PERSON,
            columns={
                "person": "text",
                "name": "personal",
                "number": "personal",
                "number_missing": "personal",
                "sex": "text",
                "born": "day",
                "died": "day",
            },
            key=("person",),
        ),
        Table(
            name=CLAIM,
            columns={
                "person": "text",
                "case_no": "text",
                "kind": "text",
                "claim_group": "text",
                "from_month": "text",
                "until": "text",
                "open": "bool",
            },
            key=("person", "case_no", "kind", "claim_group", "from_month"),
            indexes=(("case_no",),),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        kind, _, person = seen.stream.partition(":")
        if kind == "person":
            self._person(person, seen.event, rows)

    def _person(self, person: str, event: Event, rows: Rows) -> None:
        if isinstance(event, PersonRegistered):
            rows.put(
                PERSON,
                {
                    "person": person,
                    "name": event.name,
                    "number": event.number,
                    "number_missing": event.number_missing,
                    "sex": event.sex,
                    "born": event.born,
                    "died": None,
                },
            )
        elif isinstance(event, NumberAdded):
            self._change(person, rows, number=event.number, number_missing=None)
        elif isinstance(event, PersonCorrected):
            self._change(person, rows, name=event.name)
        elif isinstance(event, DeathRecorded):
            self._change(person, rows, died=event.died)
        elif isinstance(event, Claimed):
            rows.put(
                CLAIM,
                {
                    "person": person,
                    "case_no": event.case,
                    "kind": event.kind,
                    "claim_group": event.group,
                    "from_month": event.from_month or "",
                    "until": event.until,
                    "open": True,
                },
            )
        elif isinstance(event, Released):
            self._released(person, event, rows)

    def _change(self, person: str, rows: Rows, **changes: object) -> None:
        row = rows.get(PERSON, (person,))
        assert row is not None
        rows.put(PERSON, {**row, **changes})

    def _released(self, person: str, event: Released, rows: Rows) -> None:
        if event.kind == "applying":
            row = rows.get(CLAIM, (person, event.case, event.kind, event.group, ""))
            if row is not None:
                rows.put(CLAIM, {**row, "open": False})
            return
        for row in list(rows.select(CLAIM, person=person)):
            if (row["case_no"], row["kind"], row["claim_group"]) != (event.case, event.kind, event.group):
                continue
            held = event.until is not None and row["from_month"] and row["from_month"] <= event.until
            until = row["until"] if row["until"] and (not held or row["until"] < event.until) else event.until
            rows.put(CLAIM, {**row, "until": until, "open": False})


def person(rows: Rows, ref: str) -> Known | None:
    row = rows.get(PERSON, (ref,))
    if row is None:
        return None
    cases = dict.fromkeys(claim["case_no"] for claim in rows.select(CLAIM, person=ref))
    return Known(
        person=ref,
        name=row["name"].masked(),
        sex=row["sex"],
        born=row["born"],
        died=row["died"],
        numbered=row["number"] is not None,
        cases=tuple(cases),
    )
