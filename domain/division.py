"""行政区划: divisions by code, with their name and parent (GB/T 2260, GB/T 10114; rules.md §9)."""

from typing import Literal

import msgspec

from domain.event import Event
from domain.ids import DivisionCode

Level = Literal["province", "city", "county", "township", "village"]


class DivisionAdded(Event, frozen=True, kw_only=True):
    code: DivisionCode
    name: str
    level: Level
    parent: DivisionCode | None = None


class Division(msgspec.Struct, frozen=True, kw_only=True):
    code: DivisionCode
    name: str
    level: str
    parent: DivisionCode | None = None


def evolve_division(division: Division | None, event: Event) -> Division:
    assert isinstance(event, DivisionAdded)
    return Division(code=event.code, name=event.name, level=event.level, parent=event.parent)
