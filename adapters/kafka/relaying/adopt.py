"""Go on in Kafka with a log that was restored.

People decide it: messages may be there of events that no log has any more.
"""

from contextlib import closing

import msgspec
from kafka import KafkaConsumer
from kafka.errors import KafkaError
from msgspec.structs import replace

from adapters.kafka.errors import Unsure
from adapters.kafka.health import Wants, missing
from adapters.kafka.reading import read_whole
from adapters.kafka.relay import Relay
from adapters.kafka.relaying.errors import NoCommonPast
from adapters.kafka.relaying.record import Record, point_at
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import SUBJECTS
from adapters.kafka.wire import source_of
from adapters.projecting.parked import SetAside, put_aside
from adapters.store.database import PROJECTIONS
from adapters.store.open import line_of
from adapters.store.store import EventStore
from domain.office import StoreRestored
from workflows.world import CLOCK

_PATIENCE = 600.0
_PRESENT = "recipients"


class Adopted(msgspec.Struct, frozen=True, kw_only=True):
    """`lost`: how many events of the log before were told and aren't in this one, from `position` on."""

    before: str
    log: str
    position: int
    lost: int


def adopt(relay: Relay, actor: str, reason: str, at: int | None = None) -> Adopted:
    """Set the relay's place to where this log and the one that Kafka was told of part; the lease is held.

    A restored log says where; of another, `at` says it: the last position at which both are the same. Who said so
    and why is kept in the store. What the lost events said of the present (`recipients`, `subjects.…`) is set right.
    Raises `NoCommonPast`, KafkaTrouble where those topics can't be read.
    """
    store, found = relay.store, relay.place()
    if found is None:
        raise NoCommonPast(wanted="-", found=store.log_id)
    parted = _parted(store, found) if at is None else at
    if parted is None or parted > store.head():
        raise NoCommonPast(wanted=found.log, found=store.log_id)
    position = min(parted, found.position)
    told = _told_beyond(relay.settings, position) if found.position > position else set()
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
        ),
        found,
        told,
    )
    return Adopted(before=found.log, log=store.log_id, position=position, lost=found.position - position)


def _told_beyond(settings: KafkaSettings, position: int) -> set[tuple[str, str]]:
    """Under which keys of compacted topics stands what events told that are lost, of whichever log: (topic, key)."""
    begins, source = settings.topic(SUBJECTS), source_of(settings.source, "").encode()
    try:
        with closing(KafkaConsumer(**settings.consumer_args(None))) as looking:
            subjects = sorted(name for name in looking.topics() if name.startswith(begins))
        names = [settings.topic(_PRESENT), *subjects]
        for trouble in missing(settings, Wants(read=names)):
            raise trouble
        last = {
            (one.topic.removeprefix(settings.prefix), one.key.decode()): dict(one.headers)
            for one in read_whole(settings, [name.removeprefix(settings.prefix) for name in names], _PATIENCE)
            if one.key is not None
        }
    except KafkaError as error:
        raise Unsure(reason=type(error).__name__) from error
    return {
        where
        for where, headers in last.items()
        if headers.get("ce_source", b"").startswith(source) and int(headers["ce_sequence"]) > position
    }


def _parted(store: EventStore, found: Record) -> int | None:
    """Where this log was taken from the other one, in one restore or several."""
    line = line_of(store.database.connection, store.log_id)
    if found.log not in line[:-1]:
        return None
    steps = [one.event for one in store.load(CLOCK) if isinstance(one.event, StoreRestored)]
    return min(step.position for step in steps if line.index(step.before) >= line.index(found.log))
