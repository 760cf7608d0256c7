"""Pages of the log through a projection: the one loop that live, rebuilt and as-of share."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from adapters.projecting.errors import PoisonEvent, is_poison
from adapters.projecting.parked import Skips
from adapters.projecting.place import Point
from adapters.store.errors import BadPayload, NewerVersion
from adapters.store.store import EventStore
from projections.base import Projection, Rows
from workflows.ports import Recorded

A_PAGE = 2_000
NO_SKIPS = Skips()


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose payload isn't of its class's shape, or of a newer one: its envelope is known, the content isn't.

    `known`: whether its type is a present one, and not a name from before.
    """

    position: int
    stream: str
    version: int
    type: str
    known: bool
    error: BadPayload | NewerVersion


Page = Sequence[Recorded | Unreadable]


def read_page(store: EventStore, after: int, limit: int) -> Page:
    """The next events; one whose content can't be read stands as `Unreadable`.

    Raises the other `CodecError`s: a type that nobody here knows stops every reader.
    """
    return _read(store, after, "TRUE", lambda after, taken: store.page(after, limit - taken))


def read_between(store: EventStore, after: int, until: int, condition: str) -> Page:
    """The same of those after one position until another for which a condition in SQL holds."""
    return _read(store, after, condition, lambda after, taken: store.between(after, until, condition))


def _read(
    store: EventStore, after: int, condition: str, rest: Callable[[int, int], list[Recorded]]
) -> list[Recorded | Unreadable]:
    """`rest`: those after a position, where so many were read before them."""
    found: list[Recorded | Unreadable] = []
    while True:
        try:
            return [*found, *rest(after, len(found))]
        except (BadPayload, NewerVersion) as error:
            one = _unreadable(store, error)
            found += store.between(after, one.position - 1, condition)
            found.append(one)
            after = one.position


def wanted_by(store: EventStore, projection: Projection) -> str:
    """The condition in SQL of the events that a projection is given: where it `reads` some, all others that are known
    are passed over; what nobody knows never is."""
    reads = getattr(projection, "reads", None)
    if reads is None:
        return "TRUE"
    others = ", ".join(f"'{name}'" for name in sorted(store.codec.others(reads)))
    return f"type NOT IN ({others})" if others else "TRUE"


def _unreadable(store: EventStore, error: BadPayload | NewerVersion) -> Unreadable:
    one = store.envelope(int(error.params["position"]))
    assert one is not None
    return Unreadable(
        position=one.position,
        stream=one.stream,
        version=one.version,
        type=one.type,
        known=one.type in store.codec.types,
        error=error,
    )


def apply_page(projection: Projection, page: Page, rows: Rows, skips: Skips = NO_SKIPS) -> None:
    """Raises `PoisonEvent` at the first event that can't be taken, `NewerVersion` at one that a newer doudi could take;
    rows then hold part of it."""
    apply = projection.apply
    leave_out = skips.leave_out if skips else None
    for recorded in page:
        if leave_out is not None and leave_out(recorded.stream, recorded.position):
            continue
        if type(recorded) is Unreadable:
            if _passes(projection, recorded):
                continue
            if isinstance(recorded.error, NewerVersion):
                raise recorded.error
            raise _poison(projection.name, recorded) from recorded.error
        try:
            apply(recorded, rows)  # type: ignore[arg-type]
        except Exception as error:
            if not is_poison(error):
                raise
            raise _poison(projection.name, recorded) from error


def _passes(projection: Projection, one: Unreadable) -> bool:
    """Whether a projection has no look at it, as it isn't given it where others than what it reads aren't fetched."""
    reads = getattr(projection, "reads", None)
    return reads is not None and one.known and all(kind.__name__ != one.type for kind in reads)


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
) -> Point | None:
    """Apply the events after one position until another that a projection reads; the last there is of all of them.

    `passed` hears how far it is.
    """
    wanted, begun = wanted_by(store, projection), after
    while after < until:
        upto = min(after + A_PAGE, until)
        with uncollected():
            apply_page(projection, read_between(store, after, upto, wanted), rows, skips)
        after = upto
        passed(after)
    last = store.last(until)
    return last if last is not None and last.position > begun else None
