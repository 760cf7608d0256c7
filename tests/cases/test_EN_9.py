"""EN-9: killed between rows and position, again and again: every event is counted once."""

from random import Random

import pytest

from adapters.projector import Projector
from tests.adapters.trials import Totals, commit, paid
from tests.cases import engine
from tests.faults.forks import Forks
from tests.places import Place

POINTS = ("project.page", "project.rows", "project.rows", "project.placed", "transaction.before-commit")


def killed(url: str, times: int) -> None:
    forks = Forks("tests.cases.engine")
    store = engine.new(url)
    projector = Projector(store, [Totals()])
    random = Random(times)
    written = 0
    for turn in range(times):
        events = [(f"case:{turn}", paid(at)) for at in range(random.randint(1, 9))]
        store.write(commit(f"c{turn}", *events))
        written += len(events)
        counted = sum(engine.totals(store).values())
        assert forks.run(engine.project_and_die, url, random.randint(1, 12), random.choice(POINTS)) == -9
        assert sum(engine.totals(store).values()) == counted == projector.position("totals")
        if random.random() < 0.5:
            Projector(store, [Totals()]).step(random.randint(1, 9))
    forks.close()
    projector.catch_up()
    assert engine.totals(store) == {"Paid": written}
    assert projector.verify("totals") == []


def test_twenty_deaths_between_handling_and_tracking_lose_and_double_nothing(place: Place) -> None:
    killed(place(), 20)


@pytest.mark.soak
def test_a_thousand_deaths_between_handling_and_tracking_lose_and_double_nothing(place: Place) -> None:
    killed(place(), 1_000)
