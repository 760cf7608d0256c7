"""Projections over the store: exactly once, rebuilt the same, as of a position."""

from datetime import date
from pathlib import Path
from random import Random

import pytest

from adapters.projector import Projector, RebuildRunning, UnknownProjection, WrongLog
from adapters.rows import BadRow, MemoryRows, StoredRows
from adapters.store.errors import UnknownEvent
from adapters.store.open import open_store
from adapters.store.sqlite import SQLiteDatabase
from adapters.store.store import EventStore
from domain.personal import Name
from projections.base import Rows, Seen, Table
from tests.adapters.trials import (
    CASES,
    DAY,
    Broken,
    Closed,
    Opened,
    Register,
    Totals,
    again,
    commit,
    fill,
    opened,
    undone,
    url,
)
from tests.adapters.trials import trial as make_trial


@pytest.fixture
def store(folder: Path) -> EventStore:
    return make_trial(folder)


def counted(store: EventStore) -> dict[str, int]:
    rows = StoredRows(Totals.tables, store.database, store.keyring)
    return {row["type"]: row["count"] for row in rows.select("totals")}


def table(rows: Rows, name: str) -> list[dict[str, object]]:
    return list(rows.select(name))


def test_a_projection_follows_the_log_and_stays_quiet_at_the_head(store: EventStore) -> None:
    projector = Projector(store, [Register(), Totals()])
    fill(store, 5, 2)
    assert projector.catch_up() == store.head() == 17
    assert counted(store) == {"Closed": 2, "Opened": 5, "Paid": 10}
    assert projector.catch_up() == 0
    assert projector.step() == 0
    store.write(commit("one-more", ("case:x", opened())))
    assert projector.catch_up() == 1
    assert counted(store)["Opened"] == 6
    assert [(status.name, status.position, status.behind) for status in projector.status()] == [
        ("register", 18, 0),
        ("totals", 18, 0),
    ]


def test_rows_come_back_as_they_were_put(store: EventStore) -> None:
    projector = Projector(store, [Register()])
    fill(store, 3, 1)
    projector.catch_up()
    row = projector.rows("register").get("cases", ("case:1",))
    assert row == {
        "case": "case:1",
        "village": "v1",
        "head": Name("p-1", "王1"),
        "opened": DAY,
        "living": True,
        "paid": 101,
        "parts": {"m1": 101},
    }
    assert [row["case"] for row in projector.rows("register").select("cases", living=False)] == ["case:0"]


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_any_size_of_step_gives_the_same_rows(folder: Path, limit: int) -> None:
    store = make_trial(folder)
    projector = Projector(store, [Register(), Totals()])
    fill(store, 9, 3)
    taken = 0
    while took := projector.step(limit):
        assert took <= limit
        taken += took
    assert taken == store.head()
    assert projector.verify("register") == projector.verify("totals") == []


def test_rebuilt_rows_are_the_live_ones(store: EventStore) -> None:
    projector = Projector(store, [Register(), Totals()])
    for turn in range(3):
        fill(store, 10, turn, mark=f"{turn}-")
        projector.catch_up()
    live = {name: table(projector.rows("register"), name) for name in ("cases", "villages")}
    assert len(live["cases"]) > 20
    rebuilt = projector.rebuild("register")
    assert rebuilt.position == store.head()
    assert rebuilt.compared is not None
    assert rebuilt.compared.differences == 0
    assert {name: table(projector.rows("register"), name) for name in live} == live
    if isinstance(store.database, SQLiteDatabase):
        indexes = store.database.connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
        assert any(name.startswith("read_cases_0") for (name,) in indexes)
    fill(store, 4, 1, mark="later-")
    assert projector.catch_up() == 9
    assert projector.verify("register") == []


