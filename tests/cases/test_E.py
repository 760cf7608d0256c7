"""E1–E5, E7–E11: published sums and offices' practice, each through a case from the window to its explanation."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.days import add_months
from tests.cases.stories import Line, Story, income, member, nothing
from tests.harness import COUNTY
from tests.journeys.lives import Outside

ADULTS = [("1980-05-01", "02"), ("1982-05-01", "12"), ("1984-05-01", "97")]


def parameter(office: Outside, name: str, value: Any, since: str = "2020-01-01", **more: Any) -> Line:
    data = {
        "division": COUNTY,
        "name": name,
        "value": value,
        "since": since,
        "document": "E",
        "area": "rural",
    }
    return office.line("SetParameter", "admin", **{**data, **more})


def household(number: int, minors: int = 0) -> list[Line]:
    born = [*ADULTS[: number - minors], *[("2015-05-01", "20")] * minors]
    return [
        member(f"m{place}", f"周{'甲乙丙'[place - 1]}", day, 10 + place, kin)
        for place, (day, kin) in enumerate(born, 1)
    ]


def six_months(yuan: str, who: str = "m1", code: str = "W1") -> Line:
    """So many yuan a month over the period of an application of March 2025."""
    whole = income(who, yuan, "2024-09-01", "2025-02-28", code)
    return {**whole, "amount": whole["amount"] * 6}


def ground(code: str, who: str, kind: str = "category") -> Line:
    return {"kind": kind, "code": code, "member": who, "since": "2024-01-01", "source": "certificate"}


Case = Callable[..., tuple[str, Line]]


@pytest.fixture
def case(office: Outside, door: str) -> Case:
    """Plays a household's application to its decision; the number and its explanation as json."""

    def play(
        members: list[Line], facts: list[Line], stage: str = "Confirm", **rules: Any
    ) -> tuple[str, Line]:
        office.do(*(parameter(office, name, value) for name, value in rules.items()))
        declared = {fact.get("member") for fact in facts if fact["kind"] == "income"}
        none = [nothing(one["key"]) for one in members if one["key"] not in declared]
        number = Story(office, "e", members, [*facts, *none], door=door).to(stage)
        return number, office.json("case", "explain", number)

    return play


def test_E1(case: Case) -> None:
    _, told = case(household(3, minors=1), [six_months("2100")], standard="1100.00", uplift_minor="440.00")
    assert told["result"] == 164_000


@pytest.mark.parametrize(
    ("total", "standard", "due"), [("700", "500.00", 80_000), ("1000", "600.00", 80_000)], ids=["E2", "E3"]
)
def test_E2_E3(case: Case, total: str, standard: str, due: int) -> None:
    _, told = case(household(3), [six_months(total)], standard=standard)
    assert told["result"] == due


def test_E4(case: Case) -> None:
    _, told = case(household(3), [six_months("1894")], standard="632.00", rounding_direction="up")
    assert told["result"] == 200


def test_E5(case: Case, office: Outside) -> None:
    facts = [six_months("951"), ground("C01", "m1"), ground("C05", "m2")]
    number, told = case(household(2), facts, standard="632.00", uplift_C01="104.00", uplift_C05="104.00")
    assert told["result"] == 52_100
    shares = office.case(number).award.at("2025-05").shares  # type: ignore
    assert sum(shares.values()) == 52_100


def test_E7(case: Case) -> None:
    facts = [six_months("1123"), ground("C01", "m1"), ground("C04", "m1"), ground("C05", "m1")]
    facts += [ground("4-2", "m1", "disability"), ground("4-1", "m2", "disability")]
    rules = dict.fromkeys(("uplift_C01", "uplift_C04", "uplift_C05"), "104.00")
    _, told = case(household(2), facts, standard="632.00", **rules)
    assert told["result"] == 34_900
    added = [line["member"] for line in told["lines"] if line["section"] == "amount" and line.get("member")]
    assert sorted(added) == ["m1", "m2"]


