"""A month's figures follow from its closed list; the balance holds in every division and month (rules.md §8)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.case.decision import RefusedAid
from domain.case.intake import Accepted
from domain.days import Month
from domain.ids import DivisionCode, StaffId
from domain.personal import Words
from projections.figures import AREAS, balance, cells, month_table, tallies
from projections.statistics import CELL, LINE, Statistics
from tests.projections.county import COUNTY, V1, V2, V3, County, fold, member

T1 = DivisionCode("110199001")
NOTHING = {"households": 0, "persons": 0}


def table(county: County, month: str, division: str = COUNTY, area: str = "rural") -> dict[str, Any]:
    return month_table(county.statistics, "dibao", division, Month(month))[area]


def standing(found: dict[str, Any], *names: str) -> dict[str, tuple[int, int]]:
    """The flows that aren't nothing: name → (households, persons)."""
    pairs = {
        name.removesuffix("_persons"): (found.get(name.replace("_persons", "_households"), 0), value)
        for name, value in found.items()
        if name.endswith("_persons")
        and "." not in name
        and not name.startswith(("reported", "last", "balance"))
    }
    return {name: pair for name, pair in pairs.items() if pair != (0, 0) and name != "off_list"}


def test_a_first_list_is_all_new_and_the_average_is_exact() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.begin(county.enter("b", persons=1), "2025-01", each=10001)
    county.run("2025-01")
    found = table(county, "2025-01")
    assert (found["households"], found["persons"], found["paid"]) == (2, 3, 70001)
    assert found["average_supplement"] == Fraction(70001, 3)
    assert standing(found) == {"new": (2, 3)}
    assert (found["reported_new_households"], found["reported_new_persons"]) == (2, 3)


def test_nothing_counts_before_the_list_is_closed() -> None:
    county = County()
    county.award("a", "2025-01")
    county.draw("2025-01")
    assert table(county, "2025-01")["households"] == 0
    assert table(county, "2025-01")["average_supplement"] is None
    county.close("2025-01")
    assert table(county, "2025-01")["households"] == 1


def test_a_supplementary_draw_before_closing_is_on_the_list() -> None:
    county = County()
    for case in "ab":
        county.award(case, "2025-01")
    county.draw("2025-01", "a")
    county.draw("2025-01", "b")
    county.close("2025-01")
    found = table(county, "2025-01")
    assert (found["households"], found["corrections"]) == (2, 0)


def test_arrears_are_a_correction_of_the_month_of_drawing() -> None:
    county = County()
    county.award("a", "2025-01")
    county.award("b", "2025-01", persons=2)
    county.draw("2025-01", "a")
    county.close("2025-01")
    county.draw("2025-01", "b", on="2025-02-20")
    county.run("2025-02")
    january, february = table(county, "2025-01"), table(county, "2025-02")
    assert (january["persons"], january["paid"], january["corrections"]) == (1, 30000, 0)
    assert january["off_list_persons"] == 2
    assert (february["corrections"], february["correction_person_times"]) == (60000, 2)
    assert (february["persons"], february["paid"]) == (3, 90000)
    assert february["average_supplement"] == 30000
    assert (february["paid_to_date"], february["person_times_to_date"]) == (180000, 6)
    assert standing(february) == {"new": (1, 2)}


def test_arrears_on_a_later_list_count_when_that_list_is_closed() -> None:
    county = County()
    county.award("a", "2025-01")
    county.award("b", "2025-01")
    county.draw("2025-01", "a")
    county.close("2025-01")
    county.draw("2025-01", "b", onto="2025-02")
    assert table(county, "2025-02")["corrections"] == 0
    county.run("2025-02")
    found = table(county, "2025-02")
    assert (found["corrections"], found["households"], found["paid"]) == (30000, 2, 60000)


def test_closing_a_supplementary_list_counts_nothing_twice() -> None:
    county = County()
    county.award("a", "2025-01")
    county.award("b", "2025-01")
    county.draw("2025-01", "a")
    county.close("2025-01")
    county.draw("2025-01", "b", on="2025-01-20")
    county.close("2025-01")
    found = table(county, "2025-01")
    assert (found["households"], found["paid"], found["corrections"]) == (1, 30000, 30000)


