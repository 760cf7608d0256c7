"""A store in one SQLite file: a connection a thread, one writer at a time, transactions that nest."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

from adapters.faults import reach
from adapters.keys.errors import KeysLost
from adapters.keys.file import KeyFile
from adapters.keys.opening import clear_away, key_path
from adapters.keys.port import Brought
from adapters.store.database import (
    LOG,
    CommandRow,
    Entry,
    Form,
    OutOfTurn,
    columns_of,
    migrations,
    quoted,
    tail,
    upserted,
)
from adapters.store.errors import BrokenLog, NewerStore, NotAStore, StoreBusy, StoreFailed
from domain.ids import CommandId, StreamId
from workflows.ports import CommandTaken, Conflict

BUSY_SECONDS = 30
_A_PART = 10_000
"""Rows of a new read table that are written at once; other writers come in between."""
_A_LOOK = 0.05
"""Seconds between two looks at a file that others may write to."""

_END = "SELECT max(version) FROM events WHERE stream = ?"
_INSERT = (
    "INSERT INTO events (stream, version, type, type_version, command, actor, division, causation, payload,"
    " recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_COMMAND = "INSERT INTO commands (id, digest, answer, first, last) VALUES (?, ?, ?, ?, ?)"


class SQLiteSession:
    """A thread's connection (`adapters.store.database.Session`)."""

    __slots__ = ("clock", "connection", "depth", "exclusive", "tail")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.depth = 0
        self.exclusive = False
        self.tail: tuple[int, int] | None = None
        self.clock: int | None = None

    def forget(self) -> None:
        """What it knows of the file may be wrong now."""
        self.tail = self.clock = None


def failure(error: sqlite3.Error) -> StoreBusy | StoreFailed:
    """The typed form of what SQLite says of its file."""
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    if name.startswith("SQLITE_BUSY"):
        return StoreBusy(seconds=BUSY_SECONDS)
    return StoreFailed(reason=name)


