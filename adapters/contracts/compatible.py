"""Whether a schema still keeps the promise of the one that was released, within one version.

What we send: everything sent now must be what a reader of the released schema expects, and nothing he reads may be
gone. What others send: everything that the released schema let them send must still be taken.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]
_LEAST = ("minLength", "minItems", "minimum", "exclusiveMinimum")
_MOST = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")
_SAME = ("pattern", "format", "contentEncoding")
_KNOWN = frozenset(
    (
        *("type", "enum", "const", "anyOf", "properties", "required", "additionalProperties", "items"),
        *(*_LEAST, *_MOST, *_SAME),
        *("title", "description", "default", "examples", "$schema", "$id"),
    )
)


class Broken(NamedTuple):
    """A field (`spans[].amount`) and what became of it."""

    field: str
    why: str

    def __str__(self) -> str:
        return f"{self.field}: {self.why}"


def sent(released: Schema, present: Schema) -> list[Broken]:
    """What breaks a reader who knows only the released schema."""
    return list(_narrower(present, released, "", gone=True))


def taken(released: Schema, present: Schema) -> list[Broken]:
    """What breaks a sender who knows only the released schema."""
    return list(_narrower(released, present, "", gone=False))


def _narrower(narrow: Schema, wide: Schema, path: str, *, gone: bool) -> Iterator[Broken]:
    """Where a value that `narrow` allows is not allowed by `wide`. `gone`: a field of `wide` must be in `narrow`."""
    for schema in (narrow, wide):
        for word in sorted(schema.keys() - _KNOWN):
            yield Broken(path or "$", f"{word} is nothing that can be compared")
    if "anyOf" in narrow or "anyOf" in wide:
        for one in narrow.get("anyOf", [narrow]):
            fits = [list(_narrower(one, other, path, gone=gone)) for other in wide.get("anyOf", [wide])]
            if all(fits):
                yield min(fits, key=len)[0]
        return
    yield from _values(narrow, wide, path or "$")
    yield from _fields(narrow, wide, path, gone)
    if "items" in wide:
        yield from _narrower(narrow.get("items", {}), wide["items"], f"{path}[]", gone=gone)


def _values(narrow: Schema, wide: Schema, path: str) -> Iterator[Broken]:
    kinds, known = _types(narrow), _types(wide)
    if known and not (kinds and kinds <= known | ({"integer"} if "number" in known else set())):
        yield Broken(path, f"is {_list(kinds)}, where {_list(known)} was meant")
    allowed, other = _enum(narrow), _enum(wide)
    if other is not None and (allowed is None or not _within(allowed, other)):
        yield Broken(path, "may have values that were not meant")
    for word in _SAME:
        if word in wide and narrow.get(word) != wide[word]:
            yield Broken(path, f"has another {word}")
    for word in _LEAST:
        if word in wide and (word not in narrow or narrow[word] < wide[word]):
            yield Broken(path, f"may be below the {word} that was meant")
    for word in _MOST:
        if word in wide and (word not in narrow or narrow[word] > wide[word]):
            yield Broken(path, f"may be above the {word} that was meant")


def _fields(narrow: Schema, wide: Schema, path: str, gone: bool) -> Iterator[Broken]:
    ours, theirs = narrow.get("properties", {}), wide.get("properties", {})
    certain = set(narrow.get("required", ()))
    for name in sorted(set(wide.get("required", ())) - certain):
        missing = "is not always there any more" if gone else "must be there, and was not asked for"
        yield Broken(_join(path, name), missing)
    for name in sorted(theirs.keys() & ours.keys()):
        yield from _narrower(ours[name], theirs[name], _join(path, name), gone=gone)
    if gone:
        for name in sorted(theirs.keys() - ours.keys()):
            yield Broken(_join(path, name), "is gone")
    more = wide.get("additionalProperties", True)
    for name in sorted(ours.keys() - theirs.keys()):
        if more is False:
            yield Broken(_join(path, name), "is not taken any more" if not gone else "is not expected")
        elif isinstance(more, dict):
            yield from _narrower(ours[name], more, _join(path, name), gone=gone)
    if more is not True and _is_object(wide):
        rest = narrow.get("additionalProperties", True)
        if isinstance(more, dict) and isinstance(rest, dict):
            yield from _narrower(rest, more, f"{path}{{}}", gone=gone)
        elif rest is not False:
            yield Broken(f"{path}{{}}", "may have fields that were not meant")


def _is_object(schema: Schema) -> bool:
    return "object" in _types(schema)


def _types(schema: Schema) -> set[str]:
    found = schema.get("type", ())
    if found:
        return {found} if isinstance(found, str) else set(found)
    values = _enum(schema)
    names: dict[type, str] = {str: "string", bool: "boolean", int: "integer", type(None): "null"}
    return {names[type(one)] for one in values} if values else set()


def _enum(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    found: list[Any] | None = schema.get("enum")
    return found


def _within(values: list[Any], others: list[Any]) -> bool:
    return all(any(type(one) is type(other) and one == other for other in others) for one in values)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _list(names: set[str]) -> str:
    return " or ".join(sorted(names)) or "anything"
