"""Rows that stand against rows that were folded anew, key by key."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from adapters.projecting.folded import FoldedRows
from adapters.rows import Cells, Shape, stored_name
from adapters.store.database import Database, columns_of, quoted
from projections.base import Key, Table

SHOWN = 20


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that a rebuild would change: `how` is missing | surplus | other."""

    table: str
    key: Key
    how: str


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """`counts`: (table, how) → rows; `first`: some of them. A table of another form is `how` reshaped."""

    rows: int = 0
    counts: dict[tuple[str, str], int] = {}
    first: tuple[Difference, ...] = ()

    @property
    def differences(self) -> int:
        return sum(self.counts.values())


def standing(database: Database, table: Table) -> Iterator[Cells]:
    """All rows of a read table, a few at a time; within `reading`."""
    name = quoted(stored_name(table))
    return database.scan(f"SELECT {columns_of(table.columns)} FROM {name}")


def differences(shape: Shape, there: Iterable[Cells], due: dict[Cells, Cells]) -> Iterator[Difference]:
    """In key order."""
    key_of = shape.key_of
    odd: list[tuple[Key, str]] = []
    met: set[Key] = set()
    for cells in there:
        key = key_of(cells)
        wanted = due.get(key)
        if wanted is None:
            odd.append((key, "surplus"))
        else:
            met.add(key)
            if wanted != tuple(cells):
                odd.append((key, "other"))
    odd += [(key, "missing") for key in due.keys() - met]
    for key, how in sorted(odd):
        yield Difference(table=shape.table.name, key=key, how=how)


def compare(database: Database, tables: Iterable[Table], folded: FoldedRows) -> Compared:
    """What stands against what was folded, within `reading`."""
    counts: Counter[tuple[str, str]] = Counter()
    first: list[Difference] = []
    rows = 0
    for table in tables:
        due = folded.held(table.name)
        rows += len(due)
        if database.tables.columns(stored_name(table)) != list(table.columns):
            counts[table.name, "reshaped"] += len(due)
            continue
        for one in differences(folded.shape(table.name), standing(database, table), due):
            counts[one.table, one.how] += 1
            if len(first) < SHOWN:
                first.append(one)
    return Compared(rows=rows, counts=dict(counts), first=tuple(first))
