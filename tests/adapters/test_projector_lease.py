"""One runs a projection, others stand by; who was overtaken can't write; stalled differs from nothing to do."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from adapters.faults import Fault
from adapters.projecting.lease import BEAT, LEASE, STILL, is_gone, take_leases, whoami
from adapters.projecting.worker import Worker
from adapters.projector import Projector, WrongLog
from adapters.store.sqlite import SQLiteDatabase
from adapters.store.store import EventStore
from tests.adapters.trials import DAY, Closed, Register, Totals, again, commit, fill, opened, paid, trial
from tests.faults.hooks import Armed, hooked

ROOT = Path(__file__).parents[2]


class Hands:
    """A clock for leases that is set by hand."""

    def __init__(self) -> None:
        self.time = 1_000_000_000

    def __call__(self) -> int:
        return self.time

    def pass_(self, micros: int) -> None:
        self.time += micros


@pytest.fixture
def store(folder: Path) -> EventStore:
    return trial(folder)


def test_others_stand_by_until_the_lease_is_over(store: EventStore) -> None:
    now = Hands()
    fill(store, 4, 1)
    one = Worker(Projector(store, [Totals()], now=now))
    two = Worker(Projector(store, [Totals()], now=now))
    assert one.step() == 9
    fill(store, 2, 1, mark="b-")
    assert two.step() == 0
    assert (one.holds, two.holds) == ({"totals"}, set())
    now.pass_(BEAT)
    assert two.step() == 0
    assert one.step() == 5
    now.pass_(LEASE - 1)
    fill(store, 1, 1, mark="c-")
    assert two.step() == 0
    now.pass_(BEAT)
    assert two.step() == 3
    assert two.holds == {"totals"}
    fill(store, 1, 1, mark="d-")
    assert one.step() == 0
    assert one.holds == set()
    two.leave()
    now.pass_(BEAT)
    assert one.step() == 3
    assert Projector(store, [Totals()]).verify("totals") == []


def test_a_worker_paused_past_its_lease_cannot_write_en41(store: EventStore) -> None:
    now = Hands()
    fill(store, 5, 2)
    paused, other = (Worker(Projector(store, [Register(), Totals()], now=now)) for _ in range(2))
    paused.step()
    fill(store, 3, 1, mark="b-")
    overtaken: list[int] = []

    def while_paused(point: str) -> bool:
        if point == "project.page" and not overtaken:
            overtaken.append(0)
            now.pass_(LEASE + BEAT)
            overtaken[0] = other.step()
        return False

    tokens = {name: place.token for name, place in Projector(store, [Totals()]).places().items()}
    with hooked(while_paused):
        paused.step()
    assert overtaken == [7]
    projector = Projector(store, [Register(), Totals()])
    assert projector.places()["totals"].token > tokens["totals"]
    assert projector.verify("register") == projector.verify("totals") == []
    assert projector.position("totals") == store.head()
    fill(store, 1, 1, mark="c-")
    assert paused.step() == 0
    assert other.step() == 3
    assert projector.verify("totals") == []


def test_one_bad_item_in_a_batch_strands_nobody_else_en41(store: EventStore) -> None:
    for number in range(10):
        store.write(commit(f"c{number}", (f"case:{number}", opened()), (f"case:{number}", paid(number))))
    projector = Projector(store, [Totals(poison=2)])
    projector.catch_up()
    assert projector.rows("totals").get("totals", ("Paid",)) == {"type": "Paid", "count": 9}
    assert [one.stream for one in projector.parked()] == ["case:2"]


def test_a_read_waits_for_who_runs_it_and_then_takes_over(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 3, 1)
    running, reading = Projector(store, [Totals()]), Projector(store, [Totals()])
    worker = Worker(running)
    worker.step()
    fill(store, 3, 1, mark="b-")
    thread = Thread(target=lambda: (sleep(0.1), worker.step()))
    thread.start()
    began = monotonic()
    assert reading.catch_up() == 0
    assert monotonic() - began > 0.05
    thread.join()
    assert reading.position("totals") == store.head()
    fill(store, 1, 1, mark="c-")
    monkeypatch.setattr("adapters.projector.LEASE", 100_000)
    assert reading.catch_up() == 3


def test_a_read_does_not_wait_for_a_holder_that_is_stopped(store: EventStore) -> None:
    fill(store, 3, 1)
    worker = Worker(Projector(store, [Totals()]))
    worker.step()
    store.database.connection.execute("UPDATE projections SET stream_version = 77")
    fill(store, 1, 1, mark="b-")
    worker.step()
    worker.beat()
    began = monotonic()
    with pytest.raises(WrongLog):
        Projector(store, [Totals()]).catch_up()
    assert monotonic() - began < 5


def test_nobody_waits_for_a_process_that_is_no_more(store: EventStore) -> None:
    fill(store, 2, 1)
    gone = subprocess.run(
        [sys.executable, "-c", "from adapters.projecting.lease import whoami; print(whoami())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert is_gone(gone)
    assert not is_gone(whoami())
    assert not is_gone("elsewhere 1 abc")
    projector = Projector(store, [Totals()])
    take_leases(store.database, gone, {"totals": (0, "")}, projector.now())
    assert [one.state for one in projector.status()] == ["stalled"]
    assert projector.catch_up() == 5


def test_status_tells_stalled_from_nothing_to_do(store: EventStore) -> None:
    now = Hands()
    projector = Projector(store, [Totals()], now=now)
    worker = Worker(projector)

    def state() -> str:
        (one,) = Projector(store, [Totals()], now=now).status()
        return one.state

    fill(store, 2, 1)
    assert state() == "waiting"
    worker.step()
    assert state() == "idle"
    now.pass_(LEASE - 1)
    assert state() == "idle"
    store.write(commit("x", ("case:x", opened())))
    assert state() == "working"
    for _ in range(STILL // BEAT + 2):
        now.pass_(BEAT)
        worker.beat()
    assert state() == "stalled"
    worker.step()
    worker.beat()
    assert state() == "idle"
    (one,) = projector.status()
    assert one.beat == now.time
    worker.leave()
    assert state() == "current"


def test_a_worker_is_woken_by_a_commit(store: EventStore) -> None:
    worker, stop = Worker(Projector(store, [Totals()])), Event()
    thread = Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        for turn in range(3):
            fill(store, 1, 1, mark=f"{turn}-")
            until = monotonic() + 5
            while Projector(store, [Totals()]).position("totals") < store.head() and monotonic() < until:
                sleep(0.01)
            assert Projector(store, [Totals()]).position("totals") == store.head()
    finally:
        stop.set()
        thread.join()
    assert [one.holder for one in Projector(store, [Totals()]).status()] == [None]


def test_the_standing_check_compares_one_projection_after_another(store: EventStore) -> None:
    now = Hands()
    told: list[tuple[str, int]] = []
    worker = Worker(
        Projector(store, [Register(), Totals()], now=now),
        10 * BEAT,
        lambda name, found: told.append((name, len(found))),
    )
    fill(store, 4, 1)
    worker.step()
    worker.verify_in_turn()
    assert told == []
    store.database.connection.execute("UPDATE read_totals SET count = 9 WHERE type = 'Paid'")
    for _ in range(3):
        now.pass_(10 * BEAT)
        worker.step()
        worker.verify_in_turn()
        worker.verify_in_turn()
    assert told == [("register", 0), ("totals", 1), ("register", 0)]


WORKS = """
import sys
from pathlib import Path
from threading import Event
from adapters.projecting import lease, worker
lease.LEASE, worker.BEAT = 200_000, 50_000
from adapters.projector import Projector
from tests.adapters.trials import Register, Totals, again
projector = Projector(again(Path(sys.argv[1])), [Register(), Totals()])
runs = worker.Worker(projector)
print("ready", flush=True)
while True:
    if not runs.step():
        projector.store.wait(projector.store.head(), 0.02)
