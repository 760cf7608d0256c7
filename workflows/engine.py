"""One engine for all life cycles: may this happen now, what stands in the way, where does it lead, what is due.

Guards are named predicates over the whole case: each answers None, or the reason why not.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NoReturn

import msgspec
from msgspec.structs import replace

from domain.calendar import Due
from domain.case import Case, fold
from domain.case.fold import move
from domain.event import CaseEvent, Deadline, Moved
from domain.ids import InstanceId
from domain.policy import CATALOGUE
from workflows.command import Command, Decision, InstanceCommand, Spec
from workflows.context import UNIT_KIND, Context
from workflows.definition import (
    OLD_LAW,
    OPEN,
    TODAYS_LAW,
    DeadlineSpec,
    Definition,
    StateSpec,
    Transition,
    current,
    due_in,
    predicates,
    shipped,
    target,
)
from workflows.refusal import Reason, Refused, reason, refuse

Guard = Callable[[Context, Any], Reason | None]
GUARDS: dict[str, Guard] = {}
DueDay = Callable[[Context, Case, InstanceId], date | Due | None]
DUE_DAYS: dict[str, DueDay] = {}
CHOOSERS: dict[str, Callable[[Case, Any, list[InstanceId]], list[InstanceId]]] = {}
BEFORE_DECISION = frozenset({"application", "survey", "verification", "objection", "complaint"})
"""Life cycles whose limits never lie after that of the whole application (rules.md §5)."""
APPLICATION = InstanceId("application")
OLD_LAW_UNTIL = date(2021, 6, 30)


def guard(function: Guard) -> Guard:
    """Register a predicate under its own name; definitions name it in `needs`, `when`, `unless`."""
    GUARDS[function.__name__] = function
    return function


def due_day(function: DueDay) -> DueDay:
    """Register a computed due day under its own name; definitions name it as span `@name`. None: no deadline."""
    DUE_DAYS[function.__name__] = function
    return function


def chooses(
    kind: type[Command],
) -> Callable[
    [Callable[[Case, Any, list[InstanceId]], list[InstanceId]]],
    Callable[[Case, Any, list[InstanceId]], list[InstanceId]],
]:
    """Register what narrows down several open instances by a command's content, where it names none."""

    def register(
        function: Callable[[Case, Any, list[InstanceId]], list[InstanceId]],
    ) -> Callable[[Case, Any, list[InstanceId]], list[InstanceId]]:
        CHOOSERS[kind.__name__] = function
        return function

    return register


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A transition that may be taken: of which instance, from where to where."""

    definition: Definition
    instance: InstanceId
    source: str
    to: str
    way: Transition


def version_of(life: str) -> Definition:
    """Refused (`life-unknown`) where a newer program wrote it."""
    found = shipped().get(life)
    if found is None:
        raise refuse("life-unknown", "case", life=life)
    return found


def definition_of(case: Case, instance: InstanceId) -> Definition:
    return version_of(case.lives[instance].life)


def instances(case: Case, life: str) -> list[InstanceId]:
    """Instances of a life cycle in the order they began."""
    return [key for key, one in case.lives.items() if one.life.split("@")[0] == life]


def law_of(context: Context, case: Case) -> str:
    """The law that a case's new life cycles follow: its application's; of a new one that of its day and place."""
    application = case.lives.get(APPLICATION)
    if application is not None:
        return version_of(application.life).law
    if context.on <= OLD_LAW_UNTIL:
        return OLD_LAW
    return context.policy.word("law", context.on)


def next_of(case: Case, life: str, already: int = 0) -> InstanceId:
    """The name of the instance that begins next (`telling.3`), after `already` others of the same decision."""
    return InstanceId(f"{life}.{len(instances(case, life)) + 1 + already}")


def unfinished(case: Case, life: str) -> list[InstanceId]:
    return [
        key
        for key in instances(case, life)
        if not definition_of(case, key).state(case.lives[key].state).final
    ]


def pick(
    case: Case, life: str, command: Command, law: str = TODAYS_LAW
) -> tuple[Definition, InstanceId, str]:
    """The instance a command is about, its definition and state; a new one, of the law, where it would begin."""
    definition = current(life, law)
    if not definition.many:
        instance = InstanceId(life)
        if instance in case.lives:
            return definition_of(case, instance), instance, case.lives[instance].state
        return definition, instance, OPEN
    trigger = type(command).__name__
    if any(OPEN in way.sources for way in definition.transitions if way.trigger == trigger):
        return definition, next_of(case, life), OPEN
    named = command.instance if isinstance(command, InstanceCommand) else None
    if named is not None:
        if named not in case.lives or case.lives[named].life.split("@")[0] != life:
            raise refuse("instance-unknown", "instance", life=life)
        return definition_of(case, named), named, case.lives[named].state
    candidates = [
        key
        for key in unfinished(case, life)
        if _ways(definition_of(case, key), case.lives[key].state, trigger)
    ] or unfinished(case, life)[-1:]
    if len(candidates) > 1 and trigger in CHOOSERS:
        candidates = CHOOSERS[trigger](case, command, candidates)
    if len(candidates) > 1:
        raise refuse("instance-which", "instance", open=", ".join(candidates))
    if not candidates:
        raise refuse("nothing-open", "instance", life=life)
    return definition_of(case, candidates[0]), candidates[0], case.lives[candidates[0]].state


def _ways(definition: Definition, state: str, trigger: str) -> list[Transition]:
    return [way for way in definition.transitions if way.trigger == trigger and state in way.sources]


def may(context: Context, case: Case, spec: Spec, authorise: Callable[[tuple[str, ...]], None]) -> Step:
    """The step a command would take. Refuses who may not, then with everything that stands in the way."""
    assert spec.life is not None
    command = context.request.data
    definition, instance, state = pick(case, spec.life, command, law_of(context, case))
    context.instance = instance
    ways = _ways(definition, state, spec.name)
    if not ways:
        _too_early(context, case, spec, definition, instance, state, authorise)
    authorise(tuple(dict.fromkeys(desk for way in ways for desk in way.who)))
    if instance in case.lives and context.on < case.lives[instance].since:
        since = case.lives[instance].since.isoformat()
        raise refuse("on-before", "data.on", on=context.on.isoformat(), since=since)
    answers = {name: GUARDS[name](context, command) is None for name in predicates(ways)}
    choice = next(way for way in ways if way.chosen(answers))
    in_the_way = []
    for name in choice.needs:
        found = GUARDS[name](context, command)
        answers[name] = found is None
        if found is not None:
            in_the_way.append(found)
    if in_the_way:
        raise Refused(*in_the_way)
    to = target(definition, state, spec.name, answers)
    assert to is not None
    return Step(definition=definition, instance=instance, source=state, to=to, way=choice)


def _too_early(
    context: Context,
    case: Case,
    spec: Spec,
    definition: Definition,
    instance: InstanceId,
    state: str,
    authorise: Callable[[tuple[str, ...]], None],
) -> NoReturn:
    """Refuse what has no way from this state; a transition that foretells adds what else is in its way."""
    reasons = [_not_now(case, definition, instance, state, spec.name)]
    if state != OPEN and not definition.state(state).final:
        for way in definition.transitions:
            if way.trigger == spec.name and way.foretells:
                authorise(way.who)
                found = (GUARDS[name](context, context.request.data) for name in way.needs)
                reasons.extend(one for one in found if one is not None)
    raise Refused(*reasons)


def _not_now(case: Case, definition: Definition, instance: InstanceId, state: str, trigger: str) -> Reason:
    if state == OPEN:
        return reason("not-begun", "case", life=definition.name, command=trigger)
    now = definition.state(state)
    dues = [one.due for key, one in case.deadlines.items() if key.startswith(f"{instance}/")]
    until = min(dues).isoformat() if dues else ""
    code = "already-over" if now.final else "not-now"
    return reason(
        code, "case", life=definition.name, state=state, owner=now.owner, until=until, command=trigger
    )


def carry_out(context: Context, case: Case, step: Step, decision: Decision) -> Case:
    """Put into the decision's first event what it moves and what becomes due; the case as it then is.

    Deadlines are computed on the case after its events, so they may count from what was just decided.
    """
    after = fold(case, decision.events)
    moved = [*_enter(context, after, step)]
    for name, state in _other_moves(after, step, step.way.moves, decision.moves):
        moved.append(_enter_state(context, after, name, definition_of(after, name), state, None))
    assert set(decision.begins) <= set(step.way.may_begin)
    assert all(
        state in step.way.may_move.get(life.split(".")[0], ()) for life, state in decision.moves.items()
    )
    moved.extend(_begun(context, after, (*step.way.begins, *decision.begins)))
    if not moved:
        return after
    first: CaseEvent = replace(decision.events[0], moved=(*moved, *decision.events[0].moved))
    decision.events[0] = first
    return move(after, replace(first, moved=tuple(moved)))


def _enter(context: Context, case: Case, step: Step) -> tuple[Moved, ...]:
    if step.way.to == "=":
        return ()
    life = step.definition.id if step.source == OPEN else None
    return (_enter_state(context, case, step.instance, step.definition, step.to, life),)


def _other_moves(
    case: Case, step: Step, always: dict[str, str], decided: dict[str, str]
) -> list[tuple[InstanceId, str]]:
    """What the transition sets, where it isn't so already; what the decision sets enters anew (new due days)."""
    return [
        (instance, state)
        for name, state in {**always, **decided}.items()
        for instance in ([InstanceId(name)] if name in case.lives else unfinished(case, name))
        if instance != step.instance and (name in decided or case.lives[instance].state != state)
    ]


