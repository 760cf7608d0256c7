"""Runs projections over the log: live, rebuilt, and as of a position. Rows and position change together."""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from threading import Lock
from time import sleep

import msgspec

from adapters.projecting import migrations
from adapters.projecting.asof import Past, kept
from adapters.projecting.compare import Compared, Difference, differences, standing
from adapters.projecting.errors import (
    NewerRows,
    NothingParked,
    PoisonEvent,
    RebuildRunning,
    TooManyParked,
    UnknownProjection,
    WrongLog,
    whereabouts,
)
from adapters.projecting.fold import NO_SKIPS, fold
from adapters.projecting.folded import FoldedRows
from adapters.projecting.lease import LEASE, Now, Runner, micros, runners, state_of, whoami
from adapters.projecting.live import A_BATCH, Live
from adapters.projecting.parked import Parked, SetAside, parked, put_aside, set_aside, skips
from adapters.projecting.place import Place, check_place, put_place, read_places
from adapters.projecting.rebuild import Rebuild, Rebuilt, being_rebuilt
from adapters.projecting.together import Outcome, build_together
from adapters.rows import MemoryRows, StoredRows, form_of, stored_name
from adapters.store.database import PROJECTIONS
from adapters.store.errors import StoreError
from adapters.store.store import EventStore
from projections.base import Projection, Rows

_FEW = 5_000
"""A projection with nothing yet and more events than this before it is folded in memory."""
_KEPT_FOLDS = 4
FEW_PAST = 20_000
"""Beyond this position the past is read from kept versions of rows."""
_A_LOOK = 0.02

