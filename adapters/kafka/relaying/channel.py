"""Kafka as the relay sees it: messages and its place in one transaction, and the place found again.

Begin with `open`, which fences and settles a predecessor; only then is the place there to be read. Other logs'
places may stand in the same partition: their open transactions are waited for, never taken for the end.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from time import monotonic
from typing import Any, TypeVar
from zlib import crc32

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import AuthorizationError, KafkaError

from adapters.faults import reach
from adapters.kafka.client import Transactions
from adapters.kafka.errors import Denied, Refused, Unsure
from adapters.kafka.relaying.making import Making
from adapters.kafka.relaying.record import Record, read_record, write_record
from adapters.kafka.rights import transactional_id
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import POSITIONS
from adapters.kafka.wire import Wired

Found = TypeVar("Found")
READ_SECONDS = 30.0
"""An open transaction of another log's relay is waited for until Kafka ends it."""


class Channel:
    """`name`: whose place it is."""

    def __init__(self, settings: KafkaSettings, name: str) -> None:
        self.name = name
        self.settings = settings
        self._making = Making(settings)
        self._transactions = Transactions(settings, transactional_id(settings, name))
        self._partition: int | None = None

    @property
    def opened(self) -> bool:
        return self._transactions.opened

    def open(self) -> Record | None:
        """What was committed last under the name, None if nothing ever was. Raises `Fenced`, `Denied`, `Unsure`."""
        self._transactions.open()
        try:
            found, self._partition = read_place(self.settings, self.name)
        except BaseException:
            self.discard()
            raise
        return found

    def told_as(self, log: str) -> str | None:
        """Another name under which this log's place stands. Raises `Denied`, `Unsure`."""
        return _asked(
            self.settings, lambda: _other_name(self.settings, self.name.encode(), log, READ_SECONDS)
        )

    def put(self, messages: Sequence[Wired], record: Record) -> None:
        """All messages and the place behind them, or nothing of it. After any error open it anew and look.

        Raises `Refused` (its topic without the prefix; the place is the record behind the last message), `Fenced`,
        `Denied`, `Unsure`.
        """
        try:
            self._making.see_to(one.topic for one in messages)
            self._put(messages, record)
        except Refused as refused:
            topic = refused.topic.removeprefix(self.settings.prefix)
            raise Refused(
                topic=topic, key=refused.key, reason=refused.reason, index=refused.index
            ) from refused
        except BaseException:
            self.discard()
            raise

    def _put(self, messages: Sequence[Wired], record: Record) -> None:
        transactions, prefix = self._transactions, self.settings.prefix
        transactions.begin()
        for one in messages:
            transactions.send(
                prefix + one.topic,
                key=one.key.encode(),
                value=one.value,
                headers=one.headers.items(),
                timestamp_ms=one.timestamp_ms,
            )
        reach("relay.sent")
        transactions.send(
            self.settings.topic(POSITIONS),
            key=self.name.encode(),
            value=write_record(record),
            partition=self._partition,
        )
        reach("relay.before-commit")
        transactions.settle()
        reach("relay.committed")

    def discard(self) -> None:
        self._making.look_again()
        self._transactions.discard()


def read_place(
    settings: KafkaSettings, name: str, seconds: float = READ_SECONDS
) -> tuple[Record | None, int]:
    """What is committed under a name, and its partition. Raises `Denied`, `Unsure`."""
    return _asked(settings, lambda: _read(settings, name.encode(), seconds))


def _asked(settings: KafkaSettings, read: Callable[[], Found]) -> Found:
    try:
        return read()
    except AuthorizationError as error:
        raise Denied(reason=type(error).__name__, what=settings.topic(POSITIONS)) from error
    except KafkaError as error:
        raise Unsure(reason=type(error).__name__) from error


def _read(settings: KafkaSettings, key: bytes, seconds: float) -> tuple[Record | None, int]:
    """To the end that an uncommitted reader sees: a committed one's end stops at what is open."""
    until = monotonic() + seconds
    topic, arguments = settings.topic(POSITIONS), settings.consumer_args(None)
    with closing(_consumer({**arguments, "isolation_level": "read_uncommitted"})) as looking:
        numbers = sorted(looking.partitions_for_topic(topic) or ())
        if not numbers:
            raise Unsure("kafka.topic-missing", topic=topic)
        own = numbers[crc32(key) % len(numbers)]
        # Where partitions were added it stands where it was; begun anew, all would be told a second time.
        for some in filter(None, ([own], [one for one in numbers if one != own])):
            ends = looking.end_offsets([TopicPartition(topic, one) for one in some])
            last = _last(arguments, ends, lambda one: one.key == key, until)
            if last is not None:
                return read_record(last.value), last.partition
    return None, own


def _other_name(settings: KafkaSettings, key: bytes, log: str, seconds: float) -> str | None:
    topic, arguments = settings.topic(POSITIONS), settings.consumer_args(None)
    with closing(_consumer({**arguments, "isolation_level": "read_uncommitted"})) as looking:
        ends = looking.end_offsets(
            [TopicPartition(topic, one) for one in looking.partitions_for_topic(topic) or ()]
        )

    def tells(record: Any) -> bool:
        if record.key == key or record.value is None:
            return False
        try:
            return read_record(record.value).log == log
        except msgspec.DecodeError:
            return False  # no place of any relay

    found = _last(arguments, ends, tells, monotonic() + seconds)
    return found.key.decode() if found is not None else None


def _last(
    arguments: dict[str, Any],
    ends: dict[TopicPartition, int],
    wanted: Callable[[Any], bool],
    until: float,
) -> Any:
    """The last committed record that is wanted in these partitions, None if there is none."""
    last = None
    with closing(_consumer(arguments)) as reading:
        reading.assign(list(ends))
        reading.seek_to_beginning()
        while any(reading.position(one) < end for one, end in ends.items()):
            if monotonic() > until:
                raise Unsure("kafka.position-unread")
            for records in reading.poll(timeout_ms=200).values():
                last = next((one for one in reversed(records) if wanted(one)), last)
    return last


def _consumer(arguments: dict[str, Any]) -> KafkaConsumer:
    return KafkaConsumer(**arguments)
