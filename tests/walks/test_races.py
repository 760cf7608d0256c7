"""Sixteen at once on one store: nobody ends in two living awards."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from time import sleep
from typing import Any

import pytest

from adapters.bootstrap import Doudi, open_doudi
from domain.days import Month
from domain.ids import CaseNo
from tests.cases.stories import Story, income, member, nothing
from tests.harness import V1
from tests.journeys.lives import Line, Outside
from workflows.command import Answer

SIXTEEN = 16
SHARED = member("m2", "两边", "1950-06-01", 100, "51")
MAY = Month("2025-05")


@pytest.fixture
def office(tmp_path: Path) -> Outside:
    return Outside(tmp_path / "office")


@contextmanager
def opened(url: str) -> Iterator[Doudi]:
    doudi = open_doudi(url)
    try:
        yield doudi
    finally:
        doudi.close()


def at_once(office: Outside, run: Callable[[Doudi, int], Any], stagger: float = 0.0) -> list[Any]:
    """Each on a thread and connection of its own, together or one after another by `stagger` seconds."""
    gate = Barrier(SIXTEEN)

    def one(place: int) -> Any:
        with opened(office.url) as doudi:
            gate.wait()
            sleep(place * stagger)
            return run(doudi, place)

    with ThreadPoolExecutor(SIXTEEN) as pool:
        return list(pool.map(one, range(SIXTEEN)))


def dated(lines: list[Line]) -> list[Line]:
    """The same without setting the clock: each command says the day it was done."""
    found, day = [], ""
    for line in lines:
        if line["type"] == "SetClock":
            day = line["data"]["to"]
        else:
            found.append({**line, "data": {**line["data"], "on": day}})
    return found


def application(office: Outside, place: int) -> list[Line]:
    members = [member("m1", "各家", "1980-05-01", 2 * place + 1), SHARED]
    facts = [income("m1", "3000", "2024-09-01", "2025-02-28"), nothing("m2")]
    return dated(Story(office, f"race-{place}", members, facts).todo)


def living(office: Outside, person_of: str) -> list[CaseNo]:
    """The cases whose award covers somebody by the end of a name's number, from May on."""
    with opened(office.url) as doudi:
        found = []
        for row in office.json("case", "list")["rows"]:
            case = doudi.office.world.case(CaseNo(row["case"]))
            assert case is not None
            terms = case.award.at(Month("2025-07")) if case.award else None
            for key in terms.covered if terms else ():
                number = case.members[key].number
                if number is not None and number.text == person_of:
                    found.append(case.number)
        return found


@pytest.mark.parametrize("stagger", [0.0, 0.01, 0.1])
def test_sixteen_applications_of_one_person(office: Outside, stagger: float) -> None:
    office.clock("2025-04-20")

    def apply(doudi: Doudi, place: int) -> list[Answer]:
        answers = []
        for line in application(office, place):
            answers.append(doudi.office.take(line))
            if answers[-1].status == "refused":
                break
        return answers

    taken = at_once(office, apply, stagger)
    entered = [answers for answers in taken if answers[0].status == "done"]
    assert len(entered) == 1
    assert {reason.code for answers in taken for answer in answers for reason in answer.reasons} <= {
        "already-applying",
        "already-aided",
    }
    assert entered[0][-1].data["from_month"] == "2025-05"
    assert living(office, SHARED["number"]) == [entered[0][0].case]
    office.run("check")


def test_sixteen_living_awards_that_one_person_joins(office: Outside) -> None:
    office.clock("2025-04-20")
    cases = []
    with opened(office.url) as doudi:
        for place in range(SIXTEEN):
            members = [member("m1", "各家", "1980-05-01", 2 * place + 1)]
            lines = dated(Story(office, f"alone-{place}", members, [nothing("m1")]).todo)
            answers = [doudi.office.take(line) for line in lines]
            assert answers[-1].status == "done", answers[-1]
            cases.append(answers[0].case)
    office.clock("2025-06-10")

    def join(doudi: Doudi, place: int) -> Answer:
        steps: list[tuple[str, str, Line]] = [
            ("ReportChange", "window", {"kind": "joined", "happened": "2025-06-09"}),
            ("JoinMember", "handler", {"member": SHARED, "reason": "return"}),
            ("ProposeChange", "handler", {"effect": "increase", "code": "I02"}),
            ("DecideChange", "decider", {}),
        ]
        for step, (kind, actor, data) in enumerate(steps):
            line = {"id": f"join-{place}-{step}", "type": kind, "actor": actor, "case": cases[place]}
            answer = doudi.office.take({**line, "data": data})
        return answer

    decided = [answer for answer in at_once(office, join) if answer.status == "done"]
    assert len(decided) == 1
    assert living(office, SHARED["number"]) == [decided[0].case]
    office.run("check")


def test_sixteen_commands_to_one_case_are_one_after_another(office: Outside) -> None:
    """Every commit is whole: no version twice, no event lost, each answered once."""
    story = Story(office, "one", [member("m1", "一家", "1980-05-01", 1)], [nothing("m1")])
    case = story.to("Accept")

    def note(doudi: Doudi, place: int) -> Answer:
        asked = {"surveyors": ["surveyor", "surveyor2"], "asked": place + 1, "result": "true"}
        line = {"id": f"ask-{place}", "type": "AskNeighbours", "actor": "surveyor", "case": case}
        return doudi.office.take({**line, "data": asked})

    answers = at_once(office, note)
    assert {answer.status for answer in answers} == {"done"}
    versions = sorted(version for answer in answers for _, version, _ in answer.events)
    assert versions == list(range(versions[0], versions[0] + SIXTEEN))
    office.run("check")


def test_sixteen_draws_of_a_month_pay_once(office: Outside) -> None:
    cases = []
    for place in range(4):
        members = [member("m1", "各家", "1980-05-01", 2 * place + 1)]
        story = Story(office, f"paid-{place}", members, [nothing("m1")], area="rural", division=V1)
        cases.append(story.whole())
    day = date(2025, 5, 8)
    office.clock(day.isoformat())

    def draw(doudi: Doudi, place: int) -> Answer:
        line = {"id": f"draw-{place}", "type": "Draw", "actor": "payer"}
        return doudi.office.take({**line, "data": {"division": "110199", "month": "2025-05"}})

    answers = at_once(office, draw)
    assert [answer.reasons for answer in answers if answer.status == "refused"] == []
    assert [office.kinds(case).count("MonthDrawn") for case in cases] == [1] * 4
    office.clock((day + timedelta(days=1)).isoformat())
    office.pay("2025-05")
    assert office.stats("2025-05")["paid"] == 4 * 60_000
    office.run("check")
