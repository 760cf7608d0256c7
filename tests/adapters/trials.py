"""Events, projections and commits for the tests of the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import ClassVar

import psycopg

from adapters.store.open import init_store, open_store
from adapters.store.store import EventStore
from domain.event import CaseEvent, Event
from domain.ids import CommandId, DivisionCode, PersonRef, StreamId
from domain.personal import Account, Address, Name, Number, Phone, Words
from projections.base import Rows, Seen, Table
from tests.postgres import name_of
from workflows.ports import Commit

DAY = date(2025, 3, 1)


class Opened(CaseEvent, frozen=True, kw_only=True):
    name: Name
    number: Number | None = None
    phone: Phone | None = None
    address: Address | None = None
    account: Account | None = None
    words: Words | None = None
    village: str = ""


class Paid(CaseEvent, frozen=True, kw_only=True):
    amount: int
    share: Fraction = Fraction(1)
    parts: dict[str, int] = {}
    months: tuple[str, ...] = ()
    until: date | None = None


class Closed(Event, frozen=True, kw_only=True):
    reason: str = ""


EVENTS = (Opened, Paid, Closed)


def opened(name: str = "王一", of: str = "p-1", village: str = "v1") -> Opened:
    return Opened(on=DAY, name=Name(of, name), village=village)


def paid(amount: int) -> Paid:
    return Paid(on=DAY, amount=amount, share=Fraction(1, 3), parts={"m1": amount}, months=("2025-03",))


ON_POSTGRESQL = "on-postgresql"
"""A file that says where the server is for the stores of its folder and those in it."""


def url(folder: Path) -> str:
    """The address of the folder's store, in whichever database; there is always a database to make it in."""
    for above in (folder, *folder.parents):
        if (above / ON_POSTGRESQL).exists():
            return _database((above / ON_POSTGRESQL).read_text(), name_of(folder))
    return f"sqlite:///{folder}/store.db"


@cache
def _database(socket: str, name: str) -> str:
    with psycopg.connect(f"postgresql://doudi@/postgres?host={socket}", autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql://doudi@/{name}?host={socket}"


def trial(folder: Path, seed: int = 1) -> EventStore:
    return init_store(url(folder), trial=True, seed=seed, events=EVENTS)


def again(folder: Path) -> EventStore:
    return open_store(url(folder), events=EVENTS)


def commit(
    command: str,
    *events: tuple[str, Event],
    expected: dict[str, int] | None = None,
    numbers: tuple[tuple[str, str], ...] = (),
) -> Commit:
    """Streams that aren't in `expected` are new."""
    versions = dict.fromkeys((StreamId(stream) for stream, _ in events), 0)
    versions.update({StreamId(stream): version for stream, version in (expected or {}).items()})
    return Commit(
        command=CommandId(command),
        digest=b"digest of " + command.encode(),
        answer=b'{"done":"' + command.encode() + b'"}',
        actor="s-1",
        division=DivisionCode("110101"),
        expected=versions,
        events=[(StreamId(stream), event) for stream, event in events],
        numbers=[(number, PersonRef(person)) for number, person in numbers],
    )


class Broken(Exception):
    pass


@contextmanager
def undone(store: EventStore) -> Iterator[None]:
    """A batch that fails at its end."""
    try:
        with store.batch():
            yield
            raise Broken
    except Broken:
        pass


def fill(store: EventStore, cases: int, payments: int, mark: str = "") -> None:
    """`cases` streams of one `Opened` and `payments` `Paid` each, every fourth closed at the end."""
    with store.batch():
        for number in range(cases):
            stream = f"case:{mark}{number}"
            store.write(
                commit(
                    f"open-{mark}{number}", (stream, opened(f"王{number}", f"p-{number}", f"v{number % 3}"))
                )
            )
        for turn in range(payments):
            for number in range(cases):
                stream = f"case:{mark}{number}"
                store.write(
                    commit(
                        f"pay-{mark}{number}-{turn}",
                        (stream, paid(100 + number)),
                        expected={stream: turn + 1},
                    )
                )
        for number in range(0, cases, 4):
            stream = f"case:{mark}{number}"
            closed = (stream, Closed(on=DAY, reason="S1"))
            store.write(commit(f"close-{mark}{number}", closed, expected={stream: payments + 1}))


def indexes_of(store: EventStore, table: str) -> int:
    """How many indexes a table has beside its key's."""
    if store.database.url.startswith("sqlite"):
        found = "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    else:
        found = "SELECT count(*) - 1 FROM pg_indexes WHERE tablename = ?"
    return int(store.database.connection.execute(found, (table,)).fetchone()[0])


CASES = Table(
    name="cases",
    columns={
        "case": "text",
        "village": "text",
        "head": "personal",
        "opened": "day",
        "living": "bool",
        "paid": "int",
        "parts": "json",
    },
    key=("case",),
    indexes=(("village", "living"),),
)
VILLAGES = Table(
    name="villages", columns={"village": "text", "cases": "int", "paid": "int"}, key=("village",)
)


class Register:
    """Cases by number, with what they got; closed cases without a payment are dropped."""

    name: ClassVar[str] = "register"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (CASES, VILLAGES)

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if isinstance(event, Opened):
            rows.put(
                "cases",
                {
                    "case": seen.stream,
                    "village": event.village,
                    "head": event.name,
                    "opened": event.on,
                    "living": True,
                    "paid": 0,
                    "parts": {},
                },
            )
            self._count(event.village, rows)
        elif isinstance(event, Paid):
            row = rows.get("cases", (seen.stream,))
            assert row is not None
            row["paid"] += event.amount
            for member, amount in event.parts.items():
                row["parts"][member] = row["parts"].get(member, 0) + amount
            rows.put("cases", row)
            self._count(row["village"], rows)
        elif isinstance(event, Closed):
            row = rows.get("cases", (seen.stream,))
            assert row is not None
            if row["paid"]:
                rows.put("cases", {**row, "living": False})
            else:
                rows.delete("cases", (seen.stream,))
            self._count(row["village"], rows)

    @staticmethod
    def _count(village: str, rows: Rows) -> None:
        living = list(rows.select("cases", village=village, living=True))
        total = {"village": village, "cases": len(living), "paid": sum(row["paid"] for row in living)}
        rows.put("villages", total)


class Totals:
    """How many events of each type there are; refuses to take `poison` as an amount."""

    name: ClassVar[str] = "totals"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (
        Table(name="totals", columns={"type": "text", "count": "int"}, key=("type",)),
    )

    def __init__(self, poison: int | None = None) -> None:
        self.poison = poison

    def apply(self, seen: Seen, rows: Rows) -> None:
        if isinstance(seen.event, Paid) and seen.event.amount == self.poison:
            raise ValueError("an amount that can't be")
        kind = type(seen.event).__name__
        row = rows.get("totals", (kind,)) or {"type": kind, "count": 0}
        rows.put("totals", {**row, "count": row["count"] + 1})
