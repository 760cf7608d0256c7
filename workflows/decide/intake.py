"""受理: entering, what is missing, consent, acceptance and its refusals (57 art. 8–12; rules.md §3)."""

from datetime import date
from typing import TypeVar

from domain.calendar import Due
from domain.case import Case
from domain.case.intake import (
    Accepted,
    ApplicationEntered,
    ItemBrought,
    Member,
    MissingSaid,
)
from domain.days import age_on
from domain.event import Event
from domain.ids import (
    CaseNo,
    HouseholdRef,
    InstanceId,
    MemberKey,
    StreamId,
    county_of,
    level_of,
    make_case_no,
)
from domain.office import NumberGiven
from domain.personal import Account, Address, Personal, Phone
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands.intake import Accept, Bring, Enter, SayMissing
from workflows.context import Context
from workflows.decide.persons import claim_applying, find
from workflows.engine import due_day, guard
from workflows.refusal import Reason, reason, refuse
from workflows.world import numbers_stream

ADULT = 18
P = TypeVar("P", bound=Personal)


@guard
def papers_whole(context: Context, command: object) -> Reason | None:
    missing = context.case.intake.outstanding
    return reason("papers-missing", "items", items=", ".join(missing)) if missing else None


@guard
def all_consented(context: Context, command: object) -> Reason | None:
    """Each adult who lives with the household authorises verification (L26 art. 41)."""
    missing = [
        key
        for key, member in context.case.members.items()
        if member.here(context.on)
        and age_on(member.born, context.on) >= ADULT
        and not consents(member, context.on)
    ]
    return reason("consent-missing", "members", members=", ".join(missing)) if missing else None


def consents(member: Member, day: date) -> bool:
    return (
        member.consent_from is not None
        and member.consent_from <= day
        and member.consent_until is not None
        and day <= member.consent_until
    )


@due_day
def whole_limit(context: Context, case: Case, instance: InstanceId) -> Due:
    """30 working days in all, 20 where the township decides (57 art. 22; 83)."""
    name = "whole_days_township" if context.rule("township_decides") else "whole_days"
    return context.due_by(name, context.on)


@decides(Enter)
def enter(context: Context, command: Enter) -> Decision:
    if level_of(command.division) not in ("village", "township"):
        raise refuse("division-too-high", "data.division")
    keys = [entry.key for entry in command.members]
    if len(set(keys)) != len(keys):
        raise refuse("member-key-twice", "data.members")
    for field, key in (
        ("applicant", command.applicant),
        ("head", command.head or command.applicant),
        ("account_holder", command.account_holder or command.applicant),
    ):
        if key not in keys:
            raise refuse("not-a-member", f"data.{field}", member=key)
    county = county_of(command.division)
    numbering = numbers_stream(county, context.on.year)
    serial = (context.world.state(numbering) or 0) + 1
    number = make_case_no(county, context.on.year, serial)
    others: list[tuple[StreamId, Event]] = [
        (numbering, NumberGiven(on=context.on, serial=serial, case=number))
    ]
    numbers = []
    members: list[Member] = []
    households: list[CaseNo] = []
    for place, entry in enumerate(command.members):
        found = find(context, entry, f"data.members[{place}]")
        if any(member.person == found.ref for member in members):
            raise refuse("person-twice", f"data.members[{place}]")
        others.extend(found.events)
        if found.events and found.number:
            numbers.append((found.number.text, found.ref))
        person = context.person(found.ref)
        if not found.events and age_on(found.born, context.on) >= ADULT:
            households.extend(claim.case for claim in person.claims)
        if entry.key == command.applicant and found.number is None:
            raise refuse("applicant-needs-number", f"data.members[{place}].number")
        others.append(claim_applying(context, person, found.ref, number))
        members.append(
            Member(
                key=MemberKey(entry.key),
                person=found.ref,
                name=found.name,
                number=found.number,
                sex=found.sex,
                born=found.born,
                kinship=entry.kinship,
            )
        )
    applicant = next(member for member in members if member.key == command.applicant)
    head = command.head or command.applicant
    event = ApplicationEntered(
        on=context.on,
        number=number,
        programme=command.programme,
        area=command.area,
        household=_household(context, households),
        division=command.division,
        applicant=command.applicant,
        head=head,
        members=tuple(members),
        address=_text(Address, applicant.person, command.address, "data.address"),
        phone=_text(Phone, applicant.person, command.phone, "data.phone"),
        account=_text(Account, applicant.person, command.account, "data.account"),
        account_holder=(command.account_holder or head) if command.account else None,
        entrusted=command.entrusted,
        near_relative=command.near_relative,
        single_person=command.single_person,
        earlier=tuple(dict.fromkeys(households)),
        came_from=command.came_from,
    )
    return Decision(events=[event], others=others, numbers=numbers, number=number)


def _household(context: Context, earlier: list[CaseNo]) -> HouseholdRef:
    """That of a living or open case of one of its adults, else a new one."""
    for number in reversed(earlier):
        case = context.other_case(number)
        if case is not None and case.household:
            return case.household
    return HouseholdRef(context.token("h"))


def _text(kind: type[P], of: str, text: str | None, field: str) -> P | None:
    return kind(of, check_text(text, field)) if text else None


@decides(SayMissing)
def say_missing(context: Context, command: SayMissing) -> Decision:
    until = context.due_by("papers_days", context.on).day
    return Decision(events=[MissingSaid(on=context.on, items=command.items, until=until)])


@decides(Bring)
def bring(context: Context, command: Bring) -> Decision:
    if command.item not in context.case.intake.outstanding:
        raise refuse("not-asked-for", "data.item", items=", ".join(context.case.intake.outstanding))
    return Decision(
        events=[ItemBrought(on=context.on, item=command.item, paper=command.paper, promise=command.promise)]
    )


@decides(Accept)
def accept(context: Context, command: Accept) -> Decision:
    return Decision(events=[Accepted(on=context.on)])
