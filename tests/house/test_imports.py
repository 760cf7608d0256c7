"""What is imported is asked for by name in pyproject.toml: nothing is had only because something else needs it."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.files import ROOT, own_files

ROOMS = ("domain", "workflows", "projections", "adapters")
OURS = {*ROOMS, "tests", "bench", "script", "deploy"}
MODULE_OF = {
    "chinesecalendar": "chinese_calendar",
    "pytest-xdist": "xdist",
    "import-linter": "importlinter",
    "kafka-python": "kafka",
}


def imported(source: str) -> set[str]:
    """Top-level modules that a source imports, without the standard library and our own."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - OURS


def asked(*, dev: bool) -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = settings["project"]["dependencies"] + (settings["dependency-groups"]["dev"] if dev else [])
    names = [re.match(r"[\w.-]+", line)[0] for line in lines]
    return {MODULE_OF.get(name, name.replace("-", "_")) for name in names}


def missing(folders: list[Path], *, dev: bool) -> dict[str, set[str]]:
    known = asked(dev=dev)
    found = {}
    for path in (path for folder in folders if folder.exists() for path in own_files(".py", under=folder)):
        if extra := imported(path.read_text(encoding="utf-8")) - known:
            found[str(path.relative_to(ROOT))] = extra
    return found


def test_the_rooms_import_only_what_doudi_depends_on() -> None:
    assert missing([ROOT / room for room in ROOMS], dev=False) == {}


def test_tests_and_benches_import_only_what_is_asked_for() -> None:
    assert missing([ROOT / name for name in ("tests", "bench", "script")], dev=True) == {}


@pytest.mark.parametrize(
    "source", ["import numpy.linalg", "from numpy import array", "def f():\n  import numpy"]
)
def test_an_import_is_seen_wherever_it_stands(source: str) -> None:
    assert imported(source) == {"numpy"}
