"""What kafka-python 3.0.12 does wrong, once as it is and once under our guard.

If the first half of one of these fails under a newer release, that release is mended there and the guard may go.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError, OutOfOrderSequenceNumberError, UnknownError

from adapters.kafka.client import Transactions
from adapters.kafka.errors import Refused, Unsure
from adapters.kafka.settings import KafkaSettings
from deploy.kafka.broker import Broker, Cluster
from tests.kafka.conftest import Topics
from tests.kafka.reading import read_all, values

QUICK = {"request_timeout_ms": 1_500, "delivery_timeout_ms": 2_500, "linger_ms": 0, "max_block_ms": 8_000}


@contextmanager
def plain(topics: Topics, **changed: Any) -> Iterator[KafkaProducer]:
    """A producer of the library as anybody would use it: our settings, none of our guards."""
    arguments = topics.settings.producer_args(topics.prefix + "plain")
    del arguments["kafka_client"]
    producer = KafkaProducer(**{**arguments, "transaction_timeout_ms": 60_000, **QUICK, **changed})
    producer.init_transactions()
    try:
        yield producer
    finally:
        producer._sender.force_close()
        producer._closed = True


def ours(topics: Topics, **changed: Any) -> Transactions:
    settings = KafkaSettings(
        common=topics.settings.common,
        producer={"transaction_timeout_ms": 60_000, **QUICK, **changed},
        ours=topics.settings.ours,
    )
    one = Transactions(settings, topics.prefix + "ours")
    one.open()
    return one


def ends(work: Callable[[], object]) -> Callable[[int], bool]:
    """Begin it; the answer waits so many seconds and says whether it ended, well or not."""

    def quietly() -> None:
        with suppress(KafkaError, Unsure):
            work()

    thread = Thread(target=quietly, daemon=True)
    thread.start()

    def ended(seconds: int) -> bool:
        thread.join(seconds)
        return not thread.is_alive()

    return ended


def settled(one: Transactions, topic: str, *words: bytes) -> None:
    one.begin()
    for word in words:
        one.send(topic, value=word, key=b"k")
    one.settle()


def sent(one: Transactions, topic: str, word: bytes) -> None:
    """Begin, and see one record taken."""
    one.begin()
    one.send(topic, value=word, key=b"k")
    flushed(one)


def flushed(one: Transactions) -> None:
    assert one._producer is not None
    one._producer.flush(5)


def coordinator(producer: KafkaProducer | None) -> int:
    """The node that keeps this producer's transactions."""
    assert producer is not None
    return int(str(producer._transaction_manager._transaction_coordinator).removeprefix("coordinator-"))


def test_1_commit_hangs_when_the_broker_was_away(broker: Broker, topics: Topics) -> None:
    first, second = topics.make("plain", "ours")
    with plain(topics) as producer:
        producer.begin_transaction()
        producer.send(first, value=b"a", key=b"k").get(5)
        broker.kill()
        ended = ends(producer.commit_transaction)
        broker.start()
        assert not ended(8)

    one = ours(topics)
    sent(one, second, b"a")
    broker.kill()
    ended = ends(one.settle)
    broker.start()
    assert ended(10)
    one.close()
    assert values(topics.settings, second) == [b"a"]


def test_1_a_send_stalls_when_the_coordinator_stops(cluster: Cluster, cluster_topics: Topics) -> None:
    first, second = cluster_topics.make("plain", "ours")
    with plain(cluster_topics, request_timeout_ms=4_000, delivery_timeout_ms=6_000) as producer:
        producer.begin_transaction()
        producer.send(first, value=b"a", key=b"k").get(5)
        producer.commit_transaction()
        gone = cluster.node(coordinator(producer))
        gone.stop()
        producer.begin_transaction()
        with pytest.raises(KafkaTimeoutError):
            producer.send(first, value=b"b", key=b"k").get(20)
        gone.start()

    one = ours(cluster_topics, request_timeout_ms=4_000, delivery_timeout_ms=20_000)
    settled(one, second, b"a")
    cluster.node(coordinator(one._producer)).stop()
    begun = monotonic()
    settled(one, second, b"b")
    assert monotonic() - begun < 5
    one.close()
    assert values(cluster_topics.settings, second) == [b"a", b"b"]


def test_2_an_expired_record_is_left_out_and_commit_succeeds(broker: Broker, topics: Topics) -> None:
    def three(send: Callable[[bytes], Any], wait: Callable[[], None]) -> None:
        send(b"a")
        wait()
        broker.kill()
        send(b"b")
        sleep(3.5)
        broker.start()
        send(b"c")

    (name,) = topics.make("plain")
    with plain(topics) as producer:
        producer.begin_transaction()
        three(lambda value: producer.send(name, value=value, key=b"k"), lambda: producer.flush(5))
        producer.commit_transaction()
    assert values(topics.settings, name) == [b"a", b"c"]

    (name,) = topics.make("ours")
    one = ours(topics)
    one.begin()
    three(lambda value: one.send(name, value=value, key=b"k"), lambda: flushed(one))
    with pytest.raises(Unsure):
        one.settle()
    one.open()
    one.close()
    assert values(topics.settings, name) == []


