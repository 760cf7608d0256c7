"""States of the public mapping kept in the store, so that a relay that starts needn't fold the whole log.

They are only ever a shortcut: one that isn't of this log or of this release's mapping is passed over.
"""

from base64 import b85decode, b85encode
from functools import cache
from hashlib import sha256
from importlib import resources
from zlib import compress, decompress, error

import msgspec

from adapters.kafka.relaying.reader import Mapping
from adapters.kafka.relaying.record import Point, point_of
from adapters.store.database import PROJECTIONS, Form
from adapters.store.store import EventStore
from projections.public.mapping import Load, Publishing
from projections.public.state import State

EVERY = 50_000
_PART = 500_000
_FORM = Form("read_relay_state", {"part": int, "data": str}, ("part",), ())


class _Head(msgspec.Struct, frozen=True):
    log: str
    fold: str
    point: Point


@cache
def fold_version() -> str:
    """Changes with the mapping's code: another code's state isn't gone on from."""
    found = sha256()
    for package in ("projections.public", "projections"):
        folder = resources.files(package)
        for name in sorted(item.name for item in folder.iterdir() if item.name.endswith(".py")):
            found.update((folder / name).read_bytes())
    return found.hexdigest()


class KeptStates:
    """In a read table of its own: the last one."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def begin(self, until: int, load: Load) -> tuple[Point, Mapping]:
        if self._store.database.tables.columns(_FORM.name):
            rows = self._store.database.connection.execute(
                f"SELECT data FROM {_FORM.name} ORDER BY part"
            ).fetchall()
            found = _read([data for (data,) in rows])
            if found is not None and self._usable(found[0], until):
                return found[0].point, Publishing(load, state=found[1])
        return Point(), Publishing(load)

    def _usable(self, head: _Head, until: int) -> bool:
        if (head.log, head.fold) != (self._store.log_id, fold_version()) or head.point.position > until:
            return False
        there = self._store.envelope(head.point.position)
        return there is not None and point_of(there) == head.point

    def keep(self, point: Point, mapping: Mapping) -> None:
        head = msgspec.json.encode(_Head(self._store.log_id, fold_version(), point)).decode()
        data = b85encode(compress(msgspec.msgpack.encode(mapping.state), 1)).decode()
        parts = [head, *(data[start : start + _PART] for start in range(0, len(data), _PART))]
        database = self._store.database
        with database.transaction(PROJECTIONS) as session:
            if not database.tables.columns(_FORM.name):
                database.tables.create(_FORM)
            session.connection.execute(f"DELETE FROM {_FORM.name}")
            session.connection.executemany(
                f"INSERT INTO {_FORM.name} (part, data) VALUES (?, ?)", list(enumerate(parts))
            )


def _read(parts: list[str]) -> tuple[_Head, State] | None:
    try:
        state = msgspec.msgpack.decode(decompress(b85decode("".join(parts[1:]))), type=State)
        return msgspec.json.decode(parts[0], type=_Head), state
    except (IndexError, ValueError, error, msgspec.MsgspecError):
        return None
