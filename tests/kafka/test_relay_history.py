"""For newcomers: the log told again on a topic of its own, or the present state with a position to go on from."""

from pathlib import Path

import pytest

from adapters.faults import Fault
from adapters.kafka.relaying.errors import NotForHistory, SpanOutside
from adapters.kafka.relaying.history import emit, snapshot
from projections.public.persons import Recipient
from tests.faults.hooks import Armed, hooked
from tests.harness import TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.reading import read_all
from tests.kafka.relays import by_key, check_told, expected, live, make_topics, seen_of, tell_all, told
from tests.kafka.wires import read_wire
from tests.workflows import awards


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def living(office: TrialOffice, serial: int) -> str:
    members = [person("m1", "1980-01-01", serial)]
    return awards.living(office, members, [], accepted="2025-04-03", area="rural")


def test_history_has_the_ids_keys_and_times_of_the_first_telling(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics)
    (name,) = topics.make("history", configs={"message.timestamp.type": "LogAppendTime"})
    living(office, 1)
    live(office, 8, serial=200)
    tell_all(office.store, settings).close()
    with hooked(Armed(point="relay.before-commit", how="raise", nth=1)), pytest.raises(Fault):
        emit(office.store, settings, "history")
    done = emit(office.store, settings, "history")
    assert (done.first, done.last) == (1, office.store.head())
    wanted = expected(office.store, settings)
    assert done.messages == len(wanted)
    found = read_all(settings, name)
    assert [(one.key.decode(), one.value, dict(one.headers)) for one in found] == [
        (one.key, one.value, one.headers) for one in wanted
    ]
    assert emit(office.store, settings, "history") == done
    assert len(read_all(settings, name)) == len(wanted)
    check_told(office.store, settings)


def test_a_span_of_some_topics(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics)
    (name,) = topics.make("some", configs={"message.timestamp.type": "LogAppendTime"})
    living(office, 1)
    middle = office.store.head()
    living(office, 2)
    done = emit(office.store, settings, "some", middle + 1, only=("approvals", "recipients"))
    wanted = [
        seen_of(one)
        for one in expected(office.store, settings)
        if one.topic in ("approvals", "recipients") and int(dict(one.headers)["ce_sequence"]) > middle
    ]
    assert [dict(one.headers)["ce_id"].decode() for one in read_all(settings, name)] == [
        one[2] for one in wanted
    ]
    assert done.messages == len(wanted) > 0


def test_history_goes_to_no_topic_of_the_contract_and_to_none_that_has_something(
    office: TrialOffice, topics: Topics
) -> None:
    settings = make_topics(topics)
    live(office, 1)
    for name, reason in (("cases", "contract"), ("recipients.v1", "contract"), ("nowhere", "missing")):
        with pytest.raises(NotForHistory) as refused:
            emit(office.store, settings, name)
        assert refused.value.params["reason"] == reason
    with pytest.raises(NotForHistory):
        emit(office.store, settings, "nowhere", only=("secrets",))
    topics.make("history", "used")
    for span in ((0, 1), (5, 4), (office.store.head() + 1, None)):
        with pytest.raises(SpanOutside):
            emit(office.store, settings, "history", *span)
    snapshot(office.store, settings, "used")
    assert told(settings) == []


def test_a_snapshot_and_what_comes_behind_it_are_the_present_state(
    office: TrialOffice, topics: Topics
) -> None:
    settings = make_topics(topics)
    (name,) = topics.make("now", configs={"message.timestamp.type": "LogAppendTime"})
    for serial in (1, 2, 3):
        living(office, serial)
    done = snapshot(office.store, settings, "now")
    assert (done.last, done.messages) == (office.store.head(), 3)
    assert snapshot(office.store, settings, "now") == done
    living(office, 4)
    state = {}
    for one in read_all(settings, name):
        read = read_wire(one.value, list(one.headers))
        assert isinstance(read.data, Recipient)
        assert read.sequence == done.last
        state[one.key.decode()] = one.value
    for later in expected(office.store, settings):
        if later.topic == "recipients" and int(dict(later.headers)["ce_sequence"]) > done.last:
            state[later.key] = later.value
    latest = {one.key: one.value for one in expected(office.store, settings) if one.topic == "recipients"}
    assert state == latest
    assert len(state) == 4


def test_projections_folded_anew_tell_nothing_again(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics)
    living(office, 1)
    relay = tell_all(office.store, settings)
    before = by_key(told(settings))
    for status in office.doudi.projector.status():
        office.doudi.projector.rebuild(status.name)
    assert not relay.step()
    relay.close()
    assert by_key(told(settings)) == before
    check_told(office.store, settings)
