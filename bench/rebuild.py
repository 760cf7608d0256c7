"""Rebuilding a projection over a long log, beside what it can't do without: reading, decoding, bare inserts.

`python bench/rebuild.py [EVENTS] [PROJECTION] [URL]`, by default 200,000 events into the register in SQLite; five
million need some 6 GB of disk. URL: an empty PostgreSQL database (with DOUDI_MASTER_KEY), or `postgres` for a
server of its own. Ratios are of processor seconds, by turns, where one process does the work, else of wall time.
"""

import os
import resource
import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
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
from domain.case.award import AwardBegan, Stopped
from domain.days import month_of
from domain.event import Event
from domain.ids import DivisionCode
from projections.base import Projection, Row, Rows, Seen, Table
from projections.register import Register, as_of
from tests.postgres import Server

A_PART = 50_000
A_SAMPLE = 500_000
"""Of so many events it is measured what giving all costs: their rows are held beside the others."""
A_COUNTY = 100
"""Turns of the played cases in one county: some 4,000 households live there, as in report D's."""
PAGE = "SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?"


class Counts:
    """How many awards began and were stopped, by township and month, and nothing else."""

    name: ClassVar[str] = "counts"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[type[Event], ...]] = (AwardBegan, Stopped)
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name="counts",
            columns={"type": "text", "township": "text", "month": "text", "count": "int"},
            key=("type", "township", "month"),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if isinstance(event, AwardBegan | Stopped):
            key = (type(event).__name__, seen.division[:9], month_of(event.on))
            row = rows.get("counts", key) or {"type": key[0], "township": key[1], "month": key[2], "count": 0}
            row["count"] += 1
            rows.put("counts", row)


class EveryType(Counts):
    """How many events of each type there are: all are decoded."""

    reads = None  # type: ignore[assignment]

    def apply(self, seen: Seen, rows: Rows) -> None:
        key = (type(seen.event).__name__, "", "")
        row = rows.get("counts", key) or {"type": key[0], "township": "", "month": "", "count": 0}
        row["count"] += 1
        rows.put("counts", row)


def timed(count: int, work: Callable[[], object]) -> float:
    """Events a second."""
    began = perf_counter()
    work()
    return count / (perf_counter() - began)


def spent(work: Callable[[], object]) -> float:
    """Processor seconds."""
    began = process_time()
    work()
    return process_time() - began


def read(store: EventStore, after: int, until: int) -> None:
    while after < until:
        found = store.database.connection.execute(PAGE, (after, min(A_PAGE, until - after))).fetchall()
        after = found[-1][0]


def decode(store: EventStore, after: int, until: int) -> None:
    while after < until:
        after = store.page(after, min(A_PAGE, until - after))[-1].position


def folded(store: EventStore, projection: Projection, rows: FoldedRows, count: int) -> None:
    """Reading all; with decoding; with folding; folding what the projection reads alone: by turns over parts."""
    given_all = type("GivenAll", (type(projection),), {"reads": None})()
    spare = FoldedRows(projection.tables, store.keyring)
    turns: tuple[Callable[[int, int], object], ...] = (
        partial(read, store),
        partial(decode, store),
        partial(fold, store, given_all, spare),
    )
    counted = min(count, A_SAMPLE)
    seconds = [0.0] * len(turns)
    for after in range(0, counted, A_PART):
        for turn, work in enumerate(turns):
            seconds[turn] += spent(partial(work, after, min(after + A_PART, counted)))
    reading, decoding, folding = (counted / one for one in seconds)
    began, used = perf_counter(), process_time()
    fold(store, projection, rows, 0, count)
    wall, own = perf_counter() - began, count / (process_time() - used)
    print(
        f"reading {reading:,.0f} ev/s of processor time; with decoding {decoding:,.0f}; with folding {folding:,.0f};"
        f" given only what it reads {own:,.0f}"
    )
    print(
        f"reading, decoding and folding beside reading and decoding: {folding / decoding:.0%} (wanted: 60%)"
    )
    print(
        f"given only what it reads {own / folding:.1f} times that, {count / wall:,.0f} ev/s of wall time",
        flush=True,
    )


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


Question = tuple[DivisionCode, date]


def questions(rows: Rows, many: int, digits: int) -> list[Question]:
    """Divisions, of so many digits of their code, and days of which the register may be asked."""
    random = Random(1)
    divisions = sorted({row["division"][:digits] for row in rows.select("register_segment")})
    return [
        (DivisionCode(random.choice(divisions)), date(2025, 1, 1) + timedelta(random.randrange(365)))
        for _ in range(many)
    ]


def told(rows: Rows, asked: Question) -> list[Row]:
    return [dict(row) for row in as_of(rows, *asked)]


