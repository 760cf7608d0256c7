"""The messages of one transaction, each with the command it tells of."""

from collections.abc import Iterable, Iterator

from adapters.kafka.relaying.reader import Unit
from adapters.kafka.relaying.record import Stuck
from adapters.kafka.wire import Wired, id_of


class Planned:
    """`at`: where people go on without the messages `gone`, if they do."""

    def __init__(self, at: Stuck | None = None, gone: tuple[str, ...] = ()) -> None:
        self.units: list[Unit] = []
        self.messages: list[Wired] = []
        self._at = at
        self._gone = gone

    def add(self, unit: Unit, free: Iterable[bool]) -> None:
        for message, one in zip(unit.messages, free, strict=True):
            gone = self._gone and self._gone_of(unit, message.key)
            if one and not (gone and id_of(message) in gone):
                self.units.append(unit)
                self.messages.append(message)

    def at_fault(self, unit: Unit, since: int) -> Iterator[Stuck]:
        """Of a command's messages those that can't be told."""
        for one in unit.messages:
            if one.fault and id_of(one) not in self._gone_of(unit, one.key):
                yield self._stuck(unit, one, one.fault, since)

    def stuck(self, index: int, reason: str, since: int) -> Stuck:
        """A message that is refused."""
        return self._stuck(self.units[index], self.messages[index], reason, since)

    def _stuck(self, unit: Unit, one: Wired, reason: str, since: int) -> Stuck:
        return Stuck(
            key=one.key,
            position=unit.first,
            topic=one.topic,
            type=unit.type or one.topic,
            reason=reason,
            since=since,
            id=id_of(one),
            gone=self._gone_of(unit, one.key),
        )

    def _gone_of(self, unit: Unit, key: str) -> tuple[str, ...]:
        here = self._at is not None and (self._at.position, self._at.key) == (unit.first, key)
        return self._gone if here else ()
