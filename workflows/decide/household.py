"""Who belongs to the household while its application is under way, and numbers that were missing.

rules.md §3 on the way: a member who changes before the decision brings a new opinion, means computed anew.
"""

from datetime import date

from msgspec.structs import replace

from domain.case.award import MemberDied
from domain.case.change import ChangeDropped, MemberJoined, MemberLeft
from domain.case.intake import MemberNumbered
from domain.codes import check_code
from domain.days import NEVER
from domain.event import Event
from domain.identity import born, check_number, sex
from domain.ids import MemberKey, StreamId
from domain.person import NumberAdded, Released
from domain.personal import Number
from workflows.command import Decision, decides
from workflows.commands.intake import AddMember, AddNumber, MemberEntry, RecordMemberDeath, RemoveMember
from workflows.context import Context
from workflows.decide.composition import HEADS
from workflows.decide.days import check_day
from workflows.decide.persons import GROUP, Found, check_death, claim_applying, find, recorded
from workflows.decide.terms import award_of, latest_terms
from workflows.engine import guard
from workflows.refusal import Reason, reason, refuse
from workflows.world import person_stream


@guard
def applicant_there(context: Context, command: object) -> Reason | None:
    """Applicant and head live with the household, or another adult goes on first (rules.md §3 on the way)."""
    case = context.case
    for key in dict.fromkeys((case.applicant, case.head)):
        member = case.members[key]
        if member.died is not None or not member.here(context.on):
            return reason("applicant-gone", "case", member=key)
    return None


def joining(context: Context, entry: MemberEntry, since: date, why: str) -> tuple[Found, MemberJoined]:
    """Who joins the household from a day on: found by his number or registered, once in it."""
    case = context.case
    if entry.key in case.members:
        raise refuse("member-key-twice", "data.member.key")
    found = find(context, entry, "data.member")
    if any(one.person == found.ref and one.left is None for one in case.members.values()):
        raise refuse("person-twice", "data.member")
    kinship = check_code("kinship", entry.kinship, "data.member.kinship")
    if kinship in HEADS:
        raise refuse("two-heads", "data.member.kinship", member=entry.key, head=case.head)
    member = found.member(entry.key, kinship, max(since, found.born))
    return found, MemberJoined(on=context.on, member=member, reason=why)


def undone(context: Context, dropped: ChangeDropped) -> ChangeDropped:
    """With what it says of members: whom the award still pays is here; who is to have joined and would count never was.

    Who left or joined without any effect on the award, as in prison or on another programme, has left or joined.
    """
    case = context.case
    change, covered = case.changes[dropped.change], latest_terms(award_of(case), NEVER).covered
    apart = {one.member for one in case.facts.values() if one.kind == "status"}
    here = [key for key in change.left if key in covered and key not in case.taken]
    never = [key for key in change.joined if key not in covered and key not in apart]
    return replace(
        dropped,
        here=tuple(key for key in here if case.members[key].died is None),
        never=tuple(key for key in never if case.members[key].left is None),
    )


@decides(AddMember)
def add_member(context: Context, command: AddMember) -> Decision:
    found, joined = joining(context, command.member, command.joined, command.reason)
    check_day(context, command.joined, "data.joined")
    claim = claim_applying(context, context.person(found.ref), found.ref, context.case.number)
    return Decision(events=[joined], others=[*found.events, claim], numbers=found.binds)


@decides(RemoveMember)
def remove_member(context: Context, command: RemoveMember) -> Decision:
    _others_stay(context, command.member)
    check_day(context, command.left, "data.left")
    left = MemberLeft(on=context.on, member=command.member, left=command.left, reason=command.reason)
    return Decision(events=[left], others=[_released(context, command.member)])


@decides(RecordMemberDeath)
def record_member_death(context: Context, command: RecordMemberDeath) -> Decision:
    """Where it was the last member, the application is terminated (E03) instead."""
    member = context.case.members[command.member]
    check_death(context, command.died, member.born, "on-later")
    others = [
        _released(context, command.member),
        *recorded(context, member.person, command.died, command.source),
    ]
    died = MemberDied(on=context.on, member=command.member, died=command.died, source=command.source)
    return Decision(events=[died], others=others)


@decides(AddNumber)
def add_number(context: Context, command: AddNumber) -> Decision:
    """Through the same unique index as any number; it must fit the day of birth and the sex that were entered."""
    member = context.case.members.get(command.member)
    if member is None:
        raise refuse("not-a-member", "data.member", member=command.member)
    person = context.person(member.person)
    if person.number is not None:
        raise refuse("number-known", "data.member", member=command.member)
    number = check_number(command.number, context.today, "data.number")
    if born(number) != member.born:
        raise refuse("born-contradicts-number", "data.number")
    if sex(number) != member.sex:
        raise refuse("sex-contradicts-number", "data.number")
    owner = context.person_of(number)
    if owner is not None:
        cases = ", ".join(context.person(owner).cases) or "–"
        raise refuse("number-of-another", "data.number", person=member.person, other=owner, cases=cases)
    sealed = Number(member.person, number)
    return Decision(
        events=[MemberNumbered(on=context.on, member=command.member, number=sealed)],
        others=[(person_stream(member.person), NumberAdded(on=context.on, number=sealed))],
        numbers=[(number, member.person)],
    )


def _others_stay(context: Context, member: MemberKey) -> None:
    if not any(key != member and one.here(context.on) for key, one in context.case.members.items()):
        raise refuse("last-member", "data.member", member=member)


def _released(context: Context, member: MemberKey) -> tuple[StreamId, Event]:
    """He may be on another application again."""
    ref = context.case.members[member].person
    group = GROUP[context.case.programme]
    released = Released(on=context.on, group=group, kind="applying", case=context.case.number)
    return person_stream(ref), released
