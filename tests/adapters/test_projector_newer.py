"""An older doudi over a newer one's log: it says so wherever it reads what it can't, and goes on elsewhere."""

from pathlib import Path
from typing import ClassVar

import pytest

from adapters.projecting.fold import NO_SKIPS
from adapters.projecting.folded import FoldedRows
from adapters.projecting.parted import fold_part
from adapters.projector import Projector
from adapters.store.errors import NewerVersion, UnknownEvent
from adapters.store.store import EventStore
from domain.event import Event
from projections.base import Row, Rows, Seen, Table
from tests.adapters.trials import Closed, Opened, fill, trial


def table(name: str) -> tuple[Table, ...]:
    return (Table(name=name, columns={"type": "text", "count": "int"}, key=("type",)),)


class Begun:
    """How many events of each type there are, of those it reads: no payments."""

    name: ClassVar[str] = "begun"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = table("begun")
    reads: ClassVar[tuple[type[Event], ...] | None] = (Opened,)

    def apply(self, seen: Seen, rows: Rows) -> None:
        kind = type(seen.event)
        if self.reads is None or kind in self.reads:
            row = rows.get(self.name, (kind.__name__,)) or {"type": kind.__name__, "count": 0}
            rows.put(self.name, {**row, "count": row["count"] + 1})


class Ended(Begun):
    """It reads what ended too."""

    name = "ended"
    tables = table("ended")
    reads = (Opened, Closed)


class All(Begun):
    """It doesn't say what it reads, so it is given all."""

    name = "all"
    tables = table("all")
    reads = None


@pytest.fixture
def store(folder: Path) -> EventStore:
    """Payments 8 and 9, and the end of a case, are of a version that this doudi doesn't know."""
    store = trial(folder)
    fill(store, 6, 2)
    return store


def newer(store: EventStore, condition: str) -> None:
    store.database.connection.execute(f"UPDATE events SET type_version = 9 WHERE {condition}")


PAYMENTS, ENDS = "position IN (8, 9)", "type = 'Closed'"


BEGUN = [{"type": "Opened", "count": 6}]


def counts(rows: Rows, name: str) -> list[Row]:
    return list(rows.select(name))


def test_live_what_isnt_read_stops_nobody_and_what_is_read_stops_who_reads_it(store: EventStore) -> None:
    newer(store, f"{PAYMENTS} OR {ENDS}")
    projector = Projector(store, [Begun(), Ended(), All()])
    projector.catch_up("begun")
    assert counts(projector.rows("begun"), "begun") == BEGUN
    assert projector.position("begun") == store.head()
    for name in ("ended", "all"):
        with pytest.raises(NewerVersion) as error:
            projector.catch_up(name)
        assert error.value.params["known"] == 1
    assert projector.position("ended") < store.head()
    assert projector.parked() == []
    assert {one.name: one.stopped for one in projector.status()} == {
        "begun": None,
        "ended": "event.newer",
        "all": "event.newer",
    }


def test_the_newer_doudi_goes_on_where_the_older_one_stopped(store: EventStore) -> None:
    newer(store, ENDS)
    with pytest.raises(NewerVersion):
        Projector(store, [Ended()]).catch_up()
    store.database.connection.execute("UPDATE events SET type_version = 1")
    projector = Projector(store, [Ended()])
    projector.catch_up()
    assert projector.position("ended") == store.head()
    assert projector.verify("ended") == []


@pytest.mark.parametrize("few", [0, 10_000])
def test_rebuilt_and_as_of_the_past_likewise(
    store: EventStore, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("adapters.projector.FEW_PAST", few)
    projector = Projector(store, [Begun(), Ended(), All()])
    projector.catch_up()
    newer(store, f"{PAYMENTS} OR {ENDS}")
    assert projector.rebuild("begun").compared is not None
    assert projector.verify("begun") == []
    assert counts(projector.fold_until("begun", store.head()), "begun") == BEGUN
    for name in ("ended", "all"):
        before = counts(projector.rows(name), name)
        for ask in (
            projector.rebuild,
            projector.verify,
            lambda name: projector.fold_until(name, store.head()),
        ):
            with pytest.raises(NewerVersion):
                ask(name)
        assert counts(projector.rows(name), name) == before
    assert counts(projector.fold_until("ended", 7), "ended") == BEGUN


def test_a_part_of_a_fold_likewise(tmp_path: Path) -> None:
    """Parts are of a file's folds alone."""
    store = trial(tmp_path)
    fill(store, 6, 2)
    newer(store, f"{PAYMENTS} OR {ENDS}")
    for projection, raises in ((Begun(), False), (Ended(), True), (All(), True)):
        rows = FoldedRows(projection.tables, store.keyring)
        if raises:
            with pytest.raises(NewerVersion):
                fold_part(store, projection, rows, store.head(), NO_SKIPS, (0, 1))
        else:
            fold_part(store, projection, rows, store.head(), NO_SKIPS, (0, 1))
            assert counts(rows, "begun") == BEGUN


def test_a_type_that_nobody_knows_stops_all(store: EventStore) -> None:
    """It may be another name of what is read."""
    projector = Projector(store, [Begun()])
    store.database.connection.execute("UPDATE events SET type = 'Strange' WHERE position = 9")
    for ask in (projector.catch_up, projector.rebuild, lambda name: projector.fold_until(name, store.head())):
        with pytest.raises(UnknownEvent):
            ask("begun")


def test_what_reads_it_says_so_even_where_much_is_built_at_once(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.projector._FEW", 1)
    newer(store, f"{PAYMENTS}")
    Projector(store, [Begun(), Ended()]).catch_up()
    with pytest.raises(NewerVersion):
        Projector(store, [Begun(), All()]).catch_up()
