"""The relay: the log in order, each message once, the place in Kafka."""

from pathlib import Path
from zlib import crc32

import pytest

from adapters.faults import Fault
from adapters.kafka.health import admin
from adapters.kafka.relaying.channel import read_place
from tests.faults.hooks import Armed, hooked
from tests.harness import TrialOffice
from tests.kafka.conftest import Topics
from tests.kafka.relays import catch_up, check_told, live, make_topics, relay_of, tell_all


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def test_the_log_is_told_in_order_and_its_end_stands_in_kafka(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics)
    live(office, 3)
    relay = tell_all(office.store, settings, limit=7)
    count = check_told(office.store, settings)
    record, _ = read_place(settings, settings.source)
    assert record is not None
    assert record == relay.record
    last = office.store.envelope(office.store.head())
    assert (record.log, record.position) == (office.store.log_id, office.store.head())
    assert (record.point.stream, record.point.version) == (last.stream, last.version)
    assert record.sent == count
    assert not relay.step()
    live(office, 1, serial=500)
    catch_up(relay)
    assert check_told(office.store, settings) > count
    relay.close()


@pytest.mark.parametrize("point", ["relay.read", "relay.sent", "relay.before-commit", "relay.committed"])
def test_broken_off_at_any_point_it_goes_on_from_kafka(
    office: TrialOffice, topics: Topics, point: str
) -> None:
    settings = make_topics(topics)
    live(office, 2)
    relay = relay_of(office.store, settings, limit=10)
    for nth in (1, 2):
        with hooked(Armed(point=point, how="raise", nth=nth)), pytest.raises(Fault):
            catch_up(relay)
    catch_up(relay)
    relay.close()
    check_told(office.store, settings)


def test_its_place_is_found_where_partitions_were_added(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics)
    live(office, 1)
    tell_all(office.store, settings).close()
    record, before = read_place(settings, settings.source)
    name = crc32(settings.source.encode())
    many = next(count for count in range(3, 9) if name % count != name % 2)
    with admin(settings) as client:
        client.create_partitions({settings.topic("positions"): many})
    assert read_place(settings, settings.source) == (record, before)
    live(office, 1, serial=500)
    tell_all(office.store, settings).close()
    check_told(office.store, settings)
