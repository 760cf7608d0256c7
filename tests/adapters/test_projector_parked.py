"""What a projection can't take waits by itself, is tried again, or set aside; all others pass."""

from pathlib import Path

import pytest

from adapters.faults import Fault
from adapters.projector import NothingParked, PoisonEvent, Projector, TooManyParked
from adapters.rows import StoredRows
from adapters.store.store import EventStore
from projections.base import Rows, Seen
from tests.adapters.trials import DAY, Closed, Paid, Register, Totals, commit, fill, opened, paid, trial


@pytest.fixture
def store(folder: Path) -> EventStore:
    return trial(folder)


class Picky(Register):
    """Can't take these amounts."""

    def __init__(self, *poison: int) -> None:
        self.poison = poison

    def apply(self, seen: Seen, rows: Rows) -> None:
        if isinstance(seen.event, Paid) and seen.event.amount in self.poison:
            rows.put("villages", {"village": "half", "cases": 0, "paid": 0})
            raise ValueError("王某 got an amount that can't be")
        super().apply(seen, rows)


def paid_by_case(store: EventStore) -> dict[str, int]:
    rows = StoredRows(Register.tables, store.database, store.keyring)
    assert rows.get("villages", ("half",)) is None
    return {row["case"]: row["paid"] for row in rows.select("cases")}


def two_cases(store: EventStore) -> None:
    store.write(commit("c1", ("case:1", opened()), ("case:2", opened())))
    store.write(commit("c2", ("case:1", paid(1)), ("case:1", paid(666)), expected={"case:1": 1}))
    store.write(commit("c3", ("case:2", paid(5)), ("case:1", paid(7)), expected={"case:1": 3, "case:2": 1}))


def test_a_poison_event_parks_its_case_in_that_projection_alone(store: EventStore) -> None:
    projector = Projector(store, [Picky(666), Totals()])
    two_cases(store)
    projector.catch_up()
    assert paid_by_case(store) == {"case:1": 1, "case:2": 5}
    (one,) = projector.parked()
    assert (one.projection, one.stream, one.position, one.type) == ("register", "case:1", 4, "Paid")
    assert one.reason.startswith("ValueError test_projector_parked.py:")
    assert projector.position("register") == projector.position("totals") == store.head()
    assert projector.rows("totals").get("totals", ("Paid",)) == {"type": "Paid", "count": 4}
    store.write(commit("c4", ("case:1", paid(2)), ("case:2", paid(3)), expected={"case:1": 4, "case:2": 2}))
    projector.catch_up()
    assert paid_by_case(store) == {"case:1": 1, "case:2": 8}
    assert projector.verify("register") == projector.verify("totals") == []
    assert {one.name: one.parked for one in projector.status()} == {"register": 1, "totals": 0}


def test_what_waits_is_tried_again_once_the_fold_is_mended(store: EventStore) -> None:
    two_cases(store)
    Projector(store, [Picky(666)]).catch_up()
    with pytest.raises(PoisonEvent) as caught:
        Projector(store, [Picky(666)]).retry("case:1")
    assert caught.value.params == {"projection": "register", "position": 4, "type": "Paid"}
    assert paid_by_case(store) == {"case:1": 1, "case:2": 5}
    mended = Projector(store, [Picky()])
    assert len(mended.parked("register")) == 1
    mended.retry("case:1")
    assert mended.parked() == []
    assert paid_by_case(store) == {"case:1": 674, "case:2": 5}
    with pytest.raises(NothingParked):
        mended.retry("case:1")


def test_an_event_set_aside_lets_the_case_go_on_with_who_and_why_on_record(store: EventStore) -> None:
    projector = Projector(store, [Picky(666, 9)])
    two_cases(store)
    projector.catch_up()
    projector.go_on_without("case:1", "paid twice by mistake", "s-9")
    assert paid_by_case(store) == {"case:1": 8, "case:2": 5}
    assert projector.parked() == []
    (aside,) = projector.set_aside()
    assert (aside.projection, aside.position, aside.stream) == ("register", 4, "case:1")
    assert (aside.reason, aside.actor) == ("paid twice by mistake", "s-9")
    assert projector.verify("register") == []
    store.write(commit("c4", ("case:1", paid(9)), ("case:1", paid(10)), expected={"case:1": 4}))
    projector.catch_up()
    assert paid_by_case(store)["case:1"] == 8
    assert [one.position for one in projector.parked()] == [7]


