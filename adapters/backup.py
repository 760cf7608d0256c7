"""A store as one file, consistent while others write; and a store made of it again, whole or as of a moment."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from secrets import token_hex

import msgspec
import orjson

from adapters.bootstrap import ADMINISTRATOR
from adapters.clock import SystemClock
from adapters.copy import TABLES, Copied, Cut, Origin, carry, head_of, marks_of
from adapters.faults import reach
from adapters.keys.errors import KeysForeign
from adapters.keys.file import KeyFile, copy_of
from adapters.keys.opening import noted_logs
from adapters.store.database import CommandRow, Database, Entry, Row, columns_of, migrations
from adapters.store.errors import NewerStore, NotAStore, StoreError
from adapters.store.meta import from_micros, seeded, to_micros
from adapters.store.open import line_of, opened
from adapters.store.sqlite import SQLiteDatabase, damaged, failure
from domain.days import china_day
from domain.office import StoreRestored
from workflows.world import CLOCK, ROOT


class BackupExists(StoreError):
    """There is a file already (params: path)."""

    code = "backup.exists"


class BackupBroken(StoreError):
    """The file is no whole backup of a store (params: path, reason)."""

    code = "backup.broken"


class NothingThen(StoreError):
    """The backup has no event as early as that (params: until)."""

    code = "backup.nothing-then"


class BackedUp(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    log: str
    position: int
    bytes: int
    sha256: str


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """`left`: how many events of the backup lie after the moment and are not in the new log."""

    log: str
    before: str
    position: int
    left: int
    commands: int
    keys: int


def back_up(url: str, path: Path) -> BackedUp:
    """Write a store, without its keys, to a new file as of one moment; writers go on meanwhile.

    Under another name until it is whole and on the disk. Raises `BackupExists`, `StoreFailed`.
    """
    if path.exists():
        raise BackupExists(path=str(path))
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    database, _ = opened(url)
    try:
        with closing(database):
            if isinstance(database, SQLiteDatabase):
                _online(database, partial)
            else:
                _exported(database, partial)
    except StoreError:
        _drop(partial)
        raise
    reach("backup.copied")
    with _looked_into(partial) as connection:
        log, position = marks_of(connection)["log_id"], head_of(connection)
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
        digest = file_digest(file, "sha256").hexdigest()
    partial.rename(path)
    _sync_folder(path)
    reach("backup.done")
    return BackedUp(path=str(path), log=log, position=position, bytes=path.stat().st_size, sha256=digest)


def _online(database: SQLiteDatabase, path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as other:
            database.connection.backup(other)
            other.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise failure(error) from error


def _exported(database: Database, path: Path) -> None:
    """A store of another kind, in the tables that SQLite has for one."""
    other = SQLiteDatabase(path, f"sqlite:///{path}")
    with closing(other), database.reading() as connection:
        with other.transaction():
            other.migrate()
            other.load("meta", ("name", "value"), marks_of(connection).items())
            for table, columns in TABLES.items():
                rows = database.scan(f"SELECT {columns_of(columns)} FROM {table} ORDER BY {columns[0]}")
                other.load(table, columns, rows)
        other.connection.execute("PRAGMA journal_mode=DELETE")


def _sync_folder(path: Path) -> None:
    folder = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _looked_into(path: Path) -> Iterator[sqlite3.Connection]:
    """The file itself is only read. Raises `BackupBroken`, `NewerStore`."""
    if not path.is_file():
        raise BackupBroken(path=str(path), reason="missing")
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        try:
            found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if not {"meta", "events", "commands"} <= found:
                raise NotAStore(url=str(path))
            broken = damaged(connection)
            schema = connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            reason = getattr(error, "sqlite_errorname", "") or "unreadable"
            raise BackupBroken(path=str(path), reason=reason) from None
        if broken:
            raise BackupBroken(path=str(path), reason="damaged")
        if schema > len(migrations("sqlite")):
            raise NewerStore(found=schema, known=len(migrations("sqlite")))
        yield connection
    finally:
        connection.close()


def restore(
    path: Path,
    target: str,
    *,
    until: int | datetime | None = None,
    keys: Path | None = None,
    actor: str = ADMINISTRATOR,
) -> Restored:
    """Make a new store of a backup: all of it, or up to a position or what was recorded until an instant.

    It begins a log id of its own, with an event that says what it was made of; a command is there whole or not
    at all. Who stands on the old log, or beyond the end of this, stops at his next look. Deadlines that passed
    meanwhile fire at the next tick. `keys`: a backup of the keys; none needed where they stand at the target.
    Raises `StoreExists`, `BackupBroken`, `NothingThen`, `KeysLost`, `KeysExist`, `KeysForeign`.
    """
    with _looked_into(path) as connection:
        cut = _cut(connection, until)
        before = marks_of(connection)
        log, now = _new_log(before, cut), _now(before)
        event = StoreRestored(
            on=china_day(now), log=log, before=before["log_id"], position=cut.position, head=cut.head
        )
        line = line_of(connection, before["log_id"])
        marks = {**before, "log_id": log, "log_before": " ".join(line)}

        def say(database: Database) -> None:
            _append(database, event, now, actor)

        source = _looked_at(keys, path) if keys is not None else None
        try:
            if source is not None and noted_logs(source).isdisjoint(line):
                raise KeysForeign(address=str(keys))
            copied = carry(Origin(connection, connection.execute, source), target, marks, cut, say)
        finally:
            if source is not None:
                source.close()
                _drop(source.path)
    return _told(copied, event)


def _told(copied: Copied, event: StoreRestored) -> Restored:
    return Restored(
        log=copied.log,
        before=event.before,
        position=copied.position,
        left=event.head - event.position,
        commands=copied.commands,
        keys=copied.keys,
    )


def _looked_at(keys: Path, beside: Path) -> KeyFile:
    """The keys' backup itself is only read."""
    if not keys.is_file():
        raise BackupBroken(path=str(keys), reason="missing")
    return copy_of(keys, beside.with_name(f".{beside.name}.{token_hex(4)}.keys"))


