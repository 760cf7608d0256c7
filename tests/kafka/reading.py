"""What a reader outside sees: everything committed on a topic, up to its end."""

from typing import Any

from kafka import KafkaConsumer, TopicPartition

from adapters.kafka.settings import KafkaSettings


def read_all(settings: KafkaSettings, topic: str, *, isolation: str = "read_committed") -> list[Any]:
    """All records of a topic, by partition and offset.

    The end is the high watermark, so an open transaction is waited for, not passed over.
    """
    ends_of = KafkaConsumer(**{**settings.consumer_args(), "isolation_level": "read_uncommitted"})
    consumer = KafkaConsumer(**{**settings.consumer_args(), "isolation_level": isolation})
    try:
        places = [TopicPartition(topic, number) for number in sorted(ends_of.partitions_for_topic(topic))]
        ends = ends_of.end_offsets(places)
        consumer.assign(places)
        consumer.seek_to_beginning()
        found: list[Any] = []
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=200).values():
                found += records
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        ends_of.close()
        consumer.close()


def values(settings: KafkaSettings, topic: str, *, isolation: str = "read_committed") -> list[bytes | None]:
    return [record.value for record in read_all(settings, topic, isolation=isolation)]
