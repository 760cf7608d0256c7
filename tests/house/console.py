"""Runs the ```console blocks of a page as written and compares what they print.

A line that begins with `$ ` is a command, `> ` goes on with it; what follows is its output. `…` stands for
any text within a line, a line of `…` alone for any lines. A command must end with 0 unless its line ends
with `# exit N`.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.files import ROOT

BLOCK = re.compile(r"^```console\n(.*?)^```", re.M | re.S)
EXIT = re.compile(r"\s+# exit (\d+)$")


@dataclass(frozen=True)
class Step:
    command: str
    expected: tuple[str, ...]
    code: int


def steps(page: str) -> Iterator[Step]:
    """The commands of a page in order, each with the lines it should print and its exit code."""
    for block in BLOCK.findall(page):
        command: list[str] = []
        output: list[str] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield _step(command, output)
                command, output = [line[2:]], []
            elif line.startswith("> ") and not output:
                command.append(line[2:])
            else:
                output.append(line)
        if command:
            yield _step(command, output)


def _step(command: list[str], output: list[str]) -> Step:
    code = EXIT.search(command[0])
    text = "\n".join([EXIT.sub("", command[0]), *command[1:]])
    return Step(text, tuple(output), int(code[1]) if code else 0)


def matches(expected: tuple[str, ...], printed: str) -> bool:
    """Whether the text is the expected lines, `…` standing for anything; spaces at line ends don't count."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*") + r"\n"
        for line in expected
    )
    lines = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch(pattern, lines) is not None


def play(step: Step, folder: Path, language: str) -> subprocess.CompletedProcess[str]:
    """Run a step in a folder of its own with a trial store of its own there."""
    clean = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    locale = {"LANG": language, "COLUMNS": "110", "DOUDI_STORE": f"sqlite:///{folder / 'page.sqlite'}"}
    command = re.sub(r"(?<![\w/])(script|docs|adapters)/", rf"'{ROOT}'/\1/", step.command)
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=clean | locale,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
