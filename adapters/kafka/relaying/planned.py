"""The messages of one transaction, each with the command it tells of."""

from collections.abc import Iterable

from adapters.kafka.relaying.reader import Unit
from adapters.kafka.relaying.record import Stuck
from adapters.kafka.wire import Wired


class Planned:
    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.messages: list[Wired] = []

    def add(self, unit: Unit, free: Iterable[bool]) -> None:
        for message, one in zip(unit.messages, free, strict=True):
            if one:
                self.units.append(unit)
                self.messages.append(message)

    def like(self, topic: str, key: str) -> list[Unit]:
        """The commands that tell something under a topic and key, in order."""
        found: list[Unit] = []
        for unit, one in zip(self.units, self.messages, strict=True):
            if one.key == key and one.topic == topic and (not found or found[-1] is not unit):
                found.append(unit)
        return found

    @staticmethod
    def stuck(unit: Unit, topic: str, key: str, reason: str, since: int) -> Stuck:
        """A message that is refused."""
        return Stuck(
            key=key, position=unit.first, topic=topic, type=unit.type or topic, reason=reason, since=since
        )
