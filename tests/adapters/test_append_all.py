"""Entries of several callers written at once: each has its own answer, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.group_commit import writer_into
from adapters.store.database import CommandRow, Entry, OutOfTurn, Row
from adapters.store.store import EventStore
from tests.adapters.trials import trial
from workflows.ports import CommandTaken, Conflict

LOG = "SELECT position, stream, version, command, causation, payload FROM events ORDER BY position"
COMMANDS = "SELECT id, digest, answer, first, last FROM commands ORDER BY id"


@pytest.fixture
def store(folder: Path) -> EventStore:
    return trial(folder)


def entry(
    command: str,
    *streams: str,
    after: int = 0,
    expected: bool = True,
    at: int = 1_000,
) -> Entry:
    """One event each into streams that stand at `after`."""
    rows = [
        Row(stream, after + 1, "Paid", 1, command, "staff-1", "110101", None if number else "〇·𠅤", b"{}")
        for number, stream in enumerate(streams)
    ]
    versions = dict.fromkeys(streams, after) if expected else None
    return Entry(rows, CommandRow(command, b"d" * 32, b"{}"), lambda: at, False, versions)  # type: ignore[arg-type]


def log(store: EventStore) -> list[tuple[object, ...]]:
    return [tuple(row) for row in store.database.connection.execute(LOG).fetchall()]


def commands(store: EventStore) -> list[tuple[object, ...]]:
    return [tuple(row) for row in store.database.connection.execute(COMMANDS).fetchall()]


def test_each_is_in_with_its_own_position(store: EventStore) -> None:
    told = store.database.append_all(
        [entry("c1", "case:1"), entry("c2", "case:2", "case:3"), entry("c3"), entry("c4", "case:4", at=3_000)]
    )
    assert told == [1, 3, 3, 4]
    assert store.head() == 4
    assert log(store) == [
        (1, "case:1", 1, "c1", "〇·𠅤", b"{}"),
        (2, "case:2", 1, "c2", "〇·𠅤", b"{}"),
        (3, "case:3", 1, "c2", None, b"{}"),
        (4, "case:4", 1, "c4", "〇·𠅤", b"{}"),
    ]
    assert [(name, first, last) for name, _, _, first, last in commands(store)] == [
        ("c1", 1, 1),
        ("c2", 2, 3),
        ("c3", None, None),
        ("c4", 4, 4),
    ]
    assert store.database.append_all([entry("c5", "case:1", after=1), entry("c6")]) == [5, 5]


def test_what_stands_in_the_way_of_one_hurts_only_its_own(store: EventStore) -> None:
    store.database.append_all([entry("c1", "case:1")])
    told = store.database.append_all(
        [
            entry("c2", "case:2"),
            entry("stale", "case:1"),
            entry("c1", "case:3"),
            entry("hole", "case:4", after=5, expected=False),
            entry("c3", "case:1", after=1),
        ]
    )
    assert [told[0], told[4]] == [2, 3]
    assert isinstance(told[1], Conflict)
    assert isinstance(told[2], CommandTaken)
    assert isinstance(told[3], OutOfTurn)
    assert [row[3] for row in log(store)] == ["c1", "c2", "c3"]
    assert [row[0] for row in commands(store)] == ["c1", "c2", "c3"]


def test_one_that_follows_another_in_a_stream_comes_after_it(store: EventStore) -> None:
    told = store.database.append_all(
        [entry("c1", "case:1"), entry("c2", "case:1", after=1), entry("late", "case:1", after=1)]
    )
    assert told[:2] == [1, 2]
    assert isinstance(told[2], Conflict)
    assert [(row[1], row[2]) for row in log(store)] == [("case:1", 1), ("case:1", 2)]


def test_one_command_said_twice_at_once_is_taken_once(store: EventStore) -> None:
    told = store.database.append_all([entry("c1", "case:1"), entry("c1", "case:2")])
    assert told[0] == 1
    assert isinstance(told[1], CommandTaken)
    assert len(log(store)) == 1


def test_what_is_recorded_together_never_goes_back_in_time(store: EventStore) -> None:
    store.database.append_all([entry("c1", "case:1", at=5_000)])
    store.database.append_all([entry("c2", "case:2", at=1_000), entry("c3", "case:3", at=2_000)])
    at = [row[0] for row in store.database.connection.execute("SELECT recorded_at FROM events").fetchall()]
    assert at == [5_000, 5_000, 5_000]


def test_in_a_transaction_that_is_undone_nothing_is_left(store: EventStore) -> None:
    def undone() -> None:
        with store.database.transaction():
            store.database.append_all([entry("c1", "case:1"), entry("c2", "case:2")])
            raise LookupError

    with pytest.raises(LookupError):
        undone()
    assert log(store) == commands(store) == []


def test_sixteen_callers_share_transactions_and_lose_nothing(store: EventStore) -> None:
    with writer_into(store.database) as writer, ThreadPoolExecutor(16) as pool:

        def call(caller: int) -> list[int]:
            return [
                writer.submit(entry(f"c{caller}-{turn}", f"case:{caller}", after=turn)) for turn in range(20)
            ]

        told = list(pool.map(call, range(16)))
    assert sorted(position for mine in told for position in mine) == list(range(1, 321))
    assert all(mine == sorted(mine) for mine in told)
    assert 0 < writer.groups < 320
    by_position = {row[0]: row[3] for row in log(store)}
    assert all(
        by_position[position] == f"c{caller}-{turn}"
        for caller, mine in enumerate(told)
        for turn, position in enumerate(mine)
    )
