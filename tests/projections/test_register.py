"""Who receives on a day, as the cases' own states have it."""

from datetime import date
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings

from domain.case.award import HeadChanged, HoldEnded, HoldSet
from domain.case.move import DivisionFollowed
from domain.days import Month, first_day
from domain.ids import DivisionCode, InstanceId, MemberKey, StreamId
from domain.person import NumberAdded, PersonCorrected
from domain.personal import Name, Number
from projections.base import Row
from projections.register import SEGMENT, as_of, summary
from tests.projections.county import COUNTY, V1, V2, V3, County
from tests.projections.test_statistics import MONTHS, lives

T1 = DivisionCode("110199001")


def found(
    county: County, day: str, division: DivisionCode = COUNTY, area: str | None = None
) -> dict[str, Row]:
    rows = as_of(county.register, division, date.fromisoformat(day), area)
    return {row["case_no"]: row for row in rows}


def counts(county: County, day: str) -> dict[str, int]:
    return summary(list(found(county, day).values()))


def test_a_household_is_in_from_its_first_month_to_its_last() -> None:
    county = County()
    county.award("a", "2025-05", persons=2)
    county.stop("a", "2025-07")
    assert [
        day for day in ("2025-04-30", "2025-05-01", "2025-06-30", "2025-07-01") if found(county, day)
    ] == [
        "2025-05-01",
        "2025-06-30",
    ]
    assert found(county, "2025-06-01")["a"]["end_code"] == "S01"


def test_an_application_without_award_is_not_in() -> None:
    county = County()
    county.enter("a")
    assert found(county, "2025-05-01") == {}


def test_an_award_of_nothing_payable_is_in() -> None:
    county = County()
    county.begin(county.enter("a"), "2025-05", each=0)
    assert found(county, "2025-05-01")["a"]["amount"] == 0


def test_a_later_decision_for_the_same_month_replaces_the_earlier() -> None:
    county = County()
    county.award("a", "2025-05", persons=2)
    county.change("a", "2025-08", "I01", 40000)
    county.change("a", "2025-07", "D03", 20000)
    row = found(county, "2025-09-01")["a"]
    assert (row["amount"], row["from_month"], row["until_month"]) == (40000, "2025-07", None)
    assert found(county, "2025-06-30")["a"]["amount"] == 60000


def test_a_change_within_a_gradual_exit_keeps_its_end() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.ease_out("a", "2025-03", until="2025-05")
    county.change("a", "2025-04", "D02", 5000, "m1")
    assert found(county, "2025-05-31")["a"]["amount"] == 5000
    assert found(county, "2025-06-01") == {}


def test_a_restored_award_goes_on_with_its_history() -> None:
    county = County()
    county.award("a", "2025-01")
    county.stop("a", "2025-03")
    county.begin("a", "2025-03", cause="restored")
    assert found(county, "2025-02-01")["a"]["amount"] == found(county, "2025-03-01")["a"]["amount"] == 30000
    assert found(county, "2025-02-01")["a"]["end_code"] is None


def test_a_restored_gradual_exit_goes_on_to_its_end() -> None:
    county = County()
    county.award("a", "2025-01")
    county.ease_out("a", "2025-03", until="2025-08")
    county.stop("a", "2025-05")
    county.ease_out_again("a", "2025-05", until="2025-08")
    county.change("a", "2025-07", "I01", 31000)
    rows = [found(county, f"2025-{month:02d}-01").get("a", {}) for month in range(4, 10)]
    assert [row.get("gradual") for row in rows] == [True] * 5 + [None]
    assert rows[-2]["end_code"] == "S04"


def test_an_award_begun_again_after_a_gap_leaves_the_earlier_one_standing() -> None:
    county = County()
    county.award("a", "2025-01")
    county.stop("a", "2025-03")
    county.begin("a", "2025-05", each=35000, cause="restored")
    days = [f"2025-{month:02d}-01" for month in range(1, 7)]
    assert [found(county, day).get("a", {}).get("amount") for day in days] == [
        *(30000, 30000, None, None, 35000, 35000)
    ]


def test_an_area_change_works_from_its_month() -> None:
    county = County()
    county.award("a", "2025-01")
    county.area("a", "2025-03", "urban")
    county.change("a", "2025-04", "I01", 31000)
    assert {day: found(county, f"2025-{day}-01")["a"]["area"] for day in ("02", "03", "04")} == {
        "02": "rural",
        "03": "urban",
        "04": "urban",
    }
    assert found(county, "2025-02-01", area="urban") == {}


def test_the_head_is_that_of_the_day() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.to("a", HeadChanged(on=date(2025, 3, 10), head=MemberKey("m2")))
    heads = {day: found(county, day)["a"]["head"]["member"] for day in ("2025-03-09", "2025-03-10")}
    assert heads == {"2025-03-09": "m1", "2025-03-10": "m2"}