__all__ = [
    "Compared",
    "Difference",
    "NewerRows",
    "NothingParked",
    "Parked",
    "Place",
    "PoisonEvent",
    "Projector",
    "RebuildRunning",
    "Rebuilt",
    "SetAside",
    "Status",
    "TooManyParked",
    "UnknownProjection",
    "WrongLog",
]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: stopped | stalled | working | idle | waiting | current; `beat`: microseconds, None without runner."""

    name: str
    version: int
    position: int
    behind: int
    state: str = "current"
    holder: str | None = None
    beat: int | None = None
    parked: int = 0
    stopped: str | None = None


class Projector:
    """One for a store. An event that a projection can't take parks its case there; all others pass."""

    def __init__(
        self,
        store: EventStore,
        projections: Iterable[Projection],
        *,
        now: Now = micros,
        who: str | None = None,
    ) -> None:
        self.store = store
        self.now = now
        self.who = who or whoami()
        self.asked: set[str] = set()
        """Projections whose rows were looked at: whatever is parked in them belongs to the answer."""
        self._projections = {projection.name: projection for projection in projections}
        self._guard = Lock()
        self._folds: OrderedDict[tuple[str, int, object], MemoryRows] = OrderedDict()
        self._pasts: dict[str, Past] = {}
        names = [table.name for projection in self._projections.values() for table in projection.tables]
        if len(names) != len(set(names)):
            raise ValueError(f"two tables have one name: {sorted(names)}")
        self._live = Live(store, self._projections, self.who, now)
        self._prepare()

    def _prepare(self) -> None:
        """Make tables that aren't there; widen those of an older fold where a pair says how."""
        if not any(self._unprepared(name, place) for name, place in self.places().items()):
            return
        with self.store.database.transaction(PROJECTIONS) as session:
            for name, place in self.places().items():
                if self._unprepared(name, place):
                    projection = self._projections[name]
                    if not migrations.widen(session, projection, place, self.now):
                        self._begin(name, place)

    def _unprepared(self, name: str, place: Place) -> bool:
        projection = self._projections[name]
        return place.version == 0 or bool(
            place.version < projection.version and migrations.steps(projection, place.version)
        )

    def _begin(self, name: str, place: Place) -> None:
        """Empty tables, at the log's beginning."""
        projection, database = self._projections[name], self.store.database
        with database.transaction(PROJECTIONS) as session:
            for table in projection.tables:
                database.tables.create(form_of(table))
            begun = Place(version=projection.version, log_id=self.store.log_id, token=place.token + 1)
            put_place(session, name, begun)
            migrations.forget(session, name)

    def projection(self, name: str) -> Projection:
        """The fold; raises `UnknownProjection`."""
        return self._known(name)

    def places(self) -> dict[str, Place]:
        return read_places(self.store, self._projections)

    def stopped(self) -> dict[str, StoreError]:
        """Why some can't go on, by name."""
        return self._live.stopped()

    def step(self, limit: int = A_BATCH) -> int:
        """Let those furthest behind take the next events, at most `limit`; how many. 0: nothing to do here.

        Raises a `CodecError` at a type or version that nobody knows.
        """
        with self._guard:
            return self._live.step(limit)

    def build(self, names: Collection[str] | None = None) -> None:
        """Fold in memory what has no rows yet and much before it, and what an older fold left, by one pass."""
        head = self.store.head()
        todo = {
            name: place
            for name, place in self.places().items()
            if (names is None or name in names) and self._to_build(name, place, head)
        }
        if len(todo) > 1:
            rebuilds = [Rebuild(self.store, self._projections[name], self.now) for name in todo]
            try:
                told, left = build_together(self.store, rebuilds)
            finally:
                for name in todo:
                    self._forget(name)
            for name, error in told.items():
                self._built(name, todo[name], error)
            todo = {name: todo[name] for name in left}
        for name, place in todo.items():
            try:
                self.rebuild(name)
            except (RebuildRunning, PoisonEvent) as error:
                self._built(name, place, error)

    def _to_build(self, name: str, place: Place, head: int) -> bool:
        older = 0 < place.version < self._projections[name].version
        return older or (place.position == 0 and head > _FEW and place.version > 0)

    def _built(self, name: str, place: Place, error: Outcome) -> None:
        if isinstance(error, RebuildRunning):
            while being_rebuilt(self.store, name, self.now()):
                sleep(_A_LOOK)
        elif isinstance(error, PoisonEvent):
            # Live it parks what it can't take; a rebuild would have stopped for ever.
            if place.version != self._projections[name].version:
                self._begin(name, place)
            self._forget(name)

    def _forget(self, name: str) -> None:
        with self._guard:
            self._live.forget(name)

    def catch_up(self, *names: str) -> int:
        """Bring projections to the head, without names all; how many events were read. Raises what stopped one, last.

        What another process runs is waited for while its lease lasts, then taken over.
        """
        wanted = {self._known(name).name for name in names} or self._projections.keys()
        head = self.store.head()
        self.build(wanted)
        done, waited = 0, 0
        while True:
            with self._guard:
                took = self._live.step(names=wanted)
            done += took
            if took:
                continue
            if not self._live.waiting(head, wanted):
                break
            if waited * _A_LOOK > LEASE / 1_000_000:
                with self._guard:
                    done += self._live.step(force=True, names=wanted)
                continue
            waited += 1
            sleep(_A_LOOK)
        for name, error in self.stopped().items():
            if name in wanted:
                raise error
        return done

    def rows(self, name: str) -> StoredRows:
        """A projection's rows as they stand in the store."""
        projection = self._known(name)
        self.asked.add(name)
        return StoredRows(projection.tables, self.store.database, self.store.keyring)

    def position(self, name: str) -> int:
        """How far a projection is."""
        self._known(name)
        return self.places()[name].position

    def _known(self, name: str) -> Projection:
        if name not in self._projections:
            raise UnknownProjection(projection=name)
        return self._projections[name]

    def status(self) -> list[Status]:
        head, now = self.store.head(), self.now()
        running, waiting = runners(self.store.database), self.parked()
        found = []
        for name, place in self.places().items():
            runner = running.get(name)
            stopped = self._stopped_by(name, place, runner)
            behind = head - place.position
            found.append(
                Status(
                    name=name,
                    version=place.version,
                    position=place.position,
                    behind=behind,
                    state="stopped" if stopped else state_of(runner, behind, now),
                    holder=runner.holder if runner else None,
                    beat=runner.beat if runner else None,
                    parked=sum(one.projection == name for one in waiting),
                    stopped=stopped,
                )
            )
        return found

    def _stopped_by(self, name: str, place: Place, runner: Runner | None) -> str | None:
        try:
            if place.version:
                check_place(self.store, name, place)
        except StoreError as error:
            return error.code
        if name in self.stopped():
            return self.stopped()[name].code
        return runner.stopped if runner else None

    def fold_until(self, name: str, position: int) -> Rows:
        """The rows as they were when `position` was the log's last; for reads only.

        Of a short log folded, and a few folds are remembered; of a long one from the versions that are kept.
        """
        projection = self._known(name)
        self.asked.add(name)
        left_out = skips(self.store.database).get(name, NO_SKIPS)
        if position > FEW_PAST and not self.store.database.session().depth:
            with self._guard:
                return self._past(name).view(position, left_out)
        mark = (name, position, (frozenset(left_out.streams.items()), left_out.positions))
        with self._guard:
            if mark in self._folds:
                self._folds.move_to_end(mark)
                return self._folds[mark]
        rows = FoldedRows(projection.tables, self.store.keyring)
        fold(self.store, projection, rows, 0, position, left_out)
        if not self.store.database.session().depth:
            with self._guard:
                self._folds[mark] = rows
                while len(self._folds) > _KEPT_FOLDS:
                    self._folds.popitem(last=False)
        return rows

    def _past(self, name: str) -> Past:
        return self._pasts.setdefault(name, Past(self.store, self._projections[name]))

    def follow_past(self) -> None:
        """Go on keeping the versions that were asked for once, so that the next question finds them there."""
        head, left_out = self.store.head(), skips(self.store.database)
        for name in kept(self.store, self._projections):
            with self._guard:
                self._past(name).view(head, left_out.get(name, NO_SKIPS))

    def rebuild(self, name: str) -> Rebuilt:
        """Fold a projection anew beside the old one, which serves meanwhile, and change over.

        Raises `PoisonEvent` and leaves the old rows, or `RebuildRunning`. What waits in it is tried anew.
        """
        return self._rebuilt(name, None)

    def _rebuilt(self, name: str, streams: frozenset[str] | None, again: tuple[Parked, ...] = ()) -> Rebuilt:
        projection = self._known(name)
        try:
            return Rebuild(self.store, projection, self.now, streams, again).run()
        finally:
            self._forget(name)

    def parked(self, projection: str | None = None) -> list[Parked]:
        """What waits, in one projection or in all."""
        found = parked(self.store.database)
        return found if projection is None else [one for one in found if one.projection == projection]

    def set_aside(self) -> list[SetAside]:
        """Events that projections go on without."""
        return set_aside(self.store.database)

    def retry(self, stream: str) -> list[Rebuilt]:
        """Try again what waits of a stream, by a rebuild of each projection it waits in.

        Raises `NothingParked`, or `PoisonEvent` and it goes on waiting.
        """
        return [self._rebuilt(one.projection, frozenset({stream})) for one in self._waiting(stream)]

    def go_on_without(self, stream: str, reason: str, actor: str) -> list[Rebuilt]:
        """Set the event aside that a stream waits at, wherever it waits; its later events are taken.

        At a further one that can't be taken it waits again. Raises `NothingParked`.
        """
        found = self._waiting(stream)
        with self.store.database.transaction(PROJECTIONS) as session:
            for one in found:
                put_aside(
                    session,
                    SetAside(
                        projection=one.projection,
                        position=one.position,
                        stream=stream,
                        reason=reason,
                        actor=actor,
                        at=self.now(),
                    ),
                )
        return [self._without(one.projection, stream) for one in found]

    def _without(self, name: str, stream: str) -> Rebuilt:
        try:
            return self._rebuilt(name, frozenset({stream}))
        except PoisonEvent as poison:
            met = self.store.envelope(int(poison.params["position"]))
            if met is None or met.stream != stream:
                raise
            once_more = Parked(
                projection=name,
                stream=stream,
                position=met.position,
                type=str(poison.params["type"]),
                reason=whereabouts(poison.__cause__ or poison),
                since=self.now(),
            )
            return self._rebuilt(name, frozenset({stream}), (once_more,))

    def _waiting(self, stream: str) -> list[Parked]:
        found = [one for one in self.parked() if one.stream == stream and one.projection in self._projections]
        if not found:
            raise NothingParked(case=stream.partition(":")[2] or stream)
        return found

    def migrate(self) -> dict[str, list[int]]:
        """Take from read tables what only an older release needed; versions by projection."""
        return {
            name: versions
            for name, projection in self._projections.items()
            if (versions := migrations.narrow(self.store.database, projection, self.now))
        }

    def verify(self, name: str) -> list[Difference]:
        """What a fold to the projection's position would change in its rows; nothing, if all is whole.

        Rows of another version aren't compared: this release's are built when they are first read.
        """
        projection = self._known(name)
        database = self.store.database
        with database.reading(*map(stored_name, projection.tables)):
            place = self.places()[name]
            check_place(self.store, name, place)
            if place.version != projection.version:
                return []
            folded = FoldedRows(projection.tables, self.store.keyring)
            fold(self.store, projection, folded, 0, place.position, skips(database).get(name, NO_SKIPS))
            return [
                found
                for table in projection.tables
                for found in differences(
                    folded.shape(table.name), standing(database, table), folded.held(table.name)
                )
            ]
