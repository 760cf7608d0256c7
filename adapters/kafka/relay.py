"""The relay: tells Kafka what happened, in the log's order, each message once (architecture 8).

Many may stand by, the holder of the lease acts. Messages and the place behind them are one transaction; after any
error the producer is thrown away and the place read anew, so nobody ever has to guess what was committed.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Event as Signal

from msgspec.structs import replace

from adapters.kafka.errors import KafkaTrouble, Refused, Unsure
from adapters.kafka.relaying.channel import Channel
from adapters.kafka.relaying.errors import (
    MappingChanged,
    NothingWaiting,
    OtherSource,
    PlaceTooLarge,
    TooManyWaiting,
)
from adapters.kafka.relaying.kept import EVERY, KeptStates
from adapters.kafka.relaying.lease import Lease, holder
from adapters.kafka.relaying.planned import Planned
from adapters.kafka.relaying.reader import A_READ, Kept, Reader, Reads, Unit, Wire
from adapters.kafka.relaying.record import REMEMBERED, Discarded, Point, Record, Stuck, check_log, point_at
from adapters.kafka.relaying.waiting import MOST, STREAM, Lines, halfway, stuck_at
from adapters.kafka.settings import KafkaSettings
from adapters.projecting.lease import Now, micros, whoami
from adapters.projecting.parked import SetAside, put_aside
from adapters.store.database import PROJECTIONS
from adapters.store.errors import StoreBusy, StoreError, StoreFailed, Unreachable
from adapters.store.store import EventStore

log = logging.getLogger(__name__)

AGAIN = (Unsure, Unreachable, StoreBusy, StoreFailed)
"""What passes by itself: Kafka or the database doesn't answer."""
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)
_STAND_BY = 0.5
_A_LOOK = 1.0


