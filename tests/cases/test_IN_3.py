"""IN-3: sent five times under its id, an application is one case: two sends at once, one whose answer was lost, one
after a restart, one a day later."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases.stories import single
from tests.harness import V1
from tests.journeys.lives import ROOT, Line, Outside, call, shorthand, write

KILLED = """
import os, sys
from adapters.cli.main import main
from adapters.store.store import EventStore

write = EventStore.write

def write_and_die(store, commit):
    last = write(store, commit)
    if commit.command == {command!r}:
        os._exit(137)
    return last

EventStore.write = write_and_die
main(sys.argv[1:])
"""
"""The power goes when the command is on the disk and nobody has heard so."""


def application(serial: int = 1) -> list[Line]:
    data = {"division": V1, "area": "rural", "applicant": "m1", "near_relative": False}
    enter = {"id": "app-1", "type": "Enter", "actor": "window", "data": {**data, "members": single(serial)}}
    then = [("Consent", {"member": "m1", "until": "2030-12-31"}), ("Accept", {})]
    return [
        enter,
        *(
            {"id": f"app-1-{kind}", "type": kind, "actor": "window", "case": "@app-1", "data": more}
            for kind, more in then
        ),
    ]


def process(office: Outside, file: Path, program: str = "") -> "subprocess.Popen[str]":
    run = ["-c", program] if program else ["-P", "-m", "adapters.cli"]
    return subprocess.Popen(
        [sys.executable, *run, "--store", office.url, "do", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=office.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("lost", ["app-1", "app-1-Accept"])
def test_IN_3(office: Outside, lost: str) -> None:
    office.clock("2025-03-06")
    file = office.folder / "application.jsonl"
    write(file, application())

    dying = process(office, file, KILLED.format(command=lost))
    heard, _ = dying.communicate(timeout=60)
    assert dying.returncode == 137
    assert lost not in [line.partition('"id":"')[2].partition('"')[0] for line in heard.splitlines()]

    both = [process(office, file), process(office, file)]
    sent = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], sent
    answers = [out for out, _ in sent]
    answers.append(office.run("do", str(file)).out)
    answers.append(office.apart("do", str(file)).out)
    office.clock("2025-03-07")
    answers.append(office.run("do", str(file)).out)
    assert len(set(answers)) == 1

    (listed,) = office.json("case", "list")["rows"]
    number = listed["case"]
    kinds = office.kinds(number)
    assert (kinds.count("ApplicationEntered"), kinds.count("Accepted")) == (1, 1)
    shown = office.json("case", "show", number)
    whole = [one["due"] for one in shown["deadlines"] if one["deadline"] == "application/whole"]
    assert whole == ["2025-04-18"]
    assert office.stats("2025-03")["steps.applications"] == 1
    assert office.stats("2025-03")["steps.accepted"] == 1

    (again,) = office.do({**application()[0], "id": "app-2"}, code=1)
    assert [(one["code"], one["params"]) for one in again["reasons"]] == [
        ("already-applying", {"case": number})
    ]
    office.run("check")


def test_IN_3_all_five_at_once(office: Outside) -> None:
    office.clock("2025-03-06")
    file = office.folder / "application.jsonl"
    write(file, application())
    five = [process(office, file) for _ in range(5)]
    answers = {one.communicate(timeout=60)[0] for one in five}
    assert [one.returncode for one in five] == [0] * 5
    assert len(answers) == 1
    assert office.stats("2025-03")["steps.applications"] == 1
    office.run("check")


def test_IN_3_by_its_shorthand(office: Outside) -> None:
    office.clock("2025-03-06")
    (enter, *_) = application()
    said = {call("--store", office.url, *shorthand(enter, ""), "--format", "json").out for _ in range(5)}
    assert len(said) == 1
    assert len(office.json("case", "list")["rows"]) == 1


def test_IN_3_an_id_stands_for_what_it_said_first(office: Outside, door: str) -> None:
    (enter, *_) = application()
    office.say(enter, door)
    other = {**enter, "data": {**enter["data"], "area": "urban"}}
    assert [one["code"] for one in office.say(other, door)["reasons"]] == ["command-id-used"]
    assert len(office.json("case", "list")["rows"]) == 1
