"""Keys and index in a schema of their own in the store's PostgreSQL database, kept with the log in one commit.

A dump of the office leaves them out (`pg_dump --exclude-schema doudi_keys`); they have a backup of their own.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from adapters.keys.file import KeyFile
from adapters.keys.port import WrappedKey

if TYPE_CHECKING:
    from adapters.store.postgres import PostgresDatabase

_FRESH = 0.02
"""Seconds for which what others changed may go unseen: every seal and every look at a person asks."""


class PostgresKeys:
    """`adapters.keys.port.KeyStore`."""

    def __init__(self, database: "PostgresDatabase") -> None:
        self._database = database
        self.address = database.url
        self.settled: Callable[[Iterable[str]], object] = list
        self.dropped: Callable[[Iterable[str]], object] = list
        self._changes = 0
        self._asked = 0.0

    def _rows(self, statement: str, *params: object) -> list[Any]:
        return self._database.connection.execute(statement, params).fetchall()

    def listen(
        self, settled: Callable[[Iterable[str]], object], dropped: Callable[[Iterable[str]], object]
    ) -> None:
        self.settled, self.dropped = settled, dropped

    def changes(self) -> int:
        now = monotonic()
        if now - self._asked > _FRESH:
            self._changes = int(self._rows("SELECT number FROM doudi_keys.changes")[0][0])
            self._asked = now
        return self._changes

    def mark(self, name: str) -> str | None:
        found = self._rows("SELECT value FROM doudi_keys.marks WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def put_mark(self, name: str, value: str) -> None:
        with self._database.transaction(None) as session:
            session.connection.execute(
                "INSERT INTO doudi_keys.marks VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def masters(self) -> list[bytes]:
        return [row[0] for row in self._rows("SELECT wrapped FROM doudi_keys.masters ORDER BY id")]

    def put_masters(self, wrapped: list[bytes]) -> None:
        with self._database.transaction(None) as session:
            session.connection.execute("DELETE FROM doudi_keys.masters")
            session.connection.executemany(
                "INSERT INTO doudi_keys.masters VALUES (?, ?)", list(enumerate(wrapped))
            )

    def key(self, name: str) -> WrappedKey | None:
        found = self._rows("SELECT name, master, wrapped FROM doudi_keys.keys WHERE name = ?", name)
        return WrappedKey(*found[0]) if found else None

    def all_keys(self) -> list[WrappedKey]:
        return [WrappedKey(*row) for row in self._rows("SELECT name, master, wrapped FROM doudi_keys.keys")]

    def add_keys(self, keys: Iterable[WrappedKey]) -> None:
        with self._database.transaction(None) as session:
            session.connection.executemany(
                "INSERT INTO doudi_keys.keys VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING", list(keys)
            )

    def forgotten(self, after: int = 0) -> list[tuple[int, str]]:
        found = self._rows("SELECT id, name FROM doudi_keys.forgotten WHERE id > ? ORDER BY id", after)
        return [(int(serial), str(name)) for serial, name in found]

    def is_forgotten(self, name: str) -> bool:
        return bool(self._rows("SELECT 1 FROM doudi_keys.forgotten WHERE name = ?", name))

    def revived(self) -> list[str]:
        found = self._rows("SELECT name FROM doudi_keys.keys JOIN doudi_keys.forgotten USING (name)")
        return [name for (name,) in found]

    def drop(self, names: Iterable[str]) -> None:
        gone = list(names)
        with self._database.transaction() as session:
            session.connection.execute("SELECT doudi_keys.forget(?)", (gone,))
        self.dropped(gone)

    def number(self, hashed: bytes) -> str | None:
        found = self._rows("SELECT person FROM doudi_keys.numbers WHERE hash = ?", hashed)
        return str(found[0][0]) if found else None

    def named(self, hashed: bytes) -> list[str]:
        found = self._rows("SELECT person FROM doudi_keys.names WHERE hash = ? ORDER BY person", hashed)
        return [person for (person,) in found]

    def bound(self) -> tuple[dict[bytes, str], set[tuple[bytes, str]]]:
        numbers = self._rows("SELECT hash, person FROM doudi_keys.numbers")
        return dict(numbers), set(self._rows("SELECT hash, person FROM doudi_keys.names"))

    def index_anew(
        self, numbers: Iterable[tuple[bytes, str, str]], names: Iterable[tuple[bytes, str, str]]
    ) -> None:
        with self._database.transaction() as session:
            for table, rows in (("numbers", numbers), ("names", names)):
                session.connection.execute(f"DELETE FROM doudi_keys.{table}")
                session.connection.executemany(f"INSERT INTO doudi_keys.{table} VALUES (?, ?, ?)", list(rows))

    def rewrap(self, keys: Iterable[WrappedKey], master: str) -> None:
        with self._database.transaction() as session:
            self.put_mark("master", master)
            session.connection.executemany(
                "UPDATE doudi_keys.keys SET master = ?, wrapped = ? WHERE name = ?",
                [(key.master, key.wrapped, key.name) for key in keys],
            )
            session.connection.execute("UPDATE doudi_keys.changes SET number = number + 1")

    def steady(self) -> AbstractContextManager[object]:
        return self._database.transaction()

    def copy_to(self, path: Path) -> None:
        """A `KeyFile` as of one moment."""
        other = KeyFile(path)
        try:
            with self._database.reading(), other.changing() as into:
                for table in ("marks", "masters", "keys", "forgotten", "numbers", "names"):
                    rows = self._rows(f"SELECT * FROM doudi_keys.{table}")
                    if rows:
                        places = ", ".join("?" * len(rows[0]))
                        into.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", rows)
        finally:
            other.close()

    def close(self) -> None:
        """It lives with the database's connections."""
