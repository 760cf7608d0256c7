"""Lives walked through faults: nothing acknowledged is gone, nothing doubled, `check` passes after each.

The suite takes a seeded sample; `script/faults` takes all of them and writes docs/faults.md.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.faults import POINTS, Fault, reach
from tests.faults.forks import Forks
from tests.faults.hooks import Armed, hooked
from tests.faults.walk import Walk, sample, undisturbed
from tests.places import place_of

MODULES = ("tests.faults.walk", "tests.faults.begin")
APART = frozenset(
    point
    for point in POINTS
    if point.split(".")[0] in {"group", "forget", "backup", "copy", "inbox", "relay"}
)
"""Points that a journey doesn't pass: they have tests of their own."""


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks(*MODULES)
    yield forks
    forks.close()


@pytest.mark.parametrize(
    ("kind", "journey", "size"), [("sqlite", "J1", 60), ("sqlite", "J5", 20), ("postgres", "J5", 20)]
)
def test_a_life_through_faults_leaves_what_it_leaves_undisturbed(
    tmp_path: Path, forks: Forks, kind: str, journey: str, size: int
) -> None:
    place = place_of(kind, tmp_path)
    calm = undisturbed(place(), tmp_path, journey)
    planned = sample(calm.possible(), size, seed=1)
    walk = Walk(place(), tmp_path, calm, forks)
    try:
        outcome = walk.go(planned)
    finally:
        walk.close()
    assert outcome.wrong == []
    assert outcome.count > size * 3 // 4
    ways = {how for _, how in outcome.points}
    assert ways >= {"raise", "kill"}
    if journey == "J1":
        passed = {point for each in calm.passed for point in each}
        assert passed == POINTS.keys() - APART


def test_a_point_is_set_off_once_at_its_turn_and_not_outside() -> None:
    armed = Armed(point="write.done", how="repeat", nth=2)
    with hooked(armed):
        assert [reach("write.done"), reach("write.bound"), reach("write.done"), reach("write.done")] == [
            False,
            False,
            True,
            False,
        ]
        with pytest.raises(RuntimeError), hooked(armed):
            pass
    assert armed.fired
    assert not reach("write.done")
    with hooked(Armed(point="write.done", how="raise")), pytest.raises(Fault):
        reach("write.done")


@pytest.mark.parametrize(("point", "how"), [("write.don", "raise"), ("write.bound", "repeat")])
def test_what_is_no_point_or_can_not_be_repeated_is_not_armed(point: str, how: str) -> None:
    with pytest.raises(ValueError, match=point):
        Armed(point=point, how=how)  # type: ignore[arg-type]


def test_a_walk_sees_a_lost_and_a_doubled_command(tmp_path: Path, forks: Forks) -> None:
    """The walk itself can fail: what was written behind its back is found."""
    calm = undisturbed(f"sqlite:///{tmp_path}/calm.db", tmp_path, "J5")
    walk = Walk(f"sqlite:///{tmp_path}/walked.db", tmp_path, calm, forks)
    try:
        walk.doudi.office.take(
            {"id": "more", "type": "SetClock", "actor": "admin", "data": {"to": "2025-01-03"}}
        )
        assert any("head" in str(what) for _, what in walk.go([]).wrong)
    finally:
        walk.close()
