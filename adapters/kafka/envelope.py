"""The CloudEvents 1.0 envelope of an inbound record, binary or structured, read strictly.

Whatever is wrong is a refusal that names the attribute, never its value.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from adapters import strict_json
from workflows.refusal import Reason, Refused, field_name, reason, refuse

LONGEST = 256 * 1024
"""Bytes of a message that may be taken."""
MOST_HEADERS = 64
DEEPEST = 32
AHEAD = timedelta(days=1)
"""So far may a sender's clock be ahead."""
STRUCTURED = "application/cloudevents+json"
JSON = "application/json"
_TYPE = re.compile(r"(?P<name>[a-z0-9.-]{1,100})\.v(?P<version>[1-9][0-9]{0,3})", re.ASCII)
_NAME = re.compile(r"[a-z0-9]{1,64}", re.ASCII)

Headers = Sequence[tuple[str, bytes | None]]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """`type` without its version (both empty where it isn't of that form). `data`: decoded JSON."""

    id: str
    source: str
    type: str
    version: int
    data: Any


def read(value: bytes | None, headers: Headers, now: datetime) -> Envelope:
    """Raises Refused with all that is wrong with the envelope, or with the body."""
    if not value:
        raise refuse("message-empty")
    if len(value) > LONGEST or sum(len(one or b"") + len(name) for name, one in headers) > LONGEST:
        raise refuse("message-too-large", longest=LONGEST, size=len(value))
    if len(headers) > MOST_HEADERS:
        raise refuse("message-headers", most=MOST_HEADERS)
    found = _once(headers)
    kind = found.pop("content-type", "").partition(";")[0].strip().lower()
    if kind == STRUCTURED:
        attributes, data = _structured(value)
        _check(attributes, now)
    elif kind == JSON:
        attributes = {name[3:]: one for name, one in found.items() if name.startswith("ce_")}
        _check(attributes, now)
        data = _decoded(value)
    else:
        raise refuse("message-content-type", "content-type", taken=f"{JSON}, {STRUCTURED}")
    named = _TYPE.fullmatch(attributes["type"])
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=named["name"] if named else "",
        version=int(named["version"]) if named else 0,
        data=data,
    )


def _once(headers: Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    wrong: list[Reason] = []
    for name, value in headers:
        lower = name.lower()
        ours = lower == "content-type" or lower.startswith("ce_")
        if not ours:
            continue
        if lower in found:
            wrong.append(reason("message-header-twice", field_name(lower)))
            continue
        try:
            found[lower] = (value or b"").decode("utf-8")
        except UnicodeDecodeError:
            found[lower] = ""
            wrong.append(reason("message-attribute", field_name(lower)))
    if wrong:
        raise Refused(*wrong)
    return found


def _structured(value: bytes) -> tuple[dict[str, str], Any]:
    body = _decoded(value)
    if not isinstance(body, dict):
        raise refuse("message-shape")
    data = body.pop("data", None)
    if "data_base64" in body:
        raise refuse("message-content-type", "data_base64", taken=JSON)
    kind = body.pop("datacontenttype", JSON)
    if not isinstance(kind, str) or kind.partition(";")[0].strip().lower() != JSON:
        raise refuse("message-content-type", "datacontenttype", taken=JSON)
    wrong = [
        reason("message-attribute", field_name(name))
        for name, one in body.items()
        if not isinstance(one, str | int | None) or not _NAME.fullmatch(name)
    ]
    if wrong:
        raise Refused(*wrong)
    return {name: str(one) for name, one in body.items() if one is not None}, data


def _decoded(value: bytes) -> Any:
    if value.startswith(b"\xef\xbb\xbf"):
        raise refuse("line-not-json")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse("line-not-json") from None
    found = strict_json.read(text)
    if _depth(found) > DEEPEST:
        raise refuse("json-too-deep")
    return found


def _depth(value: Any) -> int:
    deep, level = 0, [value]
    while level and deep <= DEEPEST:
        deep += 1
        level = [
            one
            for each in level
            for one in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
        ]
    return deep


def _check(given: dict[str, str], now: datetime) -> None:
    """Refuses attributes that are missing or wrong, all together."""
    wrong = []
    for name, longest in (("id", 200), ("source", 300), ("type", 200), ("specversion", 10)):
        text = given.get(name)
        if text is None:
            wrong.append(reason("message-attribute-missing", name))
        elif not 1 <= len(text) <= longest or not text.isprintable():
            wrong.append(reason("message-attribute", name))
    if given.get("specversion", "1.0") != "1.0" and not any(one.field == "specversion" for one in wrong):
        wrong.append(reason("message-specversion", "specversion"))
    if "time" in given and not _time(given["time"], now):
        wrong.append(reason("message-attribute", "time"))
    if wrong:
        raise Refused(*wrong)


def _time(text: str, now: datetime) -> bool:
    """RFC 3339 with its zone, and not of tomorrow's world."""
    try:
        at = datetime.fromisoformat(text) if len(text) <= 40 and text.isascii() else None
        return at is not None and at.tzinfo is not None and at - now <= AHEAD
    except (ValueError, OverflowError):
        return False
