"""Projections without rows are built by one pass over the log; each stands for itself."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from adapters.projecting import together
from adapters.projecting.errors import RebuildRunning
from adapters.projecting.lease import LEASE, micros
from adapters.projecting.rebuild import Rebuild
from adapters.projector import Projector
from adapters.store.store import EventStore
from projections.base import Rows, Seen, Table
from tests.adapters.trials import Register, Totals, again, fill, trial


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.projector._FEW", 10)


@pytest.fixture
def store(folder: Path) -> EventStore:
    made = trial(folder)
    fill(made, 12, 3)
    return made


class Last:
    """Where each stream ends."""

    name: ClassVar[str] = "last"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (
        Table(name="last", columns={"stream": "text", "position": "int"}, key=("stream",)),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        rows.put("last", {"stream": seen.stream, "position": seen.position})


class Poisoned(Last):
    def apply(self, seen: Seen, rows: Rows) -> None:
        if seen.position == 7:
            raise ValueError("no")
        super().apply(seen, rows)


def reads(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Positions after which a page was read from here on."""
    seen: list[int] = []
    page = store.page

    def noted(after: int, limit: int) -> Any:
        seen.append(after)
        return page(after, limit)

    monkeypatch.setattr(store, "page", noted)
    return seen


def test_one_pass_serves_all_and_makes_what_each_alone_would(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = reads(store, monkeypatch)
    monkeypatch.setattr(together, "A_PAGE", 20)
    projector = Projector(store, [Register(), Totals(), Last()])
    projector.catch_up()
    whole = list(range(0, store.head(), 20))
    assert seen == whole
    assert {place.position for place in projector.places().values()} == {store.head()}
    for name in ("register", "totals", "last"):
        assert projector.verify(name) == []
    assert len(list(projector.rows("last").select("last"))) == 12


def test_only_what_is_asked_for_is_brought_along(store: EventStore) -> None:
    projector = Projector(store, [Register(), Totals(), Last()])
    projector.catch_up("totals")
    positions = {name: place.position for name, place in projector.places().items()}
    assert positions == {"register": 0, "totals": store.head(), "last": 0}
    fill(store, 1, 1, mark="more")
    projector.catch_up("last")
    behind = {one.name: one.behind for one in projector.status()}
    assert behind["last"] == 0
    assert behind["totals"] == 3
    projector.catch_up()
    assert all(one.behind == 0 for one in projector.status())
    assert [projector.verify(name) for name in positions] == [[], [], []]


def test_what_one_can_not_take_parks_there_and_leaves_the_others_alone(store: EventStore) -> None:
    projector = Projector(store, [Register(), Poisoned(), Totals()])
    projector.catch_up()
    assert [(one.projection, one.position) for one in projector.parked()] == [("last", 7)]
    assert {place.position for place in projector.places().values()} == {store.head()}
    assert projector.verify("register") == projector.verify("totals") == []


def test_what_has_no_room_is_built_by_a_pass_of_its_own(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST", 14)
    monkeypatch.setattr(together, "A_PAGE", 5)
    projector = Projector(store, [Totals(), Last(), Register()])
    rebuilds = [Rebuild(store, one, micros) for one in (Totals(), Last(), Register())]
    told, left = together.build_together(store, rebuilds)
    assert told == {"totals": None}
    assert sorted(left) == ["last", "register"]
    projector.catch_up()
    assert all(one.behind == 0 for one in projector.status())
    assert [projector.verify(name) for name in ("totals", "last", "register")] == [[], [], []]


def test_one_that_another_process_builds_is_left_to_it(store: EventStore, folder: Path) -> None:
    projector = Projector(store, [Register(), Totals()])
    other = Rebuild(again(folder), Totals(), micros)
    other.begin()
    mine = [Rebuild(store, one, micros) for one in (Register(), Totals())]
    told, left = together.build_together(store, mine)
    assert (told["register"], left) == (None, [])
    assert told["totals"] is not None
    assert told["totals"].code == "projection.rebuilding"
    assert projector.position("totals") == 0
    other.abandon()
    projector.catch_up()
    assert projector.verify("totals") == []


def test_who_was_overtaken_writes_nothing(store: EventStore, folder: Path) -> None:
    Projector(store, [Register(), Totals()])
    mine = Rebuild(store, Totals(), micros)
    mine.begin()
    mine.take(store.page(0, 10))
    other = Rebuild(again(folder), Totals(), lambda: micros() + 2 * LEASE)
    other.begin()
    told, left = together.build_together(store, [Rebuild(store, Register(), micros)])
    assert (told, left) == ({"register": None}, [])
    with pytest.raises(RebuildRunning):
        mine.finish()
    mine.abandon()
    assert Projector(store, [Totals()]).position("totals") == 0
