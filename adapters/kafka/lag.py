"""How far the inbox is behind: by count and by the age of the oldest message that waits."""

from collections.abc import Iterator
from pathlib import Path
from time import time

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from adapters.bootstrap import Doudi
from adapters.kafka.errors import KafkaTrouble
from adapters.kafka.inbox import Inbox, Lag, group
from adapters.kafka.metrics import MetricsFile, Values, prometheus_text
from adapters.kafka.settings import KafkaSettings


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


_HELP = {
    "lag_messages": ("gauge", "messages that aren't taken yet"),
    "lag_seconds": ("gauge", "age of the oldest message that isn't taken yet"),
    "letters_open": ("gauge", "dead letters that nobody settled"),
    "letters_seconds": ("gauge", "age of the oldest of them"),
    "messages_total": ("counter", "messages since the process began, by outcome"),
    "waits": ("gauge", "1 while nothing can be taken"),
}


def metrics_text(values: Values) -> str:
    return prometheus_text("doudi_inbox_", _HELP, values)


def of_lags(lags: list[Lag]) -> Values:
    labels: list[dict[str, str | int]] = [{"topic": one.topic, "partition": one.partition} for one in lags]
    return {
        "lag_messages": [(label, one.behind) for label, one in zip(labels, lags, strict=True)],
        "lag_seconds": [(label, one.age) for label, one in zip(labels, lags, strict=True)],
    }


class Metrics:
    """Written into a file now and then by an inbox, from what it knows itself."""

    def __init__(self, path: Path) -> None:
        self._file = MetricsFile(path)

    def __call__(self, inbox: Inbox) -> None:
        if not self._file.due():
            return
        counts: list[tuple[dict[str, str | int], int]] = [
            ({"outcome": name}, getattr(inbox.counts, name)) for name in inbox.counts.__struct_fields__
        ]
        waits = int(inbox.trouble is not None)
        values: Values = {**of_lags(inbox.lags()), "messages_total": counts, "waits": [({}, waits)]}
        self._file.write(metrics_text(values))
