"""docs/contracts/released: the schemas that others build on. A change within a version is measured against them."""

import json
from pathlib import Path

from adapters.contracts.compatible import Schema, sent, taken
from adapters.contracts.schemas import inbound, outbound

FOLDER = "docs/contracts/released"
ENDING = ".schema.json"


def text_of(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def released(root: Path) -> dict[str, Schema]:
    """By name (`approved.v1`)."""
    return {
        path.name.removesuffix(ENDING): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((root / FOLDER).glob(f"*{ENDING}"))
    }


def compare(before: dict[str, Schema], ours: dict[str, Schema], theirs: dict[str, Schema]) -> list[str]:
    """What breaks somebody, each line with schema and field. A version's schema stands until its period is over."""
    found = []
    for name, schema in before.items():
        if name in ours:
            found += [f"{name} {one}" for one in sent(schema, ours[name])]
        elif name in theirs:
            found += [f"{name} {one}" for one in taken(schema, theirs[name])]
        else:
            found.append(f"{name} $: is gone; publish it beside its successor until its period is over")
    return found


def broken(root: Path) -> list[str]:
    return compare(released(root), outbound(), inbound())


def release(root: Path) -> list[str]:
    """Write the present schemas as released; the names of those that changed."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, schema in {**outbound(), **inbound()}.items():
        path = folder / f"{name}{ENDING}"
        text = text_of(schema)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return changed
