"""A store in a PostgreSQL database: a connection a thread, one appender at a time, readers never wait."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import errors, sql

from adapters.faults import reach
from adapters.keys.postgres import PostgresKeys
from adapters.store.database import (
    LOG,
    PROJECTIONS,
    CommandRow,
    Entry,
    OutOfTurn,
    columns_of,
    migrations,
    quoted,
    tail,
)
from adapters.store.errors import (
    BrokenLog,
    NewerStore,
    NotAStore,
    OutcomeUnknown,
    StoreBusy,
    StoreError,
    StoreFailed,
    Unreachable,
)
from adapters.store.postgres_calls import (
    APPEND,
    TOGETHER,
    Call,
    Value,
    appended,
    called,
    may_go_together,
    prepare,
    together,
)
from adapters.store.postgres_tables import PostgresTables
from domain.ids import CommandId, StreamId
from workflows.ports import CommandTaken, Conflict

BUSY_SECONDS = 30
LOST_SECONDS = 10
"""How long a lost connection is tried anew before a command's outcome is called unknown."""
_IDLE_SECONDS = 300
"""A transaction in which nothing was said for so long is ended by the server, and with it its locks."""

_LOCKS = {LOG: 1, PROJECTIONS: 2}
_LOCK = "SELECT pg_advisory_xact_lock(1685025124, {})"
_CHANNEL = "doudi"
_DROPPING = (b"ROLLBACK", b"DROP", b"ALTER", b"DISCARD", b"DEALLOCATE")
_PREPARED = "SELECT name FROM pg_prepared_statements"
_SETTINGS = sql.SQL(
    "SELECT set_config('search_path', 'doudi, doudi_read', false),"
    f" set_config('lock_timeout', '{BUSY_SECONDS}s', false),"
    f" set_config('idle_in_transaction_session_timeout', '{_IDLE_SECONDS}s', false),"
    " set_config('default_transaction_isolation', 'read committed', false),"
    " set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
    " WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)"
)


def shown(url: str) -> str:
    """The address without a password."""
    parts = urlsplit(url)
    host = parts.netloc
    if "@" in host:
        user, _, place = host.rpartition("@")
        host = f"{user.partition(':')[0]}@{place}"
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if key != "password"], safe="/")
    return urlunsplit(parts._replace(netloc=host, query=query))


def failure(error: psycopg.Error) -> StoreError:
    """The typed form of what PostgreSQL says; it names no value of a row."""
    if isinstance(error, errors.LockNotAvailable | errors.QueryCanceled):
        return StoreBusy(seconds=BUSY_SECONDS)
    if error.sqlstate == "DD001":
        return BrokenLog(reason="end-cut-off", position=int(error.diag.message_detail or 0))
    if error.sqlstate is None:
        return Unreachable(reason=str(error).partition("\n")[0])
    return StoreFailed(reason=f"{type(error).__name__} {error.sqlstate}")


@lru_cache(maxsize=4096)
def _translated(statement: str) -> bytes:
    """With PostgreSQL's marks for values, and in a read table's new columns its own types."""
    if statement.startswith("ALTER TABLE read_"):
        statement = statement.replace(" INTEGER", " bigint").replace(" TEXT", ' text COLLATE "C"')
    return statement.replace("%", "%%").replace("?", "%s").encode()


