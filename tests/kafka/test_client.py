"""Transactions through a real broker: all or nothing, in order, by one at a time."""

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from adapters.kafka.client import Transactions
from adapters.kafka.errors import Fenced, Refused
from tests.kafka.conftest import Topics
from tests.kafka.reading import read_all, values


def write(one: Transactions, topic: str, *words: bytes | tuple[str, bytes]) -> None:
    one.begin()
    for word in words:
        key, value = word if isinstance(word, tuple) else ("k", word)
        one.send(topic, key=key.encode(), value=value)
    one.settle()


def test_what_is_settled_is_read_in_order(topics: Topics) -> None:
    (name,) = topics.make("a")
    one = Transactions(topics.settings, topics.prefix + "writer")
    one.open()
    write(one, name, b"1", b"2")
    write(one, name, b"3")
    one.close()
    assert values(topics.settings, name) == [b"1", b"2", b"3"]


def test_headers_keys_and_tombstones_arrive_as_sent(topics: Topics) -> None:
    (name,) = topics.make("a")
    one = Transactions(topics.settings, topics.prefix + "writer")
    one.open()
    one.begin()
    one.send(name, key=b"k", headers=[("ce_id", b"7")], timestamp_ms=1_700_000_000_000)
    one.settle()
    one.close()
    (record,) = read_all(topics.settings, name)
    assert (record.key, record.value, list(record.headers)) == (b"k", None, [("ce_id", b"7")])
    assert record.timestamp == 1_700_000_000_000


def test_what_was_begun_by_the_predecessor_is_never_read(topics: Topics) -> None:
    (name,) = topics.make("a")
    first = Transactions(topics.settings, topics.prefix + "writer")
    first.open()
    first.begin()
    first.send(name, value=b"left open", key=b"k")
    assert first._producer is not None
    first._producer.flush(5)
    second = Transactions(topics.settings, topics.prefix + "writer")
    second.open()
    write(second, name, b"mine")
    with pytest.raises(Fenced):
        first.settle()
    assert not first.opened
    second.close()
    assert values(topics.settings, name) == [b"mine"]
    assert values(topics.settings, name, isolation="read_uncommitted") == [b"left open", b"mine"]


def test_a_record_too_large_is_named_and_nothing_of_its_transaction_is_read(topics: Topics) -> None:
    (name,) = topics.make("a", configs={"max.message.bytes": "2000"})
    one = Transactions(topics.settings, topics.prefix + "writer")
    for size in (5_000, 3_000_000):
        one.open()
        with pytest.raises(Refused) as refused:
            write(one, name, ("small", b"fits"), ("large", bytes(size)))
        assert (refused.value.topic, refused.value.key, refused.value.reason) == (name, "large", "too-large")
        assert not one.opened
    one.open()
    write(one, name, b"after")
    one.close()
    assert values(topics.settings, name) == [b"after"]


def test_offsets_are_committed_with_the_records(topics: Topics) -> None:
    inbound, out = topics.make("in", "out")
    one = Transactions(topics.settings, topics.prefix + "writer")
    one.open()
    write(one, inbound, b"1", b"2")
    group = topics.prefix + "group"
    consumer = KafkaConsumer(inbound, **topics.settings.consumer_args(group))
    seen: list[bytes] = []
    while len(seen) < 2:
        for records in consumer.poll(timeout_ms=500).values():
            seen += [record.value for record in records]
    place = TopicPartition(inbound, 0)
    one.begin()
    one.send(out, key=b"k", value=b"+".join(seen))
    one.send_offsets({place: OffsetAndMetadata(consumer.position(place), "", -1)}, consumer.group_metadata())
    one.settle()
    one.close()
    assert consumer.committed(place) == consumer.position(place)
    consumer.close()
    assert values(topics.settings, out) == [b"1+2"]


def test_the_one_that_is_too_large_is_named_among_many(topics: Topics) -> None:
    small, large = topics.make("small", "large", configs={"max.message.bytes": "2000"})
    one = Transactions(topics.settings, topics.prefix + "writer")
    for _ in range(2):
        one.open()
        one.begin()
        for number in range(40):
            one.send(small, key=b"innocent", value=bytes(1_500))
            one.send(
                large, key=b"culprit" if number == 20 else b"too", value=bytes(1_500 + number // 20 * 1_000)
            )
        with pytest.raises(Refused) as refused:
            one.settle()
        assert (refused.value.topic, refused.value.key) == (large, "culprit")
    assert values(topics.settings, small) == []


def test_a_batch_that_the_broker_wants_in_parts_is_settled_whole(topics: Topics) -> None:
    (name,) = topics.make("a", configs={"max.message.bytes": "2000"})
    one = Transactions(topics.settings, topics.prefix + "writer")
    one.open()
    words = [bytes([number]) * 1_500 for number in range(20)]
    write(one, name, *words)
    one.close()
    assert values(topics.settings, name) == words


def test_a_key_goes_where_every_client_puts_it(topics: Topics) -> None:
    (name,) = topics.make("a", partitions=7)
    keys = [f"{serial:x}/dibao" for serial in range(200)] * 2
    default = KafkaProducer(**topics.settings.producer_args(topics.prefix + "default"))
    default.init_transactions()
    default.begin_transaction()
    for key in keys:
        default.send(name, key=key.encode(), value=b"default")
    default.commit_transaction()
    default.close()
    one = Transactions(topics.settings, topics.prefix + "writer")
    one.open()
    write(one, name, *((key, b"ours") for key in keys))
    one.close()
    places: dict[bytes, set[int]] = {}
    for record in read_all(topics.settings, name):
        places.setdefault(record.key, set()).add(record.partition)
    assert len(places) == 200
    assert {len(one) for one in places.values()} == {1}
    assert {place for one in places.values() for place in one} == set(range(7))
