"""What the measurements in bench/ promise, with a margin that holds on a busy machine."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from adapters.store.database import Database, Entry
from adapters.store.recorder import LogApplicationRecorder
from adapters.store.sqlite import SQLiteDatabase
from bench import append_postgres, append_sqlite, flat
from bench.turns import a_second, by_turns, callers
from tests.postgres import REMEDY, Server, binary

SECONDS = 0.6


def test_one_client_on_postgresql_is_faster_than_the_stock_recorder_and_sixteen_callers_than_one() -> None:
    if binary("initdb") is None:
        pytest.skip(REMEDY)
    server = Server()
    try:
        database, stock = append_postgres.begun(server)
        ours = LogApplicationRecorder(database)
        ratios = [
            by_turns(
                lambda: append_postgres.insert(ours),
                lambda: append_postgres.insert_stock(stock),
                SECONDS,
                5,
            )
            for _ in range(3)
        ]
        assert median(ratios) > 1.1
        assert together(database, append_postgres.entry) > 1.5
    finally:
        server.stop()


def test_sixteen_callers_on_sqlite_are_faster_than_one(tmp_path: Path) -> None:
    database = SQLiteDatabase(tmp_path / "log.db")
    database.migrate()
    assert together(database, append_sqlite.entry) > 1.5


def together(database: Database, entry: Callable[[], Entry]) -> float:
    """How many commands of sixteen callers there are in the time of one client's."""
    ratios = []
    for _ in range(3):
        alone = a_second(lambda: database.append(entry()), SECONDS)
        ratios.append(callers(database, entry, 16, SECONDS) / alone)
    return median(ratios)


@pytest.mark.soak
def test_ten_times_as_many_events_are_not_felt() -> None:
    found, long = flat.measured([10_000, 100_000])
    assert {name: line for name, line in found.items() if line[1] > 2 * line[0]} == {}
    assert long < 2
    assert flat.svg([10_000, 100_000], found).count("<polyline") == 3
