"""The inbox through faults: killed in mid-batch, two at once, brokers and stores that go away. Effect is once."""

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer

from adapters.kafka.deadletter import DeadLetters
from adapters.kafka.errors import BadSettings
from adapters.kafka.health import admin
from adapters.kafka.inbox import Inbox
from adapters.kafka.topics import topic
from adapters.kafka.upkeep import create
from deploy.kafka.broker import Broker
from tests.harness import TrialOffice
from tests.kafka.conftest import Topics
from tests.kafka.inboxes import Desk, entered, entering, process, waited

KILLS = [
    ("inbox.taken", 1),
    ("inbox.committed", 1),
    ("transaction.before-commit", 1),
    ("transaction.before-commit", 3),
    ("transaction.committed", 2),
    ("write.inserted", 9),
    ("write.bound", 30),
    ("inbox.taken", 2),
]
POISON = {"type": "Tick"}


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


@pytest.fixture
def desk(office: TrialOffice, topics: Topics) -> Iterator[Desk]:
    desk = Desk(office, topics, partitions=4)
    yield desk
    desk.close()


def fill(desk: Desk, first: int, many: int, every: int = 10) -> int:
    """Commands over all partitions, each tenth one that can't be taken and each fifth sent twice; how many are good."""
    for serial in range(first, first + many):
        bad = serial % every == 0
        for _ in range(2 if serial % 5 == 1 else 1):
            desk.send("commands", f"m{serial}", POISON if bad else entering(serial), partition=serial % 4)
    desk.producer.flush(10)
    return sum(1 for serial in range(first, first + many) if serial % every)


def seen_once(desk: Desk, good: int, bad: int) -> None:
    """Each command once in the log, each letter once among what is committed."""
    assert entered(desk.office.store) == good
    ids = [record.key for record in desk.dead("commands")]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert len(ids) == bad


def test_killed_in_mid_batch_again_and_again_its_effect_is_once(desk: Desk) -> None:
    """One process after the other, each killed at a point of its own."""
    good = 0
    for turn, (point, nth) in enumerate(KILLS):
        good += fill(desk, 1 + turn * 40, 40)
        with process(desk, point, nth) as killed:
            waited(lambda one=killed: one.poll() is not None)  # type: ignore[misc]
            assert killed.poll() == -9, point
    desk.take()
    seen_once(desk, good, 4 * len(KILLS))


def test_killed_at_random_moments_its_effect_is_once(desk: Desk) -> None:
    random.seed(7)
    good, bad = 0, 0
    for turn in range(6):
        good += fill(desk, 1 + turn * 50, 50)
        bad += 5
        with process(desk):
            time.sleep(1.0 + random.random())
    desk.take()
    seen_once(desk, good, bad)


def test_two_share_the_topics_and_one_goes_on_alone(desk: Desk) -> None:
    good = fill(desk, 1, 100)
    with process(desk) as one:
        waited(lambda: entered(desk.office.store) > 0)
        with process(desk):
            good += fill(desk, 101, 200)
            waited(lambda: entered(desk.office.store) > 120)
            one.kill()
            good += fill(desk, 301, 100)
            waited(lambda: entered(desk.office.store) == good)
    desk.take()
    seen_once(desk, good, 40)


def test_a_broker_that_goes_away_is_waited_for(desk: Desk, broker: Broker) -> None:
    good = fill(desk, 1, 40)
    desk.take()
    good += fill(desk, 41, 40)
    broker.kill()
    until = time.monotonic() + 3
    while time.monotonic() < until:
        desk.inbox.step(100)
    broker.start()
    desk.take()
    good += fill(desk, 81, 20)
    desk.take()
    seen_once(desk, good, 10)


def test_a_store_that_is_busy_is_waited_for_and_nothing_is_parked(
    desk: Desk, office: TrialOffice, tmp_path: Path
) -> None:
    office.store.database.connection.execute("PRAGMA busy_timeout = 200")
    other = sqlite3.connect(tmp_path / "office.sqlite", isolation_level=None)
    desk.send("commands", "m1", entering(1))
    desk.send("commands", "m2", POISON)
    desk.producer.flush(10)
    other.execute("BEGIN IMMEDIATE")
    waited(lambda: desk.inbox.step(100) is False and desk.inbox.waits_for is not None, 90)
    assert desk.inbox.waits_for == "store.busy"
    other.execute("ROLLBACK")
    other.close()
    assert (entered(office.store), desk.letters()) == (0, [])
    desk.take()
    assert desk.inbox.waits_for is None
    seen_once(desk, 1, 1)


def test_a_letter_that_was_settled_does_not_come_back_to_a_log_that_begins_anew(desk: Desk) -> None:
    fill(desk, 10, 1)
    desk.take()
    (letter,) = desk.letters()
    DeadLetters(desk.office.doudi, desk.settings).discard(letter, "admin", "tried by mistake")
    desk.again()
    desk.take()
    assert [one.state for one in desk.letters()] == ["discarded"]


def test_a_topic_made_anew_counts_from_0_again_and_its_letter_is_another(desk: Desk) -> None:
    desk.send("commands", "old", POISON)
    desk.take()
    desk.inbox.close()
    with admin(desk.settings) as client:
        client.delete_topics([desk.settings.topic("commands")])
    waited(lambda: create(desk.settings, [topic("commands")]) != [])
    desk.producer.close(timeout=2)
    desk.producer = KafkaProducer(**desk.settings.producer_args())
    desk.send("commands", "new", POISON)
    desk.producer.flush(10)
    desk.again()
    desk.take()
    old, new = desk.letters()
    assert [(one.offset, one.state, one.headers["ce_id"]) for one in (old, new)] == [
        (0, "open", "old"),
        (0, "open", "new"),
    ]
    box = DeadLetters(desk.office.doudi, desk.settings)
    box.discard(old, "admin", "tried by mistake")
    desk.again()
    desk.take()
    assert [one.state for one in desk.letters()] == ["discarded", "open"]


def test_settings_that_bind_nothing_are_refused(office: TrialOffice, topics: Topics) -> None:
    with pytest.raises(BadSettings, match="nothing-inbound"):
        Inbox(office.doudi, topics.settings)
