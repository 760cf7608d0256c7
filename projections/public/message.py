"""A message of a public topic, before it is put on any wire."""

from datetime import datetime
from typing import ClassVar, TypeVar

import msgspec


class Public(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """What a message says. `TYPE` and `VERSION` name its contract; a value equal to its default is left out."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1
    TOPIC: ClassVar[str]


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`topic` without any prefix; `data` None is a tombstone. All of it follows from the log alone.

    `id`: from the event's stream and version, the public type and version, and the person; unique within a log.
    `sequence`: the event's position in the log; `correlation`: the position of the first event of its command.
    """

    topic: str
    key: str
    id: str
    type: str
    version: int
    subject: str
    time: datetime
    sequence: int
    correlation: int
    causation: str | None
    data: Public | None


PUBLIC: dict[tuple[str, int], type[Public]] = {}
"""Every public event by type and version."""

P = TypeVar("P", bound=type[Public])


def public(kind: P) -> P:
    """Register a public event."""
    if PUBLIC.setdefault((kind.TYPE, kind.VERSION), kind) is not kind:
        raise ValueError(f"two public events are called {kind.TYPE} v{kind.VERSION}")
    return kind
