"""Who may know identities, on a real broker: numbers sealed; tombstones when the right ends or one is forgotten."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey
from kafka import KafkaConsumer

from domain.ids import PersonRef
from tests.harness import COUNTY, TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.reading import read_all
from tests.kafka.relays import catch_up, make_topics, relay_of
from tests.projections.county import County
from workflows.world import case_stream


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def awarded(office: TrialOffice, serial: int) -> PersonRef:
    """A recipient of an award, by the events that stand at its beginning."""
    case = office.enter([person("m1", "1980-05-01", serial)], on="2025-03-03")
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


def test_a_subscriber_comes_to_know_and_to_forget(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics, partitions=1)
    relay = relay_of(office.store, settings)
    first = awarded(office, 11)
    catch_up(relay)
    assert not there(topics)
    private = ECKey.generate_key("P-256")
    key = {name: private.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
    admission = {"division": COUNTY, "name": "medical", "programmes": ["dibao"], "basis": "协议", "key": key}
    office.do("AdmitSubscriber", "admin", **admission)
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
