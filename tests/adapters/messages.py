"""Messages as other offices send them, in binary mode."""

from itertools import count
from typing import Any

import orjson

from adapters.kafka.inbound import INBOUND, Inbound
from adapters.kafka.settings import Binding
from adapters.kafka.taking import Arrived

_offsets = count()
BINDINGS = {
    "verification-answers": Binding(actor="bureau"),
    "deaths": Binding(actor="register"),
    "facts": Binding(actor="bureau"),
    "commands": Binding(actor="window", commands=("Enter", "Consent", "Accept", "Withdraw")),
}
TYPES: dict[str, type[Inbound]] = {kind.TOPIC: kind for kind in INBOUND.values()}


def headers(topic: str, id: str, **changed: str | None) -> tuple[Any, ...]:
    kind = TYPES[topic]
    named: dict[str, str | None] = {
        "content-type": "application/json; charset=utf-8",
        "ce_specversion": "1.0",
        "ce_id": id,
        "ce_source": "urn:test:bureau",
        "ce_type": f"{kind.TYPE}.v{kind.VERSION}",
        "ce_time": "2025-03-14T09:00:00Z",
        **changed,
    }
    return tuple((name, value.encode()) for name, value in named.items() if value is not None)


def arrived(
    topic: str,
    id: str = "1",
    data: Any = None,
    *,
    value: bytes | None = None,
    given: Any = None,
    at: int = 0,
    **changed: str | None,
) -> Arrived:
    """`changed`: headers set anew, None leaves one out. `value`, `given`: the bytes and headers as they are."""
    return Arrived(
        topic=topic,
        partition=0,
        offset=next(_offsets),
        key=None,
        value=orjson.dumps(data) if value is None else value,
        headers=headers(topic, id, **changed) if given is None else given,
        at=at,
    )
