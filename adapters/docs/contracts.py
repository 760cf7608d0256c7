"""docs/contracts: a schema for each public event and inbound message, the AsyncAPI document, the page of all events."""

import json
from collections.abc import Iterable, Mapping

from adapters.contracts.asyncapi import ALWAYS, HEADERS, document
from adapters.contracts.released import ENDING, text_of
from adapters.contracts.schemas import Schema, inbound, name_of, outbound
from adapters.contracts.words import EVENTS
from adapters.docs.lives import MADE
from adapters.kafka.inbound import INBOUND
from adapters.kafka.topics import TOPICS, Topic
from adapters.kafka.wire import wire_type
from projections.public.events import PUBLIC
from projections.public.facts import NOT_PUBLIC

SCHEMAS = "docs/contracts/schemas"


def pages() -> Mapping[str, str]:
    made = {f"{SCHEMAS}/{name}{ENDING}": text_of(schema) for name, schema in (outbound() | inbound()).items()}
    made["docs/contracts/asyncapi.json"] = json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
    made["docs/contracts/events.md"] = "\n".join(_page()) + "\n"
    return made


def _in_order(topics: set[str]) -> list[str]:
    """As they are listed, whatever was imported first."""
    listed = [one.name for one in TOPICS if one.name in topics]
    return [*listed, *sorted(topics.difference(listed))]


def _page() -> list[str]:
    lines = [
        MADE.format(source="projections/public/ and adapters/contracts/words.py"),
        "",
        "# 公开事件 Public events",
        "",
        "How to read them: [README](README.md). For machines: [asyncapi.json](asyncapi.json), [schemas/](schemas).",
        "",
        "## 主题 Topics",
        "",
        "Their names on the broker begin with a prefix, `doudi.` unless set otherwise.",
        "",
        "| topic | 内容 | what | key | kept | written by | read by |",
        "|---|---|---|---|---|---|---|",
        *(_topic(one) for one in TOPICS if one.direction != "own"),
        "| `subjects.<subscriber>` | 有权知晓的身份：化名 → 加密的身份证号 | who the pseudonyms are, sealed to the "
        "subscriber's key | pseudonym | the last of each key | relay | that subscriber |",
        "",
        "## 消息头 Headers of what we send",
        "",
        "| header | meaning | always | example |",
        "|---|---|---|---|",
        *(
            f"| `{name}` | {said} | {'yes' if name in ALWAYS else 'no'} | `{example}` |"
            for name, (said, example) in HEADERS.items()
        ),
        "",
    ]
    ours = outbound()
    for topic in _in_order({cls.TOPIC for cls in PUBLIC.values()}):
        lines += [f"## `{topic}`", ""]
        for (kind, version), cls in sorted(PUBLIC.items()):
            if topic == cls.TOPIC:
                name = name_of(kind, version)
                lines += _event(f"{EVENTS[kind]} `{wire_type(kind, version)}`", name, ours[name])
    theirs = inbound()
    for topic in _in_order({cls.TOPIC for cls in INBOUND.values()}):
        lines += [f"## `{topic}` (inbound)", ""]
        for (kind, version), sort in sorted(INBOUND.items()):
            if topic == sort.TOPIC:
                name = name_of(kind.removeprefix("cn.doudi."), version)
                lines += _event(f"`{kind}.v{version}`", name, theirs[name])
    lines += [
        "## 不公开 What is not public",
        "",
        "Events of the log that nobody outside hears of, and why.",
        "",
        "| event | why |",
        "|---|---|",
        *(f"| `{name}` | {why} |" for name, why in sorted(NOT_PUBLIC.items())),
    ]
    return lines


def _topic(one: Topic) -> str:
    kept = (
        "the last of each key"
        if one.cleanup == "compact"
        else "for ever"
        if one.days < 0
        else f"{one.days} days"
    )
    return f"| `{one.name}` | {one.zh} | {one.en} | {one.key} | {kept} | {one.writes} | {one.reads} |"


def _event(title: str, name: str, schema: Schema) -> list[str]:
    return [
        f"### {title}",
        "",
        schema["description"],
        "",
        f"[{name}{ENDING}](schemas/{name}{ENDING})",
        "",
        "| field | type | always | meaning |",
        "|---|---|---|---|",
        *_rows(schema, ""),
        "",
    ]


def _rows(schema: Schema, path: str) -> Iterable[str]:
    for field, part in schema["properties"].items():
        always = "yes" if field in schema.get("required", ()) else "no"
        said = part.get("description", "").replace("|", "\\|")
        yield f"| `{path}{field}` | {_type(part)} | {always} | {said} |"
        if "properties" in part.get("items", {}):
            yield from _rows(part["items"], f"{path}{field}[].")


def _type(part: Schema) -> str:
    if "anyOf" in part:
        return " or ".join(_type(one) for one in part["anyOf"])
    if "enum" in part:
        return " ".join(f"`{one}`" for one in part["enum"])
    kind = str(part.get("type", "any"))
    if kind == "array":
        return f"list of {_type(part['items'])}"
    if kind == "object" and isinstance(part.get("additionalProperties"), dict):
        return f"text → {_type(part['additionalProperties'])}"
    if part.get("format") == "date":
        return "day"
    if part.get("pattern", "").endswith("1[0-2])$"):
        return "month"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)
