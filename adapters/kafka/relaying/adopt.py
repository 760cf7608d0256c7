"""Go on in Kafka with a log that was restored.

People decide it: messages may be there of events that no log has any more.
"""

import msgspec
from msgspec.structs import replace

from adapters.kafka.relay import Relay
from adapters.kafka.relaying.errors import NoCommonPast
from adapters.kafka.relaying.record import Record, point_at
from adapters.projecting.parked import SetAside, put_aside
from adapters.store.database import PROJECTIONS
from adapters.store.store import EventStore
from domain.office import StoreRestored
from workflows.world import CLOCK


class Adopted(msgspec.Struct, frozen=True, kw_only=True):
    """`lost`: how many events of the log before were told and aren't in this one, from `position` on."""

    before: str
    log: str
    position: int
    lost: int


def adopt(relay: Relay, actor: str, reason: str, at: int | None = None) -> Adopted:
    """Set the relay's place to where this log and the one that Kafka was told of part; the lease is held.

    A restored log says where; of another, `at` says it: the last position at which both are the same. Who said so
    and why is kept in the store.
    Raises `NoCommonPast`.
    """
    store, found = relay.store, relay.place()
    if found is None:
        raise NoCommonPast(wanted="-", found=store.log_id)
    parted = _parted(store, found) if at is None else at
    if parted is None or parted > store.head():
        raise NoCommonPast(wanted=found.log, found=store.log_id)
    position = min(parted, found.position)
    said = SetAside(
        projection=f"relay/log/{found.log}",
        position=position,
        stream=CLOCK,
        reason=reason,
        actor=actor,
        at=relay.now(),
    )
    with store.database.transaction(PROJECTIONS) as session:
        put_aside(session, said)
    relay.begin_at(
        replace(
            found,
            log=store.log_id,
            point=point_at(store, position),
            waiting={key: first for key, first in found.waiting.items() if first <= position},
            stuck=tuple(one for one in found.stuck if one.position <= position),
            at=relay.now(),
        )
    )
    return Adopted(before=found.log, log=store.log_id, position=position, lost=found.position - position)


def _parted(store: EventStore, found: Record) -> int | None:
    """Where this log was taken from the other one, in one restore or several."""
    steps = [one.event for one in store.load(CLOCK) if isinstance(one.event, StoreRestored)]
    at = [step.before for step in steps]
    return min(step.position for step in steps[at.index(found.log) :]) if found.log in at else None
