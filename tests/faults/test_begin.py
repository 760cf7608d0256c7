"""A store whose making was broken off is none, or is whole; it can be made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.bootstrap import begin, open_doudi
from adapters.faults import Fault
from adapters.store.errors import StoreExists
from tests.faults import begin as beginning
from tests.faults.forks import Forks
from tests.faults.hooks import Armed, Passed, hooked
from tests.faults.life import contents, wrong
from tests.harness import at


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks("tests.faults.begin")
    yield forks
    forks.close()


def test_a_store_whose_making_was_broken_off_can_be_made(tmp_path: Path, forks: Forks) -> None:
    passed = Passed()
    with hooked(passed):
        calm = begin(f"sqlite:///{tmp_path}/calm.db", trial=True, seed=1, clock=at("2025-01-02"))
    whole = contents(calm)
    calm.close()
    assert passed.points
    kept = 0
    for number, (point, times) in enumerate(sorted(passed.points.items())):
        for nth in sorted({1, times}):
            for how in ("raise", "kill"):
                url = f"sqlite:///{tmp_path}/{number}-{nth}-{how}.db"
                if how == "kill":
                    assert forks.run(beginning.die, url, point, nth) == -9
                else:
                    with hooked(Armed(point=point, how="raise", nth=nth)), pytest.raises(Fault):
                        begin(url, trial=True, seed=1, clock=at("2025-01-02"))
                try:
                    doudi = begin(url, trial=True, seed=1, clock=at("2025-01-02"))
                except StoreExists:
                    kept += 1
                    doudi = open_doudi(url)
                assert contents(doudi) == whole, (point, how)
                assert wrong(doudi) == []
                doudi.close()
    assert kept
