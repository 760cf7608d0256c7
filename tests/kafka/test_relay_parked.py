"""What can't be told waits with its key, everything else passes; people let it go, with or without it."""

from pathlib import Path
from typing import Any

import pytest

from adapters.kafka.relay import Relay
from adapters.kafka.relaying import reader
from adapters.kafka.relaying.errors import MappingChanged, NothingWaiting, PlaceTooLarge
from adapters.kafka.relaying.kept import KeptStates
from adapters.kafka.relaying.lease import Lease
from adapters.kafka.relaying.reader import Reader
from adapters.kafka.relaying.record import Point
from adapters.kafka.relaying.telling import wire_of
from adapters.kafka.settings import KafkaSettings
from adapters.projecting.lease import LEASE, micros
from adapters.projecting.parked import set_aside
from tests.harness import TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.relays import (
    by_key,
    catch_up,
    check_told,
    expected,
    failing,
    fat,
    let_pass,
    live,
    make_topics,
    relay_of,
    seen_of,
    told,
)
from tests.workflows import awards

Ids = dict[tuple[str, str], list[str]]


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


@pytest.fixture
def settings(topics: Topics) -> KafkaSettings:
    made = make_topics(topics)
    let_pass(made, "cases", 3_000)
    return made


def ids(office: TrialOffice, settings: KafkaSettings, case: str) -> list[str]:
    return [one[2] for one in map(seen_of, expected(office.store, settings)) if one[1] == case]


def here(settings: KafkaSettings, case: str) -> list[str]:
    return by_key(told(settings)).get(("cases", case), [])


def test_a_message_that_is_too_large_waits_with_its_key_alone(
    office: TrialOffice, settings: KafkaSettings
) -> None:
    one, other, third = live(office, 3)
    first, second = ids(office, settings, one)
    wire = fat(wire_of(office.store, settings), second)
    relay = Relay(office.store, settings, wire)
    catch_up(relay)
    assert here(settings, one) == [first]
    for case in (other, third):
        assert here(settings, case) == ids(office, settings, case)
    assert relay.record is not None
    (stuck,) = relay.record.stuck
    assert (stuck.key, stuck.topic, stuck.reason) == (one, "cases", "too-large")
    office.do("Withdraw", "window", one, on="2025-03-04", reason="好了")
    office.do("Withdraw", "window", other, on="2025-03-04", reason="好了")
    catch_up(relay)
    assert here(settings, one) == [first]
    assert here(settings, other) == ids(office, settings, other)
    relay.retry(one)
    assert [each.key for each in relay.record.stuck] == [one]
    let_pass(settings, "cases", 30_000)
    relay.retry(one)
    assert (relay.record.stuck, relay.record.waiting) == ((), {})
    check_told(office.store, settings)
    with pytest.raises(NothingWaiting):
        relay.retry(one)
    relay.close()


def test_a_message_is_discarded_with_a_reason_and_those_behind_it_are_told(
    office: TrialOffice, settings: KafkaSettings
) -> None:
    (one,) = live(office, 1)
    first, second = ids(office, settings, one)
    relay = Relay(office.store, settings, fat(wire_of(office.store, settings), second))
    catch_up(relay)
    office.do("Withdraw", "window", one, on="2025-03-04", reason="好了")
    catch_up(relay)
    relay.discard(one, "admin", "told by telephone")
    relay.close()
    third = ids(office, settings, one)[2]
    assert here(settings, one) == [first, third]
    assert relay.record is not None
    (kept,) = relay.record.discarded
    assert (kept.key, kept.topic, kept.actor, kept.reason) == (one, "cases", "admin", "told by telephone")
    (aside,) = set_aside(office.store.database)
    assert (aside.projection, aside.actor, aside.reason) == (
        f"relay/cases/{second}",
        "admin",
        "told by telephone",
    )
    assert aside.position == kept.position


