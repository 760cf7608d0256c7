"""Where the relay is, as it stands in Kafka: written in the transaction of the messages up to there."""

import msgspec

from adapters.kafka.relaying.errors import KafkaAhead, LogDiffers, OtherLog
from adapters.store.meta import to_micros
from adapters.store.store import EventStore
from workflows.ports import Recorded

REMEMBERED = 20
"""Messages that were discarded last are told in the record; all of them stand in the store."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """An event by what no other event shares. `at`: microseconds since 1970."""

    position: int = 0
    stream: str = ""
    version: int = 0
    command: str = ""
    at: int = 0

    def __str__(self) -> str:
        return f"{self.stream}#{self.version} {self.command}"


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """What can't be told: from `position` on everything under `key` waits.

    `key` is a message's key, or `stream:NAME` where an event couldn't be mapped; then `topic` is empty. `id`: the
    message's; `gone`: of those of its key and command that were discarded before.
    """

    key: str
    position: int
    topic: str
    type: str
    reason: str
    since: int
    id: str = ""
    gone: tuple[str, ...] = ()


class Discarded(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    position: int
    topic: str
    actor: str
    reason: str
    at: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting`: the position from which on a key's messages wait. `sent`: messages so far; `at`: when written."""

    log: str
    point: Point = Point()
    waiting: dict[str, int] = {}
    stuck: tuple[Stuck, ...] = ()
    discarded: tuple[Discarded, ...] = ()
    sent: int = 0
    at: int = 0

    @property
    def position(self) -> int:
        return self.point.position


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Record)


def write_record(record: Record) -> bytes:
    return _encoder.encode(record)


def read_record(value: bytes) -> Record:
    return _decoder.decode(value)


def point_of(one: Recorded) -> Point:
    return Point(
        position=one.position,
        stream=one.stream,
        version=one.version,
        command=one.command,
        at=to_micros(one.recorded_at),
    )


def point_at(store: EventStore, position: int) -> Point:
    """The event at a position; the beginning where there is none."""
    found = store.envelope(position)
    return Point() if found is None else point_of(found)


def check_log(store: EventStore, record: Record) -> None:
    """Raises `OtherLog` where Kafka was told by another log."""
    if record.log != store.log_id:
        raise OtherLog(position=record.position, wanted=record.log, found=store.log_id)


def check_point(point: Point, found: Recorded | None, head: int) -> None:
    """The event the relay stands at must be there; raises `KafkaAhead`, `LogDiffers`."""
    if found is None or found.position != point.position:
        raise KafkaAhead(position=point.position, head=head)
    if (here := point_of(found)) != point:
        raise LogDiffers(position=point.position, wanted=str(point), found=str(here))
