"""E6 and E12: the survivor of E5 goes out gradually; a fixed amount is raised back, five lines of 10.00."""

from typing import Any

from tests.cases.late import pay
from tests.cases.stories import Story, income, member, nothing
from tests.cases.test_E import ground, parameter
from tests.harness import COUNTY
from tests.journeys.lives import Outside


def test_E6(office: Outside, door: str) -> None:
    """The head of E5 dies; the survivor, 66, is over the standard and under 1.5 of it: min(313, 632) + 104 = 417."""
    for name in ("uplift_age_60", "standard"):
        office.do(parameter(office, name, "632.00" if name == "standard" else "104.00"))
    pair = [member("m1", "孙一", "1950-02-02", 81), member("m2", "周二", "1959-01-01", 82, "12")]
    facts = [
        income("m1", "1506", "2024-09-01", "2025-02-28", "T1"),
        income("m2", "4200", "2024-09-01", "2025-02-28", "T1"),
    ]
    number = Story(office, "e6", pair, facts, door=door).whole()
    assert office.json("case", "explain", number)["result"] == 52_100
    pay(office, "2025-05", "2025-06")
    office.clock("2025-06-10")
    died = office.line("RecordDeath", "handler", number, member="m1", died="2025-06-08", source="village")
    answer = office.say(died, door)["data"]
    assert (answer["amount"], answer["change"]) == (41_700, "change.1")
    office.tell("ChangeHead", "handler", number, head="m2")
    office.tell("Hear", "handler", number, words="老伴走了，还有困难")
    exit_: dict[str, Any] = {"effect": "gradual_exit", "code": "S01", "months": 6}
    office.say(office.line("ProposeChange", "handler", number, **exit_), door)
    office.clock("2025-06-13")
    decided = office.say(office.line("DecideChange", "decider", number), door)["data"]
    assert (decided["amount"], decided["from_month"], decided["until_month"]) == (
        41_700,
        "2025-07",
        "2025-12",
    )
    months = [f"2025-{month:02d}" for month in range(7, 13)]
    pay(office, *months, "2026-01")
    assert [office.stats(month)["paid"] for month in months] == [41_700] * 6
    assert office.stats("2026-01")["paid"] == 0
    assert office.case(number).ended_code == "S01"


def test_E12(office: Outside, door: str) -> None:
    """110.00 from January, published in May, 100.00 paid until then: 50.00 as five lines of 10.00."""
    office.do(parameter(office, "single_amount", "100.00", "2025-01-01"))
    members = [member("m1", "周甲", "1980-05-01", 11), member("m2", "周乙", "1955-05-01", 12, "51")]
    facts = [
        ground("6-3", "m1", "disability"),
        income("m2", "9000", "2025-05-01", "2025-10-31"),
        nothing("m1", "2025-11-01"),
    ]
    number = Story(
        office, "e12", members, facts, accepted="2025-11-04", door=door, single_person=True
    ).whole()
    assert office.json("case", "explain", number)["result"] == 10_000
    pay(office, "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
    office.clock("2026-05-20")
    office.do(parameter(office, "single_amount", "110.00", "2026-01-01"))
    raised = office.say(office.line("RaiseStandard", "county", number, from_month="2026-01"), door)["data"]
    assert (raised["before"], raised["amount"]) == (10_000, 11_000)
    assert raised["arrears"] == [f"2026-0{month}" for month in range(1, 6)]
    told = office.run("--lang", "zh", "letter", number, "L16").out
    assert all(said in told for said in ("100.00", "110.00", "2026年1月", "50.00"))
    assert told.count("10.00元") >= 5
    pay(office, "2026-06")
    lines = [
        (one["payload"]["month"], one["payload"]["amount"])
        for one in office.json("case", "show", number)["events"]
        if one["type"] == "DifferenceDrawn"
    ]
    assert lines == [(f"2026-0{month}", 1_000) for month in range(1, 6)]
    june = office.stats("2026-06", COUNTY)
    assert (june["paid"], june["corrections"]) == (11_000, 5_000)
