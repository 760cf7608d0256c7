"""A life cycle is data: read from `definitions/*.toml`, checked on load, made into one shared machine.

One `transitions` machine per definition, without a model of its own; it answers what may happen and where it
leads. Replay sets a state from the event and never triggers.
"""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

import msgspec
from transitions import Machine

from domain.structs import learned

OPEN = "-"
"""The state before an instance begins."""
TODAYS_LAW = "57"
OLD_LAW = "220"
"""民发〔2012〕220号, in force until 2021-06-30."""


class DeadlineSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A due day that comes with a state.

    `span`: a parameter's name (its unit says working days, calendar days or months), or `@name` for a day that
    the workflow computes. `until`: the states whose entry meets it (default: leaving this one). `fires`: the
    command that a timer sends when its day has come; a limit warns and escalates. `from`: the day it counts from.
    """

    name: str
    span: str
    source: str
    owner: str = ""
    fires: str = ""
    until: tuple[str, ...] = ()
    after: str = "on"


class StateSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state: what it is called, who owns it while it waits, its source. A final state waits for nothing.

    `resting`: it waits for nothing of its own (a living award), and so needs no due day.
    """

    name: str
    zh: str
    en: str
    source: str = ""
    owner: str = ""
    final: bool = False
    resting: bool = False
    deadlines: tuple[DeadlineSpec, ...] = ()


class Transition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`trigger` is a command's type. `to` `=`: stays. `needs` are guards that refuse with a reason; `when` and
    `unless` choose between transitions of one trigger: predicates that all hold, that all don't (several with
    spaces between). `begins`: life cycles that start with it; `moves`: states of other instances that it sets
    (definition name → state). `may_begin` and `may_move` name what the decision may add to that. `foretells`:
    asked too early it says everything that its needs lack, not only that it is too early."""

    trigger: str
    sources: tuple[str, ...]
    to: str
    who: tuple[str, ...]
    source: str = ""
    needs: tuple[str, ...] = ()
    when: str = ""
    unless: str = ""
    begins: tuple[str, ...] = ()
    moves: dict[str, str] = {}
    may_begin: tuple[str, ...] = ()
    may_move: dict[str, tuple[str, ...]] = {}
    foretells: bool = False

    @property
    def choice(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The predicates that must hold, and those that must not."""
        return tuple(self.when.split()), tuple(self.unless.split())

    def chosen(self, answers: dict[str, bool]) -> bool:
        whens, unlesses = self.choice
        return all(answers[name] for name in whens) and not any(answers[name] for name in unlesses)


def predicates(ways: Iterable[Transition]) -> tuple[str, ...]:
    """All predicates that choose between these transitions."""
    return tuple(dict.fromkeys(name for way in ways for names in way.choice for name in names))


class Definition(msgspec.Struct, eq=False, kw_only=True, forbid_unknown_fields=True):
    name: str
    version: int
    zh: str
    en: str
    source: str
    initial: str
    states: tuple[StateSpec, ...]
    transitions: tuple[Transition, ...]
    many: bool = False
    """Whether a case may have several instances (`objection.1` …)."""
    arrives: dict[str, dict[str, str]] = {}
    """From another version (its id): the states that this one has under another name, or not at all → where one goes
    on, which is no end. States of one name are the same."""
    law: str = TODAYS_LAW
    """Under which law an application goes this way; a life cycle without one of an older law goes today's."""

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"

    def state(self, name: str) -> StateSpec:
        return next(state for state in self.states if state.name == name)

    def deadline(self, name: str) -> DeadlineSpec | None:
        """The deadline of that name, in whichever state it begins; of two the later state's."""
        return _deadlines(self).get(name)

    def triggers(self) -> frozenset[str]:
        return frozenset(transition.trigger for transition in self.transitions)


class BadDefinition(Exception):
    """A life cycle that can't be used, with everything that is wrong with it."""


def moved_to(definitions: Iterable[Definition]) -> dict[str, set[str]]:
    """The states into which transitions of any life cycle move the others, by life cycle."""
    found: dict[str, set[str]] = {}
    for definition in definitions:
        for way in definition.transitions:
            for life, state in way.moves.items():
                found.setdefault(life, set()).add(state)
            for life, states in way.may_move.items():
                found.setdefault(life, set()).update(states)
    return found