def test_verify_names_each_row_that_differs(store: EventStore) -> None:
    projector = Projector(store, [Register()])
    fill(store, 4, 1)
    projector.catch_up()
    run = store.database.connection.execute
    run("UPDATE read_cases SET paid = 1 WHERE \"case\" = 'case:1'")
    run("DELETE FROM read_cases WHERE \"case\" = 'case:2'")
    run("INSERT INTO read_villages VALUES ('v9', 1, 1)")
    assert {(found.table, found.key, found.how) for found in projector.verify("register")} == {
        ("cases", ("case:1",), "other"),
        ("cases", ("case:2",), "missing"),
        ("villages", ("v9",), "surplus"),
    }
    projector.rebuild("register")
    assert projector.verify("register") == []


def test_a_large_log_is_folded_in_memory_first_with_the_same_rows(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.projector._FEW", 10)
    fill(store, 12, 2)
    projector = Projector(store, [Register()])
    assert projector.catch_up() == 0
    assert projector.position("register") == store.head()
    assert projector.verify("register") == []


@pytest.mark.parametrize("again_in_process", [True, False])
def test_stopped_between_rows_and_position_loses_and_doubles_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, again_in_process: bool
) -> None:
    store = make_trial(folder)
    projector = Projector(store, [Totals()])
    fill(store, 6, 2)
    projector.step(5)

    def stop(*_: object) -> None:
        assert sum(counted(store).values()) == 10
        raise Broken

    with monkeypatch.context() as patched:
        patched.setattr("adapters.projecting.live.put_place", stop)
        with pytest.raises(Broken):
            projector.step(5)
    assert sum(counted(store).values()) == projector.position("totals") == 5
    if not again_in_process:
        store.close()
        store = again(folder)
        projector = Projector(store, [Totals()])
    projector.catch_up()
    assert counted(store) == {"Closed": 2, "Opened": 6, "Paid": 12}
    assert projector.verify("totals") == []


def test_a_batch_that_is_undone_takes_its_rows_along(store: EventStore) -> None:
    projector = Projector(store, [Register(), Totals()])
    fill(store, 2, 1)
    projector.catch_up()
    before = counted(store)
    with undone(store):
        fill(store, 3, 1, mark="undone-")
        assert projector.catch_up() == 7
        assert counted(store)["Opened"] == 5
    assert counted(store) == before
    fill(store, 3, 2, mark="kept-")
    projector.catch_up()
    assert counted(store) == {"Closed": 2, "Opened": 5, "Paid": 8}
    assert projector.verify("register") == projector.verify("totals") == []


def test_an_event_nobody_knows_stops_with_its_position_and_count(folder: Path) -> None:
    store = make_trial(folder)
    fill(store, 2, 2)
    store.close()
    store = open_store(url(folder), events=[Opened, Closed])
    projector = Projector(store, [Totals()])
    with pytest.raises(UnknownEvent) as caught:
        projector.catch_up()
    assert caught.value.params == {"type": "Paid", "position": 3, "count": 4}
    assert projector.position("totals") == 0
    with pytest.raises(UnknownEvent):
        projector.rebuild("totals")


def test_a_projection_that_stands_at_another_event_is_refused(folder: Path) -> None:
    store = make_trial(folder)
    fill(store, 2, 1)
    Projector(store, [Totals()]).catch_up()
    store.database.connection.execute("UPDATE projections SET stream_version = 9")
    with pytest.raises(WrongLog) as caught:
        Projector(store, [Totals()]).catch_up()
    assert caught.value.params["wanted"] == "case:0@9"
    assert caught.value.params["found"] == "case:0@3"

    store.database.connection.execute("UPDATE projections SET position = 99")
    with pytest.raises(WrongLog) as caught:
        Projector(store, [Totals()]).catch_up()
    assert caught.value.params["found"] == "-"

    store.database.connection.execute("UPDATE projections SET log_id = 'other'")
    projector = Projector(store, [Totals(), Register()])
    with pytest.raises(WrongLog) as caught:
        projector.catch_up()
    assert caught.value.params["wanted"] == "other"
    assert caught.value.params["found"] == store.log_id
    assert projector.position("register") == store.head()
    assert [one.state for one in projector.status()] == ["stopped", "current"]
    projector.rebuild("totals")
    assert projector.catch_up() == 0
    assert projector.verify("totals") == []


