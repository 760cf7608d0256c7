"""The fullest example of an event class and the shape of one, made from its types alone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import msgspec
from msgspec import inspect

from domain.event import Event
from domain.personal import Personal

PERSON, CASE = "p-golden", "c-golden"
SAMPLES = {
    "name": "欧阳·〇",
    "number": "110101194910010018",
    "phone": "13812345678",
    "address": "甲省乙县丙镇丁村12号",
    "account": "6217001234567890123",
    "words": "长期卧床；\n无法行走𠅤",
}


def example(cls: type[Event]) -> Event:
    """With every field given, every collection with one item, every value another than its default."""
    event = _value(inspect.type_info(cls), "")
    assert isinstance(event, cls)
    return event


def _value(info: inspect.Type, field: str) -> Any:
    match info:
        case inspect.StructType(cls=cls, fields=fields):
            return cls(**{one.name: _value(one.type, one.name) for one in fields})
        case inspect.UnionType(types=types):
            return _value(next(one for one in types if not isinstance(one, inspect.NoneType)), field)
        case inspect.LiteralType(values=values):
            return values[-1]
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return (_value(item, field),)
        case inspect.FrozenSetType(item_type=item) | inspect.SetType(item_type=item):
            return frozenset({_value(item, field)})
        case inspect.TupleType(item_types=items):
            return tuple(_value(item, field) for item in items)
        case inspect.DictType(key_type=key, value_type=value):
            return {_value(key, field): _value(value, field)}
        case inspect.CustomType(cls=cls) if issubclass(cls, Personal):
            return cls(CASE if cls.kind == "words" else PERSON, SAMPLES[cls.kind])
        case inspect.CustomType(cls=cls) if cls is Fraction:
            return Fraction(-7, 3)
        case inspect.StrType():
            return f"{field}〇"
        case inspect.IntType():
            return 70_007
        case inspect.BoolType():
            return True
        case inspect.DateType():
            return date(2025, 2, 28)
        case inspect.DateTimeType():
            return datetime(2025, 2, 28, 1, 2, 3, 4, tzinfo=UTC)
        case inspect.AnyType():
            return "any"
    raise TypeError(f"{field}: no example of {info}")


def shape(cls: type[Event]) -> dict[str, Any]:
    """Everything that decides how bytes are read: names, types, which may be left out and what stands then."""
    found = _shape(inspect.type_info(cls))
    assert isinstance(found, dict)
    return found


def _shape(info: inspect.Type) -> Any:
    match info:
        case inspect.StructType(fields=fields):
            return {one.encode_name: _field(one) for one in fields}
        case inspect.UnionType(types=types):
            return {"one of": sorted((_shape(one) for one in types), key=str)}
        case inspect.LiteralType(values=values):
            return {"literal": sorted(values, key=str)}
        case (
            inspect.VarTupleType(item_type=item)
            | inspect.ListType(item_type=item)
            | inspect.FrozenSetType(item_type=item)
            | inspect.SetType(item_type=item)
        ):
            return {"many": _shape(item)}
        case inspect.TupleType(item_types=items):
            return {"each": [_shape(item) for item in items]}
        case inspect.DictType(key_type=key, value_type=value):
            return {"from": _shape(key), "to": _shape(value)}
        case inspect.CustomType(cls=cls):
            return cls.__name__
    return type(info).__name__.removesuffix("Type").lower()


def _field(one: inspect.Field) -> Any:
    found = _shape(one.type)
    if one.required:
        return found
    default = one.default if one.default is not msgspec.NODEFAULT else one.default_factory
    if isinstance(default, type | Mapping):
        default = "empty"
    return {"type": found, "else": msgspec.to_builtins(default)}
