"""EN-1: a transaction that was begun first and is kept last passes nobody by who follows the log."""

import threading
from pathlib import Path

from tests.adapters.trials import commit, paid
from tests.cases import engine
from tests.faults.forks import Forks
from tests.places import Place
from workflows.ports import Recorded


def test_what_was_held_open_while_fifty_others_came_is_given_in_order(place: Place, tmp_path: Path) -> None:
    url = place()
    store = engine.new(url)
    forks = Forks("tests.cases.engine")
    flag = tmp_path / "held"
    held = forks.start(engine.hold, url, str(flag), "held", 0.7)
    engine.until_there(flag)

    def write() -> None:
        for number in range(50):
            store.write(commit(f"c{number}", (f"case:{number}", paid(number))))

    writer = threading.Thread(target=write)
    writer.start()
    given: list[Recorded] = []
    while writer.is_alive():
        given += engine.rest(store, given[-1].position if given else 0, 7)
    given += engine.rest(store, given[-1].position, 7)
    assert held.wait() == 0
    forks.close()
    assert [one.position for one in given] == list(range(1, 53))
    assert [one.command for one in given[:2]] == ["held", "held"]
    assert [one.command for one in given[2:]] == [f"c{number}" for number in range(50)]
