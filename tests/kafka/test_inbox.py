"""The inbox on a real broker: asked and answered, a death, what can't be taken, repetition."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from confluent_kafka import Producer
from kafka import KafkaProducer

from adapters.backup import back_up, restore
from adapters.bootstrap import open_doudi
from adapters.kafka.inbox import Inbox
from adapters.kafka.letters import opened
from adapters.keys.upkeep import back_up as back_up_keys
from domain.case.enquiry import Answered
from domain.ids import InstanceId, MemberKey
from tests.adapters.messages import headers
from tests.harness import TrialOffice, number
from tests.kafka.conftest import Topics
from tests.kafka.inboxes import Desk, entered, entering, waited
from tests.places import place_of
from tests.workflows.awards import amount
from tests.workflows.test_death import couple
from tests.workflows.test_verification import asked

A, B = number("1952-06-01", 71), number("1958-06-01", 72)
ANSWER = {"source": "V02", "answer": "agrees", "data_day": "2025-03-10"}


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


@pytest.fixture
def desk(office: TrialOffice, topics: Topics) -> Iterator[Desk]:
    desk = Desk(office, topics)
    yield desk
    desk.close()


def test_a_verification_is_asked_and_answered(desk: Desk) -> None:
    office = desk.office
    case = asked(office, "V02", "V04")
    office.do("StartVerification", "centre", case, on="2025-03-10")
    office.clock("2025-03-14")
    data = {"case": case, **ANSWER, "verification": "verification.1", "round": 1, "reported_by": "李核对"}
    desk.send("verification-answers", "1", data)
    desk.send("verification-answers", "2", {**data, "source": "V04", "answer": "none"})
    desk.send("verification-answers", "1", data)
    desk.take()
    assert office.case(case).verifications[InstanceId("verification.1")].unanswered == ()
    assert sum(isinstance(event, Answered) for event in office.events(case)) == 2
    office.do("IssueReport", "centre", case, report="HD-1")
    assert (desk.inbox.counts.done, desk.inbox.counts.repeated, desk.letters()) == (2, 1, [])


def test_a_death_recomputes_the_award_from_the_next_month_and_the_last_one_stops_it(desk: Desk) -> None:
    office = desk.office
    case = couple(office)
    office.clock("2025-04-03")
    desk.send("deaths", "1", {"number": A, "died": "2025-03-20"})
    desk.send("deaths", "2", {"number": number("1950-01-01", 99), "died": "2025-03-20"})
    desk.take()
    assert [amount(office, case, month) for month in ("2025-03", "2025-04")] == [112_000, 52_000]
    desk.send("deaths", "3", {"number": B, "died": "2025-04-02"})
    desk.take()
    assert office.case(case).lives[InstanceId("award")].state == "ended"
    assert office.case(case).members[MemberKey("m2")].died is not None
    assert (desk.inbox.counts.done, desk.inbox.counts.passed, desk.letters()) == (2, 1, [])


def test_what_cannot_be_taken_is_parked_sealed_and_nothing_waits_for_it(desk: Desk) -> None:
    secret = "110199195001019991"
    desk.send("commands", "1", entering(1))
    desk.send("commands", "2", {"type": "Enter", "data": {"number": secret}})
    desk.send("commands", "3", value=b'{"number":"' + secret.encode())
    desk.send("commands", "4", entering(2), ce_source=None)
    desk.send("commands", "5", entering(3))
    desk.take()
    assert entered(desk.office.store) == 2
    first, second, third = desk.letters()
    assert {one.code for one in first.reasons} == {"field-missing", "field-unknown"}
    assert [one.code for one in second.reasons] == ["line-not-json"]
    assert [one.code for one in third.reasons] == ["message-attribute-missing"]
    assert (first.topic, first.partition, first.offset, first.state) == ("commands", 0, 1, "open")
    assert first.headers["ce_id"] == "2"
    for record in desk.dead("commands"):
        whole = repr((record.key, record.value, record.headers))
        assert secret not in whole
        assert "王" not in whole
        assert "张三" not in whole
    came = opened(desk.office.store.keyring, second)
    assert came.value == b'{"number":"' + secret.encode()
    assert dict(came.headers)["ce_id"] == b"3"


def test_read_again_from_the_beginning_it_changes_nothing(desk: Desk) -> None:
    for serial in range(1, 31):
        desk.send("commands", f"{serial}", entering(serial))
    desk.send("commands", "31", {"type": "Tick"})
    desk.take()
    assert entered(desk.office.store) == 30
    head = desk.office.store.head()
    desk.again()
    desk.take()
    assert desk.office.store.head() == head
    assert desk.inbox.counts.repeated == 30
    assert len(desk.letters()) == 1


def test_the_same_id_with_other_content_is_parked(desk: Desk) -> None:
    desk.send("commands", "1", entering(1))
    desk.send("commands", "1", entering(2))
    desk.take()
    assert entered(desk.office.store) == 1
    (letter,) = desk.letters()
    assert [one.code for one in letter.reasons] == ["command-id-used"]


@pytest.mark.parametrize(
    ("id", "source", "shown"),
    [
        (A, "urn:hospital", "urn:hospital"),
        (f"{A[:6]}.{A[6:14]}.{A[14:]}", "urn:bureau:138 1234 5678", "•"),
    ],
)
def test_an_id_that_looks_like_a_number_is_not_shown(desk: Desk, id: str, source: str, shown: str) -> None:
    desk.send("commands", id, {"type": "Tick"}, ce_subject=A, ce_source=source)
    desk.take()
    (letter,) = desk.letters()
    assert (letter.headers["ce_id"], letter.headers["ce_source"]) == ("•", shown)
    assert "ce_subject" not in letter.headers
    (record,) = desk.dead("commands")
    assert A not in repr((record.key, record.value, record.headers))


def test_a_store_restored_to_an_earlier_point_takes_again_what_it_lost(desk: Desk, tmp_path: Path) -> None:
    for serial in range(1, 6):
        desk.send("commands", f"{serial}", entering(serial))
    desk.take()
    back_up(desk.office.url, tmp_path / "log.backup")
    for serial in range(6, 11):
        desk.send("commands", f"{serial}", entering(serial))
    desk.take()
    back_up_keys(desk.office.store.keyring.keys, tmp_path / "keys.backup")
    desk.inbox.close()
    target = f"sqlite:///{tmp_path / 'restored.sqlite'}"
    restore(tmp_path / "log.backup", target, keys=tmp_path / "keys.backup")
    doudi = open_doudi(target)
    assert entered(doudi.store) == 5
    inbox = Inbox(doudi, desk.settings)
    waited(lambda: inbox.step(200) is False and inbox.counts.done == 5)
    inbox.close()
    assert (entered(doudi.store), inbox.counts.repeated) == (10, 5)
    doudi.close()


@pytest.mark.parametrize("codec", ["lz4", "snappy", "gzip", "zstd"])
def test_however_a_sender_compresses_it_is_read(office: TrialOffice, topics: Topics, codec: str) -> None:
    desk = Desk(office, topics)
    try:
        sender = Producer({"bootstrap.servers": desk.settings.bootstrap, "compression.type": codec})
        for serial in range(1, 21):
            sender.produce(
                desk.settings.topic("commands"),
                value=orjson.dumps(entering(serial)),
                headers=list(headers("commands", f"{serial}")),
            )
        sender.flush(10)
        desk.take()
        assert entered(office.store) == 20
    finally:
        desk.close()


def test_the_same_on_postgresql(topics: Topics, tmp_path: Path) -> None:
    office = TrialOffice(tmp_path, url=place_of("postgres", tmp_path)())
    desk = Desk(office, topics)
    try:
        for serial in range(1, 81):
            desk.send("commands", f"{serial}", entering(serial) if serial % 10 else {"type": "Tick"})
            desk.send("commands", f"{serial}", entering(serial) if serial % 10 else {"type": "Tick"})
        case = couple(office)
        office.clock("2025-04-03")
        desk.send("deaths", "1", {"number": A, "died": "2025-03-20"})
        desk.take()
        assert entered(office.store) == 72 + 1
        assert amount(office, case, "2025-04") == 52_000
        counts = desk.inbox.counts
        assert (counts.done, counts.repeated, counts.refused) == (73, 72, 16)
    finally:
        desk.close()
        office.doudi.close()


class NotText(str):
    """A header's name as only a careless or hostile sender writes it."""

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


def test_a_header_whose_name_is_no_text_stops_nobody(office: TrialOffice, topics: Topics) -> None:
    # Of a batch that comes as it is kept the broker looks at nothing.
    desk = Desk(office, topics)
    sender = KafkaProducer(**{**desk.settings.producer_args(), "compression_type": "zstd", "linger_ms": 200})
    try:
        for serial in range(1, 10):
            more = [(NotText("x"), b"1")] if serial % 3 == 0 else []
            sender.send(
                desk.settings.topic("commands"),
                value=orjson.dumps(entering(serial)),
                headers=[*more, *headers("commands", f"{serial}")],
            )
        sender.flush(10)
        desk.take()
        assert (entered(office.store), desk.letters()) == (9, [])
    finally:
        sender.close(timeout=2)
        desk.close()