def test_a_command_that_cant_be_mapped_holds_up_its_stream_and_the_keys_behind_it(
    office: TrialOffice, settings: KafkaSettings
) -> None:
    one, other = live(office, 2)
    _, second = ids(office, settings, one)
    right = wire_of(office.store, settings)
    relay = Relay(office.store, settings, failing(right, second))
    catch_up(relay)
    office.do("Withdraw", "window", one, on="2025-03-04", reason="好了")
    catch_up(relay)
    assert here(settings, one) == ids(office, settings, one)[:1]
    assert here(settings, other) == ids(office, settings, other)
    assert relay.record is not None
    (stuck,) = relay.record.stuck
    assert (stuck.key, stuck.type) == (f"stream:case:{one}", "Accepted")
    assert stuck.reason.startswith("ValueError relays.py:")
    assert set(relay.record.waiting) == {one, f"stream:case:{one}"}
    relay.retry(stuck.key)
    assert [each.key for each in relay.record.stuck] == [stuck.key]
    relay.close()
    mended = Relay(office.store, settings, right)
    mended.step()
    mended.retry(stuck.key)
    mended.close()
    check_told(office.store, settings)


def test_an_event_that_cant_be_read_holds_up_its_stream_and_no_other(
    office: TrialOffice, settings: KafkaSettings
) -> None:
    one, other = live(office, 2)
    run = office.store.database.connection.execute
    where = "WHERE stream = ? AND type = 'Accepted'"
    at, whole = run(f"SELECT position, payload FROM events {where}", (f"case:{one}",)).fetchone()
    run("UPDATE events SET payload = '{}' WHERE position = ?", (at,))
    relay = relay_of(office.store, settings, limit=4)
    catch_up(relay)
    assert relay.record is not None
    (stuck,) = relay.record.stuck
    assert (stuck.key, stuck.type, stuck.reason) == (f"stream:case:{one}", "Accepted", "event.payload")
    assert len(here(settings, one)) == 1
    assert here(settings, other) == ids(office, settings, other)
    assert [each.key for each in relay.retry(stuck.key).stuck] == [stuck.key]
    run("UPDATE events SET payload = ? WHERE position = ?", (whole, at))
    assert relay.retry(stuck.key).stuck == ()
    relay.close()
    check_told(office.store, settings)


def test_a_command_that_cant_be_mapped_is_discarded(office: TrialOffice, settings: KafkaSettings) -> None:
    (one,) = live(office, 1)
    first, second = ids(office, settings, one)
    relay = Relay(office.store, settings, failing(wire_of(office.store, settings), second))
    catch_up(relay)
    office.do("Withdraw", "window", one, on="2025-03-04", reason="好了")
    catch_up(relay)
    relay.discard(f"stream:case:{one}", "admin", "not for others")
    relay.close()
    assert here(settings, one) == [first, ids(office, settings, one)[2]]
    assert relay.record is not None
    assert (relay.record.stuck, relay.record.waiting) == ((), {})


