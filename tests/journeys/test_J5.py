"""J5, an undeclared flat: a couple, income 500.00, one old house declared; refused on property."""

from collections.abc import Callable

import pytest

from tests.journeys.lives import Life


def test_J5(life: Callable[[str], Life]) -> None:
    j5 = life("J5")

    j5.play("2025-06-09")
    assert j5.due("application/whole") == "2025-07-21"
    j5.play("2025-06-11")
    j5.play("2025-06-18")
    assert j5.is_refused("GiveOpinion", "handler", favourable=False, grounds=["R02"]) == [
        "hits-untold",
        "not-assessed",
    ]
    j5.play("2025-06-19")
    assert "不动产登记" in j5.letter("L04")
    j5.play("2025-06-23")
    assert j5.state("verification.1") == "asked"
    j5.play("2025-06-27")
    assert j5.state("verification.1") == "reported"

    j5.play("2025-06-30")
    assert j5.state() == "forwarded"
    assert j5.due("application/county") == "2025-07-14"
    assert "Posted" not in j5.kinds(j5.number)
    explained = j5.json("case", "explain", j5.number)
    assert (explained["eligible"], explained["grounds"], explained["result"]) == (False, ["R02"], 0)
    assert "700.00" in j5.run("case", "explain", j5.number).out

    j5.play("2025-07-07")
    assert j5.state() == "refused"
    assert j5.due("telling.1/tell") == "2025-07-10"
    j5.play("2025-07-08")
    letter = j5.letter("L09")
    assert "吴长河" in letter
    assert "财产" in letter
    j5.play("2025-08-20")
    assert j5.state("appeal.1") == "filed"
    j5.play("2025-10-15")
    assert (j5.state("appeal.1"), j5.state()) == ("decided", "refused")
    assert {"AwardBegan", "MonthDrawn"}.isdisjoint(j5.kinds(j5.number))
    j5.pay("2025-08")
    assert j5.stats("2025-08")["households"] == 0
    assert j5.late() == []
    j5.tells_the_same()


@pytest.mark.parametrize(("day", "refused"), [("2025-09-06", []), ("2025-09-07", ["appeal-late"])])
def test_J5_may_be_appealed_for_sixty_days_from_service(
    life: Callable[[str], Life], day: str, refused: list[str]
) -> None:
    j5 = life("J5")
    j5.play("2025-07-08")
    j5.clock(day)
    (answer,) = j5.do(
        j5.line("FileAppeal", "county", j5.number, kind="reconsideration"), code=1 if refused else 0
    )
    assert [reason["code"] for reason in answer.get("reasons", ())] == refused
