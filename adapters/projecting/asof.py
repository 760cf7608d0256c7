"""Rows as they were when any position was the log's last, without folding up to it again.

Beside each read table that is asked about the past stands one that keeps every version a row had, with the
positions between which it held. It is folded once, goes on from where it stands, and equals the fold anywhere.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import orjson

from adapters.projecting.fold import A_PAGE, Page, apply_page, read_between, wanted_by
from adapters.projecting.folded import FoldedRows
from adapters.projecting.parked import Skips
from adapters.projecting.place import Place, check_place, put_place, read_places
from adapters.rows import Cells, Shape, begins, form_of
from adapters.store.database import PROJECTIONS, Connection, Database, Form, Tables, columns_of, quoted
from adapters.store.errors import StoreError
from adapters.store.keyring import Keyring
from adapters.store.store import EventStore
from projections.base import Key, Projection, Row, Table

OPEN = 2**62
"""The end of what still holds."""
PAGES = 10
"""Pages that are written together."""


def past_form(table: Table) -> Form:
    form = form_of(table)
    columns = {**form.columns, "known_from": int, "known_to": int}
    return Form(past_name(table), columns, (*form.key, "known_from"), form.indexes)


def past_name(table: Table) -> str:
    return f"past_{table.name}"


class PastView:
    """`projections.base.Rows` as of a position; only to be read."""

    def __init__(self, tables: Iterable[Table], database: Database, keyring: Keyring, position: int) -> None:
        self._database = database
        self._position = position
        self._shapes = {table.name: Shape(table, keyring) for table in tables}
        self._statements: dict[tuple[str, tuple[str, ...], tuple[bool, ...]], str] = {}

    def _found(self, table: str, columns: tuple[str, ...], values: tuple[Any, ...]) -> Iterator[Row]:
        nulls = tuple(value is None for value in values)
        statement = self._statements.get((table, columns, nulls))
        if statement is None:
            statement = self._statements[table, columns, nulls] = self._statement(table, columns, nulls)
        given = [*(value for value in values if value is not None), self._position, self._position]
        rows = self._database.connection.execute(statement, given)
        return map(self._shapes[table].row, rows.fetchall())

    def _statement(self, table: str, columns: tuple[str, ...], nulls: tuple[bool, ...]) -> str:
        shape = self._shapes[table]
        parts = [
            f"{quoted(column)} {'IS NULL' if null else '= ?'}"
            for column, null in zip(columns, nulls, strict=True)
        ]
        return self._where(shape, *parts)

    @staticmethod
    def _where(shape: Shape, *parts: str) -> str:
        where = " AND ".join([*parts, '"known_from" <= ?', '"known_to" > ?'])
        return (
            f"SELECT {columns_of(shape.names)} FROM {quoted(past_name(shape.table))} WHERE {where}"
            f" ORDER BY {columns_of(shape.table.key)}"
        )

    def get(self, table: str, key: Key) -> Row | None:
        shape = self._shapes[table]
        return next(self._found(table, shape.table.key, shape.key(key)), None)

    def select(self, table: str, **equal: Any) -> Iterator[Row]:
        shape = self._shapes[table]
        values = tuple(shape.cell(column, value) for column, value in equal.items())
        return self._found(table, tuple(equal), values)

    def below(self, table: str, column: str, prefix: str) -> Iterator[Row]:
        shape = self._shapes[table]
        condition, values = begins(column, prefix)
        given = (*values, self._position, self._position)
        found = self._database.connection.execute(self._where(shape, condition), given)
        return map(shape.row, found.fetchall())

    def put(self, table: str, row: Row) -> None:
        raise TypeError("the past is only read")

    def delete(self, table: str, key: Key) -> None:
        raise TypeError("the past is only read")


class _Versions:
    """What became of a table's rows since the last flush: (cells or None, since which position), in order."""

    def __init__(self, table: Table) -> None:
        self._form = form = past_form(table)
        self.pending: dict[Cells, list[tuple[Cells | None, int]]] = {}
        where = " AND ".join(f"{quoted(column)} = ?" for column in table.key)
        self._close = f'UPDATE {quoted(form.name)} SET "known_to" = ? WHERE {where} AND "known_to" = {OPEN}'

    def note(self, key: Cells, cells: Cells | None, position: int) -> None:
        versions = self.pending.setdefault(key, [])
        if versions and versions[-1][1] == position:
            versions.pop()
        versions.append((cells, position))

    def flush(self, connection: Connection, tables: Tables, *, closes: bool) -> None:
        rows = []
        for versions in self.pending.values():
            ends = [since for _, since in versions[1:]] + [OPEN]
            rows += [
                (*cells, since, end)
                for (cells, since), end in zip(versions, ends, strict=True)
                if cells is not None
            ]
        if closes:
            firsts = [(versions[0][1], *key) for key, versions in self.pending.items()]
            connection.executemany(self._close, firsts)
        if rows:
            tables.put(self._form, rows)
        self.pending.clear()


