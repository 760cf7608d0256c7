"""Who acts of all that stand by: the holder of the relay's lease; and how he is asked to let go.

The lease is a courtesy that keeps others from doing the same; that nobody overtaken writes is Kafka's fencing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep

from adapters.kafka.relaying.errors import HeldElsewhere
from adapters.projecting.lease import BEAT, Now, Runner, give_back, runners, take_leases
from adapters.store.database import Database
from adapters.store.errors import StoreError

NAME = "relay"
WANTED = "relay.wanted"
_A_LOOK = 0.05
_PATIENCE = 40.0


class Lease:
    """`who`: a name for this relay that no other has."""

    def __init__(self, database: Database, who: str, now: Now) -> None:
        self._database = database
        self._who = who
        self._now = now
        self._beaten: int | None = None
        self.held = False

    def keep(self, position: int) -> bool:
        """Take or renew it when it is time; whether it is held. Who is asked to let go does."""
        now = self._now()
        if self._asked_for(now):
            self.leave()
            return False
        self._take_when_due(position, now)
        return self.held

    def beat(self, position: int) -> None:
        """Renew it in the midst of something long: who took it over would take as long."""
        if self.held:
            self._take_when_due(position, self._now())

    def _take_when_due(self, position: int, now: int) -> None:
        if not self.held or self._beaten is None or now - self._beaten >= BEAT:
            at = position or self._noted()
            self.held = bool(take_leases(self._database, self._who, {NAME: (at, "")}, now))
            self._beaten = now

    def _noted(self) -> int:
        """Where whoever acted before was, until it is read in Kafka."""
        before = holder(self._database)
        return before.position if before is not None else 0

    def _asked_for(self, now: int) -> bool:
        wanted = runners(self._database).get(WANTED)
        return wanted is not None and wanted.keeps_out(self._who, now)

    def say_stopped(self, position: int, code: str) -> None:
        """Leave word why; who is stopped keeps nobody out."""
        if self.held:
            with suppress(StoreError):
                take_leases(self._database, self._who, {NAME: (position, code)}, self._now())
        self.held = False

    def leave(self) -> None:
        if self.held:
            give_back(self._database, self._who, [NAME])
        self.held = False
        self._beaten = None

    @contextmanager
    def taken_over(self, seconds: float = _PATIENCE) -> Iterator[None]:
        """Ask the holder to let go, and hold it meanwhile; raises `HeldElsewhere`."""
        until = monotonic() + seconds
        try:
            while not (self._ask() and self.keep(0)):
                if monotonic() > until:
                    found = holder(self._database)
                    raise HeldElsewhere(holder=found.holder if found else "-")
                sleep(_A_LOOK)
            yield
        finally:
            self.leave()
            give_back(self._database, self._who, [WANTED])

    def _ask(self) -> bool:
        return bool(take_leases(self._database, self._who, {WANTED: (0, "")}, self._now()))


def holder(database: Database) -> Runner | None:
    return runners(database).get(NAME)