def test_a_long_retry_keeps_the_lease(
    office: TrialOffice, settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read anew may take longer than a lease lasts; nobody comes in between."""
    (one,) = live(office, 1)
    wire = wire_of(office.store, settings)
    relay = Relay(office.store, settings, fat(wire, ids(office, settings, one)[0]))
    catch_up(relay)
    relay.close()
    let_pass(settings, "cases", 30_000)
    now = [micros()]
    people = Relay(office.store, settings, wire, who="people", now=lambda: now[0])
    other = Lease(office.store.database, "other", lambda: now[0])
    page = office.store.page

    def slowly(*asked: Any) -> Any:
        now[0] += LEASE // 2
        return page(*asked)

    monkeypatch.setattr(office.store, "page", slowly)
    monkeypatch.setattr(reader, "A_READ", 5)
    taken: list[bool] = []
    beat = people.lease.beat

    def looked(position: int) -> None:
        beat(position)
        taken.append(other.keep(0))

    monkeypatch.setattr(people.lease, "beat", looked)
    with people.lease.taken_over():
        people.retry(one)
    people.close()
    assert taken
    assert not any(taken)
    monkeypatch.undo()
    check_told(office.store, settings)


def test_each_key_waits_for_itself(office: TrialOffice, settings: KafkaSettings) -> None:
    cases = live(office, 4)
    wire = wire_of(office.store, settings)
    mapped = {case: ids(office, settings, case) for case in cases}
    large = [mapped[cases[0]][0], mapped[cases[1]][1], mapped[cases[2]][0], mapped[cases[2]][1]]
    relay = Relay(office.store, settings, fat(wire, *large), limit=11)
    catch_up(relay)
    assert relay.record is not None
    assert {one.key for one in relay.record.stuck} == set(cases[:3])
    assert [here(settings, case) for case in cases] == [[], mapped[cases[1]][:1], [], mapped[cases[3]]]
    relay.close()
    mended = Relay(office.store, settings, fat(wire, large[0]), limit=11)
    mended.step()
    mended.retry(cases[2])
    assert mended.record is not None
    assert {one.key for one in mended.record.stuck} == {cases[0], cases[1]}
    assert here(settings, cases[2]) == mapped[cases[2]]
    mended.retry(cases[1])
    mended.discard(cases[0], "admin", "once is enough")
    mended.close()
    found = by_key(told(settings))
    del mapped[cases[0]][0]
    assert {case: found["cases", case] for case in cases} == mapped


def test_what_was_told_can_no_longer_be_mapped(office: TrialOffice, settings: KafkaSettings) -> None:
    one, other = live(office, 2)
    wire = wire_of(office.store, settings)
    relay = Relay(office.store, settings, fat(wire, ids(office, settings, one)[0]))
    catch_up(relay)
    relay.close()
    broken = Relay(office.store, settings, failing(wire, ids(office, settings, other)[0]))
    broken.step()
    with pytest.raises(MappingChanged):
        broken.retry(one)
    broken.close()
    assert broken.record is not None
    assert [each.key for each in broken.record.stuck] == [one]


def twins(office: TrialOffice, settings: KafkaSettings) -> list[str]:
    """Ids of what one command tells under one topic and key."""
    awards.living(office, [person("m1", "1980-01-01", 1)], [], accepted="2025-04-03", area="rural")
    reader = Reader(office.store, wire_of(office.store, settings), KeptStates(office.store))
    for unit in reader.read(Point(), 10_000):
        same = by_key([one for one in map(seen_of, unit.messages) if one[0] == "cases"])
        for names in same.values():
            if len(names) > 2:
                return names
    raise AssertionError("no command tells so much")


def test_of_several_alike_in_a_command_only_those_refused_are_discarded(
    office: TrialOffice, settings: KafkaSettings
) -> None:
    names = twins(office, settings)
    wire = wire_of(office.store, settings)
    relay = Relay(office.store, settings, fat(wire, names[0], names[2]))
    catch_up(relay)
    assert relay.record is not None
    (stuck,) = relay.record.stuck
    assert stuck.id == names[0]
    relay.discard(stuck.key, "admin", "told by telephone")
    (again,) = relay.record.stuck
    assert (again.key, again.id, again.gone) == (stuck.key, names[2], (names[0],))
    relay.discard(stuck.key, "admin", "told by letter")
    relay.close()
    assert (relay.record.stuck, relay.record.waiting) == ((), {})
    assert [one.reason for one in relay.record.discarded] == ["told by telephone", "told by letter"]
    assert {one.reason for one in set_aside(office.store.database)} == {"told by telephone", "told by letter"}
    whole = by_key(list(map(seen_of, expected(office.store, settings))))["cases", stuck.key]
    assert here(settings, stuck.key) == [one for one in whole if one not in (names[0], names[2])]


def test_a_place_that_kafka_does_not_take_stops_the_relay_by_name(
    office: TrialOffice, settings: KafkaSettings
) -> None:
    (one,) = live(office, 1)
    wire = failing(wire_of(office.store, settings), ids(office, settings, one)[0])
    relay = Relay(office.store, settings, wire)
    catch_up(relay)
    assert relay.record is not None
    large = Relay(office.store, settings, wire)
    let_pass(settings, "positions", 100)
    live(office, 1, serial=60)
    relay.close()
    with pytest.raises(PlaceTooLarge) as stopped:
        large.step()
    large.close()
    assert stopped.value.params["count"] == len(relay.record.waiting)
    let_pass(settings, "positions", 100_000)
    catch_up(large)
    large.close()
