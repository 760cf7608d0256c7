"""The scripts work from anywhere, in an empty environment, and are quiet where there is nothing to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.files import ROOT

SH = shutil.which("sh") or "/bin/sh"


def run(folder: Path, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "name",
    [
        "setup",
        "check",
        "test",
        "run",
        "doudi",
        "imports",
        "docs",
        "packages",
        "faults",
        "kafka",
        "kafka-faults",
        "kafka-soak",
    ],
)
def test_a_script_is_plain_shell(name: str) -> None:
    assert run(ROOT, SH, "-n", ROOT / "script" / name).returncode == 0


def test_setting_up_again_is_quiet(tmp_path: Path) -> None:
    first = run(tmp_path, ROOT / "script" / "setup")
    assert first.returncode == 0, first.stderr
    again = run(tmp_path, ROOT / "script" / "setup")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_without_python_setup_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "script").mkdir()
    shutil.copy(ROOT / "script" / "setup", tmp_path / "script")
    (tmp_path / "requirements.lock").touch()
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("dirname", "cat", "sh"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    done = run(tmp_path, SH, tmp_path / "script" / "setup", PATH=str(tools))
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr
    assert "DOUDI_PYTHON" in done.stderr


def test_the_command_line_takes_its_own_code_whatever_lies_around(tmp_path: Path) -> None:
    for name in ("domain", "adapters"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong package')")
    done = run(tmp_path, ROOT / "script" / "doudi", "--help")
    assert done.returncode == 0, done.stderr
    assert "simulate" in done.stdout


def test_wrong_use_ends_with_2(tmp_path: Path) -> None:
    assert run(tmp_path, ROOT / "script" / "doudi", "no-such-command").returncode == 2
