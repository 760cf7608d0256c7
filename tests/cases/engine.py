"""What the engine's cases share: stores of plain events, writers that are held up, processes that die on their way."""

import time
from pathlib import Path

from adapters.bootstrap import open_doudi
from adapters.projector import Projector
from adapters.store.open import init_store, open_store
from adapters.store.store import EventStore
from domain.office import StoreRestored
from tests.adapters.trials import EVENTS, Totals, commit, paid
from tests.faults.hooks import Armed, hooked
from tests.faults.life import Line, act
from workflows.ports import Recorded


def new(url: str, *, trial: bool = True) -> EventStore:
    return init_store(url, trial=trial, events=(*EVENTS, StoreRestored))


def again(url: str) -> EventStore:
    return open_store(url, events=(*EVENTS, StoreRestored))


def rest(store: EventStore, after: int, limit: int = 100) -> list[Recorded]:
    """All that one who follows the log is given after a position."""
    found: list[Recorded] = []
    while page := store.page(after, limit):
        found += page
        after = page[-1].position
    return found


def hold(url: str, flag: str, command: str, seconds: float) -> None:
    """In a process of its own: write a command whose transaction stays open so long after its insert."""
    store = again(url)

    def hook(point: str) -> bool:
        if point == "transaction.before-commit":
            Path(flag).touch()
            time.sleep(seconds)
        return False

    with hooked(hook), store.batch():
        store.write(commit(command, ("case:held", paid(1)), ("case:held", paid(2))))
    store.close()


def until_there(flag: Path) -> None:
    until = time.monotonic() + 20
    while not flag.exists():
        assert time.monotonic() < until
        time.sleep(0.002)


def project_and_die(url: str, size: int, point: str) -> None:
    """In a process of its own: let a projection take a page and be killed at a point of it."""
    store = again(url)
    with hooked(Armed(point=point, how="kill")):
        Projector(store, [Totals()]).step(size)


def totals(store: EventStore) -> dict[str, int]:
    projector = Projector(store, [Totals()])
    return {row["type"]: row["count"] for row in projector.rows("totals").select("totals")}


def say_and_pause(url: str, line: Line, point: str, seconds: float, flag: str) -> None:
    """In a process of its own: do a line, pausing once at a point."""
    paused = Path(flag)
    doudi = open_doudi(url)

    def hook(reached: str) -> bool:
        if reached == point and not paused.exists():
            paused.touch()
            time.sleep(seconds)
        return False

    with hooked(hook):
        act(doudi, line)
    doudi.close()