def test_another_version_of_a_projection_begins_anew(store: EventStore) -> None:
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
    wider = Projector(store, [Wider()])
    assert counted(store)["Paid"] == 2
    wider.catch_up()
    assert wider.rows("totals").get("totals", ("Paid",)) == {"type": "Paid", "count": 2, "last": 4}


def test_as_of_a_position_equals_a_log_cut_there(store: EventStore, folder: Path) -> None:
    projector = Projector(store, [Register()])
    fill(store, 3, 1)
    projector.catch_up()
    cut = store.head()
    then = {name: table(projector.rows("register"), name) for name in ("cases", "villages")}
    fill(store, 5, 2, mark="later-")
    projector.catch_up()
    for _ in range(2):
        folded = projector.fold_until("register", cut)
        assert {name: table(folded, name) for name in then} == then
    assert table(projector.fold_until("register", 0), "cases") == []
    assert len(table(projector.fold_until("register", store.head()), "cases")) == 8


def test_a_fold_seen_within_a_batch_is_not_remembered(store: EventStore) -> None:
    projector = Projector(store, [Totals()])
    with undone(store):
        store.write(commit("c1", ("case:1", opened())))
        assert table(projector.fold_until("totals", 1), "totals")[0]["type"] == "Opened"
    store.write(commit("c2", ("case:1", Closed(on=DAY))))
    assert table(projector.fold_until("totals", 1), "totals")[0]["type"] == "Closed"


def test_a_second_rebuild_is_refused_while_one_runs_en19(store: EventStore) -> None:
    fill(store, 2, 1)
    refused: list[RebuildRunning] = []

    class Twice(Totals):
        def apply(self, seen: Seen, rows: Rows) -> None:
            super().apply(seen, rows)
            if isinstance(rows, MemoryRows) and not refused:
                with pytest.raises(RebuildRunning) as caught:
                    projector.rebuild("totals")
                refused.append(caught.value)
                projector.step()

    projector = Projector(store, [Twice()])
    projector.rebuild("totals")
    assert refused[0].params == {"projection": "totals"}
    assert counted(store) == {"Closed": 1, "Opened": 2, "Paid": 2}
    projector.rebuild("totals")
    assert projector.verify("totals") == []


def test_an_unknown_projection_is_named(store: EventStore) -> None:
    with pytest.raises(UnknownProjection):
        Projector(store, [Totals()]).rebuild("nothing")


def test_two_processes_of_one_store_share_the_work(folder: Path) -> None:
    store = make_trial(folder)
    one, two = Projector(store, [Totals()]), Projector(again(folder), [Totals()])
    fill(store, 4, 1)
    while one.step(2) + two.step(3):
        pass
    assert counted(store) == {"Closed": 1, "Opened": 4, "Paid": 4}


