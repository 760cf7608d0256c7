"""The past from kept versions of rows equals the fold up to there, at every position, however it came about."""

from pathlib import Path
from random import Random

import pytest

from adapters.bootstrap import PROJECTIONS, open_doudi
from adapters.projecting.asof import Past, kept
from adapters.projecting.fold import fold
from adapters.projecting.folded import FoldedRows
from adapters.projecting.parked import Skips
from adapters.projecting.place import read_places
from adapters.projector import Projector
from adapters.store.store import EventStore
from projections.base import Projection, Rows
from tests.adapters.trials import Register, Totals, again, commit, fill, paid, trial
from tests.harness import COUNTY, TrialOffice, person
from tests.workflows import awards


@pytest.fixture
def store(folder: Path) -> EventStore:
    return trial(folder)


def everything(projection: Projection, rows: Rows) -> dict[str, list[dict[str, object]]]:
    return {table.name: list(rows.select(table.name)) for table in projection.tables}


def folded(store: EventStore, projection: Projection, position: int, skips: Skips = Skips()) -> Rows:  # noqa: B008
    rows = FoldedRows(projection.tables, store.keyring)
    fold(store, projection, rows, 0, position, skips)
    return rows


def test_every_position_equals_the_fold_up_to_it(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.projecting.asof.A_PAGE", 4)
    monkeypatch.setattr("adapters.projecting.asof.PAGES", 2)
    fill(store, 8, 3)
    projection, past = Register(), Past(store, Register())
    random = Random(3)
    for position in [5, 3, 17, *random.sample(range(store.head() + 1), 12), store.head()]:
        view = past.view(position, Skips())
        assert everything(projection, view) == everything(projection, folded(store, projection, position))
    view = past.view(store.head(), Skips())
    assert view.get("cases", ("case:1",)) == folded(store, projection, store.head()).get("cases", ("case:1",))
    assert view.get("cases", ("nobody",)) is None
    assert [row["case"] for row in view.select("cases", village="v1", living=True)] == ["case:1", "case:7"]
    with pytest.raises(TypeError):
        view.put("cases", {})


def test_it_goes_on_where_it_stands_in_another_process_and_beside_another(folder: Path) -> None:
    store = trial(folder)
    fill(store, 6, 2)
    first, second = Past(store, Register()), Past(again(folder), Register())
    first.view(store.head(), Skips())
    for turn in range(4):
        fill(store, 2, 1, mark=f"{turn}-")
        store.write(commit(f"p{turn}", ("case:1", paid(7)), expected={"case:1": 3 + turn}))
        for past in (first, second) if turn % 2 else (second, first):
            for position in (store.head() - 3, store.head()):
                view = past.view(position, Skips())
                assert everything(Register(), view) == everything(
                    Register(), folded(store, Register(), position)
                )


def test_another_fold_another_log_or_other_parked_cases_begin_it_anew(store: EventStore) -> None:
    class Later(Totals):
        version = 2

        def apply(self, seen: object, rows: Rows) -> None:
            super().apply(seen, rows)  # type: ignore[arg-type]
            if row := rows.get("totals", ("Paid",)):
                rows.put("totals", {**row, "count": row["count"] + 1})

    fill(store, 4, 2)
    head = store.head()
    counts = [row["count"] for row in Past(store, Totals()).view(head, Skips()).select("totals")]
    assert [row["count"] for row in Past(store, Later()).view(head, Skips()).select("totals")] != counts
    left_out = Skips({"case:2": 5}, frozenset({7}))
    view = Past(store, Totals()).view(head, left_out)
    assert everything(Totals(), view) == everything(Totals(), folded(store, Totals(), head, left_out))
    view = Past(store, Totals()).view(head, Skips())
    assert [row["count"] for row in view.select("totals")] == counts
    store.database.connection.execute("UPDATE projections SET stream_version = 77 WHERE name LIKE 'past:%'")
    assert everything(Totals(), Past(store, Totals()).view(head, Skips())) == everything(
        Totals(), folded(store, Totals(), head)
    )


def test_a_long_log_s_past_comes_from_it(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.projector.FEW_PAST", 10)
    fill(store, 6, 2)
    projector = Projector(store, [Register()])
    projector.catch_up()
    for position in (4, 12, store.head()):
        rows = projector.fold_until("register", position)
        assert everything(Register(), rows) == everything(Register(), folded(store, Register(), position))
    with store.batch():
        fill(store, 1, 1, mark="b-")
        rows = projector.fold_until("register", store.head())
        assert isinstance(rows, FoldedRows)
    assert projector.verify("register") == []
    assert [one.name for one in projector.status()] == ["register"]


def test_versions_asked_for_once_are_kept_on(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.projector.FEW_PAST", 10)
    fill(store, 6, 2)
    projector = Projector(store, [Register(), Totals()])
    projector.follow_past()
    assert kept(store, ["register", "totals"]) == []
    projector.fold_until("register", store.head())
    fill(store, 2, 1, mark="b-")
    projector.follow_past()
    assert kept(store, ["register", "totals"]) == ["register"]
    place = read_places(store, ["past:register"])["past:register"]
    assert place.position == store.head()
    rows = Projector(store, [Register()]).fold_until("register", store.head())
    assert everything(Register(), rows) == everything(Register(), folded(store, Register(), store.head()))


def test_all_shipped_projections_of_a_lived_case_at_any_position(folder: Path) -> None:
    office = TrialOffice(folder)
    awards.living(office, [person("m1", "1980-01-01", 1)], [], accepted="2025-04-03", area="rural")
    office.clock("2025-05-08")
    office.do("Draw", "payer", division=COUNTY, month="2025-05")
    store = open_doudi(f"sqlite:///{folder}/office.sqlite").store
    random = Random(5)
    for projection in PROJECTIONS:
        past = Past(store, projection)
        for position in [*random.sample(range(store.head()), 3), store.head()]:
            view = past.view(position, Skips())
            assert everything(projection, view) == everything(projection, folded(store, projection, position))


@pytest.mark.parametrize("prefix", ["v", "v1", "v9"])
def test_all_rows_answer_alike_what_lies_below(store: EventStore, prefix: str) -> None:
    fill(store, 25, 1)
    projector = Projector(store, [Register()])
    projector.catch_up()
    wanted = [row for row in projector.rows("register").select("cases") if row["village"].startswith(prefix)]
    assert bool(wanted) == (prefix != "v9")
    kinds = (
        projector.rows("register"),
        folded(store, Register(), store.head()),
        Past(store, Register()).view(store.head(), Skips()),
    )
    for rows in kinds:
        assert list(rows.below("cases", "village", prefix)) == wanted
