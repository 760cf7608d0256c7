"""Read tables: rows of a projection in memory, or in the store's database with a cache over them.

Both keep a row as the cells it has in the database, so that a fold sees the same whichever it runs on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

import orjson

from adapters.store.database import Database, Form, columns_of, quoted
from adapters.store.keyring import Keyring
from domain.personal import PERSONAL_TYPES, Personal
from projections.base import Cell, Key, Row, Table

Cells = tuple[Any, ...]
_STORED: dict[Cell, type[str] | type[int]] = {
    "text": str,
    "int": int,
    "day": str,
    "json": str,
    "personal": str,
    "bool": int,
}
_KINDS = {cls.kind: cls for cls in PERSONAL_TYPES}


class BadRow(Exception):
    """A row that doesn't fit its table: names table and column, never a value."""

    def __init__(self, table: str, column: str, reason: str) -> None:
        super().__init__(f"{table}.{column}: {reason}")


class _Mismatch(Exception):
    pass


def _day_in(value: object) -> object:
    if type(value) is not date:
        raise _Mismatch
    return value.isoformat()


def _bool_in(value: object) -> object:
    if type(value) is not bool:
        raise _Mismatch
    return int(value)


def _json_in(value: object) -> object:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


class Shape:
    """How a table's rows become cells and back."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self.table = table
        self.names = tuple(table.columns)
        missing = set(table.key) - set(self.names)
        missing.update(*(set(index) - set(self.names) for index in table.indexes))
        odd = [name for name in (table.name, *self.names) if not name.isidentifier()]
        if missing or odd or not table.key:
            raise ValueError(
                f"table {table.name}: key and indexes must name its columns: {sorted(missing) or odd}"
            )
        self._keyring = keyring
        self._set = set(self.names)
        self._values = _getter(self.names)
        places = {name: at for at, name in enumerate(self.names)}
        self.key_of = _getter(tuple(places[name] for name in table.key))
        inward = {at: self._inward(table.columns[name]) for name, at in places.items()}
        self._in = [(at, convert) for at, convert in inward.items() if convert]
        outward = {name: self._outward(table.columns[name]) for name in self.names}
        self._out = [(name, convert) for name, convert in outward.items() if convert]
        self._allowed = [
            {_STORED[kind], *(() if name in table.key else (type(None),))}
            for name, kind in table.columns.items()
        ]
        self._fitting: set[tuple[type, ...]] = set()
        self._plain_key = all(table.columns[name] in ("text", "int") for name in table.key)
        self._places = places

    def _inward(self, kind: Cell) -> Callable[[Any], Any] | None:
        converts: dict[Cell, Callable[[Any], Any]] = {
            "day": _day_in,
            "bool": _bool_in,
            "json": _json_in,
            "personal": self._seal,
        }
        return converts.get(kind)

    def _outward(self, kind: Cell) -> Callable[[Any], Any] | None:
        converts: dict[Cell, Callable[[Any], Any]] = {
            "day": date.fromisoformat,
            "bool": bool,
            "json": orjson.loads,
            "personal": self._open,
        }
        return converts.get(kind)

    def _seal(self, value: object) -> object:
        if not isinstance(value, Personal):
            raise _Mismatch
        sealed = value.sealed_by(self._keyring.open)
        if sealed is None:
            sealed = self._keyring.seal(value.of, value.kind, value.text)
        return orjson.dumps((value.kind, value.of, sealed)).decode()

    def _open(self, cell: str) -> Personal:
        kind, of, sealed = orjson.loads(cell)
        return _KINDS[kind].from_sealed(of, sealed, self._keyring.open)

    def cells(self, row: Row) -> Cells:
        """Raises `BadRow`: a column missing or unknown, a value of another kind, no value in the key."""
        try:
            cells = self._values(row)
        except KeyError:
            cells = ()
        if not len(cells) == len(row) == len(self.names):
            column = min(row.keys() ^ self._set)
            raise BadRow(self.table.name, column, "missing" if column in self._set else "unknown")
        if self._in:
            cells = self._converted(list(cells))
        types = tuple(map(type, cells))
        if types not in self._fitting:
            for at, cell_type in enumerate(types):
                if cell_type not in self._allowed[at]:
                    raise self._bad(at)
            self._fitting.add(types)
        return cells

    def _converted(self, cells: list[Any]) -> Cells:
        for at, convert in self._in:
            if cells[at] is not None:
                try:
                    cells[at] = convert(cells[at])
                except (_Mismatch, TypeError):
                    raise self._bad(at) from None
        return tuple(cells)

    def _bad(self, at: int) -> BadRow:
        return BadRow(self.table.name, self.names[at], f"not a {self.table.columns[self.names[at]]}")

    def row(self, cells: Cells) -> Row:
        row = dict(zip(self.names, cells, strict=True))
        for name, convert in self._out:
            if row[name] is not None:
                row[name] = convert(row[name])
        return row

    def cell(self, column: str, value: object) -> Any:
        """One value to look for; raises `BadRow`."""
        if column not in self._set:
            raise BadRow(self.table.name, column, "unknown")
        kind = self.table.columns[column]
        if kind in ("json", "personal"):
            raise BadRow(self.table.name, column, "can't be looked for")
        convert = self._inward(kind)
        try:
            return value if value is None or convert is None else convert(value)
        except _Mismatch:
            raise self._bad(self._places[column]) from None

    def key(self, key: Key) -> Cells:
        if self._plain_key and len(key) == len(self.table.key):
            return key
        return tuple(self.cell(column, value) for column, value in zip(self.table.key, key, strict=True))

    def places(self, columns: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._places[column] for column in columns)


def begins(column: str, prefix: str) -> tuple[str, tuple[str, ...]]:
    """The condition that a column's text begins with a prefix, and its values: between which texts those lie."""
    if not prefix:
        return "TRUE", ()
    name = quoted(column)
    return f"{name} >= ? AND {name} < ?", (prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1))


