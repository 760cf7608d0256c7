"""J1, plain: two adults and a student son; 8,400.00 in six months; 600.00 × 3 − 1,400.00 = 400.00."""

from collections.abc import Callable

from tests.harness import COUNTY, T1
from tests.journeys.lives import Life

MONTHS = [f"2025-{month:02d}" for month in range(5, 13)] + ["2026-01", "2026-02", "2026-03"]


def test_J1(life: Callable[[str], Life]) -> None:
    j1 = life("J1")

    j1.play("2025-03-03")
    assert j1.state() == "incomplete"
    assert j1.due("application/whole") is None
    assert j1.is_refused("Accept", "window") == ["papers-missing", "consent-missing"]
    assert "王" in j1.letter("L02")
    assert j1.is_refused("SayMissing", "window", items=["bank statement"]) == ["not-now"]

    accepted = j1.play("2025-03-06")
    assert j1.state() == "accepted"
    assert {one["case"] for one in accepted if "case" in one} == {j1.number}
    assert j1.due("application/whole") == "2025-04-18"
    assert j1.due("survey/start") == "2025-03-11"
    assert j1.number in j1.letter("L01")

    j1.play("2025-03-07")
    assert j1.due("verification.1/start") == "2025-03-12"
    j1.play("2025-03-10")
    assert j1.state("survey") == "visited"
    assert j1.kinds(j1.number).count("NeighboursAsked") == 1
    j1.play("2025-03-14")
    assert j1.state("verification.1") == "reported"

    j1.play("2025-03-17")
    assert j1.state() == "to_post"
    explained = j1.json("case", "explain", j1.number)
    assert explained["result"] == 40_000
    assert "1,400.00" in j1.run("case", "explain", j1.number).out

    j1.play("2025-03-18")
    assert j1.state() == "posted"
    assert j1.refused("TakeDown", "village", j1.number, photo=PHOTO, no_objection=True) == ["publicity-open"]
    notice = j1.letter("L06")
    assert all(said in notice for said in ("王大山", "3", "400", "2025年3月25日"))
    assert not any(said in notice for said in ("李秀梅", "王小明", "110199", "6222"))
    j1.play("2025-03-25")
    (early,) = j1.do(j1.line("Forward", "handler", j1.number), code=1)
    assert [(one["code"], one["params"]) for one in early["reasons"]] == [
        ("forward-too-early", {"until": "2025-03-25", "earliest": "2025-03-26"})
    ]

    j1.play("2025-03-26")
    assert j1.state() == "forwarded"
    assert j1.due("application/county") == "2025-04-10"
    j1.play("2025-04-02")
    assert j1.state() == "confirmed"
    assert j1.due("telling.1/tell") == "2025-04-08"
    certificate = j1.letter("L08")
    assert all(said in certificate for said in ("王大山", "400.00", "2025年5月", j1.number))
    j1.play("2025-04-07")
    assert j1.state("telling.1") == "served"
    assert j1.state("announcement") == "announced"

    j1.play("2025-04-08")
    assert j1.stats("2025-04")["households"] == 0
    j1.play("2025-05-08")
    may = j1.stats("2025-05")
    assert (may["new_households"], may["new_persons"]) == (1, 3)
    assert (may["reported_new_households"], may["reported_new_persons"]) == (1, 3)
    assert (may["households"], may["persons"], may["paid"]) == (1, 3, 40_000)

    j1.play("2025-10-08")
    assert j1.state("review.1") == "open"
    outcome = j1.play("2025-10-09")[-1]["data"]
    assert (outcome["outcome"], outcome["clear"], outcome["amount"]) == ("unchanged", False, 35_000)
    assert j1.state("review.1") == "concluded"
    j1.play("2026-03-05")
    assert j1.stats("2025-11")["paid"] == 40_000

    j1.play("2026-03-20")
    assert j1.state("change.1") == "proposed"
    assert "change.1/answer" not in [one["deadline"] for one in j1.show()["deadlines"]]
    stopped = j1.play("2026-03-24")[-1]["data"]
    assert (stopped["code"], stopped["from_month"], stopped["findings"]) == ("S06", "2026-04", [])
    assert j1.state("award") == "ended"
    j1.play("2026-03-25")
    assert j1.state("telling.2") == "served"
    j1.play("2026-04-08")
    april = j1.stats("2026-04")
    assert (april["households"], april["persons"], april["paid"]) == (0, 0, 0)
    assert (april["exits_households.S06"], april["exits_persons.S06"]) == (1, 3)

    paid = [j1.stats(month) for month in MONTHS]
    assert [month["paid"] for month in paid] == [40_000] * 11
    assert sum(month["paid"] for month in paid) == 440_000
    assert sum(month["person_times"] for month in paid) == 33
    assert {month["reported_exits_households"] for month in paid} == {0}
    assert j1.stats("2026-04")["paid_to_date"] == 120_000
    for month in ("2025-05", "2026-03", "2026-04"):
        assert j1.stats(month, T1) == j1.stats(month, COUNTY)
    assert receives(j1, "2025-04-30") == []
    assert receives(j1, "2025-05-01") == receives(j1, "2026-03-31") == [(j1.number, 3, 40_000)]
    assert receives(j1, "2026-04-01") == []
    assert j1.late() == []
    j1.tells_the_same()


def receives(j1: Life, day: str) -> list[tuple[str, int, int]]:
    rows = j1.json("register", "--division", COUNTY, "--as-of", day)["rows"]
    return [(row["case"], row["persons"], row["amount"]) for row in rows]


PHOTO = {"sha256": "cd" * 32, "type": "image/jpeg", "size": 1000}