def past(projector: Projector, folded_rows: FoldedRows, count: int) -> None:
    """The register as of any day, as known at any position; equal to the fold, at the head and at an earlier one."""
    began = perf_counter()
    projector.fold_until("register", count)
    print(f"the past of the register kept in {perf_counter() - began:.1f} s", flush=True)
    random = Random(2)
    asked = []
    for name, digits, many in (("township", 9, 20), ("county", 6, 5)):
        taken, found = [], 0
        for one in questions(folded_rows, many, digits):
            position = random.randrange(count // 10, count)
            began = perf_counter()
            found += len(told(projector.fold_until("register", position), one))
            taken.append(perf_counter() - began)
            asked.append(one)
        print(
            f"a {name}'s register ({found // many:,} households) as of any day, known at any position:"
            f" {median(taken):.3f} s, at most {max(taken):.3f} (wanted: 1)"
        )
    earlier = count // 7
    before = FoldedRows(folded_rows.tables, projector.store.keyring)
    fold(projector.store, Register(), before, 0, earlier)
    for position, rows in ((count, folded_rows), (earlier, before)):
        view = projector.fold_until("register", position)
        assert all(told(view, one) == told(rows, one) for one in asked)
    print(f"equal to the fold at {earlier:,} and {count:,} on {len(asked)} days")


def one_pass(store: EventStore) -> None:
    """All projections from nothing: by one pass, and each by its own."""
    apart = Projector(store, PROJECTIONS)
    seconds = sum(spent(partial(apart.rebuild, one.name)) for one in PROJECTIONS)
    restart(apart)
    together = spent(Projector(store, PROJECTIONS).catch_up)
    print(
        f"{len(PROJECTIONS)} projections from nothing: {together:.1f} processor seconds by one pass,"
        f" {seconds:.1f} each by itself: {seconds / together:.2f} times",
        flush=True,
    )


def restart(projector: Projector) -> None:
    for name, place in projector.places().items():
        projector._begin(name, place)


def rebuilt(projector: Projector, name: str, count: int) -> None:
    """By two processes, by one, by two: the second and third compare what stands."""
    first = projector.rebuild(name)
    aim = " (wanted: 100,000)" if count >= 5_000_000 else ""
    print(f"{name} built, written and swapped {count / first.seconds:,.0f} ev/s, {first.rows:,} rows{aim}")
    processes = parted.PROCESSES
    parted.PROCESSES = 1
    alone = projector.rebuild(name)
    parted.PROCESSES = processes
    two = projector.rebuild(name)
    for each in (alone, two):
        assert each.compared is not None
        assert each.compared.differences == 0
    parts = parted.parts_of(projector.store, projector.projection(name), count)
    if parts == 1:
        return
    print(
        f"{name} written, compared and swapped: {count / alone.seconds:,.0f} ev/s by one process,"
        f" {count / two.seconds:,.0f} by {parts}: {alone.seconds / two.seconds:.2f} times (wanted on SQLite: 1.4)",
        flush=True,
    )


def main(count: int, name: str, to: str | None) -> None:
    server = None
    with TemporaryDirectory() as folder:
        if to == "postgres":
            os.environ.setdefault("DOUDI_MASTER_KEY", f"file:{folder}/master")
            server = Server()
            to = server.database("rebuild")
        try:
            _measure(template(Path(folder), to), count, name)
        finally:
            if server is not None:
                server.stop()


def _measure(store: EventStore, count: int, name: str) -> None:
    began = perf_counter()
    fill(store, count, turns=A_COUNTY)
    print(f"{count:,} events loaded in {perf_counter() - began:.0f} s", flush=True)
    projection = next(one for one in PROJECTIONS if one.name == name)
    rows = FoldedRows(projection.tables, store.keyring)
    folded(store, projection, rows, count)
    total, ours, bare = written(store, rows)
    print(f"writing {total:,} rows with indexes {ours:,.0f} rows/s, bare {bare:,.0f}: {ours / bare:.0%}")
    del rows
    for kind, aim in ((Counts, " (wanted: 250,000)"), (EveryType, "")):
        counting = Projector(store, [kind()])
        rate = timed(count, partial(counting.rebuild, "counts"))
        print(f"{kind.__name__} alone rebuilt {rate:,.0f} ev/s{aim}", flush=True)
    rebuilt(Projector(store, PROJECTIONS), name, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at most {peak:,.0f} MiB (wanted: 1,024)", flush=True)
    if name == "register":
        rows = FoldedRows(projection.tables, store.keyring)
        fold(store, projection, rows, 0, count)
        past(Projector(store, PROJECTIONS), rows, count)
        del rows
    if count <= 500_000:
        one_pass(store)
    store.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 200_000,
        given[1] if len(given) > 1 else "register",
        given[2] if len(given) > 2 else None,
    )
