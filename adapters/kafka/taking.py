"""Taking one inbound message: a command done, one done before, nobody of ours, or why it can't be taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from adapters.bootstrap import Doudi
from adapters.kafka.envelope import read
from adapters.kafka.requests import requests, said
from adapters.kafka.settings import Binding
from adapters.keys.errors import KeysLost, MasterMissing, MasterWrong
from adapters.projecting.errors import whereabouts
from adapters.store.errors import (
    BrokenLog,
    NewerStore,
    NewerVersion,
    OutcomeUnknown,
    StoreBusy,
    StoreError,
    StoreFailed,
    UnknownEvent,
    Unreachable,
)
from domain.days import CHINA
from domain.errors import BadValue
from domain.ids import CommandId
from workflows.refusal import Reason, Refused, from_bad_value, reason

TOO_BUSY = "too-busy"
PASSING = (
    StoreBusy,
    Unreachable,
    OutcomeUnknown,
    StoreFailed,
    BrokenLog,
    NewerStore,
    NewerVersion,
    UnknownEvent,
    KeysLost,
    MasterMissing,
    MasterWrong,
    OSError,
    MemoryError,
)
"""What is wrong with the office and not with a message: it is tried again until it is right."""


_LATEST = int(datetime(9999, 12, 30, tzinfo=CHINA).timestamp()) * 1000
"""A sender whose own time stands in a topic may say any."""


class Waits(Exception):
    """The office can't take anything now; nothing is wrong with the message. `code`: why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Arrived(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record as it stands in an inbound topic (its name without the prefix); `at`: its time, in milliseconds."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    at: int

    @classmethod
    def of(cls, record: Any, topic: str) -> "Arrived":
        return cls(
            topic=topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value,
            headers=tuple(record.headers or ()),
            at=min(max(record.timestamp, 0), _LATEST),
        )


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    how: Literal["done", "repeated", "passed", "refused"]
    reasons: tuple[Reason, ...] = ()
    """Why it can't be taken. Hold nothing personal."""


def take(doudi: Doudi, bindings: Mapping[str, Binding], arrived: Arrived) -> Taken:
    """Never raises but `Waits`. Taken again it changes nothing."""
    try:
        return _take(doudi, bindings, arrived)
    except Refused as refused:
        return _refused(refused.reasons)
    except BadValue as error:
        return _refused((from_bad_value(error),))
    except PASSING as error:
        raise Waits(error.code if isinstance(error, StoreError) else type(error).__name__) from error
    except StoreError as error:
        return _refused((Reason(code=error.code, params=dict(error.params)),))
    except Exception as error:
        # A defect of ours that one message meets must not keep all others waiting.
        return _refused((reason("message-failed", error=whereabouts(error)),))


def _take(doudi: Doudi, bindings: Mapping[str, Binding], arrived: Arrived) -> Taken:
    office = doudi.office
    binding = bindings.get(arrived.topic)
    if binding is None:
        raise Refused(reason("message-unbound", "topic", topic=arrived.topic))
    now = max(office.clock.now(), datetime.now(CHINA))
    one = said(office, arrived.topic, read(arrived.value, arrived.headers, now))
    before = office.known(one.id, one.said)
    if before is not None:
        return _refused(before.reasons) if before.status == "refused" else Taken(how="repeated")
    office.world.refresh()
    todo = requests(doudi, binding, one)
    why: list[Reason] = []
    for request in todo:
        # What one place refuses the others hear all the same; but the message's own id stands for all of them.
        name = CommandId(f"{one.id}+") if why and request.id == one.id else request.id
        where = f"{arrived.topic}/{arrived.partition}/{arrived.offset}"
        answer = office.handle(msgspec.structs.replace(request, id=name, causation=where))
        why += answer.reasons if answer.status == "refused" else ()
    if why:
        return _refused(tuple(why))
    return Taken(how="done" if todo else "passed")


def _refused(reasons: tuple[Reason, ...]) -> Taken:
    if any(one.code == TOO_BUSY for one in reasons):
        raise Waits(TOO_BUSY)
    return Taken(how="refused", reasons=reasons)