def _drop(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _cut(connection: sqlite3.Connection, until: int | datetime | None) -> Cut:
    """The last position that belongs to the moment, moved back to the end of a whole command."""
    head = head_of(connection)
    if until is None:
        return Cut(head, head)
    if isinstance(until, datetime):
        (position,) = connection.execute(
            "SELECT COALESCE(MAX(position), 0) FROM events WHERE recorded_at <= ?", (to_micros(until),)
        ).fetchone()
    else:
        position = min(until, head)
    row = connection.execute(
        "SELECT first FROM commands WHERE first <= ? AND last > ?", (position, position)
    ).fetchone()
    position = row[0] - 1 if row else position
    if position < 1:
        raise NothingThen(until=until.isoformat() if isinstance(until, datetime) else until)
    return Cut(position, head)


def _new_log(marks: dict[str, str], cut: Cut) -> str:
    if marks["trial"] == "1":
        return "trial-" + seeded(marks["seed"], "restored", marks["log_id"], str(cut.position)).hex()[:24]
    return token_hex(16)


def _now(marks: dict[str, str]) -> datetime:
    return from_micros(int(marks["clock"])) if marks["trial"] == "1" else SystemClock().now()


def _append(database: Database, event: StoreRestored, now: datetime, actor: str) -> None:
    """Behind the last event, in its stream; recorded now, but never before what was recorded last."""
    end = database.connection.execute("SELECT MAX(version) FROM events WHERE stream = ?", (CLOCK,)).fetchone()
    payload = orjson.dumps(msgspec.to_builtins(event))
    name, version = StoreRestored.__name__, StoreRestored.VERSION
    command = f"restore-{event.log[:24]}"
    row = Row(CLOCK, (end[0] or 0) + 1, name, version, command, actor, ROOT, None, payload)
    answer = msgspec.json.encode({"id": command, "status": "done"})
    database.append(
        Entry([row], CommandRow(command, b"", answer), lambda: to_micros(now), False, {CLOCK: end[0] or 0})
    )
