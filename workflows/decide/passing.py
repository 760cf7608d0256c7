"""从一份保障转入另一份: an award pays persons whom another paid; that one's claim ends with the month before.

Claims, and what the old case owes, are written with the new award: no month is paid twice, none is missed
(rules.md §3 split, merge, move to another county; architecture, Streams).
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from domain.case import Case, fold
from domain.case.award import Stopped, Terms
from domain.case.change import Change, ChangeOpened, DeadlineMoved
from domain.case.decision import LetterIssued
from domain.case.move import Cause, MembersTaken
from domain.days import Month, add_month, first_day
from domain.event import CaseEvent, Event
from domain.ids import CaseNo, MemberKey, PersonRef, StaffId, StreamId
from domain.person import Claimed, Released
from workflows.context import Context
from workflows.decide.award import ENDED, ended_holds
from workflows.decide.persons import GROUP, release_award
from workflows.decide.terms import award_of, ever_covered, latest_terms
from workflows.engine import elsewhere, next_of, unfinished
from workflows.refusal import refuse
from workflows.world import case_stream, person_stream

STOPS = {"merged": "S19", "moved": "S05"}
KINDS = {"split": "left", "merged": "left", "moved": "moved_out"}
"""What a change in the old case is called that nobody reported there yet."""
OWN_KINDS = ("left", "divorce", "marriage", "moved_out")


def paid_by(context: Context, person: PersonRef, month: Month) -> CaseNo | None:
    """The case whose award claims a person in a month or later."""
    return context.person(person).awarded(GROUP[context.case.programme], month)


def free_from(context: Context, persons: Iterable[PersonRef], month: Month) -> Month:
    """The first month, not before `month`, that none of their old cases has drawn for them already."""
    group = GROUP[context.case.programme]
    for person in persons:
        for number in context.person(person).awards(group, month).keys() - {context.case.number}:
            old = context.other_case(number)
            keys = {key for key, one in old.members.items() if one.person == person} if old else ()
            drawn = [one for one, line in old.drawn.items() if line.shares.keys() & keys] if old else ()
            month = max(month, add_month(max(drawn), 1) if drawn else month)
    return month


def check_living(context: Context, covered: Iterable[MemberKey], month: Month) -> None:
    """Nobody comes into an award who is known to be dead before its month: his death is recorded in the case first."""
    for key in covered:
        died = context.person(context.case.members[key].person).died
        if died is not None and died < first_day(month):
            raise refuse("death-not-in-case", key, member=key, on=died.isoformat())


def claim(
    context: Context,
    covered: Iterable[MemberKey],
    month: Month,
    until: Month | None = None,
    *,
    sources: Mapping[MemberKey, CaseNo] | None = None,
    cause: Cause | None = None,
) -> list[tuple[StreamId, Event]]:
    """The award claims the persons it covers from a month on, away from the cases in `sources` (by member); who is
    claimed by any other is refused. What the old cases owe is written with it."""
    case, group = context.case, GROUP[context.case.programme]
    events: list[tuple[StreamId, Event]] = []
    taken: dict[CaseNo, list[PersonRef]] = {}
    for key in covered:
        ref = case.members[key].person
        person = context.person(ref)
        paying = person.awards(group, month, until)
        if [*paying] == [case.number]:
            continue
        for living in paying.keys() - {case.number}:
            if (sources or {}).get(key) != living:
                raise refuse("already-aided", key, case=living)
            taken.setdefault(living, []).append(ref)
            last = add_month(month, -1)
            events.append(
                (
                    person_stream(ref),
                    Released(on=context.on, group=group, kind="award", case=living, until=last),
                )
            )
        events.append(
            (
                person_stream(ref),
                Claimed(
                    on=context.on, group=group, kind="award", case=case.number, from_month=month, until=until
                ),
            )
        )
    for number, persons in taken.items():
        assert cause is not None
        events.extend((case_stream(number), one) for one in _owed(context, number, persons, month, cause))
    return events


def claims_of(context: Context, terms: Sequence[Terms]) -> list[tuple[StreamId, Event]]:
    """What the claims become with the terms of a change, which may cover others from one month than from the next: who
    is covered no more is released from that month on, who comes is claimed from his."""
    case, award = context.case, award_of(context.case)
    until = award.ends and add_month(award.ends, -1)
    events: list[tuple[StreamId, Event]] = []
    whose = [{case.members[key].person for key in one.covered} for one in terms]
    for key in ever_covered(award, terms[0].from_month):
        person = case.members[key].person
        after = 1 + max((place for place, there in enumerate(whose) if person in there), default=-1)
        if after < len(terms):
            events += release_award(context, (key,), add_month(terms[after].from_month, -1))
    claimed: set[MemberKey] = set()
    for one in terms:
        before = latest_terms(award, one.from_month).covered
        come = [key for key in one.covered if key not in before and key not in claimed]
        check_living(context, come, one.from_month)
        events += claim(context, come, one.from_month, until, sources=case.joined_from, cause="merged")
        claimed.update(come)
    return events


def _owed(
    context: Context, number: CaseNo, persons: list[PersonRef], month: Month, cause: Cause
) -> list[CaseEvent]:
    """What is written into the old case: whom it lost; it stops with its last by a merger, else owes a change."""
    old = context.other_case(number)
    assert old is not None
    there = Context(context.world, replace(context.request, case=number), context.now, old, context.token)
    keys = tuple(
        key
        for key, one in old.members.items()
        if one.person in persons
        and (one.left is None or one.left >= first_day(month) or key in _covered(old, month))
    )
    taken = MembersTaken(on=context.on, case=context.case.number, cause=cause, members=keys, from_month=month)
    if cause == "merged" and not set(_covered(old, month)) - set(keys):
        return _merged(there, taken)
    due = there.due_by("taken_days", context.on)
    moves = {"move": "closed"} if cause == "moved" else {}
    waiting = next((one for one in unfinished(old, "change") if is_of(old.changes[one], keys)), None)
    if waiting is not None:
        key = f"{waiting}/decide"
        moved = DeadlineMoved(
            on=context.on,
            key=key,
            due=due.day,
            warn=there.warning_day(due.day, there.limit("taken_days")),
            cause="taken",
            provisional=due.provisional,
        )
        return elsewhere(there, [taken, moved] if key in old.deadlines else [taken], moves=moves)
    change = next_of(old, "change")
    opened = ChangeOpened(
        on=context.on,
        change=change,
        kind=KINDS[cause],
        happened=context.on,
        source="office",
        member=keys[0] if len(keys) == 1 else None,
    )
    events = elsewhere(there, [taken, opened], moves=moves, begins=("change",))
    return [_due(events[0], there), *events[1:]]


def is_of(change: Change, keys: tuple[MemberKey, ...]) -> bool:
    """Whether the change is about some of these who went: it says so, or says of nobody else, nor of who joined."""
    named = change.left or ((change.member,) if change.member is not None else ())
    if named:
        return bool({*named} & {*keys})
    return change.kind in OWN_KINDS and not change.joined


def _due(event: CaseEvent, there: Context) -> CaseEvent:
    """The change is due in `taken_days`, not in the days of one that was reported."""
    due = there.due_by("taken_days", there.on)
    warn = there.warning_day(due.day, there.limit("taken_days"))
    moved = tuple(
        replace(
            one,
            sets=tuple(
                replace(deadline, due=due.day, warn=warn, provisional=due.provisional)
                for deadline in one.sets
            ),
        )
        for one in event.moved
    )
    return replace(event, moved=moved)


def _covered(old: Case, month: Month) -> tuple[MemberKey, ...]:
    return latest_terms(award_of(old), month).covered


def _merged(there: Context, taken: MembersTaken) -> list[CaseEvent]:
    """并户 S19: nobody is left, so the award ends with the month before, by the same decision; told."""
    old = there.case
    stopped = Stopped(on=there.on, code=STOPS["merged"], from_month=taken.from_month, by=StaffId(there.actor))
    letter = LetterIssued(on=there.on, letter="L14", about=next_of(old, "telling"))
    return elsewhere(
        there,
        [taken, stopped, *ended_holds(there, fold(there.case, [taken, stopped])), letter],
        moves=dict(ENDED),
        begins=("telling",),
    )
