"""JSON from outside, strictly: nothing that readers take differently or lose quietly gets in."""

import json
from typing import Any, NoReturn

from workflows.refusal import Reason, Refused, field_name

LONGEST = 4_000_000
_LEAST, _MOST = -(2**63), 2**63 - 1


def read(text: bytes | str) -> Any:
    """Decoded JSON. Refused by code: what isn't JSON, a key twice, NaN, a number beyond 64 bits, NUL, a lone
    surrogate, too long or too deep."""
    if len(text) > LONGEST:
        raise Refused(Reason(code="json-too-long"))
    try:
        found = json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_no_float,
        )
        _check(found, "")
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise Refused(Reason(code="line-not-json")) from None
    except RecursionError:
        raise Refused(Reason(code="json-too-deep")) from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(Reason(code="json-key-twice", field=field_name(twice)))
    return found


def _no_constant(text: str) -> NoReturn:
    raise Refused(Reason(code="json-not-finite"))


def _no_float(text: str) -> NoReturn:
    raise Refused(Reason(code="json-no-fractions"))


def _whole(text: str) -> int:
    if len(text) > 20 or not _LEAST <= int(text) <= _MOST:
        raise Refused(Reason(code="json-number-too-large"))
    return int(text)


def _check(value: Any, path: str) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise Refused(Reason(code="json-bad-character", field=path))
    elif isinstance(value, dict):
        for key, one in value.items():
            _check(key, path)
            _check(one, f"{path}.{field_name(key)}".lstrip("."))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            _check(one, f"{path}[{place}]")
