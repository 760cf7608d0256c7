"""How far the inbox is behind: by count and by the age of the oldest message that waits."""

from collections.abc import Iterator
from time import time

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from adapters.bootstrap import Doudi
from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.inbox import group
from adapters.kafka.settings import KafkaSettings


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """Of one partition. `age`: seconds since the oldest message that waits came, 0 where none does."""

    topic: str
    partition: int
    actor: str
    committed: int
    end: int
    behind: int
    age: int


def lag(doudi: Doudi, settings: KafkaSettings) -> list[Lag]:
    """Raises KafkaTrouble."""
    try:
        return list(_lag(doudi, settings))
    except KafkaError as error:
        raise KafkaTrouble(reason=type(error).__name__) from error


def _lag(doudi: Doudi, settings: KafkaSettings) -> Iterator[Lag]:
    # It looks at the group without being in it: nothing is assigned to it by others.
    consumer = KafkaConsumer(**settings.consumer_args(group(doudi, settings)))
    try:
        for name, binding in settings.inbound.items():
            topic = settings.topic(name)
            places = [
                TopicPartition(topic, one) for one in sorted(consumer.partitions_for_topic(topic) or ())
            ]
            if not places:
                continue
            consumer.assign(places)
            begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
            for place in places:
                committed = max(consumer.committed(place) or 0, begins[place])
                behind = ends[place] - committed
                yield Lag(
                    topic=name,
                    partition=place.partition,
                    actor=binding.actor,
                    committed=committed,
                    end=ends[place],
                    behind=behind,
                    age=_age(consumer, place, committed) if behind else 0,
                )
    finally:
        consumer.close(autocommit=False, timeout_ms=2_000)


def _age(consumer: KafkaConsumer, place: TopicPartition, offset: int) -> int:
    consumer.pause(*consumer.assignment())
    consumer.resume(place)
    consumer.seek(place, offset)
    for records in consumer.poll(timeout_ms=2_000, max_records=1).values():
        return max(0, int(time() - records[0].timestamp / 1000))
    return 0
