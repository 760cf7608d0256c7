"""A public message read back as doudi wrote it, to be held against what was told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from adapters.kafka.wire import JSON, PREFIX, Header
from projections.public.events import PUBLIC
from projections.public.message import Public


class Read(NamedTuple):
    """A message as a reader finds it. `data`: the public event, its bytes where they are sealed, None: a tombstone."""

    id: str
    source: str
    type: str
    version: int
    subject: str
    time: datetime
    sequence: int
    correlation: int
    causation: str | None
    data: Public | bytes | None


def read_wire(value: bytes | None, headers: Iterable[Header]) -> Read:
    """ValueError: names the header that is missing or wrong; msgspec.ValidationError: what is no such event."""
    found = {name: one.decode() for name, one in headers}
    name, _, version = _header(found, "ce_type").removeprefix(PREFIX).rpartition(".v")
    kind = PUBLIC.get((name, int(version) if version.isdigit() else 0))
    if kind is None or _header(found, "ce_specversion") != "1.0":
        raise ValueError("ce_type")
    data: Any = value
    if value is not None and found.get("content-type") == JSON.decode():
        data = msgspec.json.decode(value, type=kind)
    return Read(
        id=_header(found, "ce_id"),
        source=_header(found, "ce_source"),
        type=name,
        version=kind.VERSION,
        subject=_header(found, "ce_subject"),
        time=datetime.fromisoformat(_header(found, "ce_time")),
        sequence=int(_header(found, "ce_sequence")),
        correlation=int(_header(found, "ce_correlation")),
        causation=found.get("ce_causation"),
        data=data,
    )


def _header(found: dict[str, str], name: str) -> str:
    if name not in found:
        raise ValueError(name)
    return found[name]