def elsewhere(
    context: Context,
    events: list[CaseEvent],
    *,
    moves: dict[str, str] | None = None,
    begins: Sequence[str] = (),
) -> list[CaseEvent]:
    """Events that a command writes into another case (the context's), with what they move and begin there."""
    after = fold(context.case, events)
    moved = [
        _enter_state(context, after, instance, definition_of(after, instance), state, None)
        for life, state in (moves or {}).items()
        for instance in ([InstanceId(life)] if life in after.lives else unfinished(after, life))
    ]
    moved.extend(_begun(context, after, begins))
    return [replace(events[0], moved=(*events[0].moved, *moved)), *events[1:]]


def _begun(context: Context, case: Case, lives: Sequence[str]) -> list[Moved]:
    """New instances, those of one life cycle with numbers that follow each other."""
    return [begin(context, case, life, lives[:place].count(life)) for place, life in enumerate(lives)]


def begin(context: Context, case: Case, life: str, already: int = 0) -> Moved:
    """A new instance of a life cycle in its initial state."""
    definition = current(life, law_of(context, case))
    name = next_of(case, life, already) if definition.many else InstanceId(life)
    return _enter_state(context, case, name, definition, definition.initial, definition.id)


def _enter_state(
    context: Context, case: Case, instance: InstanceId, definition: Definition, state: str, life: str | None
) -> Moved:
    entered = definition.state(state)
    prefix = f"{instance}/"
    meets = tuple(
        key
        for key in case.deadlines
        if key.startswith(prefix)
        and (entered.final or _met(definition.deadline(key.removeprefix(prefix)), state))
    )
    sets = []
    for spec in entered.deadlines:
        if f"{prefix}{spec.name}" in case.deadlines and f"{prefix}{spec.name}" not in meets:
            continue
        deadline = compute(context, case, instance, spec, entered)
        if deadline is not None:
            sets.append(deadline)
    return Moved(instance=instance, state=state, life=life, sets=tuple(sets), meets=meets)


