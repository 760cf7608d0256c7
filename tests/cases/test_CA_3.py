"""CA-3: one rounding, at the end, and a line for it."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cases.stories import Story, income, member, nothing
from tests.harness import COUNTY
from tests.journeys.lives import Line, Outside

THREE = [
    member("m1", "周一", "1980-05-01", 11),
    member("m2", "周二", "1982-05-01", 12, "12"),
    member("m3", "周三", "2012-05-01", 13, "20"),
]


def parameter(office: Outside, name: str, value: object, **more: object) -> Line:
    data = {"division": COUNTY, "name": name, "value": value, "since": "2020-01-01", "document": "CA-3"}
    return office.line("SetParameter", "admin", **{**data, "area": "rural", **more})


def amounts(told: Line, section: str = "amount") -> list[tuple[str, str, Fraction]]:
    return [
        (line["text"], line["op"], Fraction(line["amount"]["n"], line["amount"].get("d", 1)))
        for line in told["lines"]
        if line["section"] == section and "amount" in line and line["op"] != "note"
    ]


def adds_up(told: Line) -> None:
    """The lines of the amount run up to what is paid."""
    running, last = Fraction(0), None
    for _, op, amount in amounts(told):
        if op == "=":
            assert amount == running
            last = amount
        else:
            running += amount if op == "+" else -amount
    assert last == told["result"]


def facts(fen: int) -> list[Line]:
    wage = {**income("m1", "0", "2024-09-01", "2025-02-28"), "amount": fen}
    return [wage, nothing("m2"), nothing("m3")]


def test_CA_3(office: Outside, door: str) -> None:
    assert office.say(parameter(office, "standard", "633.90"))["status"] == "done"
    one = Story(office, "rounding", THREE, facts(600_000), door=door)
    number = one.whole()
    told = office.json("case", "explain", number)
    assert told["result"] == 90_100
    assert ("rounding", "-", Fraction(70)) in amounts(told)
    adds_up(told)
    text = office.run("--lang", "zh", "case", "explain", number).out
    assert all(said in text for said in ("901.70", "−0.70", "901.00"))
    assert sum(office.case(number).award.at("2025-05").shares.values()) == 90_100  # type: ignore


@pytest.mark.parametrize(
    ("direction", "unit", "paid"),
    [("down", "1.00", 90_100), ("up", "1.00", 90_200), ("down", "0.01", 90_170)],
)
def test_CA_3_direction_and_unit_are_parameters(
    office: Outside, direction: str, unit: str, paid: int
) -> None:
    office.do(
        parameter(office, "standard", "633.90"),
        parameter(office, "rounding_direction", direction, area=None),
        parameter(office, "rounding_unit", unit, area=None),
    )
    one = Story(office, "rounding", THREE, facts(600_000))
    one.to("ConfirmOpinion")
    assert one.said["amount"] == paid


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(standard=st.integers(50_000, 90_000), income_of_six=st.integers(0, 800_000))
def test_CA_3_whatever_the_sums(office: Outside, standard: int, income_of_six: int) -> None:
    """The exact gap, rounded down once: never a head's share first, never the income."""
    head = office.head()
    office.do(parameter(office, "standard", f"{standard // 100}.{standard % 100:02d}"))
    one = Story(office, f"any-{head}", THREE, facts(income_of_six))
    number = one.to("Assess")
    gap = 3 * standard - Fraction(income_of_six, 6)
    due = int(gap // 100 * 100)
    assert one.said["amount"] == due
    told = office.json("case", "explain", number)
    adds_up(told)
    assert sum(amount for text, _, amount in amounts(told) if text == "rounding") == gap - due
    office.tell("Withdraw", "window", number)
