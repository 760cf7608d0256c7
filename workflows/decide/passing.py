"""从一份保障转入另一份: an award pays persons whom another paid; that one's claim ends with the month before.

Claims, and what the old case owes, are written with the new award: no month is paid twice, none is missed
(rules.md §3 split, merge, move to another county; architecture, Streams).
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from domain.case import Case
from domain.case.award import Stopped
from domain.case.change import ChangeOpened, DeadlineMoved
from domain.case.decision import LetterIssued
from domain.case.move import Cause, MembersTaken
from domain.days import Month, add_month, first_day
from domain.event import CaseEvent, Event
from domain.ids import CaseNo, MemberKey, PersonRef, StaffId, StreamId
from domain.person import Claimed, Released
from workflows.context import Context
from workflows.decide.award import ENDED, ended_holds
from workflows.decide.persons import GROUP
from workflows.decide.terms import award_of, latest_terms
from workflows.engine import elsewhere, next_of, unfinished
from workflows.refusal import refuse
from workflows.world import case_stream, person_stream

STOPS = {"merged": "S19", "moved": "S05"}
KINDS = {"split": "left", "merged": "left", "moved": "moved_out"}
"""What a change in the old case is called that nobody reported there yet."""
OWN_KINDS = ("left", "divorce", "marriage", "moved_out", "joined")


def paid_by(context: Context, person: PersonRef, month: Month) -> CaseNo | None:
    """The case whose award claims a person in a month or later."""
    return context.person(person).awarded(GROUP[context.case.programme], month)


def free_from(context: Context, persons: Iterable[PersonRef], month: Month) -> Month:
    """The first month, not before `month`, that none of their old cases has drawn for them already."""
    for person in persons:
        number = paid_by(context, person, month)
        old = context.other_case(number) if number and number != context.case.number else None
        if old is None:
            continue
        keys = {key for key, one in old.members.items() if one.person == person}
        drawn = [one for one, line in old.drawn.items() if keys & line.shares.keys()]
        month = max(month, add_month(max(drawn), 1) if drawn else month)
    return month


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
        living = person.awarded(group, month, until)
        if living == case.number:
            continue
        if living is not None:
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
    waiting = next((one for one in unfinished(old, "change") if old.changes[one].kind in OWN_KINDS), None)
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
        there, [taken, stopped, *ended_holds(there), letter], moves=dict(ENDED), begins=("telling",)
    )
