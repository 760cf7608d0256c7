"""Amounts as they are written on the command line: yuan as text, in an option of their own and within JSON."""

import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

import msgspec

from domain.money import parse_yuan
from workflows.commands.amount import FEN, unit_of
from workflows.refusal import refuse

EXAMPLE = "680.50"


def is_money(annotation: Any) -> bool:
    """Whether a field's type is an amount, None perhaps beside it."""
    return any(unit_of(one) == FEN for one in _either(annotation))


def in_fen(annotation: Any, value: Any, field: str) -> Any:
    """A value from the command line as a command's written form has it.

    What isn't shaped as its type is left to whoever takes the command. Raises `BadAmount`; Refused
    (`amount-not-text`) where an amount is a number: nobody could tell yuan from fen.
    """
    for one in _either(annotation):
        unit, plain = unit_of(one), _bare(one)
        if unit == FEN:
            return _amount(value, field)
        if isinstance(unit, dict) and isinstance(value, dict):
            return {
                key: _amount(each, f"{field}.{key}") if key in unit else each for key, each in value.items()
            }
        if isinstance(plain, type) and issubclass(plain, msgspec.Struct) and isinstance(value, dict):
            return fields_in_fen(plain, value, field)
        if get_origin(plain) in (tuple, list) and isinstance(value, list):
            of = get_args(plain)[0]
            return [in_fen(of, each, f"{field}[{place}]") for place, each in enumerate(value)]
    return value


def fields_in_fen(kind: type[msgspec.Struct], data: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The fields of a structure, each as `in_fen`."""
    known = {one.encode_name: one.type for one in msgspec.structs.fields(kind)}
    return {
        key: in_fen(known[key], value, f"{field}.{key}") if key in known else value
        for key, value in data.items()
    }


def _amount(value: Any, field: str) -> Any:
    if value is None:
        return None
    if not isinstance(value, str):
        raise refuse("amount-not-text", field)
    return parse_yuan(value, field=field)


def _either(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, else the type alone; a name given to a type isn't in the way."""
    while hasattr(annotation, "__supertype__"):
        annotation = annotation.__supertype__
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(one for one in get_args(annotation) if one is not type(None))
    return (annotation,)


def _bare(annotation: Any) -> Any:
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    return annotation
