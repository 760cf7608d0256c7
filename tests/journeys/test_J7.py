"""J7, the head dies: 1,120.00 for two, 520.00 for the survivor; known late it is a finding and no debt."""

from collections.abc import Callable

from tests.harness import COUNTY
from tests.journeys.lives import Life

MONTHS = [f"2025-{month:02d}" for month in range(4, 13)] + ["2026-01"]


def test_J7(life: Callable[[str], Life]) -> None:
    j7 = life("J7")
    j7.play("2025-03-08")
    assert paid(j7, "2025-03") == (1, 2, 112_000)

    died = j7.play("2025-04-03")[-1]["data"]
    assert (died["from_month"], died["amount"], died["findings"], died["held"]) == (
        "2025-04",
        52_000,
        [],
        True,
    )
    assert "finding" not in died
    assert j7.case(j7.number).kept_back
    j7.play("2025-04-08")
    assert not j7.case(j7.number).kept_back
    j7.play("2025-04-09")
    told = j7.letter("L14")
    assert all(said in told for said in ("1,120.00", "520.00", "2025年4月"))
    assert "change.1/answer" not in [one["deadline"] for one in j7.show()["deadlines"]]

    j7.play("2025-04-10")
    assert paid(j7, "2025-04") == (1, 1, 52_000)
    april = j7.stats("2025-04")
    assert (april["left_persons.D01"], april["reported_exits_persons"], april["exits_households"]) == (
        1,
        1,
        0,
    )
    line = j7.case(j7.number).drawn["2025-04"]  # type: ignore[index]
    assert dict(line.shares) == {"m2": 52_000}
    assert j7.json("case", "late", j7.number)["rows"] == []

    last = j7.play("2026-01-14")[-1]["data"]
    assert (last["from_month"], last["also"][0]) == ("2026-02", "funeral")
    assert (j7.state("award"), j7.case(j7.number).ended_code) == ("ended", "S03")
    j7.play("2026-02-08")
    assert paid(j7, "2026-02") == (0, 0, 0)
    assert j7.stats("2026-02")["exits_households.S03"] == 1
    found = [j7.stats(month) for month in MONTHS]
    assert sum(month["paid"] for month in found) == 10 * 52_000
    assert sum(month["person_times"] for month in found) == 10
    assert {month["corrections"] for month in found} == {0}
    j7.tells_the_same()


def test_J7_known_only_in_june(life: Callable[[str], Life]) -> None:
    late = life("J7-late")
    late.play("2025-05-08")
    late.clock("2025-06-02")
    preview = late.json("case", "late", late.number, "--died", "m1=2025-03-20")
    assert [(row["month"], row["drawn"], row["old"], row["new"], row["code"]) for row in preview["rows"]] == [
        ("2025-04", True, 112_000, 52_000, "D01"),
        ("2025-05", True, 112_000, 52_000, "D01"),
        ("2025-06", False, 112_000, 52_000, "D01"),
    ]
    assert preview["over"] == 120_000
    assert "RecordDeath" not in late.kinds(late.number)

    died = late.play("2025-06-02")[-3]["data"]
    assert (died["finding"], sum(one["over"] for one in died["findings"])) == ("finding.1", 120_000)
    assert late.state("finding.1") == "found"
    decided = {"outcome": "recover", "reason": "多发"}
    assert late.is_refused("DecideFinding", "decider", **decided) == ["finding-not-heard"]
    late.play("2025-06-03")
    notice = late.letter("L18")
    assert all(said in notice for said in ("2025年4月", "2025年5月", "1,120.00", "520.00", "1,200.00"))
    late.play("2025-06-05")
    assert paid(late, "2025-06") == (1, 1, 52_000)
    assert late.stats("2025-06")["set_off"] == 0

    late.play("2025-06-12")
    assert late.state("finding.1") == "recovering"
    june = late.stats("2025-06")
    assert (june["corrections"], june["correction_person_times"]) == (-120_000, -2)
    assert paid(late, "2025-05") == (1, 2, 112_000)
    (found,) = late.json("case", "findings", late.number)["rows"]
    assert (found["over"], found["claimed"], found["open"]) == (120_000, 60_000, 60_000)
    late.play("2025-07-08")
    assert paid(late, "2025-07") == (1, 1, 52_000)
    assert late.stats("2025-07")["recovered"] == 10_400
    (row,) = late.json("roll", "--division", COUNTY, "--month", "2025-07")["rows"]
    assert (row["total"], row["set_off"]) == (52_000, 10_400)
    late.tells_the_same()


def paid(life: Life, month: str) -> tuple[int, int, int]:
    stats = life.stats(month)
    assert stats["balance_persons"] == 0
    return stats["households"], stats["person_times"], stats["paid"]
