"""Rebuilding a projection over a long log, beside what it can't do without: reading, decoding, bare inserts.

`python bench/rebuild.py [EVENTS] [PROJECTION] [URL]`, by default 200,000 events into the register in SQLite; five
million need some 6 GB of disk. URL: an empty PostgreSQL database (with DOUDI_MASTER_KEY). Each figure is of one
run; the ratios are what counts.
"""

import resource
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.bootstrap import PROJECTIONS
from adapters.projecting import parted
from adapters.projecting.fold import A_PAGE, fold
from adapters.projecting.folded import FoldedRows
from adapters.projector import Projector
from adapters.rows import form_of
from adapters.store.database import Form
from adapters.store.store import EventStore
from bench.bulk import fill, template
from domain.ids import DivisionCode
from projections.base import Rows, Seen, Table
from projections.register import as_of

PAGE = "SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?"


class Counts:
    """How many events of each type there are, kept in memory until the end."""

    name: ClassVar[str] = "counts"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (
        Table(name="counts", columns={"type": "text", "count": "int"}, key=("type",)),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        kind = type(seen.event).__name__
        row = rows.get("counts", (kind,)) or {"type": kind, "count": 0}
        row["count"] += 1
        rows.put("counts", row)


def timed(count: int, work: Callable[[], object]) -> float:
    """Events a second."""
    began = perf_counter()
    work()
    return count / (perf_counter() - began)


def read(store: EventStore) -> None:
    after = 0
    while rows := store.database.connection.execute(PAGE, (after, A_PAGE)).fetchall():
        after = rows[-1][0]


def decode(store: EventStore) -> None:
    after = 0
    while page := store.page(after, A_PAGE):
        after = page[-1].position


def written(store: EventStore, rows: FoldedRows) -> tuple[int, float, float]:
    """(rows, a second as a rebuild writes and indexes them, a second by a bare executemany or COPY without index)."""
    count = rows.count()
    cells = {table.name: rows.cells(table.name) for table in rows.tables}
    for table in rows.tables:
        store.database.tables.create(bare_form(table))
    began = perf_counter()
    with store.database.transaction() as session:
        for table in rows.tables:
            put(session.connection, bare_form(table), cells[table.name])
    bare = count / (perf_counter() - began)
    began = perf_counter()
    for table in rows.tables:
        store.database.tables.beside(form_of(table), cells[table.name])
    ours = count / (perf_counter() - began)
    for table in rows.tables:
        store.database.connection.execute(f'DROP TABLE "{bare_form(table).name}"')
        store.database.connection.execute(f'DROP TABLE "{form_of(table).name}_new"')
    return count, ours, bare


def bare_form(table: Table) -> Form:
    return form_of(table)._replace(name=f"bare_{table.name}", indexes=())


def put(connection: Any, form: Form, rows: list[Any]) -> None:
    if hasattr(connection, "copy"):
        kinds = ["text" if kind is str else "int8" for kind in form.columns.values()]
        connection.copy(f'COPY doudi_read."{form.name}" FROM STDIN (FORMAT BINARY)', kinds, rows)
    else:
        places = ", ".join("?" * len(form.columns))
        connection.executemany(f'INSERT INTO "{form.name}" VALUES ({places})', rows)


def asked(projector: Projector, position: int) -> float:
    """Seconds for the register of the first township, as it was known at a position."""
    began = perf_counter()
    rows = projector.fold_until("register", position)
    township = min(row["division"] for row in rows.select("register_segment"))[:12]
    list(as_of(rows, DivisionCode(township), date(2025, 12, 31)))
    return perf_counter() - began


def main(count: int, name: str, to: str | None) -> None:
    with TemporaryDirectory() as folder:
        store = template(Path(folder), to)
        began = perf_counter()
        fill(store, count)
        print(f"{count:,} events loaded in {perf_counter() - began:.0f} s")
        projection = next(one for one in PROJECTIONS if one.name == name)
        reading = timed(count, lambda: read(store))
        decoding = timed(count, lambda: decode(store))
        rows = FoldedRows(projection.tables, store.keyring)
        folding = timed(count, partial(fold, store, projection, rows, 0, count))
        print(f"reading {reading:,.0f} ev/s")
        print(f"reading and decoding {decoding:,.0f} ev/s")
        print(f"reading, decoding and folding {folding:,.0f} ev/s: {folding / decoding:.0%} of that")
        total, ours, bare = written(store, rows)
        print(f"writing {total:,} rows with indexes {ours:,.0f} rows/s, bare {bare:,.0f}: {ours / bare:.0%}")
        del rows
        counting = Projector(store, [Counts()])
        print(f"counts rebuilt {timed(count, lambda: counting.rebuild('counts')):,.0f} ev/s")
        projector = Projector(store, PROJECTIONS)
        two = parted.PROCESSES
        parted.PROCESSES = 1
        alone = projector.rebuild(name)
        print(f"{name} built, written and swapped {count / alone.seconds:,.0f} ev/s, {alone.rows:,} rows")
        parted.PROCESSES = two
        beside = projector.rebuild(name)
        assert beside.compared is not None
        assert beside.compared.differences == 0
        parts = parted.parts_of(store, projection, count)
        ratio = alone.seconds / beside.seconds
        print(
            f"{name} by {parts} processes {count / beside.seconds:,.0f} ev/s: {ratio:.2f} times; compared, equal"
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"memory at most {peak:,.0f} MiB")
        began = perf_counter()
        projector.fold_until(name, count)
        print(f"the past of {name} kept in {perf_counter() - began:.1f} s; asked again:")
        for position in (count, count // 2, count // 3):
            print(f"  as of position {position:,}: {asked(projector, position):.3f} s")
        store.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 200_000,
        given[1] if len(given) > 1 else "register",
        given[2] if len(given) > 2 else None,
    )
