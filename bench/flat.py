"""Whether a long log is slower than a short one: `python bench/flat.py [LARGEST] [--svg FILE]`, by default 10^6 events.

The median time of an append, of a case's replay and of a list page, over 400 cases anywhere in the log that were each
looked at before, by turns over stores of 10^4 events and ten times more each, in one process on SQLite. Logs are
filled by bulk load with a played year's bytes, each turn of its cases in a county of its own; 10^7 events need 13 GB of
disk. Then a case of 10,000 events replayed.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from math import log10
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.bootstrap import PROJECTIONS
from adapters.projector import Projector
from adapters.replay import recorded, replay
from adapters.rows import StoredRows
from adapters.store.store import EventStore
from bench.bulk import fill, template
from domain.ids import CaseNo, CommandId, DivisionCode
from projections.timeline import CASE, page_of_cases
from workflows.ports import Commit
from workflows.world import case_stream

SMALLEST, A_TURN, TURNS, A_PAGE, A_DESK, LONG = 10_000, 10, 40, 20, 400, 10_000
WANTED, WANTED_LONG = 1.5, 0.5
PAID = "SELECT DISTINCT stream FROM events WHERE type = 'MonthDrawn'"
Work = Callable[[], object]
numbers = count(1)


class Office:
    """A store of so many events, warm."""

    def __init__(self, folder: Path, events: int) -> None:
        self.store = template(folder)
        fill(self.store, events, apart=True)
        projector = Projector(self.store, [one for one in PROJECTIONS if one.name == "timeline"])
        projector.rebuild("timeline")
        self.rows: StoredRows = projector.rows("timeline")
        self._random = Random(1)
        found = self.store.database.connection.execute(
            f"SELECT case_no, division FROM read_{CASE}"
        ).fetchall()
        cases = [(CaseNo(case), DivisionCode(division)) for case, division in found]
        desk = self._random.sample(cases, min(A_DESK, len(cases)))
        self.written, self.cases = desk[::2], desk[1::2]

    def warm(self) -> None:
        """Look once at each case that is looked at or written to."""
        for case, division in (*self.written, *self.cases):
            replay(recorded(self.store, case))
            page_of_cases(self.rows, division[:9], A_PAGE)

    def append(self) -> None:
        case, division = self._random.choice(self.written)
        append(self.store, case, division)

    def replay(self) -> None:
        case, _ = self._random.choice(self.cases)
        replay(recorded(self.store, case))

    def page(self) -> None:
        _, division = self._random.choice(self.cases)
        assert page_of_cases(self.rows, division[:9], A_PAGE)


def append(store: EventStore, case: CaseNo, division: DivisionCode, kind: str = "", times: int = 1) -> None:
    """Once more what an event of the case says, by a command of its own."""
    stream = case_stream(case)
    before = store.load(stream)
    event = next((one.event for one in before if type(one.event).__name__ == kind), before[-1].event)
    store.write(
        Commit(
            command=CommandId(f"flat-{next(numbers)}"),
            digest=b"d" * 32,
            answer=b"{}",
            actor="staff-1",
            division=division,
            expected={stream: before[-1].version},
            events=[(stream, event)] * times,
        )
    )


def times(offices: list[Office]) -> dict[str, list[float]]:
    """Median seconds by what is done, in the order of the offices."""
    taken: dict[str, list[list[float]]] = {
        name: [[] for _ in offices] for name in ("append", "replay", "page")
    }
    for office in offices:
        office.warm()
    for turn in range(TURNS + 2):
        for name, by_office in taken.items():
            for office, seconds in zip(offices, by_office, strict=True):
                work: Work = getattr(office, name)
                for _ in range(A_TURN):
                    began = perf_counter()
                    work()
                    if turn > 1:
                        seconds.append(perf_counter() - began)
    return {name: [median(seconds) for seconds in by_office] for name, by_office in taken.items()}


def long_case(office: Office) -> float:
    """Seconds to replay a case of 10,000 events."""
    run = office.store.database.connection.execute
    paid = {stream.removeprefix("case:") for (stream,) in run(PAID).fetchall()}
    case, division = next(one for one in office.cases if one[0] in paid)
    append(office.store, case, division, "MonthDrawn", LONG)
    began = perf_counter()
    events = recorded(office.store, case)
    replay(events)
    assert len(events) > LONG
    return perf_counter() - began


NAMES = {"append": "append an event", "replay": "replay a case", "page": "a list page of 20"}
COLOURS = {"append": "#1b6ca8", "replay": "#b5541c", "page": "#3a7d34"}


def svg(sizes: list[int], found: dict[str, list[float]]) -> str:
    """Milliseconds over events, both by powers of ten."""
    width, height, left, below, over = 640, 360, 70, 50, 30
    all_ms = [seconds * 1000 for line in found.values() for seconds in line]
    low, high = int(log10(min(all_ms)) // 1), int(log10(max(all_ms)) // 1 + 1)

    def x(size: int) -> float:
        return left + (log10(size) - log10(sizes[0])) / max(log10(sizes[-1] / sizes[0]), 1) * (
            width - left - 170
        )

    def y(ms: float) -> float:
        return height - below - (log10(ms) - low) / (high - low) * (height - below - over)

    def lines() -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
            ' font-family="sans-serif" font-size="13">'
        )
        yield "<title>Median time of an append, a replay and a list page over the length of the log</title>"
        yield f'<rect width="{width}" height="{height}" fill="#fff"/>'
        for power in range(low, high + 1):
            at = y(10**power)
            yield f'<line x1="{left}" x2="{width - 170}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>'
            yield f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>'
        for size in sizes:
            yield f'<text x="{x(size):.1f}" y="{height - below + 20}" text-anchor="middle">{size:,}</text>'
        yield f'<text x="{left}" y="{height - 10}">events in the log</text>'
        for name, line in found.items():
            points = " ".join(
                f"{x(size):.1f},{y(seconds * 1000):.1f}" for size, seconds in zip(sizes, line, strict=True)
            )
            yield f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>'
            at = y(line[-1] * 1000)
            yield f'<text x="{width - 160}" y="{at + 4:.1f}" fill="{COLOURS[name]}">{NAMES[name]}</text>'
        yield "</svg>"

    return "\n".join(lines()) + "\n"


@contextmanager
def offices_of(sizes: list[int]) -> Iterator[list[Office]]:
    with TemporaryDirectory() as folder:
        made = []
        for size in sizes:
            place = Path(folder) / str(size)
            place.mkdir()
            began = perf_counter()
            made.append(Office(place, size))
            print(f"{size:,} events ready in {perf_counter() - began:.0f} s", flush=True)
        try:
            yield made
        finally:
            for office in made:
                office.store.close()


def measured(sizes: list[int]) -> tuple[dict[str, list[float]], float]:
    with offices_of(sizes) as offices:
        return times(offices), long_case(offices[0])


def main() -> None:
    wanted = ArgumentParser(description=__doc__)
    wanted.add_argument("largest", nargs="?", type=float, default=1e6)
    wanted.add_argument("--svg", type=Path)
    asked = wanted.parse_args()
    sizes = [SMALLEST]
    while sizes[-1] * 10 <= asked.largest:
        sizes.append(sizes[-1] * 10)
    found, long = measured(sizes)
    for name, line in found.items():
        said = ", ".join(f"{seconds * 1000:.2f}" for seconds in line)
        print(f"{NAMES[name]}: {said} ms; {line[-1] / line[0]:.2f} times (wanted: {WANTED})")
    print(f"a case of {LONG:,} events replayed in {long:.2f} s (wanted: {WANTED_LONG})")
    if asked.svg:
        asked.svg.write_text(svg(sizes, found), encoding="utf-8")


if __name__ == "__main__":
    main()
