"""The programs of docs/subscribers on a real broker, killed again and again: their lists are the register's."""

import json
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from adapters.backup import back_up
from adapters.kafka.relay import Relay
from adapters.kafka.relaying.adopt import adopt
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.subjects import number_of
from deploy.kafka.broker import Broker
from domain.days import Month
from tests.adapters.test_simulate_play import Place
from tests.harness import TrialOffice
from tests.journeys.test_told import registered
from tests.kafka.conftest import Topics, settings_of
from tests.kafka.outsiders import PAGES, java_program, node_program, python_program
from tests.kafka.reading import read_all
from tests.kafka.relays import catch_up, make_topics, relay_of, restored_office, tell_all
from tests.workflows.awards import plain

MONTHS = ("2025-01", "2025-06", "2025-12")
LANGUAGES: dict[str, Callable[[], list[str]]] = {
    "python": lambda: python_program(PAGES / "python" / "approvals.py"),
    "java": lambda: java_program("Approvals"),
    "node": lambda: node_program(PAGES / "node" / "approvals.mjs"),
}
KILLS = 12
MOST_LINES = 60


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("subscribers"), 3)
    yield place
    place.doudi.close()


@contextmanager
def telling(relay: Relay, pause: float) -> Iterator[Event]:
    """The year is told bit by bit meanwhile; set when all of it is."""
    done = Event()

    def work() -> None:
        while relay.step():
            time.sleep(pause)
        done.set()

    thread = Thread(target=work)
    thread.start()
    yield done
    thread.join()
    relay.close()
    assert done.is_set()


class Program:
    """A program that follows, and is killed."""

    def __init__(self, command: list[str], file: Path, settings: KafkaSettings) -> None:
        self.command, self.file, self.settings = command, file, settings
        self.killed = 0

    def start(self) -> None:
        follow = [*self.command, "follow", self.settings.bootstrap, str(self.file), self.settings.prefix]
        self.process = subprocess.Popen(follow, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        assert self.process.poll() is None, f"{self.command[0]} ended by itself"
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.killed += 1

    def listed(self, month: str) -> list[str]:
        if not self.file.exists():
            return []
        done = subprocess.run([*self.command, "list", str(self.file), month], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    def wait(self, wanted: dict[str, list[str]], seconds: float = 90) -> None:
        until = time.monotonic() + seconds
        while (found := {month: self.listed(month) for month in wanted}) != wanted:
            assert time.monotonic() < until, {month: len(found[month]) for month in wanted}
            time.sleep(0.5)


def register(place: Place) -> dict[str, list[str]]:
    months = [Month(one) for one in MONTHS]
    found = registered(place.doudi, place.doudi.store.head(), *months)
    return {month: sorted(one) for month, one in zip(MONTHS, found, strict=True)}


def test_each_language_keeps_the_register_whatever_becomes_of_it(
    place: Place, broker: Broker, tmp_path: Path
) -> None:
    settings = make_topics(Topics(settings_of(broker.address)))
    chance = random.Random(1)
    programs = [Program(made(), tmp_path / name, settings) for name, made in LANGUAGES.items()]
    for one in programs:
        one.start()
    with telling(relay_of(place.doudi.store, settings, limit=100), 0.1) as done:
        while not done.wait(0.1) or min(one.killed for one in programs) < 2:
            one = chance.choice(programs)
            before = one.file.stat().st_mtime_ns if one.file.exists() else 0
            until = time.monotonic() + 3
            while not done.is_set() and time.monotonic() < until:
                if one.file.exists() and one.file.stat().st_mtime_ns != before:
                    break
                time.sleep(0.01)
            one.kill()
            one.start()
    wanted = register(place)
    assert len(wanted["2025-06"]) > 30
    assert wanted["2025-01"] != wanted["2025-12"]
    for one in programs:
        one.wait(wanted)
        one.kill()


def letters(file: Path) -> list[tuple[str, str]]:
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as database:
        try:
            return database.execute("SELECT id, months FROM letters ORDER BY number").fetchall()
        except sqlite3.OperationalError:
            return []


def test_the_insurer_gets_each_letter_once_however_often_it_is_killed(
    place: Place, broker: Broker, tmp_path: Path
) -> None:
    """One partition, so that the order of all letters is known."""
    settings = make_topics(Topics(settings_of(broker.address)), partitions=1)
    chance = random.Random(2)
    one = Program(python_program(PAGES / "python" / "insured.py"), tmp_path / "insured.sqlite", settings)
    in_between = 0
    with telling(relay_of(place.doudi.store, settings, limit=60), 0.15) as done:
        while one.killed < KILLS or not done.is_set():
            one.start()
            before, until = len(letters(one.file)), time.monotonic() + 5
            while len(letters(one.file)) == before and time.monotonic() < until and not done.is_set():
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.1))
            one.kill()
            in_between += len(letters(one.file)) > before
    one.start()
    # Months that were over when a message was made aren't in it: only what comes last is to be known.
    one.wait({month: persons for month, persons in register(place).items() if month >= "2025-12"})
    one.kill()
    assert in_between >= KILLS // 2
    told = [
        (dict(record.headers)["ce_id"].decode(), spans(record.value))
        for record in read_all(settings, settings.topic("recipients"))
    ]
    assert letters(one.file) == told
    assert len(told) > 100


