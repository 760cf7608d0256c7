"""Who may know identities, on a real broker: numbers sealed; tombstones when the right ends or one is forgotten."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey
from kafka import KafkaConsumer

from adapters.backup import back_up
from adapters.kafka.health import admin
from adapters.kafka.relaying.adopt import adopt
from adapters.kafka.settings import KafkaSettings
from adapters.keys.opening import key_path
from adapters.store.open import file_of
from domain.case.award import Stopped
from domain.days import Month
from domain.ids import PersonRef
from tests.harness import COUNTY, T1, T2, V1, TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.inboxes import waited
from tests.kafka.reading import read_all
from tests.kafka.relays import catch_up, expected, make_topics, relay_of, restored_office, tell_all
from tests.projections.county import County
from workflows.world import case_stream

V3 = "110199002003"


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def awarded(office: TrialOffice, serial: int, division: str = V1, window: str = "window") -> PersonRef:
    """A recipient of an award, by the events that stand at its beginning."""
    said = {"division": division, "area": "rural", "applicant": "m1", "near_relative": False}
    members = [person("m1", "1980-05-01", serial)]
    case = office.do("Enter", window, **said, members=members, on="2025-03-03").case
    assert case is not None
    county = County()
    county.enter(case)
    county.begin(case, "2025-05")
    office.write([(case_stream(case), county.log[-1].event)])
    return next(iter(office.case(case).members.values())).person


def standing(topics: Topics, private: ECKey) -> dict[str, Any]:
    """What the subscriber makes of his topic: the last of each key, opened."""
    found: dict[str, Any] = {}
    for record in read_all(topics.settings, topics.settings.topic("subjects.medical")):
        found.pop(record.key.decode(), None)
        if record.value is not None:
            opened = jwe.decrypt_compact(
                record.value.decode(), private, algorithms=["ECDH-ES+A256KW", "A256GCM"]
            )
            found[record.key.decode()] = json.loads(opened.plaintext or b"")["number"]
    return found


def there(topics: Topics) -> bool:
    consumer = KafkaConsumer(**topics.settings.consumer_args())
    try:
        return topics.settings.topic("subjects.medical") in consumer.topics()
    finally:
        consumer.close()


def admitted(office: TrialOffice, division: str = COUNTY) -> ECKey:
    """`medical` may know identities, by the private key that is given back."""
    private = ECKey.generate_key("P-256")
    key = {name: private.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
    admission = {
        "division": division,
        "name": "medical",
        "programmes": ["dibao"],
        "basis": "协议",
        "key": key,
    }
    office.do("AdmitSubscriber", "admin", **admission)
    return private


@contextmanager
def without_key(office: TrialOffice, person: PersonRef) -> Iterator[None]:
    """As after an older backup of the keys was restored; and then the newer one."""
    keys = office.store.keyring.keys
    (lost,) = [one for one in keys.all_keys() if one.name == person]
    file = file_of(office.url)
    assert file is not None
    with closing(sqlite3.connect(key_path(file))) as connection, connection:
        connection.execute("DELETE FROM keys WHERE name = ?", (person,))
    office.store.keyring.let_go()
    yield
    keys.add_keys([lost])


def test_a_number_whose_key_is_missing_waits_alone(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics, partitions=1)
    relay = relay_of(office.store, settings)
    first, second = awarded(office, 11), awarded(office, 13)
    with without_key(office, first):
        private = admitted(office)
        third = awarded(office, 15)
        catch_up(relay)
        assert standing(topics, private).keys() == {second, third}
        assert relay.record is not None
        assert [(one.key, one.reason) for one in relay.record.stuck] == [(first, "keys.missing")]
        assert [one.key for one in relay.retry(first).stuck] == [first]
    with without_key(office, second):
        assert relay.retry(first).stuck == ()
    assert standing(topics, private).keys() == {first, second, third}
    check_subjects(office, settings)
    office.do("EndSubscriber", "admin", division=COUNTY, name="medical")
    catch_up(relay)
    assert standing(topics, private) == {}


def test_a_right_goes_on_when_its_division_is_replaced(office: TrialOffice, topics: Topics) -> None:
    """A township is raised, and merged into another one later: what lay in it is heard of, the other's never."""
    settings = make_topics(topics, partitions=1)
    relay = relay_of(office.store, settings)
    office.do("AddDivision", "admin", code=T1, name="甲镇", level="township")
    office.do("AddDivision", "admin", code=T2, name="乙镇", level="township")
    first, other = awarded(office, 11), awarded(office, 13, V3, "window-t2")
    private = admitted(office, T1)
    catch_up(relay)
    assert standing(topics, private).keys() == {first}
    about = {"document": "民政局文件"}
    office.quiet("ReplaceDivision", "admin", code=T1, by="110199008", **about)
    second = awarded(office, 15, "110199008001")
    catch_up(relay)
    assert standing(topics, private).keys() == {first, second}
    office.quiet("ReplaceDivision", "admin", code="110199008", by=T2, **about)
    third = awarded(office, 17, V3, "window-t2")
    catch_up(relay)
    assert standing(topics, private).keys() == {first, second}
    assert not {other, third} & standing(topics, private).keys()
    check_subjects(office, settings)
    office.quiet("EndSubscriber", "admin", division=T1, name="medical")
    catch_up(relay)
    assert standing(topics, private) == {}


