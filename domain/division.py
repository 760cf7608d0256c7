"""行政区划: divisions by code, with their name and parent (GB/T 2260, GB/T 10114; rules.md §9, §10.9).

They are renamed, and replaced by others, from a day on: what was said under an old code stays there.
"""

from datetime import date
from typing import Literal

import msgspec
from msgspec.structs import replace

from domain.days import Month
from domain.event import Event
from domain.ids import DivisionCode

Level = Literal["province", "city", "county", "township", "village"]


class DivisionAdded(Event, frozen=True, kw_only=True):
    code: DivisionCode
    name: str
    level: Level
    parent: DivisionCode | None = None


class DivisionRenamed(Event, frozen=True, kw_only=True):
    code: DivisionCode
    name: str
    before: str
    since: date
    document: str


class DivisionReplaced(Event, frozen=True, kw_only=True):
    """撤并、撤县设区: another division stands for it from a day on; the first list under that one is `from_month`'s."""

    code: DivisionCode
    by: DivisionCode
    since: date
    from_month: Month
    document: str


class DivisionSucceeded(Event, frozen=True, kw_only=True):
    """The same, in the stream of the one that stands for it."""

    code: DivisionCode
    of: DivisionCode
    since: date
    from_month: Month


class Division(msgspec.Struct, frozen=True, kw_only=True):
    """`names`: (until, name) of the names before this one; `of`: those it stands for, with their first month here."""

    code: DivisionCode
    name: str
    level: str
    parent: DivisionCode | None = None
    names: tuple[tuple[date, str], ...] = ()
    by: DivisionCode | None = None
    since: date | None = None
    of: tuple[tuple[DivisionCode, Month], ...] = ()


def evolve_division(division: Division | None, event: Event) -> Division:
    if isinstance(event, DivisionAdded):
        return Division(code=event.code, name=event.name, level=event.level, parent=event.parent)
    assert division is not None
    if isinstance(event, DivisionRenamed):
        return replace(division, name=event.name, names=(*division.names, (event.since, event.before)))
    if isinstance(event, DivisionReplaced):
        return replace(division, by=event.by, since=event.since)
    assert isinstance(event, DivisionSucceeded)
    return replace(division, of=(*division.of, (event.of, event.from_month)))
