"""A message on the wire: CloudEvents that outsiders' own kit reads, the same bytes each time, sealed where need be."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from joserfc import jwe
from joserfc.errors import DecodeError
from joserfc.jwk import ECKey, OKPKey

from adapters.kafka.subjects import wired_with
from adapters.kafka.wire import Wired, source_of, wired
from domain.subscriber import PublicKey
from projections.public.mapping import Publishing
from projections.public.message import Message
from tests.harness import COUNTY, TrialOffice, person
from tests.kafka.wires import Read, read_wire
from tests.projections.county import County
from tests.projections.publics import log
from tests.projections.test_public import SLOW
from tests.projections.test_statistics import lives

SOURCE = source_of("urn:doudi:110199", "log-1")


def sent(county: County) -> Iterator[tuple[Message, Wired]]:
    for message in log(county).messages():
        yield message, wired(message, SOURCE)


@SLOW
@given(lives())
def test_what_is_read_is_what_was_said(county: County) -> None:
    for message, one in sent(county):
        read = read_wire(one.value, one.headers.items())
        assert read == Read(
            id=message.id,
            source="urn:doudi:110199:log:log-1",
            type=message.type,
            version=message.version,
            subject=message.subject,
            time=message.time,
            sequence=message.sequence,
            correlation=message.correlation,
            causation=None,
            data=message.data,
        )
        assert one.timestamp_ms == int(message.time.timestamp() * 1000)


@SLOW
@given(lives())
def test_told_again_it_is_the_same_to_the_byte(county: County) -> None:
    assert list(sent(county)) == list(sent(county))


def one_of_each() -> list[Wired]:
    county = County()
    county.award("a", "2025-05")
    county.run("2025-05")
    county.stop("a", "2025-06")
    county.enter("b", on="2025-06-01")
    return [one for _, one in sent(county)]


def test_an_official_sdk_reads_each_message() -> None:
    messages = one_of_each()
    assert {one.topic for one in messages} == {"cases", "approvals", "exits", "recipients", "lists"}
    for one in messages:
        said = KafkaMessage(headers=one.headers, key=one.key.encode(), value=one.value)
        event = from_binary(said, JSONFormat())
        read = read_wire(one.value, one.headers.items())
        assert (event.get_id(), event.get_source(), event.get_type()) == (
            *(read.id, read.source, f"cn.doudi.{read.type}.v{read.version}"),
        )
        assert (event.get_time(), event.get_subject()) == (read.time, read.subject)
        assert event.get_dataschema() == f"urn:doudi:contract:{read.type}.v{read.version}"
        data = event.get_data()
        if one.value is None:
            assert not data
        else:
            assert data == msgspec.json.decode(one.value)


def test_the_sequence_sorts_as_text_and_the_trace_is_of_the_command() -> None:
    headers = [one.headers for one in one_of_each()]
    sequences = [one["ce_sequence"] for one in headers]
    assert sequences == sorted(sequences)
    by_command: dict[bytes, set[bytes]] = {}
    for one in headers:
        by_command.setdefault(one["ce_correlation"], set()).add(one["ce_traceparent"].split(b"-")[1])
    assert all(len(traces) == 1 for traces in by_command.values())
    assert len(set.union(*by_command.values())) == len(by_command)


def test_a_tombstone_has_no_value_and_no_content_type() -> None:
    (tombstone,) = [one for one in one_of_each() if one.value is None]
    assert tombstone.topic == "recipients"
    assert "content-type" not in tombstone.headers
    assert read_wire(None, tombstone.headers.items()).data is None


def test_a_header_that_is_missing_or_of_another_type_is_named() -> None:
    one = one_of_each()[0]
    for name in ("ce_id", "ce_source", "ce_type", "ce_time", "ce_sequence", "ce_specversion"):
        with pytest.raises(ValueError, match=name):
            read_wire(one.value, [header for header in one.headers.items() if header[0] != name])
    other = [
        *(header for header in one.headers.items() if header[0] != "ce_type"),
        ("ce_type", b"cn.doudi.other.v1"),
    ]
    with pytest.raises(ValueError, match="ce_type"):
        read_wire(one.value, other)


def test_a_cause_of_outside_is_said_only_if_it_is_a_uuid() -> None:
    for causation, told in (
        ("6f1f7c1e-9c0c-4b47-9d0e-0f5f4b8f5a11", b"6f1f7c1e-9c0c-4b47-9d0e-0f5f4b8f5a11"),
        ("110199198005010011", None),
        ("张三", None),
    ):
        county = County()
        county.enter("a")
        whole = log(county)
        said = msgspec.structs.replace(whole.events[0], causation=causation)
        (message,) = Publishing(whole.load).apply(said)
        assert wired(message, SOURCE).headers.get("ce_causation") == told


# Sealed identities, on a real store.

NUMBER = person("m1", "1980-05-01", 11)["number"]


def told_to_subscriber(
    folder: Path, kind: str, *, forget: bool = False
) -> tuple[list[Wired], ECKey | OKPKey]:
    """An office with a recipient and a subscriber; what is on the subscriber's topic, and his private key."""
    from domain.ids import CaseNo, PersonRef
    from workflows.world import case_stream

    office = TrialOffice(folder)
    case = office.enter([person("m1", "1980-05-01", 11)], on="2025-03-03")
    county = County()
    ref = office.case(case).members["m1"].person  # type: ignore[index]
    county.enter(case)
    county.begin(case, "2025-05")
    office.write([(case_stream(case), county.log[-1].event)])
    private = ECKey.generate_key("P-256") if kind == "EC" else OKPKey.generate_key("X25519")
    key = {
        name: text
        for name, text in private.as_dict(private=False).items()
        if name in ("kty", "crv", "x", "y")
    }
    admitted = {"division": COUNTY, "name": "medical", "programmes": ["dibao"], "basis": "协议", "key": key}
    office.do("AdmitSubscriber", "admin", **admitted)
    if forget:
        office.do("Forget", "admin", person=ref, reason="F03")
    fold = Publishing(office.store.load)
    found = [
        wired_with(office.store, message, SOURCE)
        for recorded in office.store.page(0, 1000)
        for message in fold.apply(recorded)
        if message.topic == "subjects.medical"
    ]
    assert (CaseNo(case), PersonRef(ref)) == (case, found[0].key)
    return found, private


