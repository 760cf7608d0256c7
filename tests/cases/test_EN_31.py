"""EN-31: the deadline process is killed at each of its statements: nothing due is lost, nothing fires twice."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from adapters.bootstrap import Doudi, open_doudi
from tests.faults.forks import Forks
from tests.faults.life import contents, wrong
from tests.harness import TrialOffice, person
from workflows.processes import deadlines

FILE = deadlines.__file__
DAYS = ("2025-03-05", "2025-03-12", "2025-04-02", "2025-05-20")


def tick(doudi: Doudi, day: str) -> None:
    said = {"id": f"tick-{day}", "type": "Tick", "actor": "admin", "data": {"until": day}}
    assert doudi.office.take(said).status == "done"


def office(folder: Path) -> TrialOffice:
    """Cases of which some wait for their start, some for papers."""
    folder.mkdir()
    office = TrialOffice(folder)
    for serial in range(1, 5):
        office.accepted([person("m1", "1980-01-01", serial)], on="2025-03-03")
        case = office.enter([person("m1", "1980-01-01", serial + 20)], on="2025-03-03")
        office.do("SayMissing", "window", case, on="2025-03-03", items=["consent:m1"])
    return office


def traced(statement: Any) -> Any:
    """A tracer that hears of each statement of the deadline process."""

    def tracer(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename != FILE:
            return None
        if event == "line":
            statement(frame.f_lineno)
        return tracer

    return tracer


def die_at(url: str, day: str, line: int) -> None:
    """In a process of its own: tick, and be killed before a statement is carried out."""
    doudi = open_doudi(url)

    def kill(number: int) -> None:
        if number == line:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.settrace(traced(kill))
    tick(doudi, day)
    sys.settrace(None)


def statements(folder: Path) -> tuple[dict[str, list[int]], dict[str, Any]]:
    """Which statements a day's tick goes through, and what an office keeps that nobody disturbed."""
    calm = office(folder)
    found: dict[str, list[int]] = {}
    for day in DAYS:
        calm.clock(day)
        met: dict[int, None] = {}
        before = sys.gettrace()
        sys.settrace(traced(lambda number, met=met: met.setdefault(number)))
        try:
            tick(calm.doudi, day)
        finally:
            sys.settrace(before)
        found[day] = list(met)
    kept = contents(calm.doudi)
    calm.doudi.close()
    return found, kept


def killed_at_each(folder: Path, again: bool) -> int:
    """How often it was killed; `again`: on each day at statements that were met on an earlier one, too."""
    lines, calm = statements(folder / "calm")
    struck = office(folder / "struck")
    forks = Forks("tests.cases.test_EN_31")
    deaths = 0
    done: set[int] = set()
    for day, numbers in lines.items():
        struck.clock(day)
        for line in numbers if again else [number for number in numbers if number not in done]:
            deaths += forks.run(die_at, struck.url, day, line) == -9
        done.update(numbers)
        tick(struck.doudi, day)
        assert wrong(struck.doudi) == []
    forks.close()
    kept = contents(struck.doudi)
    assert kept["events"] == calm["events"]
    assert kept["commands"] == calm["commands"]
    assert len(done) > 60
    return deaths


def test_killed_at_each_statement_nothing_due_is_lost_or_fires_twice(tmp_path: Path) -> None:
    assert killed_at_each(tmp_path, again=False) > 60


@pytest.mark.soak
def test_killed_at_each_statement_of_every_day(tmp_path: Path) -> None:
    assert killed_at_each(tmp_path, again=True) > 200