def _met(spec: DeadlineSpec | None, state: str) -> bool:
    return spec is None or not spec.until or state in spec.until


def compute(
    context: Context, case: Case, instance: InstanceId, spec: DeadlineSpec, state: StateSpec
) -> Deadline | None:
    """The deadline a state brings, counted from the day the thing was done; with its warning day."""
    provisional = False
    start: date | None = context.on
    days: int | None = None
    if spec.span.startswith("@"):
        reckoned = DUE_DAYS[spec.span[1:]](context, case, instance)
        if reckoned is None:
            return None
        if isinstance(reckoned, Due):
            day, provisional = reckoned.day, reckoned.provisional
        else:
            day = reckoned
        length = (day - context.on).days
    else:
        found = context.due_by(spec.span, context.on)
        day, provisional = found.day, found.provisional
        length = context.limit(spec.span)
        if UNIT_KIND[CATALOGUE[spec.span].unit] == "months":
            length *= 30
    key = f"{instance}/{spec.name}"
    owner = spec.owner or state.owner
    if spec.fires:
        return Deadline(
            key=key, kind="timer", due=day, owner=owner, source=spec.source, provisional=provisional
        )
    whole = case.deadlines.get("application/whole")
    if whole is not None and day > whole.due and instance.split(".")[0] in BEFORE_DECISION:
        day, provisional, start, days = whole.due, whole.provisional, whole.start, whole.days
    elif provisional:
        days = context.calendar.working_days_between(context.on, day)
    return Deadline(
        key=key,
        kind="limit",
        due=day,
        owner=owner,
        source=spec.source,
        warn=context.warning_day(day, length),
        provisional=provisional,
        start=start if provisional else None,
        days=days if provisional else None,
    )


def bring(context: Context, case: Case, instance: InstanceId, to: Definition) -> Moved | None:
    """Bring a running instance to another version of its life cycle; None where that has no place for its state.

    What both versions have stays as it is: a running due day with its warnings, a fired one fired. What only the
    new one has becomes due from now, what only the old one had ends; a limit and a timer are two things.
    """
    life = case.lives[instance]
    old = version_of(life.life)
    state = to.arrives.get(old.id, {}).get(life.state, life.state)
    if all(one.name != state or one.final for one in to.states):
        return None
    prefix, entered = f"{instance}/", to.state(state)
    there = {(spec.name, spec.fires): spec for spec in due_in(to, state)}
    before = {(spec.name, spec.fires) for spec in due_in(old, life.state)}
    stay = {f"{prefix}{name}" for name, _ in before & there.keys()}
    meets = tuple(key for key in case.deadlines if key.startswith(prefix) and key not in stay)
    fresh = [spec for named, spec in there.items() if named not in before]
    due = [compute(context, case, instance, spec, entered) for spec in fresh]
    return Moved(
        instance=instance,
        state=state,
        life=to.id,
        sets=tuple(one for one in due if one is not None),
        meets=meets,
    )
