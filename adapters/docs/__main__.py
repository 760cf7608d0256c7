"""`python -m adapters.docs [--check]`: write the generated pages, or say which no longer follow."""

import sys
from collections.abc import Mapping
from pathlib import Path

import adapters.bootstrap  # noqa: F401
from adapters.docs import commands, contracts, events, kafka, lives, rules

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs/life-cycles", "docs/rules", "docs/contracts/schemas")
"""Folders in which every page is generated: one that nothing stands for is taken away."""


def wanted(root: Path) -> Mapping[str, str]:
    made = {**rules.pages(root), **lives.pages(), **commands.pages(), **events.pages(), **contracts.pages()}
    return {**made, **kafka.pages(root)}


def stale(root: Path) -> list[str]:
    """Pages that differ from what would be written, are missing, or stand there for nothing."""
    pages = wanted(root)
    differing = [
        name
        for name, text in pages.items()
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != text
    ]
    found = [
        str(path.relative_to(root)) for folder in FOLDERS for path in sorted((root / folder).glob("*.*"))
    ]
    return differing + [name for name in found if name not in pages]


def write(root: Path) -> list[str]:
    """Write what is stale; the names of the pages touched."""
    pages = wanted(root)
    touched = stale(root)
    for name in touched:
        path = root / name
        if name in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[name], encoding="utf-8")
        else:
            path.unlink()
    return touched


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: python -m adapters.docs [--check]", file=sys.stderr)
        return 2
    if not arguments:
        for name in write(ROOT):
            print(name)
        return 0
    old = stale(ROOT)
    for name in old:
        print(f"{name} no longer follows; run script/docs", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
