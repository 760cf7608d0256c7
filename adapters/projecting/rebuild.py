"""A projection folded anew beside the one that serves and goes on, compared with it, and put in its place.

Folding, writing and indexing happen outside every lock; only the last events and the swap are inside.
"""

from contextlib import suppress
from time import perf_counter

import msgspec

from adapters.faults import reach
from adapters.projecting.compare import Compared, Difference, compare
from adapters.projecting.errors import PoisonEvent, RebuildRunning
from adapters.projecting.fold import NO_SKIPS, Page, apply_page, fold
from adapters.projecting.folded import FoldedRows
from adapters.projecting.lease import BEAT, LEASE, Now, is_gone, whoami
from adapters.projecting.migrations import forget
from adapters.projecting.parked import Parked, Skips, park, parked, set_aside, unpark
from adapters.projecting.parted import PartFailed, fold_parted, parts_of
from adapters.projecting.place import Place, Point, check_place, put_place, read_places
from adapters.rows import form_of, stored_name
from adapters.store.database import PROJECTIONS, Session
from adapters.store.errors import CodecError, StoreError
from adapters.store.store import EventStore
from projections.base import Projection

NEAR = 2_000
"""So close to the head the rest is folded inside the lock."""

_CLAIM = "SELECT holder, until FROM rebuilds WHERE projection = ?"
_PUT_CLAIM = (
    "INSERT INTO rebuilds (projection, holder, until) VALUES (?, ?, ?)"
    " ON CONFLICT (projection) DO UPDATE SET holder = excluded.holder, until = excluded.until"
)
_DROP_CLAIM = "DELETE FROM rebuilds WHERE projection = ? AND holder = ?"


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """`compared`: against the rows that served, at one position; None where there were none to compare.

    `same_fold`: both were folded by one version, so that any difference is damage that is mended now.
    """

    projection: str
    version: int
    position: int
    rows: int
    seconds: float
    compared: Compared | None = None
    same_fold: bool = True


def being_rebuilt(store: EventStore, name: str, now: int) -> bool:
    row = store.database.connection.execute(_CLAIM, (name,)).fetchone()
    return row is not None and row[1] > now and not is_gone(row[0])


