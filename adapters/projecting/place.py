"""Where a projection is in the log: the position, the event there, whose log it is, and who may go on."""

from collections.abc import Iterable
from typing import Protocol

import msgspec

from adapters.projecting.errors import WrongLog
from adapters.store.database import Session
from adapters.store.store import EventStore

_PLACES = "SELECT name, version, log_id, position, stream, stream_version, token FROM projections"
_PUT = (
    "INSERT INTO projections (name, version, log_id, position, stream, stream_version, token)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version,"
    " log_id = excluded.log_id, position = excluded.position, stream = excluded.stream,"
    " stream_version = excluded.stream_version, token = excluded.token"
)
_EVENT = "SELECT stream, version FROM events WHERE position = ?"


class Point(Protocol):
    """An event by its envelope."""

    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> str: ...
    @property
    def version(self) -> int: ...


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The event taken last is `stream_version` of `stream`, at `position`; `version` is the fold's.

    `token` grows whenever somebody else begins to write: who has an older one has been overtaken.
    """

    version: int = 0
    log_id: str = ""
    position: int = 0
    stream: str = ""
    stream_version: int = 0
    token: int = 0

    def after(self, last: Point | None, token: int | None = None) -> "Place":
        """The place behind an event; behind nothing it is this one."""
        token = self.token if token is None else token
        if last is None:
            return msgspec.structs.replace(self, token=token)
        return msgspec.structs.replace(
            self, position=last.position, stream=last.stream, stream_version=last.version, token=token
        )

    def of_log(self, log_id: str) -> "Place":
        return msgspec.structs.replace(self, log_id=log_id)


def read_places(store: EventStore, names: Iterable[str]) -> dict[str, Place]:
    """By projection; one that has no place yet stands at nothing, with fold version 0."""
    places = dict.fromkeys(names, Place())
    found = store.database.connection.execute(_PLACES)
    for name, version, log_id, position, stream, stream_version, token in found:
        if name in places:
            places[name] = Place(
                version=version,
                log_id=log_id,
                position=position,
                stream=stream,
                stream_version=stream_version,
                token=token,
            )
    return places


def put_place(session: Session, name: str, place: Place) -> None:
    values = (
        name,
        place.version,
        place.log_id,
        place.position,
        place.stream,
        place.stream_version,
        place.token,
    )
    session.connection.execute(_PUT, values)


def check_place(store: EventStore, name: str, place: Place) -> None:
    """The event a reader stands at must be in this log, at that position; raises `WrongLog`.

    After a restore it isn't: what came there later would never be seen.
    """
    if place.log_id != store.log_id:
        raise WrongLog(projection=name, position=place.position, wanted=place.log_id, found=store.log_id)
    if place.position == 0:
        return
    row = store.database.connection.execute(_EVENT, (place.position,)).fetchone()
    if row is None or tuple(row) != (place.stream, place.stream_version):
        raise WrongLog(
            projection=name,
            position=place.position,
            wanted=f"{place.stream}@{place.stream_version}",
            found=f"{row[0]}@{row[1]}" if row else "-",
        )
