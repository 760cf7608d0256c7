"""The repository's own files, found by walking it: needs no git, so it works in an unpacked archive too."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {
    ".git",
    ".venv",
    ".kafka",
    "__pycache__",
    ".hypothesis",
    ".doudi",
    "build",
    "node_modules",
    "target",
}


def own_files(*suffixes: str, under: Path = ROOT) -> Iterator[Path]:
    """Every file below `under` that belongs to the repository, or only those of the given suffixes."""
    for path in sorted(under.iterdir()):
        if path.name in NOT_OURS or path.name.endswith(("_cache", ".egg-info")):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from own_files(*suffixes, under=path)
        elif path.is_file() and (not suffixes or path.suffix in suffixes):
            yield path


def text_files() -> Iterator[tuple[Path, str]]:
    for path in own_files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
