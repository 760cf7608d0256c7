"""Reading topics from their beginning to where they end now."""

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from adapters.kafka.settings import KafkaSettings

SECONDS = 30


def read_whole(settings: KafkaSettings, topics: Sequence[str], seconds: float = SECONDS) -> Iterator[Any]:
    """All committed records of topics (named without the prefix) up to their present end, partition by partition.

    A topic that isn't there has none. Raises KafkaTimeoutError where the end isn't reached in time.
    """
    consumer = KafkaConsumer(**settings.consumer_args())
    # The end as a committed reader is told it lies before any transaction that hangs, and hides what came after.
    looking = KafkaConsumer(**{**settings.consumer_args(), "isolation_level": "read_uncommitted"})
    try:
        partitions = [
            TopicPartition(settings.topic(topic), number)
            for topic in topics
            for number in sorted(consumer.partitions_for_topic(settings.topic(topic)) or ())
        ]
        if not partitions:
            return
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = looking.end_offsets(partitions)
        until = monotonic() + seconds
        while any(consumer.position(one) < ends[one] for one in partitions):
            if monotonic() > until:
                raise KafkaTimeoutError("the end wasn't reached in time")
            for records in consumer.poll(timeout_ms=200).values():
                yield from records
    finally:
        looking.close(autocommit=False, timeout_ms=2_000)
        consumer.close(autocommit=False, timeout_ms=2_000)
