"""TLS, passwords, rights: who has no right gets nothing, and we say which one is missing, soon."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from adapters.backup import back_up
from adapters.kafka.client import Transactions
from adapters.kafka.errors import Denied, KafkaTrouble
from adapters.kafka.health import Wants, admin, look
from adapters.kafka.relaying.adopt import adopt
from adapters.kafka.rights import (
    grant,
    of_a_reader,
    of_a_sender,
    of_the_inbox,
    of_the_relay,
    revoke,
    rights_of,
    set_password,
)
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.start import Watch, findings, ready
from deploy.kafka.broker import Broker
from deploy.kafka.certificates import make
from deploy.kafka.node import free_port
from tests.harness import TrialOffice
from tests.kafka.conftest import Secure, settings_of
from tests.kafka.reading import values
from tests.kafka.relays import live, relay_of, restored_office, tell_all


def told(settings: KafkaSettings, wants: Wants | None = None) -> list[str]:
    """What is found, and that it was found soon."""
    begun = monotonic()
    found = look(settings, wants or Wants())
    assert monotonic() - begun < 8
    return [one.code for one in found]


def put(settings: KafkaSettings, topic: str, word: bytes) -> None:
    producer = KafkaProducer(**settings.producer_args())
    try:
        producer.send(settings.topic(topic), key=b"k", value=word).get(10)
    finally:
        producer.close(timeout=1)


def test_all_is_well_where_it_is(secure: Secure) -> None:
    wants = Wants(read=["s.cases"], write=["s.cases"], group="any", transactional_id="any")
    assert told(secure.admin, wants) == []


def test_a_wrong_password_is_told_as_such(secure: Secure) -> None:
    (secure.node.folder / "password-wrong").write_text("wrong")
    for _ in range(5):
        settings = secure.settings("admin", sasl_plain_password_file="password-wrong")
        assert told(settings) == ["kafka.password"]
    assert told(secure.settings("admin", sasl_plain_username="nobody")) == ["kafka.password"]


def test_a_wrong_authority_is_told_as_such(secure: Secure, tmp_path: Path) -> None:
    make(tmp_path)
    assert told(secure.settings("admin", ssl_cafile=str(tmp_path / "ca.pem"))) == ["kafka.tls"]


def test_a_name_that_isnt_in_the_certificate_is_told_as_such(secure: Secure) -> None:
    address = secure.node.address.replace("127.0.0.1", "127.0.0.2")
    assert told(secure.settings("admin", bootstrap_servers=address)) in (["kafka.tls"], ["kafka.unreachable"])


def test_other_ways_to_speak_past_each_other_are_told_apart(secure: Secure, broker: Broker) -> None:
    assert told(secure.settings("admin", security_protocol="PLAINTEXT")) == ["kafka.protocol"]
    assert told(secure.settings("admin", security_protocol="SSL")) == ["kafka.protocol"]
    assert told(secure.settings("admin", sasl_mechanism="PLAIN")) == ["kafka.mechanism"]
    assert told(secure.settings("admin", bootstrap_servers=broker.address)) == ["kafka.tls"]


def test_nobody_there_and_nobody_answering_are_told_apart(secure: Secure) -> None:
    assert told(secure.settings("admin", bootstrap_servers=f"127.0.0.1:{free_port()}")) == [
        "kafka.unreachable"
    ]
    assert told(secure.settings("admin", bootstrap_servers="no-such-host.invalid:9092")) == [
        "kafka.unreachable"
    ]
    secure.node.freeze()
    try:
        assert told(secure.admin) == ["kafka.silent"]
    finally:
        secure.node.thaw()


def test_one_address_that_is_down_is_named_and_the_other_is_used(secure: Secure) -> None:
    both = secure.settings("admin", bootstrap_servers=f"127.0.0.1:{free_port()},{secure.node.address}")
    assert [one.code for one in findings(both)] == ["kafka.unreachable"]
    ready(both, "relay")
    with admin(both) as client:
        assert client.describe_cluster()["brokers"]


def test_without_rights_a_subscriber_gets_nothing_and_we_say_what_is_missing(secure: Secure) -> None:
    settings = secure.user("curious")
    put(secure.admin, "approvals", b"not for him")
    name = settings.topic("approvals")
    consumer = KafkaConsumer(name, **settings.consumer_args("curious.group"))
    try:
        got: object = {}
        with suppress(KafkaError):
            got = consumer.poll(timeout_ms=3_000)
        assert got == {}
    finally:
        consumer.close()
    with pytest.raises(TopicAuthorizationFailedError):
        put(settings, "approvals", b"from him")
    found = look(settings, Wants(read=[name], write=[name], group="curious.group", transactional_id="x"))
    assert [(one.code, one.params) for one in found] == [
        ("kafka.topic-denied", {"topic": name, "right": "READ"}),
        ("kafka.topic-denied", {"topic": name, "right": "WRITE"}),
        ("kafka.group-denied", {"group": "curious.group"}),
        ("kafka.id-denied", {"id": "x"}),
    ]


def test_a_subscriber_reads_what_he_was_given_and_nothing_else(secure: Secure) -> None:
    settings = secure.user("medical")
    grant(secure.admin, "medical", of_a_reader(settings, "medical", ["exits"]))
    put(secure.admin, "exits", b"left")
    assert values(settings, settings.topic("exits")) == [b"left"]
    mine = Wants(read=["s.exits"], group="medical.insured")
    assert told(settings, mine) == []
    assert told(settings, Wants(read=["s.exits"], write=["s.exits"])) == ["kafka.topic-denied"]
    assert told(settings, Wants(read=["s.approvals"])) == ["kafka.topic-denied"]
    assert told(settings, Wants(group="school.insured")) == ["kafka.group-denied"]
    assert revoke(secure.admin, "medical") == 2
    assert rights_of(secure.admin, "medical") == []
    assert told(settings, mine) == ["kafka.topic-denied", "kafka.group-denied"]


def test_a_topic_that_isnt_there_is_told_from_one_that_is_denied(secure: Secure) -> None:
    assert told(secure.admin, Wants(read=["s.no-such"])) == ["kafka.topic-missing"]
    assert told(secure.user("stranger"), Wants(read=["s.cases"])) == ["kafka.topic-denied"]


def test_the_relay_has_what_it_needs_and_no_more(secure: Secure) -> None:
    settings = secure.user("relay")
    with pytest.raises(KafkaTrouble) as error:
        ready(settings, "relay")
    assert error.value.code == "kafka.topic-denied"
    grant(secure.admin, "relay", of_the_relay(settings))
    assert findings(settings, "relay") == []
    one = Transactions(settings, f"{settings.topic('relay')}.{settings.source}")
    one.open()
    one.begin()
    for name in ("cases", "approvals", "recipients", "positions"):
        one.send(settings.topic(name), key=b"k", value=b"v")
    one.settle()
    assert values(settings, settings.topic("positions")) == [b"v"]
    one.begin()
    one.send(settings.topic("deaths"), key=b"k", value=b"v")
    with pytest.raises(Denied) as denied:
        one.settle()
    assert denied.value.params["what"] == settings.topic("deaths")
    with pytest.raises(Denied):
        Transactions(settings, "another").open()
    assert told(settings, Wants(read=["s.approvals"])) == ["kafka.topic-denied"]


def test_who_may_not_read_what_was_told_is_told_so_before_he_adopts_a_log(
    secure: Secure, tmp_path: Path
) -> None:
    source = "urn:doudi:adopting"
    settings, ours = (
        replace(one, ours=msgspec.structs.replace(one.ours, source=source))
        for one in (secure.user("adopting"), secure.admin)
    )
    grant(secure.admin, "adopting", of_the_relay(settings))
    office = TrialOffice(tmp_path)
    back_up(office.url, tmp_path / "backup")
    live(office, 1)
    tell_all(office.store, settings).close()
    restored = restored_office(office, tmp_path)
    relay = relay_of(restored.store, settings)
    with relay.lease.taken_over(), pytest.raises(KafkaTrouble) as denied:
        adopt(relay, "admin", "a disk was lost")
    relay.close()
    assert denied.value.code == "kafka.topic-denied"
    assert denied.value.params == {"topic": settings.topic("recipients"), "right": "READ"}
    by_admin = relay_of(restored.store, ours)
    with by_admin.lease.taken_over():
        assert adopt(by_admin, "admin", "a disk was lost").lost > 0
    by_admin.close()


def test_the_inbox_has_what_it_needs(secure: Secure) -> None:
    settings = secure.user("inbox")
    grant(secure.admin, "inbox", of_the_inbox(settings))
    assert findings(settings, "inbox") == []
    assert told(settings, Wants(write=["s.deaths"])) == ["kafka.topic-denied"]


def test_a_right_that_is_taken_away_is_noticed_in_the_silence(secure: Secure) -> None:
    settings = secure.user("watched")
    grant(secure.admin, "watched", of_the_inbox(settings))
    watch = Watch(settings, "inbox", every=0)
    assert watch.trouble() is None
    revoke(secure.admin, "watched")
    trouble = watch.trouble()
    assert trouble is not None
    assert (trouble.code, trouble.params["topic"]) == ("kafka.topic-denied", "s.deaths")
    assert Watch(settings, "inbox", every=60).trouble() is None
    grant(secure.admin, "watched", of_the_inbox(settings))
    assert watch.trouble() is None


def test_a_broker_that_is_away_is_no_reason_not_to_begin(secure: Secure) -> None:
    away = secure.settings("admin", bootstrap_servers=f"127.0.0.1:{free_port()}")
    assert [one.code for one in findings(away, "relay")] == ["kafka.unreachable"]
    ready(away, "relay")
    with pytest.raises(KafkaTrouble) as error:
        ready(secure.settings("admin", sasl_plain_username="nobody"), "relay")
    assert error.value.code == "kafka.password"


def test_a_sender_writes_and_reads_nothing(secure: Secure) -> None:
    settings = secure.user("registry")
    grant(secure.admin, "registry", of_a_sender(settings, ["deaths"]))
    put(settings, "deaths", b"a death")
    assert told(settings, Wants(read=["s.deaths"])) == ["kafka.topic-denied"]


def test_a_password_that_was_changed_under_us_is_told_when_the_relay_opens_anew(secure: Secure) -> None:
    settings = secure.user("changed", bootstrap_timeout_ms=1_000)
    grant(secure.admin, "changed", of_the_relay(settings))
    set_password(secure.admin, "changed", "another")
    one = Transactions(settings, f"{settings.topic('relay')}.changed")
    with pytest.raises(Denied) as denied:
        one.open()
    assert denied.value.params == {"reason": "kafka.password", "what": secure.node.address}


def test_a_broker_without_rights_says_so(broker: Broker) -> None:
    settings = settings_of(broker.address)
    with pytest.raises(KafkaTrouble) as error:
        rights_of(settings, "anybody")
    assert error.value.code == "kafka.no-rights"
