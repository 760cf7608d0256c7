"""A process that commits in groups is killed: what a caller was told stands, what he was refused doesn't."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from domain.ids import CommandId
from tests.cases import engine
from tests.faults import group
from tests.faults.forks import Forks
from tests.places import Place, place

__all__ = ["place"]

POINTS = (
    "group.begun",
    "group.taken",
    "group.committed",
    "transaction.locked",
    "transaction.before-commit",
    "transaction.committed",
)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks("tests.faults.group")
    yield forks
    forks.close()


INTO = ("group.committed", "transaction.before-lock", "transaction.before-commit", "transaction.committed")


@pytest.mark.parametrize(("call", "points"), [(group.call, POINTS), (group.call_into, INTO)])
def test_what_callers_were_told_stands_after_the_writer_s_death(
    place: Place, tmp_path: Path, forks: Forks, call: Callable[..., None], points: tuple[str, ...]
) -> None:
    url = place()
    store = engine.new(url)
    random = Random(1)
    told = tmp_path / "told"
    told.touch()
    for number, point in enumerate(points):
        ended = forks.run(call, url, str(told), f"p{number}", point, random.randint(2, 40))
        assert ended == -9, point
    words = [line.split() for line in told.read_text().splitlines()]
    done = {name for word, name in words if word == "done"}
    refused = {name for word, name in words if word == "refused"}
    log = engine.rest(store, 0)
    kept = {one.command for one in log}
    assert len(done) > 10 * len(points)
    assert refused
    assert done <= kept
    assert not refused & kept
    assert all(store.answer(CommandId(name)) for name in done)
    assert [one.position for one in log] == list(range(1, len(log) + 1))
    ends: dict[str, int] = {}
    for one in log:
        ends[one.stream] = ends.get(one.stream, 0) + 1
        assert one.version == ends[one.stream]
    both = [one.command for one in log if one.stream == "case:shared"]
    assert all(sum(one.command == name for one in log) == 2 for name in both)