class _Recording(FoldedRows):
    """A fold in memory that notes each version of each row under the position that `at` was set to."""

    def __init__(self, tables: Iterable[Table], keyring: Keyring) -> None:
        super().__init__(tables, keyring)
        self.at = 0
        self.versions = {table.name: _Versions(table) for table in self.tables}

    def put(self, table: str, row: Row) -> None:
        held = self._tables[table]
        cells = held.shape.cells(row)
        key = held.shape.key_of(cells)
        if held.rows.get(key) != cells:
            held.put(cells)
            self.versions[table].note(key, cells, self.at)

    def delete(self, table: str, key: Key) -> None:
        held = self._tables[table]
        cells = held.shape.key(key)
        if cells in held.rows:
            held.delete(cells)
            self.versions[table].note(cells, None, self.at)

    def load(self, database: Database) -> None:
        """What still holds where the kept versions end."""
        for table in self.tables:
            statement = f'SELECT {columns_of(table.columns)} FROM {quoted(past_name(table))} WHERE "known_to" = {OPEN}'
            for cells in database.scan(statement):
                self._tables[table.name].put(tuple(cells))

    def write(self, connection: Connection, tables: Tables, *, closes: bool) -> None:
        for versions in self.versions.values():
            versions.flush(connection, tables, closes=closes)


def kept(store: EventStore, names: Iterable[str]) -> list[str]:
    """Projections whose versions are kept: those that were asked about the past."""
    return [
        name.removeprefix("past:")
        for name, place in read_places(store, [f"past:{name}" for name in names]).items()
        if place.version
    ]


class Past:
    """The kept versions of one projection's rows."""

    def __init__(self, store: EventStore, projection: Projection) -> None:
        self._store = store
        self._projection = projection
        self._name = f"past:{projection.name}"
        self._rows: tuple[Place, _Recording] | None = None

    def view(self, position: int, skips: Skips) -> PastView:
        """Rows as of a position; versions up to it are folded first where they are not there yet."""
        place = self._place(skips)
        if place.position < position:
            self._advance(place, position, skips)
        store = self._store
        return PastView(self._projection.tables, store.database, store.keyring, position)

    def _mark(self, skips: Skips) -> str:
        """The log and what was left out of it: with other parked cases all is folded anew."""
        if not skips:
            return self._store.log_id
        left_out = orjson.dumps((sorted(skips.streams.items()), sorted(skips.positions)))
        return f"{self._store.log_id}#{sha256(left_out).hexdigest()[:16]}"

    def _place(self, skips: Skips) -> Place:
        place = read_places(self._store, [self._name])[self._name]
        fits = place.version == self._projection.version and place.log_id == self._mark(skips)
        if fits:
            try:
                check_place(self._store, self._name, place.of_log(self._store.log_id))
                return place
            except StoreError:
                pass
        with self._store.database.transaction(PROJECTIONS) as session:
            for table in self._projection.tables:
                self._store.database.tables.create(past_form(table))
            fresh = Place(version=self._projection.version, log_id=self._mark(skips), token=place.token + 1)
            put_place(session, self._name, fresh)
        return fresh

    def _advance(self, place: Place, until: int, skips: Skips) -> None:
        database = self._store.database
        rows = self._state(place)
        closes, at = place.position > 0, place.position
        while at < until:
            upto = min(at + PAGES * A_PAGE, until)
            for page in self._pages(at, upto):
                for one in page:
                    rows.at = one.position
                    apply_page(self._projection, (one,), rows, skips)
            at = upto
            with database.transaction(PROJECTIONS) as session:
                if read_places(self._store, [self._name])[self._name] != place:
                    self._rows = None
                    return self._advance(self._place(skips), until, skips)
                rows.write(session.connection, database.tables, closes=closes)
                place = place.after(self._store.last(upto), place.token + 1)
                put_place(session, self._name, place)
            closes = True
        self._rows = (place, rows) if not database.session().depth else None
        return None

    def _state(self, place: Place) -> _Recording:
        held, self._rows = self._rows, None
        if held is not None and held[0] == place:
            return held[1]
        rows = _Recording(self._projection.tables, self._store.keyring)
        if place.position:
            with self._store.database.reading():
                rows.load(self._store.database)
        return rows

    def _pages(self, after: int, until: int) -> Iterator[Page]:
        wanted = wanted_by(self._store, self._projection)
        for start in range(after, until, A_PAGE):
            yield read_between(self._store, start, min(start + A_PAGE, until), wanted)
