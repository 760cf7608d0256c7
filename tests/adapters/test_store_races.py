"""Several writers at once, and writers that are killed."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import sleep

import pytest

from adapters.projector import Projector
from adapters.store.store import EventStore
from domain.ids import CommandId, StreamId
from tests.adapters.trials import Register, Totals, again, commit, fill, opened, paid, trial
from workflows.ports import CommandTaken, Conflict

ROOT = Path(__file__).resolve().parents[2]
RACERS = 16


@pytest.fixture
def store(folder: Path) -> EventStore:
    return trial(folder)


def race(work: Callable[[int, Callable[[], None]], None], seed: int) -> list[BaseException | None]:
    """Run it in sixteen threads, each pausing for a moment of its own between its statements."""
    outcomes: list[BaseException | None] = [None] * RACERS
    start = threading.Barrier(RACERS)

    def run(racer: int) -> None:
        random = Random(seed * 1000 + racer)
        start.wait()
        try:
            work(racer, lambda: sleep(random.choice((0, 0, 0.001, 0.003, 0.008))))
        except BaseException as error:
            outcomes[racer] = error

    threads = [threading.Thread(target=run, args=(racer,)) for racer in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("seed", range(4))
def test_of_sixteen_that_decide_on_the_same_version_one_wins(store: EventStore, seed: int) -> None:
    store.write(commit("first", ("case:1", opened())))

    def append(racer: int, pause: Callable[[], None]) -> None:
        pause()
        assert len(store.load(StreamId("case:1"))) >= 1
        pause()
        store.write(
            commit(f"c{racer}", (f"case:x{racer}", opened()), ("case:1", paid(racer)), expected={"case:1": 1})
        )

    outcomes = race(append, seed)
    assert outcomes.count(None) == 1
    assert {type(outcome) for outcome in outcomes if outcome} == {Conflict}
    winner = outcomes.index(None)
    assert [one.command for one in store.load(StreamId("case:1"))] == ["first", f"c{winner}"]
    assert store.head() == 3


@pytest.mark.parametrize("seed", range(2))
def test_those_that_load_and_decide_again_all_get_in(store: EventStore, seed: int) -> None:
    conflicts = Counter[int]()

    def append(racer: int, pause: Callable[[], None]) -> None:
        while True:
            version = len(store.load(StreamId("case:1")))
            pause()
            try:
                store.write(commit(f"c{racer}", ("case:1", paid(racer)), expected={"case:1": version}))
            except Conflict:
                conflicts[racer] += 1
            else:
                return

    assert race(append, seed) == [None] * RACERS
    assert [one.version for one in store.load(StreamId("case:1"))] == list(range(1, RACERS + 1))
    assert conflicts.total() > 0


def test_one_number_said_by_sixteen_first_applications_is_one_person(store: EventStore) -> None:
    def register(racer: int, pause: Callable[[], None]) -> None:
        known = store.person_of("110101194910010018")
        pause()
        if known is None:
            person = f"p-{racer}"
            numbers = (("110101194910010018", person),)
            store.write(commit(f"c{racer}", (f"person:{person}", opened("王", person)), numbers=numbers))

    outcomes = race(register, 1)
    people = {one.stream for one in store.page(0, 100)}
    assert people == {f"person:{store.person_of('110101194910010018')}"}
    assert store.head() == 1
    assert {type(outcome) for outcome in outcomes if outcome} <= {Conflict}


def test_one_command_said_by_sixteen_at_once_is_taken_once(store: EventStore) -> None:
    def say(racer: int, pause: Callable[[], None]) -> None:
        pause()
        if store.answer(CommandId("c")) is None:
            pause()
            store.write(commit("c", (f"case:{racer}", opened())))

    outcomes = race(say, 2)
    assert store.head() == 1
    assert {type(outcome) for outcome in outcomes if outcome} <= {CommandTaken}


def test_a_reader_never_passes_a_gap_and_sees_whole_commands(store: EventStore) -> None:
    seen: list[tuple[int, str]] = []
    faults: list[str] = []
    done = threading.Event()

    def read() -> None:
        after, last = 0, False
        while not last:
            last = done.is_set()
            while page := store.page(after, 1000):
                if [one.position for one in page] != list(range(after + 1, after + 1 + len(page))):
                    faults.append(f"a gap after {after}")
                after = page[-1].position
                seen.extend((one.position, one.command) for one in page)
                if Counter(one.command for one in page).most_common()[-1][1] != 3:
                    faults.append(f"a part of a command before {after}")

    def write(racer: int, pause: Callable[[], None]) -> None:
        for turn in range(6):
            stream = f"case:{racer}-{turn}"
            store.write(commit(f"c{racer}-{turn}", *[(stream, paid(at)) for at in range(3)]))
            pause()

    reader = threading.Thread(target=read)
    reader.start()
    assert race(write, 3) == [None] * RACERS
    done.set()
    reader.join()
    assert faults == []
    assert len(seen) == store.head() == RACERS * 6 * 3


def spawn(folder: Path, mark: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.adapters.writer", str(folder), mark]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_writers_killed_at_any_moment_leave_whole_batches(folder: Path) -> None:
    trial(folder).close()
    random = Random(5)
    acknowledged: list[str] = []
    for turn in range(6):
        writers = [spawn(folder, f"{turn}{letter}") for letter in "ab"]
        firsts = [writer.stdout.readline().strip() for writer in writers if writer.stdout]
        sleep(random.uniform(0, 0.08))
        for writer, first in zip(writers, firsts, strict=True):
            os.kill(writer.pid, signal.SIGKILL)
            rest, _ = writer.communicate()
            acknowledged += [first, *(line for line in rest.split("\n")[:-1] if line)]
            assert writer.returncode == -signal.SIGKILL

    store = again(folder)
    log = store.page(0, 10**6)
    assert [one.position for one in log] == list(range(1, store.head() + 1))
    ends: dict[str, int] = {}
    for one in log:
        assert one.version == ends.get(one.stream, 0) + 1
        ends[one.stream] = one.version

    stored = Counter(one.command for one in log)
    assert set(acknowledged) <= stored.keys()
    assert len(acknowledged) > 20
    batches: dict[str, list[str]] = {}
    for command, count in stored.items():
        mark, batch, _, size, events = command.split("-")
        assert count == int(events)
        assert store.answer(CommandId(command)) is not None
        batches.setdefault(f"{mark}-{batch}", []).append(size)
    for batch, sizes in batches.items():
        assert sizes == [str(len(sizes))] * len(sizes), batch
    commands = store.database.connection.execute("SELECT count(*) FROM commands").fetchone()[0]
    assert commands == len(stored)


PROJECTS = """
import sys
from pathlib import Path
from adapters.projector import Projector
from tests.adapters.trials import Register, Totals, again
projector = Projector(again(Path(sys.argv[1])), [Register(), Totals()])
print("ready", flush=True)
while projector.step(3):
    print("step", flush=True)
