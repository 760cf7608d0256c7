"""CA-7: what is not counted is a line with its reason; a bank's total is reconciled to the fen and never added."""

import pytest

from tests.cases.stories import Line, Story, income, member, nothing
from tests.harness import COUNTY
from tests.journeys.lives import Outside

TWO = [member("m1", "周一", "1980-05-01", 11), member("m2", "周二", "1982-05-01", 12, "12")]
RECEIVED = {"X5": ["7200", "2000"], "X9": ["3500"], "X8": ["1500"]}


def facts(since: str, until: str, total: str = "14200") -> list[Line]:
    span = (since, until)
    received = [
        income("m1", yuan, *span, code=code, source="V09", item=item)
        for code, sums in RECEIVED.items()
        for item, yuan in enumerate(sums, 1)
    ]
    statement = {**income("m1", total, *span, code="transfers_in", source="V09"), "kind": "statement"}
    return [income("m1", "6000", *span), *received, statement, nothing("m2", since)]


@pytest.fixture
def year(office: Outside) -> Outside:
    """Income counts over twelve months."""
    data = {"division": COUNTY, "name": "income_months", "value": 12, "since": "2020-01-01"}
    office.tell("SetParameter", "admin", **data, document="CA-7")
    return office


def excluded(told: Line) -> list[tuple[str, int]]:
    return sorted(
        (line["text"], line["amount"]["n"] // line["amount"].get("d", 1) * 12)
        for line in told["lines"]
        if line["rule"] == "means.income.excluded"
    )


def counted(told: Line) -> Line:
    (amount,) = [line["amount"] for line in told["lines"] if line["text"] == "income-total"]
    return dict(amount)


def reconciled(told: Line) -> list[tuple[str, Line]]:
    return [
        (line["text"], line["params"]) for line in told["lines"] if line["rule"] == "means.income.statement"
    ]


def test_CA_7(year: Outside, door: str) -> None:
    one = Story(year, "own", TWO, facts("2024-03-01", "2025-02-28"), door=door)
    number = one.whole()
    assert one.said["amount"] == 70_000

    year.clock("2026-04-09")
    year.run("tick", "--until", "2026-04-09")
    year.tell(
        "VisitForReview",
        "surveyor",
        number,
        surveyors=["surveyor", "surveyor2"],
        result="true",
        present=["m1"],
    )
    year.tell("StateFacts", "handler", number, facts=facts("2025-04-01", "2026-03-31"))
    concluded = year.say(year.line("ConcludeReview", "handler", number), door)
    assert (concluded["data"]["outcome"], concluded["data"]["amount"]) == ("unchanged", 70_000)

    told = year.json("case", "explain", number)
    assert (told["result"], counted(told)) == (70_000, {"n": 50_000})
    assert [text for text, _ in excluded(told)] == [
        "excluded.X5",
        "excluded.X5",
        "excluded.X8",
        "excluded.X9",
    ]
    assert reconciled(told)[-1] == (
        "statement-agrees",
        {"total": 1_420_000, "explained": 1_420_000, "left": 0},
    )
    text = year.run("--lang", "zh", "case", "explain", number).out
    assert "14,200.00" in text
    assert "政府救助款物" in text


@pytest.mark.parametrize(("total", "left"), [("14200.01", 1), ("14199.99", -1), ("20000", 580_000)])
def test_CA_7_a_total_that_does_not_agree_is_said_and_not_added(year: Outside, total: str, left: int) -> None:
    one = Story(year, "differs", TWO, facts("2024-03-01", "2025-02-28", total))
    number = one.to("ConfirmOpinion")
    assert one.said["amount"] == 70_000
    ((text, params),) = reconciled(year.json("case", "explain", number))
    assert (text, params["left"]) == ("statement-differs", left)
