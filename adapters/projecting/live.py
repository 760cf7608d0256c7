"""Live: projections take the log's next events, rows and place in one transaction, exactly once.

Pages are read outside the lock; within it a place that is no longer the one read for is left alone.
"""

from collections.abc import Collection, Mapping

from adapters.faults import reach
from adapters.projecting.errors import NewerRows, PoisonEvent, TooManyParked, whereabouts
from adapters.projecting.fold import NO_SKIPS, Page, apply_page, read_page, uncollected
from adapters.projecting.lease import Now, runners
from adapters.projecting.parked import MOST, Parked, Skips, park, skips
from adapters.projecting.place import Place, check_place, put_place, read_places
from adapters.rows import StoredRows
from adapters.store.database import PROJECTIONS, Session
from adapters.store.errors import NewerVersion, StoreError
from adapters.store.store import EventStore
from projections.base import Projection

A_BATCH = 2_000


class Live:
    """`who` is this process's name among those that may run projections."""

    def __init__(self, store: EventStore, projections: Mapping[str, Projection], who: str, now: Now) -> None:
        self._store = store
        self._projections = projections
        self._who = who
        self._now = now
        self._rows = {
            name: StoredRows(projection.tables, store.database, store.keyring, alone=True)
            for name, projection in projections.items()
        }
        self._left: dict[str, Place] = {}
        """Where each stood when its remembered rows were true."""
        self._tokens: dict[str, int] = {}
        self._rollbacks = -1
        self._stopped: dict[str, tuple[Place, StoreError]] = {}

    def stopped(self) -> dict[str, StoreError]:
        """Why some can't go on, by name."""
        return {name: error for name, (_, error) in self._stopped.items()}

    def forget(self, name: str) -> None:
        """Somebody else changed its rows."""
        self._rows[name].forget()
        self._left.pop(name, None)
        self._stopped.pop(name, None)

    def places(self) -> dict[str, Place]:
        return read_places(self._store, self._projections)

    def step(self, limit: int = A_BATCH, *, force: bool = False, names: Collection[str] | None = None) -> int:
        """Let those furthest behind take the next events, at most `limit`; how many. 0: nothing to do here.

        One that another holder runs is left to it, unless `force`. `names`: only these. Raises what stops every
        reader.
        """
        force = force or self._store.database.session().depth > 0
        head = self._store.head()
        places = self._going(force=force, names=names)
        behind = [place.position for place in places.values() if place.position < head]
        if not behind:
            return 0
        lowest = min(behind)
        others = [place.position for place in places.values() if place.position > lowest]
        with uncollected():
            page = read_page(self._store, lowest, min([limit, *(position - lowest for position in others)]))
        reach("project.page")
        if not page:
            return 0
        working = {name: place for name, place in places.items() if place.position == lowest}
        with self._store.database.transaction(PROJECTIONS) as session:
            current = self._going(force=force, names=working)
            left_out = skips(self._store.database)
            for name, place in working.items():
                if current.get(name) == place:
                    self._take(session, name, place, page, left_out.get(name, NO_SKIPS))
            self._rollbacks = self._store.database.rollbacks
        return len(page) + self.step(limit, force=force, names=names) if reach("project.done") else len(page)

    def waiting(self, until: int, names: Collection[str]) -> list[str]:
        """Those of the names that another holder has not yet brought to a position."""
        held = runners(self._store.database)
        now = self._now()
        return [
            name
            for name, place in self.places().items()
            if name in names
            and place.position < until
            and name in held
            and held[name].keeps_out(self._who, now)
        ]

    def _going(self, *, force: bool, names: Collection[str] | None) -> dict[str, Place]:
        """Places of those that may be worked on here: whole, of this version, run by nobody else."""
        places = {name: place for name, place in self.places().items() if names is None or name in names}
        held = {} if force else runners(self._store.database)
        now = self._now() if held else 0
        undone = self._store.database.rollbacks != self._rollbacks
        going = {}
        for name, place in places.items():
            if name in held and held[name].keeps_out(self._who, now):
                continue
            if name in self._stopped:
                if self._stopped[name][0] == place:
                    continue
                del self._stopped[name]
            if undone or self._left.get(name) != place:
                self._rows[name].forget()
                if undone:
                    self._tokens.pop(name, None)
                error = self._fault(name, place)
                if error is not None:
                    self._stopped[name] = (place, error)
                    continue
                self._left[name] = place
            if place.version == self._projections[name].version:
                going[name] = place
        self._rollbacks = self._store.database.rollbacks
        return going

    def _fault(self, name: str, place: Place) -> StoreError | None:
        known = self._projections[name].version
        if place.version > known:
            return NewerRows(projection=name, found=place.version, known=known)
        if place.version == known:
            try:
                check_place(self._store, name, place)
            except StoreError as error:
                return error
        return None

    def _take(self, session: Session, name: str, place: Place, page: Page, left_out: Skips) -> None:
        token = place.token if self._tokens.get(name) == place.token else place.token + 1
        reached = place.after(page[-1], token)
        rows, projection = self._rows[name], self._projections[name]
        new: list[Parked] = []
        if getattr(projection, "by_case", False):
            streams = {one.stream for one in page if one.stream.startswith("case:")}
            rows.fetch("case_no", [stream.removeprefix("case:") for stream in sorted(streams)])
        while True:
            try:
                with self._store.database.transaction(PROJECTIONS), uncollected():
                    apply_page(projection, page, rows, left_out)
                    rows.flush()
                    reach("project.rows")
                    for one in new:
                        park(session, one)
                    put_place(session, name, reached)
                    reach("project.placed")
            except PoisonEvent as poison:
                rows.forget()
                one = self._parked(poison, page)
                if len(left_out.streams) >= MOST:
                    error = TooManyParked(projection=name, count=MOST, position=one.position)
                    self._stopped[name] = (place, error)
                    return
                new.append(one)
                left_out = Skips({**left_out.streams, one.stream: one.position}, left_out.positions)
            except NewerVersion as error:
                # A newer doudi takes it: it waits for that one, and no case is parked.
                rows.forget()
                self._stopped[name] = (place, error)
                return
            except BaseException:
                rows.forget()
                raise
            else:
                self._left[name], self._tokens[name] = reached, token
                return

    def _parked(self, poison: PoisonEvent, page: Page) -> Parked:
        position = int(poison.params["position"])
        return Parked(
            projection=str(poison.params["projection"]),
            stream=next(one.stream for one in page if one.position == position),
            position=position,
            type=str(poison.params["type"]),
            reason=whereabouts(poison.__cause__ or poison),
            since=self._now(),
        )