def check(
    definition: Definition, guards: Iterable[str], desks: Iterable[str], from_outside: Iterable[str] = ()
) -> None:
    """Every state reachable and able to end; waiting states have owner and due day; guards and desks known;
    several transitions of one trigger from one state stand on a predicate and its negation."""
    wrong: list[str] = []
    names = {state.name for state in definition.states}
    known_guards, known_desks = set(guards), set(desks)
    finals = {state.name for state in definition.states if state.final}
    for version, goes in definition.arrives.items():
        wrong.extend(
            f"arrives from {version} in {goes[one]}"
            for one in sorted(goes)
            if goes[one] not in names - finals
        )
    for state in definition.states:
        if state.final and (state.owner or state.deadlines):
            wrong.append(f"final state {state.name} waits")
        if not state.final and not state.owner:
            wrong.append(f"{state.name} has no owner")
        if not state.final and not state.resting and not state.deadlines and not _covered(definition, state):
            wrong.append(f"{state.name} waits without a due day")
        if state.owner and state.owner not in known_desks:
            wrong.append(f"{state.name}: unknown owner {state.owner}")
    by_choice: dict[tuple[str, str], list[Transition]] = {}
    outside = set(from_outside)
    wrong.extend(f"others move it to unknown {name}" for name in sorted(outside - names))
    edges: dict[str, set[str]] = {name: set(() if name in finals else outside & names) for name in names}
    for transition in definition.transitions:
        for desk in transition.who:
            if desk not in known_desks:
                wrong.append(f"{transition.trigger}: unknown desk {desk}")
        for guard in (*transition.needs, *predicates((transition,))):
            if guard not in known_guards:
                wrong.append(f"{transition.trigger}: unknown guard {guard}")
        if transition.to not in names | {"="}:
            wrong.append(f"{transition.trigger}: unknown state {transition.to}")
        for source in transition.sources:
            by_choice.setdefault((transition.trigger, source), []).append(transition)
            if source in names:
                edges[source].add(source if transition.to == "=" else transition.to)
                if source in finals and transition.to != "=":
                    wrong.append(f"{transition.trigger} leaves the final state {source}")
            elif source != OPEN:
                wrong.append(f"{transition.trigger}: unknown state {source}")
    for (trigger, source), ways in by_choice.items():
        if len(ways) > 1 and not _exclusive(ways):
            wrong.append(f"{trigger} from {source} has ways that don't exclude each other")
    entered = (
        {definition.initial}
        | (outside & names)
        | {t.to for t in definition.transitions if OPEN in t.sources and t.to != "="}
    )
    reached = _closure(entered, edges)
    wrong.extend(f"{name} can't be reached" for name in sorted(names - reached))
    for name in sorted(names - finals):
        if not _closure({name}, edges) & finals:
            wrong.append(f"{name} can't end")
    if wrong:
        raise BadDefinition(f"{definition.id}: " + "; ".join(wrong))


def _covered(definition: Definition, state: StateSpec) -> bool:
    """A deadline set before and kept until later states covers the states in between."""
    return any(
        deadline.until and state.name not in deadline.until
        for other in definition.states
        for deadline in other.deadlines
    )


def _exclusive(ways: list[Transition]) -> bool:
    """Whatever the predicates answer, exactly one way is chosen."""
    names = predicates(ways)
    return all(
        sum(way.chosen(dict(zip(names, answers, strict=True))) for way in ways) == 1
        for answers in product((True, False), repeat=len(names))
    )