def check_subjects(office: TrialOffice, settings: KafkaSettings) -> None:
    """Each message of the log is there once."""
    topic = "subjects.medical"
    found = [dict(one.headers)["ce_id"] for one in read_all(settings, settings.topic(topic))]
    wanted = [one.headers["ce_id"] for one in expected(office.store, settings) if one.topic == topic]
    assert sorted(found) == sorted(wanted)


def test_a_number_whose_key_is_lost_for_good_is_left_out_by_peoples_word(
    office: TrialOffice, topics: Topics
) -> None:
    settings = make_topics(topics, partitions=1)
    relay = relay_of(office.store, settings)
    first, second = awarded(office, 11), awarded(office, 13)
    with without_key(office, first):
        private = admitted(office)
        catch_up(relay)
        assert relay.discard(first, "admin", "its key is lost").stuck == ()
        office.do("EndSubscriber", "admin", division=COUNTY, name="medical")
        catch_up(relay)
    records = read_all(settings, settings.topic("subjects.medical"))
    assert [(one.key.decode(), one.value is None) for one in records if one.key is not None] == [
        (second, False),
        *((one, True) for one in sorted([first, second])),
    ]
    assert standing(topics, private) == {}


def recipients(settings: KafkaSettings) -> dict[str, bytes]:
    """What stands on the compacted topic."""
    found: dict[str, bytes] = {}
    for one in read_all(settings, settings.topic("recipients")):
        found.pop(one.key.decode(), None)
        if one.value is not None:
            found[one.key.decode()] = one.value
    return found


def test_what_a_lost_log_told_of_the_present_is_set_right_when_another_is_adopted(
    office: TrialOffice, topics: Topics, tmp_path: Path
) -> None:
    settings = make_topics(topics)
    private = admitted(office)
    first = awarded(office, 11)
    back_up(office.url, tmp_path / "backup")
    lost = awarded(office, 13)
    (case,) = office.doudi.office.world.person(first).cases
    stopped = Stopped(on=date(2025, 3, 3), code="S01", from_month=Month("2025-05"))
    office.write([(case_stream(case), stopped)])
    tell_all(office.store, settings).close()
    assert recipients(settings).keys() == {f"{lost}/dibao"}
    assert standing(topics, private).keys() == {lost}
    restored = restored_office(office, tmp_path)
    relay = relay_of(restored.store, settings)
    with relay.lease.taken_over():
        adopt(relay, "admin", "a disk was lost")
    assert recipients(settings).keys() == {f"{first}/dibao"}
    assert standing(topics, private).keys() == {first}
    third = awarded(restored, 15)
    catch_up(relay)
    relay.close()
    assert standing(topics, private).keys() == {first, third}
    wanted = {one.key: one.value for one in expected(restored.store, settings) if one.topic == "recipients"}
    assert recipients(settings) == wanted
    ids = [
        tuple(dict(one.headers)[name] for name in ("ce_source", "ce_id"))
        for one in read_all(settings, settings.topic("recipients"))
    ]
    assert len(ids) == len(set(ids))


