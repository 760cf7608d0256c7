"""Runs projections over the log: live, rebuilt, and as of a position. Rows and position change together."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock

import msgspec

from adapters.faults import reach
from adapters.rows import MemoryRows, StoredRows, form_of, stored_name
from adapters.store.database import PROJECTIONS, Session
from adapters.store.errors import StoreError
from adapters.store.store import EventStore
from projections.base import Key, Projection, Rows, Table
from workflows.ports import Recorded

A_BATCH = 2_000
_FEW = 5_000
"""A projection with nothing yet and more events than this before it is folded in memory."""
_KEPT_FOLDS = 4


class PoisonEvent(StoreError):
    """A projection can't take an event (params: projection, position, type); the cause is chained."""

    code = "projection.poison"


class WrongLog(StoreError):
    """A projection stands at an event that isn't there (params: projection, position, wanted, found)."""

    code = "projection.wrong-log"


class RebuildRunning(StoreError):
    """The projection is being rebuilt already (params: projection)."""

    code = "projection.rebuilding"


class UnknownProjection(StoreError):
    """No projection has the name (params: projection)."""

    code = "projection.unknown"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a projection is: the event it took last is `stream_version` of `stream`, at `position`."""

    version: int = 0
    log_id: str = ""
    position: int = 0
    stream: str = ""
    stream_version: int = 0


class Status(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: int
    position: int
    behind: int


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that a rebuild would change: `how` is missing | surplus | other."""

    table: str
    key: Key
    how: str


