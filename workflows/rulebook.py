"""The rules of the life cycle as data: what each says and which commands, guards and due days carry it out.

`rules.toml` names each guard, computed due day and command once; where they stand in the life cycles is found
there, not told again.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

from domain.event import Value
from domain.structs import learned
from workflows.definition import DeadlineSpec, Definition, StateSpec, Transition, predicates, shipped


class Words(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    title: str
    text: str


class LifeRule(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A rule: its words, where it stands, and what carries it out.

    `commands`: types of commands; `guards`: predicates of `@guard`; `due_days`: of `@due_day`; `parameters`: those
    it reads. A limit whose span is one of these parameters or due days is the rule's.
    """

    zh: Words
    en: Words
    section: str
    source: str
    commands: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    due_days: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


class Elsewhere(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What carries out something that is no rule of an application's or award's life, and why it has no page."""

    zh: str
    en: str
    commands: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    due_days: tuple[str, ...] = ()


class Book(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    rules: dict[str, LifeRule]
    elsewhere: tuple[Elsewhere, ...]


@cache
def book() -> Book:
    text = files("workflows").joinpath("rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), learned(Book))


def rules() -> Mapping[str, LifeRule]:
    """All rules by id (`life.publicity`), in the order of a life."""
    return MappingProxyType(book().rules)


def transitions(rule: LifeRule) -> Iterator[tuple[Definition, Transition]]:
    """The rule's commands, and every other transition that one of its guards stands before."""
    for definition in shipped().values():
        for way in definition.transitions:
            asked = {*way.needs, *predicates((way,))}
            if way.trigger in rule.commands or asked & set(rule.guards):
                yield definition, way


def deadlines(rule: LifeRule) -> Iterator[tuple[Definition, StateSpec, DeadlineSpec]]:
    """Each state that brings one of the rule's due days."""
    spans = {*rule.parameters, *(f"@{name}" for name in rule.due_days)}
    for definition in shipped().values():
        for state in definition.states:
            for deadline in state.deadlines:
                if deadline.span in spans:
                    yield definition, state, deadline
