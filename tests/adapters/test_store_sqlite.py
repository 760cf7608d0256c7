"""What is SQLite's own in a store: its file, its lock, its disk."""

import sqlite3
from pathlib import Path

import pytest

from adapters.store.errors import NewerStore
from adapters.store.store import EventStore
from domain.ids import StreamId
from tests.adapters.trials import Broken, again
from tests.adapters.trials import trial as make_trial

ONE, TWO = StreamId("case:1"), StreamId("case:2")


@pytest.fixture
def store(tmp_path: Path) -> EventStore:
    return make_trial(tmp_path)


def test_a_store_of_a_newer_release_is_refused(store: EventStore, tmp_path: Path) -> None:
    store.database.connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(NewerStore) as caught:
        again(tmp_path)
    assert caught.value.params["found"] == 99


def test_every_commit_reaches_the_disk(store: EventStore) -> None:
    run = store.database.connection.execute
    assert run("PRAGMA synchronous").fetchone() == (2,)
    assert run("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_batch_does_not_leave_the_lock_behind(store: EventStore, tmp_path: Path) -> None:
    with pytest.raises(Broken):
        _fail_in(store)
    other = sqlite3.connect(tmp_path / "store.db", timeout=0)
    other.execute("BEGIN IMMEDIATE")
    other.close()


def _fail_in(store: EventStore) -> None:
    with store.batch(), store.batch():
        raise Broken
