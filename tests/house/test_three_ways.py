"""Each command somebody may send is tried three ways: it does, it refuses, it stays quiet when repeated."""

import re

import pytest

import adapters.bootstrap  # noqa: F401
from tests.house.files import ROOT
from workflows.command import COMMANDS, Spec
from workflows.definition import ways_of

TESTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))


def _by_people(spec: Spec) -> bool:
    if spec.life is None:
        return spec.who != ("clock",)
    return any(way.who != ("clock",) for way in ways_of(spec.life, spec.name))


@pytest.mark.parametrize("name", sorted(name for name, spec in COMMANDS.items() if _by_people(spec)))
def test_a_command_is_done_said_twice_and_refused(name: str) -> None:
    quiet = re.search(rf'quiet\w*\([^)]*"{name}"', TESTS)
    refused = re.search(rf'refuse\w*\([^)]*"{name}"', TESTS)
    assert quiet, f"no test says {name} twice"
    assert refused, f"no test has {name} refused"
