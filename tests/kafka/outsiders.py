"""Programs of teams that never met us, in other languages: made as docs/subscribers says, once."""

import fcntl
import shutil
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from deploy.kafka.jars import CACHE, NoBroker, java
from tests.house.files import ROOT

PAGES = ROOT / "docs" / "subscribers"
SCHEMAS = ROOT / "docs" / "contracts" / "schemas"
PYTHON = ROOT / ".venv" / "bin" / "python"
JAVA_MADE = ("mvn", "-q", "-B", "compile", "dependency:copy-dependencies")
NODE_MADE = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def java_program(*arguments: str | Path) -> list[str]:
    """A command that runs Java with what docs/subscribers/java is built with."""
    folder = PAGES / "java"
    _once(folder, [folder / "pom.xml", *folder.rglob("*.java"), *SCHEMAS.iterdir()], JAVA_MADE, "target")
    try:
        found = java()
    except NoBroker as error:
        pytest.skip(str(error))
    return [
        found,
        "-XX:TieredStopAtLevel=1",
        "-cp",
        f"{folder}/target/classes:{folder}/target/dependency/*",
        *map(str, arguments),
    ]


def node_program(*arguments: str | Path) -> list[str]:
    """A command that runs Node.js; its modules are installed in docs/subscribers/node."""
    folder = PAGES / "node"
    _once(folder, [folder / "package.json", folder / "package-lock.json"], NODE_MADE, "node_modules")
    return ["node", *map(str, arguments)]


def python_program(*arguments: str | Path) -> list[str]:
    return [str(PYTHON), *map(str, arguments)]


def _once(folder: Path, made_of: Sequence[Path], command: Sequence[str], result: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} isn't here (script/test installs it for root)")
    hashed = sha256()
    for file in sorted(made_of):
        hashed.update(file.read_bytes())
    stamp = folder / result / ".doudi-made"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{folder.name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == hashed.hexdigest():
            return
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        stamp.write_text(hashed.hexdigest())
