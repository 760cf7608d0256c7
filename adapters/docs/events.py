"""docs/events.md: the catalogue of all events, their versions, streams and fields."""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from adapters.docs.lives import MADE
from adapters.store.codec import known_events
from domain.event import CaseEvent, Event


def pages() -> Mapping[str, str]:
    lines = [
        MADE.format(source="domain/"),
        "",
        "# 事件目录 Catalogue of events",
        "",
        "Every event has `on` (the day it was done); an event of a case may have `moved` (the life cycles it moved, "
        "with the deadlines that begin and end). Its envelope (position, stream, version, actor, division, "
        "`recorded_at`, command, causation) stands beside it in the log. Personal values carry their person's "
        "reference.",
        "",
    ]
    kinds = sorted(known_events(), key=lambda one: (one.__module__, one.__name__))
    module = ""
    for kind in kinds:
        if kind.__module__ != module:
            module = kind.__module__
            doc = (sys.modules[module].__doc__ or "").strip().split("\n")[0]
            lines += [f"## `{module}`", "", doc, ""]
        lines += _event(kind)
    return {"docs/events.md": "\n".join(lines).rstrip() + "\n"}


def _event(kind: type[Event]) -> list[str]:
    text = " ".join((kind.__doc__ or "").split())
    lines = [f"### {kind.__name__} v{kind.VERSION}", ""]
    if text:
        lines += [text, ""]
    inherited = {"on", "moved"} if issubclass(kind, CaseEvent) else {"on"}
    rows = [
        f"| `{field.name}` | {_type(field.type)} | {'yes' if field.required else 'no'} |"
        for field in msgspec.structs.fields(kind)
        if field.name not in inherited
    ]
    if rows:
        lines += ["| field | type | must be there |", "|---|---|---|", *rows, ""]
    return lines


def _type(annotation: Any) -> str:
    name = getattr(annotation, "__name__", None) if isinstance(annotation, type) else str(annotation)
    if hasattr(annotation, "__supertype__"):
        name = annotation.__name__
    text = str(name or annotation)
    for prefix in ("typing.", "datetime.", "domain."):
        text = text.replace(prefix, "")
    return text.replace("|", "\\|")
