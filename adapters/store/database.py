"""What a store needs of a database; SQLite and PostgreSQL each are one.

Statements are written once, with `?` for a value, in the SQL that both understand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import resources
from typing import Any, NamedTuple, Protocol

from adapters.keys.port import KeyStore, WrappedKey
from domain.ids import StreamId

LOG = "log"
"""Held by who appends, until it is committed: so positions are given and seen in one order."""
PROJECTIONS = "projections"
"""Held by who changes read tables. It may be taken while `LOG` is held, never the other way round."""


class Row(NamedTuple):
    """An event as the table has it, all but its position and `recorded_at`."""

    stream: str
    version: int
    type: str
    type_version: int
    command: str
    actor: str
    division: str
    causation: str | None
    payload: bytes


class CommandRow(NamedTuple):
    id: str
    digest: bytes
    answer: bytes


class Entry(NamedTuple):
    """What goes into the log together.

    `clock` tells the microseconds since 1970, `running` whether they go on by themselves while one waits.
    `expected` are versions that streams must have; None: each event must follow its stream's last, and a new
    stream begins at 0 or 1. `numbers` bind a keyed hash to a person, `names` too. `keys` are new, some of the rows'
    values are sealed under them; `forgets`: whose keys are dropped (`adapters.keys.port.Brought`).
    `at`: the log's end when `expected` was read; where it still is the end, the versions need no look.
    """

    rows: Sequence[Row]
    command: CommandRow | None
    clock: Callable[[], int]
    running: bool
    expected: Mapping[StreamId, int] | None = None
    numbers: Sequence[tuple[bytes, str]] = ()
    names: Sequence[tuple[bytes, str]] = ()
    keys: Sequence[WrappedKey] = ()
    forgets: Sequence[str] = ()
    at: int | None = None


class Form(NamedTuple):
    """A read table: its columns are text or whole numbers."""

    name: str
    columns: Mapping[str, type[str] | type[int]]
    key: Sequence[str]
    indexes: Sequence[Sequence[str]]


class OutOfTurn(Exception):
    """An event's version doesn't follow its stream's last one."""


class Cursor(Protocol):
    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    def execute(self, statement: str, params: Sequence[Any] = (), /) -> Cursor: ...

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object: ...


class Session(Protocol):
    """A thread's connection, how deep in a transaction it is, and what it knows of the log's end."""

    depth: int
    exclusive: bool
    """Whether nobody else can append before the transaction ends."""
    tail: tuple[int, int] | None
    """(last position, its recorded_at); trusted only while `exclusive`."""
    clock: int | None
    """A trial's clock in microseconds; trusted only while `exclusive`."""

    @property
    def connection(self) -> Connection: ...


class Tables(Protocol):
    """Makes read tables."""

    def create(self, form: Form) -> None:
        """An empty one, within the transaction that is open; what had its name is dropped."""

    def beside(self, form: Form, rows: Iterable[Sequence[Any]]) -> str:
        """A full and indexed one beside the one that is there; the name it has meanwhile.

        Outside a transaction; those who write go on in between. What a broken attempt left is dropped.
        """

    def put(self, form: Form, rows: Sequence[Sequence[Any]]) -> None:
        """Rows in the place of those that have their keys; of different keys, within the transaction that is open."""

    def drop(self, form: Form, keys: Sequence[Sequence[Any]]) -> None:
        """The rows that have the keys, within the transaction that is open."""

    def find(self, form: Form, column: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        """The rows whose column has one of the values."""

    def swap(self, form: Form) -> None:
        """Put the one that was made beside in the place of the other, within the transaction that is open."""

    def sweep(self, form: Form) -> None:
        """Drop what a swap put out of its place; after its transaction."""

    def columns(self, name: str) -> list[str]:
        """A table's columns in order, none if it isn't there."""


class Database(Protocol):
    url: str
    """The address as it may be shown."""
    rollbacks: int
    """How often something written here was undone; who remembers what was read compares it."""

    @property
    def connection(self) -> Connection:
        """This thread's own."""

    @property
    def tables(self) -> Tables: ...

    def session(self) -> Session:
        """This thread's own."""

    def transaction(self, lock: str | None = LOG) -> AbstractContextManager[Session]:
        """Whole or not at all, with the lock held to the end. Nested: a part that fails alone."""

    def reading(self, *tables: str) -> AbstractContextManager[Connection]:
        """One unchanging view of the log, and of read tables if they are named, for several reads."""

    def scan(self, statement: str) -> Iterator[Any]:
        """All rows of a long answer, a few at a time; within `reading`."""

    def append(self, entry: Entry) -> int:
        """Put an entry at the end of the log; the last position.

        Raises `CommandTaken`, `Conflict`, `OutOfTurn`, `BrokenLog`, and nothing was written.
        """

    def append_all(self, entries: Sequence[Entry]) -> list[int | Exception]:
        """Those of several callers in one transaction, each whole or not at all; its last position or what it met.

        What stands in the way of one hurts only its own; raises what undid them all.
        """

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Rows as another store had them, into a table that is empty; within the transaction that makes this one."""

    def settle(self) -> None:
        """After loading: positions and ids go on behind the last."""

    def wait(self, after: int, seconds: float) -> bool:
        """Sleep until an event stands after the position, so long at most; whether one does."""

    def key_store(self, begin: bool) -> KeyStore:
        """The keys that belong to it, for its whole life; `begin`: where none stand yet."""

    def is_store(self) -> bool:
        """Whether there is one; none if its making was broken off. Raises `NotAStore`."""

    def prepare(self) -> None:
        """Make the place where a store can be made."""

    def schema(self) -> int:
        """Version of the schema, 0 where there is none."""

    def migrate(self) -> None:
        """Bring the tables to this release's; raises `NewerStore`."""

    def damage(self) -> str | None:
        """What is wrong with the file that a store is, told without a value of it; None where that is whole."""

    def close(self) -> None: ...


_TAIL = "SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1"


def tail(session: Session) -> tuple[int, int]:
    """(last position, its recorded_at in microseconds), (0, 0) for an empty log."""
    if session.tail is None or not session.exclusive:
        session.tail = session.connection.execute(_TAIL).fetchone() or (0, 0)
    return session.tail


def migrations(kind: str) -> list[str]:
    """The numbered steps of a kind of database, in order."""
    folder = resources.files("adapters.store.schema") / kind
    found = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name
    )
    return [item.read_text("utf-8") for item in found]


def upserted(form: Form) -> str:
    """What an INSERT does where the key is taken."""
    sets = ", ".join(
        f"{quoted(column)} = excluded.{quoted(column)}" for column in form.columns if column not in form.key
    )
    return f"ON CONFLICT ({columns_of(form.key)}) DO {f'UPDATE SET {sets}' if sets else 'NOTHING'}"


def quoted(name: str) -> str:
    return f'"{name}"'


def columns_of(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))