class Relay:
    """`wire` puts messages on the wire, `reader` may do so elsewhere (`adapters.kafka.relaying.reading`).

    `trouble` is why the last attempt failed, None if it didn't."""

    def __init__(
        self,
        store: EventStore,
        settings: KafkaSettings,
        wire: Wire,
        *,
        kept: Kept | None = None,
        reader: Reads | None = None,
        who: str | None = None,
        now: Now = micros,
        limit: int = A_READ,
    ) -> None:
        self.store = store
        self.settings = settings
        self.now = now
        self.lease = Lease(store.database, who or whoami(), now)
        self.trouble: KafkaTrouble | StoreError | None = None
        self._wire = wire
        self._kept = kept or KeptStates(store)
        self._limit = limit
        self._reader: Reads = reader or Reader(store, wire, self._kept, EVERY)
        self._reader.beat = self._beat
        self._channel = Channel(settings, settings.source)
        self._record: Record | None = None
        self._refused: list[Stuck] = []
        """What was found refused and isn't committed as such."""

    @property
    def record(self) -> Record | None:
        """The place as last seen in Kafka; None before this one acted."""
        return self._record

    @property
    def position(self) -> int:
        return self._record.position if self._record else 0

    def _beat(self) -> None:
        self.lease.beat(self.position)

    def step(self) -> bool:
        """Tell at most one transaction's commands. False: nothing to do, or another acts.

        Raises `Fenced`: stop for good; one of `AGAIN`: try again; any other error has a remedy to be done first.
        """
        if not self.lease.keep(self.position):
            self.rest()
            return False
        record = self.opened()
        batch = self._next(record.point)
        if not batch:
            return False
        self._tell(record, batch)
        return True

    def run(self, stop: Signal, beat: Callable[[], object] = lambda: None) -> None:
        """Until told to stop; `beat` is called between transactions."""
        failures = 0
        try:
            while not stop.is_set():
                try:
                    beat()
                    if not self.step():
                        self._sleep(stop)
                    if self.trouble is not None:
                        log.warning("the relay goes on")
                    self.trouble, failures = None, 0
                except AGAIN as error:
                    if self.trouble is None:
                        log.warning("the relay waits: %s", error.code)
                    self.trouble = error
                    self.rest()
                    stop.wait(_PAUSES[min(failures, len(_PAUSES) - 1)])
                    failures += 1
        except StoreError as error:
            self.lease.say_stopped(self.position, error.code)
            raise
        finally:
            self.close()

    def _sleep(self, stop: Signal) -> None:
        if self.lease.held and self._record is not None:
            self.store.wait(self._record.position, _A_LOOK)
            return
        acting = holder(self.store.database)
        if acting is not None:
            self._reader.follow(acting.position)
        stop.wait(_STAND_BY)

    def rest(self) -> None:
        """Let go of the producer; whoever acts next reads the place anew."""
        self._channel.discard()

    def close(self) -> None:
        self.rest()
        self._reader.close()
        with suppress(StoreError):
            self.lease.leave()

    def opened(self) -> Record:
        """The place, read anew after anything went wrong; raises `OtherLog`."""
        if not self._channel.opened or self._record is None:
            found = self._channel.open()
            try:
                if found is not None:
                    check_log(self.store, found)
                elif (known := self._channel.told_as(self.store.log_id)) is not None:
                    raise OtherSource(source=self.settings.source, known=known)
            except StoreError:
                self.rest()
                raise
            self._record = found or Record(log=self.store.log_id)
        return self._record

    def place(self) -> Record | None:
        """The place in Kafka, of whichever log; None if there is none."""
        self._record = None
        return self._channel.open()

    def begin_at(self, record: Record, before: Record, told: Iterable[tuple[str, str]] = ()) -> None:
        """Set the place by people's word; after `place`, which found the one before.

        `told`: keys of compacted topics, (topic, key), of which it is said again what stands there at that place.
        """
        reader = Reader(self.store, self._wire, self._kept)
        reader.beat = self._beat
        messages = [one for one in reader.again(record.position, told) if not one.fault] if told else []
        while len(messages) > self._limit:
            self._channel.put(messages[: self._limit], before)
            del messages[: self._limit]
        self._channel.put(messages, record)
        self._record = record

    def _next(self, after: Point) -> list[Unit]:
        """The next commands; those behind them are read while these are told."""
        batch = self._reader.read(after, self._limit)
        if len(batch) > 1:
            self._reader.ahead(batch[-1].point, self._limit)
        return batch

    def _tell(self, record: Record, batch: list[Unit]) -> None:
        lines, last = Lines.of(record), batch[-1].point
        for one in self._refused:
            if one.position <= last.position:
                lines.park(one)
        planned = self._planned(batch, lines)
        ahead = replace(
            record,
            point=last,
            waiting=lines.waiting,
            stuck=tuple(lines.stuck.values()),
            sent=record.sent + len(planned.messages),
            at=self.now(),
        )
        if self._put(planned, ahead):
            self._refused = [one for one in self._refused if one.position > last.position]

    def _planned(self, batch: Sequence[Unit], lines: Lines) -> Planned:
        """What may be told; lines are held up where something can't be."""
        planned = Planned()
        for unit in batch:
            if unit.fault is not None and not lines.holds_unit(unit):
                lines.park(stuck_at(unit, self.now()))
            self._park_at_fault(unit, lines, planned)
            planned.add(unit, lines.free(unit))
        if len(lines.stuck) > MOST:
            raise TooManyWaiting(count=len(lines.stuck), position=batch[-1].point.position)
        return planned

    def _park_at_fault(self, unit: Unit, lines: Lines, planned: Planned, before: Lines | None = None) -> None:
        """A message that can't be told waits with its key; what it stands beside is told.

        `before`: where lines were held up; what wasn't is told already.
        """
        for one in planned.at_fault(unit, self.now()):
            told = before is not None and not (before.holds_unit(unit) or before.holds(one.key, unit.first))
            if not told and not lines.holds_unit(unit) and not lines.holds(one.key, unit.first):
                lines.park(one)

    def _put(self, planned: Planned, record: Record) -> bool:
        """Whether it was committed. If a message was refused, the next attempt goes without it."""
        try:
            self._channel.put(planned.messages, record)
        except Refused as refused:
            if not 0 <= refused.index < len(planned.messages):
                raise self._place_refused(refused, record) from refused
            self._refused.append(planned.stuck(refused.index, refused.reason, self.now()))
            return False
        self._record = record
        return True

    def _place_refused(self, refused: Refused, record: Record) -> KafkaTrouble | StoreError:
        """Tried again it would be as large."""
        if refused.reason == "too-large":
            return PlaceTooLarge(count=len(record.waiting), position=record.position)
        return Unsure(reason=f"refused {refused.topic}")

    # What waits

    def retry(self, key: str) -> Record:
        """Tell what waits under a key, if it can be told by now; the place afterwards says what still waits.

        Raises `NothingWaiting`, `MappingChanged`, `PlaceTooLarge`.
        """
        return self._release(self._stuck(key), ())

    def discard(self, key: str, actor: str, reason: str) -> Record:
        """Go on without the message, or the command, that a key waits at; those behind it are told.

        Who said so and why is kept in the store and, of the last ones, in Kafka. Raises `NothingWaiting`.
        """
        one, at = self._stuck(key), self.now()
        name = f"relay/{one.topic or '*'}/{one.id or one.key}"
        with self.store.database.transaction(PROJECTIONS) as session:
            put_aside(
                session,
                SetAside(
                    projection=name, position=one.position, stream=one.key, reason=reason, actor=actor, at=at
                ),
            )
        told = Discarded(
            key=one.key, position=one.position, topic=one.topic, actor=actor, reason=reason, at=at
        )
        return self._release(one, (told,))

    def _stuck(self, key: str) -> Stuck:
        found = next((one for one in self.opened().stuck if one.key == key), None)
        if found is None:
            raise NothingWaiting(key=key)
        return found

    def _release(self, tried: Stuck, without: tuple[Discarded, ...]) -> Record:
        """Read again from the first that waits, and tell what nothing holds up any more, a transaction at a time."""
        start = self.opened()
        end, before = start.position, Lines.of(start)
        after = before.without([tried.key])
        reader = Reader(self.store, self._wire, self._kept)
        reader.beat = self._beat
        point = point_at(self.store, min(before.waiting.values()) - 1)
        remembered = (*start.discarded, *without)[-REMEMBERED:]
        gone = (*tried.gone, tried.id) if without else tried.gone
        attempts = 0
        while point.position < end:
            batch = [one for one in reader.read(point, self._limit) if one.point.position <= end]
            planned = Planned(tried, gone)
            lines = self._let_go(batch, before, after, tried if without else None, remembered, planned)
            if lines is not None:
                after, point, attempts = lines, batch[-1].point, 0
                continue
            attempts += 1
            if attempts > MOST:
                raise TooManyWaiting(count=attempts, position=point.position)
        self._refused = []
        record = replace(
            self.opened(),
            waiting=after.waiting,
            stuck=tuple(after.stuck.values()),
            discarded=remembered,
            at=self.now(),
        )
        self._channel.put((), record)
        self._record = record
        return record

    def _let_go(
        self,
        batch: list[Unit],
        before: Lines,
        after: Lines,
        skipped: Stuck | None,
        remembered: tuple[Discarded, ...],
        planned: Planned,
    ) -> Lines | None:
        """Tell those of a batch that waited and don't any more. None: something was refused, try again."""
        record, lines = self.opened(), after.copy()
        last = batch[-1].point.position
        for one in self._refused:
            if one.position <= last:
                lines.park(one)
        for unit in batch:
            self._let_go_one(unit, before, lines, skipped, planned)
        if not planned.messages:
            return lines
        ahead = replace(
            record,
            waiting=halfway(before, lines, last),
            stuck=tuple({**before.stuck, **lines.stuck}.values()),
            discarded=remembered,
            sent=record.sent + len(planned.messages),
            at=self.now(),
        )
        return lines if self._put(planned, ahead) else None

    def _let_go_one(
        self, unit: Unit, before: Lines, lines: Lines, skipped: Stuck | None, planned: Planned
    ) -> None:
        waited = before.holds_unit(unit)
        if unit.fault is not None:
            if not waited:
                raise MappingChanged(position=unit.first, type=unit.type, reason=unit.fault)
            here = (unit.first, STREAM + unit.stream)
            gone = skipped is not None and (skipped.position, skipped.key) == here
            if not gone and not lines.holds_unit(unit):
                lines.park(stuck_at(unit, self.now()))
            return
        self._park_at_fault(unit, lines, planned, before)
        free = [
            one and (waited or before.holds(message.key, unit.first))
            for one, message in zip(lines.free(unit), unit.messages, strict=True)
        ]
        planned.add(unit, free)
