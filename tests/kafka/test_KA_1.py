"""KA-1: a message that is refused holds up its own case alone, whatever becomes of the relays meanwhile."""

import signal
from pathlib import Path
from time import monotonic, sleep

from adapters.kafka.relay import Relay
from adapters.kafka.relaying.lease import holder
from adapters.kafka.relaying.telling import wire_of
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.wire import rfc3339
from tests.faults.forks import Forks
from tests.harness import TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.reading import read_all
from tests.kafka.relays import act, expected, fat, let_pass, make_topics, seen_of, settings_file, tell_all
from tests.kafka.wires import read_wire

REFUSED_SECONDS = 10
TRANSACTION_SECONDS = 10


def told_of(settings: KafkaSettings, case: str) -> list[str]:
    records = read_all(settings, settings.topic("cases"))
    return [
        dict(one.headers)["ce_id"].decode()
        for one in records
        if one.key is not None and one.key.decode() == case
    ]


def two_cases(office: TrialOffice) -> tuple[str, str]:
    """Five events of each that others are told of, by turns."""
    cases = []
    for serial in (1, 2):
        cases.append(office.enter([person("m1", "1980-05-01", serial)], on="2025-03-03"))
    for case in cases:
        office.do("SayMissing", "window", case, on="2025-03-03", items=["consent:m1"])
    for case in cases:
        office.do("Consent", "window", case, on="2025-03-04", member="m1", until="2035-12-31")
        office.do("Accept", "window", case, on="2025-03-04")
    for case in cases:
        office.do("AskVerification", "handler", case, on="2025-03-05", sources=["V02"])
    for case in cases:
        office.do("StartVerification", "centre", case, on="2025-03-06")
    return cases[0], cases[1]


def test_ka_1_a_refused_message_two_relays_one_of_them_killed(topics: Topics, tmp_path: Path) -> None:
    settings = make_topics(topics)
    let_pass(settings, "cases", 3_000)
    office = TrialOffice(tmp_path)
    a, b = two_cases(office)
    wanted = [one for one in expected(office.store, settings) if one.topic == "cases"]
    ids = {case: [name for _, key, name in map(seen_of, wanted) if key == case] for case in (a, b)}
    assert [len(ids[a]), len(ids[b])] == [5, 5]
    large, file = [ids[a][1]], settings_file(settings, tmp_path)
    forks = Forks("tests.kafka.relays")
    begun = monotonic()
    killed = forks.start(act, office.url, file, "relay.before-commit", 3, 10, large)
    while holder(office.store.database) is None:
        assert monotonic() < begun + REFUSED_SECONDS
        sleep(0.01)
    other = forks.start(act, office.url, file, "", 1, 10, large)
    try:
        assert killed.wait() == -signal.SIGKILL
        while told_of(settings, b) != ids[b]:
            assert monotonic() < begun + REFUSED_SECONDS + TRANSACTION_SECONDS
            sleep(0.1)
        assert told_of(settings, a) == ids[a][:1]
        sleep(max(0.0, begun + REFUSED_SECONDS - monotonic()))
        let_pass(settings, "cases", 30_000)
        people = Relay(office.store, settings, fat(wire_of(office.store, settings), *large))
        with people.lease.taken_over():
            people.retry(a)
        people.close()
    finally:
        other.signal(signal.SIGKILL)
        other.wait()
        forks.close()
    assert told_of(settings, a) == ids[a]
    tell_all(office.store, settings).close()
    records = read_all(settings, settings.topic("cases"))
    assert len(records) == 10
    for case in (a, b):
        assert told_of(settings, case) == ids[case]
    by_id = {seen_of(one)[2]: one for one in wanted}
    for record in records:
        headers = [(name, value) for name, value in record.headers if name != "pad"]
        read = read_wire(record.value, headers)
        event = office.store.envelope(read.sequence)
        assert (read.id, read.subject) == (
            f"{event.stream}@{event.version}/{read.type}.v1",
            record.key.decode(),
        )
        assert dict(headers)["ce_time"] == rfc3339(event.recorded_at)
        assert headers == list(by_id[read.id].headers.items())