def test_restored_twice_to_earlier_moments_nothing_that_either_log_lost_stands(
    office: TrialOffice, topics: Topics, tmp_path: Path
) -> None:
    """The second restore loses what the first log told too, and cuts off where the first restore is said."""
    settings = make_topics(topics, partitions=1)
    private = admitted(office)
    first = awarded(office, 11)
    kept = office.store.head()
    early = awarded(office, 13)
    back_up(office.url, tmp_path / "backup")
    late = awarded(office, 15)
    tell_all(office.store, settings).close()
    assert standing(topics, private).keys() == {first, early, late}
    once = restored_office(office, tmp_path)
    own = awarded(once, 17)
    relay = relay_of(once.store, settings)
    with relay.lease.taken_over():
        adopt(relay, "admin", "a disk was lost")
    catch_up(relay)
    relay.close()
    assert standing(topics, private).keys() == {first, early, own}
    (tmp_path / "twice").mkdir()
    back_up(once.url, tmp_path / "twice" / "backup")
    twice = restored_office(once, tmp_path / "twice", until=kept)
    relay = relay_of(twice.store, settings)
    with relay.lease.taken_over():
        adopted = adopt(relay, "admin", "a wrong import was found")
    assert (adopted.before, adopted.position) == (once.store.log_id, kept)
    assert standing(topics, private).keys() == {first}
    new = awarded(twice, 19)
    catch_up(relay)
    relay.close()
    assert standing(topics, private).keys() == {first, new}
    wanted = {one.key: one.value for one in expected(twice.store, settings) if one.topic == "recipients"}
    assert recipients(settings) == wanted


def test_the_log_before_the_last_is_known_when_kafka_never_heard_of_the_last(
    office: TrialOffice, topics: Topics, tmp_path: Path
) -> None:
    settings = make_topics(topics, partitions=1)
    first = awarded(office, 11)
    kept = office.store.head()
    awarded(office, 13)
    back_up(office.url, tmp_path / "backup")
    tell_all(office.store, settings).close()
    once = restored_office(office, tmp_path)
    (tmp_path / "twice").mkdir()
    back_up(once.url, tmp_path / "twice" / "backup")
    twice = restored_office(once, tmp_path / "twice", until=kept)
    relay = relay_of(twice.store, settings)
    with relay.lease.taken_over():
        adopted = adopt(relay, "admin", "a wrong import was found")
    assert (adopted.before, adopted.position) == (office.store.log_id, kept)
    catch_up(relay)
    relay.close()
    assert recipients(settings).keys() == {f"{first}/dibao"}


def test_a_topic_that_was_deleted_is_made_anew(office: TrialOffice, topics: Topics) -> None:
    """As after a right ended, while the relay goes on."""
    settings = make_topics(topics, partitions=1)
    relay = relay_of(office.store, settings)
    first = awarded(office, 11)
    admitted(office)
    catch_up(relay)
    office.do("EndSubscriber", "admin", division=COUNTY, name="medical")
    catch_up(relay)
    with admin(settings) as client:
        client.delete_topics([settings.topic("subjects.medical")])
    waited(lambda: not there(topics))
    private = admitted(office)
    catch_up(relay, 40)
    assert standing(topics, private).keys() == {first}


def test_a_subscriber_comes_to_know_and_to_forget(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics, partitions=1)
    relay = relay_of(office.store, settings)
    first = awarded(office, 11)
    catch_up(relay)
    assert not there(topics)
    private = admitted(office)
    second = awarded(office, 13)
    catch_up(relay)
    assert standing(topics, private) == {
        first: person("m1", "1980-05-01", 11)["number"],
        second: person("m1", "1980-05-01", 13)["number"],
    }
    office.do("Forget", "admin", person=first, reason="F03")
    catch_up(relay)
    assert standing(topics, private).keys() == {second}
    recipients = read_all(settings, settings.topic("recipients"))
    assert [record.key.decode() for record in recipients if record.value is None] == [f"{first}/dibao"]
    office.do("EndSubscriber", "admin", division=COUNTY, name="medical")
    catch_up(relay)
    assert standing(topics, private) == {}
    relay.close()