GOOD = {
    "case": "1",
    "village": "v",
    "head": Name("p", "王"),
    "opened": date(2025, 1, 1),
    "living": True,
    "paid": 1,
    "parts": [],
}


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"paid": "1"}, "paid"),
        ({"paid": True}, "paid"),
        ({"living": 1}, "living"),
        ({"opened": "2025-01-01"}, "opened"),
        ({"head": "王"}, "head"),
        ({"village": 7}, "village"),
        ({"case": None}, "case"),
        ({"parts": {1, 2}}, "parts"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_by_column(
    store: EventStore, change: dict[str, object], column: str
) -> None:
    Projector(store, [Register()])
    for rows in (
        MemoryRows((CASES,), store.keyring),
        StoredRows((CASES,), store.database, store.keyring),
    ):
        rows.put("cases", GOOD)
        with pytest.raises(BadRow, match=rf"^cases\.{column}: ") as caught:
            rows.put("cases", {**GOOD, **change})
        assert "王" not in str(caught.value)
        assert rows.get("cases", ("1",)) == GOOD
        with pytest.raises(BadRow, match="missing"):
            rows.put("cases", {name: value for name, value in GOOD.items() if name != "paid"})


def test_memory_and_file_answer_alike(store: EventStore) -> None:
    Projector(store, [Register()])
    pair: list[Rows] = [
        MemoryRows((CASES,), store.keyring),
        StoredRows((CASES,), store.database, store.keyring),
        StoredRows((CASES,), store.database, store.keyring, alone=True),
    ]
    looks = []
    for rows in pair:
        found: list[object] = []
        for number in ("10", "9", "〇", "a"):
            rows.put(
                "cases", {**GOOD, "case": number, "living": number > "9", "opened": None, "parts": (1, (2,))}
            )
        found.append([row["case"] for row in rows.select("cases")])
        found.append([row["case"] for row in rows.select("cases", living=True, village="v")])
        row = rows.get("cases", ("9",))
        assert row is not None
        row["parts"].append("not put")
        found.append(rows.get("cases", ("9",)))
        rows.put("cases", {**row, "living": True})
        rows.delete("cases", ("a",))
        rows.delete("cases", ("nobody",))
        found.append([row["case"] for row in rows.select("cases", living=True)])
        found.append([row["case"] for row in rows.select("cases", opened=None, paid=1)])
        found.append(rows.get("cases", ("a",)))
        looks.append(found)
        if isinstance(rows, StoredRows):
            for row in list(rows.select("cases")):
                rows.delete("cases", (row["case"],))
            rows.flush()
    assert looks[0] == looks[1] == looks[2]
    assert looks[0][0] == ["10", "9", "a", "〇"]
    assert looks[0][3] == ["9", "〇"]


def test_a_page_has_the_rows_behind_a_key(store: EventStore) -> None:
    Projector(store, [Register()])
    rows = StoredRows((CASES,), store.database, store.keyring)
    for number, village in (("1", "a1"), ("2", "b1"), ("3", "a2"), ("10", "a"), ("4", "a9"), ("5", "a〇")):
        rows.put("cases", {**GOOD, "case": number, "village": village})

    def page(prefix: str, after: tuple[str, str] | None, limit: int) -> list[str]:
        return [row["case"] for row in rows.page("cases", "village", prefix, after, limit)]

    assert page("a", None, 9) == ["10", "1", "3", "4", "5"]
    assert page("a", ("a", "10"), 2) == ["1", "3"]
    assert page("a", ("a1", "0"), 1) == ["1"]
    assert page("", ("a9", "4"), 9) == ["5", "2"]
    assert page("a9", None, 9) == ["4"]
    assert page("c", None, 9) == []


@pytest.mark.parametrize("seed", range(8))
def test_rows_that_nobody_else_writes_are_remembered_as_they_are(store: EventStore, seed: int) -> None:
    """Any order of looking, looking ahead, changing, flushing and forgetting, against rows in memory."""
    Projector(store, [Register()])
    random = Random(seed)
    memory = MemoryRows((CASES,), store.keyring)
    stored = StoredRows((CASES,), store.database, store.keyring, alone=True)
    cases = [f"{number}" for number in range(12)]

    def change() -> None:
        case = random.choice(cases)
        row = {**GOOD, "case": case, "village": random.choice("uv"), "paid": random.randrange(3)}
        gone = random.random() < 0.3
        for rows in (memory, stored):
            rows.delete("cases", (case,)) if gone else rows.put("cases", row)

    def look() -> None:
        equal = random.choice(
            ({"village": "u"}, {"village": "v", "paid": 1}, {"case": random.choice(cases)}, {})
        )
        assert list(stored.select("cases", **equal)) == list(memory.select("cases", **equal))
        case = random.choice(cases)
        assert stored.get("cases", (case,)) == memory.get("cases", (case,))

    def keep() -> None:
        stored.flush()
        if random.random() < 0.5:
            stored.forget()

    def ahead() -> None:
        stored.fetch("case", random.sample(cases, 4))

    for _ in range(120):
        random.choice((change, change, look, look, keep, ahead))()
    stored.flush()
    assert stored.cells("cases") == memory.cells("cases")
