"""Staff: desks and their spans, near relatives declared (rules.md §1; 57 art. 11, 20)."""

import re
from datetime import date
from typing import Literal

from domain.case import Case
from domain.case.decision import CountyVisitDue
from domain.case.intake import RelationFiled
from domain.codes import check_code
from domain.event import Event
from domain.identity import check_number
from domain.ids import CaseNo, DivisionCode, MemberKey, PersonRef, StaffId, StreamId, level_of, within
from domain.personal import Name
from domain.staff import DESK_LEVEL, Appointed, AppointmentEnded, RelationDeclared, RelationEnded, Roster
from domain.text import check_text
from workflows.authority import CLOCK_ACTOR
from workflows.command import Decision, decides
from workflows.commands.intake import MemberEntry
from workflows.commands.office import Appoint, DeclareRelation, EndAppointment, EndRelation
from workflows.context import Context, policy_of
from workflows.decide.persons import find
from workflows.decide.policy import division_of
from workflows.decide.relations import GROUND
from workflows.refusal import refuse
from workflows.world import ROOT, case_stream, staff_stream

_STAFF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


@decides(Appoint)
def appoint(context: Context, command: Appoint) -> Decision:
    division = division_of(command.division)
    staff = command.staff
    if not _STAFF.fullmatch(staff) or staff == CLOCK_ACTOR:
        raise refuse("staff-id", "data.staff")
    levels = DESK_LEVEL[command.desk]
    if level_of(division) not in levels:
        raise refuse("desk-level", "data.desk", desk=command.desk, levels=", ".join(levels))
    since = command.since or context.on
    if command.until is not None and command.until < since:
        raise refuse("span-backwards", "data.until")
    if command.lent_from is not None:
        _lent(context, command, division, since)
    roster = context.roster(division)
    if _overlaps(roster, command, since):
        raise refuse("desk-held", "data.staff", staff=staff, desk=command.desk)
    event = Appointed(
        on=context.on,
        staff=staff,
        name=Name(staff, check_text(command.name, "data.name", longest=100, lines=False)),
        desk=command.desk,
        division=division,
        since=since,
        until=command.until,
        person=_person(context, command.number) if command.number else None,
        lent_from=command.lent_from,
    )
    return Decision(others=[(staff_stream(division), event)], answer={"staff": staff})


def _lent(context: Context, command: Appoint, division: DivisionCode, since: date) -> None:
    """A desk is lent for a span, by a division where he holds one."""
    home = division_of(command.lent_from or "", "data.lent_from")
    if command.until is None:
        raise refuse("lent-without-end", "data.until")
    if home == division or not context.roster(home).desks(command.staff, since):
        raise refuse("lent-from", "data.lent_from", staff=command.staff, division=home)


def _overlaps(roster: Roster, command: Appoint, since: date) -> bool:
    return any(
        one.staff == command.staff
        and one.desk == command.desk
        and (one.until is None or one.until >= since)
        and (command.until is None or one.since <= command.until)
        for one in roster.appointments
    )


def _person(context: Context, number: str) -> PersonRef:
    ref = context.person_of(check_number(number, context.today, "data.number"))
    if ref is None:
        raise refuse("person-unknown", "data.number")
    return ref


@decides(EndAppointment)
def end_appointment(context: Context, command: EndAppointment) -> Decision:
    """With the last desk in a division the relations filed there end (rules.md §1)."""
    division = division_of(command.division)
    roster = context.roster(division)
    until = command.until or context.on
    if command.desk not in roster.desks(command.staff, until):
        raise refuse("desk-not-held", "data.desk", staff=command.staff, desk=command.desk)
    if division == ROOT and command.desk == "administrator":
        others_stay = any(
            one.desk == "administrator" and one.staff != command.staff and one.until is None
            for one in roster.appointments
        )
        if not others_stay:
            raise refuse("last-administrator", "data.staff", staff=command.staff)
    ended = AppointmentEnded(on=context.on, staff=command.staff, desk=command.desk, until=until)
    others: list[tuple[StreamId, Event]] = [(staff_stream(division), ended)]
    stays = any(
        one.staff == command.staff and one.desk != command.desk and (one.until is None or one.until > until)
        for one in roster.appointments
    )
    if not stays:
        others.extend(
            (staff_stream(division), RelationEnded(on=context.on, staff=command.staff, person=person))
            for person in roster.related(command.staff)
        )
    return Decision(others=others)


