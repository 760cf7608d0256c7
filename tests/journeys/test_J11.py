"""J11, a wage hidden for two years: 900.00 paid; due 400.00 for four months, then nothing: 17,300.00 in 21 lines."""

from collections.abc import Callable

from tests.journeys.lives import Life

FIRST = ["2023-10", "2023-11", "2023-12", "2024-01"]
THEN = [f"2024-{month:02d}" for month in range(2, 13)] + [f"2025-{month:02d}" for month in range(1, 7)]


def test_J11(life: Callable[[str], Life]) -> None:
    j11 = life("J11")
    j11.play("2025-06-05")
    assert j11.stats("2023-06")["paid"] == j11.stats("2025-06")["paid"] == 90_000

    j11.play("2025-06-16")
    assert j11.json("case", "late", j11.number)["rows"] == []
    j11.play("2025-06-19")
    rows = j11.json("case", "late", j11.number)["rows"]
    assert [(row["month"], row["old"], row["new"]) for row in rows if row["drawn"]] == [
        *((month, 90_000, 40_000) for month in FIRST),
        *((month, 90_000, 0) for month in THEN),
    ]
    assert len([row for row in rows if row["drawn"]]) == 21
    assert {row["code"] for row in rows} == {"D03", "S01"}
    assert all(row["explanation"]["result"] == row["new"] for row in rows)
    assert j11.state("award") == "living"

    j11.play("2025-06-26")
    assert j11.due("change.1/answer") is None
    decided = j11.play("2025-07-02")
    change, finding = decided[-2]["data"], decided[-1]["data"]
    assert (change["code"], change["from_month"], change["over"]) == ("S13", "2025-07", 1_730_000)
    assert (len(finding["lines"]), finding["over"], finding["claimed"]) == (21, 1_730_000, 1_730_000)
    assert len(finding["plan"]) == 22
    assert j11.due("telling.3/tell") == j11.due("telling.4/tell") == "2025-07-07"

    j11.play("2025-07-03")
    order = j11.letter("L18")
    assert all(said in order for said in ("17,300.00", "2023年10月", "2025年6月", "行政复议"))
    j11.play("2025-07-08")
    july = j11.stats("2025-07")
    assert (july["households"], july["paid"]) == (0, 0)
    assert (july["corrections"], july["correction_person_times"]) == (-1_730_000, -34)
    assert july["recovered"] == 0
    assert [j11.stats(month)["paid"] for month in (*FIRST, *THEN)] == [90_000] * 21

    j11.play("2025-07-31")
    assert j11.stats("2025-07")["recovered"] == 500_000
    assert j11.due("finding.1/instalment") == "2025-08-28"
    j11.play("2027-03-28")
    (found,) = j11.json("case", "findings", j11.number)["rows"]
    assert (found["repaid"], found["open"], found["state"]) == (1_700_000, 30_000, "recovering")
    j11.play("2027-04-28")
    (found,) = j11.json("case", "findings", j11.number)["rows"]
    assert (found["repaid"], found["open"], found["state"]) == (1_730_000, 0, "settled")
    assert j11.stats("2027-04")["recovered"] == 30_000
    j11.tells_the_same()
