"""Rebuilding a projection over a long log, beside what it can't do without: reading, decoding, bare inserts.

`python bench/rebuild.py [EVENTS] [PROJECTION]`, by default 200,000 events into the register; five million need
some 6 GB of disk. Each figure is of one run in one process; the ratios are what counts.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.bootstrap import PROJECTIONS, open_doudi
from adapters.projecting.fold import A_PAGE, fold
from adapters.projecting.folded import FoldedRows
from adapters.projector import Projector
from adapters.rows import form_of
from adapters.store.store import EventStore
from bench.bulk import fill, template
from domain.ids import DivisionCode
from projections.base import Rows, Seen, Table
from projections.register import as_of

PAGE = "SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?"

ALONE = """
import sys
from adapters.bootstrap import open_doudi
open_doudi(sys.argv[1]).projector.rebuild(sys.argv[2])
"""


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
    """(rows, a second as a rebuild writes them, a second by bare executemany into the same tables and indexes)."""
    tables, run = store.database.tables, store.database.connection.execute
    count = rows.count()
    cells = {table.name: rows.cells(table.name) for table in rows.tables}
    for table in rows.tables:
        tables.beside(form_of(table), ())
    began = perf_counter()
    with store.database.transaction() as session:
        for table in rows.tables:
            places = ", ".join("?" * len(table.columns))
            session.connection.executemany(
                f'INSERT INTO "read_{table.name}_new" VALUES ({places})', cells[table.name]
            )
    bare = count / (perf_counter() - began)
    began = perf_counter()
    for table in rows.tables:
        tables.beside(form_of(table), cells[table.name])
    ours = count / (perf_counter() - began)
    for table in rows.tables:
        run(f'DROP TABLE "read_{table.name}_new"')
    return count, ours, bare


def asked(projector: Projector, position: int) -> float:
    """Seconds for the register of the first township, as it was known at a position."""
    began = perf_counter()
    rows = projector.fold_until("register", position)
    township = min(row["division"] for row in rows.select("register_segment"))[:12]
    list(as_of(rows, DivisionCode(township), date(2025, 12, 31)))
    return perf_counter() - began


def side_by_side(url: str, names: list[str]) -> tuple[float, float]:
    """Seconds for rebuilding these one after the other, and each in a process of its own."""
    began = perf_counter()
    for name in names:
        open_doudi(url).projector.rebuild(name)
    alone = perf_counter() - began
    began = perf_counter()
    processes = [subprocess.Popen([sys.executable, "-c", ALONE, url, name]) for name in names]
    assert not any(process.wait() for process in processes)
    return alone, perf_counter() - began


def main(count: int, name: str) -> None:
    with TemporaryDirectory() as folder:
        store = template(Path(folder))
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
        made = projector.rebuild(name)
        print(f"{name} built, written and swapped {count / made.seconds:,.0f} ev/s, {made.rows:,} rows")
        again = projector.rebuild(name)
        assert again.compared is not None
        assert again.compared.differences == 0
        print(f"{name} rebuilt and compared with the old rows {count / again.seconds:,.0f} ev/s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"memory at most {peak:,.0f} MiB")
        began = perf_counter()
        projector.fold_until(name, count)
        print(f"the past of {name} kept in {perf_counter() - began:.1f} s; asked again:")
        for position in (count, count // 2, count // 3):
            print(f"  as of position {position:,}: {asked(projector, position):.3f} s")
        store.close()
        other = "worklist" if name != "worklist" else "register"
        one, two = side_by_side(f"sqlite:///{folder}/log.sqlite", [name, other])
        print(f"{name} and {other}: one process {one:.1f} s, two {two:.1f} s: {one / two:.2f} times")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000, sys.argv[2] if len(sys.argv) > 2 else "register")