@decides(DeclareRelation)
def declare_relation(context: Context, command: DeclareRelation) -> Decision:
    division = division_of(command.division)
    staff, desks = _about(context, command.staff, division)
    kinship = check_code("kinship", command.kinship, "data.kinship")
    entry = MemberEntry(key="m1", name=command.name, kinship=kinship, number=command.number)
    found = find(context, entry, "data")
    numbers = [(found.number.text, found.ref)] if found.events and found.number else []
    filed = context.roster(division).relations.get(found.ref, ())
    if any(who == staff for who, _ in filed):
        raise refuse("relation-known", "data.number", staff=staff)
    declared = RelationDeclared(on=context.on, staff=staff, person=found.ref, kinship=kinship)
    known_by: Literal["committee", "staff"] = "committee" if desks == {"village"} else "staff"
    others: list[tuple[StreamId, Event]] = [*found.events, (staff_stream(division), declared)]
    living = _living_cases(context, found.ref, division, staff)
    for case, key in living:
        filed_here = RelationFiled(on=context.on, member=key, staff=staff, kinship=kinship, known_by=known_by)
        others.append((case_stream(case.number), filed_here))
        if _visit_due(context, case):
            others.append((case_stream(case.number), CountyVisitDue(on=context.on, ground=GROUND)))
    return Decision(others=others, numbers=numbers, answer={"cases": len(living)})


def _visit_due(context: Context, case: Case) -> bool:
    """An application under way needs the county's visit before its decision (57 art. 20)."""
    if case.decision is not None or GROUND in case.visit_grounds:
        return False
    day = case.intake.accepted or context.on
    return policy_of(context.world, case).flag("visit_near_relative", day)


def _about(context: Context, named: StaffId | None, division: DivisionCode) -> tuple[StaffId, set[str]]:
    """Whose relation it is, and his desks there: his own, or another's where an administrator says it."""
    staff = named or StaffId(context.actor)
    own = {desk for desk, _ in context.desks(context.actor, division, context.today)}
    if staff != context.actor and "administrator" not in own:
        raise refuse("not-your-relation", "data.staff", staff=staff)
    desks = {desk for desk, _ in context.desks(staff, division, context.today)}
    if not desks:
        raise refuse("desk-none", "data.staff", staff=staff, division=division)
    return staff, desks


def _living_cases(
    context: Context, person: PersonRef, division: DivisionCode, staff: StaffId
) -> list[tuple[Case, MemberKey]]:
    """Cases under way or living in the division that have the person as a member, not filed yet."""
    found: dict[CaseNo, tuple[Case, MemberKey]] = {}
    for claim in context.person(person).claims:
        case = context.other_case(claim.case)
        if case is None or case.ended is not None or not within(division, case.division):
            continue
        if any(one.staff == staff for one in case.relations):
            continue
        for key, member in case.members.items():
            if member.person == person:
                found[case.number] = (case, key)
    return [found[number] for number in sorted(found)]


@decides(EndRelation)
def end_relation(context: Context, command: EndRelation) -> Decision:
    division = division_of(command.division)
    staff, _ = _about(context, command.staff, division)
    person = _person(context, command.number)
    if person not in context.roster(division).related(staff):
        raise refuse("relation-none", "data.number", staff=staff)
    return Decision(
        others=[(staff_stream(division), RelationEnded(on=context.on, staff=staff, person=person))]
    )
