"""Reading figures: spans, roll-up, units, lists that are closed."""

from fractions import Fraction

from domain.days import Month
from projections.figures import (
    AREAS,
    balance,
    cells,
    figures_of,
    lists_closed,
    month_table,
    reasons,
    tallies,
    to_date,
    total,
    unit_of,
)
from tests.projections.county import COUNTY, V1, V3, County


def year() -> County:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.award("b", "2025-01", division=V3, area="urban")
    county.run("2025-01")
    county.change("a", "2025-02", "I01", 40000)
    county.stop("b", "2025-02", "S03")
    county.award("c", "2025-02", division=V3, area="urban", persons=3)
    county.run("2025-02", "2025-03")
    return county


def test_to_date_begins_with_january() -> None:
    county = County()
    county.award("a", "2024-12")
    county.run("2024-12", "2025-01", "2025-02")
    found = month_table(county.statistics, "dibao", COUNTY, Month("2025-02"))["rural"]
    assert (found["paid_to_date"], found["person_times_to_date"]) == (60000, 2)


def test_the_average_to_date_is_money_by_person_times() -> None:
    found = month_table(year().statistics, "dibao", COUNTY, Month("2025-03"))
    assert found["rural"]["average_to_date"] == Fraction(60000 + 80000 + 80000, 6)
    assert found["urban"]["average_to_date"] == Fraction(30000 + 90000 + 90000, 7)
    assert found["all"]["average_to_date"] == Fraction(430000, 13)


def test_all_is_urban_and_rural_and_a_county_its_villages() -> None:
    rows = year().statistics
    county, *villages = (month_table(rows, "dibao", code, Month("2025-02")) for code in (COUNTY, V1, V3))
    for name in ("households", "persons", "paid", "women", "reported_exits_persons", "last_persons"):
        assert county["all"][name] == county["urban"][name] + county["rural"][name]  # type: ignore[operator]
        assert county["all"][name] == sum(village["all"][name] for village in villages)  # type: ignore[misc]


def test_a_measure_with_reasons_adds_them_up() -> None:
    sums = tallies(cells(year().statistics, "dibao", Month("2025-02"), Month("2025-02")), COUNTY)
    tally = sums[Month("2025-02"), "urban"]
    assert list(reasons(tally, "exits_persons")) == [("S03", 1)]
    assert total(tally, "exits_persons") == 1
    assert total(tally, "exits") == 0


def test_the_balance_names_what_came_and_went() -> None:
    sums = tallies(cells(year().statistics, "dibao", Month("2025-02"), Month("2025-02")), COUNTY)
    one = balance(sums[Month("2025-02"), "all"], "persons")
    assert (one.last, one.came["new"], one.went["exits"], one.this, one.difference) == (3, 3, 1, 5, 0)


def test_a_month_without_a_list_is_empty_and_has_no_average() -> None:
    rows = year().statistics
    found = month_table(rows, "dibao", COUNTY, Month("2025-05"))["all"]
    assert (found["households"], found["average_supplement"]) == (0, None)
    assert found["paid_to_date"] == 430000
    assert figures_of({}, "urban", Month("2025-01"), Month("2025-02"))["average_to_date"] is None
    assert to_date({}, "all", Month("2025-01"), Month("2025-12")) == (0, 0)


def test_other_programmes_are_other_figures() -> None:
    assert month_table(year().statistics, "tekun", COUNTY, Month("2025-02"))["all"]["households"] == 0


def test_which_lists_are_closed() -> None:
    county = year()
    county.draw("2025-04")
    county.close("2025-04", "urban")
    rows = county.statistics
    assert list(lists_closed(rows, "dibao", V1, Month("2025-03"))) == ["110199/rural", "110199/urban"]
    assert list(lists_closed(rows, "dibao", "11", Month("2025-04"))) == ["110199/urban"]
    assert lists_closed(rows, "dibao", "12", Month("2025-04")) == {}


def test_every_measure_has_its_unit() -> None:
    found = month_table(year().statistics, "dibao", COUNTY, Month("2025-02"))
    units = {name: unit_of(name) for area in AREAS for name in found[area]}
    assert {name for name, unit in units.items() if unit == "fen"} == {
        *("paid", "corrections", "paid_to_date", "average_supplement", "average_to_date"),
        *(
            "due",
            "pending",
            "held_amount",
            "settled",
            "returned",
            "repeated",
            "set_off",
            "withheld",
            "recovered",
        ),
    }
    assert units["exits_households.S03"] == "households"
    assert unit_of("steps.late.application/whole") == "times"
    assert units["person_times_to_date"] == "person-times"
