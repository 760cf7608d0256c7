"""The log as messages: read in order, a command at a time, folded by the public mapping.

The mapping knows the whole log up to where it stands. What was read and isn't yet known to be told is kept, so that
a transaction that failed is tried again without folding anew; who begins far on starts from a kept state.
"""

from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from adapters.faults import reach
from adapters.kafka.relaying.errors import LogDiffers
from adapters.kafka.relaying.record import Point, check_point, point_of
from adapters.kafka.wire import Wired
from adapters.projecting.errors import is_poison, whereabouts
from adapters.store.errors import BadPayload
from adapters.store.store import EventStore
from projections.public.facts import NOT_PUBLIC
from projections.public.mapping import CLOCK, FOLLOWED, Load
from projections.public.message import Message
from workflows.ports import Recorded

A_READ = 1_000
"""Events that are told in one transaction; a command is never told in parts."""
MOST_BYTES = 2_000_000


_UNTOLD = frozenset(NOT_PUBLIC) - {one.__name__ for one in FOLLOWED}


def untold(kind: str, actor: str) -> bool:
    """What the mapping only counts isn't decoded. A deadline that fires is told of by whatever it wrote first."""
    return kind in _UNTOLD and actor != CLOCK


class Unit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A command's events, from position `first` to `point`, and what is told of them.

    `fault`: why they can't be mapped: kind of error and line, no values; `stream` and `type` say of which event.
    """

    first: int
    point: Point
    streams: frozenset[str]
    messages: tuple[Wired, ...]
    stream: str = ""
    type: str = ""
    fault: str | None = None

    @property
    def size(self) -> int:
        """Bytes of what is told."""
        return sum([len(one.value) for one in self.messages if one.value is not None])


class Mapping(Protocol):
    """The fold (projections.public.mapping.Publishing fits); `state` is whole between two commands."""

    @property
    def state(self) -> Any: ...

    def apply(self, seen: Recorded, /) -> list[Message]: ...
    def snapshot(self, last: Recorded, /) -> list[Message]: ...
    def again(self, last: Recorded, told: Iterable[tuple[str, str]], /) -> list[Message]: ...


Wire = Callable[[Message], Wired]


class Kept(Protocol):
    """Where states of the fold are kept."""

    def begin(self, until: int, load: Load) -> tuple[Point, Mapping]:
        """A fold to go on from, and where it stands: not beyond `until`. `load`: what it may ask of a stream."""

    def keep(self, point: Point, mapping: Mapping) -> None: ...


class Reads(Protocol):
    """Reads the log as messages, in this process or in another."""

    beat: Callable[[], object]
    """Called now and then while a read takes long."""

    def read(self, after: Point, limit: int, /) -> list[Unit]: ...
    def ahead(self, after: Point, limit: int, /) -> None:
        """This will be asked for next."""

    def follow(self, until: int, /) -> None: ...
    def close(self) -> None: ...


class Reader:
    """For one thread at a time. `every`: so many events after which the fold's state is kept anew."""

    def __init__(self, store: EventStore, wire: Wire, kept: Kept, every: int = 0) -> None:
        self._store = store
        self._wire = wire
        self._kept = kept
        self._every = every
        self._kept_at = 0
        self._keep_from = 0.0
        self._whole = True
        """Nothing was passed over that couldn't be read: only then is the state what another release would have."""
        self._at = Point()
        self._mapping: Mapping | None = None
        self._made: deque[Unit] = deque()
        self._group: list[Recorded] = []
        self._unreadable: dict[int, str] = {}
        """Events of what was read last whose content isn't of its class's shape, by position."""
        self.beat: Callable[[], object] = lambda: None

    def read(self, after: Point, limit: int = A_READ) -> list[Unit]:
        """The next commands, about `limit` events; fewer where much is told of them.

        One with an event that can't be read is at fault. Raises `KafkaAhead`, `LogDiffers` where `after` isn't in
        the log, a `CodecError` at what nobody knows.
        """
        self._seek(after)
        if not self._made:
            self._made.extend(self._units(limit))
            reach("relay.read")
        found: list[Unit] = []
        size = 0
        for one in self._made:
            if found and one.point.position - after.position > limit:
                break
            found.append(one)
            size += one.size
            if size > MOST_BYTES:
                break
        return found

    def ahead(self, after: Point, limit: int) -> None:
        """Read when it is asked for."""

    def close(self) -> None:
        """Nothing to let go of."""

    def follow(self, until: int) -> None:
        """Stay near who acts, to begin at once where he ends: fold up to a position, and remember nothing."""
        self._made.clear()
        self._fold_to(until)

    def present(self, until: int) -> tuple[Point, list[Wired]]:
        """Every recipient as of the last command that ends at or before a position, and where that is."""
        return self._at_end(until, lambda mapping, last: mapping.snapshot(last))

    def again(self, until: int, told: Iterable[tuple[str, str]]) -> list[Wired]:
        """What stood then under keys of compacted topics, (topic, key); a tombstone where nothing did."""
        return self._at_end(until, lambda mapping, last: mapping.again(last, told))[1]

    def _at_end(
        self, until: int, say: Callable[[Mapping, Recorded], list[Message]]
    ) -> tuple[Point, list[Wired]]:
        self.follow(until)
        last = self._store.envelope(self._at.position)
        if self._mapping is None or last is None:
            return self._at, []
        return self._at, [self._wire(message) for message in say(self._mapping, last)]

    def _seek(self, after: Point) -> None:
        while self._made and self._made[0].first <= after.position:
            self._made.popleft()
        if self._made and self._made[0].first == after.position + 1:
            return
        self._made.clear()
        if self._mapping is None or self._at.position > after.position:
            self._whole = True
            self._at, self._mapping = self._kept.begin(after.position, self._own)
            self._kept_at = self._at.position
        self._fold_to(after.position)
        if self._at != after:
            check_point(after, self._store.envelope(after.position), self._store.head())
            raise LogDiffers(position=after.position, wanted=str(after), found=str(self._at))

    def _fold_to(self, until: int) -> None:
        if self._mapping is None:
            self._whole = True
            self._at, self._mapping = self._kept.begin(until, self._own)
        while self._at.position < until:
            groups = self._groups(A_READ, until)
            if not groups:
                return
            for group in groups:
                self._map(group, told=False)
            self.beat()

    def _units(self, limit: int) -> list[Unit]:
        units = [self._map(group) for group in self._groups(limit)]
        if (
            self._every
            and self._at.position - self._kept_at >= self._every
            and monotonic() >= self._keep_from
        ):
            began = monotonic()
            self.keep()
            # A large office's takes seconds: at most a fiftieth of the time goes into it.
            self._keep_from = monotonic() + 50 * (monotonic() - began)
        return units

    def keep(self) -> None:
        """Keep the fold's state for who begins next."""
        if self._whole and self._mapping is not None and self._at.position > self._kept_at:
            self._kept.keep(self._at, self._mapping)
            self._kept_at = self._at.position

    def _groups(self, limit: int, until: int | None = None) -> list[list[Recorded]]:
        """The next whole commands; of a page that is full the last may go on beyond it."""
        after = self._at
        page = self._page(after, limit)
        while len(page) >= limit and page[0].command == page[-1].command:
            more = self._read(page[-1].position, limit)
            page += more
            if len(more) < limit:
                break
        groups: list[list[Recorded]] = []
        for one in page:
            if groups and groups[-1][0].command == one.command:
                groups[-1].append(one)
            else:
                groups.append([one])
        if len(page) >= limit and len(groups) > 1:
            groups.pop()
        if until is not None:
            groups = [group for group in groups if group[-1].position <= until]
        return groups

    def _page(self, after: Point, limit: int) -> list[Recorded]:
        self._unreadable.clear()
        if not after.position:
            return self._read(0, limit)
        page = self._read(after.position - 1, limit + 1)
        check_point(after, page[0] if page else None, self._store.head())
        return page[1:]

    def _read(self, after: int, limit: int) -> list[Recorded]:
        """The next events; one that can't be read is there by its envelope, and noted."""
        found: list[Recorded] = []
        while len(found) < limit:
            try:
                return found + self._store.page(after, limit - len(found), untold)
            except BadPayload as error:
                self._whole = False
                position = int(error.params["position"])
                whole = self._store.page(after, position - after - 1, untold)
                broken = self._store.envelope(position)
                assert broken is not None
                self._unreadable[position] = error.code
                found += [*whole, broken]
                after = position
        return found

    def _own(self, stream: str, after: int) -> list[Recorded]:
        """What the command that is mapped wrote to a stream: the mapping asks of no other."""
        return [one for one in self._group if one.stream == stream and one.version > after]

    def _map(self, group: list[Recorded], *, told: bool = True) -> Unit:
        """A command is told whole or not at all; what comes after is mapped as if it had been told.

        Not `told`: only folded, put on no wire.
        """
        assert self._mapping is not None
        self._group = group
        messages: list[Wired] = []
        at_fault: tuple[Recorded, str] | None = None
        for one in group:
            if one.position in self._unreadable:
                at_fault = at_fault or (one, self._unreadable[one.position])
            try:
                found = self._mapping.apply(one)
                if told:
                    messages += map(self._wire, found)
            except Exception as error:
                if not is_poison(error):
                    raise
                at_fault = at_fault or (one, whereabouts(error))
        self._at = point_of(group[-1])
        unit = Unit(group[0].position, self._at, frozenset([one.stream for one in group]), tuple(messages))
        if at_fault is None:
            return unit
        one, why = at_fault
        return replace(unit, messages=(), stream=one.stream, type=one.type, fault=why)
