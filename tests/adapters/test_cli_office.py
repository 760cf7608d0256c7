"""The office's own commands through the command line: set up twice, read back, refused with remedies."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.main import main

SEED = Path(__file__).parents[2] / "adapters/seed"


class Line:
    """One store, one command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = f"sqlite:///{folder / 'office.sqlite'}"
        self.capsys = capsys

    def run(self, *args: str, code: int = 0) -> str:
        try:
            main(["--store", self.url, "--lang", "en", *args])
            ended = 0
        except SystemExit as end:
            ended = int(end.code or 0)
        out, err = self.capsys.readouterr()
        assert ended == code, err
        return out if code == 0 else err

    def read(self, *args: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("--format", "json", *args))
        return found


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    made = Line(tmp_path, capsys)
    made.run("init", "--trial", "--clock", "2025-03-03")
    return made


def test_a_policy_file_is_loaded_whole_and_twice_adds_nothing(line: Line, tmp_path: Path) -> None:
    base = str(SEED / "policy/base.json")
    first = line.read("policy", "load", base)["rows"][0]
    assert first["read"] == first["added"] > 0
    assert line.read("policy", "load", base)["rows"][0]["added"] == 0
    shown = line.read("policy", "show", "--division", "110199", "--area", "rural", "standard")["rows"][0]
    assert (shown["value"], shown["ref"]) == ("600.00", "policy:110199/dibao#1")
    broken = json.loads(Path(base).read_text(encoding="utf-8"))
    broken["since"] = "2024-01-01"
    broken["parameters"].append({"name": "standard", "value": "-5"})
    (tmp_path / "broken.json").write_text(json.dumps(broken), encoding="utf-8")
    before = line.read("clock", "show")["position"]
    line.run("policy", "load", str(tmp_path / "broken.json"), code=1)
    assert line.read("clock", "show")["position"] == before


def test_a_parameter_is_set_ended_and_a_gap_is_said(line: Line) -> None:
    about = ("--division", "110199", "--area", "urban", "--document", "1")
    line.run("policy", "set", "standard", "700.00", *about, "--since", "2025-01-01", "--until", "2025-02-28")
    shown = ("policy", "show", "--division", "110199", "--area", "urban", "standard", "--on")
    assert line.read(*shown, "2025-02-28")["rows"][0]["value"] == "700.00"
    said = line.run(*shown, "2025-03-01", code=1)
    assert "2025-02-28" in said
    assert "→" in said


def test_divisions_and_staff_are_listed_as_of_a_day(line: Line) -> None:
    added = line.read("division", "load", str(SEED / "divisions/trial.csv"))["rows"][0]
    assert added["added"] == 67
    line.run("division", "add", "110199001099", "新村")
    inside = line.read("division", "list", "--division", "110199001")["rows"]
    village = {"code": "110199001099", "name": "新村", "level": "village", "parent": "110199001"}
    assert {**village, "by": None, "since": None} in inside
    where = ("--division", "110199001")
    line.run("staff", "appoint", "w1", "window", *where, "--name", "李四", "--since", "2025-01-01")
    line.run("staff", "end", "w1", "window", *where, "--until", "2025-03-03")
    [row] = line.read("staff", "list", *where)["rows"]
    assert (row["staff"], row["desk"], row["name"]) == ("w1", "window", "李*")
    assert line.read("staff", "list", *where, "--on", "2025-03-04")["rows"] == []


def test_a_desk_at_the_wrong_level_is_refused(line: Line) -> None:
    said = line.run(
        "staff", "appoint", "d1", "decider", "--division", "110199001001", "--name", "王五", code=1
    )
    assert "→" in said


def test_a_calendar_is_loaded_and_listed(line: Line) -> None:
    years = [row["year"] for row in line.read("calendar", "list")["rows"]]
    assert years == list(range(2004, 2027))
    assert line.read("calendar", "load", str(SEED / "calendar/2025.csv"))["rows"][0]["read"] == 1


def test_time_never_passes_today(line: Line) -> None:
    line.run("tick", "--until", "2025-03-03")
    assert line.read("clock", "show")["rows"][0]["seen_until"] == "2025-03-03"
    assert "2025-03-03" in line.run("tick", "--until", "2025-03-04", code=1)


def test_wrong_use_ends_with_2(line: Line) -> None:
    for args in (("tick",), ("pay", "draw"), ("policy", "load", "no-such-file"), ("no-such-command",)):
        line.run(*args, code=2)


def test_a_list_that_is_not_there_is_refused(line: Line) -> None:
    line.run("division", "load", str(SEED / "divisions/trial.csv"))
    line.run("pay", "show", "--division", "110199", "--month", "2025-03", code=1)


def test_a_real_store_refuses_writes_without_who_acts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = Line(tmp_path, capsys)
    real.run("init")
    assert "--as" in real.run("division", "add", "110199", "县", code=1)
    assert "--as" in real.run("staff", "list", "--division", "110199", code=1)
    real.run("--as", "admin", "division", "add", "110199", "县")
    real.run("--as", "admin", "clock", "set", "2025-03-06", code=1)


@pytest.mark.parametrize("command", ["init", "do", "tick", "letter", "changes", "roll"])
def test_help_has_an_example(line: Line, command: str) -> None:
    assert "Example: doudi" in line.run(command, "--help")


def test_divisions_come_from_the_national_file_and_change(line: Line) -> None:
    line.run("division", "load-national", "130102")
    inside = line.read("division", "list", "--division", "130102")["rows"]
    assert {"130102", "130102001"} <= {one["code"] for one in inside}
    about = ("--document", "冀政函〔2025〕1号")
    line.run("division", "rename", "130102001", "新建北街道", *about)
    line.run("division", "replace", "130102001", "130102099", *about)
    rows = {one["code"]: one for one in line.read("division", "list", "--division", "130102")["rows"]}
    assert (rows["130102001"]["name"], rows["130102001"]["by"]) == ("新建北街道", "130102099")
    assert rows["130102099"]["name"] == "新建北街道"
    changes = line.read("division", "changes", "370284")["rows"]
    assert {one["old_name"] for one in changes} | {one["new_name"] for one in changes} >= {"胶南市"}