def test_3_a_transaction_that_was_timed_out_seems_committed(topics: Topics) -> None:
    (name,) = topics.make("plain")
    with plain(topics, transaction_timeout_ms=1_000) as producer:
        producer.begin_transaction()
        producer.send(name, value=b"a", key=b"k").get(5)
        sleep(3.5)
        producer.send(name, value=b"b", key=b"k")
        producer.commit_transaction()
    assert values(topics.settings, name) == []

    (name,) = topics.make("ours")
    one = ours(topics, transaction_timeout_ms=1_000)
    sent(one, name, b"a")
    sleep(3.5)
    one.send(name, value=b"b", key=b"k")
    with pytest.raises(Unsure):
        one.settle()
    one.open()
    one.close()
    assert values(topics.settings, name) == []


def test_3_a_timed_out_transaction_isnt_taken_for_a_successor(topics: Topics) -> None:
    (name,) = topics.make("a")
    one = ours(topics, transaction_timeout_ms=1_000)
    sent(one, name, b"a")
    sleep(3.5)
    with pytest.raises(Unsure):
        one.settle()


def test_4_after_a_failed_record_the_next_transaction_fails(topics: Topics) -> None:
    (name,) = topics.make("plain", configs={"max.message.bytes": "2000"})
    with plain(topics) as producer:
        producer.begin_transaction()
        producer.send(name, value=b"small", key=b"k").get(5)
        with pytest.raises(KafkaError):
            producer.send(name, value=bytes(5_000), key=b"k").get(5)
        producer.abort_transaction()
        producer.begin_transaction()
        with pytest.raises(OutOfOrderSequenceNumberError):
            producer.send(name, value=b"next", key=b"k").get(5)

    (name,) = topics.make("ours", configs={"max.message.bytes": "2000"})
    one = ours(topics)
    sent(one, name, b"small")
    one.send(name, value=bytes(5_000), key=b"k")
    with pytest.raises(Refused):
        one.settle()
    one.open()
    settled(one, name, b"next")
    one.close()
    assert values(topics.settings, name) == [b"next"]


def test_5_a_commit_that_failed_was_done(broker: Broker, topics: Topics) -> None:
    (name,) = topics.make("plain")
    with plain(topics) as producer:
        producer.begin_transaction()
        producer.send(name, value=b"a", key=b"k").get(5)
        broker.freeze()
        with pytest.raises(KafkaError):
            producer.commit_transaction()
        broker.thaw()
    assert values(topics.settings, name) == [b"a"]

    (name,) = topics.make("ours")
    one = ours(topics)
    sent(one, name, b"a")
    broker.freeze()
    with pytest.raises(Unsure):
        one.settle()
    broker.thaw()
    one.open()
    assert values(topics.settings, name) == [b"a"]
    one.close()


def test_6_flush_gives_up_at_a_batch_that_is_sent_again_in_parts(topics: Topics) -> None:
    (name,) = topics.make("plain", configs={"max.message.bytes": "2000"})
    with plain(topics, linger_ms=50) as producer:
        producer.begin_transaction()
        for _ in range(4):
            producer.send(name, value=bytes(900), key=b"k")
        with pytest.raises(UnknownError):
            producer.flush(5)

    (name,) = topics.make("ours", configs={"max.message.bytes": "2000"})
    one = ours(topics, linger_ms=50)
    one.begin()
    for _ in range(4):
        one.send(name, value=bytes(900), key=b"k")
    one.settle()
    one.close()
    assert len(values(topics.settings, name)) == 4


def test_EN_37_a_broker_killed_in_commit_is_waited_for_in_bounds_and_the_position_tells_where_to_go_on(
    broker: Broker, topics: Topics
) -> None:
    (name,) = topics.make("a")
    (place,) = topics.make("place")
    one = ours(topics)
    waits = []

    def position() -> int:
        records = read_all(topics.settings, place)
        return int(records[-1].value) if records else 0

    def go_on() -> None:
        """The next number and the position, sent together and not yet settled."""
        word = b"%d" % (position() + 1)
        one.begin()
        one.send(name, value=word, key=b"k")
        one.send(place, value=word, key=b"one")

    def crash(after: float) -> None:
        sleep(after)
        broker.kill()
        broker.start()

    moments = random.Random(37)
    for _ in range(3):
        crashing = Thread(target=crash, args=(moments.uniform(0.0, 0.05),))
        go_on()
        crashing.start()
        begun = monotonic()
        with suppress(Unsure):
            one.settle()
        waits.append(monotonic() - begun)
        crashing.join()
        if not one.opened:
            one.open()
        go_on()
        one.settle()
    one.close()
    found = values(topics.settings, name)
    assert found == [b"%d" % number for number in range(1, len(found) + 1)]
    assert len(found) == position()
    assert max(waits) < 25