class PostgresSession:
    """A thread's connection (`adapters.store.database.Session` and `Connection`)."""

    def __init__(self, database: "PostgresDatabase") -> None:
        self._database = database
        self.raw = database.connect()
        self.depth = 0
        self.exclusive = False
        self.tail: tuple[int, int] | None = None
        self.clock: int | None = None
        self.held: set[str] = set()
        self.reads = False
        self.written: list[Entry] = []
        """Of the transaction that is open."""
        self._prepared: tuple[object, set[bytes]] = (None, set())
        self._unsure = False

    def forget(self) -> None:
        """What it knows of the database may be wrong now."""
        self.tail = self.clock = None

    def __del__(self) -> None:
        if raw := getattr(self, "raw", None):
            raw.close()

    @property
    def connection(self) -> "PostgresSession":
        return self

    @property
    def alone(self) -> bool:
        """Whether each statement is a transaction of its own."""
        return not (self.depth or self.reads)

    def execute(self, statement: str, params: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        return self.run(_translated(statement), params)

    def run(self, statement: bytes | sql.SQL, params: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """A read outside of a transaction is said again when the connection was lost."""
        self.note(statement)
        try:
            return self.raw.execute(statement, params, binary=True)
        except psycopg.Error as error:
            if not (self.raw.closed and self.alone):
                raise failure(error) from None
        self.renew()
        try:
            return self.raw.execute(statement, params, binary=True)
        except psycopg.Error as error:
            raise failure(error) from None

    def call(self, call: Call, values: Sequence[Value]) -> tuple[Any, ...]:
        """One of the log's functions; raises psycopg's errors."""
        if self._prepared[0] is not self.raw:
            self._prepared = (self.raw, set())
        elif self._unsure:
            left = self.raw.execute(_PREPARED).fetchall()
            self._prepared[1].intersection_update(name.encode() for (name,) in left)
        self._unsure = False
        if call.name not in self._prepared[1]:
            prepare(self.raw, call)
            self._prepared[1].add(call.name)
        return called(self.raw, call, values)

    def note(self, statement: bytes | sql.SQL) -> None:
        """After some statements psycopg drops all that is prepared on the connection, ours too."""
        if isinstance(statement, bytes) and any(word in statement for word in _DROPPING):
            self._unsure = True

    def write(self, call: Call, values: Sequence[Value]) -> None:
        """Within a transaction."""
        try:
            self.call(call, values)
        except psycopg.Error as error:
            raise failure(error) from None

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        try:
            with self.raw.cursor() as cursor:
                cursor.executemany(_translated(statement), rows)
        except psycopg.Error as error:
            raise failure(error) from None

    def script(self, statements: str) -> None:
        """Several statements at once, without values."""
        self.note(statements.encode())
        try:
            self.raw.execute(statements.encode())
        except psycopg.Error as error:
            raise failure(error) from None

    def copy(self, statement: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        try:
            with self.raw.cursor() as cursor, cursor.copy(statement.encode()) as into:
                into.set_types(types)
                for row in rows:
                    into.write_row(row)
        except psycopg.Error as error:
            raise failure(error) from None

    def renew(self) -> None:
        """Connect again, trying for `LOST_SECONDS`; raises `Unreachable`."""
        until = monotonic() + LOST_SECONDS
        pause = 0.02
        while True:
            try:
                self.raw = self._database.connect()
                return
            except Unreachable:
                if monotonic() + pause > until:
                    raise
            sleep(pause)
            pause = min(2 * pause, 1)

    def lock(self, name: str | None) -> None:
        if name is not None and name not in self.held:
            self.script(_LOCK.format(_LOCKS[name]))
            self.held.add(name)
            self.exclusive = LOG in self.held


class PostgresDatabase:
    """The database at `url`; the log stands in the schema `doudi`, read tables in `doudi_read`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.url = shown(url)
        self.rollbacks = 0
        self.tables = PostgresTables(self)
        self._keys: PostgresKeys | None = None
        self._scans = count()
        self._local = threading.local()

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of its own; raises `Unreachable`."""
        try:
            raw = psycopg.connect(
                self._url, autocommit=True, application_name="doudi", client_encoding="utf8"
            )
            raw.execute(_SETTINGS)
        except psycopg.Error as error:
            raise Unreachable(reason=str(error).partition("\n")[0]) from None
        if raw.info.parameter_status("server_encoding") != "UTF8":
            raise Unreachable(reason=f"server_encoding {raw.info.parameter_status('server_encoding')}")
        return raw

    def session(self) -> PostgresSession:
        session: PostgresSession | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = PostgresSession(self)
        return session

    @property
    def connection(self) -> PostgresSession:
        return self.session()

    @contextmanager
    def transaction(self, lock: str | None = LOG) -> Iterator[PostgresSession]:
        session = self.session()
        if session.depth:
            with self._part(session, lock):
                yield session
            return
        reach("transaction.before-lock")
        self._begin(session, lock)
        try:
            reach("transaction.locked")
            yield session
            reach("transaction.before-commit")
        except BaseException:
            self._undo(session)
            raise
        else:
            self._commit(session)
            self._kept(session)
        finally:
            session.depth = 0
            session.forget()
            session.held.clear()
            session.exclusive = False
            session.written.clear()
        reach("transaction.committed")

    def _begin(self, session: PostgresSession, lock: str | None) -> None:
        if session.raw.closed:
            session.renew()
        start = "BEGIN" if lock is None else f"BEGIN; {_LOCK.format(_LOCKS[lock])}"
        try:
            session.script(start)
        except StoreError:
            if not session.raw.closed:
                session.script("ROLLBACK")
                raise
            session.renew()
            session.script(start)
        session.depth = 1
        session.forget()
        if lock is not None:
            session.held.add(lock)
            session.exclusive = lock == LOG

    @contextmanager
    def _part(self, session: PostgresSession, lock: str | None) -> Iterator[None]:
        mark = f"inner{session.depth}"
        session.script(f"SAVEPOINT {mark}")
        session.depth += 1
        written, held = len(session.written), set(session.held)
        try:
            session.lock(lock)
            yield
        except BaseException:
            session.forget()
            self.rollbacks += 1
            del session.written[written:]
            session.held = held
            session.exclusive = LOG in held
            if not session.raw.closed:
                session.script(f"ROLLBACK TO {mark}; RELEASE {mark}")
            raise
        else:
            session.script(f"RELEASE {mark}")
        finally:
            session.depth -= 1

    def _undo(self, session: PostgresSession) -> None:
        self.rollbacks += 1
        try:
            session.script("ROLLBACK")
        except StoreError:
            session.raw.close()

    def _commit(self, session: PostgresSession) -> None:
        try:
            said = session.raw.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            self.rollbacks += 1
            if not session.raw.closed:
                raise failure(error) from None
            last = next((entry.command for entry in reversed(session.written) if entry.command), None)
            if last is None or not self._landed(session, CommandId(last.id)):
                raise failure(error) from None
            return
        if said != "COMMIT":
            session.note(b"ROLLBACK")
            self.rollbacks += 1
            raise StoreFailed(reason="a statement of the transaction had failed")

    def _landed(self, session: PostgresSession, command: CommandId) -> bool:
        """Whether a transaction whose commit wasn't answered is there; raises `OutcomeUnknown`.

        It had the log's lock: who gets that after it sees how it ended.
        """
        session.depth = 0
        try:
            session.renew()
            session.script(f"BEGIN; {_LOCK.format(_LOCKS[LOG])}")
            row = session.raw.execute("SELECT 1 FROM commands WHERE id = %s", (command,)).fetchone()
            session.script("ROLLBACK")
        except (StoreError, psycopg.Error):
            raise OutcomeUnknown(command=command) from None
        return row is not None

    @contextmanager
    def reading(self, *tables: str) -> Iterator[PostgresSession]:
        """The tables are locked against being replaced before the view is taken: it would show the new ones empty."""
        session = self.session()
        if not session.alone:
            yield session
            return
        session.execute("SELECT 1")
        session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        session.reads = True
        try:
            if tables:
                session.script(f"LOCK TABLE {columns_of(tables)} IN ACCESS SHARE MODE")
            yield session
        finally:
            session.reads = False
            if not session.raw.closed:
                session.script("ROLLBACK")

    def scan(self, statement: str) -> Iterator[Any]:
        with self.session().raw.cursor(name=f"scan_{next(self._scans)}", binary=True) as cursor:
            cursor.itersize = 2_000
            yield from cursor.execute(_translated(statement))

    def append(self, entry: Entry) -> int:
        return self._append(entry, self.session(), False)

    def append_all(self, entries: Sequence[Entry]) -> list[int | Exception]:
        """One call where nothing stands in the way. If its answer is lost the commands are looked for by their ids."""
        session = self.session()
        lost = False
        if not session.depth and may_go_together(entries):
            values, ends = together(entries)
            reach("transaction.before-lock")
            try:
                last, recorded_at = session.call(TOGETHER, values)
            except psycopg.Error as error:
                if not session.raw.closed:
                    raise failure(error) from None
                lost = True
            else:
                if last is not None:
                    session.tail = (last, recorded_at)
                    reach("transaction.committed")
                    return [last - ends[-1] + end for end in ends]
        told: list[int | Exception] = []
        try:
            with self.transaction():
                for entry in entries:
                    try:
                        told.append(self._append(entry, session, lost))
                    except (Conflict, CommandTaken, OutOfTurn) as error:
                        told.append(error)
        except Unreachable:
            if not lost:
                raise
            raise OutcomeUnknown(command=entries[0].command.id if entries[0].command else "") from None
        return told

    def _append(self, entry: Entry, session: PostgresSession, lost: bool) -> int:
        """`lost`: it may be there already, without anyone having been told."""
        outcome, last, detail, recorded_at, again = self._said(session, entry)
        if outcome == "done":
            session.tail = (last, recorded_at)
            session.written.append(entry)
            if session.depth:
                reach("write.inserted")
            else:
                self._kept(session)
                reach("transaction.committed")
            return int(last)
        if outcome == "taken":
            assert entry.command is not None
            if (again or lost) and self._stands(session, entry.command):
                session.written.append(entry)
                self._kept(session)
                return tail(session)[0] if last is None else int(last)
            raise CommandTaken(CommandId(entry.command.id))
        if outcome == "hole":
            raise OutOfTurn(f"a version doesn't follow the last one in {detail}")
        raise Conflict(StreamId({"keyed": "key:", "numbered": "person:"}.get(outcome, "") + detail))

    def _kept(self, session: PostgresSession) -> None:
        """What the session wrote is on the disk, and with it what it brought for the keys."""
        if self._keys is not None:
            if keys := [key.name for entry in session.written for key in entry.keys]:
                self._keys.settled(keys)
            if gone := [name for entry in session.written for name in entry.forgets]:
                self._keys.dropped(gone)
        session.written.clear()

    def key_store(self, begin: bool) -> PostgresKeys:
        self._keys = PostgresKeys(self)
        return self._keys

    def _said(self, session: PostgresSession, entry: Entry) -> tuple[Any, ...]:
        """What the database answers, and whether it was asked again since its first answer was lost.

        A command that was written although nobody was told is found by its id, so asking again is safe.
        """
        values = appended(entry)
        for again in (False, True, True):
            try:
                reach("transaction.before-lock")
                return (*session.call(APPEND, values), again)
            except psycopg.Error as error:
                if session.depth or not session.raw.closed:
                    raise failure(error) from None
            try:
                session.renew()
            except Unreachable:
                break
            if entry.command is None:
                break
        raise OutcomeUnknown(command=entry.command.id if entry.command else "")

    @staticmethod
    def _stands(session: PostgresSession, command: CommandRow) -> bool:
        found = session.execute("SELECT id, digest, answer FROM commands WHERE id = ?", (command.id,))
        return found.fetchone() == tuple(command)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        session = self.session()
        kinds = dict(
            session.execute(
                "SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                " WHERE a.attrelid = CAST(? AS regclass) AND a.attnum > 0",
                (f"doudi.{table}",),
            ).fetchall()
        )
        session.copy(
            f"COPY doudi.{quoted(table)} ({columns_of(columns)}) FROM STDIN (FORMAT BINARY)",
            [kinds[column] for column in columns],
            rows,
        )

    def settle(self) -> None:
        session = self.session()
        session.script(
            "UPDATE doudi.log_end SET (position, recorded_at) = (SELECT coalesce(max(position), 0),"
            " coalesce(max(recorded_at), 0) FROM doudi.events);"
            " SELECT setval(pg_get_serial_sequence('doudi.access', 'id'), max(id)) FROM doudi.access"
        )
        session.forget()

    def wait(self, after: int, seconds: float) -> bool:
        """Woken by the commit of whoever appended."""
        until = monotonic() + seconds
        listener = self._listener()
        while True:
            try:
                if tail(self.session())[0] > after:
                    return True
                left = until - monotonic()
                if left <= 0:
                    return False
                for _ in listener.notifies(timeout=left, stop_after=1):
                    pass
            except psycopg.Error:
                listener = self._listener()

    def _listener(self) -> psycopg.Connection[Any]:
        listener: psycopg.Connection[Any] | None = getattr(self._local, "listener", None)
        if listener is None or listener.closed:
            listener = self._local.listener = self.connect()
            listener.execute(f"LISTEN {_CHANNEL}")
        return listener

    def is_store(self) -> bool:
        tables = self._its_tables()
        if tables and not {"meta", "events", "commands", "migrations"} <= tables:
            raise NotAStore(url=self.url)
        return bool(tables)

    def _its_tables(self) -> set[str]:
        """Read from the catalogue's own table: `to_regclass` may remember what another has changed since."""
        found = self.session().execute("SELECT tablename FROM pg_tables WHERE schemaname = 'doudi'")
        return {name for (name,) in found}

    def damage(self) -> str | None:
        """No file of ours: the server looks after its own."""
        return None

    def prepare(self) -> None:
        """The database itself is made by its operator (`createdb`)."""

    def schema(self) -> int:
        if "migrations" not in self._its_tables():
            return 0
        found = self.session().execute("SELECT coalesce(max(number), 0) FROM migrations").fetchall()
        return int(found[0][0])

    def migrate(self) -> None:
        steps = migrations("postgres")
        if self.schema() < len(steps):
            with self.transaction() as session:
                for number in range(self.schema(), len(steps)):
                    session.script(steps[number])
                    session.execute("INSERT INTO migrations (number) VALUES (?)", (number + 1,))
        if self.schema() > len(steps):
            raise NewerStore(found=self.schema(), known=len(steps))

    def close(self) -> None:
        """Another thread's connection goes when it isn't used any more."""
        session: PostgresSession | None = getattr(self._local, "session", None)
        if session is not None:
            session.raw.close()
        listener: psycopg.Connection[Any] | None = getattr(self._local, "listener", None)
        if listener is not None:
            listener.close()
        self._local = threading.local()
