"""RG-1: a death learnt late counts from the month after it; what the dead was paid waits for a hearing (A and B)."""

import pytest

from tests.cases.late import finding, heard, lines, pay
from tests.cases.stories import Story, member, nothing
from tests.harness import COUNTY
from tests.journeys.lives import Outside

B, A = member("m1", "周乙", "1980-05-01", 11), member("m2", "周甲", "1978-05-01", 13, "11")


@pytest.fixture
def case(office: Outside) -> str:
    """1,200.00 for two without income; A died on 20 March; April and May are paid."""
    story = Story(office, "rg1", [B, A], [nothing("m1"), nothing("m2")], accepted="2025-01-06")
    number = story.whole()
    pay(office, "2025-03", "2025-04", "2025-05")
    office.clock("2025-06-02")
    return number


def receives(office: Outside, *options: str) -> list[tuple[int, int]]:
    rows = office.json("register", "--division", COUNTY, *options)["rows"]
    return [(row["persons"], row["amount"]) for row in rows]


def test_RG_1(office: Outside, case: str, door: str) -> None:
    died = {"member": "m2", "died": "2025-03-20"}
    assert lines(office, case, "--died", "m2=2025-03-20") == [
        ("2025-04", 120_000, 60_000),
        ("2025-05", 120_000, 60_000),
    ]
    answer = office.say(office.line("RecordDeath", "handler", case, **died, source="V14"), door)["data"]
    assert (answer["from_month"], answer["amount"], answer["finding"]) == ("2025-04", 60_000, "finding.1")
    pay(office, "2025-06", day="05")
    june = office.stats("2025-06")
    assert (june["households"], june["person_times"], june["paid"]) == (1, 1, 60_000)
    assert june["recovered"] == june["set_off"] == 0

    office.clock("2025-07-01")
    assert receives(office, "--as-of", "2025-05-15", "--known-at", "2025-05-15") == [(2, 120_000)]
    assert receives(office, "--as-of", "2025-05-15", "--known-at", "2025-06-30") == [(1, 60_000)]
    assert receives(office, "--as-of", "2025-03-25", "--known-at", "2025-06-30") == [(2, 120_000)]

    assert finding(office, case)["over"] == 120_000
    decide = {"outcome": "recover", "reason": "死亡后多发"}
    assert office.refused("DecideFinding", "decider", case, **decide) == ["finding-not-heard"]
    heard(office, case, "2025-07-01")
    office.clock("2025-07-03")
    decided = office.say(office.line("DecideFinding", "decider", case, **decide), door)["data"]
    assert [(one["month"], one["over"], one["code"]) for one in decided["lines"]] == [
        ("2025-04", 60_000, "D01"),
        ("2025-05", 60_000, "D01"),
    ]
    pay(office, "2025-07")
    july = office.stats("2025-07")
    assert (july["paid"], july["corrections"], july["correction_person_times"]) == (60_000, -120_000, -2)
    assert [office.stats(month)["paid"] for month in ("2025-04", "2025-05")] == [120_000, 120_000]
    assert receives(office, "--as-of", "2025-05-15", "--known-at", "2025-05-15") == [(2, 120_000)]
    office.run("check")