"""


def test_a_projector_killed_at_any_moment_loses_and_doubles_nothing(folder: Path) -> None:
    store = trial(folder)
    with store.batch():
        for number in range(60):
            stream = f"case:{number}"
            store.write(
                commit(f"c{number}", (stream, opened(village=f"v{number % 4}")), (stream, paid(number)))
            )
            store.write(commit(f"d{number}", *[(stream, paid(at)) for at in range(4)], expected={stream: 2}))
    random = Random(6)
    steps = 0
    for _ in range(4):
        command = [sys.executable, "-c", PROJECTS, str(folder)]
        worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert worker.stdout
        for _ in range(random.randint(2, 8)):
            worker.stdout.readline()
        sleep(random.uniform(0, 0.004))
        os.kill(worker.pid, signal.SIGKILL)
        steps += len(worker.communicate()[0].split())
        projector = Projector(store, [Register(), Totals()])
        assert projector.verify("register") == projector.verify("totals") == []
    assert 0 < projector.position("totals") < store.head()
    projector.catch_up()
    assert projector.verify("register") == projector.verify("totals") == []
    assert projector.rows("totals").get("totals", ("Paid",)) == {"type": "Paid", "count": 300}


def test_a_store_may_be_closed_while_others_read_it(store: EventStore) -> None:
    """Run in a process of its own it would end with a signal where a statement loses its connection."""
    fill(store, 20, 5)
    done = threading.Event()
    told: list[int] = []

    def read() -> None:
        while not done.is_set():
            told.append(len(store.page(0, 200)))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for _ in range(30):
        sleep(0.005)
        store.close()
    done.set()
    for reader in readers:
        reader.join()
    assert set(told) == {store.head()}
