"""EN-3: a commit that takes longer than every timeout still reaches who follows, whatever any clock says."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from adapters.store import sqlite
from adapters.store.errors import StoreBusy
from tests.adapters.trials import commit, paid
from tests.cases import engine
from tests.faults.forks import Forks


class Ahead(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(hours=2)


def test_a_commit_held_longer_than_any_timeout_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    engine.new(url, trial=False).close()
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    ahead = engine.again(url)
    ahead.clock = Ahead()
    ahead.write(commit("first", ("case:1", paid(1))))
    forks = Forks("tests.cases.engine")
    flag = tmp_path / "held"
    held = forks.start(engine.hold, url, str(flag), "held", 1.0)
    engine.until_there(flag)
    assert engine.rest(ahead, 1) == []
    with pytest.raises(StoreBusy):
        ahead.write(commit("late", ("case:2", paid(2))))
    assert ahead.answer(commit("late").command) is None
    assert engine.rest(ahead, 1) == []
    assert held.wait() == 0
    forks.close()
    assert [one.command for one in engine.rest(ahead, 1)] == ["held", "held"]
    ahead.write(commit("late", ("case:2", paid(2))))
    times = [one.recorded_at for one in engine.rest(ahead, 0)]
    assert times == sorted(times)
    assert times[1] >= times[0]
