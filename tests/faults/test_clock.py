"""A clock that steps: order and positions don't depend on it, and what was recorded never goes back."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from adapters.clock import SystemClock
from adapters.projector import Projector
from tests.adapters.trials import Totals, commit, paid
from tests.cases import engine
from tests.places import Place, place

__all__ = ["place"]

STEPS = (-40_000_000, -7_200, -1, -0.001, 0, 0, 0, 0.5, 3_600, 40_000_000)
"""Seconds: a year and more, two hours as at a wrong zone, what a time server corrects."""


class Stepping(SystemClock):
    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.mark.parametrize("seed", range(3))
def test_a_stepping_clock_moves_neither_order_nor_the_past(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv("DOUDI_MASTER_KEY", f"file:{tmp_path}/master")
    url = place()
    random = Random(seed)
    stores = [engine.new(url, trial=False), engine.again(url)]
    clocks = [Stepping(), Stepping()]
    for store, clock in zip(stores, clocks, strict=True):
        store.clock = clock
    projector = Projector(stores[0], [Totals()])
    instants: list[datetime] = []
    for number in range(60):
        at = random.randrange(2)
        clocks[at].ahead = timedelta(seconds=random.choice(STEPS))
        stores[at].write(
            commit(
                f"c{number}",
                (f"case:{number % 5}", paid(number)),
                expected={f"case:{number % 5}": number // 5},
            )
        )
        latest = stores[1 - at].last_recorded_at()
        assert latest is not None
        now = max(clocks[at].now(), latest)
        instants.append(latest)
        assert stores[1 - at].known_at(now) == number + 1
        if random.random() < 0.3:
            projector.step(random.randint(1, 5))
    log = engine.rest(stores[0], 0)
    assert [one.position for one in log] == list(range(1, 61))
    assert [one.command for one in log] == [f"c{number}" for number in range(60)]
    times = [one.recorded_at for one in log]
    assert times == sorted(times)
    for instant in instants:
        known = stores[1].known_at(instant)
        assert [one for one in times if one <= instant] == times[:known]
    projector.catch_up()
    assert engine.totals(stores[1]) == {"Paid": 60}
