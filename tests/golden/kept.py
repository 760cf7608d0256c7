"""Where golden files stand, and the keys that open them."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import adapters.bootstrap  # noqa: F401
from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import MasterFile
from adapters.keys.source import SystemSource
from adapters.store.codec import Codec, known_events
from adapters.store.evolution import RENAMED, SPLIT, UPCASTERS
from domain.event import Event

HERE = Path(__file__).parent
EVENTS = HERE / "events"
RELEASES = HERE / "releases"
EXAMPLES = HERE / "examples"
KEYS, MASTER = HERE / "events.keys", HERE / "events.master"
SUMS = HERE / "SUMS"


def golden_files() -> list[Path]:
    """Every file that is sealed with a release, in order."""
    found = [path for folder in (EVENTS, RELEASES, EXAMPLES) for path in folder.rglob("*") if path.is_file()]
    return sorted([*found, *(path for path in (KEYS, MASTER) if path.exists())])


def named(path: Path) -> str:
    return str(path.relative_to(HERE))


def plain(found: Any) -> Any:
    """As it comes back from a file."""
    return json.loads(json.dumps(found))


def release() -> str:
    """The one that is being made."""
    found: str = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return found


def sums() -> dict[str, str]:
    """What is sealed: name → digest."""
    lines = SUMS.read_text("utf-8").splitlines() if SUMS.exists() else []
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def event_file(name: str, version: int) -> Path:
    return EVENTS / f"{name}.{version}.json"


def kept_events() -> list[tuple[str, int, dict[str, Any]]]:
    found = []
    for path in sorted(EVENTS.glob("*.json")):
        kept = json.loads(path.read_text("utf-8"))
        found.append((kept["type"], kept["version"], kept))
    return found


@contextmanager
def golden_keyring() -> Iterator[SealedKeyring]:
    """The keys as they were kept; a copy is opened."""
    with TemporaryDirectory() as folder:
        keys = KeyFile(copyfile(KEYS, Path(folder) / "keys"))
        try:
            yield SealedKeyring(keys, MasterFile(MASTER), SystemSource())
        finally:
            keys.close()


def codec_of(keyring: SealedKeyring, classes: list[type[Event]] | None = None) -> Codec:
    return Codec(classes or known_events(), keyring, UPCASTERS, RENAMED, SPLIT)
