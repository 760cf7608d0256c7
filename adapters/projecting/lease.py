"""Who runs a projection: one holder at a time, with a heartbeat apart from the projection's place.

A lease keeps others from doing the same work; that nobody overtaken writes is up to the token in the place.
"""

import os
import secrets
import socket
from collections.abc import Callable, Iterable
from functools import cache
from time import time_ns

import msgspec

from adapters.store.database import PROJECTIONS, Database

LEASE = 30_000_000
"""Microseconds after its last heartbeat in which a holder keeps others standing by."""
BEAT = 5_000_000
STILL = 30_000_000
"""A holder that is behind and has not moved for so long is stalled."""

Now = Callable[[], int]

_READ = "SELECT projection, holder, until, beat, moved, position, stopped FROM runners"
_TAKE = (
    "INSERT INTO runners (projection, holder, until, beat, moved, position, stopped) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (projection) DO UPDATE SET holder = excluded.holder, until = excluded.until,"
    " beat = excluded.beat, moved = excluded.moved, position = excluded.position, stopped = excluded.stopped"
)


def micros() -> int:
    """The machine's clock, in a trial too: leases are of processes, not of the office."""
    return time_ns() // 1000


@cache
def _home() -> str:
    """Where a process number means this process and no other."""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return f"{socket.gethostname()}{space}"


def whoami() -> str:
    """A name for one runner in this process: machine, process, and a mark that no other has."""
    return f"{_home()} {os.getpid()} {secrets.token_hex(4)}"


def is_gone(holder: str) -> bool:
    """Whether a holder was a process of this machine that is no more: nobody need wait for its lease."""
    home, _, rest = holder.partition(" ")
    process = rest.partition(" ")[0]
    if home != _home() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """`beat`: the last sign of life; `moved`: when its position was last seen to change. Microseconds."""

    holder: str
    until: int
    beat: int
    moved: int
    position: int = 0
    stopped: str | None = None

    def keeps_out(self, who: str, now: int) -> bool:
        """One that is stopped keeps nobody out: who comes next finds out why by himself."""
        if self.stopped or self.holder in ("", who):
            return False
        return self.until > now and not is_gone(self.holder)


def runners(database: Database) -> dict[str, Runner]:
    return {
        name: Runner(
            holder=holder, until=until, beat=beat, moved=moved, position=position, stopped=stopped or None
        )
        for name, holder, until, beat, moved, position, stopped in database.connection.execute(_READ)
    }


def take_leases(database: Database, who: str, places: dict[str, tuple[int, str]], now: int) -> set[str]:
    """Take or renew the leases that nobody else holds; whose they are now. `places`: (position, stopped)."""
    taken = set()
    with database.transaction(PROJECTIONS) as session:
        found = runners(database)
        for name, (position, stopped) in places.items():
            before = found.get(name)
            if before is not None and before.keeps_out(who, now):
                continue
            still = before is not None and before.holder == who and before.position == position
            moved = before.moved if still and before is not None else now
            session.connection.execute(_TAKE, (name, who, now + LEASE, now, moved, position, stopped))
            taken.add(name)
    return taken


def give_back(database: Database, who: str, names: Iterable[str]) -> None:
    with database.transaction(PROJECTIONS) as session:
        for name in names:
            session.connection.execute("DELETE FROM runners WHERE projection = ? AND holder = ?", (name, who))


def state_of(runner: Runner | None, behind: int, now: int) -> str:
    """stopped | stalled | working | idle | waiting (behind, nobody runs it) | current (nobody needs to)."""
    if runner is None or not runner.holder:
        return "waiting" if behind else "current"
    if runner.stopped:
        return "stopped"
    if runner.until <= now or is_gone(runner.holder):
        return "stalled"
    if not behind:
        return "idle"
    return "stalled" if now - runner.moved > STILL else "working"
