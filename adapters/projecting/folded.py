"""Rows folded in memory that tell which of them changed since they were looked at."""

from collections.abc import Iterable

from adapters.rows import Cells, MemoryRows, form_of
from adapters.store.database import Tables
from adapters.store.keyring import Keyring
from projections.base import Key, Row, Table


class FoldedRows(MemoryRows):
    """`watch` begins to note what changes; `flush` brings a table that was made before up to date."""

    def __init__(self, tables: Iterable[Table], keyring: Keyring) -> None:
        self.tables = tuple(tables)
        super().__init__(self.tables, keyring)
        self._changed: dict[str, dict[Cells, None]] = {}

    def held(self, table: str) -> dict[Cells, Cells]:
        """A table's rows by key, not to be changed."""
        return self._tables[table].rows

    def take(self, table: str, found: Iterable[Cells]) -> None:
        """Rows that were folded elsewhere."""
        held = self._tables[table]
        for cells in found:
            held.put(cells)

    def count(self) -> int:
        return sum(len(held.rows) for held in self._tables.values())

    def watch(self) -> None:
        self._changed = {table.name: {} for table in self.tables}

    def put(self, table: str, row: Row) -> None:
        held = self._tables[table]
        cells = held.shape.cells(row)
        held.put(cells)
        if self._changed:
            self._changed[table][held.shape.key_of(cells)] = None

    def delete(self, table: str, key: Key) -> None:
        super().delete(table, key)
        if self._changed:
            self._changed[table][self._tables[table].shape.key(key)] = None

    def flush(self, tables: Tables, name_of: dict[str, str]) -> int:
        """Write what changed into the stored tables of these names; how many rows."""
        written = 0
        for table, keys in self._changed.items():
            held = self._tables[table]
            gone = [key for key in keys if key not in held.rows]
            kept = [held.rows[key] for key in keys if key in held.rows]
            form = form_of(held.shape.table)._replace(name=name_of[table])
            if gone:
                tables.drop(form, gone)
            if kept:
                tables.put(form, kept)
            written += len(keys)
            keys.clear()
        return written