def spans(value: bytes | None) -> str:
    found = json.loads(value)["spans"] if value is not None else []
    return json.dumps([[span["from_month"], span.get("until_month")] for span in found])


@pytest.mark.parametrize("ending", ["py", "java", "mjs"])
def test_a_program_is_short(ending: str) -> None:
    found = [
        len(path.read_text(encoding="utf-8").splitlines())
        for path in PAGES.rglob(f"*.{ending}")
        if not {"node_modules", "target"} & set(path.parts)
    ]
    assert found
    assert max(found) < MOST_LINES


def test_an_exit_that_a_restored_office_tells_ends_what_the_one_before_approved(
    broker: Broker, tmp_path: Path
) -> None:
    settings = make_topics(Topics(settings_of(broker.address)))
    office = TrialOffice(tmp_path)
    case = plain(office)
    tell_all(office.store, settings).close()
    back_up(office.url, tmp_path / "backup")
    restored = restored_office(office, tmp_path)
    restored.do("RecordDeath", "handler", case, on="2025-06-05", member="m1", died="2025-06-04", source="V14")
    relay = relay_of(restored.store, settings)
    with relay.lease.taken_over():
        adopt(relay, "admin", "a disk was lost")
    catch_up(relay)
    relay.close()
    months = ("2025-06", "2025-08")
    found = registered(restored.doudi, restored.store.head(), *map(Month, months))
    wanted = {month: sorted(one) for month, one in zip(months, found, strict=True)}
    assert [len(one) for one in wanted.values()] == [3, 2]
    for name, made in LANGUAGES.items():
        one = Program(made(), tmp_path / name, settings)
        one.start()
        try:
            one.wait(wanted)
        finally:
            one.kill()


def test_who_may_know_identities_keeps_them_as_long_as_he_may(broker: Broker, tmp_path: Path) -> None:
    """He begins before anybody is told of, with the key that his own program made."""
    settings = make_topics(Topics(settings_of(broker.address)))
    office = TrialOffice(tmp_path)
    relay = relay_of(office.store, settings)
    command = python_program(PAGES / "python" / "identities.py")
    key, known = tmp_path / "private.jwk", tmp_path / "known.sqlite"
    made = subprocess.run([*command, "key", str(key)], capture_output=True, text=True, check=True)
    assert key.stat().st_mode & 0o077 == 0
    assert subprocess.run([*command, "key", str(key)], capture_output=True).returncode != 0
    follow = [*command, "follow", broker.address, str(known), str(key), "medical", settings.prefix]
    admission = {"name": "medical", "programmes": ["dibao"], "basis": "协议", "key": json.loads(made.stdout)}

    def listed() -> list[list[str]]:
        done = subprocess.run([*command, "list", str(known)], capture_output=True, text=True, check=True)
        return [line.split() for line in done.stdout.splitlines() if line]

    def wait(wanted: list[list[str]]) -> None:
        until = time.monotonic() + 60
        while (found := listed()) != wanted:
            assert time.monotonic() < until, found
            time.sleep(0.3)

    case = plain(office)
    persons = sorted(one.person for one in office.case(case).members.values())
    numbers = {one: number_of(office.store, one) for one in persons}
    assert all(numbers.values())
    following = subprocess.Popen(follow)
    try:
        office.do("AdmitSubscriber", "admin", division="110199", **admission)
        catch_up(relay)
        wait([[one, str(numbers[one])] for one in persons])
        following.kill()
        following.wait()
        office.do("Forget", "admin", person=persons[0], reason="F03")
        catch_up(relay)
        following = subprocess.Popen(follow)
        wait([[one, str(numbers[one])] for one in persons[1:]])
        office.do("EndSubscriber", "admin", division="110199", name="medical")
        catch_up(relay)
        wait([])
        assert not any(str(one).encode() in known.read_bytes() for one in numbers.values())
    finally:
        following.kill()
        following.wait()
        relay.close()