class SQLiteDatabase:
    """The file at `path`; WAL, every commit on the disk before it is answered. One lock for everything."""

    def __init__(self, path: Path | str, url: str = "") -> None:
        self.path = Path(path)
        self.url = url
        self.rollbacks = 0
        self._keys: KeyFile | None = None
        self.tables = SQLiteTables(self)
        self._local = threading.local()
        self._writing = threading.Lock()
        self._committed = threading.Condition()

    def session(self) -> SQLiteSession:
        try:
            return self._local.session  # type: ignore[no-any-return]
        except AttributeError:
            session = self._local.session = self._connect()
            return session

    def _connect(self) -> SQLiteSession:
        try:
            connection = sqlite3.connect(
                self.path,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=512,
            )
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            raise failure(error) from error
        return SQLiteSession(connection)

    @property
    def connection(self) -> sqlite3.Connection:
        return self.session().connection

    @contextmanager
    def transaction(self, lock: str | None = LOG) -> Iterator[SQLiteSession]:
        """Every transaction has the file's one lock, whichever is asked for."""
        session = self.session()
        run = session.connection.execute
        if session.depth:
            mark = f"inner{session.depth}"
            run(f"SAVEPOINT {mark}")
            session.depth += 1
            try:
                yield session
            except BaseException:
                session.forget()
                self.rollbacks += 1
                if session.connection.in_transaction:
                    run(f"ROLLBACK TO {mark}")
                    run(f"RELEASE {mark}")
                raise
            else:
                run(f"RELEASE {mark}")
            finally:
                session.depth -= 1
            return
        reach("transaction.before-lock")
        with self._writing:
            try:
                run("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise failure(error) from error
            session.depth = 1
            session.exclusive = True
            session.forget()
            try:
                reach("transaction.locked")
                yield session
                if self._keys is not None:
                    self._keys.keep()
                reach("transaction.before-commit")
            except BaseException:
                self._undo(session)
                raise
            else:
                try:
                    run("COMMIT")
                except sqlite3.Error as error:
                    self._undo(session)
                    raise failure(error) from error
                if self._keys is not None:
                    self._keys.kept()
            finally:
                session.depth = 0
                session.exclusive = False
                session.forget()
        with self._committed:
            self._committed.notify_all()
        reach("transaction.committed")

    def _undo(self, session: SQLiteSession) -> None:
        self.rollbacks += 1
        if session.connection.in_transaction:
            session.connection.execute("ROLLBACK")
        if self._keys is not None:
            self._keys.undone()

    @contextmanager
    def reading(self, *tables: str) -> Iterator[sqlite3.Connection]:
        session = self.session()
        if session.depth or session.connection.in_transaction:
            yield session.connection
            return
        session.connection.execute("BEGIN")
        try:
            yield session.connection
        finally:
            session.connection.execute("ROLLBACK")

    def scan(self, statement: str) -> Iterator[Any]:
        return self.connection.execute(statement)

    @contextmanager
    def _joined(self) -> Iterator[SQLiteSession]:
        """The transaction that is open, or one of its own."""
        session = self.session()
        if session.depth:
            yield session
        else:
            with self.transaction():
                yield session

    def append(self, entry: Entry) -> int:
        """All that may stand in the way is looked at before anything is put, so a part needs no savepoint."""
        with self._joined() as session:
            connection = session.connection
            before, last_at = tail(session)
            brings = bool(entry.keys or entry.numbers or entry.names or entry.forgets)
            moved = entry.expected is None or entry.at != before
            if moved or brings:
                _check_command(connection, entry)
            if moved:
                _check_versions(connection, entry)
            if brings and self._keys is not None and entry.command is not None:
                brought = Brought(entry.keys, entry.numbers, entry.names, entry.forgets)
                self._keys.stage(entry.command.id, brought)
            reach("write.bound")
            count = len(entry.rows)
            if entry.command is not None:
                span = (before + 1, before + count) if count else (None, None)
                _put_command(connection, entry.command, span)
            reach("write.command")
            if count:
                at = max(entry.clock(), last_at)
                if count == 1:
                    last = connection.execute(_INSERT, (*entry.rows[0], at)).lastrowid
                else:
                    connection.executemany(_INSERT, [(*row, at) for row in entry.rows])
                    last = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
                if last != before + count:
                    raise BrokenLog(reason="end-cut-off", position=before)
                session.tail = (before + count, at)
            reach("write.inserted")
        return before + count

    def append_all(self, entries: Sequence[Entry]) -> list[int | Exception]:
        told: list[int | Exception] = []
        with self._joined():
            for entry in entries:
                try:
                    told.append(self.append(entry))
                except (Conflict, CommandTaken, OutOfTurn) as error:
                    told.append(error)
        return told

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        places = ", ".join("?" * len(columns))
        self.connection.executemany(
            f"INSERT INTO {quoted(table)} ({columns_of(columns)}) VALUES ({places})", rows
        )

    def settle(self) -> None:
        """SQLite counts on from what is there."""

    def wait(self, after: int, seconds: float) -> bool:
        """Woken by a commit of this process; those of others are found by looking."""
        until = monotonic() + seconds
        while tail(self.session())[0] <= after:
            left = until - monotonic()
            if left <= 0:
                return False
            with self._committed:
                self._committed.wait(min(left, _A_LOOK))
        return True

    def key_store(self, begin: bool) -> KeyFile:
        path = key_path(self.path)
        if begin:
            clear_away(path)
        elif not path.exists():
            raise KeysLost(address=str(path))
        self._keys = KeyFile(path, self._committed_command, self.transaction)
        return self._keys

    def _committed_command(self, command: str) -> bool:
        found = self.connection.execute("SELECT 1 FROM commands WHERE id = ?", (command,))
        return found.fetchone() is not None

    def is_store(self) -> bool:
        if not self.path.exists():
            return False
        try:
            looked = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
            try:
                tables = {
                    name for (name,) in looked.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                }
            finally:
                looked.close()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
                raise NotAStore(url=self.url) from None
            raise StoreFailed(reason=getattr(error, "sqlite_errorname", "?")) from error
        if tables and not {"meta", "events", "commands"} <= tables:
            raise NotAStore(url=self.url)
        return bool(tables)

    def prepare(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def schema(self) -> int:
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def migrate(self) -> None:
        steps = migrations("sqlite")
        if self.schema() < len(steps):
            with self.transaction() as session:
                for number in range(self.schema(), len(steps)):
                    for statement in steps[number].split(";\n"):
                        if statement.strip():
                            session.connection.execute(statement)
                session.connection.execute(f"PRAGMA user_version = {len(steps)}")
        if self.schema() > len(steps):
            raise NewerStore(found=self.schema(), known=len(steps))

    def damage(self) -> str | None:
        return _told(self.connection, "integrity_check")

    def close(self) -> None:
        """Another thread's connection goes when it isn't used any more: closed under a statement it would crash."""
        session: SQLiteSession | None = getattr(self._local, "session", None)
        if session is not None:
            session.connection.close()
        if self._keys is not None:
            self._keys.close()
        self._local = threading.local()


def damaged(connection: sqlite3.Connection) -> bool:
    """Whether a file's pages or rows are broken.

    SQLite's quick check (3.40) misreads a table whose key stands in another order than its columns; the whole one
    doesn't.
    """
    return _told(connection, "quick_check") is not None and _told(connection, "integrity_check") is not None


def _told(connection: sqlite3.Connection, look: str) -> str | None:
    told = str(connection.execute(f"PRAGMA {look}(1)").fetchone()[0])
    return None if told == "ok" else told


def _check_command(connection: sqlite3.Connection, entry: Entry) -> None:
    command = entry.command.id if entry.command else None
    if connection.execute("SELECT 1 FROM commands WHERE id = ?", (command,)).fetchone():
        raise CommandTaken(CommandId(command or ""))


def _check_versions(connection: sqlite3.Connection, entry: Entry) -> None:
    ends: dict[str, int | None] = {}
    run = connection.execute
    if entry.expected is not None:
        for stream, expected in entry.expected.items():
            if (run(_END, (stream,)).fetchone()[0] or 0) != expected:
                raise Conflict(StreamId(stream))
        return
    for row in entry.rows:
        last = ends[row.stream] if row.stream in ends else run(_END, (row.stream,)).fetchone()[0]
        if row.version != last + 1 if last is not None else row.version not in (0, 1):
            raise OutOfTurn(f"version {row.version} doesn't follow {last} in {row.stream}")
        ends[row.stream] = row.version


def _put_command(
    connection: sqlite3.Connection, command: CommandRow, span: tuple[int | None, int | None]
) -> None:
    try:
        connection.execute(_COMMAND, (*command, *span))
    except sqlite3.IntegrityError:
        raise CommandTaken(CommandId(command.id)) from None


class SQLiteTables:
    """Read tables beside the log (`adapters.store.database.Tables`)."""

    def __init__(self, database: SQLiteDatabase) -> None:
        self._database = database

    def create(self, form: Form) -> None:
        self._run(f"DROP TABLE IF EXISTS {quoted(form.name)}")
        self._create(form, form.name)
        self._index(form, form.name)

    def beside(self, form: Form, rows: Iterable[Sequence[Any]]) -> str:
        name, places = f"{form.name}_new", ", ".join("?" * len(form.columns))
        with self._database.transaction():
            self._run(f"DROP TABLE IF EXISTS {quoted(name)}")
            self._create(form, name)
        todo = iter(rows)
        while part := list(islice(todo, _A_PART)):
            with self._database.transaction() as session:
                session.connection.executemany(f"INSERT INTO {quoted(name)} VALUES ({places})", part)
        with self._database.transaction():
            self._index(form, name)
        return name

    def put(self, form: Form, rows: Sequence[Sequence[Any]]) -> None:
        places = ", ".join("?" * len(form.columns))
        self._database.connection.executemany(
            f"INSERT INTO {quoted(form.name)} ({columns_of(form.columns)}) VALUES ({places}) {upserted(form)}",
            rows,
        )

    def drop(self, form: Form, keys: Sequence[Sequence[Any]]) -> None:
        where = " AND ".join(f"{quoted(column)} = ?" for column in form.key)
        self._database.connection.executemany(f"DELETE FROM {quoted(form.name)} WHERE {where}", keys)

    def find(self, form: Form, column: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        wanted = orjson.dumps(values).decode()
        return self._database.connection.execute(
            f"SELECT {columns_of(form.columns)} FROM {quoted(form.name)}"
            f" WHERE {quoted(column)} IN (SELECT value FROM json_each(?))",
            (wanted,),
        ).fetchall()

    def swap(self, form: Form) -> None:
        self._run(f"DROP TABLE IF EXISTS {quoted(f'{form.name}_old')}")
        if self.columns(form.name):
            self._run(f"ALTER TABLE {quoted(form.name)} RENAME TO {quoted(f'{form.name}_old')}")
        reach("rebuild.dropped")
        self._run(f"ALTER TABLE {quoted(f'{form.name}_new')} RENAME TO {quoted(form.name)}")

    def sweep(self, form: Form) -> None:
        with self._database.transaction():
            self._run(f"DROP TABLE IF EXISTS {quoted(f'{form.name}_old')}")

    def columns(self, name: str) -> list[str]:
        return [row[1] for row in self._run(f"PRAGMA table_info({quoted(name)})")]

    def _run(self, statement: str) -> sqlite3.Cursor:
        return self._database.connection.execute(statement)

    def _create(self, form: Form, name: str) -> None:
        columns = ", ".join(
            f"{quoted(column)} {'TEXT' if kind is str else 'INTEGER'}"
            for column, kind in form.columns.items()
        )
        self._run(
            f"CREATE TABLE {quoted(name)} ({columns}, PRIMARY KEY ({columns_of(form.key)})) STRICT, WITHOUT ROWID"
        )

    def _index(self, form: Form, name: str) -> None:
        """An index keeps its name when its table is renamed, so each has one that is free."""
        taken = {row[0] for row in self._run("SELECT name FROM sqlite_master WHERE type = 'index'")}
        for number, index in enumerate(form.indexes):
            free = next(
                one for mark in count() if (one := f"{form.name}_{number}" + "_b" * mark) not in taken
            )
            self._run(f"CREATE INDEX {quoted(free)} ON {quoted(name)} ({columns_of(index)})")
