"""EN-7: a projection of a rare type doesn't begin anew behind everything that was none of its business."""

from time import perf_counter
from typing import ClassVar

import pytest

from adapters.projector import Projector
from projections.base import Rows, Seen, Table
from tests.adapters.trials import DAY, Closed, commit, paid
from tests.cases import engine
from tests.places import Place


class Rare:
    """Cases that were closed."""

    name: ClassVar[str] = "rare"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (Table(name="rare", columns={"case": "text"}, key=("case",)),)

    def apply(self, seen: Seen, rows: Rows) -> None:
        if isinstance(seen.event, Closed):
            rows.put("rare", {"case": seen.stream})


def after_others(url: str, others: int) -> float:
    """Seconds of the first batch after a restart behind so many others."""
    store = engine.new(url)
    Projector(store, [Rare()]).catch_up()
    a_command = 1_000
    with store.batch():
        for number in range(others // a_command):
            stream = f"case:{number}"
            store.write(commit(f"c{number}", *[(stream, paid(at)) for at in range(a_command)]))
    projector = Projector(store, [Rare()])
    projector.catch_up()
    assert projector.position("rare") == others
    store.close()
    store = engine.again(url)
    store.write(commit("rare", ("case:rare", Closed(on=DAY))))
    begun = perf_counter()
    projector = Projector(store, [Rare()])
    assert projector.step() == 1
    took = perf_counter() - begun
    assert [row["case"] for row in projector.rows("rare").select("rare")] == ["case:rare"]
    return took


def test_the_first_batch_after_a_restart_comes_at_once(place: Place) -> None:
    assert after_others(place(), 20_000) < 1


@pytest.mark.soak
def test_the_first_batch_after_500_000_others_comes_at_once(place: Place) -> None:
    assert after_others(place(), 500_000) < 1
