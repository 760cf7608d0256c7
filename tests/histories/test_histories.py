"""Many writers and readers at once, slow ones and dying ones: none of them is told what can't be true (EN-5)."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.faults.forks import Child, Forks
from tests.histories import actors
from tests.histories.history import History, judge, read_logs
from tests.places import Place, place

__all__ = ["place"]


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks("tests.histories.actors")
    yield forks
    forks.close()


def live(
    forks: Forks, url: str, folder: Path, seconds: float, *, slow: float = 0.0, deadly: float = 0.0
) -> History:
    """Eight writers, two readers, two that follow the log, one of these killed and begun again all the time."""
    actors.ready(url)
    until = time.monotonic() + seconds
    place = str(folder)

    def left() -> float:
        return max(0.0, until - time.monotonic())

    numbers = iter(range(1, 10_000))
    writers = [forks.start(actors.write, url, place, next(numbers), left(), slow, deadly) for _ in range(8)]
    readers = [forks.start(actors.read, url, place, number, left()) for number in (1, 2)]
    steady = forks.start(actors.follow, url, place, 1, left())
    shaken = forks.start(actors.follow, url, place, 2, left())
    random = Random(1)
    while time.monotonic() < until:
        time.sleep(random.uniform(0.05, 0.3))
        shaken.signal(signal.SIGKILL)
        assert shaken.wait() in (0, -9)
        shaken = forks.start(actors.follow, url, place, 2, left())
        for at, writer in enumerate(writers):
            if dead(writer):
                writers[at] = forks.start(actors.write, url, place, next(numbers), left(), slow, deadly)
    for writer in writers:
        assert writer.wait() in (0, -9)
    for child in (*readers, steady, shaken):
        assert child.wait() == 0
    store = actors._open(url)
    log = actors.Log(place, "last")
    for op, stream in enumerate(actors.STREAMS):
        actors.look(store, log, op, stream)
    store.close()
    for number in (1, 2):
        assert forks.run(actors.follow, url, place, number, 0.0) == 0
    return read_logs(folder.glob("*.jsonl"))


def dead(child: Child) -> bool:
    state = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "Z"


def test_en_5_no_event_is_lost_doubled_or_reordered_under_eight_writers(
    place: Place, tmp_path: Path, forks: Forks
) -> None:
    history = live(forks, place(), tmp_path, seconds=4)
    assert judge(history).all() == []
    assert history.outcomes("ok") > 50
    assert history.outcomes("refused") > 3
    assert sum(len(pages) for pages in history.followed.values()) > 5


@pytest.mark.soak
def test_en_5_nor_in_a_minute(place: Place, tmp_path: Path, forks: Forks) -> None:
    history = live(forks, place(), tmp_path, seconds=60, slow=0.01, deadly=0.001)
    assert judge(history).all() == []
    assert history.outcomes("ok") > 500


def test_nor_under_writers_that_are_slow_and_die(place: Place, tmp_path: Path, forks: Forks) -> None:
    history = live(forks, place(), tmp_path, seconds=4, slow=0.03, deadly=0.01)
    assert judge(history).all() == []
    assert history.outcomes("ok") > 20
    assert history.outcomes("unknown")