class Projector:
    """One for a store; a projection that can't take an event stops alone, the others go on."""

    def __init__(self, store: EventStore, projections: Iterable[Projection]) -> None:
        self._store = store
        self._projections = {projection.name: projection for projection in projections}
        self._rows = {
            name: StoredRows(projection.tables, store.database, store.keyring)
            for name, projection in self._projections.items()
        }
        self._left: dict[str, Place] = {}
        self._rollbacks = -1
        self._poisoned: dict[str, StoreError] = {}
        self._rebuilding: set[str] = set()
        self._guard = Lock()
        self._folds: OrderedDict[tuple[str, int], MemoryRows] = OrderedDict()
        names = [table.name for projection in self._projections.values() for table in projection.tables]
        if len(names) != len(set(names)):
            raise ValueError(f"two tables have one name: {sorted(names)}")
        self._prepare()

    def _prepare(self) -> None:
        """Make tables that aren't there; one of another version begins anew."""
        wanted = {name: projection.version for name, projection in self._projections.items()}
        if all(place.version == wanted[name] for name, place in self._places().items()):
            return
        with self._store.database.transaction(PROJECTIONS) as session:
            for name, place in self._places().items():
                if place.version != wanted[name]:
                    for table in self._projections[name].tables:
                        self._store.database.tables.create(form_of(table))
                    self._put_place(session, name, Place(version=wanted[name], log_id=self._store.log_id))

    def _places(self) -> dict[str, Place]:
        found = self._store.database.connection.execute(
            "SELECT name, version, log_id, position, stream, stream_version FROM projections"
        )
        places = dict.fromkeys(self._projections, Place())
        for name, version, log_id, position, stream, stream_version in found:
            if name in places:
                places[name] = Place(
                    version=version,
                    log_id=log_id,
                    position=position,
                    stream=stream,
                    stream_version=stream_version,
                )
        return places

    @staticmethod
    def _put_place(session: Session, name: str, place: Place) -> None:
        session.connection.execute(
            "INSERT INTO projections (name, version, log_id, position, stream, stream_version)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version,"
            " log_id = excluded.log_id, position = excluded.position, stream = excluded.stream,"
            " stream_version = excluded.stream_version",
            (name, *(getattr(place, field) for field in Place.__struct_fields__)),
        )

    def _check(self, name: str, place: Place) -> None:
        """The event a projection stands at must be in this log, at that position."""
        if place.log_id != self._store.log_id:
            raise WrongLog(
                projection=name, position=place.position, wanted=place.log_id, found=self._store.log_id
            )
        if place.position == 0:
            return
        row = self._store.database.connection.execute(
            "SELECT stream, version FROM events WHERE position = ?", (place.position,)
        ).fetchone()
        if row != (place.stream, place.stream_version):
            raise WrongLog(
                projection=name,
                position=place.position,
                wanted=f"{place.stream}@{place.stream_version}",
                found=f"{row[0]}@{row[1]}" if row else "-",
            )

    def step(self, limit: int = A_BATCH) -> int:
        """Let those furthest behind take the next events, at most `limit`; how many. 0: all are at the head.

        Raises `PoisonEvent`, `WrongLog` or a `CodecError`, each after the others' work was kept.
        """
        head = self._store.head()
        if all(place.position == head for name, place in self._left.items()) and self._fresh(head):
            return 0
        new: StoreError | None = None
        with self._store.database.transaction(PROJECTIONS) as session:
            places = {name: place for name, place in self._places().items() if name not in self._poisoned}
            head = self._store.head()
            for name, place in places.items():
                if self._store.database.rollbacks != self._rollbacks or self._left.get(name) != place:
                    self._rows[name].forget()
                    self._check(name, place)
            behind = [place.position for place in places.values() if place.position < head]
            if not behind:
                self._left, self._rollbacks = places, self._store.database.rollbacks
                return 0
            lowest = min(behind)
            others = [place.position for place in places.values() if place.position > lowest]
            page = self._store.page(lowest, min([limit, *(position - lowest for position in others)]))
            last = page[-1]
            reach("project.page")
            for name, place in places.items():
                if place.position != lowest:
                    continue
                reached = Place(
                    version=place.version,
                    log_id=place.log_id,
                    position=last.position,
                    stream=last.stream,
                    stream_version=last.version,
                )
                try:
                    with self._store.database.transaction(PROJECTIONS):
                        rows = self._rows[name]
                        self._apply(self._projections[name], page, rows)
                        rows.flush()
                        reach("project.rows")
                        self._put_place(session, name, reached)
                        reach("project.placed")
                except PoisonEvent as poison:
                    rows.forget()
                    self._poisoned[name] = poison
                    new = new or poison
                else:
                    places[name] = reached
            self._left, self._rollbacks = places, self._store.database.rollbacks
        if new is not None:
            raise new
        return len(page) + self.step(limit) if reach("project.done") else len(page)

    def _fresh(self, head: int) -> bool:
        """Whether what we left is what is there: nobody else moved a projection, nothing was undone."""
        live = self._projections.keys() - self._poisoned.keys()
        if self._store.database.rollbacks != self._rollbacks or self._left.keys() != live:
            return False
        places = self._places()
        return all(places[name] == place for name, place in self._left.items())

    @staticmethod
    def _apply(projection: Projection, page: Sequence[Recorded], rows: Rows) -> None:
        apply = projection.apply
        for recorded in page:
            try:
                apply(recorded, rows)
            except Exception as error:
                raise PoisonEvent(
                    projection=projection.name,
                    position=recorded.position,
                    type=type(recorded.event).__name__,
                ) from error

    def catch_up(self) -> int:
        """Bring all projections to the head; how many events were read. Raises what stopped one, at the end."""
        head = self._store.head()
        if head > _FEW:
            for name, place in self._places().items():
                if place.position == 0 and name not in self._poisoned:
                    try:
                        self.rebuild(name)
                    except PoisonEvent as poison:
                        self._poisoned[name] = poison
        done = 0
        while True:
            try:
                took = self.step()
            except PoisonEvent:
                continue
            if not took:
                break
            done += took
        for stopped in self._poisoned.values():
            raise stopped
        return done

    def rows(self, name: str) -> Rows:
        """A projection's rows as they stand in the file."""
        projection = self._known(name)
        return StoredRows(projection.tables, self._store.database, self._store.keyring)

    def position(self, name: str) -> int:
        """How far a projection is."""
        self._known(name)
        return self._places()[name].position

    def _known(self, name: str) -> Projection:
        if name not in self._projections:
            raise UnknownProjection(projection=name)
        return self._projections[name]

    def status(self) -> list[Status]:
        head = self._store.head()
        return [
            Status(name=name, version=place.version, position=place.position, behind=head - place.position)
            for name, place in self._places().items()
        ]

    def _fold(self, projection: Projection, rows: MemoryRows, after: int, until: int) -> Recorded | None:
        """Apply the events after one position until another; the last of them."""
        last = None
        while after < until:
            page = self._store.page(after, min(A_BATCH, until - after))
            if not page:
                break
            self._apply(projection, page, rows)
            last = page[-1]
            after = last.position
        return last

    def fold_until(self, name: str, position: int) -> MemoryRows:
        """The rows as they were when `position` was the log's last; for reads only. A few are remembered."""
        projection = self._known(name)
        mark = (name, position)
        with self._guard:
            if mark in self._folds:
                self._folds.move_to_end(mark)
                return self._folds[mark]
        rows = MemoryRows(projection.tables, self._store.keyring)
        self._fold(projection, rows, 0, position)
        if not self._store.database.session().depth:
            with self._guard:
                self._folds[mark] = rows
                while len(self._folds) > _KEPT_FOLDS:
                    self._folds.popitem(last=False)
        return rows

    def rebuild(self, name: str) -> int:
        """Fold a projection anew beside the old one, which serves meanwhile, and change over; its position.

        Raises `PoisonEvent` and leaves the old rows, or `RebuildRunning`.
        """
        projection = self._known(name)
        with self._guard:
            if name in self._rebuilding:
                raise RebuildRunning(projection=name)
            self._rebuilding.add(name)
        try:
            rows = MemoryRows(projection.tables, self._store.keyring)
            last = self._fold(projection, rows, 0, self._store.head())
            reach("rebuild.folded")
            with self._store.database.transaction(PROJECTIONS) as session:
                reached = last.position if last else 0
                last = self._fold(projection, rows, reached, self._store.head()) or last
                reach("rebuild.caught-up")
                for table in projection.tables:
                    self._store.database.tables.replace(form_of(table), rows.cells(table.name))
                place = Place(
                    version=projection.version,
                    log_id=self._store.log_id,
                    position=last.position if last else 0,
                    stream=last.stream if last else "",
                    stream_version=last.version if last else 0,
                )
                self._put_place(session, name, place)
                reach("rebuild.placed")
            self._rows[name].forget()
            self._poisoned.pop(name, None)
            reach("rebuild.done")
            return place.position
        finally:
            with self._guard:
                self._rebuilding.discard(name)

    def verify(self, name: str) -> list[Difference]:
        """What a rebuild to the projection's position would change in its rows; nothing, if all is whole."""
        projection = self._known(name)
        with self._store.database.reading(*map(stored_name, projection.tables)):
            place = self._places()[name]
            self._check(name, place)
            live = StoredRows(projection.tables, self._store.database, self._store.keyring)
            rebuilt = MemoryRows(projection.tables, self._store.keyring)
            self._fold(projection, rebuilt, 0, place.position)
            return [found for table in projection.tables for found in _differences(table, live, rebuilt)]


def _differences(table: Table, live: StoredRows, rebuilt: MemoryRows) -> Iterator[Difference]:
    shape = rebuilt.shape(table.name)
    there = {shape.key_of(cells): cells for cells in live.cells(table.name)}
    due = {shape.key_of(cells): cells for cells in rebuilt.cells(table.name)}
    for key in sorted(there.keys() | due.keys()):
        if there.get(key) != due.get(key):
            how = "missing" if key not in there else "surplus" if key not in due else "other"
            yield Difference(table=table.name, key=key, how=how)
