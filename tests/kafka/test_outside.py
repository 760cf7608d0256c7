"""Java, librdkafka and JavaScript read all of a year: CloudEvents by the official libraries, payloads by schema."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import Consumer, TopicPartition
from jsonschema import Draft202012Validator
from kafka import KafkaProducer

from adapters.kafka.settings import KafkaSettings
from deploy.kafka.broker import Broker
from tests.adapters.test_simulate_play import Place
from tests.kafka.conftest import Topics, settings_of
from tests.kafka.outsiders import SCHEMAS, java_program, node_program
from tests.kafka.reading import read_all
from tests.kafka.relays import expected, make_topics, relay_of
from tests.workflows.test_subscriber import public_key

HERE = Path(__file__).parent / "outside"
TOPICS = ("cases", "approvals", "exits", "recipients", "lists", "statistics", "deadlines", "subjects.medical")
Seen = dict[str, Any]


@pytest.fixture(scope="module")
def told(
    broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[KafkaSettings, list[Seen]]]:
    """A simulated year as it is told, with transactions of another's between that came to nothing."""
    folder = tmp_path_factory.mktemp("outside")
    place = Place(folder, 3)
    admit(place)
    settings = make_topics(Topics(settings_of(broker.address)))
    relay = relay_of(place.doudi.store, settings)
    while relay.step():
        give_up(settings)
    relay.close()
    yield (
        settings,
        [
            seen(one.topic, one.key.encode(), one.value, list(one.headers.items()))
            for one in expected(place.doudi.store, settings)
        ],
    )
    place.doudi.close()


def give_up(settings: KafkaSettings) -> None:
    """A transaction with a message on every partition that there is by now, not committed."""
    producer = KafkaProducer(**settings.producer_args("gives-up"))
    producer.init_transactions()
    producer.begin_transaction()
    for name in names(settings)[:-1]:
        for part in producer.partitions_for(name):
            producer.send(name, key=b"nobody", value=b"nothing", partition=part)
    producer.flush(10)
    producer.abort_transaction()
    producer.close(timeout=5)


def admit(place: Place) -> None:
    data = {
        "name": "medical",
        "programmes": ["dibao"],
        "division": place.plan.place.county,
        "key": public_key("EC"),
        "basis": "test",
    }
    answer = place.doudi.office.take(
        {"id": "admit", "type": "AdmitSubscriber", "actor": "admin", "data": data}
    )
    assert answer.status == "done", answer


def seen(topic: str, key: bytes, value: bytes | None, headers: Any) -> Seen:
    """A message as each of them prints it, from our own bytes."""
    found = {name: one.decode() for name, one in headers}
    return {
        "topic": topic,
        "key": key.decode(),
        **{
            name: found["ce_" + name]
            for name in ("id", "source", "type", "subject", "sequence", "correlation", "traceparent")
        },
        "time": milliseconds(datetime.fromisoformat(found["ce_time"])),
        "content": found.get("content-type"),
        "value": None if value is None else sha256(value).hexdigest(),
    }


def milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def check(settings: KafkaSettings, wanted: list[Seen], found: list[Seen]) -> None:
    """Each message once, as it was made; those of a key in order. What is sealed is sealed anew each time."""

    def by_key(messages: list[Seen]) -> dict[tuple[str, str], list[Seen]]:
        keyed: dict[tuple[str, str], list[Seen]] = {}
        for one in messages:
            sealed = {"value": "sealed"} if one["content"] == "application/jose" else {}
            keyed.setdefault((one["topic"], one["key"]), []).append({**one, **sealed})
        return keyed

    plain = [{**one, "topic": one["topic"].removeprefix(settings.prefix)} for one in found]
    assert Counter(one["topic"] for one in plain) == Counter(one["topic"] for one in wanted)
    assert by_key(plain) == by_key(wanted)


def printed(command: list[str]) -> list[Seen]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def names(settings: KafkaSettings) -> list[str]:
    return [settings.topic(one) for one in TOPICS]


def test_a_year_has_something_of_everything_and_something_uncommitted(
    told: tuple[KafkaSettings, list[Seen]],
) -> None:
    settings, wanted = told
    assert {one["topic"] for one in wanted} == set(TOPICS) - {"statistics"}
    assert len(wanted) > 1000
    assert any(one["value"] is None for one in wanted)
    open_too = sum(len(read_all(settings, one, isolation="read_uncommitted")) for one in names(settings))
    assert open_too > len(wanted) + 20


def test_java_reads_everything(told: tuple[KafkaSettings, list[Seen]]) -> None:
    settings, wanted = told
    command = java_program(HERE / "Everything.java", settings.bootstrap, SCHEMAS, *names(settings))
    check(settings, wanted, printed(command))


def test_javascript_reads_everything(told: tuple[KafkaSettings, list[Seen]]) -> None:
    settings, wanted = told
    command = node_program(
        HERE / "everything.mjs", settings.bootstrap, SCHEMAS, str(len(wanted)), *names(settings)
    )
    check(settings, wanted, printed(command))


def test_librdkafka_reads_everything(told: tuple[KafkaSettings, list[Seen]]) -> None:
    settings, wanted = told
    check(settings, wanted, [by_librdkafka(one) for one in committed(settings)])


def committed(settings: KafkaSettings) -> Iterator[Any]:
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap,
            "group.id": "outside",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        }
    )
    there = consumer.list_topics(timeout=30).topics
    places = {(one, part) for one in names(settings) for part in there[one].partitions}
    consumer.assign([TopicPartition(*place, 0) for place in sorted(places)])
    while places:
        record = consumer.poll(30)
        assert record is not None
        if record.error():
            places.discard((record.topic(), record.partition()))
        else:
            yield record
    consumer.close()


def by_librdkafka(record: Any) -> Seen:
    headers = dict(record.headers())
    event = from_binary(
        KafkaMessage(headers=headers, key=record.key(), value=record.value() or b""), JSONFormat()
    )
    if headers.get("content-type") == b"application/json":
        schema = SCHEMAS / f"{str(event.get_dataschema()).removeprefix('urn:doudi:contract:')}.schema.json"
        Draft202012Validator(json.loads(schema.read_text())).validate(json.loads(record.value()))
    happened = event.get_time()
    assert happened is not None
    return {
        "topic": record.topic(),
        "key": record.key().decode(),
        "id": event.get_id(),
        "source": event.get_source(),
        "type": event.get_type(),
        "subject": event.get_subject(),
        "sequence": event.get_extension("sequence"),
        "correlation": event.get_extension("correlation"),
        "traceparent": event.get_extension("traceparent"),
        "time": milliseconds(happened),
        "content": event.get_datacontenttype(),
        "value": None if record.value() is None else sha256(record.value()).hexdigest(),
    }
