"""JSON Schema of each public event and inbound message, made from its class.

What we send is open: a reader passes over fields it doesn't know. What others send us is closed.
"""

from collections.abc import Mapping
from typing import Any, get_type_hints

import msgspec

from adapters.contracts.words import word
from adapters.kafka.inbound import INBOUND, Inbound
from adapters.kafka.wire import SCHEMA
from domain.days import Month
from domain.ids import CaseNo, DivisionCode, PersonRef
from projections.public.events import PUBLIC
from projections.public.message import Public
from projections.public.persons import Identity, Subject

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHAPES: Mapping[Any, Schema] = {
    Month: {"pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])$"},
    CaseNo: {"pattern": r"^[0-9]{16}[0-9X]$"},
    DivisionCode: {"pattern": r"^[0-9]{2,12}$"},
    PersonRef: {"minLength": 1, "maxLength": 100},
}
"""What a value of these kinds looks like, beyond its type."""


def name_of(kind: str, version: int) -> str:
    return f"{kind}.v{version}"


def outbound() -> dict[str, Schema]:
    """By name (`approved.v1`): what we send. Of `subject` it is what is inside the sealed value."""
    return {
        name_of(*named): _outbound(Identity if kind is Subject else kind, *named)
        for named, kind in sorted(PUBLIC.items())
    }


def inbound() -> dict[str, Schema]:
    """By name (`death.v1`): what is sent to us."""
    return {
        name_of(named.removeprefix("cn.doudi."), version): _inbound(
            kind, named.removeprefix("cn.doudi."), version
        )
        for (named, version), kind in sorted(INBOUND.items())
    }


def example(kind: type[msgspec.Struct], name: str) -> dict[str, Any]:
    """A message with all its fields, as the words' examples have them."""
    return {
        field.encode_name: word(name, field.encode_name).example for field in msgspec.structs.fields(kind)
    }


def _headed(schema: Schema, kind: str, version: int) -> Schema:
    return {
        "$schema": DIALECT,
        "$id": SCHEMA.format(type=kind, version=version),
        **schema,
        "title": name_of(kind, version),
    }


def _outbound(kind: type[Public], name: str, version: int) -> Schema:
    made = _whole(kind)
    _open(made)
    _described(made, kind, name)
    if kind is not Identity:
        made["examples"] = [example(kind, name)]
    return _headed(made, name, version)


def _inbound(kind: type[Inbound], name: str, version: int) -> Schema:
    return _headed(_whole(kind), name, version)


def _whole(kind: type[msgspec.Struct]) -> Schema:
    """The schema with what it refers to in its place."""
    made = msgspec.json.schema(kind)
    definitions = made.get("$defs", {})

    def within(part: Any) -> Any:
        if isinstance(part, list):
            return [within(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return within(definitions[part["$ref"].rpartition("/")[2]])
        return {
            key: " ".join(value.split()) if key == "description" and isinstance(value, str) else within(value)
            for key, value in part.items()
        }

    found: Schema = within({key: value for key, value in made.items() if key != "$defs"})
    return found


def _open(schema: Any) -> None:
    """A reader meets fields of later, compatible changes; what is empty is left out and never null."""
    if isinstance(schema, list):
        for one in schema:
            _open(one)
    if not isinstance(schema, dict):
        return
    if schema.get("additionalProperties") is False:
        del schema["additionalProperties"]
    choices = schema.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        (left,) = [one for one in choices if one != {"type": "null"}]
        del schema["anyOf"]
        schema.update(left)
        schema.pop("default", None)
    for one in schema.values():
        _open(one)


def _described(schema: Schema, kind: type[msgspec.Struct], name: str) -> None:
    """Each field's meaning, and what its kind of value looks like."""
    hints = get_type_hints(kind)
    for field, part in schema["properties"].items():
        said = word(name, field)
        part["description"] = f"{said.zh} · {said.en}"
        hint = hints[field]
        kinds = [hint, *getattr(hint, "__args__", ())]
        for one in kinds:
            if one in SHAPES and part.get("type") == "string":
                part.update(SHAPES[one])
            inner = part.get("items")
            if isinstance(one, type) and issubclass(one, msgspec.Struct) and inner is not None:
                _described(inner, one, name)