def test_an_exit_has_its_reason_and_the_household_its_persons() -> None:
    county = County()
    county.award("a", "2025-01", persons=3)
    county.award("b", "2025-01")
    county.run("2025-01")
    county.stop("a", "2025-02", "S04")
    county.run("2025-02")
    found = table(county, "2025-02")
    assert (found["exits_households.S04"], found["exits_persons.S04"]) == (1, 3)
    assert standing(found) == {"exits": (1, 3)}
    assert (found["last_households"], found["last_persons"]) == (2, 4)


def test_a_gradual_exit_is_an_exit_when_it_ends() -> None:
    county = County()
    county.award("a", "2025-01")
    county.run("2025-01")
    county.ease_out("a", "2025-02", until="2025-03")
    county.run("2025-02", "2025-03", "2025-04")
    assert table(county, "2025-03")["paid"] == 10000
    assert standing(table(county, "2025-03")) == {}
    assert standing(table(county, "2025-04")) == {"exits": (1, 1)}


def test_who_joins_or_leaves_a_household_that_stays_is_reported_with_new_and_exit() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.run("2025-01")
    county.join("a", "m3", "2025-02", "I02")
    county.run("2025-02")
    county.leave("a", "m1", "2025-03", "D01")
    county.run("2025-03")
    february, march = table(county, "2025-02"), table(county, "2025-03")
    assert (february["joined_persons.I02"], february["reported_new_persons"]) == (1, 1)
    assert february["reported_new_households"] == 0
    assert (march["left_persons.D01"], march["reported_exits_persons"]) == (1, 1)
    assert march["persons"] == 2


def test_coverage_that_ends_without_leaving_home_has_the_reason_of_the_change() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.run("2025-01")
    county.change("a", "2025-02", "D06", 30000, "m1")
    county.run("2025-02")
    county.change("a", "2025-03", "I02", 30000, "m1", "m2")
    county.run("2025-03")
    assert table(county, "2025-02")["left_persons.D06"] == 1
    assert table(county, "2025-03")["joined_persons.I02"] == 1


def test_a_living_award_without_a_line_is_off_the_list_and_comes_back() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.run("2025-01")
    county.close("2025-02")
    county.run("2025-03")
    february, march = table(county, "2025-02"), table(county, "2025-03")
    assert standing(february) == {"off_list_out": (1, 2)}
    assert (february["off_list_households"], february["off_list_persons"]) == (1, 2)
    assert february["reported_exits_persons"] == 0
    assert standing(march) == {"back": (1, 2)}
    assert (march["reported_new_persons"], march["off_list_persons"]) == (0, 0)


def test_a_wrong_stop_restored_is_neither_new_nor_back() -> None:
    county = County()
    county.award("a", "2025-01")
    county.run("2025-01")
    county.stop("a", "2025-02", "S14")
    county.run("2025-02")
    county.begin("a", "2025-02", cause="restored")
    county.run("2025-03")
    assert standing(table(county, "2025-02")) == {"exits": (1, 1)}
    assert standing(table(county, "2025-03")) == {"restored": (1, 1)}


def test_a_stop_restored_before_the_list_leaves_no_trace() -> None:
    county = County()
    county.award("a", "2025-01")
    county.run("2025-01")
    county.stop("a", "2025-02", "S14")
    county.begin("a", "2025-02", cause="restored")
    county.run("2025-02")
    assert standing(table(county, "2025-02")) == {}


@pytest.mark.parametrize(
    ("cause", "line"),
    [("moved", "moved_in"), ("split", "split_in"), ("merged", "merged_in"), ("taken_over", "taken_over")],
)
def test_who_comes_otherwise_is_not_new(cause: str, line: str) -> None:
    county = County()
    county.begin(county.enter("a", persons=2), "2025-01", cause=cause)
    county.run("2025-01")
    found = table(county, "2025-01")
    assert standing(found) == {line: (1, 2)}
    assert found["reported_new_persons"] == 0


