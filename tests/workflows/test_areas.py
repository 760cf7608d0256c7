"""A household that went between town and country: each month by the parameters of the area it was in then."""

from datetime import date
from typing import Any

import pytest

from domain.ids import DivisionCode, InstanceId, StreamId
from domain.office import ParameterSet
from domain.policy import Area
from tests.harness import COUNTY, T1, T2, TrialOffice, person
from tests.workflows.awards import income, living
from tests.workflows.moves import V21, staffed, two
from tests.workflows.test_difference import arrears, drawn
from tests.workflows.test_finding import MONTHS, decide, found, single, stopped
from tests.workflows.test_raising import request
from tests.workflows.test_ruled_amounts import amounts
from workflows.world import policy_stream

BOTH = (*MONTHS, "2025-11")


@pytest.fixture(autouse=True)
def _town(office: TrialOffice) -> None:
    office.set_policy(area="urban", standard=90_000)


def moved(office: TrialOffice, case: str, to: str = "urban", on: str = "2025-08-20") -> None:
    """Another area from the month after."""
    office.do("ChangeArea", "decider", case, on=on, area=to, words="撤村建居")


def set_by(division: DivisionCode, fen: int, area: Area | None = None) -> tuple[StreamId, ParameterSet]:
    day = date(2025, 1, 1)
    event = ParameterSet(
        on=day, division=division, programme="dibao", area=area, name="standard", value=fen, unit="yuan/month",
        since=day, document="镇里自定",
    )  # fmt: skip
    return policy_stream(division, "dibao"), event


def corrected(office: TrialOffice, case: str, on: str, fen: int, at: str = "") -> None:
    office.do("ReportChange", f"window{at}", case, on=on, kind="correction", happened=on)
    fact = next(key for key, one in office.case(case).facts.items() if one.kind == "income")
    right = income("m1", fen, "2024-09-01", "2025-02-28")
    office.do("CorrectFact", f"handler{at}", case, on=on, fact=fact, corrected=right)


def test_less_income_than_stated_makes_each_month_good_in_its_area(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS[:4])
    moved(office, case)
    drawn(office, "2025-09", area="urban")
    corrected(office, case, "2025-09-28", 59_400)
    assert office.refused("FindDifference", "county", case, on="2025-09-28") == ["nothing-over"]
    office.do("MakeGood", "decider", case, on="2025-09-28", reason="多记了工资")
    assert amounts(office, case, *MONTHS) == [*[50_100] * 4, 80_100, 80_100]


def test_a_concealed_wage_is_claimed_in_the_months_of_both_areas(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS[:4])
    moved(office, case)
    drawn(office, "2025-09", "2025-10", area="urban")
    found(office, case, since="2025-06-12", until=None)
    office.do("HearFinding", "county", case, on="2025-11-05", words="知道了")
    assert decide(office, case)["claimed"] == 4 * 8_000
    assert amounts(office, case, *MONTHS) == [50_000, 50_000, 42_000, 42_000, 72_000, 72_000]