def _getter(items: tuple[Any, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(items) == 1:
        return lambda of, only=items[0]: (of[only],)  # type: ignore[misc]
    return itemgetter(*items)


class _MemoryTable:
    """Rows by key; an index over a set of columns grows when it is first looked through."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.rows: dict[Cells, Cells] = {}
        self.indexes: dict[
            tuple[str, ...], tuple[Callable[[Cells], Cells], dict[Cells, dict[Cells, None]]]
        ] = {}

    def put(self, cells: Cells) -> None:
        key = self.shape.key_of(cells)
        old = self.rows.get(key)
        self.rows[key] = cells
        for values, index in self.indexes.values():
            new = values(cells)
            if old is not None:
                before = values(old)
                if before == new:
                    continue
                del index[before][key]
            index.setdefault(new, {})[key] = None

    def delete(self, key: Cells) -> None:
        old = self.rows.pop(key, None)
        if old is not None:
            for values, index in self.indexes.values():
                del index[values(old)][key]

    def found(self, equal: dict[str, Any]) -> list[Cells]:
        if not equal:
            return [self.rows[key] for key in sorted(self.rows)]
        columns = tuple(sorted(equal))
        if columns not in self.indexes:
            values = _getter(self.shape.places(columns))
            index: dict[Cells, dict[Cells, None]] = {}
            for key, cells in self.rows.items():
                index.setdefault(values(cells), {})[key] = None
            self.indexes[columns] = (values, index)
        keys = self.indexes[columns][1].get(tuple(equal[column] for column in columns), ())
        return [self.rows[key] for key in sorted(keys)]


class MemoryRows:
    """Rows of a fold that nobody keeps (`projections.base.Rows`)."""

    def __init__(self, tables: Iterable[Table], keyring: Keyring) -> None:
        self._tables = {table.name: _MemoryTable(Shape(table, keyring)) for table in tables}

    def get(self, table: str, key: Key) -> Row | None:
        held = self._tables[table]
        cells = held.rows.get(held.shape.key(key))
        return None if cells is None else held.shape.row(cells)

    def put(self, table: str, row: Row) -> None:
        held = self._tables[table]
        held.put(held.shape.cells(row))

    def delete(self, table: str, key: Key) -> None:
        held = self._tables[table]
        held.delete(held.shape.key(key))

    def select(self, table: str, **equal: Any) -> Iterator[Row]:
        held = self._tables[table]
        wanted = {column: held.shape.cell(column, value) for column, value in equal.items()}
        return map(held.shape.row, held.found(wanted))

    def below(self, table: str, column: str, prefix: str) -> Iterator[Row]:
        held = self._tables[table]
        (at,) = held.shape.places((column,))
        keys = [key for key, cells in held.rows.items() if (cells[at] or "").startswith(prefix)]
        return (held.shape.row(held.rows[key]) for key in sorted(keys))

    def cells(self, table: str) -> list[Cells]:
        """All rows of a table as cells, in key order."""
        return self._tables[table].found({})

    def shape(self, table: str) -> Shape:
        return self._tables[table].shape


class _StoredTable:
    """Statements of one read table, and what was read or changed of it."""

    def __init__(self, shape: Shape, database: Database) -> None:
        table = shape.table
        self.shape = shape
        self.known: dict[Cells, Cells | None] = {}
        self.changed: dict[Cells, None] = {}
        self.sets: dict[tuple[str, ...], _Sets] = {}
        self.form = form_of(table)
        self.name = quoted(stored_name(table))
        self.order = columns_of(table.key)
        self.columns = columns_of(shape.names)
        where = " AND ".join(f"{quoted(column)} = ?" for column in table.key)
        self.one = f"SELECT {self.columns} FROM {self.name} WHERE {where}"
        self._database = database

    def learn(self, key: Cells, cells: Cells | None) -> None:
        """A row as it is now, or that there is none."""
        before = self.known.get(key)
        self.known[key] = cells
        for each in self.sets.values():
            each.moved(key, before, cells)

    def fetched(self, equal: dict[str, Any]) -> list[Cells]:
        statement = f"SELECT {self.columns} FROM {self.name}"
        if equal:
            parts = (
                f"{quoted(name)} {'IS NULL' if value is None else '= ?'}" for name, value in equal.items()
            )
            statement += f" WHERE {' AND '.join(parts)}"
        values = [value for value in equal.values() if value is not None]
        return self._database.connection.execute(f"{statement} ORDER BY {self.order}", values).fetchall()

    def set_of(self, equal: dict[str, Any]) -> list[Cells]:
        """Rows by their key's order; looked for in the database once, then found in memory."""
        columns = tuple(sorted(equal))
        held = self._sets_by(columns)
        values = tuple(equal[column] for column in columns)
        if values not in held.whole:
            for cells in map(tuple, self.fetched(equal)):
                key = self.shape.key_of(cells)
                if key not in self.known:
                    self.learn(key, cells)
            held.whole.add(values)
        known = self.known
        return [known[key] for key in sorted(held.keys.get(values, ()))]  # type: ignore[misc]

    def fetch(self, values: Iterable[str]) -> None:
        """All rows under these values of the key's first column, by one look."""
        columns = (self.shape.table.key[0],)
        held = self._sets_by(columns)
        wanted = [value for value in values if (value,) not in held.whole]
        if not wanted:
            return
        for cells in self._database.tables.find(self.form, columns[0], wanted):
            key = self.shape.key_of(cells)
            if key not in self.known:
                self.learn(key, cells)
        held.whole.update((value,) for value in wanted)

    def is_known(self, key: Cells) -> bool:
        """Whether what is known tells if there is such a row."""
        if key in self.known:
            return True
        held = self.sets.get((self.shape.table.key[0],))
        return held is not None and key[:1] in held.whole

    def _sets_by(self, columns: tuple[str, ...]) -> "_Sets":
        held = self.sets.get(columns)
        if held is None:
            held = self.sets[columns] = _Sets(_getter(self.shape.places(columns)), self.known)
        return held

    def flush(self) -> None:
        if not self.changed:
            return
        gone = [key for key in self.changed if self.known[key] is None]
        kept = [cells for key in self.changed if (cells := self.known[key]) is not None]
        if gone:
            self._database.tables.drop(self.form, gone)
        if kept:
            self._database.tables.put(self.form, kept)
        self.changed.clear()

    def clear(self) -> None:
        self.known.clear()
        self.sets.clear()


class _Sets:
    """Known rows by some of their columns, and of which values all rows are known."""

    def __init__(self, values: Callable[[Cells], Cells], known: dict[Cells, Cells | None]) -> None:
        self._values = values
        self.keys: dict[Cells, set[Cells]] = {}
        self.whole: set[Cells] = set()
        for key, cells in known.items():
            self.moved(key, None, cells)

    def moved(self, key: Cells, before: Cells | None, now: Cells | None) -> None:
        if before is not None:
            self.keys[self._values(before)].discard(key)
        if now is not None:
            self.keys.setdefault(self._values(now), set()).add(key)


class StoredRows:
    """Rows in the store's database (`projections.base.Rows`); what is put reaches it with `flush`.

    `alone`: nobody else writes them until `forget`, so that what was looked for once is found in memory.
    """

    MOST = 200_000
    """So many rows of a table are remembered; beyond it, the memory begins anew after a flush."""

    def __init__(
        self, tables: Iterable[Table], database: Database, keyring: Keyring, *, alone: bool = False
    ) -> None:
        self._database = database
        self._alone = alone
        self._tables = {table.name: _StoredTable(Shape(table, keyring), database) for table in tables}

    def get(self, table: str, key: Key) -> Row | None:
        held = self._tables[table]
        cells = self._known(held, held.shape.key(key))
        return None if cells is None else held.shape.row(cells)

    def _known(self, held: _StoredTable, key: Cells) -> Cells | None:
        if held.is_known(key):
            return held.known.get(key)
        cells: Cells | None = self._database.connection.execute(held.one, key).fetchone()
        held.learn(key, cells)
        return cells

    def fetch(self, column: str, values: Sequence[str]) -> None:
        """Look ahead for what will be asked for: the rows under these values, where a key begins with the column."""
        for held in self._tables.values():
            if held.shape.table.key[0] == column:
                held.fetch(values)

    def put(self, table: str, row: Row) -> None:
        held = self._tables[table]
        cells = held.shape.cells(row)
        key = held.shape.key_of(cells)
        held.learn(key, cells)
        held.changed[key] = None

    def delete(self, table: str, key: Key) -> None:
        held = self._tables[table]
        cells = held.shape.key(key)
        held.learn(cells, None)
        held.changed[cells] = None

    def select(self, table: str, **equal: Any) -> Iterator[Row]:
        held = self._tables[table]
        wanted = {column: held.shape.cell(column, value) for column, value in equal.items()}
        if self._alone and wanted:
            return map(held.shape.row, held.set_of(wanted))
        held.flush()
        return map(held.shape.row, held.fetched(wanted))

    def below(self, table: str, column: str, prefix: str) -> Iterator[Row]:
        held = self._tables[table]
        return iter(self._found(held, *begins(column, prefix), held.order))

    def page(
        self, table: str, column: str, prefix: str, after: tuple[Any, ...] | None, limit: int
    ) -> list[Row]:
        """Rows whose column begins with a prefix, by column and key, at most so many; an index must have these.

        `after`: the column and the key of the row that the page lies behind.
        """
        held = self._tables[table]
        order = columns_of((column, *held.shape.table.key))
        where, values = begins(column, prefix)
        if after is not None:
            where += f" AND ({order}) > ({', '.join('?' * len(after))})"
        return self._found(held, where, [*values, *(after or ()), limit], f"{order} LIMIT ?")

    def _found(self, held: _StoredTable, where: str, values: Sequence[Any], order: str) -> list[Row]:
        held.flush()
        statement = f"SELECT {held.columns} FROM {held.name} WHERE {where} ORDER BY {order}"
        found = self._database.connection.execute(statement, values)
        return [held.shape.row(cells) for cells in found.fetchall()]

    def cells(self, table: str) -> list[Cells]:
        """All rows of a table as cells, in key order."""
        held = self._tables[table]
        held.flush()
        return held.fetched({})

    def flush(self) -> None:
        for held in self._tables.values():
            held.flush()
            if len(held.known) > self.MOST:
                held.clear()

    def forget(self) -> None:
        """Drop what was read or changed since the last flush."""
        for held in self._tables.values():
            held.clear()
            held.changed.clear()


def stored_name(table: Table) -> str:
    """The table's name in the database."""
    return f"read_{table.name}"


def form_of(table: Table) -> Form:
    columns = {name: _STORED[kind] for name, kind in table.columns.items()}
    return Form(stored_name(table), columns, table.key, table.indexes)
