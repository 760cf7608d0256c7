"""The long run, `script/faults`: faults by the thousand; `--write` puts their counts into docs/faults.md."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.faults import POINTS
from tests.cases.test_EN_9 import killed
from tests.cases.test_EN_31 import killed_at_each
from tests.faults.forks import Forks
from tests.faults.walk import Outcome, Walk, sample, undisturbed
from tests.places import STORES, available, place_of
from tests.simulation.world import Simulation

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
JOURNEYS = ("J1", "J3", "J5")
HOWS = ("raise", "kill", "repeat")


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="doudi-faults-") as name:
        yield Path(name)


def walks(kind: str, most: int, seed: int) -> Outcome:
    """Each journey through so many faults at most."""
    total = Outcome()
    forks = Forks("tests.faults.walk")
    for journey in JOURNEYS:
        with folder() as place:
            new = place_of(kind, place)
            calm = undisturbed(new(), place, journey)
            walk = Walk(new(), place, calm, forks)
            outcome = walk.go(sample(calm.possible(), most, seed))
            walk.close()
        say(f"{kind} {journey}: {outcome.count} faults, {len(outcome.wrong)} wrong")
        for one in outcome.wrong[:20]:
            say(f"  {one}")
        total.points += outcome.points
        total.kinds += outcome.kinds
        total.passed_by += outcome.passed_by
        total.wrong += outcome.wrong
    forks.close()
    return total


def page(
    outcomes: dict[str, Outcome], deaths: dict[str, int], lives: dict[str, tuple[int, int]], said: str
) -> str:
    rows = [
        "# Faults that were set off",
        "",
        "Three journeys (J1, J3, J5) are lived through faults: at each command and process, at each point on its path,"
        " once by an exception, once by `kill -9`, and once by saying again where that has a meaning. After each fault"
        " the log must be a beginning of the log that the same life leaves undisturbed, event by event, and `doudi"
        " check` must find nothing; then the command is said again and must get the answer it gets undisturbed. In the"
        " end events, commands, answers, keys and index must be the same. (Counts of deadline steps in a tick's answer"
        " are left out: a tick that is said again counts what it still found to do.)",
        "",
        f"`script/faults {said}` makes this page; the test suite takes a sample of a hundred.",
        "",
        "|  | " + " | ".join(outcomes) + " |",
        "|---|" + "---:|" * len(outcomes),
    ]
    for title, value in (
        ("faults set off", lambda one: one.count),
        ("kinds of command and process", lambda one: len(one.kinds)),
        ("lost, doubled, differing or found by check", lambda one: len(one.wrong)),
    ):
        rows.append(f"| {title} | " + " | ".join(f"{value(one):,}" for one in outcomes.values()) + " |")
    rows.append(
        "| a projector killed between rows and position (EN-9) | " + _row(deaths, "EN-9", outcomes) + " |"
    )
    rows.append(
        "| a tick killed at each of its statements (EN-31) | " + _row(deaths, "EN-31", outcomes) + " |"
    )
    rows.append(
        "| simulated offices (seeds), processes that crashed in them | "
        + " | ".join("{} ({:,})".format(*lives[kind]) if kind in lives else "–" for kind in outcomes)
        + " |"
    )
    rows += ["", "## By point", "", "| point | what is true there | " + " | ".join(HOWS) + " |"]
    rows.append("|---|---|" + "---:|" * len(HOWS))
    points: Counter[tuple[str, str]] = Counter()
    kinds: Counter[str] = Counter()
    for one in outcomes.values():
        points += one.points
        kinds += one.kinds
    for point, truth in POINTS.items():
        if any(points[point, how] for how in HOWS):
            counts = " | ".join(str(points[point, how] or "") for how in HOWS)
            rows.append(f"| `{point}` | {truth} | {counts} |")
    rows += [
        "",
        "Points of groups, of forgetting, of backups and copies, and of the inbox have tests of their own.",
        "",
        "## By command and process",
        "",
    ]
    rows.append(", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) + ".")
    return "\n".join(rows) + "\n"


def _row(deaths: dict[str, int], name: str, outcomes: dict[str, Outcome]) -> str:
    counts = [deaths.get(f"{kind} {name}") for kind in outcomes]
    return " | ".join("–" if count is None else f"{count:,}" for count in counts)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/faults", description=__doc__)
    parser.add_argument("--most", type=int, default=10_000, help="faults of each journey at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deaths", type=int, default=1_000, help="of a projector between rows and position")
    parser.add_argument("--lives", type=int, default=40, help="simulated offices")
    parser.add_argument("--part", type=int, default=5, help="on PostgreSQL a fifth of it, or another part")
    parser.add_argument("--write", action="store_true", help="write docs/faults.md")
    asked = parser.parse_args()
    outcomes: dict[str, Outcome] = {}
    deaths: dict[str, int] = {}
    lives: dict[str, tuple[int, int]] = {}
    wrong: list[object] = []
    for kind in filter(available, STORES):
        part = 1 if kind == "sqlite" else asked.part
        outcomes[kind] = walks(kind, asked.most // part, asked.seed)
        wrong += outcomes[kind].wrong
        with folder() as place:
            killed(place_of(kind, place)(), asked.deaths // part)
            deaths[f"{kind} EN-9"] = asked.deaths // part
        say(f"{kind}: a projector killed {asked.deaths // part} times")
        if kind == "sqlite":
            with folder() as place:
                deaths["sqlite EN-31"] = killed_at_each(place, again=True)
            say(f"{kind}: a tick killed {deaths['sqlite EN-31']} times")
            crashes = 0
            for seed in range(1_000, 1_000 + asked.lives):
                with folder() as place:
                    simulation = Simulation(place, seed)
                    simulation.run(600)
                    found = simulation.wrong()
                    simulation.close()
                crashes += simulation.crashes
                wrong += [(seed, one) for one in found]
            lives[kind] = (asked.lives, crashes)
            say(f"{kind}: {asked.lives} simulated offices, {crashes} crashes")
    text = page(outcomes, deaths, lives, " ".join(sys.argv[1:]))
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        say(text)
    for one in wrong[:50]:
        say(f"wrong: {one}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
