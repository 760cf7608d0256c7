"""`python -m adapters.rulebook [--check]`: write docs/rules, docs/parameters.md and the explanation's schema."""

import sys
from pathlib import Path

from adapters.rulebook.pages import pages

ROOT = Path(__file__).parents[2]


def stale(root: Path) -> list[str]:
    """Pages that differ from what would be written, are missing, or stand there without a rule."""
    wanted = pages(root)
    differing = [
        name
        for name, text in wanted.items()
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != text
    ]
    left = [
        str(path.relative_to(root))
        for path in sorted((root / "docs/rules").glob("*.md"))
        if str(path.relative_to(root)) not in wanted
    ]
    return differing + left


def write(root: Path) -> list[str]:
    """Write what is stale, take away what no rule stands for; the names of the pages touched."""
    wanted = pages(root)
    touched = stale(root)
    for name in touched:
        path = root / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return touched


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: python -m adapters.rulebook [--check]", file=sys.stderr)
        return 2
    if not arguments:
        for name in write(ROOT):
            print(name)
        return 0
    old = stale(ROOT)
    for name in old:
        print(f"{name} no longer follows; run python -m adapters.rulebook", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
