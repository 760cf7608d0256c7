"""What every event is made of. Position, stream, version, actor, time stand in its envelope, not here."""

from datetime import date
from typing import ClassVar, Literal

import msgspec

from domain.ids import InstanceId


class Value(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """An immutable value that stands inside events and answers."""


class Event(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A past-tense fact. Its type is the class's name, `VERSION` the version of its shape."""

    VERSION: ClassVar[int] = 1

    on: date
    """The day (China's) on which the thing was done; knowledge counts from `recorded_at`."""


class Deadline(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A due day that a waiting state carries (rules.md §5). A `limit` warns and escalates, a `timer` fires."""

    key: str
    kind: Literal["limit", "timer"]
    due: date
    owner: str
    source: str
    warn: date | None = None
    provisional: bool = False
    """Reckoned over a year whose calendar isn't published: the `days`-th working day after `start`."""
    start: date | None = None
    days: int | None = None


class Moved(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A life cycle of the case that this event moved into `state`.

    `life` (definition@version) stands only where the instance begins; `sets` are the deadlines that the state
    brings, `meets` the keys of those that end with it.
    """

    instance: InstanceId
    state: str
    life: str | None = None
    sets: tuple[Deadline, ...] = ()
    meets: tuple[str, ...] = ()


class CaseEvent(Event, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An event of a case's stream; the engine writes into `moved` what it moved."""

    moved: tuple[Moved, ...] = ()
