"""The rooms of the house: imports point one way, and the guard that says so can fail."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "workflows", "projections", "adapters")
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True)


def test_the_contracts_hold() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout


def empty_house(folder: Path) -> None:
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for room in ROOMS:
        (folder / room).mkdir()
        (folder / room / "__init__.py").touch()


def test_an_empty_house_keeps_every_contract(tmp_path: Path) -> None:
    empty_house(tmp_path)
    assert lint(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("domain", "import workflows"),
        ("domain", "import eventsourcing"),
        ("domain", "import sqlite3"),
        ("workflows", "import adapters"),
        ("workflows", "import projections"),
        ("workflows", "import sqlite3"),
        ("projections", "import workflows"),
        ("projections", "import typer"),
    ],
)
def test_a_wrong_import_is_caught(tmp_path: Path, room: str, line: str) -> None:
    empty_house(tmp_path)
    (tmp_path / room / "__init__.py").write_text(f"{line}\n")
    answer = lint(tmp_path)
    assert answer.returncode != 0
    assert " broken." in answer.stdout


def test_types_are_strict_in_every_room() -> None:
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    assert mypy["strict"] is True
    assert set(ROOMS) <= set(mypy["packages"])
    relaxed = [key for override in mypy["overrides"] for key in override if key != "module"]
    assert set(relaxed) <= {"ignore_missing_imports"}


def test_tool_settings_have_one_place() -> None:
    others = ("setup.cfg", "tox.ini", "pytest.ini", "mypy.ini", "ruff.toml", ".ruff.toml", ".importlinter")
    assert [name for name in others if (ROOT / name).exists()] == []