def test_set_aside_at_one_event_the_case_waits_at_the_next_that_cannot_be_taken(store: EventStore) -> None:
    projector = Projector(store, [Picky(666, 7)])
    two_cases(store)
    store.write(commit("c4", ("case:1", paid(20)), expected={"case:1": 4}))
    projector.catch_up()
    projector.go_on_without("case:1", "first", "s-9")
    assert [(one.stream, one.position) for one in projector.parked()] == [("case:1", 6)]
    assert paid_by_case(store) == {"case:1": 1, "case:2": 5}
    projector.go_on_without("case:1", "second", "s-9")
    assert paid_by_case(store) == {"case:1": 21, "case:2": 5}
    assert [one.position for one in projector.set_aside()] == [4, 6]
    assert projector.verify("register") == []


def test_a_rebuild_stops_at_what_waits_and_names_it(store: EventStore) -> None:
    projector = Projector(store, [Picky(666)])
    two_cases(store)
    projector.catch_up()
    before = paid_by_case(store)
    with pytest.raises(PoisonEvent) as caught:
        projector.rebuild("register")
    assert caught.value.params["position"] == 4
    assert isinstance(caught.value.__cause__, ValueError)
    assert paid_by_case(store) == before
    assert len(projector.parked()) == 1
    Projector(store, [Picky()]).rebuild("register")
    assert paid_by_case(store) == {"case:1": 674, "case:2": 5}
    assert projector.parked() == []


def test_a_rebuild_over_sparse_positions_names_what_it_cannot_read_en21(store: EventStore) -> None:
    fill(store, 40, 3)
    projector = Projector(store, [Register(), Totals()])
    run = store.database.connection.execute
    with store.database.transaction():
        run("UPDATE events SET position = -position")
        run("UPDATE events SET position = position * -1000")
    head = store.head()
    assert head % 1000 == 0
    projector.catch_up()
    assert projector.verify("totals") == []
    run("UPDATE events SET payload = ? WHERE position = 71000", (b'{"on": 5}',))
    with pytest.raises(PoisonEvent) as caught:
        projector.rebuild("totals")
    assert caught.value.params == {"projection": "totals", "position": 71000, "type": "Paid"}
    assert projector.rows("totals").get("totals", ("Paid",)) == {"type": "Paid", "count": 120}
    assert len(list(projector.fold_until("totals", 5000).select("totals"))) == 1


def test_a_payload_that_cannot_be_read_parks_its_case_live(store: EventStore) -> None:
    fill(store, 6, 2)
    store.database.connection.execute("UPDATE events SET payload = ? WHERE position IN (8, 9)", (b"{}",))
    projector = Projector(store, [Register(), Totals()])
    projector.catch_up()
    assert {(one.projection, one.stream, one.position) for one in projector.parked()} == {
        (name, stream, position)
        for name in ("register", "totals")
        for stream, position in (("case:1", 8), ("case:2", 9))
    }
    assert projector.verify("register") == projector.verify("totals") == []
    assert projector.position("totals") == store.head()


def test_a_fold_that_is_wrong_for_all_stops_instead_of_parking_them(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.projecting.live.MOST", 6)
    fill(store, 20, 1)
    projector = Projector(store, [Picky(*range(100, 107)), Totals()])
    with pytest.raises(TooManyParked):
        projector.catch_up()
    assert projector.position("register") == 0
    assert projector.position("totals") == store.head()
    assert [one.stopped for one in projector.status()] == ["projection.too-many", None]
    assert projector.parked() == []


def test_what_the_store_or_a_fault_does_is_no_poison(store: EventStore) -> None:
    class Failing(Totals):
        def apply(self, seen: Seen, rows: Rows) -> None:
            raise Fault("the machine")

    store.write(commit("c1", ("case:1", Closed(on=DAY))))
    projector = Projector(store, [Failing()])
    with pytest.raises(Fault):
        projector.catch_up()
    assert projector.parked() == []


def test_a_large_log_with_poison_is_built_without_it(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.projector._FEW", 10)
    fill(store, 12, 2)
    projector = Projector(store, [Picky(105)])
    projector.catch_up()
    assert [(one.stream, one.position) for one in projector.parked()] == [("case:5", 18)]
    assert projector.verify("register") == []
