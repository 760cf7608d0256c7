"""Kafka as the relay sees it: messages and its place in one transaction, and the place found again.

Begin with `open`, which fences and settles a predecessor; only then is the place there to be read. Other logs'
places may stand in the same partition: their open transactions are waited for, never taken for the end.
"""

from collections.abc import Sequence
from contextlib import closing
from time import monotonic
from typing import Any
from zlib import crc32

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

    def put(self, messages: Sequence[Wired], record: Record) -> None:
        """All messages and the place behind them, or nothing of it. After any error open it anew and look.

        Raises `Refused` (its topic without the prefix), `Fenced`, `Denied`, `Unsure`.
        """
        try:
            self._making.see_to(one.topic for one in messages)
            self._put(messages, record)
        except Refused as refused:
            topic = refused.topic.removeprefix(self.settings.prefix)
            raise Refused(topic=topic, key=refused.key, reason=refused.reason) from refused
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
                headers=one.headers,
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
        self._transactions.discard()


def read_place(
    settings: KafkaSettings, name: str, seconds: float = READ_SECONDS
) -> tuple[Record | None, int]:
    """What is committed under a name, and its partition. Raises `Denied`, `Unsure`."""
    try:
        return _read(settings, name.encode(), seconds)
    except AuthorizationError as error:
        raise Denied(reason=type(error).__name__, what=settings.topic(POSITIONS)) from error
    except KafkaError as error:
        raise Unsure(reason=type(error).__name__) from error


def _read(settings: KafkaSettings, key: bytes, seconds: float) -> tuple[Record | None, int]:
    """To the end that an uncommitted reader sees: a committed one's end stops at what is open."""
    until = monotonic() + seconds
    arguments = settings.consumer_args(None)
    with closing(_consumer({**arguments, "isolation_level": "read_uncommitted"})) as looking:
        partitions = looking.partitions_for_topic(settings.topic(POSITIONS))
        if not partitions:
            raise Unsure(reason="no-positions-topic")
        place = TopicPartition(settings.topic(POSITIONS), crc32(key) % len(partitions))
        end = looking.end_offsets([place])[place]
    value = None
    with closing(_consumer(arguments)) as reading:
        reading.assign([place])
        reading.seek_to_beginning(place)
        while reading.position(place) < end:
            if monotonic() > until:
                raise Unsure(reason="position-unread")
            for record in reading.poll(timeout_ms=200).get(place, ()):
                if record.key == key:
                    value = record.value
    return (None if value is None else read_record(value)), place.partition


def _consumer(arguments: dict[str, Any]) -> KafkaConsumer:
    return KafkaConsumer(**arguments)