"""


def test_processes_stopped_for_twice_their_lease_lose_and_double_nothing_en41(folder: Path) -> None:
    store = trial(folder)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKS, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    random = Random(41)
    try:
        for worker in workers:
            assert worker.stdout
            worker.stdout.readline()
        for turn in range(3):
            paused = workers[turn % 2]
            fill(store, 20, 2, mark=f"{turn}-")
            sleep(random.uniform(0.005, 0.03))
            os.kill(paused.pid, signal.SIGSTOP)
            sleep(0.45)
            os.kill(paused.pid, signal.SIGCONT)
        until = monotonic() + 10
        projector = Projector(store, [Register(), Totals()])
        while min(place.position for place in projector.places().values()) < store.head():
            assert monotonic() < until
            sleep(0.05)
    finally:
        for worker in workers:
            os.kill(worker.pid, signal.SIGCONT)
            worker.kill()
            worker.communicate()
    assert projector.verify("register") == projector.verify("totals") == []


def test_broken_a_thousand_times_between_rows_and_position_nothing_is_lost_en9(store: EventStore) -> None:
    store.write(commit("all", ("case:1", opened()), *(("case:1", paid(one)) for one in range(1, 500))))
    broken, times = 0, 1000 if isinstance(store.database, SQLiteDatabase) else 200
    projector = Projector(store, [Totals()])
    for turn in range(times):
        with hooked(Armed(point="project.rows" if turn % 2 else "project.placed", how="raise")):
            with pytest.raises(Fault):
                projector.step(1)
            broken += 1
        if turn % 2:
            projector.step(1)
        if turn % 100 == 99:
            projector = Projector(store, [Totals()])
    assert broken == times
    assert projector.position("totals") == times // 2
    assert projector.verify("totals") == []


def test_a_rare_type_moves_the_place_on_over_all_others_en7(store: EventStore) -> None:
    class Rare(Totals):
        def apply(self, seen: object, rows: object) -> None:
            if isinstance(seen.event, Closed):  # type: ignore[attr-defined]
                super().apply(seen, rows)  # type: ignore[arg-type]

    store.write(commit("all", ("case:1", opened()), *(("case:1", paid(one)) for one in range(1, 3000))))
    projector = Projector(store, [Rare()])
    projector.catch_up()
    assert projector.position("totals") == store.head()
    store.write(commit("last", ("case:2", Closed(on=DAY))))
    began = monotonic()
    assert Projector(store, [Rare()]).catch_up() == 1
    assert monotonic() - began < 1
    assert projector.rows("totals").get("totals", ("Closed",)) == {"type": "Closed", "count": 1}


def test_events_of_one_transaction_are_taken_page_by_page_from_anywhere_en11(folder: Path) -> None:
    store = trial(folder)
    events = [("case:1", opened()), *(("case:1", paid(number)) for number in range(1, 2000))]
    store.write(commit("all", *events))
    random = Random(11)
    while True:
        projector = Projector(store, [Totals()])
        for _ in range(random.randint(1, 60)):
            took = projector.step(7)
        if not took:
            break
        if random.random() < 0.2:
            store.close()
            store = again(folder)
    assert projector.rows("totals").get("totals", ("Paid",)) == {"type": "Paid", "count": 1999}
    assert projector.position("totals") == 2000
