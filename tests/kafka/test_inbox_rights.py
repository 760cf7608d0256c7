"""The inbox and its letters over TLS, with a password and the rights of an inbox alone."""

from pathlib import Path

import orjson
from kafka import KafkaProducer

from adapters.kafka.deadletter import DeadLetters
from adapters.kafka.inbox import Inbox
from adapters.kafka.lag import lag
from adapters.kafka.rights import grant, of_a_sender, of_the_inbox
from domain.ids import MemberKey
from tests.adapters.messages import headers
from tests.harness import COUNTY, TrialOffice, number
from tests.kafka.conftest import Secure
from tests.kafka.inboxes import waited
from tests.workflows.test_death import couple

A = number("1952-06-01", 71)


def test_with_its_rights_alone_it_takes_parks_and_settles(secure: Secure, tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    office.appoint("registry", "registrar", COUNTY)
    case = couple(office)
    office.clock("2025-04-03")
    settings, registry = secure.user("inbox-alone"), secure.user("civil-registry")
    grant(secure.admin, "inbox-alone", of_the_inbox(settings))
    grant(secure.admin, "civil-registry", of_a_sender(registry, ["deaths"]))
    sender = KafkaProducer(**registry.producer_args())
    for id, data in (("r1", {"number": A, "died": "2025-03-20"}), ("r2", {"number": A})):
        value = orjson.dumps(data)
        sender.send(registry.topic("deaths"), value=value, headers=list(headers("deaths", id))).get(10)
    sender.close(timeout=2)
    inbox = Inbox(office.doudi, settings)
    waited(lambda: inbox.step(200) is False and not sum(one.behind for one in lag(office.doudi, settings)))
    inbox.close()
    assert office.case(case).members[MemberKey("m1")].died is not None
    assert inbox.counts.waited == 0
    box = DeadLetters(office.doudi, settings)
    ours = [one for one in box.all().values() if one.headers.get("ce_id") == "r2"]
    (letter,) = ours
    assert [(one.code, one.field) for one in letter.reasons] == [("field-missing", "data.died")]
    assert box.discard(letter, "admin", "sent without its day").state == "discarded"
    assert box.find(letter.id).state == "discarded"
