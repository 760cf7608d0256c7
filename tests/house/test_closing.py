"""How a test run goes and closes: skips are listed with their remedy; in CI a skip fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.files import ROOT

PASSES = "def test_one(): pass\n"
SKIPS = "import pytest\ndef test_two(): pytest.skip('no such server: apt-get install it')\n"
FAILS = "def test_three(): assert False\n"


def run(folder: Path, source: str, *options: str, ci: str = "") -> tuple[int, list[str]]:
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "test_it.py").write_text(source)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(folder),
            *options,
            ".",
        ],
        cwd=folder,
        env=environment | {"CI": ci},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_a_skip_is_listed_with_its_remedy(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, lines = run(tmp_path, PASSES + SKIPS, *options)
    assert code == 0
    assert lines[-1] == "1 passed, 0 failed, 1 skipped"
    assert lines[-2] == "skipped test_it.py::test_two: no such server: apt-get install it"
    assert lines[-3].startswith("1 passed, 1 skipped in ")


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_in_ci_a_skip_is_a_failure(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, lines = run(tmp_path, PASSES + SKIPS, *options, ci="true")
    assert code == 1
    assert lines[-1] == "1 passed, 0 failed, 1 skipped"
    assert "a skip is a failure" in lines[-2]


def test_in_ci_a_whole_run_passes(tmp_path: Path) -> None:
    code, lines = run(tmp_path, PASSES, ci="true")
    assert (code, lines[-1]) == (0, "1 passed, 0 failed, 0 skipped")


def test_a_failure_stays_one(tmp_path: Path) -> None:
    code, lines = run(tmp_path, PASSES + FAILS)
    assert (code, lines[-1]) == (1, "1 passed, 1 failed, 0 skipped")


SHARED = """
import pathlib, pytest
@pytest.fixture(scope="session")
def place(): pathlib.Path("made").open("a").write("x")
"""
USES = """
import pytest
@pytest.mark.parametrize("number", range(4))
def test_it(number, place): pass
"""


def test_what_a_folder_shares_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "office"
    folder.mkdir(parents=True)
    (folder / "conftest.py").write_text(SHARED)
    for name in ("test_a.py", "test_b.py", "test_c.py"):
        (folder / name).write_text(USES)
    code, lines = run(tmp_path, PASSES, "-n", "2", "--import-mode=importlib")
    assert (code, lines[-1]) == (0, "13 passed, 0 failed, 0 skipped")
    assert (tmp_path / "made").read_text() == "x"
