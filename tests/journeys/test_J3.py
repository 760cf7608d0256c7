"""J3, an objection not upheld: a mother and two minors; wage 900.00; 1,800.00 − 900.00 = 900.00; later a marriage."""

from collections.abc import Callable

from tests.harness import COUNTY, V1
from tests.journeys.lives import Life

MONTHS = ["2025-10", "2025-11", "2025-12", *(f"2026-{month:02d}" for month in range(1, 7))]
MEETING = {"participants": 12, "signed": 12, "chair": "handler", "outcome": "true"}


def test_J3(life: Callable[[str], Life]) -> None:
    j3 = life("J3")

    j3.play("2025-08-04")
    assert j3.state() == "accepted"
    assert j3.due("application/whole") == "2025-09-15"
    j3.play("2025-08-13")
    assert (j3.state("survey"), j3.state("verification.1")) == ("visited", "reported")

    j3.play("2025-08-14")
    assert j3.json("case", "explain", j3.number)["result"] == 90_000
    j3.play("2025-08-15")
    notice = j3.letter("L06")
    assert all(said in notice for said in ("赵春花", "家庭人口：3", "900", "2025年8月22日"))
    assert not any(said in notice for said in ("孙小亮", "孙小红", "儿", "子女"))
    (shown,) = j3.json("notices", "--division", V1)["rows"]
    assert "孙" not in str(shown)

    j3.play("2025-08-20")
    assert j3.due("application/whole") == "2025-10-11"
    assert j3.state("objection.1") == "open"
    j3.play("2025-08-22")
    j3.clock("2025-08-25")
    assert j3.is_refused("Forward", "handler") == ["objection-open"]
    assert j3.is_refused("SettleObjection", "leader", outcome="rejected") == ["not-looked-into"]
    assert j3.is_refused("HoldDemocraticReview", "handler", delegates=7, **MEETING) == ["delegates-few"]
    j3.play("2025-08-27")
    assert j3.state("objection.1") == "settled"

    j3.play("2025-08-28")
    assert j3.state() == "ready"
    j3.play("2025-08-29")
    assert j3.kinds(j3.number).count("Posted") == 1
    assert j3.due("application/county") == "2025-09-12"
    j3.play("2025-09-08")
    assert (j3.due("telling.1/tell"), j3.due("telling.2/tell")) == ("2025-09-11", "2025-09-11")
    j3.play("2025-09-09")
    assert (j3.state("telling.1"), j3.state("telling.2")) == ("served", "served")
    assert "2025年10月" in j3.letter("L08")

    j3.play("2026-05-08")
    assert j3.stats("2025-09")["households"] == 0
    assert j3.stats("2025-10")["reported_new_persons"] == 3
    j3.play("2026-05-28")
    j3.play("2026-05-29")
    j3.clock("2026-06-04")
    assert j3.is_refused("ProposeChange", "county", effect="stop", code="S17") == ["not-heard"]
    j3.play("2026-06-05")
    decided = j3.play("2026-06-10")[-1]["data"]
    assert (decided["code"], decided["from_month"], decided["findings"]) == ("S17", "2026-07", [])
    assert j3.due("telling.3/tell") == "2026-06-15"
    explained = j3.run("case", "explain", j3.number).out
    assert all(said in explained for said in ("4,100.00", "2,400.00"))

    j3.play("2026-07-08")
    paid = [j3.stats(month) for month in MONTHS]
    assert [month["paid"] for month in paid] == [90_000] * 9
    assert sum(month["paid"] for month in paid) == 810_000
    assert sum(month["person_times"] for month in paid) == 27
    assert sum(month["corrections"] for month in paid) == 0
    july = j3.stats("2026-07")
    assert (july["households"], july["exits_households.S17"], july["exits_persons.S17"]) == (0, 1, 3)
    assert j3.json("register", "--division", COUNTY, "--as-of", "2026-07-01")["rows"] == []
    assert j3.late() == []
    j3.tells_the_same()
