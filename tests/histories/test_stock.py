"""The checker finds what the stock recorder loses by its functions: who follows passes over what commits late."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.faults.forks import Forks
from tests.histories import stock
from tests.histories.history import Verdict, judge, read_logs

WRITERS = 6
ROUNDS = 5
"""Each alone finds it nearly always; all five together do."""


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks("tests.histories.stock")
    yield forks
    forks.close()


def lived(forks: Forks, folder: Path, functions: bool, seconds: float) -> Verdict:
    """What six writers and a follower of the stock recorder were told."""
    folder.mkdir()
    server, name = postgres.server(), postgres.name_of(folder)
    server.database(name)
    where = {"dbname": name, "host": str(server.folder), "port": "5432", "user": "doudi", "password": ""}
    stock.recorder(where, functions, create=True)
    writers = [
        forks.start(stock.write, where, functions, str(folder), number, seconds)
        for number in range(1, WRITERS + 1)
    ]
    follower = forks.start(stock.follow, where, functions, str(folder), 1, seconds)
    assert [child.wait() for child in (*writers, follower)] == [0] * (WRITERS + 1)
    assert forks.run(stock.follow, where, functions, str(folder), 1, 0.0) == 0
    assert forks.run(stock.read_all, where, functions, str(folder), WRITERS) == 0
    history = read_logs(folder.glob("*.jsonl"))
    assert history.outcomes("ok") > 20
    return judge(history)


def test_the_stock_recorder_with_functions_loses_events_for_who_follows(tmp_path: Path, forks: Forks) -> None:
    for round_ in range(ROUNDS):
        verdict = lived(forks, tmp_path / str(round_), functions=True, seconds=2)
        assert verdict.lost == verdict.doubled == verdict.prefix == verdict.risen == verdict.torn == []
        if verdict.missed:
            return
    pytest.fail("nothing was missed: the checker, or the recorder, is not what it was")


def test_the_stock_recorder_that_locks_its_table_loses_none(tmp_path: Path, forks: Forks) -> None:
    assert lived(forks, tmp_path / "locked", functions=False, seconds=2).all() == []
