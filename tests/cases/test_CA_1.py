"""CA-1: income counts by the month it was earned: seven paydays in six months are six wages."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.days import add_months
from tests.cases.stories import Story, income, member, nothing
from tests.journeys.lives import Line, Outside

SPANS = [
    ("2024-09-01", "2024-09-30", "2024-10-01"),
    ("2024-10-01", "2024-10-31", "2024-10-31"),
    ("2024-11-01", "2024-11-30", "2024-11-29"),
    ("2024-12-01", "2024-12-31", "2024-12-31"),
    ("2025-01-01", "2025-01-31", "2025-01-27"),
    ("2025-02-01", "2025-02-28", "2025-02-28"),
    ("2025-03-01", "2025-03-31", "2025-03-31"),
]
THREE = [
    member("m1", "周一", "1980-05-01", 11),
    member("m2", "周二", "1982-05-01", 12, "12"),
    member("m3", "周三", "2012-05-01", 13, "20"),
]


def story(office: Outside, name: str, wages: list[Line], door: str = "do") -> Story:
    facts = [*wages, nothing("m2"), nothing("m3")]
    return Story(office, name, THREE, facts, accepted="2025-04-01", assessed="2025-04-10", door=door)


def test_CA_1(office: Outside, door: str) -> None:
    wages = [income("m1", "1300", since, until, received=paid) for since, until, paid in SPANS]
    one = story(office, "wages", wages, door)
    number = one.to("ConfirmOpinion")
    assert one.said["amount"] == 50_000
    told = office.json("case", "explain", number)
    assert told["decided_on"] == "2025-04-10"
    assert [(each["since"], each["until"], each["received"]) for each in told["facts"]] == SPANS
    lines = [line for line in told["lines"] if line["section"] == "income"]
    (counted,) = [line["amount"] for line in lines if line["text"] == "income-total"]
    assert counted == {"n": 130_000}
    outside = [line["facts"] for line in lines if line["text"] == "outside-period"]
    assert outside == [["f1"]]
    text = office.run("--lang", "zh", "case", "explain", number).out
    for since, until, paid in SPANS:
        assert all(day in text for day in (since, until, paid))
    assert "1,300.00" in text


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), fen=st.integers(1, 250_000))
def test_CA_1_whatever_the_payday(office: Outside, data: st.DataObject, fen: int) -> None:
    """Paydays move the receipt of a wage, never the month it counts in."""
    edges = [add_months(date(2024, 8, 1), months) for months in range(9)]
    wages = []
    for first, after in pairwise(edges):
        received = data.draw(st.dates(date(2024, 8, 1), date(2025, 4, 9)))
        last = date.fromordinal(after.toordinal() - 1)
        wages.append(
            {
                **income("m1", "0", first.isoformat(), last.isoformat(), received=received.isoformat()),
                "amount": fen,
            }
        )
    head = office.head()
    one = story(office, f"wages-{head}", data.draw(st.permutations(wages)))
    number = one.to("Assess")
    told = office.json("case", "explain", number)
    (counted,) = [line["amount"] for line in told["lines"] if line["text"] == "income-total"]
    assert counted == {"n": fen}
    office.tell("Withdraw", "window", number)


@pytest.mark.parametrize(
    ("accepted", "period"),
    [
        ("2025-03-31", ("2024-09", "2025-02")),
        ("2025-04-01", ("2024-10", "2025-03")),
        ("2025-04-30", ("2024-10", "2025-03")),
    ],
)
def test_CA_1_the_period_is_the_whole_months_before(
    office: Outside, accepted: str, period: tuple[str, str]
) -> None:
    wages = [income("m1", "600", since, until, received=paid) for since, until, paid in SPANS]
    one = Story(office, "period", THREE, [*wages, nothing("m2"), nothing("m3")], accepted=accepted)
    number = one.to("ConfirmOpinion")
    told = office.json("case", "explain", number)
    counted = {line["facts"][0] for line in told["lines"] if line["text"] == "wage"}
    months = sorted(each["since"][:7] for each in told["facts"] if each["key"] in counted)
    assert (months[0], months[-1], len(months)) == (*period, 6)