def _closure(start: set[str], edges: dict[str, set[str]]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for name in edges.get(todo.pop(), ()):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen


def read(text: str) -> Definition:
    """A definition from its TOML text; anything unknown in it is refused by name."""
    raw: dict[str, Any] = tomllib.loads(text)
    for transition in raw.get("transitions", ()):
        transition["sources"] = transition.pop("from")
    for state in raw.get("states", ()):
        for deadline in state.get("deadlines", ()):
            if "from" in deadline:
                deadline["after"] = deadline.pop("from")
    return msgspec.convert(raw, learned(Definition))


@cache
def shipped() -> dict[str, Definition]:
    """All shipped definitions by `name@version`."""
    folder = files("workflows") / "definitions"
    found = [
        read(entry.read_text(encoding="utf-8")) for entry in folder.iterdir() if entry.name.endswith(".toml")
    ]
    return {definition.id: definition for definition in sorted(found, key=lambda one: one.id)}


@cache
def current(name: str, law: str = TODAYS_LAW) -> Definition:
    """The newest version of a life cycle under a law: new instances begin with it."""
    versions = [one for one in shipped().values() if one.name == name]
    under = [one for one in versions if one.law == law] or [one for one in versions if one.law == TODAYS_LAW]
    return max(under, key=lambda one: one.version)


@cache
def ways_of(name: str, trigger: str) -> tuple[Transition, ...]:
    """All transitions of a trigger, in whichever version of the life cycle."""
    return tuple(
        way
        for one in shipped().values()
        if one.name == name
        for way in one.transitions
        if way.trigger == trigger
    )


@cache
def companions(definition: Definition) -> tuple[Definition, ...]:
    """The life cycles that may stand beside it in a case: of a law that it follows too, in whichever version."""
    laws = _laws_of(definition)
    return tuple(one for one in shipped().values() if laws & _laws_of(one))


def _laws_of(definition: Definition) -> set[str]:
    laws = {one.law for one in shipped().values()}
    return {law for law in laws if current(definition.name, law).law == definition.law}


def without_place(definition: Definition) -> Iterator[tuple[Definition, str]]:
    """States of other versions of its life cycle in which a running case can't be brought to this one."""
    for other in shipped().values():
        if other.name == definition.name and other is not definition:
            goes = definition.arrives.get(other.id, {})
            names = {state.name for state in definition.states if not state.final}
            for state in other.states:
                if not state.final and goes.get(state.name, state.name) not in names:
                    yield other, state.name


@cache
def due_in(definition: Definition, name: str) -> tuple[DeadlineSpec, ...]:
    """The deadlines that may run in a state: its own, and those of states before it that last on into it."""
    edges: dict[str, set[str]] = {state.name: set() for state in definition.states}
    for way in definition.transitions:
        for source in way.sources:
            if source != OPEN and way.to != "=":
                edges[source].add(way.to)
    lasting = (
        one
        for state in definition.states
        if state.name != name and name in _closure({state.name}, edges)
        for one in state.deadlines
        if one.until and name not in one.until
    )
    return (*definition.state(name).deadlines, *lasting)


@cache
def _deadlines(definition: Definition) -> dict[str, DeadlineSpec]:
    return {one.name: one for state in definition.states for one in state.deadlines}


class Question:
    """What a machine is asked about: a state, and what the guards look at."""

    __slots__ = ("answers", "state")

    def __init__(self, state: str, answers: dict[str, bool]) -> None:
        self.state = state
        self.answers = answers


@cache
def machine(definition: Definition) -> Machine:
    """The one shared machine of a definition."""
    built = Machine(
        model=None,
        states=[OPEN, *(state.name for state in definition.states)],
        initial=OPEN,
        auto_transitions=False,
        send_event=True,
    )
    for way in definition.transitions:
        for source in way.sources:
            built.add_transition(
                way.trigger,
                source,
                source if way.to == "=" and source != OPEN else way.to,
                conditions=[_asks(name) for name in (*way.needs, *way.choice[0])],
                unless=[_asks(name) for name in way.choice[1]],
            )
    return built


@cache
def _asks(name: str) -> Any:
    def answer(event: Any) -> bool:
        return bool(event.model.answers.get(name, True))

    return answer


def target(definition: Definition, state: str, trigger: str, answers: dict[str, bool]) -> str | None:
    """Where the trigger leads from a state with these answers of its guards; None if nowhere."""
    return _led(definition, state, trigger, tuple(answers.items()))


@lru_cache(maxsize=4096)
def _led(
    definition: Definition, state: str, trigger: str, answers: tuple[tuple[str, bool], ...]
) -> str | None:
    question = Question(state, dict(answers))
    event = machine(definition).events.get(trigger)
    if event is None or state not in event.transitions:
        return None
    return question.state if event.trigger(question) else None


__all__ = ["OPEN", "BadDefinition", "DeadlineSpec", "Definition", "StateSpec", "Transition"]