def test_a_corrected_name_and_an_added_number_are_those_of_the_person() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.add(StreamId("person:a-m1"), PersonCorrected(on=date(2025, 2, 1), name=Name("a-m1", "章三")))
    county.add(StreamId("person:a-m2"), NumberAdded(on=date(2025, 2, 1), number=Number("a-m2", "1" * 18)))
    row = found(county, "2025-02-01")["a"]
    assert row["head"]["name"].text == "章三"
    assert [one["number"] for one in row["members"]] == [None, Number("a-m2", "1" * 18)]
    assert county.register.get("register_case", ("a",))["head_name"].text == "章三"  # type: ignore[index]


def test_a_hold_is_shown_while_it_lasts() -> None:
    county = County()
    county.award("a", "2025-01")
    hold = InstanceId("hold.1")
    county.to("a", HoldSet(on=date(2025, 2, 5), hold=hold, ground="lost", until=date(2025, 4, 5)))
    assert not found(county, "2025-02-04")["a"]["held"]
    assert found(county, "2025-02-05")["a"]["held"]
    county.to("a", HoldEnded(on=date(2025, 3, 1), hold=hold))
    assert not found(county, "2025-02-05")["a"]["held"]


def test_a_division_shows_all_below_it() -> None:
    county = County()
    county.award("a", "2025-01", division=V1)
    county.award("b", "2025-01", division=V3)
    assert list(found(county, "2025-01-01", T1)) == ["a"]
    assert list(found(county, "2025-01-01")) == ["a", "b"]


def test_cl_5_elderly_are_counted_as_of_the_day() -> None:
    """CL-5: born 1955-07-01, -16, -31: one is 70 on the 15th, two on the 16th, three on the 31st."""
    county = County()
    for case, born in (("a", "1955-07-01"), ("b", "1955-07-16"), ("c", "1955-07-31")):
        county.award(case, "2025-07", born=born)
    days = ("2025-07-15", "2025-07-16", "2025-07-31")
    assert [counts(county, day)["elderly_70"] for day in days] == [1, 2, 3]
    assert [counts(county, day)["elderly"] for day in days] == [3, 3, 3]


def test_only_who_is_covered_is_counted() -> None:
    county = County()
    county.enter("a", persons=3)
    county.facts("a", ("disability", "4-2", "m2"), ("disability", "6-3", "m3"), ("category", "C11", "m1"))
    county.begin("a", "2025-01", covered=("m1", "m2"))
    found_counts = counts(county, "2025-01-01")
    assert (found_counts["persons"], found_counts["women"], found_counts["students"]) == (2, 1, 1)
    assert (found_counts["disabled"], found_counts["severely_disabled"]) == (1, 1)


def test_a_fact_counts_from_its_first_day() -> None:
    county = County()
    county.award("a", "2025-01")
    county.facts("a", ("category", "C20", "m1"), since="2025-02-15")
    assert [counts(county, day)["unemployed"] for day in ("2025-02-14", "2025-02-15")] == [0, 1]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(lives())
def test_the_register_is_what_the_cases_say(county: County) -> None:
    register = county.register
    for month in (*MONTHS, "2026-01"):
        truth: dict[str, Any] = {}
        for number, case in county.cases.items():
            terms = case.award.at(Month(month)) if case.award else None
            if terms is not None:
                truth[number] = (terms.amount, list(terms.covered), case.area_in(Month(month)))
        shown = {
            row["case_no"]: (row["amount"], row["covered"], row["area"])
            for row in as_of(register, COUNTY, first_day(Month(month)))
        }
        assert shown == truth
    for number in county.cases:
        segments = list(register.select(SEGMENT, case_no=number))
        for earlier, later in pairwise(segments):
            assert earlier["until_month"] is not None
            assert earlier["until_month"] < later["from_month"]


def test_who_moved_is_asked_for_where_he_lived_on_the_day() -> None:
    county = County()
    county.award("a", "2025-01")
    county.award("b", "2025-01", division=V3)
    county.to("a", DivisionFollowed(on=date(2025, 6, 10), before=V1, division=V3))
    county.to("a", DivisionFollowed(on=date(2025, 8, 10), before=V3, division=V2))
    town = DivisionCode(V3[:9])
    assert [sorted(found(county, day, V1)) for day in ("2025-06-09", "2025-06-10")] == [["a"], []]
    days = ("2025-06-09", "2025-06-10", "2025-08-09", "2025-08-10")
    assert [sorted(found(county, day, town)) for day in days] == [["b"], ["a", "b"], ["a", "b"], ["b"]]
    assert [sorted(found(county, day, V2)) for day in days] == [[], [], [], ["a"]]
    assert found(county, "2025-07-01", town)["a"]["now_in"] == V2
