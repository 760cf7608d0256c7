"""A long log folded by several processes: each takes some of the cases, and the persons all of them.

Only for a projection that says `by_case`: each of its rows has its case in its key, and comes from that case's
events and from persons alone. Whatever goes wrong in a part, the fold by one process tells it better.
"""

import marshal
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from adapters.beside import begin_beside
from adapters.projecting.fold import A_PAGE, apply_page, uncollected, wanted_by
from adapters.projecting.folded import FoldedRows
from adapters.projecting.parked import Skips
from adapters.projecting.place import Point
from adapters.store.open import open_store
from adapters.store.sqlite import SQLiteDatabase
from adapters.store.store import EventStore
from projections.base import Projection

MANY = 150_000
"""Fewer events than this aren't worth another process."""
PROCESSES = 2
_MINE = (
    "NOT (stream >= 'case:' AND stream < 'case;')"
    " OR (unicode(substr(stream, -1)) + 3 * unicode(substr(stream, -2, 1))) % ? = ?"
)
"""Told by SQLite, so that a process is handed its own cases alone: the last characters of a number say whose it is."""


class PartFailed(Exception):
    """A process could not fold its part."""


def parts_of(store: EventStore, projection: Projection, count: int) -> int:
    """How many processes fold so many events."""
    apart = getattr(projection, "by_case", False) and isinstance(store.database, SQLiteDatabase)
    return PROCESSES if apart and count >= MANY and not store.database.session().depth else 1


def fold_parted(
    store: EventStore,
    projection: Projection,
    rows: FoldedRows,
    until: int,
    skips: Skips,
    parts: int,
    passed: Callable[[int], object],
) -> Point | None:
    """Fold from the log's beginning into empty rows; the last event. Raises `PartFailed`, then rows hold a part."""
    assert isinstance(store.database, SQLiteDatabase)
    kind = type(projection)
    work = pickle.dumps(
        (f"sqlite:///{store.database.path.absolute()}", kind.__module__, kind.__qualname__, until, skips)
    )
    others = [
        begin_beside("adapters.projecting.parted", str(part), str(parts), stderr=subprocess.DEVNULL)
        for part in range(1, parts)
    ]
    try:
        for other in others:
            assert other.stdin is not None
            with suppress(BrokenPipeError):
                other.stdin.write(work)
            with suppress(BrokenPipeError):
                other.stdin.close()
        last = fold_part(store, projection, rows, until, skips, (0, parts), passed)
        for other in others:
            assert other.stdout is not None
            said = other.stdout.read()
            if other.wait() != 0:
                raise PartFailed
            for table, found in marshal.loads(said).items():
                rows.take(table, found)
    finally:
        for other in others:
            if other.poll() is None:
                other.kill()
            other.wait()
    return last


def fold_part(
    store: EventStore,
    projection: Projection,
    rows: FoldedRows,
    until: int,
    skips: Skips,
    part: tuple[int, int],
    passed: Callable[[int], object] = lambda position: None,
) -> Point | None:
    """The events of a part's cases, and all that is no case's, decoded and applied; the last of the whole log."""
    mine, parts = part
    until = min(until, store.head())
    wanted, after = f"{wanted_by(store, projection)} AND ({_MINE})", 0
    while after < until:
        upto = min(after + A_PAGE * parts, until)
        with uncollected():
            apply_page(projection, store.between(after, upto, wanted, (parts, mine)), rows, skips)
        after = upto
        passed(after)
    return store.last(after)


def main(part: int, parts: int) -> None:
    url, module, name, until, skips = pickle.load(sys.stdin.buffer)
    import_module("adapters.bootstrap")
    projection: Projection = getattr(import_module(module), name)()
    store = open_store(url)
    rows = FoldedRows(projection.tables, store.keyring)
    fold_part(store, projection, rows, until, skips, (part, parts))
    marshal.dump(
        {table.name: list(rows.held(table.name).values()) for table in rows.tables}, sys.stdout.buffer
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
