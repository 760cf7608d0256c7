"""CO-1: two county clerks with the same screen decide at the same moment: one decision, the other is told by whom."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from adapters.bootstrap import open_doudi
from domain.case.decision import LetterIssued
from tests.faults.forks import Forks
from tests.faults.life import wrong
from tests.harness import COUNTY, TrialOffice
from tests.workflows import stages
from workflows.command import Answer
from workflows.world import case_stream

TIMES = 50
LETTERS = {"Confirmed": "L08", "RefusedAid": "L09"}


def clerk(url: str, lines: list[dict[str, Any]], moments: list[float], told: str) -> None:
    """In a process of its own: say each line at its moment, and once more."""
    doudi = open_doudi(url)
    answers = []
    for line, moment in zip(lines, moments, strict=True):
        time.sleep(max(0.0, moment - time.monotonic()))
        answers += [doudi.office.take(line), doudi.office.take(line)]
    doudi.close()
    Path(told).write_bytes(msgspec.json.encode(answers))


def test_two_who_decide_at_the_same_moment_make_one_decision(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    office.appoint("decider2", "decider", COUNTY)
    cases = [stages.signed(office, serial) for serial in range(1, TIMES + 1)]
    office.clock("2025-05-19")
    seen = [office.store.load(case_stream(case))[-1].version for case in cases]
    moments = [time.monotonic() + 1 + 0.04 * number for number in range(TIMES)]
    forks = Forks("tests.cases.test_CO_1")
    clerks = []
    for who in ("decider", "decider2"):
        lines = []
        for number, (case, version) in enumerate(zip(cases, seen, strict=True)):
            line: dict[str, Any] = {"id": f"{who}-{number}", "type": "Confirm", "data": {}}
            if (number % 2 == 0) == (who == "decider"):
                line = {**line, "type": "Refuse", "data": {"grounds": ["R01"], "words": "收入不低于标准"}}
            lines.append({**line, "actor": who, "case": case, "expected": version})
        clerks.append(forks.start(clerk, office.url, lines, moments, str(tmp_path / who)))
    assert [each.wait() for each in clerks] == [0, 0]
    forks.close()

    told = {
        who: msgspec.json.decode((tmp_path / who).read_bytes(), type=list[Answer])
        for who in ("decider", "decider2")
    }
    won: Counter[str] = Counter()
    for number, case in enumerate(cases):
        log = office.store.load(case_stream(case))
        decisions = [one for one in log if type(one.event).__name__ in LETTERS]
        assert len(decisions) == 1
        winner = decisions[0].actor
        loser = "decider2" if winner == "decider" else "decider"
        won[winner] += 1
        kind = type(decisions[0].event).__name__
        letters = [one.event.letter for one in log if isinstance(one.event, LetterIssued)]
        assert letters == [LETTERS[kind]]
        first, again = told[winner][2 * number : 2 * number + 2]
        assert first.status == "done"
        assert again == first
        for answer in told[loser][2 * number : 2 * number + 2]:
            assert answer.status == "refused"
            moved, over = answer.reasons
            assert moved.code == "moved-on"
            assert moved.params == {"version": log[-1].version, "expected": seen[number], "by": winner}
            assert over.code == "already-over"
            assert over.params["state"] == ("confirmed" if kind == "Confirmed" else "refused")
    assert won["decider"]
    assert won["decider2"]
    assert wrong(office.doudi) == []
