"""Measuring by turns: what runs beside others on one machine is compared with what ran just before and after it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter

from adapters.group_commit import writer_into
from adapters.store.database import Database, Entry

EMMETT = Path(__file__).parent / "emmett"
Work = Callable[[], object]


def a_second(work: Work, seconds: float) -> float:
    """How often a second, over so many seconds."""
    begun = perf_counter()
    until, done = begun + seconds, 0
    while perf_counter() < until:
        work()
        done += 1
    return done / (perf_counter() - begun)


def by_turns(one: Work, other: Work, seconds: float, a_few: int = 20) -> float:
    """How many times as long the other takes, a few of each by turns."""
    spent = [0.0, 0.0]
    until = perf_counter() + seconds
    while perf_counter() < until:
        for at, work in enumerate((one, other)):
            begun = perf_counter()
            for _ in range(a_few):
                work()
            spent[at] += perf_counter() - begun
    return spent[1] / spent[0]


def callers(database: Database, entry: Callable[[], Entry], many: int, seconds: float) -> float:
    """Commands a second of so many threads whose commands share transactions."""
    done = [0] * many
    begun = perf_counter()
    with writer_into(database) as writer:

        def call(at: int) -> None:
            while perf_counter() < begun + seconds:
                writer.submit(entry())
                done[at] += 1

        threads = [Thread(target=call, args=(at,)) for at in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(done) / (perf_counter() - begun)


def told(what: str, ratios: list[float], wanted: float | None = None, unit: str = "") -> None:
    """Median, least and most; and what is wanted of the median."""
    low, high = min(ratios), max(ratios)
    aim = "" if wanted is None else f"; wanted: {wanted}"
    print(
        f"{what}: {median(ratios):.2f}{unit} ({low:.2f} to {high:.2f}, {len(ratios)} rounds by turns{aim})",
        flush=True,
    )


class Emmett:
    """A node process that appends events of the same size through Emmett (npm ci in bench/emmett)."""

    def __init__(self, place: str) -> None:
        self._node = subprocess.Popen(
            ["node", "append.mjs", place],
            cwd=EMMETT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def missing() -> str | None:
        """Why it can't be run here."""
        if shutil.which("node") is None:
            return "node isn't here"
        return None if (EMMETT / "node_modules").is_dir() else "npm ci in bench/emmett first"

    def a_second(self, seconds: float) -> float:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(f"{seconds}\n")
        self._node.stdin.flush()
        return float(self._node.stdout.readline())

    def close(self) -> None:
        assert self._node.stdin is not None
        self._node.stdin.close()
        self._node.wait()


def beside_emmett(place: str, ours: Work, rounds: int, seconds: float) -> None:
    """Prints how many appends of ours there are in the time of one of Emmett's."""
    if why := Emmett.missing():
        print(f"one client beside Emmett: not measured ({why})")
        return
    emmett = Emmett(place)
    try:
        ratios = [a_second(ours, seconds) / emmett.a_second(seconds) for _ in range(rounds)]
    finally:
        emmett.close()
    told("one client beside Emmett", ratios)
