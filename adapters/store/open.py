"""Stores by their address: `sqlite:///PATH` (an absolute path has four slashes)."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from adapters.clock import SystemClock, TrialClock
from adapters.randomness import SeededRandomness, SystemRandomness
from adapters.store.access_log import AccessLog
from adapters.store.codec import Codec, known_events
from adapters.store.database import Database
from adapters.store.errors import BadAddress, NotAStore, NotYet, StoreExists, StoreFailed, StoreMissing
from adapters.store.keyring import PlainKeyring
from adapters.store.meta import Meta, write_marks
from adapters.store.sqlite import SQLiteStore
from domain.event import Event

_SCHEME = "sqlite:///"


def path_of(url: str) -> Path:
    """The file of a `sqlite:///…` address; raises `BadAddress`, `NotYet`."""
    if url.startswith(("postgresql://", "postgres://")):
        raise NotYet(url=url.partition("@")[2] or url)
    path = url.removeprefix(_SCHEME)
    if path == url or not path or "\0" in path:
        raise BadAddress(url=url)
    return Path(path)


def init_store(
    url: str,
    *,
    trial: bool = False,
    seed: int = 1,
    clock: datetime | None = None,
    events: Iterable[type[Event]] | None = None,
    first: Callable[[SQLiteStore], object] | None = None,
) -> SQLiteStore:
    """Make a store; a trial has a seed and a clock that begins at `clock` (default: the machine's now).

    What `first` writes is there as soon as the store is: one transaction, or no store.
    Raises `StoreExists`, `NotAStore`, `BadAddress`, `NotYet`.
    """
    path = path_of(url)
    if _is_store(path, url):
        raise StoreExists(url=url)
    path.parent.mkdir(parents=True, exist_ok=True)
    database = Database(path)
    with database.transaction():
        if database.schema():
            raise StoreExists(url=url)
        database.migrate()
        write_marks(
            database, trial=trial, seed=str(seed) if trial else None, clock=clock or SystemClock().now()
        )
        store = _assemble(database, events)
        if first is not None:
            first(store)
    return store


def open_store(url: str, *, events: Iterable[type[Event]] | None = None) -> SQLiteStore:
    """Open a store with the event classes given, by default those of the domain modules imported so far.

    Raises `StoreMissing`, `NotAStore`, `NewerStore`, `BadAddress`, `NotYet`.
    """
    path = path_of(url)
    if not _is_store(path, url):
        raise StoreMissing(url=url)
    database = Database(path)
    database.migrate()
    return _assemble(database, events)


def _is_store(path: Path, url: str) -> bool:
    """Whether there is one; an empty file or one whose making was broken off is none."""
    if not path.exists():
        return False
    try:
        looked = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            tables = {
                name for (name,) in looked.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
        finally:
            looked.close()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise NotAStore(url=url) from None
        raise StoreFailed(reason=getattr(error, "sqlite_errorname", "?")) from error
    if tables and not {"meta", "events", "commands"} <= tables:
        raise NotAStore(url=url)
    return bool(tables)


def _assemble(database: Database, events: Iterable[type[Event]] | None) -> SQLiteStore:
    meta = Meta(database)
    keyring = PlainKeyring(meta.secret("keyring"))
    codec = Codec(known_events() if events is None else events, keyring)
    clock = TrialClock(meta) if meta.trial else SystemClock()
    return SQLiteStore(database, meta, codec, keyring, clock)


def randomness_of(store: SQLiteStore) -> SystemRandomness | SeededRandomness:
    """The system's for a real store, the seeded one for a trial."""
    return SeededRandomness(store.meta.seed) if store.trial and store.meta.seed else SystemRandomness()


def access_log_of(store: SQLiteStore) -> AccessLog:
    return AccessLog(store.database)
