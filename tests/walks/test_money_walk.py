"""Walks about money: whatever is done in whatever order, a household has what is due, and beyond it only what is said.

DOUDI_TRACE=file writes down what a walk did. A walk that fails in the soak is cut down to the acts it takes.
"""

import os

import pytest

from tests.walks.money import play, shrunk, steps

SUITE = range(6)
SOAK = range(int(os.environ.get("DOUDI_SEED", "1000")), int(os.environ.get("DOUDI_SEED", "1000")) + 200)


@pytest.mark.parametrize("seed", SUITE)
def test_a_household_has_what_is_due(seed: int) -> None:
    play(steps(seed, 70))


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", SOAK)
def test_a_household_has_what_is_due_at_length(seed: int) -> None:
    acts = steps(seed, 90)
    said = wrong(acts)
    if said is not None:
        fewer = shrunk(acts, lambda some: wrong(some) is not None)
        pytest.fail(f"{wrong(fewer)}\n{fewer}")


def wrong(acts: list[tuple[str, int]]) -> str | None:
    try:
        play(acts)
    except AssertionError as found:
        return str(found)[:2_000]
    return None
