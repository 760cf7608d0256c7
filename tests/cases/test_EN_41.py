"""EN-41: one bad item of a batch doesn't strand the rest; a worker that was overtaken does nothing twice."""

import threading
from pathlib import Path

import pytest

from adapters.faults import Fault
from adapters.group_commit import Writer
from domain.case.change import DeadlineWarned
from tests.adapters.trials import commit, opened
from tests.cases import engine
from tests.faults.forks import Forks
from tests.faults.hooks import Armed, hooked
from tests.faults.life import wrong
from tests.harness import TrialOffice, person
from workflows.ports import Commit, Conflict

TICK = {"id": "tick", "type": "Tick", "actor": "admin", "data": {"until": "2025-03-05"}}


def ten(folder: Path) -> TrialOffice:
    """Ten cases, each with two warnings due on 5 March."""
    office = TrialOffice(folder)
    for serial in range(1, 11):
        office.accepted([person("m1", "1980-01-01", serial)], on="2025-03-03")
    office.clock("2025-03-05")
    return office


def warned(office: TrialOffice) -> list[tuple[str, str]]:
    return [
        (one.stream, one.event.key)
        for one in engine.rest(office.store, 0)
        if isinstance(one.event, DeadlineWarned)
    ]


def test_the_third_fails_and_the_next_run_takes_it_and_the_rest(tmp_path: Path) -> None:
    office = ten(tmp_path)
    with hooked(Armed(point="write.inserted", how="raise", nth=3)), pytest.raises(Fault):
        office.doudi.office.take(TICK)
    assert len(warned(office)) == 2
    assert office.doudi.office.take(TICK).data["warned"] == 18
    assert len(warned(office)) == len(set(warned(office))) == 20
    assert wrong(office.doudi) == []


def test_the_third_of_ten_in_a_group_is_refused_and_nine_are_kept(tmp_path: Path) -> None:
    store = engine.new(f"sqlite:///{tmp_path}/store.db")
    hold = threading.Event()

    def take(one: Commit) -> int:
        hold.wait()
        if one.command == "c3":
            raise ValueError("c3")
        return store.write(one)

    with Writer(store.batch, take) as writer:
        waiting = [writer.begin(commit(f"c{n}", (f"case:{n}", opened()))) for n in range(1, 11)]
        hold.set()
        errors = [future.exception() for future in waiting]
    assert [n for n, error in enumerate(errors, 1) if isinstance(error, ValueError)] == [3]
    taken = {one.command for one in engine.rest(store, 0)}
    # Who was written and then undone with the group was taken again by itself.
    assert taken == {f"c{n}" for n in range(1, 11) if n != 3}
    assert [error for error in errors if error and not isinstance(error, ValueError | Conflict)] == []


@pytest.mark.parametrize("point", ["due.read", "write.done", "tick.parts"])
def test_two_workers_one_paused_while_the_other_does_it_all(tmp_path: Path, point: str) -> None:
    office = ten(tmp_path)
    forks = Forks("tests.cases.engine")
    flag = tmp_path / "paused"
    slow = forks.start(engine.say_and_pause, office.url, {**TICK, "id": "slow"}, point, 1.0, str(flag))
    engine.until_there(flag)
    assert office.doudi.office.take(TICK).status == "done"
    assert len(warned(office)) == 20
    assert slow.wait() == 0
    forks.close()
    assert len(warned(office)) == len(set(warned(office))) == 20
    assert {"tick", "slow"} <= {one.command for one in engine.rest(office.store, 0)} | {
        name for (name,) in office.store.database.connection.execute("SELECT id FROM commands")
    }
    assert wrong(office.doudi) == []
