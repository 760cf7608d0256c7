"""受理: entering, what is missing, consent, acceptance (57 art. 8–12; rules.md §3 where, apply, consent, accept)."""

from typing import TypeVar

from domain.case.intake import (
    CONSENT,
    Accepted,
    ApplicationEntered,
    ConsentGiven,
    ConsentWithdrawn,
    ItemBrought,
    Member,
    MissingSaid,
    RelationFiled,
)
from domain.codes import check_code
from domain.event import Event
from domain.ids import (
    CaseNo,
    DivisionCode,
    FactKey,
    HouseholdRef,
    MemberKey,
    PersonRef,
    StreamId,
    county_of,
    level_of,
    make_case_no,
)
from domain.office import NumberGiven
from domain.personal import Account, Address, Personal, Phone
from domain.text import check_text
from workflows.command import Decision, decides
from workflows.commands.intake import (
    Accept,
    Bring,
    Consent,
    Enter,
    SayMissing,
    WithdrawConsent,
)
from workflows.context import Context
from workflows.decide.composition import composed
from workflows.decide.consent import adult, consent_runs, unconsented
from workflows.decide.days import check_day
from workflows.decide.origin import Origin, origin_of
from workflows.decide.papers import check_paper
from workflows.decide.persons import claim_applying, find
from workflows.decide.relations import declared, matched, visit_due
from workflows.engine import guard
from workflows.refusal import Reason, reason, refuse, refuse_all
from workflows.world import case_stream, numbers_stream, person_stream

P = TypeVar("P", bound=Personal)


@guard
def papers_whole(context: Context, command: object) -> Reason | None:
    missing = context.case.intake.outstanding
    return reason("papers-missing", "items", items=", ".join(missing)) if missing else None


@guard
def all_consented(context: Context, command: object) -> Reason | None:
    """Each adult who lives with the household authorises verification (L26 art. 41)."""
    missing = unconsented(context.case, context.on)
    return reason("consent-missing", "members", members=", ".join(missing)) if missing else None


def new_number(context: Context, division: DivisionCode) -> tuple[CaseNo, tuple[StreamId, Event]]:
    """The next number of the division's county in this year, and that it is given (architecture 9)."""
    county = county_of(division)
    numbering = numbers_stream(county, context.on.year)
    serial = (context.world.state(numbering) or 0) + 1
    number = make_case_no(county, context.on.year, serial)
    context.world.fresh(case_stream(number))
    return number, (numbering, NumberGiven(on=context.on, serial=serial, case=number))


@decides(Enter)
def enter(context: Context, command: Enter) -> Decision:
    _check_entry(command)
    origin = origin_of(context, command)
    number, given = new_number(context, command.division)
    others: list[tuple[StreamId, Event]] = [given]
    numbers: list[tuple[str, PersonRef]] = []
    members: list[Member] = []
    earlier: list[CaseNo] = []
    for place, entry in enumerate(command.members):
        field = f"data.members[{place}]"
        found = find(context, entry, field)
        if any(found.same(member) for member in members):
            raise refuse("person-twice", field)
        check_day(context, found.born, field, "born-later")
        if entry.key == command.applicant:
            if found.number is None:
                raise refuse("applicant-needs-number", f"{field}.number")
            if not adult(found.member(entry.key, entry.kinship), context.on) and command.entrusted is None:
                raise refuse("applicant-not-adult", field, member=entry.key)
        others.extend(found.events)
        numbers.extend(found.binds)
        if found.new:
            context.world.fresh(person_stream(found.ref))
        person = context.person(found.ref)
        earlier.extend(person.cases)
        source = origin.source(context, person, found.ref, field)
        others.append(claim_applying(context, person, found.ref, number, source))
        members.append(found.member(entry.key, entry.kinship))
    filed = [*declared(context, command.near_relative), *matched(context, members)]
    if any(isinstance(one, RelationFiled) and one.staff == context.actor for one in filed):
        raise refuse("recusal", "actor", actor=context.actor)
    if filed:
        filed += visit_due(context)
    origin.check(members, command.applicant)
    entered = _entered(context, command, origin, number, members, tuple(dict.fromkeys(earlier)))
    return Decision(events=[entered, *filed], others=others, numbers=numbers, number=number)


def _check_entry(command: Enter) -> None:
    """What an entry must hold before anybody is looked up."""
    if level_of(command.division) not in ("village", "township"):
        raise refuse("division-too-high", "data.division")
    keys = {entry.key for entry in command.members}
    if len(keys) != len(command.members):
        raise refuse("member-key-twice", "data.members")
    for field, key in (
        ("applicant", command.applicant),
        ("head", command.head or command.applicant),
        ("account_holder", command.account_holder or command.applicant),
    ):
        if key not in keys:
            raise refuse("not-a-member", f"data.{field}", member=key)
    for place, entry in enumerate(command.members):
        check_code("kinship", entry.kinship, f"data.members[{place}].kinship")
    refuse_all(composed(command.members, command.head or command.applicant))
    check_paper(command.entrusted, "data.entrusted")


