"""Who waits: messages behind one that can't be told wait with their key, all others pass.

Of what waits only the key and its first position are kept; the messages are read from the log again. Positions
are those of a command's first event: a command is told as one.
"""

from collections.abc import Iterable, Mapping

from adapters.kafka.relaying.reader import Unit
from adapters.kafka.relaying.record import Record, Stuck

STREAM = "stream:"
MOST = 100
"""With more than this parked, not the events but the mapping or the settings are at fault."""


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

    def holds(self, key: str, first: int) -> bool:
        return first >= self.waiting.get(key, first + 1)

    def holds_unit(self, unit: Unit) -> bool:
        """Whether a stream is held up that the command wrote to: then all of it is."""
        return any(self.holds(STREAM + stream, unit.first) for stream in unit.streams)

    def free(self, unit: Unit) -> list[bool]:
        """Of a command's messages, which may be told now; the keys of a command that waits wait from here on."""
        if not self.waiting:
            return [True] * len(unit.messages)
        if self.holds_unit(unit):
            for message in unit.messages:
                self.waiting.setdefault(message.key, unit.first)
            return [False] * len(unit.messages)
        return [not self.holds(message.key, unit.first) for message in unit.messages]

    def park(self, one: Stuck) -> None:
        self.stuck[one.key] = one
        self.waiting[one.key] = min(one.position, self.waiting.get(one.key, one.position))

    def without(self, keys: Iterable[str]) -> "Lines":
        """What is held up by all the others alone, before anything is read again."""
        gone = set(keys)
        left = [one for key, one in self.stuck.items() if key not in gone]
        return Lines({one.key: one.position for one in left}, left)


def halfway(before: Lines, after: Lines, position: int) -> dict[str, int]:
    """Who waits when lines are let go up to a position: as `after` says, beyond it as `before` said."""
    waiting = {key: max(first, position + 1) for key, first in before.waiting.items()}
    return {**waiting, **after.waiting}


def stuck_at(unit: Unit, since: int) -> Stuck:
    """A command that can't be mapped."""
    return Stuck(
        key=STREAM + unit.stream,
        position=unit.first,
        topic="",
        type=unit.type,
        reason=unit.fault or "",
        since=since,
    )
