"""A public message as Kafka takes it: CloudEvents 1.0 in binary mode.

Headers are UTF-8. `ce_source` names the log, so that (source, id) is unique even after a restore; `ce_sequence` is the
log's position with leading zeros, so that it sorts as text; a tombstone has no value and no content type.
"""

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

import msgspec
import orjson

from projections.public.message import Message

Header = tuple[str, bytes]
PREFIX = "cn.doudi."
SCHEMA = "urn:doudi:contract:{type}.v{version}"
JSON = b"application/json"
JOSE = b"application/jose"


class Wired(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`topic` without its prefix; `timestamp_ms`: when the event was recorded.

    `fault`: why it can't be told, a code; then it has no value and waits.
    """

    topic: str
    key: str
    value: bytes | None
    headers: dict[str, bytes]
    timestamp_ms: int
    fault: str = ""


def id_of(one: Wired) -> str:
    """`ce_id`."""
    return one.headers["ce_id"].decode()


def wire_type(kind: str, version: int) -> str:
    """`cn.doudi.approved.v1`."""
    return f"{PREFIX}{kind}.v{version}"


def source_of(source: str, log_id: str) -> str:
    """`ce_source`: the office's own name and its log's."""
    return f"{source}:log:{log_id}"


def wired(message: Message, source: str, value: bytes | None = None) -> Wired:
    """`value`: what is sealed, instead of the message's data."""
    content = JSON
    if value is not None:
        content = JOSE
    elif message.data is not None:
        value = orjson.dumps(msgspec.to_builtins(message.data))
    kind, schema = _named(message.type, message.version)
    name = message.id.encode()
    headers = {
        "ce_specversion": b"1.0",
        "ce_id": name,
        "ce_source": source.encode(),
        "ce_type": kind,
        "ce_subject": message.subject.encode(),
        "ce_time": rfc3339(message.time),
        "ce_dataschema": schema,
        "ce_sequence": b"%020d" % message.sequence,
        "ce_correlation": b"%020d" % message.correlation,
        "ce_traceparent": traceparent(source, message.correlation, name),
    }
    if message.causation is not None:
        headers["ce_causation"] = message.causation.encode()
    if value is not None:
        headers["content-type"] = content
    return Wired(message.topic, message.key, value, headers, _milliseconds(message.time))


@lru_cache(maxsize=64)
def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


@lru_cache(maxsize=1024)
def _named(kind: str, version: int) -> tuple[bytes, bytes]:
    return wire_type(kind, version).encode(), SCHEMA.format(type=kind, version=version).encode()


@lru_cache(maxsize=64)
def rfc3339(instant: datetime) -> bytes:
    """In UTC, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:-6].encode() + b"Z"


def traceparent(source: str, correlation: int, name: bytes) -> bytes:
    """W3C trace context: a trace of all that a command's events told, made from the log so that it never differs."""
    return b"%s%s-01" % (_trace(source, correlation), sha256(name).digest()[:8].hex().encode())


@lru_cache(maxsize=1024)
def _trace(source: str, correlation: int) -> bytes:
    trace = sha256(f"{source}@{correlation}".encode()).hexdigest()[:32]
    return f"00-{trace}-".encode()
