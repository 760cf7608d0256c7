"""Read tables carried from one version of their fold to the next, where that needs no rebuild.

A step comes in a pair: `pre` widens the tables so that the old release and the new can both use them, and is
applied by the new release when it opens the store; `post` takes away what only the old one needed, and is
applied once no old release is left (`doudi projections migrate`). A version without a pair is folded anew.
"""

from collections.abc import Mapping

import msgspec

from adapters.projecting.lease import Now
from adapters.projecting.place import Place, put_place
from adapters.store.database import PROJECTIONS, Database, Session
from projections.base import Projection

_DONE = "SELECT projection, version, phase FROM read_migrations"
_PUT = "INSERT INTO read_migrations (projection, version, phase, at) VALUES (?, ?, ?, ?)"


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Statements in the SQL that both databases know; tables are called `read_…`."""

    pre: tuple[str, ...] = ()
    post: tuple[str, ...] = ()


def pairs(projection: Projection) -> Mapping[int, Pair]:
    """By the version they lead to."""
    found: Mapping[int, Pair] = getattr(projection, "migrations", {})
    return found


def steps(projection: Projection, version: int) -> list[int] | None:
    """The versions to go through from one to the present, None if a pair is missing."""
    wanted = range(version + 1, projection.version + 1)
    return list(wanted) if version and all(each in pairs(projection) for each in wanted) else None


def widen(session: Session, projection: Projection, place: Place, now: Now) -> Place | None:
    """Apply what is to come before; the new place, None if the projection has to be folded anew."""
    wanted = steps(projection, place.version)
    if not wanted:
        return None
    for version in wanted:
        for statement in pairs(projection)[version].pre:
            session.connection.execute(statement)
        session.connection.execute(_PUT, (projection.name, version, "pre", now()))
    reached = msgspec.structs.replace(place, version=projection.version, token=place.token + 1)
    put_place(session, projection.name, reached)
    return reached


def due(database: Database, projection: Projection) -> list[int]:
    """Versions that were widened for and not yet narrowed."""
    done = {(name, version, phase) for name, version, phase in database.connection.execute(_DONE)}
    return [
        version
        for version in sorted(pairs(projection))
        if (projection.name, version, "pre") in done and (projection.name, version, "post") not in done
    ]


def narrow(database: Database, projection: Projection, now: Now) -> list[int]:
    """Apply what is to come after; for which versions."""
    with database.transaction(PROJECTIONS) as session:
        versions = due(database, projection)
        for version in versions:
            for statement in pairs(projection)[version].post:
                session.connection.execute(statement)
            session.connection.execute(_PUT, (projection.name, version, "post", now()))
    return versions


def forget(session: Session, name: str) -> None:
    """The tables were made anew: nothing is left to take away."""
    session.connection.execute("DELETE FROM read_migrations WHERE projection = ?", (name,))
