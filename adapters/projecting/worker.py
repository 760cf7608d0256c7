"""Runs projections as a process of its own: woken by commits, holding what nobody else holds, with a heartbeat."""

from collections.abc import Callable
from threading import Event

from adapters.projecting.compare import Difference
from adapters.projecting.lease import BEAT, give_back, take_leases
from adapters.projector import Projector


class Worker:
    """Others that run the same projections stand by until its lease is over or given back.

    `every`: microseconds after which one more projection is compared with the log while there is nothing to do,
    in turn; `found` hears of it.
    """

    def __init__(
        self,
        projector: Projector,
        every: int | None = None,
        found: Callable[[str, list[Difference]], object] = lambda name, differences: None,
    ) -> None:
        self._projector = projector
        self._every = every
        self._found = found
        self._verified = projector.now()
        self._turn = 0
        self._beaten: int | None = None
        self.holds: set[str] = set()

    def beat(self) -> None:
        """Take or renew the leases, and tell how far each is and what stopped it."""
        projector = self._projector
        stopped = projector.stopped()
        places = {
            name: (place.position, stopped[name].code if name in stopped else "")
            for name, place in projector.places().items()
        }
        self._beaten = projector.now()
        self.holds = take_leases(projector.store.database, projector.who, places, self._beaten)

    def step(self) -> int:
        """Beat if it is time, then let projections take one page; how many events. 0: nothing to do."""
        if self._beaten is None or self._projector.now() - self._beaten >= BEAT:
            self.beat()
            self._projector.build()
        return self._projector.step()

    def run(self, stop: Event) -> None:
        """Until told to stop; sleeps while there is nothing to do. What it holds is given back."""
        try:
            while not stop.is_set():
                head = self._projector.store.head()
                if not self.step():
                    self._projector.follow_past()
                    self.verify_in_turn()
                    self._projector.store.wait(head, min(1.0, BEAT / 1_000_000))
        finally:
            self.leave()

    def verify_in_turn(self) -> None:
        """The standing check: one of those that are held, when it is time."""
        if self._every is None or self._projector.now() - self._verified < self._every:
            return
        names = sorted(self.holds - self._projector.stopped().keys())
        if names:
            name = names[self._turn % len(names)]
            self._found(name, self._projector.verify(name))
            self._turn += 1
        self._verified = self._projector.now()

    def leave(self) -> None:
        give_back(self._projector.store.database, self._projector.who, self.holds)
        self.holds = set()