def test_E8(case: Case, office: Outside) -> None:
    year = {**income("m1", "640.03", "2024-03-01", "2025-02-28")}
    number, told = case(household(1), [year], income_months=12)
    (counted,) = [line["amount"] for line in told["lines"] if line["text"] == "income-total"]
    assert counted == {"n": 64_003, "d": 12}
    assert told["facts"][0]["amount"] == 64_003
    text = office.run("case", "explain", number).out
    assert "640.03" in text
    assert "53.33 7/12" in text


def test_E9(office: Outside, door: str) -> None:
    office.do(
        parameter(office, "single_amount", "282.00", "2025-01-01"),
        parameter(office, "single_amount", "313.00", "2025-04-01"),
    )
    amounts = {}
    for name, accepted, month in (("march", "2025-01-20", "2025-03"), ("april", "2025-02-24", "2025-04")):
        start = add_months(date.fromisoformat(accepted).replace(day=1), -6).isoformat()
        wage = income("m2", "9000", start, accepted[:8] + "01")
        serial = 11 if name == "march" else 21
        members = [
            member("m1", "周甲", "1980-05-01", serial),
            member("m2", "周乙", "1955-05-01", serial + 1, "51"),
        ]
        facts = [ground("6-3", "m1", "disability"), wage, nothing("m1")]
        number = Story(office, name, members, facts, accepted=accepted, door=door, single_person=True).whole()
        amounts[month] = office.json("case", "explain", number)["result"]
    assert amounts == {"2025-03": 28_200, "2025-04": 31_300}


def test_E10(case: Case, office: Outside, door: str) -> None:
    story = Story(office, "e10", household(2), [six_months("1200"), nothing("m2")], door=door)
    number = story.to("Assess")
    told = office.json("case", "explain", number)
    assert (told["eligible"], told["grounds"], told["result"]) == (False, ["R01"], 0)
    favourable = office.say(office.line("GiveOpinion", "handler", number, favourable=True), door)
    assert favourable["status"] == "refused"
    said = office.say(office.line("GiveOpinion", "handler", number, favourable=False, grounds=["R01"]), door)
    assert said["status"] == "done"
    office.tell("ConfirmOpinion", "leader", number)
    office.tell("TellOpinion", "handler", number)
    office.tell("Forward", "handler", number)
    office.tell("SignHand", "chief", number)
    words = "收入不低于标准"
    refused = office.say(office.line("Refuse", "decider", number, grounds=["R01"], words=words), door)
    assert refused["status"] == "done"
    assert {"Posted", "AwardBegan"}.isdisjoint(office.kinds(number))


def test_E10_a_fen_below_is_below(case: Case) -> None:
    wage = six_months("1200")
    _, told = case(
        household(2), [{**wage, "amount": wage["amount"] - 6}], rounding_unit="0.01", minimum_payable="0.01"
    )
    assert (told["eligible"], told["result"]) == (True, 1)


def test_E11(office: Outside, door: str) -> None:
    ends = parameter(office, "standard", "600.00", "2020-01-01", until="2025-12-31")
    begins = parameter(office, "standard", "650.00", "2026-04-01")
    office.do(ends, begins)
    story = Story(office, "gap", household(1), [nothing("m1")], accepted="2026-01-04", door=door)
    story.todo = [line for line in story.todo if line["type"] != "Assess"]
    number = story.to("IssueReport")
    office.clock("2026-01-20")
    answer = office.say(office.line("Assess", "handler", number), door)
    (reason,) = answer["reasons"]
    assert answer["status"] == "refused"
    assert all(day in reason["message"] for day in ("2025-12-31", "2026-04-01"))
    assert "Assessed" not in office.kinds(number)
    office.clock("2026-03-20")
    office.tell("StateFacts", "handler", number, facts=[nothing("m1", "2026-01-01")])
    assert office.tell("Assess", "handler", number)["data"]["amount"] == 65_000
