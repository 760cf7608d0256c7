"""Built beside while the old rows serve and go on, compared, swapped whole; one at a time, whoever runs it."""

import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from adapters.faults import Fault
from adapters.projecting.errors import PoisonEvent
from adapters.projecting.migrations import Pair
from adapters.projector import NewerRows, Projector, RebuildRunning
from adapters.rows import StoredRows
from adapters.store.errors import CodecError
from adapters.store.store import EventStore
from domain.event import Event
from projections.base import Rows, Seen, Table
from tests.adapters.trials import Opened, Register, Totals, again, commit, fill, opened, paid, trial
from tests.faults.hooks import Armed, hooked

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(folder: Path) -> EventStore:
    return trial(folder)


def cases(store: EventStore) -> int:
    return len(StoredRows(Register.tables, store.database, store.keyring).cells("cases"))


@pytest.mark.parametrize("point", ["rebuild.folded", "rebuild.loaded"])
def test_the_old_rows_serve_and_go_on_meanwhile(
    store: EventStore, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.projecting.rebuild.NEAR", 3)
    fill(store, 8, 2)
    serving, building = Projector(store, [Register()]), Projector(store, [Register()])
    serving.catch_up()
    seen: list[int] = []

    def meanwhile(reached: str) -> bool:
        if reached == point:
            fill(store, 5, 1, mark="b-")
            store.write(commit("more", ("case:1", paid(900)), expected={"case:1": 3}))
            serving.catch_up()
            seen.append(cases(store))
        return False

    with hooked(meanwhile):
        rebuilt = building.rebuild("register")
    assert seen == [13]
    assert rebuilt.position == store.head()
    assert rebuilt.rows == 16
    fill(store, 2, 1, mark="c-")
    assert serving.catch_up() == 5
    assert serving.verify("register") == []
    left = [f"read_{name}_{mark}" for name in ("cases", "villages") for mark in ("new", "old")]
    assert [name for name in left if store.database.tables.columns(name)] == []


def test_what_differed_is_counted_and_mended(store: EventStore) -> None:
    projector = Projector(store, [Register()])
    fill(store, 6, 1)
    projector.catch_up()
    run = store.database.connection.execute
    run("UPDATE read_cases SET paid = 1 WHERE \"case\" IN ('case:1', 'case:2')")
    run("DELETE FROM read_villages WHERE village = 'v0'")
    rebuilt = projector.rebuild("register")
    assert rebuilt.compared is not None
    assert rebuilt.same_fold
    assert rebuilt.compared.counts == {("cases", "other"): 2, ("villages", "missing"): 1}
    assert [one.key for one in rebuilt.compared.first] == [("case:1",), ("case:2",), ("v0",)]
    assert projector.verify("register") == []


class Bare(Register):
    """Another fold: closed cases are dropped, whatever they got."""

    version = 2

    def apply(self, seen: Seen, rows: Rows) -> None:
        super().apply(seen, rows)
        row = rows.get("cases", (seen.stream,))
        if row is not None and not row["living"]:
            rows.delete("cases", (seen.stream,))


def test_another_fold_s_rows_serve_until_its_own_are_there(store: EventStore) -> None:
    old = Projector(store, [Register()])
    fill(store, 8, 1)
    old.catch_up()
    new = Projector(store, [Bare()])
    assert cases(store) == 8
    rebuilt = new.rebuild("register")
    assert not rebuilt.same_fold
    assert rebuilt.compared is not None
    assert rebuilt.compared.counts == {("cases", "surplus"): 2}
    assert cases(store) == 6
    fill(store, 1, 0, mark="b-")
    with pytest.raises(NewerRows) as caught:
        old.catch_up()
    assert caught.value.params == {"projection": "register", "found": 2, "known": 1}
    assert new.catch_up() == 2
    assert new.verify("register") == []


def test_a_fold_of_another_form_counts_its_rows_as_reshaped(store: EventStore) -> None:
    class Wider(Totals):
        version = 2
        tables = (
            Table(name="totals", columns={"type": "text", "count": "int", "last": "int"}, key=("type",)),
        )

        def apply(self, seen: Seen, rows: Rows) -> None:
            kind = type(seen.event).__name__
            row = rows.get("totals", (kind,)) or {"count": 0}
            rows.put("totals", {"type": kind, "count": row["count"] + 1, "last": seen.position})

    fill(store, 2, 1)
    Projector(store, [Totals()]).catch_up()
    rebuilt = Projector(store, [Wider()]).rebuild("totals")
    assert rebuilt.compared is not None
    assert rebuilt.compared.counts == {("totals", "reshaped"): 3}


HOLDS = """
import sys
from pathlib import Path
from tests.faults.hooks import hooked
from adapters.projector import Projector
from tests.adapters.trials import Totals, again
def halt(point):
    if point == "rebuild.folded":
        print("folded", flush=True)
        sys.stdin.readline()
    return False
projector = Projector(again(Path(sys.argv[1])), [Totals()])
with hooked(halt):
    projector.rebuild("totals")
print("done", flush=True)
"""


@pytest.mark.parametrize("ends", ["well", "killed"])
def test_a_second_rebuild_is_refused_across_processes_en19(folder: Path, ends: str) -> None:
    store = trial(folder)
    fill(store, 4, 1)
    projector = Projector(store, [Totals()])
    projector.catch_up()
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin
    assert other.stdout
    assert other.stdout.readline() == "folded\n"
    with pytest.raises(RebuildRunning):
        projector.rebuild("totals")
    fill(store, 2, 1, mark="b-")
    assert projector.catch_up() == 5
    if ends == "well":
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "done\n"
    else:
        other.kill()
    other.communicate()
    assert projector.verify("totals") == []
    projector.rebuild("totals")
    fill(store, 1, 1, mark="c-")
    assert projector.catch_up() == 3
    assert projector.verify("totals") == []


@pytest.mark.parametrize("point", ["folded", "loaded", "caught-up", "dropped", "swapped", "placed"])
def test_broken_at_any_point_the_old_rows_stand_and_it_can_run_again(store: EventStore, point: str) -> None:
    projector = Projector(store, [Register()])
    fill(store, 6, 1)
    projector.catch_up()
    with hooked(Armed(point=f"rebuild.{point}", how="raise")), pytest.raises(Fault):
        projector.rebuild("register")
    assert projector.verify("register") == []
    fill(store, 2, 1, mark="b-")
    assert projector.catch_up() == 5
    assert projector.rebuild("register").position == store.head()
    assert projector.verify("register") == []


def test_a_first_build_has_nothing_to_compare_with(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.projector._FEW", 5)
    fill(store, 6, 1)
    projector = Projector(store, [Register()])
    assert projector.rebuild("register").compared is None


class Noted(Totals):
    """Carried from version 1 without a rebuild: a column more, the old one's name gone later."""

    version = 2
    tables = (Table(name="totals", columns={"type": "text", "count": "int", "note": "text"}, key=("type",)),)
    migrations: ClassVar = {
        2: Pair(
            pre=('ALTER TABLE "read_totals" ADD COLUMN "note" TEXT',),
            post=('UPDATE "read_totals" SET "note" = \'narrowed\'',),
        )
    }

    def apply(self, seen: Seen, rows: Rows) -> None:
        kind = type(seen.event).__name__
        row = rows.get("totals", (kind,)) or {"type": kind, "count": 0, "note": None}
        rows.put("totals", {**row, "count": row["count"] + 1})


def test_read_tables_are_carried_over_in_a_pair_of_steps(store: EventStore) -> None:
    fill(store, 3, 1)
    Projector(store, [Totals()]).catch_up()
    held = store.head()
    new = Projector(store, [Noted()])
    assert new.position("totals") == held
    fill(store, 1, 1, mark="b-")
    assert new.catch_up() == 3
    assert new.verify("totals") == []
    assert new.migrate() == {"totals": [2]}
    assert new.migrate() == {}
    assert new.rows("totals").get("totals", ("Paid",)) == {"type": "Paid", "count": 4, "note": "narrowed"}
    steps = store.database.connection.execute(
        "SELECT version, phase FROM read_migrations ORDER BY phase DESC"
    )
    assert [tuple(row) for row in steps] == [(2, "pre"), (2, "post")]


def test_a_large_table_is_written_in_parts_between_which_others_write(
    store: EventStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.store.sqlite._A_PART", 3)
    fill(store, 9, 1)
    projector = Projector(store, [Register()])
    projector.catch_up()
    other = again(folder)
    written: list[int] = []

    def meanwhile(point: str) -> bool:
        if point == "transaction.committed" and len(written) < 4:
            written.append(0)
            written[-1] = other.write(commit(f"w{len(written)}", (f"case:w{len(written)}", opened())))
        return False

    with hooked(meanwhile):
        projector.rebuild("register")
    assert len(written) == 4
    projector.catch_up()
    assert cases(store) == 13
    assert projector.verify("register") == []


def test_broken_off_as_it_was_claimed_it_can_run_again_at_once(store: EventStore) -> None:
    fill(store, 3, 1)
    projector = Projector(store, [Totals()])
    with hooked(Armed(point="transaction.committed", how="raise")), pytest.raises(Fault):
        projector.rebuild("totals")
    projector.rebuild("totals")
    assert projector.verify("totals") == []


class Openings(Totals):
    """Counts events of one kind."""

    name: ClassVar[str] = "openings"
    tables: ClassVar[tuple[Table, ...]] = (
        Table(name="openings", columns={"type": "text", "count": "int"}, key=("type",)),
    )
    reads: ClassVar[tuple[type[Event], ...]] = (Opened,)

    def apply(self, seen: Seen, rows: Rows) -> None:
        kind = type(seen.event).__name__
        if kind == "Opened":
            row = rows.get("openings", (kind,)) or {"type": kind, "count": 0}
            rows.put("openings", {**row, "count": row["count"] + 1})


def test_what_a_projection_does_not_read_is_not_given_to_its_rebuild(store: EventStore) -> None:
    fill(store, 5, 2)
    store.database.connection.execute("UPDATE events SET payload = '{}' WHERE type <> 'Opened'")
    projector = Projector(store, [Openings()])
    rebuilt = projector.rebuild("openings")
    assert (rebuilt.position, projector.position("openings")) == (store.head(), store.head())
    assert list(projector.rows("openings").select("openings")) == [{"type": "Opened", "count": 5}]
    assert projector.rebuild("openings").compared is not None


@pytest.mark.parametrize("few", [1, 5_000])
def test_what_it_does_not_read_parks_nothing_in_it_live_either(
    store: EventStore, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Live, built first, rebuilt and asked about the past it is the same."""
    monkeypatch.setattr("adapters.projector._FEW", few)
    fill(store, 5, 2)
    store.database.connection.execute("UPDATE events SET payload = '{}' WHERE position = 6")
    store.write(commit("late", ("case:9", opened()), ("case:0", opened()), expected={"case:0": 4}))
    projector = Projector(store, [Openings(), Totals()])
    projector.catch_up()
    assert [(one.projection, one.position) for one in projector.parked()] == [("totals", 6)]
    counted = [{"type": "Opened", "count": 7}]
    assert list(projector.rows("openings").select("openings")) == counted
    assert list(projector.fold_until("openings", store.head()).select("openings")) == counted
    rebuilt = projector.rebuild("openings")
    assert rebuilt.compared is not None
    assert rebuilt.compared.differences == 0


@pytest.mark.parametrize("change", ["type = 'Unheard'", "type_version = 9", "payload = '{}'"])
def test_what_it_reads_or_nobody_knows_stops_it_all_the_same(store: EventStore, change: str) -> None:
    fill(store, 5, 2)
    store.database.connection.execute(f"UPDATE events SET {change} WHERE position = 1")
    with pytest.raises((CodecError, PoisonEvent)) as caught:
        Projector(store, [Openings()]).rebuild("openings")
    assert caught.value.params["position"] == 1
