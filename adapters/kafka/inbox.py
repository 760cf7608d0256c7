"""The inbox: inbound topics → commands, once each in effect; what can't be taken is parked (docs/kafka-inbox.md).

Offsets are committed only after the store has answered. With letters, they go in one transaction with them. The group
is named by the log: a store restored to an earlier point reads again what is still in the topics.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from threading import Event
from time import monotonic, time
from typing import Any
from uuid import uuid4

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from adapters.bootstrap import Doudi
from adapters.faults import reach
from adapters.kafka.about import persons_of
from adapters.kafka.client import Transactions
from adapters.kafka.errors import BadSettings, KafkaTrouble, Refused
from adapters.kafka.leniently import read_leniently
from adapters.kafka.letters import Letter, emptied, letter, letters, record
from adapters.kafka.rights import INBOX
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.start import Watch
from adapters.kafka.taking import PASSING, Arrived, Taken, Waits, take
from domain.days import CHINA

MOST = 200
"""Messages of one poll."""
GROUP = 50
"""So many commands share a transaction of the store at most."""
POLL_MS = 500
LONGEST_PAUSE = 5.0
SEEN_SECONDS = 90.0

log = logging.getLogger(__name__)


class Counts(msgspec.Struct):
    """What one process did since it began: messages by outcome, and how often it had to wait."""

    done: int = 0
    repeated: int = 0
    passed: int = 0
    refused: int = 0
    waited: int = 0


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """Of one partition. `age`: seconds since the oldest message that waits came, 0 where none does."""

    topic: str
    partition: int
    actor: str
    committed: int
    end: int
    behind: int
    age: int


class Inbox:
    """One of any number of processes that share the topics. Not for several threads."""

    def __init__(self, doudi: Doudi, settings: KafkaSettings) -> None:
        read_leniently()
        if not settings.inbound:
            raise BadSettings("kafka.nothing-inbound", key="inbound")
        self.counts = Counts()
        self.waits_for: str | None = None
        """Why nothing can be taken now; None when something was."""
        self._doudi = doudi
        self._settings = settings
        self._topics = {settings.topic(name): name for name in settings.inbound}
        self._consumer: KafkaConsumer | None = None
        self._letters = Transactions(settings, f"{settings.topic(INBOX)}-{uuid4()}")
        self._pauses = 0
        self._discarded: frozenset[str] | None = None
        self._seen: tuple[str | None, float] = (None, 0.0)
        self._reached: dict[TopicPartition, tuple[int, float]] = {}

    def step(self, wait_ms: int = POLL_MS) -> bool:
        """Poll once, take or park all that came, commit. False where nothing came or nothing could be taken.

        What is wrong with Kafka or the store is waited out: it never gets out of here, and no offset is committed.
        """
        try:
            polled = self._open().poll(timeout_ms=wait_ms, max_records=MOST)
            if not polled:
                return False
            return self._take_all(polled)
        except (KafkaTrouble, KafkaError, *PASSING) as error:
            self._wait(getattr(error, "code", type(error).__name__))
            self._drop()
            return False

    def run(self, stop: Event, beat: Callable[["Inbox"], object] = lambda inbox: None) -> None:
        """Until stopped. Where nothing comes, it is looked now and then whether a right or the broker is missing."""
        watch = Watch(self._settings, INBOX)
        while not stop.is_set():
            if not self.step():
                if self.waits_for is not None:
                    stop.wait(self.pause)
                elif (trouble := watch.trouble()) is not None:
                    log.warning("nothing comes: %s", trouble.code)
                    self._seen = (trouble.code, monotonic() + SEEN_SECONDS)
            beat(self)
        self.close()

    def lags(self) -> list[Lag]:
        """Of the partitions that are this process's, as far as it knows; asks nobody."""
        found = []
        for place in sorted(self._consumer.assignment() if self._consumer else ()):
            end = self._consumer.highwater(place)  # type: ignore[union-attr]
            committed, at = self._reached.get(place, (end or 0, 0.0))
            behind = max(0, (end or 0) - committed)
            name = self._topics[place.topic]
            found.append(
                Lag(
                    topic=name,
                    partition=place.partition,
                    actor=self._settings.inbound[name].actor,
                    committed=committed,
                    end=end or 0,
                    behind=behind,
                    age=max(0, int(time() - at)) if behind and at else 0,
                )
            )
        return found

    @property
    def trouble(self) -> str | None:
        """What stands in the way now, or did when it was last looked."""
        code, until = self._seen
        return self.waits_for or (code if monotonic() < until else None)

    @property
    def pause(self) -> float:
        """Seconds to wait before the next step, longer each time in vain."""
        return min(LONGEST_PAUSE, 0.1 * 2 ** min(self._pauses, 10)) if self.waits_for else 0.0

    def close(self) -> None:
        """Leave the group; others take over at once."""
        self._drop()

    def _open(self) -> KafkaConsumer:
        if self._consumer is None:
            arguments = self._settings.consumer_args(group(self._doudi, self._settings))
            consumer = self._consumer = KafkaConsumer(**{"metadata_max_age_ms": 30_000, **arguments})
            # Who joins before he knows the topics may be given none of them, and never hears of it.
            for topic in self._topics:
                consumer.partitions_for_topic(topic)
            consumer.subscribe(list(self._topics))
        return self._consumer

    def _drop(self) -> None:
        """Begin anew from what is committed. An open transaction is settled before that is looked at."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(Exception):
                consumer.close(autocommit=False, timeout_ms=2_000)
        self._letters.discard()

    def _wait(self, code: str) -> None:
        self.counts.waited += 1
        self._pauses += 1
        if self.waits_for != code:
            log.warning("the inbox waits: %s", code)
        self.waits_for = code

    def _take_all(self, polled: dict[TopicPartition, list[Any]]) -> bool:
        arrived = [
            (place, Arrived.of(one, self._topics[place.topic]))
            for place, records in polled.items()
            for one in records
        ]
        taken, waits = self._taken([one for _, one in arrived])
        done = arrived[: len(taken)]
        reach("inbox.taken")
        offsets: dict[TopicPartition, int] = {}
        parked: list[Letter] = []
        now = datetime.now(CHINA)
        for (place, one), outcome in zip(done, taken, strict=True):
            offsets[place] = one.offset + 1
            if outcome.how == "refused":
                about = persons_of(self._doudi, one)
                parked.append(letter(self._doudi.store.keyring, one, about, outcome.reasons, now))
        for place, records in polled.items():
            following = offsets.get(place, records[0].offset)
            if following <= records[-1].offset:
                self._open().seek(place, following)
        self._commit(offsets, self._new(parked))
        reach("inbox.committed")
        for place, one in done:
            self._reached[place] = (one.offset + 1, one.at / 1000)
        for outcome in taken:
            setattr(self.counts, outcome.how, getattr(self.counts, outcome.how) + 1)
        if waits is not None:
            self._wait(waits)
            return False
        self._pauses, self.waits_for, self._seen = 0, None, (None, 0.0)
        return True

    def _taken(self, arrived: list[Arrived]) -> tuple[list[Taken], str | None]:
        """Outcomes of the first so many in order; why the next has to wait, if it has."""
        found: list[Taken] = []
        for start in range(0, len(arrived), GROUP):
            group = arrived[start : start + GROUP]
            try:
                with self._doudi.office.batch():
                    together = [take(self._doudi, self._settings.inbound, one) for one in group]
                found += together
            except Exception:
                # Whether the group was kept isn't known: each is taken again, and what was done answers so.
                for one in group:
                    try:
                        found.append(take(self._doudi, self._settings.inbound, one))
                    except Waits as waits:
                        return found, waits.code
        return found, None

    def _new(self, parked: list[Letter]) -> list[Letter]:
        """Those that weren't discarded: a log that begins to read anew meets letters of before.

        One that was taken and can't be now is a letter again: what came of it was lost with the log before.
        """
        if not parked:
            return parked
        if self._discarded is None:
            known = letters(self._settings, self._settings.inbound)
            self._discarded = frozenset(one.id for one in known.values() if one.state == "discarded")
        return [one for one in parked if one.id not in self._discarded]

    def _commit(self, offsets: dict[TopicPartition, int], parked: list[Letter]) -> None:
        if not offsets:
            return
        consumer = self._open()
        told = {place: OffsetAndMetadata(offset, "", -1) for place, offset in offsets.items()}
        if not parked:
            consumer.commit(told)
            return
        while True:
            try:
                self._send(parked, told)
                break
            except Refused as error:
                # The topic takes less than was thought: that letter goes without its original.
                smaller = [emptied(one) if one.id == error.key else one for one in parked]
                if smaller == parked:
                    raise
                parked = smaller
        for one in parked:
            codes = ", ".join(reason.code for reason in one.reasons)
            log.warning("parked %s/%d/%d: %s", one.topic, one.partition, one.offset, codes)

    def _send(self, parked: Iterable[Letter], offsets: dict[TopicPartition, Any]) -> None:
        if not self._letters.opened:
            self._letters.open()
        self._letters.begin()
        for one in parked:
            made = record(one)
            self._letters.send(
                self._settings.topic(made.topic), key=made.key, value=made.value, headers=made.headers
            )
        self._letters.send_offsets(offsets, self._open().group_metadata())
        self._letters.settle()


def group(doudi: Doudi, settings: KafkaSettings) -> str:
    """The consumer group: a log's own."""
    return f"{settings.topic(INBOX)}-{doudi.store.log_id}"
