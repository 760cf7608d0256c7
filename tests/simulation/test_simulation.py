"""Seeds of the simulated office. A seed that fails stays here, with what it showed."""

from pathlib import Path

import pytest

from tests.simulation.world import Simulation

SHOWED: tuple[int, ...] = ()
"""Seeds that once failed."""


def lived(folder: Path, seed: int, steps: int) -> Simulation:
    simulation = Simulation(folder, seed)
    try:
        simulation.run(steps)
        assert simulation.wrong() == []
    finally:
        simulation.close()
    return simulation


@pytest.mark.parametrize("seed", [*SHOWED, *range(1, 5)])
def test_nothing_is_wrong_in_the_end(tmp_path: Path, seed: int) -> None:
    simulation = lived(tmp_path, seed, 250)
    assert simulation.crashes > 3
    assert all(simulation.steps[what] for what in ("clerk", "project", "deadline", "clock"))


def test_a_seed_lives_the_same_again(tmp_path: Path) -> None:
    stories = []
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
        simulation = Simulation(tmp_path / name, seed=7)
        simulation.run(120)
        stories.append(simulation.story())
        simulation.close()
    assert stories[0] == stories[1]
    assert len(stories[0]) > 100


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 160))
def test_nor_after_many_more(tmp_path: Path, seed: int) -> None:
    lived(tmp_path, seed, 1_000)
