"""One SQLite file: a connection a thread, one writer at a time, transactions that nest."""

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from adapters.faults import reach
from adapters.store.errors import NewerStore, StoreBusy, StoreFailed

BUSY_SECONDS = 30


class Session:
    """A thread's connection, how deep in a transaction it is, and what it knows of the log's end."""

    __slots__ = ("__weakref__", "connection", "depth", "tail")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.depth = 0
        self.tail: tuple[int, int] | None = None
        """(last position, its recorded_at); trusted only within a transaction."""

    def __del__(self) -> None:
        self.connection.close()


def _migrations() -> list[str]:
    folder = resources.files("adapters.store") / "schema"
    found = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name
    )
    return [item.read_text("utf-8") for item in found]


def failure(error: sqlite3.Error) -> StoreBusy | StoreFailed:
    """The typed form of what SQLite says of its file."""
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    if name.startswith("SQLITE_BUSY"):
        return StoreBusy(seconds=BUSY_SECONDS)
    return StoreFailed(reason=name)


class Database:
    """The file at `path`; WAL, every commit on the disk before it is answered."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        self._writing = threading.Lock()
        self.rollbacks = 0
        """How often something written here was undone; who remembers what was read compares it."""

    def session(self) -> Session:
        """This thread's own."""
        try:
            return self._local.session  # type: ignore[no-any-return]
        except AttributeError:
            session = self._local.session = self._connect()
            return session

    def _connect(self) -> Session:
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
        session = Session(connection)
        self._sessions.add(session)
        return session

    @property
    def connection(self) -> sqlite3.Connection:
        return self.session().connection

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """The write lock, held to the end; whole or not at all. Nested: a part that fails alone."""
        session = self.session()
        run = session.connection.execute
        if session.depth:
            mark = f"inner{session.depth}"
            run(f"SAVEPOINT {mark}")
            session.depth += 1
            try:
                yield session
            except BaseException:
                session.tail = None
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
            session.tail = None
            try:
                reach("transaction.locked")
                yield session
                reach("transaction.before-commit")
            except BaseException:
                self.rollbacks += 1
                if session.connection.in_transaction:
                    run("ROLLBACK")
                raise
            else:
                try:
                    run("COMMIT")
                except sqlite3.Error as error:
                    self.rollbacks += 1
                    if session.connection.in_transaction:
                        run("ROLLBACK")
                    raise failure(error) from error
            finally:
                session.depth = 0
                session.tail = None
        reach("transaction.committed")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One unchanging view of the log for several reads."""
        session = self.session()
        if session.depth or session.connection.in_transaction:
            yield session.connection
            return
        session.connection.execute("BEGIN")
        try:
            yield session.connection
        finally:
            session.connection.execute("ROLLBACK")

    def schema(self) -> int:
        """Version of the schema in the file, 0 for an empty one."""
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def migrate(self) -> None:
        """Bring the tables to this release's; raises `NewerStore`."""
        steps = _migrations()
        if self.schema() < len(steps):
            with self.transaction() as session:
                for number in range(self.schema(), len(steps)):
                    for statement in steps[number].split(";\n"):
                        if statement.strip():
                            session.connection.execute(statement)
                session.connection.execute(f"PRAGMA user_version = {len(steps)}")
        if self.schema() > len(steps):
            raise NewerStore(found=self.schema(), known=len(steps))

    def close(self) -> None:
        for session in list(self._sessions):
            session.connection.close()
        self._local = threading.local()
