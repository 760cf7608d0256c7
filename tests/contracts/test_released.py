"""What others were given: written when it is released, and measured against from then on."""

import json
from pathlib import Path

import pytest

from adapters.contracts.__main__ import main
from adapters.contracts.released import ENDING, FOLDER, broken, release, released
from adapters.contracts.schemas import inbound, outbound


def spoil(root: Path, name: str, field: str) -> None:
    """As if a field had been promised that we don't know any more."""
    path = root / FOLDER / f"{name}{ENDING}"
    schema = json.loads(path.read_text("utf-8"))
    schema["properties"][field] = {"type": "string"}
    path.write_text(json.dumps(schema), "utf-8")


def test_a_release_writes_each_schema_once(tmp_path: Path) -> None:
    assert broken(tmp_path) == []
    assert set(release(tmp_path)) == outbound().keys() | inbound().keys()
    assert released(tmp_path) == outbound() | inbound()
    assert release(tmp_path) == broken(tmp_path) == []


def test_what_breaks_somebody_is_named_and_nothing_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    release(tmp_path)
    spoil(tmp_path, "approved.v1", "phone")
    spoil(tmp_path, "death.v1", "place")
    before = released(tmp_path)
    monkeypatch.setattr("adapters.contracts.__main__.ROOT", tmp_path)
    assert main(["--release"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "approved.v1 phone: is gone",
        "death.v1 place: is not taken any more",
    ]
    assert released(tmp_path) == before


def test_a_version_that_is_gone_is_named(tmp_path: Path) -> None:
    release(tmp_path)
    folder = tmp_path / FOLDER
    (folder / f"approved.v0{ENDING}").write_text("{}", "utf-8")
    assert broken(tmp_path) == [
        "approved.v0 $: is gone; publish it beside its successor until its period is over"
    ]


def test_the_command_releases_and_says_how_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("adapters.contracts.__main__.ROOT", tmp_path)
    assert main(["--release"]) == 0
    assert "approved.v1" in capsys.readouterr().out.splitlines()
    assert main([]) == 0
    assert main(["release"]) == 2