@pytest.mark.parametrize(("code", "line"), [("S05", "moved_out"), ("S19", "merged_out")])
def test_who_moves_or_merges_is_no_exit(code: str, line: str) -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.run("2025-01")
    county.stop("a", "2025-02", code)
    county.run("2025-02")
    found = table(county, "2025-02")
    assert standing(found) == {line: (1, 2)}
    assert found["reported_exits_persons"] == 0


def test_a_split_goes_out_of_one_case_and_into_another() -> None:
    county = County()
    county.award("a", "2025-01", persons=3)
    county.run("2025-01")
    county.leave("a", "m3", "2025-02")
    county.enter("b", members=(member("b", "m1", "1980-05-01", "a-m3"),), came_from="a")
    county.begin("b", "2025-02", cause="split")
    county.run("2025-02")
    found = table(county, "2025-02")
    assert standing(found) == {"split_in": (1, 1), "split_out": (0, 1)}
    assert (found["reported_new_persons"], found["reported_exits_persons"], found["persons"]) == (0, 0, 3)


def test_a_merger_brings_persons_into_a_household_that_stays() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.award("b", "2025-01")
    county.run("2025-01")
    county.stop("b", "2025-02", "S19")
    county.join("a", "m3", "2025-02", "I02", person="b-m1")
    county.run("2025-02")
    assert standing(table(county, "2025-02")) == {"merged_in": (0, 1), "merged_out": (1, 1)}


@pytest.mark.parametrize("order", [("urban", "rural"), ("rural", "urban")])
def test_an_area_change_is_its_own_line_whichever_list_closes_first(order: tuple[str, str]) -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.run("2025-01")
    county.area("a", "2025-02", "urban")
    county.join("a", "m3", "2025-02")
    county.draw("2025-02")
    county.close("2025-02", *order)
    assert standing(table(county, "2025-02", area="rural")) == {"area_out": (1, 2)}
    assert standing(table(county, "2025-02", area="urban")) == {"area_in": (1, 2), "joined": (0, 1)}
    assert standing(table(county, "2025-02", area="all")) == {"joined": (0, 1)}
    assert table(county, "2025-02", area="urban")["persons"] == 3


def test_an_area_change_without_a_line_yet_is_no_exit() -> None:
    county = County()
    county.award("a", "2025-01")
    county.run("2025-01")
    county.area("a", "2025-02", "urban")
    county.close("2025-02")
    county.run("2025-03")
    assert standing(table(county, "2025-02", area="rural")) == {"area_out": (1, 1)}
    assert table(county, "2025-02", area="urban")["off_list_households"] == 1
    assert standing(table(county, "2025-03", area="urban")) == {"area_in": (1, 1)}
    assert standing(table(county, "2025-02", area="all")) == {"area_out": (1, 1)}
    assert standing(table(county, "2025-03", area="all")) == {"area_in": (1, 1)}


def test_who_is_stopped_from_the_month_of_an_area_change_is_an_exit_where_he_was() -> None:
    county = County()
    county.award("a", "2025-01")
    county.run("2025-01")
    county.area("a", "2025-02", "urban")
    county.stop("a", "2025-02", "S03")
    county.run("2025-02")
    assert standing(table(county, "2025-02", area="rural")) == {"exits": (1, 1)}
    assert standing(table(county, "2025-02", area="urban")) == {}


def test_a_move_within_the_county_shows_in_its_parts_and_not_in_the_whole() -> None:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.award("b", "2025-01", division=V3)
    county.run("2025-01")
    county.homes["a"] = V3
    county.leave("a", "m2", "2025-02")
    county.run("2025-02")
    assert standing(table(county, "2025-02", V1)) == {"moved_out": (1, 2)}
    assert standing(table(county, "2025-02", V3)) == {"moved_in": (1, 2), "left": (0, 1)}
    assert standing(table(county, "2025-02", T1)) == {"moved_out": (1, 2)}
    assert standing(table(county, "2025-02")) == {"left": (0, 1)}


