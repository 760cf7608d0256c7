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

from adapters.bootstrap import open_doudi
from adapters.check import Finding, check
from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import MasterFile
from adapters.keys.source import SystemSource
from adapters.store.codec import Codec, known_events
from adapters.store.evolution import RENAMED, SPLIT, UPCASTERS
from domain.event import Event
from workflows.definition import Definition

HERE = Path(__file__).parent
EVENTS = HERE / "events"
RELEASES = HERE / "releases"
EXAMPLES = HERE / "examples"
LIVES = HERE / "lives"
KEYS, MASTER = HERE / "events.keys", HERE / "events.master"
SUMS = HERE / "SUMS"


def golden_files() -> list[Path]:
    """Every file that is sealed with a release, in order."""
    found = [
        path for folder in (EVENTS, RELEASES, EXAMPLES, LIVES) for path in folder.rglob("*") if path.is_file()
    ]
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


def life(definition: Definition) -> dict[str, Any]:
    """What a running case stands on: its states, which of them end, and the due days that come with each."""
    return {
        state.name: {
            "final": state.final,
            "due": {one.name: [one.span, one.fires] for one in state.deadlines},
        }
        for state in definition.states
    }


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


def lines(office: Path) -> list[tuple[str, int, str, int, str]]:
    """A history: (stream, version, type, type version, payload) of each event."""
    return [tuple(json.loads(line)) for line in (office / "history.jsonl").read_text("utf-8").splitlines()]


def database(office: Path, folder: Path) -> str:
    """The address of a copy."""
    for ending in ("", ".keys"):
        copyfile(office / f"office.sqlite{ending}", folder / f"office.sqlite{ending}")
    return f"sqlite:///{folder / 'office.sqlite'}"


def findings(office: Path, folder: Path) -> list[Finding]:
    """What `check` finds in a copy: a projection whose fold changed and its version didn't, too."""
    doudi = open_doudi(database(office, folder))
    try:
        found = check(doudi.store, doudi.projector, lambda position: None)
    finally:
        doudi.close()
    return [finding for one in found for finding in one.findings]


def history(office: Path, folder: Path) -> Iterator[tuple[str, int, Event]]:
    """A history as this release reads it."""
    doudi = open_doudi(database(office, folder))
    try:
        for stream, version, name, number, payload in lines(office):
            yield stream, version, doudi.store.codec.read(name, number, payload.encode())
    finally:
        doudi.close()
