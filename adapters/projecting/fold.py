"""Pages of the log through a projection: the one loop that live, rebuilt and as-of share."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from adapters.projecting.errors import PoisonEvent, is_poison
from adapters.projecting.parked import Skips
from adapters.store.errors import BadPayload
from adapters.store.store import EventStore, Unwanted
from projections.base import Projection, Rows
from workflows.ports import Recorded

A_PAGE = 2_000
NO_SKIPS = Skips()

_ENVELOPE = "SELECT stream, version, type FROM events WHERE position = ?"

_BETWEEN = "SELECT count(*) FROM events WHERE position > ? AND position < ?"


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose payload isn't of its class's shape: the envelope is known, the content isn't."""

    position: int
    stream: str
    version: int
    type: str
    error: BadPayload


Page = Sequence[Recorded | Unreadable]


def unwanted_by(store: EventStore, projection: Projection) -> Unwanted | None:
    """What a projection that says what it `reads` needn't be given decoded."""
    reads = getattr(projection, "reads", None)
    if reads is None:
        return None
    others = store.codec.others(reads)
    return lambda kind, actor: kind in others


def read_page(store: EventStore, after: int, limit: int, unwanted: Unwanted | None = None) -> Page:
    """The next events; a payload that can't be read stands as `Unreadable`.

    Raises the other `CodecError`s: a type or version nobody here knows stops every reader.
    """
    found: list[Recorded | Unreadable] = []
    while limit > 0:
        try:
            return [*found, *store.page(after, limit, unwanted)]
        except BadPayload as error:
            position = int(error.params["position"])
            before = _count(store, after, position)
            found += store.page(after, before, unwanted) if before else ()
            limit -= before + 1
            stream, version, name = store.database.connection.execute(_ENVELOPE, (position,)).fetchone()
            found.append(
                Unreadable(position=position, stream=stream, version=version, type=name, error=error)
            )
            after = position
    return found


def _count(store: EventStore, after: int, before: int) -> int:
    return int(store.database.connection.execute(_BETWEEN, (after, before)).fetchone()[0])


def stream_at(store: EventStore, position: int) -> str | None:
    row = store.database.connection.execute(_ENVELOPE, (position,)).fetchone()
    return None if row is None else str(row[0])


def apply_page(projection: Projection, page: Page, rows: Rows, skips: Skips = NO_SKIPS) -> None:
    """Raises `PoisonEvent` at the first event that can't be taken; rows then hold part of it."""
    apply = projection.apply
    leave_out = skips.leave_out if skips else None
    for recorded in page:
        if leave_out is not None and leave_out(recorded.stream, recorded.position):
            continue
        try:
            if type(recorded) is Unreadable:
                raise recorded.error
            apply(recorded, rows)  # type: ignore[arg-type]
        except Exception as error:
            if type(recorded) is not Unreadable and not is_poison(error):
                raise
            raise _poison(projection.name, recorded) from error


@contextmanager
def uncollected() -> Iterator[None]:
    """No look for cycles while a page is made and taken: it is thousands of objects, and none of them is one."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _poison(projection: str, recorded: Recorded | Unreadable) -> PoisonEvent:
    return PoisonEvent(projection=projection, position=recorded.position, type=recorded.type)


def fold(
    store: EventStore,
    projection: Projection,
    rows: Rows,
    after: int,
    until: int,
    skips: Skips = NO_SKIPS,
    passed: Callable[[int], Any] = lambda position: None,
) -> Recorded | Unreadable | None:
    """Apply the events after one position until another; the last of them. `passed` hears of each page."""
    last, unwanted = None, unwanted_by(store, projection)
    while after < until:
        with uncollected():
            page = read_page(store, after, min(A_PAGE, until - after), unwanted)
            if page and page[-1].position > until:
                page = [recorded for recorded in page if recorded.position <= until]
            if not page:
                break
            apply_page(projection, page, rows, skips)
        last = page[-1]
        after = last.position
        passed(after)
    return last