def test_held_lines_count() -> None:
    county = County()
    county.award("a", "2025-01")
    county.draw("2025-01")
    last = county.log[-1]
    county.log[-1] = type(last)(last.position, last.stream, last.version, replace(last.event, held=True))
    county.close("2025-01")
    found = table(county, "2025-01")
    assert (found["households"], found["paid"], found["held_households"]) == (1, 30000, 1)


def test_cross_cuts_are_of_the_months_first_day() -> None:
    county = County()
    county.award("a", "2025-07", born="1965-07-01")
    county.award("b", "2025-07", born="1965-07-02")
    county.award("c", "2025-07", born="2007-07-01")
    county.run("2025-07")
    found = table(county, "2025-07")
    assert (found["elderly"], found["minors"], found["women"]) == (1, 0, 0)
    assert (found["labour_4"], found["labour_1"]) == (1, 2)


def test_everybody_has_one_labour_ability_and_at_least_one_cause() -> None:
    county = County()
    county.enter("a", persons=2)
    county.facts(
        "a", ("labour", "3", "m1"), ("labour", "9", "m2"), ("cause", "1", "m1"), ("cause", "8", "m1")
    )
    county.begin("a", "2025-01")
    county.award("b", "2025-01")
    county.run("2025-01")
    found = table(county, "2025-01")
    assert [found[f"labour_{code}"] for code in "1234"] == [2, 0, 1, 0]
    assert [found[f"cause_{code}"] for code in "123456"] == [2, 0, 0, 0, 0, 3]
    assert {name: value for name, value in found.items() if name.startswith("new_households.")} == {
        "new_households.1": 1,
        "new_households.6": 1,
    }


def test_steps_are_counted_by_the_day_they_were_done() -> None:
    """CL-3: what is approved on the last evening of April is April's."""
    county = County()
    county.enter("a", on="2025-04-30")
    county.enter("b", on="2025-05-01", area="urban", division=V3)
    county.to("a", Accepted(on=date(2025, 5, 1)))
    words = Words("b", "…")
    county.to("b", RefusedAid(on=date(2025, 5, 2), by=StaffId("d"), grounds=("R01", "R02"), words=words))
    april, may = table(county, "2025-04"), table(county, "2025-05", area="all")
    assert april["steps.applications"] == 1
    assert (may["steps.applications"], may["steps.accepted"], may["steps.refused"]) == (1, 1, 1)
    assert (may["steps.refused_grounds.R01"], may["steps.refused_grounds.R02"]) == (1, 1)


# What holds whatever happens.

MONTHS = [f"2025-{number:02d}" for number in range(1, 7)]
VILLAGES = (V1, V2, V3)
ACTS = ("new", "stop", "move", "area", "join", "leave", "skip", "late", "merge", "restore", "ease", "amount")


@st.composite
def lives(draw: st.DrawFn) -> County:
    """Half a year of a small county: whatever the acts, each month is drawn and closed."""
    county = County()
    for place in range(draw(st.integers(1, 4))):
        _enter(county, draw, MONTHS[0], place)
    for month in MONTHS:
        acts = draw(st.lists(st.sampled_from(ACTS), max_size=5))
        skipped = frozenset(_pick(county, draw) for act in acts if act == "skip")
        for act in acts:
            _act(county, draw, month, act)
        county.draw(month, without=skipped)
        county.close(month, *draw(st.permutations(["urban", "rural"])))
        if "late" in acts:
            county.draw(month, on=f"{month}-25")
    return county


def _enter(county: County, draw: st.DrawFn, month: str, place: int) -> None:
    village, area = draw(st.sampled_from(VILLAGES)), draw(st.sampled_from(["urban", "rural"]))
    county.award(f"{month}/{place}", month, division=village, area=area, persons=draw(st.integers(1, 3)))


def _pick(county: County, draw: st.DrawFn) -> str:
    return draw(st.sampled_from(sorted(county.cases)))


