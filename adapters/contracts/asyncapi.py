"""docs/contracts/asyncapi.json: all topics with their messages, keys and settings, as AsyncAPI 3 (JSON is YAML too)."""

from collections.abc import Iterable
from typing import Any

from adapters.contracts.schemas import Schema, inbound, name_of, outbound
from adapters.contracts.words import EVENTS
from adapters.kafka.inbound import INBOUND
from adapters.kafka.settings import Ours
from adapters.kafka.topics import TOPICS, Topic, topic
from adapters.kafka.wire import wire_type
from projections.public.events import PUBLIC

PREFIX = Ours().prefix
SUBJECTS = "subjects.{subscriber}"
_TEXT = {"type": "string"}

HEADERS: dict[str, tuple[str, str]] = {
    "ce_specversion": ("always 1.0", "1.0"),
    "ce_id": ("same id, same message: told again it is the same", "case:11019920250000017@28/award-began.v1"),
    "ce_source": ("the office and its log; with ce_id it is unique", "urn:doudi:110199:log:7f2b"),
    "ce_type": ("the public event and its version", "cn.doudi.award-began.v1"),
    "ce_subject": ("case number; for persons pseudonym/programme", "11019920250000017"),
    "ce_time": ("when it was recorded, in UTC", "2025-04-02T01:00:00.000000Z"),
    "ce_dataschema": ("the schema of the payload, by its $id", "urn:doudi:contract:award-began.v1"),
    "ce_sequence": (
        "position in the log, sorts as text; over all topics of one source",
        "00000000000000000028",
    ),
    "ce_correlation": ("position of the first event of the same act", "00000000000000000026"),
    "ce_traceparent": (
        "W3C trace context of the act",
        "00-1241004fc62b792aa87cf25919bf6b87-c270243e8fd27b2b-01",
    ),
    "ce_causation": (
        "id of the inbound message it came of, where it is a UUID",
        "6f1f7c1e-9c0c-4b47-9d0e-0f5f4b8f5a11",
    ),
    "content-type": (
        "application/json; application/jose where sealed; absent with a tombstone",
        "application/json",
    ),
}
"""Headers of what we send: meaning, example."""
ALWAYS = [name for name in HEADERS if name not in ("ce_causation", "content-type")]
INBOUND_ALWAYS = ["ce_specversion", "ce_id", "ce_source", "ce_type", "content-type"]


def document() -> dict[str, Any]:
    """The whole document; everything it needs is in it."""
    messages = {**_outbound_messages(), **_inbound_messages()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "兜底 doudi",
            "version": "1",
            "description": "Public events of social assistance (低保 …) and what other offices send. "
            "How to read them: docs/contracts/README.md.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {one.name: _channel(one, _of(one)) for one in _topics()},
        "operations": {
            f"{'send' if one.direction == 'out' else 'receive'}-{one.name}": {
                "action": "send" if one.direction == "out" else "receive",
                "channel": {"$ref": f"#/channels/{one.name}"},
                "summary": one.en,
            }
            for one in _topics()
        },
        "components": {
            "messages": messages,
            "schemas": {
                "headers": _headers(HEADERS, ALWAYS),
                "inbound-headers": _headers(HEADERS, INBOUND_ALWAYS),
            },
        },
    }


def _topics() -> list[Topic]:
    """What others read or write; dead letters and positions are ours alone."""
    return [*(one for one in TOPICS if one.direction != "own"), topic("subjects.subscriber")]


def _of(one: Topic) -> list[str]:
    """Names of the messages of a topic."""
    if one.direction == "in":
        return [
            name_of(kind.removeprefix("cn.doudi."), version)
            for (kind, version), cls in sorted(INBOUND.items())
            if one.name == cls.TOPIC
        ]
    base = one.name.partition(".")[0]
    return [name_of(*named) for named, cls in sorted(PUBLIC.items()) if base == cls.TOPIC]


def _channel(one: Topic, names: Iterable[str]) -> dict[str, Any]:
    bindings: dict[str, Any] = {"partitions": one.partitions, "bindingVersion": "0.5.0"}
    kept: dict[str, Any] = {"cleanup.policy": [one.cleanup]}
    if one.cleanup == "delete":
        kept["retention.ms"] = one.retention_ms
    found: dict[str, Any] = {
        "address": PREFIX + (SUBJECTS if one.name.startswith("subjects.") else one.name),
        "title": one.name,
        "description": f"{one.zh}。{one.en}. Key: {one.key}. Writes: {one.writes}. Reads: {one.reads}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {**bindings, "topicConfiguration": kept}},
    }
    if one.name.startswith("subjects."):
        found["parameters"] = {"subscriber": {"description": "the name under which a subscriber is admitted"}}
    return found


def _outbound_messages() -> dict[str, Any]:
    keys = {one.name: one.key for one in _topics()}
    found = {}
    for (kind, version), cls in sorted(PUBLIC.items()):
        schema = outbound()[name_of(kind, version)]
        key = "pseudonym" if cls.TOPIC == "subjects" else keys[cls.TOPIC]
        sealed = cls.TOPIC == "subjects"
        payload: Schema = (
            {"type": "string", "description": "JWE in compact form; what is inside follows " + schema["$id"]}
            if sealed
            else _payload(schema)
        )
        found[name_of(kind, version)] = {
            "name": wire_type(kind, version),
            "title": f"{EVENTS[kind]} {cls.__name__}",
            "summary": schema["description"].partition(". ")[0].rstrip(".") + ".",
            "description": schema["description"],
            "contentType": "application/jose" if sealed else "application/json",
            "headers": {"$ref": "#/components/schemas/headers"},
            "payload": payload,
            "bindings": {"kafka": {"key": {**_TEXT, "description": key}, "bindingVersion": "0.5.0"}},
            **({} if sealed else {"examples": [{"payload": one} for one in schema["examples"]]}),
        }
    return found


def _inbound_messages() -> dict[str, Any]:
    keys = {one.name: one.key for one in _topics()}
    found = {}
    schemas = inbound()
    for (kind, version), cls in sorted(INBOUND.items()):
        name = name_of(kind.removeprefix("cn.doudi."), version)
        schema = schemas[name]
        found[name] = {
            "name": f"{kind}.v{version}",
            "title": cls.__name__,
            "summary": schema["description"].partition(". ")[0].rstrip(".") + ".",
            "description": schema["description"],
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/inbound-headers"},
            "payload": _payload(schema),
            "bindings": {
                "kafka": {"key": {**_TEXT, "description": keys[cls.TOPIC]}, "bindingVersion": "0.5.0"}
            },
        }
    return found


def _payload(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in ("$schema", "$id", "examples")}


def _headers(words: dict[str, tuple[str, str]], always: list[str]) -> Schema:
    return {
        "type": "object",
        "required": always,
        "properties": {
            name: {**_TEXT, "description": f"{said}.", "examples": [example]}
            for name, (said, example) in words.items()
        },
    }
