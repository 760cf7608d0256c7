"""For a newcomer: a span of the log told again, or everyone who receives aid now, on a topic of its own.

The ids are those of the first time. How far it is stands in Kafka too: broken off, it goes on when said again.
"""

from collections.abc import Sequence
from contextlib import closing

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from msgspec.structs import replace

from adapters.kafka.errors import Unsure
from adapters.kafka.relaying.channel import Channel
from adapters.kafka.relaying.errors import NotForHistory, SpanOutside
from adapters.kafka.relaying.kept import KeptStates
from adapters.kafka.relaying.reader import A_READ, Reader
from adapters.kafka.relaying.record import Point, Record, check_log, point_at
from adapters.kafka.relaying.telling import wire_of
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import SUBJECTS, topic
from adapters.kafka.wire import Wired
from adapters.projecting.lease import micros
from adapters.store.store import EventStore


class Emitted(msgspec.Struct, frozen=True, kw_only=True):
    """Positions `first` to `last`, both of whole commands; how many messages stand on the topic."""

    topic: str
    first: int
    last: int
    messages: int


def emit(
    store: EventStore,
    settings: KafkaSettings,
    to: str,
    first: int = 1,
    last: int | None = None,
    only: Sequence[str] = (),
) -> Emitted:
    """What commands from `first` to `last` tell, on a new topic, with the same ids, keys and times.

    What can't be mapped, or told, is left out, as it waits where it was told first.
    Raises `NotForHistory`, `SpanOutside`.
    """
    head = store.head()
    if not 1 <= first <= (head if last is None else min(last, head)):
        raise SpanOutside(first=first, last=last or head, head=head)
    for name in only:
        _in_contract(name)
    channel = _channel(settings, "emit", to)
    try:
        return _emit(store, channel, _begun(store, settings, channel, to), to, first, last or head, only)
    finally:
        channel.discard()


def _emit(
    store: EventStore, channel: Channel, record: Record, to: str, first: int, last: int, only: Sequence[str]
) -> Emitted:
    start = _before(store, first)
    reader = Reader(store, wire_of(store, channel.settings), KeptStates(store))
    if record.position < start.position:
        record = replace(record, point=start)
    while record.position < last:
        batch = [one for one in reader.read(record.point, A_READ) if one.first <= last]
        if not batch:
            break
        messages = [
            replace(one, topic=to)
            for unit in batch
            for one in unit.messages
            if _wanted(one.topic, only) and not one.fault
        ]
        record = replace(record, point=batch[-1].point, sent=record.sent + len(messages), at=micros())
        channel.put(messages, record)
    return Emitted(topic=to, first=start.position + 1, last=record.position, messages=record.sent)


def _wanted(name: str, only: Sequence[str]) -> bool:
    return name in only if only else not name.startswith(SUBJECTS)


def snapshot(store: EventStore, settings: KafkaSettings, to: str) -> Emitted:
    """Everyone who receives aid, as `recipients` has it, on a new topic; a reader goes on behind `last`.

    Each message's sequence is `last`. Raises `NotForHistory`.
    """
    channel = _channel(settings, "snapshot", to)
    try:
        record = _begun(store, settings, channel, to)
        reader = Reader(store, wire_of(store, settings), KeptStates(store))
        point, messages = reader.present(record.position or store.head())
        for start in range(record.sent, max(1, len(messages)), A_READ):
            part: list[Wired] = [replace(one, topic=to) for one in messages[start : start + A_READ]]
            record = replace(record, point=point, sent=start + len(part), at=micros())
            channel.put(part, record)
        return Emitted(topic=to, first=1, last=point.position, messages=record.sent)
    finally:
        channel.discard()


def _channel(settings: KafkaSettings, what: str, to: str) -> Channel:
    return Channel(settings, f"{settings.source}/{what}/{to}")


def _begun(store: EventStore, settings: KafkaSettings, channel: Channel, to: str) -> Record:
    """How far it was, where it was broken off; else the topic must be new and empty."""
    try:
        topic(to)
    except KeyError:
        pass
    else:
        raise NotForHistory(topic=to, reason="contract")
    written = _written(settings, settings.topic(to))
    if written is None:
        raise NotForHistory(topic=to, reason="missing")
    found = channel.open()
    if found is not None:
        check_log(store, found)
        return found
    if written:
        raise NotForHistory(topic=to, reason="not-empty")
    return Record(log=store.log_id)


def _in_contract(name: str) -> None:
    try:
        topic(name)
    except KeyError:
        raise NotForHistory(topic=name, reason="unknown") from None


def _written(settings: KafkaSettings, name: str) -> int | None:
    """How much was ever written to a topic; None if it isn't there."""
    try:
        with closing(KafkaConsumer(**settings.consumer_args(None))) as looking:
            numbers = looking.partitions_for_topic(name)
            if not numbers:
                return None
            ends = looking.end_offsets([TopicPartition(name, one) for one in numbers])
            return sum(map(int, ends.values()))
    except KafkaError as error:
        raise Unsure(reason=type(error).__name__) from error


def _before(store: EventStore, first: int) -> Point:
    """The place before the command that wrote an event."""
    command, position = point_at(store, first).command, first - 1
    while (before := point_at(store, position)).command == command:
        position -= 1
    return before
