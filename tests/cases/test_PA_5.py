"""PA-5: an income concealed for two months takes back what those two months were paid too much, and nothing else."""

import json

import pytest

from tests.cases.late import finding, heard, lines, pay
from tests.cases.stories import Story, income, single
from tests.journeys.lives import Line, Outside, yuan

MONTHS = ["2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10"]


@pytest.fixture
def case(office: Outside) -> str:
    """500.00 a month, six months paid; in month 7 it is found that 80.00 a month were concealed in months 3 and 4."""
    story = Story(office, "pa5", single(11), [income("m1", "600", "2024-09-01", "2025-02-28")])
    number = story.whole()
    pay(office, *MONTHS)
    office.clock("2025-11-03")
    office.tell(
        "DetectChange", "county", number, kind="income", happened="2025-06-20", source="V03", member="m1"
    )
    return number


def concealed(yuan: int = 80) -> Line:
    wage = {"kind": "income", "code": "W3", "member": "m1", "since": "2025-06-20", "until": "2025-08-19"}
    return {**wage, "amount": yuan * 100, "source": "V03", "unreported": True}


def test_PA_5(office: Outside, case: str, door: str) -> None:
    assert office.stats("2025-10")["paid"] == 50_000
    assert (
        office.say(office.line("StateFacts", "handler", case, facts=[concealed()]), door)["status"] == "done"
    )
    assert lines(office, case) == [("2025-07", 50_000, 42_000), ("2025-08", 50_000, 42_000)]
    opened = office.say(office.line("FindDifference", "county", case), door)["data"]
    assert opened["over"] == 16_000
    assert finding(office, case)["state"] == "found"
    assert (
        office.json("register", "--division", "110199", "--as-of", "2025-11-03")["rows"][0]["amount"]
        == 50_000
    )

    decide = {"outcome": "recover", "reason": "隐瞒零工收入"}
    assert office.refused("DecideFinding", "decider", case, **decide) == ["finding-not-heard"]
    heard(office, case, "2025-11-04")
    office.clock("2025-11-06")
    decided = office.say(office.line("DecideFinding", "decider", case, **decide), door)["data"]
    assert [
        (one["month"], one["paid"], one["due"], one["over"], one["code"]) for one in decided["lines"]
    ] == [
        ("2025-07", 50_000, 42_000, 8_000, "D03"),
        ("2025-08", 50_000, 42_000, 8_000, "D03"),
    ]
    assert decided["claimed"] == 16_000
    told = office.json("case", "explain", case, "--month", "2025-07")
    assert told["result"] == 42_000
    assert "late" in [line["text"] for line in told["lines"]]
    assert office.json("case", "explain", case, "--month", "2025-09")["result"] == 50_000

    pay(office, "2025-11", day="10")
    november = office.stats("2025-11")
    assert (november["paid"], november["person_times"], november["set_off"]) == (50_000, 1, 0)
    assert (november["corrections"], november["correction_person_times"]) == (-16_000, 0)
    assert [office.stats(month)["paid"] for month in MONTHS] == [50_000] * 6
    assert office.case(case).award.at("2025-11").amount == 50_000  # type: ignore
    office.tell("RecordRepayment", "payer", case, amount=16_000, reference="B-1")
    assert finding(office, case)["state"] == "settled"
    office.run("check")


def test_PA_5_a_set_off_is_bounded_and_shown_and_takes_no_person_time(office: Outside, case: str) -> None:
    office.tell("StateFacts", "handler", case, facts=[concealed()])
    office.tell("FindDifference", "county", case)
    heard(office, case, "2025-11-04")
    office.clock("2025-11-06")
    decide = {"outcome": "recover", "reason": "隐瞒零工收入"}
    assert office.refused("DecideFinding", "decider", case, **decide, set_off_percent=25) == [
        "set-off-too-much"
    ]
    office.tell("DecideFinding", "decider", case, **decide, set_off_percent=20)
    pay(office, "2025-11", "2025-12", day="10")
    rows = [office.stats(month) for month in ("2025-11", "2025-12")]
    assert [(row["paid"], row["person_times"], row["recovered"]) for row in rows] == [
        (50_000, 1, 10_000),
        (50_000, 1, 6_000),
    ]
    assert [row["balance_persons"] for row in rows] == [0, 0]
    assert finding(office, case)["state"] == "settled"


def test_PA_5_a_preview_writes_nothing(office: Outside, case: str) -> None:
    head = office.head()
    fact = json.dumps(yuan(concealed()))
    assert lines(office, case, "--fact", fact) == [("2025-07", 50_000, 42_000), ("2025-08", 50_000, 42_000)]
    assert office.head() == head