def test_a_death_in_a_month_before_leaves_that_months_standard(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    case = living(office, members, [income("m1", 60_000, "2024-09-01", "2025-02-28")])
    drawn(office, *MONTHS[:3])
    moved(office, case, on="2025-07-20")
    office.do("RecordDeath", "handler", case, on="2025-07-22", member="m2", died="2025-06-20", source="V14")
    assert amounts(office, case, "2025-06", "2025-07", "2025-08") == [110_000, 50_000, 80_000]


def test_it_comes_back_to_where_it_was(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS[:2])
    moved(office, case, on="2025-06-20")
    drawn(office, "2025-07", area="urban")
    moved(office, case, "rural", on="2025-07-20")
    drawn(office, "2025-08")
    corrected(office, case, "2025-08-28", 59_400)
    office.do("MakeGood", "decider", case, on="2025-08-28", reason="多记了工资")
    assert amounts(office, case, *MONTHS[:5]) == [50_100, 50_100, 80_100, 50_100, 50_100]


def test_a_stop_taken_back_restores_each_month_in_its_area(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS[:4])
    moved(office, case)
    drawn(office, "2025-09", "2025-10", area="urban")
    stopped(office, case, "S05", "2025-07-10", "2025-11-03")
    decide(office, case, on="2025-11-04")
    assert amounts(office, case, "2025-08", "2025-10") == [0, 0]
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert amounts(office, case, *BOTH) == [*[50_000] * 4, *[80_000] * 3]
    assert office.case(case).findings[InstanceId("finding.1")].claim == 0


def test_a_case_goes_to_another_township_and_to_town(office: TrialOffice) -> None:
    """Each month by the standard of the township and the area that it was in."""
    office.write([set_by(T1, 66_000), set_by(T2, 93_000, "urban")])
    staffed(office)
    case = two(office)
    drawn(office, "2025-05", "2025-06", "2025-07")
    office.do("HandOver", "handler", case, on="2025-07-20", to=T2, moved_on="2025-07-18")
    office.do("ReceiveMove", "window-t2", case, on="2025-07-22", division=V21)
    moved(office, case, on="2025-07-22")
    assert amounts(office, case, "2025-05", "2025-07", "2025-08") == [82_000, 82_000, 136_000]
    corrected(office, case, "2025-07-28", 294_000, "-t2")
    office.do("MakeGood", "decider", case, on="2025-07-28", reason="多记了工资")
    assert amounts(office, case, *MONTHS[:4]) == [83_000, 83_000, 83_000, 137_000]


# raises


def rural(office: TrialOffice) -> None:
    office.set_policy(area="rural", since=date(2025, 7, 1), standard=65_000)


def to_town_in_september(office: TrialOffice) -> str:
    case = single(office)
    drawn(office, *MONTHS[:4])
    moved(office, case)
    drawn(office, "2025-09", area="urban")
    office.clock("2025-09-20")
    return case


def run(office: TrialOffice, **more: Any) -> dict[str, Any]:
    return office.do("Raise", "county", division=COUNTY, from_month="2025-07", **more).data


@pytest.mark.parametrize("area", ["rural", None])
def test_a_raise_of_the_country_raises_the_months_there_and_no_others(office: TrialOffice, area: Any) -> None:
    case = to_town_in_september(office)
    (one,) = office.doudi.raising.preview(request("2025-07", area="rural"), 65_000).rises
    assert (one.area, one.before, one.amount) == ("rural", 50_000, 55_000)
    assert [(owed.month, owed.more) for owed in one.months] == [("2025-07", 5_000), ("2025-08", 5_000)]
    rural(office)
    counts = run(office, **({"area": area} if area else {}))
    assert (counts["raised"], counts["arrears_months"], counts["unchanged"]) == (1, 2, 0)
    assert amounts(office, case, *MONTHS) == [50_000, 50_000, 55_000, 55_000, 80_000, 80_000]
    assert arrears(drawn(office, "2025-10", area="urban")) == (2, 0, 10_000)


def test_a_raise_looked_at_for_both_areas_names_a_household_once(office: TrialOffice) -> None:
    to_town_in_september(office)
    (one,) = office.doudi.raising.preview(request("2025-07"), 95_000).rises
    assert [(owed.month, owed.more) for owed in one.months] == [
        ("2025-07", 35_000), ("2025-08", 35_000), ("2025-09", 5_000), ("2025-10", 5_000),
    ]  # fmt: skip


def test_a_raise_of_a_month_after_it_left_an_area_is_none_of_its_own(office: TrialOffice) -> None:
    """A month that nobody drew keeps it among those whom a list of the country may have."""
    case = single(office)
    drawn(office, *MONTHS[:3])
    moved(office, case)
    office.clock("2025-09-20")
    office.set_policy(area="rural", since=date(2025, 9, 1), standard=65_000)
    counts = office.do("Raise", "county", division=COUNTY, from_month="2025-09", area="rural").data
    assert (counts["raised"], counts["unchanged"], counts["not_raised"]) == (0, 0, [])
    assert amounts(office, case, "2025-08", "2025-09") == [50_000, 80_000]