@pytest.mark.parametrize("kind", ["EC", "OKP"])
def test_only_the_holder_of_the_key_reads_the_number(tmp_path: Path, kind: str) -> None:
    (one,), private = told_to_subscriber(tmp_path, kind)
    assert one.value is not None
    assert NUMBER.encode() not in one.value + repr(one.headers).encode()
    assert one.headers["content-type"] == b"application/jose"
    opened = jwe.decrypt_compact(one.value.decode(), private, algorithms=["ECDH-ES+A256KW", "A256GCM"])
    assert msgspec.json.decode(opened.plaintext or b"") == {"person": one.key, "number": NUMBER}
    other = ECKey.generate_key("P-256") if kind == "EC" else OKPKey.generate_key("X25519")
    with pytest.raises(DecodeError):
        jwe.decrypt_compact(one.value.decode(), other, algorithms=["ECDH-ES+A256KW", "A256GCM"])


def test_who_is_forgotten_is_a_tombstone_also_where_he_was_told_of(tmp_path: Path) -> None:
    """The log is told again from its beginning: nobody learns a number that is forgotten by now."""
    found, _ = told_to_subscriber(tmp_path, "EC", forget=True)
    assert [one.value for one in found] == [None, None]


def test_a_key_names_itself(tmp_path: Path) -> None:
    from adapters.kafka.subjects import sealed
    from domain.ids import PersonRef

    private = OKPKey.generate_key("X25519")
    key = PublicKey(kty="OKP", crv="X25519", x=str(private.as_dict(private=False)["x"]), kid="2025-1")
    text = sealed(PersonRef("p-1"), NUMBER, key).decode()
    opened = jwe.decrypt_compact(text, private, algorithms=["ECDH-ES+A256KW", "A256GCM"])
    assert opened.headers()["kid"] == "2025-1"
