"""The log read for Kafka: by a process of its own, from kept states, without what nobody is told."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from adapters.kafka.relay import AGAIN, Relay
from adapters.kafka.relaying import reader as reading_here
from adapters.kafka.relaying import reading as reading_apart
from adapters.kafka.relaying.errors import KafkaAhead, LogDiffers, ReaderFailed
from adapters.kafka.relaying.kept import KeptStates
from adapters.kafka.relaying.reader import Reader, Unit
from adapters.kafka.relaying.reading import ReadingProcess
from adapters.kafka.relaying.record import Point, point_at
from adapters.kafka.relaying.telling import wire_named, wire_of
from adapters.store.errors import StoreError, StoreFailed, Unreachable
from adapters.store.store import EventStore
from tests.faults.life import act, life
from tests.harness import TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.relays import check_told, live, make_topics
from tests.workflows import awards

SOURCE = "urn:doudi:test"


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    made = TrialOffice(tmp_path)
    awards.living(made, [person("m1", "1980-01-01", 1)], [], accepted="2025-04-03", area="rural")
    return made


@pytest.fixture
def apart(office: TrialOffice) -> Iterator[ReadingProcess]:
    process = ReadingProcess(office.url, SOURCE)
    yield process
    process.close()


def here(store: EventStore, every: int = 0) -> Reader:
    return Reader(store, wire_named(store, SOURCE), KeptStates(store), every)


def whole(store: EventStore, reader: Reader | ReadingProcess, limit: int = 40) -> list[Unit]:
    found: list[Unit] = []
    at = Point()
    while batch := reader.read(at, limit):
        found += batch
        at = batch[-1].point
        reader.ahead(at, limit)
    assert at.position == store.head()
    return found


def test_a_process_apart_reads_the_same(office: TrialOffice, apart: ReadingProcess) -> None:
    assert whole(office.store, apart) == whole(office.store, here(office.store))
    last = office.store.envelope(office.store.head())
    live(office, 1, serial=50)
    end = [unit for unit in whole(office.store, here(office.store)) if unit.first > last.position]
    assert [unit for unit in whole(office.store, apart) if unit.first > last.position] == end
    with pytest.raises(KafkaAhead):
        apart.read(Point(position=office.store.head() + 1), 10)
    with pytest.raises(LogDiffers):
        apart.read(Point(position=5, stream="case:1", version=1), 10)


def test_an_address_with_a_password_is_no_argument_that_all_on_the_machine_see() -> None:
    nowhere = ReadingProcess("postgresql://relay:secret@127.0.0.1:1/office", SOURCE)
    try:
        with pytest.raises(Unreachable):
            nowhere.read(Point(), 10)
        assert nowhere._process is not None
        seen = Path(f"/proc/{nowhere._process.pid}/cmdline").read_bytes()
        assert b"adapters.kafka.relaying.reading" in seen
        assert b"secret" not in seen
    finally:
        nowhere.close()


def test_what_lies_about_where_it_is_started_is_never_taken_for_a_library(
    office: TrialOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orjson.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    process = ReadingProcess(office.url, SOURCE)
    try:
        assert process.read(Point(), 10)
    finally:
        process.close()


def test_a_process_apart_that_died_is_started_anew(office: TrialOffice, apart: ReadingProcess) -> None:
    before = whole(office.store, apart)
    assert apart._process is not None
    apart._process.kill()
    with pytest.raises(StoreFailed):
        apart.read(Point(), 10)
    assert whole(office.store, apart) == before


def test_a_pipe_that_broke_with_words_in_it_is_a_matter_of_the_store(apart: ReadingProcess) -> None:
    assert apart.read(Point(), 10)
    assert apart._process is not None
    apart._process.kill()
    apart._process.wait()
    with pytest.raises(StoreFailed):
        apart.ahead(Point(), 10)


def test_what_isnt_of_the_store_stops_it_and_is_named_by_its_place(apart: ReadingProcess) -> None:
    with pytest.raises(ReaderFailed) as failed:
        apart.read("no place", 10)  # type: ignore[arg-type]
    assert str(failed.value.params["reason"]).startswith("AttributeError reader.py:")
    assert not isinstance(failed.value, AGAIN)
    assert apart.read(Point(), 10)


def test_what_the_store_refuses_when_it_is_opened_is_told(office: TrialOffice) -> None:
    nowhere = ReadingProcess("other:nowhere", SOURCE)
    try:
        with pytest.raises(StoreError) as failed:
            nowhere.read(Point(), 10)
        assert "reader-ended" not in str(failed.value.params)
    finally:
        nowhere.close()


def test_a_long_read_beats_the_while(
    office: TrialOffice, apart: ReadingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = point_at(office.store, office.store.head())
    beats = {"here": 0, "apart": 0}
    reader = here(office.store)
    for name, one in (("here", reader), ("apart", apart)):
        one.beat = lambda name=name: beats.update({name: beats[name] + 1})  # type: ignore[misc]
    monkeypatch.setattr(reading_apart, "_A_BEAT", 0.01)
    assert reader.read(end, 10) == apart.read(end, 10) == []
    assert min(beats.values()) > 0


def test_from_a_kept_state_the_same_is_read(office: TrialOffice) -> None:
    keeping = here(office.store, every=30)
    units = whole(office.store, keeping, limit=30)
    point, _ = KeptStates(office.store).begin(office.store.head(), lambda stream, after: [])
    assert 0 < point.position <= office.store.head()
    later = [unit for unit in units if unit.first > point.position]
    assert here(office.store).read(point) == later
    early = units[3].point
    assert here(office.store).read(early, 10_000) == units[4:]
    live(office, 2, serial=50)
    assert here(office.store).read(units[-1].point)


@pytest.mark.parametrize("name", ["J1", "J3", "J5"])
def test_what_isnt_decoded_changes_nothing_of_what_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    office = TrialOffice(tmp_path, today="2025-01-02")
    for line in life(name):
        act(office.doudi, line)
    partly = whole(office.store, here(office.store))
    monkeypatch.setattr(reading_here, "untold", None)
    assert whole(office.store, here(office.store)) == partly
    assert len([message for unit in partly for message in unit.messages]) > 5


def test_a_relay_that_reads_apart_tells_each_once(office: TrialOffice, topics: Topics) -> None:
    settings = make_topics(topics)
    reader = ReadingProcess(office.url, settings.source)
    relay = Relay(office.store, settings, wire_of(office.store, settings), reader=reader, limit=25)
    stop = Event()
    running = Thread(target=relay.run, args=(stop,))
    running.start()
    try:
        for serial in (100, 200, 300):
            live(office, 5, serial=serial)
            sleep(0.3)
            if serial == 200 and reader._process is not None:
                reader._process.kill()
        until = monotonic() + 30
        while relay.position < office.store.head() and monotonic() < until:
            sleep(0.05)
    finally:
        stop.set()
        running.join()
    assert relay.position == office.store.head()
    check_told(office.store, settings)


def test_a_state_that_passed_over_an_unreadable_event_is_kept_for_nobody(office: TrialOffice) -> None:
    """Another release may read it, and would go on without it."""
    keeping = here(office.store, every=1)
    (at,) = office.store.database.connection.execute(
        "SELECT max(position) FROM events WHERE type = 'ApplicationEntered'"
    ).fetchone()
    office.store.database.connection.execute("UPDATE events SET payload = '{}' WHERE position = ?", (at,))
    units = whole(office.store, keeping, limit=10)
    assert [unit.fault is not None for unit in units].count(True) >= 1
    point, _ = KeptStates(office.store).begin(office.store.head(), lambda stream, after: [])
    assert point.position < at


def test_a_newer_version_stops_the_relay_where_it_would_tell_of_it_and_nowhere_else(
    office: TrialOffice, apart: ReadingProcess
) -> None:
    """Passed over, it would never be told; what nobody is told of isn't looked at."""
    wanted = whole(office.store, here(office.store))
    run = office.store.database.connection.execute
    untold = "type IN ('FactsStated', 'ConsentGiven') AND actor <> 'clock'"
    assert run(f"UPDATE events SET type_version = 9 WHERE {untold}").rowcount > 1
    assert whole(office.store, here(office.store)) == wanted == whole(office.store, apart)
    run("UPDATE events SET type_version = 9 WHERE type = 'Accepted'")
    for reader in (here(office.store), apart):
        with pytest.raises(StoreError) as error:
            whole(office.store, reader)
        assert (error.value.code, error.value.params["type"]) == ("event.newer", "Accepted")