class Rebuild:
    """One run for one projection. `streams`: those that waited and are tried anew; None: all of them.

    A stream that waits and isn't tried stays left out; a poison event stops before the swap. `again`: what is
    known to wait at another event than before.
    """

    def __init__(
        self,
        store: EventStore,
        projection: Projection,
        now: Now,
        streams: frozenset[str] | None = None,
        again: tuple[Parked, ...] = (),
    ) -> None:
        self._store = store
        self._projection = projection
        self._now = now
        self._streams = streams
        self._again = again
        self._who = whoami()
        self._renewed = 0
        self._rows = FoldedRows(projection.tables, store.keyring)
        self._last: Point | None = None
        self._skips = NO_SKIPS
        self._blue = Place()
        self._began = 0.0

    @property
    def _at(self) -> int:
        return self._last.position if self._last is not None else 0

    @property
    def name(self) -> str:
        return self._projection.name

    def run(self) -> Rebuilt:
        """Raises `RebuildRunning`, `PoisonEvent`, a `CodecError`: then what served serves on."""
        try:
            self.begin()
            compared = self._compare(self._blue)
            self._fold(self._store.head())
            return self.finish(compared)
        except BaseException:
            self.abandon()
            raise

    def begin(self) -> None:
        """Claim it. Who goes on with `take` and `finish` himself must `abandon` what fails."""
        self._began = perf_counter()
        self._claim()
        self._skips = self._left_out()
        self._blue = read_places(self._store, [self.name])[self.name]

    def take(self, page: Page) -> None:
        """Fold the log's next events."""
        apply_page(self._projection, page, self._rows, self._skips)
        self._last = page[-1]
        self.renew()

    def count(self) -> int:
        """How many rows there are so far."""
        return self._rows.count()

    def finish(self, compared: Compared | None = None) -> Rebuilt:
        """Write what was folded, bring it to the head and change over."""
        reach("rebuild.folded")
        self._write()
        reach("rebuild.loaded")
        while self._store.head() - self._at > NEAR:
            self._fold(self._store.head())
        place = self._change_over()
        reach("rebuild.done")
        for table in self._projection.tables:
            self._store.database.tables.sweep(form_of(table))
        return Rebuilt(
            projection=self.name,
            version=self._projection.version,
            position=place.position,
            rows=self._rows.count(),
            seconds=perf_counter() - self._began,
            compared=compared,
            same_fold=self._blue.version == self._projection.version,
        )

    def abandon(self) -> None:
        """What served serves on, and somebody else may build it."""
        with suppress(StoreError):
            self._let_go()
        self._rows = FoldedRows(self._projection.tables, self._store.keyring)

    def renew(self) -> None:
        """Tell those who wait that this goes on; raises `RebuildRunning` if somebody else has taken it."""
        self._renew(self._at)

    def _claim(self) -> None:
        name, now = self._projection.name, self._now()
        with self._store.database.transaction(PROJECTIONS) as session:
            if being_rebuilt(self._store, name, now):
                raise RebuildRunning(projection=name)
            session.connection.execute(_PUT_CLAIM, (name, self._who, now + LEASE))
        self._renewed = now

    def _renew(self, position: int) -> None:
        if self._now() - self._renewed < BEAT:
            return
        with self._store.database.transaction(PROJECTIONS) as session:
            self._still_ours(session)
            self._renewed = self._now()
            session.connection.execute(_PUT_CLAIM, (self._projection.name, self._who, self._renewed + LEASE))

    def _still_ours(self, session: Session) -> None:
        row = session.connection.execute(_CLAIM, (self._projection.name,)).fetchone()
        if row is None or row[0] != self._who:
            raise RebuildRunning(projection=self._projection.name)

    def _let_go(self) -> None:
        with self._store.database.transaction(PROJECTIONS) as session:
            session.connection.execute(_DROP_CLAIM, (self._projection.name, self._who))

    def _left_out(self) -> Skips:
        name, database = self._projection.name, self._store.database
        waiting = {one.stream: one.position for one in parked(database) if one.projection == name}
        if self._streams is None:
            waiting = {}
        else:
            waiting = {stream: at for stream, at in waiting.items() if stream not in self._streams}
        waiting.update((one.stream, one.position) for one in self._again)
        aside = frozenset(one.position for one in set_aside(database) if one.projection == name)
        return Skips(waiting, aside)

    def _fold(self, until: int) -> None:
        parts = parts_of(self._store, self._projection, until) if self._last is None else 1
        if parts > 1:
            try:
                self._last = fold_parted(
                    self._store, self._projection, self._rows, until, self._skips, parts, self._renew
                )
                return
            except (PartFailed, PoisonEvent, CodecError):
                self._rows = FoldedRows(self._projection.tables, self._store.keyring)
        last = fold(self._store, self._projection, self._rows, self._at, until, self._skips, self._renew)
        self._last = last or self._last

    def _compare(self, blue: Place) -> Compared | None:
        """Both at the place of the one that serves, under one view of it."""
        name = self._projection.name
        if blue.version == 0 or blue.position == 0 or blue.log_id != self._store.log_id:
            return None
        self._fold(min(blue.position, self._store.head()))
        tables = self._projection.tables
        with self._store.database.reading(*map(stored_name, tables)):
            place = read_places(self._store, [name])[name]
            try:
                check_place(self._store, name, place)
            except StoreError:
                return None
            self._fold_quietly(place.position)
            return compare(self._store.database, tables, self._rows)

    def _fold_quietly(self, until: int) -> None:
        """Within a reading, where nothing can be renewed."""
        last = fold(self._store, self._projection, self._rows, self._at, until, self._skips)
        self._last = last or self._last

    def _write(self) -> None:
        self._rows.watch()
        self._names = {
            table.name: self._store.database.tables.beside(form_of(table), self._rows.cells(table.name))
            for table in self._projection.tables
        }
        self._renew(self._at)

    def _change_over(self) -> Place:
        name, database = self._projection.name, self._store.database
        with database.transaction(PROJECTIONS) as session:
            self._still_ours(session)
            self._fold_quietly(self._store.head())
            self._rows.flush(database.tables, self._names)
            reach("rebuild.caught-up")
            for table in self._projection.tables:
                database.tables.swap(form_of(table))
            reach("rebuild.swapped")
            token = read_places(self._store, [name])[name].token + 1
            begun = Place(version=self._projection.version, log_id=self._store.log_id)
            place = begun.after(self._last, token)
            put_place(session, name, place)
            again = {one.stream for one in self._again}
            tried = [one.stream for one in parked(database) if one.projection == name]
            unpark(session, name, [one for one in tried if one in again or one not in self._skips.streams])
            for each in self._again:
                park(session, each)
            forget(session, name)
            session.connection.execute(_DROP_CLAIM, (name, self._who))
            reach("rebuild.placed")
        return place


__all__ = ["Compared", "Difference", "PoisonEvent", "Rebuild", "Rebuilt", "being_rebuilt"]
