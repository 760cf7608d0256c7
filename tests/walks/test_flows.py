"""One walk that is not random: households come and go in every way there is, and the figures name each."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.days import Month, add_month, month_of
from projections.figures import cells, tallies
from tests.harness import COUNTY, number
from tests.walks.walk import Walk


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    """Four awards; their first lists are drawn and closed."""
    walk = Walk(tmp_path / "office")
    walk.month()
    walk.month()
    yield walk
    walk.shut()


def wage(walk: Walk, case: str, fen: int, kind: str = "income", member: str = "m1") -> None:
    """From the month before on so much a month is earned; decided as what it comes to."""
    effect, code = ("increase", "I03") if fen == 0 else ("reduce", "D03")
    walk.must("ReportChange", "window", case, kind=kind, happened=walk.today.isoformat())
    since = add_month(month_of(walk.today), -6) + "-01"
    fact = {"kind": "income", "code": "W1", "member": member, "since": since, "source": "V02", "amount": fen}
    known = [key for key, one in walk.case(case).facts.items() if (one.code, one.until) == ("W1", None)]
    for key in known:
        walk.must("EndFact", "handler", case, fact=key, until=since)
    walk.must("StateFacts", "handler", case, facts=[fact])
    decide(walk, case, effect, code)


def decide(walk: Walk, case: str, effect: str, code: str) -> None:
    if effect != "increase":
        walk.must("Hear", "county", case, words="知道了")
    walk.must("ProposeChange", "county", case, effect=effect, code=code)
    walk.must("DecideChange", "decider", case)


def flows(walk: Walk) -> Counter[str]:
    """Persons by flow, over all months, of the whole county."""
    walk.doudi.projector.catch_up()
    rows = walk.doudi.projector.rows("statistics")
    sums = tallies(cells(rows, "dibao", Month("2025-01"), Month("2026-12")), COUNTY)
    found: Counter[str] = Counter()
    for (_, area), tally in sums.items():
        if area == "all":
            continue
        for measure, persons in tally.items():
            found[measure.partition(".")[0]] += persons
    return found


def test_every_flow_has_its_name_and_the_balance_holds(walk: Walk) -> None:
    first, second, third, fourth = walk.cases
    baby = {"key": "m3", "name": "宝宝", "kinship": "20", "number": number("2025-05-20", 901)}

    walk.must("ReportChange", "window", first, kind="birth", happened="2025-05-20")
    walk.must("JoinMember", "handler", first, member=baby, reason="birth")
    decide(walk, first, "increase", "I02")
    wage(walk, third, 120_000 - 50)
    walk.must("ReportChange", "window", second, kind="own_request", happened=walk.today.isoformat())
    walk.must("ProposeChange", "county", second, effect="stop", code="S06")
    walk.must("DecideChange", "decider", second)
    walk.month()
    walk.keep()
    walk.month()
    walk.must("ChangeArea", "decider", first, area="urban", words="撤村建居")
    wage(walk, third, 0)
    walk.month()
    walk.must("Restore", "decider", second, code="I05", reason="错停")
    walk.must("ReportChange", "window", first, kind="left", happened=walk.today.isoformat())
    walk.must("LeaveMember", "handler", first, member="m2", reason="D02")
    decide(walk, first, "reduce", "D02")
    walk.month()
    walk.keep()
    walk.must("RecordDeath", "county", fourth, member="m1", died=walk.today.isoformat(), source="V14")
    walk.raise_standard(3)
    walk.month()
    walk.month()
    walk.end()

    counted = flows(walk)
    for flow in (
        "new",
        "exits",
        "restored",
        "back",
        "off_list_out",
        "area_in",
        "area_out",
        "joined",
        "left",
    ):
        assert counted[f"{flow}_persons"] > 0, flow
    assert counted["corrections"] > 0
    assert counted["correction_person_times"] > 0
