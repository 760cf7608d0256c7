"""A played year through commands into SQLite, against inserting the same bytes raw; then a register and a replay.

`python bench/simulate.py [--report D] [--year 2025] [--seed 1] [--out FILE]`: JSON, seconds unless named otherwise.
"""

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.bootstrap import Doudi, open_doudi
from adapters.replay import recorded, replay
from adapters.report.grammar import shipped_figures
from adapters.simulate.play import play
from adapters.simulate.solve import solve
from domain.days import CHINA
from domain.ids import CaseNo, DivisionCode
from projections.register import as_of

T = TypeVar("T")
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "temp_store=MEMORY")
REPLAYED = 200


def timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = perf_counter()
    found = work()
    return perf_counter() - begun, found


def busy(work: Callable[[], T]) -> tuple[dict[str, float], T]:
    """Seconds passed, and seconds of a processor: the second says more where others work beside."""
    used = process_time()
    seconds, found = timed(work)
    return {"seconds": round(seconds, 2), "cpu_seconds": round(process_time() - used, 2)}, found


def raw(source: Path, copy: Path) -> dict[str, Any]:
    """The rows of the log and of its commands into empty tables of the same form, a day a transaction."""
    log = sqlite3.connect(source)
    events = log.execute("SELECT * FROM events ORDER BY position").fetchall()
    columns = [row[1] for row in log.execute("PRAGMA table_info(events)")]
    commands = log.execute("SELECT * FROM commands WHERE last IS NOT NULL ORDER BY last").fetchall()
    tables = log.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name IN ('events', 'commands') AND sql <> ''"
    )
    connection = sqlite3.connect(copy, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    for (statement,) in tables.fetchall():
        connection.execute(statement)
    at = columns.index("recorded_at")
    days = [list(rows) for _, rows in groupby(events, key=itemgetter(at))]
    taken, _ = busy(lambda: _insert(connection, days, commands))
    payload = columns.index("payload")
    return {
        **taken,
        "transactions": len(days),
        "payload_bytes": sum(len(row[payload]) for row in events),
        "events_per_second": round(len(events) / taken["seconds"]),
    }


def _insert(
    connection: sqlite3.Connection, days: Sequence[Sequence[Any]], commands: Sequence[Sequence[Any]]
) -> None:
    done = 0
    for rows in days:
        last = rows[-1][0]
        upto = done
        while upto < len(commands) and commands[upto][-1] <= last:
            upto += 1
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO events VALUES ({','.join('?' * len(rows[0]))})", rows)
        connection.executemany(
            f"INSERT INTO commands VALUES ({','.join('?' * len(commands[0]))})", commands[done:upto]
        )
        connection.execute("COMMIT")
        done = upto


def reads(doudi: Doudi, county: DivisionCode, year: int) -> dict[str, Any]:
    """Projections caught up once; then a register as of a day, as known now and as known half a year before."""
    day = datetime(year, 12, 31, tzinfo=CHINA).date()
    folded, _ = busy(doudi.projector.catch_up)
    rows = doudi.projector.rows("register")
    now, found = timed(lambda: list(as_of(rows, county, day, None)))
    earlier = doudi.store.known_at(datetime(year, 6, 30, 23, tzinfo=CHINA))
    then, _ = timed(lambda: list(as_of(doudi.projector.fold_until("register", earlier), county, day, None)))
    return {
        "all_projections_folded": folded,
        "register_as_of": round(now, 3),
        "register_households": len(found),
        "register_as_known_half_a_year_before": round(then, 2),
    }


def replays(doudi: Doudi) -> dict[str, Any]:
    """Cases told again, each decision decided once more: every so manieth of all."""
    found = doudi.store.database.connection.execute(
        "SELECT DISTINCT stream FROM events WHERE type = 'ApplicationEntered' ORDER BY stream"
    ).fetchall()
    chosen = [stream.partition(":")[2] for (stream,) in found][:: max(1, len(found) // REPLAYED)]
    taken = []
    for case in chosen:
        seconds, again = timed(lambda case=case: replay(recorded(doudi.store, CaseNo(case))))  # type: ignore[misc]
        assert again.same, case
        taken.append(seconds * 1000)
    return {
        "cases": len(chosen),
        "median_ms": round(median(taken), 2),
        "slowest_ms": round(max(taken), 2),
    }


def measured(report: str, year: int, seed: int, folder: Path) -> dict[str, Any]:
    file = folder / "office.sqlite"
    planned, plan = timed(lambda: solve(shipped_figures(), report, year, seed))
    taken, played = busy(lambda: play(plan, f"sqlite:///{file}"))
    plain = raw(file, folder / "raw.sqlite")
    doudi = open_doudi(f"sqlite:///{file}")
    try:
        return {
            "report": report,
            "year": year,
            "seed": seed,
            "planned": round(planned, 2),
            "played": {
                **taken,
                "cases": played.cases,
                "commands": played.commands,
                "events": played.events,
                "events_per_second": round(played.events / taken["seconds"]),
                "file_bytes": file.stat().st_size,
            },
            "raw": plain,
            "times_the_raw_seconds": round(taken["seconds"] / plain["seconds"], 1),
            "reads": reads(doudi, plan.place.county, year),
            "replay": replays(doudi),
        }
    finally:
        doudi.close()


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--report", default="D")
    wanted.add_argument("--year", type=int, default=2025)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--out", type=Path)
    asked = wanted.parse_args()
    with TemporaryDirectory() as folder:
        found = measured(asked.report, asked.year, asked.seed, Path(folder))
    text = json.dumps(found, indent=2)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
