"""Folded by two processes it is what one folds; where a part fails, one process says why."""

from pathlib import Path

import pytest

from adapters.bootstrap import Doudi, open_doudi
from adapters.projecting import parted
from adapters.projecting.fold import fold
from adapters.projecting.folded import FoldedRows
from adapters.projecting.parked import Skips
from adapters.projector import PoisonEvent
from projections.register import Register
from projections.statistics import Statistics
from tests.harness import TrialOffice, person
from tests.workflows import awards


@pytest.fixture
def doudi(tmp_path: Path) -> Doudi:
    office = TrialOffice(tmp_path)
    for serial in range(1, 5):
        awards.living(office, [person("m1", "1980-01-01", serial)], [], accepted="2025-04-03", area="rural")
    office.doudi.close()
    return open_doudi(f"sqlite:///{tmp_path}/office.sqlite")


def test_two_processes_fold_what_one_does(doudi: Doudi, monkeypatch: pytest.MonkeyPatch) -> None:
    store, head = doudi.store, doudi.store.head()
    one, two = (FoldedRows(Register.tables, store.keyring) for _ in range(2))
    fold(store, Register(), one, 0, head)
    last = parted.fold_parted(store, Register(), two, head, Skips(), 2, lambda position: None)
    assert last is not None
    assert last.position == head
    assert two.count() == one.count() > 4
    for table in Register.tables:
        assert one.held(table.name) == two.held(table.name)
    alone = FoldedRows(Register.tables, store.keyring)
    parted.fold_part(store, Register(), alone, head, Skips(), (0, 2))
    assert 0 < alone.count() < one.count()
    monkeypatch.setattr("adapters.projecting.parted.MANY", 10)
    assert parted.parts_of(store, Register(), head) == 2
    assert parted.parts_of(store, Statistics(), head) == 1
    doudi.projector.catch_up()
    rebuilt = doudi.projector.rebuild("register")
    assert rebuilt.compared is not None
    assert (rebuilt.compared.differences, rebuilt.position) == (0, head)
    assert doudi.projector.verify("register") == []


def test_a_part_that_fails_leaves_it_to_one_process_which_names_the_event(
    doudi: Doudi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.projecting.parted.MANY", 10)
    doudi.projector.catch_up()
    run = doudi.store.database.connection.execute
    (position,) = run("SELECT min(position) FROM events WHERE type = 'AwardBegan'").fetchone()
    run("UPDATE events SET payload = '{}' WHERE position = ?", (position,))
    with pytest.raises(PoisonEvent) as caught:
        doudi.projector.rebuild("register")
    assert caught.value.params == {"projection": "register", "position": position, "type": "AwardBegan"}
    monkeypatch.setattr("adapters.projecting.parted.sys.executable", "/bin/false")
    with pytest.raises(PoisonEvent):
        doudi.projector.rebuild("register")
