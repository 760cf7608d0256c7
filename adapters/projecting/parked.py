"""Events a projection could not take: their case waits in it, until it is tried again or the event set aside."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from adapters.store.database import Database, Session

MOST = 100
"""With more than this waiting, not the events but the fold is at fault."""


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """`stream` waits in `projection` from `position` on. `reason`: kind of error and line of code, no values."""

    projection: str
    stream: str
    position: int
    type: str
    reason: str
    since: int
    """Microseconds since 1970 (UTC)."""


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """One event that a projection goes on without, by whose word and why."""

    projection: str
    position: int
    stream: str
    reason: str
    actor: str
    at: int


class Skips(msgspec.Struct, frozen=True):
    """What a fold leaves out: streams from a position on, and single events."""

    streams: dict[str, int] = {}
    positions: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.streams or self.positions)

    def leave_out(self, stream: str, position: int) -> bool:
        return position in self.positions or position >= self.streams.get(stream, position + 1)


_PARKED = "SELECT projection, stream, position, type, reason, since FROM parked ORDER BY projection, position"
_ASIDE = "SELECT projection, position, stream, reason, actor, at FROM set_aside ORDER BY projection, position"


def parked(database: Database) -> list[Parked]:
    return [
        Parked(projection=name, stream=stream, position=position, type=kind, reason=reason, since=since)
        for name, stream, position, kind, reason, since in database.connection.execute(_PARKED)
    ]


def set_aside(database: Database) -> list[SetAside]:
    return [
        SetAside(projection=name, position=position, stream=stream, reason=reason, actor=actor, at=at)
        for name, position, stream, reason, actor, at in database.connection.execute(_ASIDE)
    ]


def skips(database: Database) -> dict[str, Skips]:
    """By projection; only those that leave something out."""
    streams: dict[str, dict[str, int]] = defaultdict(dict)
    positions: dict[str, set[int]] = defaultdict(set)
    for one in parked(database):
        streams[one.projection][one.stream] = one.position
    for each in set_aside(database):
        positions[each.projection].add(each.position)
    return {
        name: Skips(dict(streams[name]), frozenset(positions[name]))
        for name in streams.keys() | positions.keys()
    }


def park(session: Session, one: Parked) -> None:
    session.connection.execute(
        "INSERT INTO parked (projection, stream, position, type, reason, since) VALUES (?, ?, ?, ?, ?, ?)",
        (one.projection, one.stream, one.position, one.type, one.reason, one.since),
    )


def unpark(session: Session, projection: str, streams: Iterable[str]) -> None:
    session.connection.executemany(
        "DELETE FROM parked WHERE projection = ? AND stream = ?", [(projection, one) for one in streams]
    )


def put_aside(session: Session, one: SetAside) -> None:
    session.connection.execute(
        "INSERT INTO set_aside (projection, position, stream, reason, actor, at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (projection, position) DO NOTHING",
        (one.projection, one.position, one.stream, one.reason, one.actor, one.at),
    )
