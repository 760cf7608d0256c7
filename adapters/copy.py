"""An office from one store into a new one: positions, ids, commands, access log and keys as they were.

`carry` writes the target in one transaction: it is a store when that is done, or it is none.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from adapters.faults import reach
from adapters.keys.errors import KeysExist, KeysLost
from adapters.keys.file import KeyFile
from adapters.keys.opening import begun, clear_away, key_path, master_address, note_log, noted_logs
from adapters.keys.port import KeyStore
from adapters.keys.upkeep import index_anew
from adapters.store.database import Connection, Database, columns_of
from adapters.store.errors import StoreError, StoreExists
from adapters.store.open import database_of, file_of, line_of, open_store, opened
from adapters.store.sqlite import SQLiteDatabase

TABLES: dict[str, tuple[str, ...]] = {
    "events": (
        "position",
        "stream",
        "version",
        "type",
        "type_version",
        "command",
        "actor",
        "division",
        "recorded_at",
        "causation",
        "payload",
    ),
    "commands": ("id", "digest", "answer", "first", "last"),
    "access": ("id", "at", "actor", "case_no", "purpose", "outcome", "command"),
    "tracking": ("application_name", "notification_id"),
    "set_aside": ("projection", "position", "stream", "reason", "actor", "at"),
}
"""What is carried; read tables are folded anew."""


class SourceMoved(StoreError):
    """The store was written to while it was copied (params: position, head)."""

    code = "copy.moved"


class Origin(NamedTuple):
    """Where an office comes from: one unchanging view of its tables, and its keys if they stand there."""

    connection: Connection
    scan: Callable[[str], Iterable[Any]]
    keys: KeyStore | None


class Cut(NamedTuple):
    """How much of a log is carried: events up to `position` of those up to `head`."""

    position: int
    head: int

    @property
    def whole(self) -> bool:
        return self.position == self.head


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    log: str
    position: int
    events: int
    commands: int
    looks: int
    keys: int


def copy_office(source: str, target: str) -> Copied:
    """Move an office to another store under the same log id; raises `StoreExists`, `SourceMoved` at its end.

    Stop what writes to the source first: what it gets afterwards stays behind.
    """
    database, _ = opened(source)
    with closing(database):
        keys = database.key_store(begin=False)
        with database.reading() as connection:
            marks = marks_of(connection)
            cut = Cut(head_of(connection), head_of(connection))
            copied = carry(Origin(connection, database.scan, keys), target, marks, cut)
        head = head_of(database.connection)
        if head != cut.head:
            raise SourceMoved(position=cut.head, head=head)
    return copied


def marks_of(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM meta").fetchall())


def head_of(connection: Connection) -> int:
    return int(connection.execute("SELECT COALESCE(MAX(position), 0) FROM events").fetchone()[0])


def carry(
    origin: Origin,
    target: str,
    marks: dict[str, str],
    cut: Cut,
    then: Callable[[Database], object] | None = None,
) -> Copied:
    """Make a store of an origin's events up to a cut, with these marks; `then` is part of the same transaction.

    Keys that stand at the target already are kept if they are of the origin's log.
    """
    before = marks_of(origin.connection)["log_id"]
    database = database_of(target)
    if database.is_store():
        raise StoreExists(url=database.url)
    if marks["trial"] != "1":
        master_address(file_of(target))
    database.prepare()
    with closing(database):
        with database.transaction():
            if database.schema():
                raise StoreExists(url=database.url)
            database.migrate()
            database.connection.executemany("INSERT INTO meta (name, value) VALUES (?, ?)", marks.items())
            for table, columns in TABLES.items():
                _load(database, origin, table, columns, cut)
            database.settle()
            reach("copy.loaded")
            if then is not None:
                then(database)
            counts = [_count(database, table) for table in ("events", "commands", "access")]
            head = head_of(database.connection)
            line = frozenset(line_of(origin.connection, before))
            keys = _bring_keys(database, origin.keys, line, marks["log_id"])
            reach("copy.keys")
        begun(keys)
        held = len(keys.all_keys())
        keys.close()
    if not isinstance(keys, KeyFile) or not isinstance(origin.keys, KeyFile):
        _index(target)
    return Copied(
        log=marks["log_id"],
        position=head,
        events=counts[0],
        commands=counts[1],
        looks=counts[2],
        keys=held,
    )


def _load(database: Database, origin: Origin, table: str, columns: Sequence[str], cut: Cut) -> None:
    """Of a log that is cut off go along the commands whose events do; one without events may be later."""
    if not _has(origin, table):
        return
    where = ""
    if table == "events" or (table == "set_aside" and not cut.whole):
        where = f" WHERE position <= {cut.position}"
    elif table == "commands" and not cut.whole:
        where = f" WHERE last <= {cut.position}"
    order = f" ORDER BY {columns[0]}"
    database.load(table, columns, origin.scan(f"SELECT {columns_of(columns)} FROM {table}{where}{order}"))


def _has(origin: Origin, table: str) -> bool:
    """A backup of an older release may lack a table that came later."""
    try:
        origin.connection.execute(f"SELECT 1 FROM {table} LIMIT 1")
    except Exception as error:
        if "no such table" in str(error):
            return False
        raise
    return True


def _count(database: Database, table: str) -> int:
    return int(database.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _bring_keys(database: Database, source: KeyStore | None, before: frozenset[str], log: str) -> KeyStore:
    """Keys at the target, of the target's log, which was made of those before. Raises `KeysExist`, `KeysLost`."""
    standing = isinstance(database, SQLiteDatabase) and _stand(key_path(database.path), source)
    if standing or source is None:
        keys = database.key_store(begin=False)
        if keys.mark("log_id") is None:
            raise KeysLost(address=keys.address)
        if noted_logs(keys).isdisjoint(before):
            raise KeysExist(address=keys.address)
    elif isinstance(database, SQLiteDatabase) and isinstance(source, KeyFile):
        source.copy_to(key_path(database.path))
        keys = database.key_store(begin=False)
    else:
        keys = database.key_store(begin=True)
        keys.put_masters(source.masters())
        keys.put_mark("master", source.mark("master") or "")
    if source is not None:
        gone = {name for _, name in source.forgotten()} | {name for _, name in keys.forgotten()}
        noted = {name for _, name in keys.forgotten()}
        known = {key.name for key in keys.all_keys()}
        keys.add_keys([key for key in source.all_keys() if key.name not in known | gone])
        keys.drop(sorted(gone - noted))
    if keys.mark("log_id") != log:
        note_log(keys, log, before)
    return keys


def _stand(path: Path, source: KeyStore | None) -> bool:
    """Whether there are keys at the target; what a copy that was broken off left of some is cleared away."""
    if not path.exists():
        return False
    found = KeyFile(path)
    blank = found.mark("log_id") is None
    found.close()
    if blank and source is not None:
        clear_away(path)
    return path.exists()


def _index(target: str) -> None:
    """The index of numbers and names, by unsealing what persons were registered with."""
    store = open_store(target)
    try:
        index_anew(store.keyring, store.all())
    finally:
        store.close()
