"""ST-1, household X: April is closed with 800.00; reduced by 100.00, then annulled: May carries −100.00 and −700.00."""

from tests.cases.late import heard, pay
from tests.cases.stories import Story, income, member, nothing
from tests.harness import COUNTY
from tests.journeys.lives import Outside

X = [member("m1", "周甲", "1980-05-01", 11), member("m2", "周乙", "1982-05-01", 12, "12")]


def corrections(office: Outside, month: str) -> list[int]:
    rows = office.json("month", "corrections", "--division", COUNTY, "--of", month)["rows"]
    return [row["new"] - row["old"] for row in rows if row["figure"] == "paid" and row["area"] == "rural"]


def test_ST_1_X(office: Outside, door: str) -> None:
    facts = [income("m1", "2400", "2024-08-01", "2025-01-31"), nothing("m2")]
    number = Story(office, "st1", X, facts, accepted="2025-02-06").whole()
    pay(office, "2025-03", "2025-04")
    office.clock("2025-05-02")
    office.run("month", "close", "--division", COUNTY, "--month", "2025-03", actor="payer")
    office.run("month", "close", "--division", COUNTY, "--month", "2025-04", actor="payer")
    closed = office.run("month", "show", "--division", COUNTY, "--month", "2025-04", "--raw").out

    office.tell("DetectChange", "county", number, kind="income", happened="2025-03-10", source="V03")
    wage = {"kind": "income", "code": "W3", "member": "m2", "since": "2025-03-10", "until": "2025-04-20"}
    office.tell(
        "StateFacts",
        "handler",
        number,
        facts=[{**wage, "amount": 10_000, "source": "V03", "unreported": True}],
    )
    office.tell("FindDifference", "county", number)
    heard(office, number, "2025-05-05")
    decided = {"outcome": "recover", "reason": "零工收入未报"}
    first = office.say(office.line("DecideFinding", "decider", number, **decided), door)["data"]
    assert [(one["month"], one["paid"], one["due"]) for one in first["lines"]] == [
        ("2025-04", 80_000, 70_000)
    ]

    office.clock("2025-05-16")
    office.tell("DetectChange", "county", number, kind="other", happened="2025-03-15", source="V24")
    office.tell("GivePriorNotice", "county", number, effect="stop", code="S09", instance="change.2")
    office.tell("Hear", "county", number, words="在外县也领了", instance="change.2")
    office.tell("ProposeChange", "county", number, effect="stop", code="S09", instance="change.2")
    office.clock("2025-05-20")
    office.tell("DecideChange", "decider", number, instance="change.2")
    second = office.say(
        office.line("DecideFinding", "decider", number, **decided, instance="finding.2"), door
    )["data"]
    assert [(one["month"], one["paid"], one["due"]) for one in second["lines"]] == [("2025-04", 70_000, 0)]

    may = office.stats("2025-05")
    assert (may["corrections"], may["correction_person_times"]) == (-80_000, -2)
    assert corrections(office, "2025-04") == [-10_000, -70_000]
    again = office.run("month", "show", "--division", COUNTY, "--month", "2025-04", "--raw").out
    assert again == closed
    assert office.stats("2025-04")["due"] == 0
    office.run("check")
