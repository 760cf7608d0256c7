"""Staff: who holds which desk, in which division, from when to when; and whose near relatives are filed.

rules.md §1; 民发〔2021〕57号 art. 11, 20.
"""

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from domain.event import Event, Value
from domain.ids import DivisionCode, PersonRef, StaffId
from domain.personal import Name

Desk = Literal[
    "window",
    "handler",
    "leader",
    "village",
    "surveyor",
    "centre",
    "county_handler",
    "section_chief",
    "decider",
    "payer",
    "checker",
    "auditor",
    "administrator",
    "bureau",
    "registrar",
]
DESK_LEVEL: dict[str, tuple[str, ...]] = {
    "village": ("village",),
    "surveyor": ("village", "township", "county"),
    "window": ("township",),
    "handler": ("township",),
    "leader": ("township",),
    "centre": ("county", "city"),
    "county_handler": ("county",),
    "section_chief": ("county",),
    "decider": ("county", "township"),
    "payer": ("county",),
    "checker": ("county",),
    "auditor": ("township", "county", "city", "province"),
    "administrator": ("township", "county", "city", "province"),
    "bureau": ("county", "city", "province"),
    "registrar": ("county", "city", "province"),
}
"""At which level of division a desk stands; a township has a decider where it decides itself (57 art. 2)."""
SERVICE_DESKS = frozenset({"bureau", "registrar"})
"""Desks of other offices' machines: a verification bureau's answers and facts, a register's deaths, nothing else."""
STAFF_DESKS = tuple(desk for desk in DESK_LEVEL if desk not in SERVICE_DESKS)


class Appointed(Event, frozen=True, kw_only=True):
    """A desk held in a division for a span; the same person may hold several, also elsewhere (lent)."""

    staff: StaffId
    name: Name
    desk: Desk
    division: DivisionCode
    since: date
    until: date | None = None
    person: PersonRef | None = None
    lent_from: DivisionCode | None = None


class AppointmentEnded(Event, frozen=True, kw_only=True):
    staff: StaffId
    desk: Desk
    until: date


class RelationDeclared(Event, frozen=True, kw_only=True):
    """近亲属备案 by staff or committee: yearly in January and within 10 days of a change."""

    staff: StaffId
    person: PersonRef
    kinship: str


class RelationEnded(Event, frozen=True, kw_only=True):
    staff: StaffId
    person: PersonRef


class Appointment(Value, frozen=True, kw_only=True):
    staff: StaffId
    name: Name
    desk: Desk
    division: DivisionCode
    since: date
    until: date | None = None
    person: PersonRef | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """The staff of one division and the near relatives they declared (person → (staff, kinship))."""

    appointments: tuple[Appointment, ...] = ()
    relations: dict[PersonRef, tuple[tuple[StaffId, str], ...]] = {}

    def desks(self, staff: str, day: date) -> frozenset[str]:
        return frozenset(a.desk for a in self.appointments if a.staff == staff and a.holds(day))

    def related(self, staff: str) -> tuple[PersonRef, ...]:
        """The near relatives that are filed for a member of staff."""
        return tuple(
            person for person, filed in self.relations.items() if any(who == staff for who, _ in filed)
        )


def _appointed(roster: Roster, event: Appointed) -> Roster:
    appointment = Appointment(
        staff=event.staff,
        name=event.name,
        desk=event.desk,
        division=event.division,
        since=event.since,
        until=event.until,
        person=event.person,
    )
    return replace(roster, appointments=(*roster.appointments, appointment))


def _ended(roster: Roster, event: AppointmentEnded) -> Roster:
    return replace(
        roster,
        appointments=tuple(
            replace(one, until=event.until)
            if one.staff == event.staff and one.desk == event.desk and one.holds(event.until)
            else one
            for one in roster.appointments
        ),
    )


def _declared(roster: Roster, event: RelationDeclared) -> Roster:
    known = roster.relations.get(event.person, ())
    return replace(
        roster, relations={**roster.relations, event.person: (*known, (event.staff, event.kinship))}
    )


def _relation_ended(roster: Roster, event: RelationEnded) -> Roster:
    left = tuple(one for one in roster.relations.get(event.person, ()) if one[0] != event.staff)
    return replace(roster, relations={**roster.relations, event.person: left})


_EVOLVE: dict[type[Event], Any] = {
    Appointed: _appointed,
    AppointmentEnded: _ended,
    RelationDeclared: _declared,
    RelationEnded: _relation_ended,
}


def evolve_roster(roster: Roster, event: Event) -> Roster:
    changed: Roster = _EVOLVE[type(event)](roster, event)
    return changed
