"""Stores by their address: `sqlite:///PATH` (an absolute path has four slashes) or `postgresql://…`."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from adapters.clock import SystemClock, TrialClock
from adapters.keys.keyring import SealedKeyring
from adapters.keys.opening import begin_keys, begun, open_keys
from adapters.randomness import SeededRandomness, SystemRandomness
from adapters.store.access_log import AccessLog
from adapters.store.codec import Codec, known_events
from adapters.store.database import Connection, Database
from adapters.store.errors import BadAddress, StoreExists, StoreMissing
from adapters.store.evolution import RENAMED, SPLIT, UPCASTERS
from adapters.store.meta import Meta, write_marks
from adapters.store.sqlite import SQLiteDatabase
from adapters.store.store import EventStore
from domain.event import Event
from domain.structs import learned

_SCHEME = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")


def path_of(url: str) -> Path:
    """The file of a `sqlite:///…` address; raises `BadAddress`."""
    path = url.removeprefix(_SCHEME)
    if path == url or not path or "\0" in path:
        raise BadAddress(url=url)
    return Path(path)


def database_of(url: str) -> Database:
    """The database at an address, whatever is in it; raises `BadAddress`."""
    if url.startswith(_POSTGRESQL):
        from adapters.store.postgres import PostgresDatabase

        return PostgresDatabase(url)
    return SQLiteDatabase(path_of(url), url)


def init_store(
    url: str,
    *,
    trial: bool = False,
    seed: int = 1,
    clock: datetime | None = None,
    events: Iterable[type[Event]] | None = None,
    first: Callable[[EventStore], object] | None = None,
) -> EventStore:
    """Make a store; a trial has a seed and a clock that begins at `clock` (default: the machine's now).

    What `first` writes is there as soon as the store is: one transaction, or no store.
    Raises `StoreExists`, `NotAStore`, `BadAddress`.
    """
    database = database_of(url)
    if database.is_store():
        raise StoreExists(url=database.url)
    database.prepare()
    with database.transaction():
        if database.schema():
            raise StoreExists(url=database.url)
        database.migrate()
        write_marks(
            database, trial=trial, seed=str(seed) if trial else None, clock=clock or SystemClock().now()
        )
        meta = Meta(database)
        keys = database.key_store(begin=True)
        store = _assemble(database, meta, begin_keys(keys, file_of(url), meta), events)
        if first is not None:
            first(store)
    begun(keys)
    return store


def open_store(url: str, *, events: Iterable[type[Event]] | None = None) -> EventStore:
    """Open a store with the event classes given, by default those of the domain modules imported so far.

    Raises `StoreMissing`, `NotAStore`, `NewerStore`, `BadAddress`.
    """
    database, meta = opened(url)
    keys = database.key_store(begin=False)
    return _assemble(database, meta, open_keys(keys, file_of(url), meta, forgotten_in(database)), events)


def opened(url: str) -> tuple[Database, Meta]:
    """The database of a store without its keys."""
    database = database_of(url)
    if not database.is_store():
        raise StoreMissing(url=database.url)
    database.migrate()
    return database, Meta(database)


def file_of(url: str) -> Path | None:
    """The file that a store is in, None where it is in none."""
    return path_of(url) if url.startswith(_SCHEME) else None


@learned
class _Forgotten(msgspec.Struct):
    """What of the event, in any version, says whose keys are gone; it is read before there is a codec."""

    person: str
    words: tuple[str, ...] = ()


def forgotten_in(database: Database) -> list[str]:
    """Whose keys the log says are dropped: persons, and cases with their last person."""
    rows = database.connection.execute(
        "SELECT payload FROM events WHERE type = 'PersonForgotten' ORDER BY position"
    ).fetchall()
    events = [msgspec.json.decode(payload, type=_Forgotten) for (payload,) in rows]
    return [name for event in events for name in (event.person, *event.words)]


class _Restored(msgspec.Struct):
    before: str


def line_of(connection: Connection, log: str) -> tuple[str, ...]:
    """The logs that this one was restored from, one after the other, and itself.

    Each says so by its event; the marks also know one whose event a later restore cut off.
    """
    rows = connection.execute("SELECT payload FROM events WHERE type = 'StoreRestored' ORDER BY position")
    said = [msgspec.json.decode(payload, type=_Restored).before for (payload,) in rows.fetchall()]
    mark = connection.execute("SELECT value FROM meta WHERE name = 'log_before'").fetchone()
    known = mark[0].split() if mark else []
    return (*(one for one in said if one not in known), *known, log)


def _assemble(
    database: Database, meta: Meta, keyring: SealedKeyring, events: Iterable[type[Event]] | None
) -> EventStore:
    codec = Codec(known_events() if events is None else events, keyring, UPCASTERS, RENAMED, SPLIT)
    clock = TrialClock(meta) if meta.trial else SystemClock()
    return EventStore(database, meta, codec, keyring, clock)


def randomness_of(store: EventStore) -> SystemRandomness | SeededRandomness:
    """The system's for a real store, the seeded one for a trial."""
    return SeededRandomness(store.meta.seed) if store.trial and store.meta.seed else SystemRandomness()


def access_log_of(store: EventStore) -> AccessLog:
    return AccessLog(store.database)
