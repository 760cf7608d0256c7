"""docs/commands.md: command × desk × level, and the schema of a command's written form."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from adapters.docs.lives import MADE, desk
from domain.staff import DESK_LEVEL
from workflows.command import COMMANDS, Spec
from workflows.definition import current, shipped

DESKS = (*DESK_LEVEL, "clock")


def pages() -> Mapping[str, str]:
    schema = json.dumps(schema_of_commands(), ensure_ascii=False, indent=2, sort_keys=True)
    return {"docs/commands.md": table(), "docs/commands.schema.json": schema + "\n"}


def who(spec: Spec) -> dict[str, str]:
    """Desk → where in its life cycle (a definition's name, or `any`) a command may be given from it."""
    if spec.life is None:
        return dict.fromkeys(spec.who, "any")
    return {
        name: definition.name
        for definition in shipped().values()
        if definition.name == spec.life
        for way in definition.transitions
        if way.trigger == spec.name
        for name in way.who
    }


def table() -> str:
    levels = {name: "/".join(DESK_LEVEL.get(name, ("–",))) for name in DESKS}
    lines = [
        MADE.format(source="workflows/commands/ and workflows/definitions/"),
        "",
        "# 命令 × 岗位 × 层级 Command × desk × level",
        "",
        "● may give it. A decider stands at the township where `township_decides` says so; then handler and leader "
        "take the places of the county's handler and section chief. `clock` is the deadline process alone. "
        "The written form of each command: [commands.schema.json](commands.schema.json). Amounts are whole fen "
        "there, in lines of `do` and in messages; on the command line (`doudi case record-repayment …`) they are "
        'yuan as text, in JSON too (`"680.50"`): a JSON number is refused there. '
        "The value of a parameter is yuan as text at every door.",
        "",
        "| command | about | " + " | ".join(f"{desk(name)}<br/>{levels[name]}" for name in DESKS) + " |",
        "|---|---|" + "---|" * len(DESKS),
    ]
    for spec in sorted(COMMANDS.values(), key=lambda one: (one.target == "office", one.life or "", one.name)):
        held = who(spec)
        about = f"[{spec.life}](life-cycles/{current(spec.life).id}.md)" if spec.life else spec.target
        lines.append(
            f"| `{spec.name}` | {about} | " + " | ".join("●" if d in held else "" for d in DESKS) + " |"
        )
    lines += ["", "## What each says", ""]
    for spec in sorted(COMMANDS.values(), key=lambda one: one.name):
        text = (spec.kind.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
        lines.append(f"- `{spec.name}` {text}".rstrip())
    return "\n".join(lines) + "\n"


def schema_of_commands() -> dict[str, Any]:
    """JSON Schema (2020-12) of one line: its type decides the shape of `data`."""
    kinds = [COMMANDS[name].kind for name in sorted(COMMANDS)]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A command of doudi, one JSON line",
        "type": "object",
        "required": ["id", "type", "data"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "minLength": 1, "maxLength": 200},
            "type": {"enum": [kind.__name__ for kind in kinds]},
            "actor": {"type": "string", "description": "staff id; the door may give it"},
            "case": {"type": "string", "description": "case number, or @ID: the case made by command ID"},
            "expected": {"type": "integer", "description": "the case's version that was seen"},
            "causation": {"type": "string"},
            "data": {"type": "object"},
        },
        "oneOf": [
            {"properties": {"type": {"const": kind.__name__}, "data": schema}}
            for kind, schema in zip(kinds, schemas, strict=True)
        ],
        "$defs": components,
    }
