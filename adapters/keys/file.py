"""Keys and index in a SQLite file of their own beside the store's; what is dropped is overwritten.

Two files can't commit as one, so they do in order: what a command brings is durable here before the log has it,
so a value in the log always has its key. What a process that died between left here does no harm: a key that
seals nothing, and an index row that doesn't hold, since the log doesn't have its command. Forgetting goes the
other way round: first the event, then the key; opening drops every key that the log says is forgotten.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from shutil import copyfile
from threading import RLock
from typing import NamedTuple

from adapters.faults import reach
from adapters.keys.errors import KeysForeign
from adapters.keys.port import Brought, WrappedKey
from adapters.store.errors import StoreBusy, StoreFailed
from domain.ids import StreamId
from workflows.ports import Conflict

BUSY_SECONDS = 30

_SCHEMA = 1
_TABLES = """
CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE masters (id INTEGER PRIMARY KEY, wrapped BLOB NOT NULL);
CREATE TABLE keys (name TEXT PRIMARY KEY, master TEXT NOT NULL, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE forgotten (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE numbers (hash BLOB PRIMARY KEY, person TEXT NOT NULL, command TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX numbers_person ON numbers (person);
CREATE TABLE names (
    hash BLOB, person TEXT NOT NULL, command TEXT NOT NULL, PRIMARY KEY (hash, person)
) WITHOUT ROWID;
CREATE INDEX names_person ON names (person)
"""


class _Row(NamedTuple):
    """A row of the index; it holds only if the log has its command."""

    hash: bytes
    person: str
    command: str


Committed = Callable[[str], bool]


def _never(command: str) -> bool:
    return False


def failure(error: sqlite3.Error) -> StoreBusy | StoreFailed:
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    return StoreBusy(seconds=BUSY_SECONDS) if name.startswith("SQLITE_BUSY") else StoreFailed(reason=name)


class KeyFile:
    """One connection for all threads; every change is one transaction, on the disk before it returns.

    `committed`: whether the log has a command. `steadily`: holds the log's write lock. What commands bring is
    staged within the log's transaction, and kept, or undone, with it.
    """

    def __init__(
        self,
        path: Path | str,
        committed: Committed = _never,
        steadily: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self.path = Path(path)
        self.address = str(path)
        self.committed = committed
        self.steady = steadily
        self._settled: Callable[[Iterable[str]], object] = list
        self._dropped: Callable[[Iterable[str]], object] = list
        self._lock = RLock()
        self._keys: dict[str, WrappedKey] = {}
        self._numbers: dict[bytes, _Row] = {}
        self._names: dict[tuple[bytes, str], _Row] = {}
        self._leaving: list[tuple[str, str]] = []
        self._told: list[str] = []
        self._dropping: list[str] = []
        self._held: sqlite3.Connection | None = None
        self._connect()

    @property
    def _connection(self) -> sqlite3.Connection:
        """Open; once closed it opens anew, like the log's."""
        return self._held or self._connect()

    def _connect(self) -> sqlite3.Connection:
        try:
            if self.address != ":memory:" and not self.path.exists():
                os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))
            self._held = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"):
                self._held.execute(f"PRAGMA {pragma}")
            self._migrate()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
                raise KeysForeign(address=str(self.path)) from None
            raise failure(error) from error
        return self._held

    def _migrate(self) -> None:
        found = self._connection.execute("PRAGMA user_version").fetchone()[0]
        tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found == 0 and not tables:
            with self.changing() as connection:
                for statement in _TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_SCHEMA}")
        elif found != _SCHEMA:
            raise KeysForeign(address=str(self.path))

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            run = self._connection.execute
            try:
                run("BEGIN IMMEDIATE")
                yield self._connection
                run("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    run("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise failure(error) from error
                raise

    def _rows(self, statement: str, *params: object) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                return self._connection.execute(statement, params).fetchall()
            except sqlite3.Error as error:
                raise failure(error) from error

    def listen(
        self, settled: Callable[[Iterable[str]], object], dropped: Callable[[Iterable[str]], object]
    ) -> None:
        self._settled, self._dropped = settled, dropped

    def changes(self) -> int:
        """Another number whenever somebody else changed something."""
        return int(str(self._rows("PRAGMA data_version")[0][0]))

    def mark(self, name: str) -> str | None:
        found = self._rows("SELECT value FROM marks WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def put_mark(self, name: str, value: str) -> None:
        with self.changing() as connection:
            connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))

    def masters(self) -> list[bytes]:
        return [row[0] for row in self._rows("SELECT wrapped FROM masters ORDER BY id")]  # type: ignore[misc]

    def put_masters(self, wrapped: list[bytes]) -> None:
        with self.changing() as connection:
            connection.execute("DELETE FROM masters")
            connection.executemany("INSERT INTO masters (wrapped) VALUES (?)", [(one,) for one in wrapped])

    def key(self, name: str) -> WrappedKey | None:
        found = self._rows("SELECT name, master, wrapped FROM keys WHERE name = ?", name)
        return WrappedKey(*found[0]) if found else None  # type: ignore[arg-type]

    def all_keys(self) -> list[WrappedKey]:
        return [WrappedKey(*row) for row in self._rows("SELECT name, master, wrapped FROM keys")]  # type: ignore[arg-type]

    def forgotten(self, after: int = 0) -> list[tuple[int, str]]:
        """(serial, whose key was dropped), in the order they were."""
        found = self._rows("SELECT id, name FROM forgotten WHERE id > ? ORDER BY id", after)
        return [(int(str(row[0])), str(row[1])) for row in found]

    def is_forgotten(self, name: str) -> bool:
        return bool(self._rows("SELECT 1 FROM forgotten WHERE name = ?", name))

    def number(self, hashed: bytes) -> str | None:
        for row in (self._numbers.get(hashed), self._row(hashed)):
            if row is not None and self.committed(row.command):
                return row.person
        return None

    def _row(self, hashed: bytes) -> _Row | None:
        found = self._rows("SELECT hash, person, command FROM numbers WHERE hash = ?", hashed)
        return _Row(*found[0]) if found else None  # type: ignore[arg-type]

    def named(self, hashed: bytes) -> list[str]:
        found = self._rows("SELECT hash, person, command FROM names WHERE hash = ?", hashed)
        rows = [_Row(*row) for row in found]  # type: ignore[arg-type]
        rows += [row for row in list(self._names.values()) if row.hash == hashed]
        return sorted({row.person for row in rows if self.committed(row.command)})

    def bound(self) -> tuple[dict[bytes, str], set[tuple[bytes, str]]]:
        both = []
        for table in ("numbers", "names"):
            rows = [_Row(*row) for row in self._rows(f"SELECT hash, person, command FROM {table}")]  # type: ignore[arg-type]
            both.append([(row.hash, row.person) for row in rows if self.committed(row.command)])
        return dict(both[0]), set(both[1])

    def stage(self, command: str, brought: Brought) -> None:
        """What a command brings, within the log's transaction. Raises Conflict."""
        for key in brought.keys:
            kept = self._keys.get(key.name) or self.key(key.name)
            if kept not in (None, key):
                raise Conflict(StreamId(f"key:{key.name}"))
        owners: dict[bytes, str] = {}
        for hashed, person in brought.numbers:
            owner = owners.setdefault(hashed, self.number(hashed) or person)
            if owner != person:
                raise Conflict(StreamId(f"person:{owner}"))
        with self._lock:
            self._keys.update((key.name, key) for key in brought.keys)
            for hashed, person in brought.numbers:
                self._numbers[hashed] = _Row(hashed, person, command)
            for hashed, person in brought.names:
                self._names[hashed, person] = _Row(hashed, person, command)
            self._leaving += [(command, name) for name in brought.forgets]

    def keep(self) -> None:
        """Just before the log's transaction is committed."""
        if self._keys or self._numbers or self._names:
            self._add(
                self._keys.values(),
                [row for row in self._numbers.values() if self.committed(row.command)],
                [row for row in self._names.values() if self.committed(row.command)],
            )
            reach("keys.kept")
        self._told = [name for command, name in self._leaving if self.committed(command)]

    def kept(self) -> None:
        """The log's transaction is on the disk."""
        if self._keys or self._numbers or self._names:
            self._settled(list(self._keys))
            self._clear()
        self._dropping += self._told
        self._leaving, self._told = [], []
        if self._dropping:
            reach("forget.told")
            self.drop(self._dropping)
            self._dropping = []
            reach("forget.dropped")

    def undone(self) -> None:
        """The log's transaction was rolled back."""
        self._clear()
        self._leaving, self._told = [], []

    def _clear(self) -> None:
        with self._lock:
            self._keys, self._numbers, self._names = {}, {}, {}

    def add_keys(self, keys: Iterable[WrappedKey]) -> None:
        self._add(keys, (), ())

    def _add(self, keys: Iterable[WrappedKey], numbers: Iterable[_Row], names: Iterable[_Row]) -> None:
        with self.changing() as connection:
            connection.executemany("INSERT INTO keys VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING", keys)
            connection.executemany("INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)", numbers)
            connection.executemany("INSERT OR REPLACE INTO names VALUES (?, ?, ?)", names)

    def rewrap(self, keys: Iterable[WrappedKey], master: str) -> None:
        """Put keys that stand under another master key, which is in use from here on; all or none."""
        with self.changing() as connection:
            connection.execute("INSERT OR REPLACE INTO marks VALUES ('master', ?)", (master,))
            rows = [(key.master, key.wrapped, key.name) for key in keys]
            connection.executemany("UPDATE keys SET master = ?, wrapped = ? WHERE name = ?", rows)
        self._overwrite()

    def index_anew(
        self, numbers: Iterable[tuple[bytes, str, str]], names: Iterable[tuple[bytes, str, str]]
    ) -> None:
        with self.changing() as connection:
            connection.execute("DELETE FROM numbers")
            connection.execute("DELETE FROM names")
            connection.executemany("INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)", numbers)
            connection.executemany("INSERT OR REPLACE INTO names VALUES (?, ?, ?)", names)

    def drop(self, names: Iterable[str]) -> None:
        """Keys and index rows of these, so that no copy of them stays in the file or its journal."""
        gone = [(name,) for name in names]
        with self.changing() as connection:
            connection.executemany("DELETE FROM keys WHERE name = ?", gone)
            connection.executemany("DELETE FROM numbers WHERE person = ?", gone)
            connection.executemany("DELETE FROM names WHERE person = ?", gone)
            connection.executemany("INSERT OR IGNORE INTO forgotten (name) VALUES (?)", gone)
        self._dropped(name for (name,) in gone)
        self._overwrite()

    def _overwrite(self) -> None:
        self._rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def revived(self) -> list[str]:
        """Whose keys stand although they are forgotten."""
        return [str(row[0]) for row in self._rows("SELECT name FROM keys NATURAL JOIN forgotten")]

    def copy_to(self, path: Path) -> None:
        """A whole copy as of one moment, while others go on."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        other = sqlite3.connect(path)
        try:
            with self._lock:
                self._connection.backup(other)
            other.execute("PRAGMA journal_mode=DELETE")
        finally:
            other.close()

    def close(self) -> None:
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None


def copy_of(path: Path, to: Path) -> KeyFile:
    """A copy to look into, itself only read; of keys that are in use with what stands in the log beside them."""
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT, 0o600))
    if path.with_name(f"{path.name}-wal").exists():
        try:
            with (
                closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as there,
                closing(sqlite3.connect(to)) as here,
            ):
                there.backup(here)
        except sqlite3.Error as error:
            raise failure(error) from error
    else:
        copyfile(path, to)
    try:
        return KeyFile(to)
    except KeysForeign:
        to.unlink()
        raise KeysForeign(address=str(path)) from None
