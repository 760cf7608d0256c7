"""Who waits: messages behind one that can't be told wait with their key, all others pass.

Of what waits only the key and its first position are kept; the messages are read from the log again.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from adapters.kafka.relaying.record import Record, Stuck

STREAM = "stream:"
MOST = 100
"""With more than this parked, not the events but the mapping or the settings are at fault."""


class Keyed(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def topic(self) -> str: ...


class Lines:
    """Where each key's line is held up. One key's messages keep their order over all topics."""

    def __init__(self, waiting: Mapping[str, int], stuck: Iterable[Stuck] = ()) -> None:
        self.waiting = dict(waiting)
        self.stuck = {one.key: one for one in stuck}

    @classmethod
    def of(cls, record: Record) -> "Lines":
        return cls(record.waiting, record.stuck)

    def copy(self) -> "Lines":
        return Lines(self.waiting, self.stuck.values())

    def holds(self, key: str, position: int) -> bool:
        return position >= self.waiting.get(key, position + 1)

    def holds_message(self, stream: str, key: str, position: int) -> bool:
        return self.holds(STREAM + stream, position) or self.holds(key, position)

    def pass_on(self, stream: str, position: int, keys: Iterable[str]) -> list[bool]:
        """Of an event's messages, by their keys, which may be told now; behind a held event its keys wait."""
        if not self.waiting:
            return [True for _ in keys]
        if self.holds(STREAM + stream, position):
            for key in keys:
                self.waiting.setdefault(key, position)
            return [False for _ in keys]
        return [not self.holds(key, position) for key in keys]

    def park(self, one: Stuck) -> None:
        self.stuck[one.key] = one
        self.waiting[one.key] = min(one.position, self.waiting.get(one.key, one.position))

    def without(self, keys: Iterable[str]) -> "Lines":
        """What is held up by all the others alone, before anything is read again."""
        left = {key: one for key, one in self.stuck.items() if key not in set(keys)}
        return Lines({key: one.position for key, one in left.items()}, left.values())


def halfway(before: Lines, after: Lines, position: int) -> dict[str, int]:
    """Who waits when lines are let go up to a position: as `after` says, beyond it as `before` said."""
    waiting = {}
    for key, first in before.waiting.items():
        waiting[key] = first if first > position else position + 1
    waiting.update(after.waiting)
    return waiting
