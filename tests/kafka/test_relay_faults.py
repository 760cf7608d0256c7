"""Relays killed, brokers killed, frozen and lost, databases restarted: each message once, in order for each key.

Thirty faults here, by seed; `script/kafka-faults` sets off as many as are asked for.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from adapters.kafka.errors import Fenced
from adapters.projecting.lease import LEASE, micros
from deploy.kafka.broker import Broker, Cluster
from tests.faults.forks import Forks
from tests.harness import TrialOffice
from tests.kafka import disturbing
from tests.kafka.conftest import Topics
from tests.kafka.relays import catch_up, check_told, live, make_topics, relay_of, tell_all
from tests.places import available
from tests.postgres import Server

POINTS = ("relay.read", "relay.sent", "relay.before-commit", "relay.committed")


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks("tests.kafka.relays")
    yield forks
    forks.close()


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def test_a_relay_killed_at_random_moments(
    office: TrialOffice, topics: Topics, tmp_path: Path, forks: Forks
) -> None:
    settings = make_topics(topics)
    done = disturbing.killed(office.url, settings, tmp_path, forks, Random(7), 10)
    assert done == 10
    tell_all(office.store, settings).close()
    assert check_told(office.store, settings) > 100


@pytest.mark.parametrize("point", POINTS)
def test_a_relay_killed_at_a_point(
    office: TrialOffice, topics: Topics, tmp_path: Path, forks: Forks, point: str
) -> None:
    settings = make_topics(topics)
    live(office, 12)
    assert disturbing.killed_at(office.url, settings, tmp_path, forks, point, (1, 2)) == 2
    tell_all(office.store, settings).close()
    check_told(office.store, settings)


def test_of_two_relays_one_acts_and_the_other_goes_on(
    office: TrialOffice, topics: Topics, tmp_path: Path, forks: Forks
) -> None:
    settings = make_topics(topics)
    assert disturbing.two_at_once(office.url, settings, tmp_path, forks, Random(3), 3) == 3
    tell_all(office.store, settings).close()
    check_told(office.store, settings)


def test_who_was_overtaken_is_fenced_and_wrote_nothing(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics)
    live(office, 3)
    old = relay_of(office.store, settings, who="old", limit=10)
    assert old.step()
    new = relay_of(office.store, settings, who="new", now=lambda: micros() + LEASE + 1)
    catch_up(new)
    live(office, 2, serial=80)
    old.lease.held = True
    old.lease._beaten = micros()
    with pytest.raises(Fenced):
        old.step()
    old.rest()
    catch_up(new)
    new.close()
    check_told(office.store, settings)


def test_a_broker_killed_and_started_again(
    office: TrialOffice, topics: Topics, broker: Broker, tmp_path: Path, forks: Forks
) -> None:
    settings = make_topics(topics)
    assert disturbing.broker_killed(broker, office.url, settings, tmp_path, forks, Random(5), 3) == 3
    tell_all(office.store, settings).close()
    check_told(office.store, settings)


def test_a_broker_that_answers_nothing(
    office: TrialOffice, topics: Topics, broker: Broker, tmp_path: Path, forks: Forks
) -> None:
    settings = make_topics(topics)
    assert disturbing.frozen(broker, office.url, settings, tmp_path, forks, (1.0, 6.0)) == 2
    tell_all(office.store, settings).close()
    check_told(office.store, settings)


def test_the_office_goes_on_without_a_broker(office: TrialOffice, topics: Topics, broker: Broker) -> None:
    settings = make_topics(topics)
    relay = tell_all(office.store, settings)
    broker.kill()
    head = office.store.head()
    live(office, 3)
    assert office.store.head() > head
    broker.start()
    catch_up(relay)
    relay.close()
    check_told(office.store, settings)


def test_leaders_lost_and_two_of_three_down(
    office: TrialOffice, cluster: Cluster, cluster_topics: Topics, tmp_path: Path, forks: Forks
) -> None:
    settings = make_topics(cluster_topics, partitions=3)
    assert disturbing.nodes_lost(cluster, office.url, settings, tmp_path, forks, Random(11), 3) == 3
    tell_all(office.store, settings).close()
    check_told(office.store, settings)


@pytest.mark.skipif(
    not available("postgres"), reason="PostgreSQL's server isn't here: apt-get install postgresql"
)
def test_a_database_restarted(topics: Topics, tmp_path: Path, forks: Forks) -> None:
    settings = make_topics(topics)
    server = Server("fsync=on")
    try:
        office = TrialOffice(tmp_path, url=server.database("relay"))
        live(office, 10)
        assert disturbing.database_restarted(server, office, settings, tmp_path, forks, Random(2), 3) == 3
        tell_all(office.store, settings).close()
        check_told(office.store, settings)
    finally:
        server.stop()
