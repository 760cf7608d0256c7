"""What the subscriber's guide shows is what happens: its commands are run, one after another, on a real broker."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy.kafka.broker import Broker
from tests.house.console import Step, matches, steps
from tests.house.files import ROOT
from tests.kafka.outsiders import PAGES, java_program, node_program

GUIDE = PAGES / "guide.md"


def played(step: Step, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = re.sub(r"(?<![\w/])(script|docs|adapters)/", rf"{ROOT}/\1/", step.command)
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_each_example_prints_what_the_guide_shows(broker: Broker, tmp_path: Path) -> None:
    """Topics are those that a desk has, without a prefix of the test's."""
    java_program()
    node_program()
    file = tmp_path / "kafka.toml"
    desk = f'[kafka]\nbootstrap_servers = "{broker.address}"\n[doudi]\nreplication = 1\nmin_insync = 1\n'
    file.write_text(desk, encoding="utf-8")
    environment = {
        "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
        "HOME": os.environ["HOME"],
        "LANG": "en_GB.UTF-8",
        "BROKER": broker.address,
        "DOUDI_KAFKA": str(file),
        "DOUDI_STORE": f"sqlite:///{tmp_path}/try.sqlite",
    }
    found = list(steps(GUIDE.read_text(encoding="utf-8")))
    assert len(found) > 10
    for step in found:
        done = played(step, tmp_path, environment)
        assert done.returncode == step.code, f"$ {step.command}\nexit {done.returncode}\n{done.stdout}"
        assert matches(step.expected, done.stdout), f"$ {step.command}\n{done.stdout}"


@pytest.mark.parametrize("page", ["guide.md", "guide.zh.md"])
def test_every_program_is_named(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(((?:python|java|node)/[^)]+)\)", text))
    programs = {
        str(path.relative_to(PAGES))
        for ending in ("py", "java", "mjs")
        for path in PAGES.rglob(f"*.{ending}")
        if not {"node_modules", "target"} & set(path.parts)
    }
    assert named == programs
