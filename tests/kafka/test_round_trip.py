"""There and back: the relay tells, another office reads and answers, the inbox takes it, the relay tells of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.kafka.relay import Relay
from domain.ids import InstanceId, MemberKey
from tests.harness import TrialOffice, number
from tests.kafka.conftest import Topics
from tests.kafka.inboxes import Desk
from tests.kafka.reading import read_all
from tests.kafka.relays import catch_up, make_topics, relay_of
from tests.workflows.test_death import couple
from tests.workflows.test_verification import asked

A, B = number("1952-06-01", 71), number("1958-06-01", 72)


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


@pytest.fixture
def desk(office: TrialOffice, topics: Topics) -> Iterator[Desk]:
    desk = Desk(office, topics)
    make_topics(topics)
    yield desk
    desk.close()


@pytest.fixture
def relay(desk: Desk) -> Iterator[Relay]:
    relay = relay_of(desk.office.store, desk.settings)
    yield relay
    relay.close()


def read(desk: Desk, topic: str) -> list[tuple[str, str, Any]]:
    """(type without prefix and version, key, data) of what a subscriber sees; None where it ended."""
    return [
        (
            dict(record.headers)["ce_type"].decode().removeprefix("cn.doudi.").rpartition(".v")[0],
            record.key.decode(),
            orjson.loads(record.value) if record.value else None,
        )
        for record in read_all(desk.settings, desk.settings.topic(topic))
    ]


class Bureau:
    """An office that knows nothing but the topics: it answers what it is asked once the centre has begun."""

    def __init__(self, desk: Desk, source: str) -> None:
        self.desk, self.source = desk, source

    def answer(self) -> None:
        questions: dict[tuple[str, str], Any] = {}
        for kind, case, data in read(self.desk, "cases"):
            if kind == "verification-asked" and self.source in data["sources"]:
                questions[case, data["verification"]] = data
            elif kind == "verification-started" and (case, data["verification"]) in questions:
                question = questions[case, data["verification"]]
                self.desk.send(
                    "verification-answers",
                    f"{case}/{data['verification']}/{question.get('round', 1)}",
                    {
                        "case": case,
                        "verification": data["verification"],
                        "round": question.get("round", 1),
                        "source": self.source,
                        "answer": "agrees",
                        "data_day": "2025-03-10",
                    },
                    ce_source=f"urn:bureau:{self.source}",
                )


def test_a_verification_is_asked_and_answered_by_who_knows_only_the_topics(desk: Desk, relay: Relay) -> None:
    office = desk.office
    case = asked(office, "V02", "V04")
    bureaus = [Bureau(desk, "V02"), Bureau(desk, "V04"), Bureau(desk, "V05")]
    office.do("StartVerification", "centre", case, on="2025-03-10")
    office.clock("2025-03-14")
    catch_up(relay)
    for _ in range(2):
        for bureau in bureaus:
            bureau.answer()
    desk.take()
    assert office.case(case).verifications[InstanceId("verification.1")].unanswered == ()
    assert (desk.inbox.counts.done, desk.inbox.counts.repeated) == (2, 2)
    office.do("IssueReport", "centre", case, on="2025-03-14", report="HD-1")
    catch_up(relay)
    told = [kind for kind, key, _ in read(desk, "cases") if key == case and kind.startswith("verification")]
    assert told[-3:] == ["verification-answered", "verification-answered", "verification-reported"]


def test_a_death_stops_the_share_then_the_case_and_both_are_told(desk: Desk, relay: Relay) -> None:
    office = desk.office
    case = couple(office)
    people = [office.case(case).members[MemberKey(key)].person for key in ("m1", "m2")]
    office.clock("2025-04-03")
    desk.send("deaths", "1", {"number": A, "died": "2025-03-20"})
    desk.take()
    catch_up(relay)
    (left,) = read(desk, "exits")
    assert (left[2]["person"], left[2]["from_month"], left[2]["reason"]) == (people[0], "2025-04", "D01")
    desk.send("deaths", "2", {"number": B, "died": "2025-04-02"})
    desk.take()
    catch_up(relay)
    last = read(desk, "exits")[-1]
    assert (last[2]["person"], last[2]["from_month"], last[2]["reason"]) == (people[1], "2025-05", "S03")
    for topic in ("cases", "approvals", "exits", "recipients"):
        assert A not in repr(read(desk, topic))
    assert desk.letters() == []
