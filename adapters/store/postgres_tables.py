"""Read tables in PostgreSQL, in a schema of their own: filled by COPY, put in place by a new name."""

import struct
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from adapters.faults import reach
from adapters.store.database import Form, columns_of, quoted
from adapters.store.errors import StoreFailed
from adapters.store.postgres_calls import Call, columns_in, drop_call, put_call

if TYPE_CHECKING:
    from adapters.store.postgres import PostgresDatabase


class PostgresTables:
    """`adapters.store.database.Tables`."""

    def __init__(self, database: "PostgresDatabase") -> None:
        self._database = database

    def create(self, form: Form) -> None:
        self._create(form, form.name)
        self._index(form, form.name)

    def _create(self, form: Form, name: str) -> None:
        columns = ", ".join(
            f"{quoted(column)} " + ('text COLLATE "C"' if kind is str else "bigint")
            for column, kind in form.columns.items()
        )
        self._database.session().script(
            f"DROP TABLE IF EXISTS {_place(name)}; CREATE TABLE {_place(name)} ({columns})"
        )

    def _index(self, form: Form, name: str) -> None:
        """PostgreSQL names the indexes: those of the table that is replaced still have theirs."""
        run = self._database.session().script
        run(f"ALTER TABLE {_place(name)} ADD PRIMARY KEY ({columns_of(form.key)})")
        for index in form.indexes:
            run(f"CREATE INDEX ON {_place(name)} ({columns_of(index)})")

    def beside(self, form: Form, rows: Iterable[Sequence[Any]]) -> str:
        name = f"{form.name}_new"
        with self._database.transaction(None) as session:
            self._create(form, name)
            session.copy(
                f"COPY {_place(name)} FROM STDIN (FORMAT BINARY)",
                ["text" if kind is str else "int8" for kind in form.columns.values()],
                rows,
            )
            self._index(form, name)
            session.script(f"ANALYZE {_place(name)}")
        return name

    def put(self, form: Form, rows: Sequence[Sequence[Any]]) -> None:
        self._call(put_call(form), rows)

    def drop(self, form: Form, keys: Sequence[Sequence[Any]]) -> None:
        self._call(drop_call(form), keys)

    def find(self, form: Form, column: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        return (
            self._database.session()
            .execute(
                f"SELECT {columns_of(form.columns)} FROM {_place(form.name)} WHERE {quoted(column)} = ANY(?)",
                (list(values),),
            )
            .fetchall()
        )

    def _call(self, call: Call, rows: Sequence[Sequence[Any]]) -> None:
        try:
            values = columns_in(call, rows)
        except struct.error:
            raise StoreFailed(reason="NumericValueOutOfRange") from None
        self._database.session().write(call, values)

    def swap(self, form: Form) -> None:
        old = f"{form.name}_old"
        run = self._database.session().script
        run(
            f"DROP TABLE IF EXISTS {_place(old)};"
            f" ALTER TABLE IF EXISTS {_place(form.name)} RENAME TO {quoted(old)}"
        )
        reach("rebuild.dropped")
        run(f"ALTER TABLE {_place(f'{form.name}_new')} RENAME TO {quoted(form.name)}")

    def sweep(self, form: Form) -> None:
        with self._database.transaction(None) as session:
            session.script(f"DROP TABLE IF EXISTS {_place(f'{form.name}_old')}")

    def columns(self, name: str) -> list[str]:
        found = self._database.connection.execute(
            "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'doudi_read' AND c.relname = ?"
            " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            (name,),
        )
        return [column for (column,) in found]


def _place(name: str) -> str:
    return f"doudi_read.{quoted(name)}"
