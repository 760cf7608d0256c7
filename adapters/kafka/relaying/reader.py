"""The log as messages: read in order, each event mapped with its case as it was before and after.

Cases are folded as the reader goes; only so many are kept, the others are loaded again from their stream.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from adapters.faults import reach
from adapters.kafka.client import Header
from adapters.kafka.relaying.record import Point, check_point, point_of
from adapters.projecting.errors import is_poison, whereabouts
from adapters.store.store import EventStore
from domain.case import Case, evolve
from domain.event import CaseEvent
from workflows.ports import Recorded

KEPT = 20_000
A_READ = 500
"""Events at most that are told in one transaction."""
MOST_BYTES = 2_000_000


class Ready(NamedTuple):
    """A message as Kafka takes it. `topic` without the prefix."""

    topic: str
    key: str
    value: bytes | None
    headers: list[Header]
    timestamp_ms: int


Told = Callable[[Recorded, Case | None, Case | None], Iterable[Ready]]
"""An event, its case before and after it (None for other streams) → what is told of it, in order."""


class Mapped(NamedTuple):
    """An event and what is told of it. `fault`: why it can't be mapped: kind of error and line, no values."""

    point: Point
    type: str
    messages: tuple[Ready, ...]
    fault: str | None = None


class Reader:
    """For one thread at a time."""

    def __init__(self, store: EventStore, told: Told, kept: int = KEPT) -> None:
        self._store = store
        self._told = told
        self._kept = kept
        self._cases: OrderedDict[str, tuple[int, Case | None]] = OrderedDict()

    def read(self, after: Point, limit: int = A_READ) -> list[Mapped]:
        """The next events; fewer than `limit` where much is told of them.

        Raises `KafkaAhead`, `LogDiffers` where `after` isn't in the log, a `CodecError` at what nobody knows.
        """
        page = self._page(after, limit)
        reach("relay.read")
        found, size = [], 0
        for recorded in page:
            one = self._mapped(recorded)
            found.append(one)
            size += sum(len(message.value or b"") for message in one.messages)
            if size > MOST_BYTES:
                break
        return found

    def _page(self, after: Point, limit: int) -> list[Recorded]:
        if not after.position:
            return self._store.page(0, limit)
        page = self._store.page(after.position - 1, limit + 1)
        check_point(after, page[0] if page else None, self._store.head())
        return page[1:]

    def _mapped(self, recorded: Recorded) -> Mapped:
        kind = type(recorded.event).__name__
        try:
            before, after = self._states(recorded)
            return Mapped(point_of(recorded), kind, tuple(self._told(recorded, before, after)))
        except Exception as error:
            if not is_poison(error):
                raise
            return Mapped(point_of(recorded), kind, (), whereabouts(error))

    def _states(self, recorded: Recorded) -> tuple[Case | None, Case | None]:
        """The case before and after; what was folded further than the event is folded anew."""
        if not isinstance(recorded.event, CaseEvent):
            return None, None
        version, before = self._cases.pop(recorded.stream, (0, None))
        if version != recorded.version - 1:
            before = self._loaded(recorded)
        after = evolve(before or Case(), recorded.event)
        self._cases[recorded.stream] = (recorded.version, after)
        if len(self._cases) > self._kept:
            self._cases.popitem(last=False)
        return before, after

    def _loaded(self, recorded: Recorded) -> Case | None:
        case = None
        for one in self._store.load(recorded.stream):
            if one.version >= recorded.version:
                break
            assert isinstance(one.event, CaseEvent)
            case = evolve(case or Case(), one.event)
        return case