def _entered(
    context: Context,
    command: Enter,
    origin: Origin,
    number: CaseNo,
    members: list[Member],
    earlier: tuple[CaseNo, ...],
) -> ApplicationEntered:
    applicant = next(member for member in members if member.key == command.applicant)
    head = command.head or command.applicant
    return ApplicationEntered(
        on=context.on,
        number=number,
        programme=command.programme,
        area=command.area,
        household=HouseholdRef(context.token("h")) if origin.splits else household_of(context, earlier),
        division=command.division,
        applicant=command.applicant,
        head=head,
        members=tuple(members),
        address=personal_text(Address, applicant.person, command.address, "data.address"),
        phone=personal_text(Phone, applicant.person, command.phone, "data.phone"),
        account=personal_text(Account, applicant.person, command.account, "data.account"),
        account_holder=(command.account_holder or head) if command.account else None,
        entrusted=command.entrusted,
        near_relative=command.near_relative,
        single_person=command.single_person,
        earlier=earlier,
        came_from=origin.number,
        came_by=origin.cause,
        certificate=origin.certificate,
    )


def household_of(context: Context, earlier: tuple[CaseNo, ...]) -> HouseholdRef:
    """That of a living or open case of one of its people, else a new one."""
    for number in reversed(earlier):
        case = context.other_case(number)
        if case is not None and case.household and case.ended is None:
            return case.household
    return HouseholdRef(context.token("h"))


def personal_text(kind: type[P], of: str, text: str | None, field: str) -> P | None:
    clean = check_text(text, field) if text else ""
    return kind(of, clean) if clean else None


@decides(SayMissing)
def say_missing(context: Context, command: SayMissing) -> Decision:
    """Everything that is missing, said once; a consent by the member's key."""
    items = tuple(check_text(item, "data.items", lines=False) for item in command.items)
    if len(set(items)) != len(items) or "" in items:
        raise refuse("items-wrong", "data.items")
    for item in items:
        member = item.removeprefix(CONSENT)
        if member != item and member not in context.case.members:
            raise refuse("not-a-member", "data.items", member=member)
    until = context.due_by("papers_days", context.on).day
    return Decision(events=[MissingSaid(on=context.on, items=items, until=until)])


@decides(Bring)
def bring(context: Context, command: Bring) -> Decision:
    """What was asked for, as a paper or, where a promise may stand for it, promised (57 art. 10)."""
    if command.item not in context.case.intake.outstanding:
        raise refuse("not-asked-for", "data.item", items=", ".join(context.case.intake.outstanding))
    if command.item.startswith(CONSENT):
        raise refuse("consent-is-given", "data.item")
    paper = check_paper(command.paper, "data.paper")
    return Decision(
        events=[ItemBrought(on=context.on, item=command.item, paper=paper, promise=command.promise)]
    )


@decides(Accept)
def accept(context: Context, command: Accept) -> Decision:
    return Decision(events=[Accepted(on=context.on)])


@decides(Consent)
def consent(context: Context, command: Consent) -> Decision:
    if command.until < context.on:
        raise refuse("consent-over", "data.until", on=context.on.isoformat())
    given = ConsentGiven(
        on=context.on,
        scope=command.scope,
        until=command.until,
        member=_one_of(context, command.member, command.supporter),
        supporter=command.supporter,
        by=command.by,
        paper=check_paper(command.paper, "data.paper"),
    )
    if command.supporter is not None and command.by != "self":
        raise refuse("supporter-consents-himself", "data.by")
    return Decision(events=[given])


@decides(WithdrawConsent)
def withdraw_consent(context: Context, command: WithdrawConsent) -> Decision:
    member = _one_of(context, command.member, command.supporter)
    runs = (
        consent_runs(context.case.members[member], context.on)
        if member is not None
        else command.supporter in context.case.supporters
    )
    if not runs:
        raise refuse("consent-not-running", "data.member")
    return Decision(events=[ConsentWithdrawn(on=context.on, member=member, supporter=command.supporter)])


def _one_of(context: Context, member: MemberKey | None, supporter: FactKey | None) -> MemberKey | None:
    """Whose consent it is: a member's or a supporter's, one of the two."""
    if (member is None) == (supporter is None):
        raise refuse("consent-whose", "data.member")
    if member is not None and member not in context.case.members:
        raise refuse("not-a-member", "data.member", member=member)
    if supporter is not None:
        fact = context.case.facts.get(supporter)
        if fact is None or fact.kind != "supporter":
            raise refuse("supporter-unknown", "data.supporter", fact=supporter)
    return member
