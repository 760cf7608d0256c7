"""Lives of cases as those outside see them: doudi's relay and inbox as processes, the others by librdkafka alone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from adapters.kafka.settings import KafkaSettings
from domain.ids import InstanceId, MemberKey
from tests.adapters.messages import BINDINGS, headers
from tests.harness import TrialOffice, number
from tests.house.files import ROOT
from tests.kafka.conftest import Topics
from tests.kafka.inboxes import Desk
from tests.kafka.relays import make_topics
from tests.workflows.awards import plain
from tests.workflows.test_death import couple
from tests.workflows.test_verification import asked

PUBLIC = ("cases", "approvals", "exits", "recipients")
PERSONS = ("m1", "m2", "m3")


class Outside:
    """Another office: reads the public topics to their end and beyond, writes as it is bound to."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings
        self.seen: list[dict[str, Any]] = []
        self.others: list[subprocess.Popen[bytes]] = []
        self._producer = Producer(
            {"bootstrap.servers": settings.bootstrap, "enable.idempotence": True, "log_level": 0}
        )
        self._consumer = Consumer(
            {
                "bootstrap.servers": settings.bootstrap,
                "group.id": "outside",
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "log_level": 0,
            }
        )
        there = self._consumer.list_topics(timeout=30).topics
        topics = [settings.topic(one) for one in PUBLIC]
        self._consumer.assign(
            [TopicPartition(one, part, 0) for one in topics for part in there[one].partitions]
        )

    def until(self, fulfilled: Callable[[], object], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not fulfilled():
            assert all(one.poll() is None for one in self.others), "doudi ended"
            assert time.monotonic() < until, [(one["topic"], one["type"]) for one in self.seen]
            for record in self._consumer.consume(100, 0.2):
                assert record.error() is None
                self.seen.append(self._read(record))

    def _read(self, record: Any) -> dict[str, Any]:
        found = {name: value.decode() for name, value in record.headers()}
        return {
            "topic": record.topic().removeprefix(self.settings.prefix),
            "key": record.key().decode(),
            "type": found["ce_type"].removeprefix("cn.doudi.").removesuffix(".v1"),
            "sequence": found["ce_sequence"],
            "act": found["ce_correlation"],
            "data": json.loads(record.value()) if record.value() is not None else None,
        }

    def of(self, topic: str, key: str = "") -> list[dict[str, Any]]:
        return [one for one in self.seen if one["topic"] == topic and one["key"].startswith(key)]

    def types(self, case: str) -> list[str]:
        return [one["type"] for one in self.of("cases", case)]

    def send(self, topic: str, id: str, data: dict[str, Any]) -> None:
        name = self.settings.topic(topic)
        self._producer.produce(name, value=json.dumps(data), headers=list(headers(topic, id)))
        assert self._producer.flush(30) == 0

    def close(self) -> None:
        self._consumer.close()


@contextmanager
def running(
    office: TrialOffice, settings: KafkaSettings, folder: Path
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`doudi relay run` and `doudi inbox run`."""
    lines = [
        f'[kafka]\nbootstrap_servers = "{settings.bootstrap}"',
        f'[doudi]\nprefix = "{settings.prefix}"\nsource = "{settings.source}"\nreplication = 1\nmin_insync = 1\n'
        'allow = ["topic-partitions"]',
        *(
            f'[inbound.{topic}]\nactor = "{one.actor}"'
            for topic, one in BINDINGS.items()
            if topic != "commands"
        ),
    ]
    file = folder / "kafka.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    environment = {**os.environ, "DOUDI_STORE": office.url, "DOUDI_KAFKA": str(file), "PYTHONPATH": str(ROOT)}
    made = [
        subprocess.Popen([sys.executable, "-m", "adapters.cli", name, "run"], env=environment)
        for name in ("relay", "inbox")
    ]
    try:
        yield made
        assert [one.poll() for one in made] == [None, None]
    finally:
        for one in made:
            one.terminate()
        for one in made:
            one.wait()


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


@pytest.fixture
def outside(office: TrialOffice, topics: Topics, tmp_path: Path) -> Iterator[Outside]:
    Desk(office, topics).close()
    outside = Outside(make_topics(topics))
    with running(office, outside.settings, tmp_path) as outside.others:
        yield outside
    outside.close()


def persons_of(office: TrialOffice, case: str) -> list[str]:
    return [
        office.case(case).members[MemberKey(key)].person
        for key in PERSONS
        if key in office.case(case).members
    ]


def in_order(seen: list[dict[str, Any]]) -> bool:
    sequences = [one["sequence"] for one in seen]
    return sequences == sorted(sequences)


def test_a_case_is_approved_lives_and_ends(office: TrialOffice, outside: Outside) -> None:
    case = plain(office)
    people = persons_of(office, case)
    outside.until(lambda: len(outside.of("recipients")) == 3 and "award-began" in outside.types(case))
    kinds = outside.types(case)
    order = ["case-entered", "case-accepted", "household-visited", "opinion-given", "publicity-began"]
    order += ["publicity-ended", "case-forwarded", "case-confirmed", "award-began"]
    assert [kind for kind in kinds if kind in order] == order
    assert in_order(outside.of("cases", case))
    approved = {one["data"]["person"]: one for one in outside.of("approvals")}
    assert sorted(approved) == sorted(people)
    assert sum(one["data"]["amount"] for one in approved.values()) == 40_000
    assert {(one["data"]["from_month"], one["data"]["case"]) for one in approved.values()} == {
        ("2025-05", case)
    }
    confirmed = next(one for one in outside.of("cases", case) if one["type"] == "case-confirmed")
    assert {one["act"] for one in [*outside.of("approvals"), *outside.of("recipients")]} == {confirmed["act"]}
    for person in people:
        (standing,) = outside.of("recipients", person)
        assert [span["from_month"] for span in standing["data"]["spans"]] == ["2025-05"]

    office.do("ReportChange", "window", case, on="2026-03-20", kind="own_request", happened="2026-03-20")
    office.do("ProposeChange", "handler", case, on="2026-03-20", effect="stop", code="S06")
    office.do("DecideChange", "decider", case, on="2026-03-24")
    outside.until(lambda: len(outside.of("exits")) == 3 and outside.types(case)[-1:] != kinds[-1:])
    assert "award-stopped" in outside.types(case)
    assert {(one["data"]["from_month"], one["data"]["reason"]) for one in outside.of("exits")} == {
        ("2026-04", "S06")
    }
    outside.until(lambda: len(outside.of("recipients")) == 6)
    assert [outside.of("recipients", one)[-1]["data"]["spans"][-1]["until_month"] for one in people] == [
        "2026-03"
    ] * 3
    # In April the first thing the office writes, of whomever, takes them off the register.
    office.accepted(
        [{"key": "m1", "number": number("1980-05-01", 500), "name": "x", "kinship": "01"}], "2026-04-02"
    )
    outside.until(lambda: len(outside.of("recipients")) == 9)
    assert [outside.of("recipients", one)[-1]["data"] for one in people] == [None] * 3
    assert all(in_order(outside.of("recipients", one)) for one in people)


def test_a_verification_is_asked_and_answered(office: TrialOffice, outside: Outside) -> None:
    case = asked(office, "V02", "V04")
    office.do("StartVerification", "centre", case, on="2025-03-10")
    outside.until(lambda: "verification-started" in outside.types(case))
    (question,) = [one["data"] for one in outside.of("cases", case) if one["type"] == "verification-asked"]
    assert question["sources"] == ["V02", "V04"]
    office.clock("2025-03-14")
    for _ in range(2):
        for source in question["sources"]:
            answer = {
                "case": case,
                "verification": question["verification"],
                "round": question.get("round", 1),
            }
            answer |= {"source": source, "answer": "agrees", "data_day": "2025-03-10"}
            outside.send("verification-answers", f"{case}/{source}", answer)
    outside.until(lambda: outside.types(case).count("verification-answered") == 2)
    assert office.case(case).verifications[InstanceId("verification.1")].unanswered == ()
    office.do("IssueReport", "centre", case, on="2025-03-14", report="HD-1")
    outside.until(lambda: "verification-reported" in outside.types(case))
    assert outside.types(case).count("verification-answered") == 2


def test_deaths_change_the_share_then_stop_the_case_from_the_next_month(
    office: TrialOffice, outside: Outside
) -> None:
    case = couple(office)
    first, second = persons_of(office, case)
    office.clock("2025-04-03")
    outside.until(lambda: len(outside.of("approvals")) == 2)
    for _ in range(2):
        outside.send("deaths", "1", {"number": number("1952-06-01", 71), "died": "2025-03-20"})
    outside.until(lambda: outside.of("exits"))
    (left,) = outside.of("exits")
    assert (left["data"]["person"], left["data"]["from_month"], left["data"]["reason"]) == (
        first,
        "2025-04",
        "D01",
    )
    outside.until(lambda: outside.of("recipients", first)[-1]["data"] is None)
    outside.until(lambda: len(outside.of("recipients", second)) > 1)
    spans = {
        one["from_month"]: one["amount"] for one in outside.of("recipients", second)[-1]["data"]["spans"]
    }
    assert spans["2025-04"] == 52_000
    assert office.case(case).state("award") != "ended"
    outside.send("deaths", "2", {"number": number("1958-06-01", 72), "died": "2025-04-02"})
    outside.until(lambda: "award-stopped" in outside.types(case) and len(outside.of("exits")) == 2)
    last = outside.of("exits")[-1]["data"]
    assert (last["person"], last["from_month"], last["reason"]) == (second, "2025-05", "S03")
    assert office.case(case).state("award") == "ended"
    assert number("1952-06-01", 71) not in repr(outside.seen)