def _act(county: County, draw: st.DrawFn, month: str, act: str) -> None:
    case = _pick(county, draw)
    award = county.cases[case].award
    assert award is not None
    covered = county.covered(case, month)
    if act == "new":
        _enter(county, draw, month, 100 + len(county.cases))
    elif act == "restore" and award.ends is not None and award.ends <= month:
        county.begin(case, award.ends, cause="restored")
    elif not covered or award.ends is not None:
        return
    elif act == "stop":
        county.stop(case, month, draw(st.sampled_from(["S01", "S03", "S05", "S19"])))
    elif act == "ease":
        county.ease_out(case, month, until=draw(st.sampled_from([one for one in MONTHS if one >= month])))
    elif act == "move":
        county.homes[case] = draw(st.sampled_from(VILLAGES))
    elif act == "area":
        county.area(case, month, draw(st.sampled_from(["urban", "rural"])))
    elif act == "join":
        county.join(case, f"m{len(county.cases[case].members) + 1}", month)
    elif act == "leave" and len(covered) > 1:
        county.leave(case, covered[-1], month, draw(st.sampled_from(["D01", "D02"])))
    elif act == "amount":
        county.change(case, month, "I01", draw(st.integers(1, 50000)), *covered)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(lives())
def test_the_balance_holds_in_each_division_and_month(county: County) -> None:
    found = cells(county.statistics, "dibao", Month(MONTHS[0]), Month(MONTHS[-1]))
    for division in (*VILLAGES, T1, "110199002", COUNTY, "11"):
        sums = tallies(found, division)
        for before, month in zip([None, *MONTHS], MONTHS, strict=False):
            for area in AREAS:
                tally = sums.get((Month(month), area))
                if tally is None:
                    continue
                last = sums.get((Month(before), area)) if before else None
                for unit in ("households", "persons"):
                    one = balance(tally, unit)  # type: ignore[arg-type]
                    assert one.difference == 0, (division, month, area, unit, one)
                    assert one.last == (last[unit] if last else 0)
                    assert min(*one.came.values(), *one.went.values()) >= 0


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(lives())
def test_persons_and_money_are_the_lines_and_nothing_else(county: County) -> None:
    """To the fen, at every level."""
    rows = county.statistics
    for division in (*VILLAGES, T1, COUNTY):
        mine = [line for line in county.lines if line.division.startswith(division)]
        for month in MONTHS:
            on_list = [line for line in mine if line.month == month and not line.arrears]
            found = month_table(rows, "dibao", division, Month(month))
            assert found["all"]["households"] == len(on_list)
            assert found["all"]["persons"] == sum(len(line.shares) for line in on_list)
            assert found["all"]["paid"] == sum(line.amount for line in on_list)
            for area in ("urban", "rural"):
                in_area = [line for line in on_list if line.area == area]
                assert found[area]["persons"] == sum(len(line.shares) for line in in_area)
                assert sum(found[area][f"labour_{code}"] for code in "1234") == found[area]["persons"]  # type: ignore[misc]
                assert sum(found[area][f"cause_{code}"] for code in "123456") >= found[area]["persons"]  # type: ignore[misc, operator]
        assert found["all"]["paid_to_date"] == sum(line.amount for line in mine)
        assert found["all"]["person_times_to_date"] == sum(len(line.shares) for line in mine)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(lives(), st.data())
def test_a_closed_month_stays_as_it_was_reported(county: County, data: st.DataObject) -> None:
    """The list's own figures don't move with what comes after it; only corrections, steps and what a supplementary
    line sends to the bank are added."""
    cut = data.draw(st.integers(0, len(county.log)))
    earlier, later = fold(Statistics(), county.log[:cut]), county.statistics
    added = ("corrections", "correction_person_times", "due", "pending")
    then = {tuple(row.items()) for row in earlier.select(CELL) if row["measure"] not in added}
    now = {tuple(row.items()) for row in later.select(CELL)}
    assert {row for row in then if not str(dict(row)["measure"]).startswith("steps.")} <= now
    assert {row["case_no"] for row in earlier.select(LINE)} <= {row["case_no"] for row in later.select(LINE)}
