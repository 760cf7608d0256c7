"""Sums that must come out: published rules and offices' practice, by their ids."""

from datetime import date

import pytest

from domain.days import Month
from domain.explain import Exact
from domain.ids import MemberKey
from domain.means import uplift_changes
from domain.policy import PolicyGap
from tests.domain.means_world import Facts, income, parameter, person, persons, policy, run


def test_E1_gap_and_a_fixed_sum_for_a_minor() -> None:
    members = (*persons(2), person("m3", "2015-01-01"))
    assert run(members, income(210000), policy("1100.00", uplift_minor="440.00")).amount == 164000


def test_E2_standard_times_heads_less_income() -> None:
    assert run(persons(3), income(70000), policy("500.00")).amount == 80000


def test_E3_the_same_of_another_place() -> None:
    assert run(persons(3), income(100000), policy("600.00")).amount == 80000


def test_E4_rounded_up_once_and_never_by_way_of_a_head() -> None:
    answer = run(persons(3), income(189400), policy("632.00", rounding_direction="up"))
    assert answer.amount == 200


def test_E5_household_part_and_two_in_a_category() -> None:
    facts = Facts().add("income", "W1", "m1", 95100)
    facts.add("category", "C01", "m1").add("category", "C05", "m2")
    answer = run(persons(2), facts.all, policy("632.00", uplift_C01="104.00", uplift_C05="104.00"))
    assert (answer.household_part, answer.amount) == (31300, 52100)


def test_E6_gradual_exit_after_the_head_died() -> None:
    survivor = (person("m2", "1959-01-01", head=True),)
    facts = Facts().add("income", "T2", "m2", 70000).add("category", "C05", "m2")
    answer = run(survivor, facts.all, policy("632.00", uplift_C05="104.00"), "2025-06", kept=31300)
    assert (answer.eligible, answer.household_part, answer.amount) == (True, 31300, 41700)
    assert run(survivor, facts.all, policy("632.00"), "2025-06").grounds == ("R01",)


def test_E6_what_is_kept_is_no_more_than_the_standard() -> None:
    survivor = (person("m2", "1959-01-01", head=True),)
    assert run(survivor, income(70000, "m2"), policy("632.00"), kept=90000).amount == 63200


def test_E7_each_person_once_though_several_grounds() -> None:
    facts = Facts().add("income", "W1", "m1", 112300)
    for ground in ("C01", "C04", "C05"):
        facts.add("category", ground, "m1")
    facts.add("disability", "4-2", "m1").add("disability", "4-1", "m2")
    rules = policy("632.00", uplift_C01="104.00", uplift_C04="104.00", uplift_C05="104.00")
    answer = run(persons(2), facts.all, rules)
    assert (answer.household_part, answer.amount) == (14100, 34900)
    assert [each.member for each in answer.uplifts] == ["m1", "m2"]


def test_E8_a_year_is_never_a_month_times_twelve() -> None:
    facts = Facts().add("income", "W1", "m1", 64003, since=date(2024, 3, 1), until=date(2025, 2, 28))
    rules = policy(income_months=12)
    answer = run(persons(1), facts.all, rules)
    assert answer.income_month == Exact(64003, 12)
    assert answer.income_month.fraction * 12 == 64003


def test_E9_a_fixed_sum_by_month() -> None:
    rules = policy(
        "600.00",
        parameter("single_amount", "282.00", date(2025, 1, 1)),
        parameter("single_amount", "313.00", date(2025, 4, 1)),
    )
    facts = Facts().add("income", "W1", "m1", 150000).add("disability", "6-3", "m2")
    covered = frozenset({MemberKey("m2")})
    amounts = {
        month: run(persons(2), facts.all, rules, month, covered=covered).amount
        for month in ("2025-03", "2025-04")
    }
    assert amounts == {"2025-03": 28200, "2025-04": 31300}


def test_E10_equal_is_not_below() -> None:
    answer = run(persons(2), income(120000), policy("600.00", raise_to_minimum=True))
    assert (answer.eligible, answer.grounds, answer.amount) == (False, ("R01",), 0)
    assert run(persons(2), income(119900), policy("600.00")).amount == 100


def test_E11_a_day_without_a_standard_stops() -> None:
    ended = parameter("standard", "600.00", date(2025, 1, 1))
    rules = policy(
        None,
        ended,
        parameter("standard", None, date(2026, 1, 1)),
        parameter("standard", "650.00", date(2026, 4, 1)),
    )
    with pytest.raises(PolicyGap) as stopped:
        run(persons(1), income(10000), rules, "2026-02")
    assert (stopped.value.ended, stopped.value.next) == (date(2025, 12, 31), date(2026, 4, 1))
    assert run(persons(1), income(10000), rules, "2026-04").amount == 55000


def test_CA_1_seven_paydays_are_six_months() -> None:
    facts = Facts()
    spans = [
        (date(2024, 9, 1), date(2024, 9, 30), date(2024, 10, 1)),
        (date(2024, 10, 1), date(2024, 10, 31), date(2024, 10, 31)),
        (date(2024, 11, 1), date(2024, 11, 30), date(2024, 11, 29)),
        (date(2024, 12, 1), date(2024, 12, 31), date(2024, 12, 31)),
        (date(2025, 1, 1), date(2025, 1, 31), date(2025, 1, 27)),
        (date(2025, 2, 1), date(2025, 2, 28), date(2025, 2, 28)),
        (date(2025, 3, 1), date(2025, 3, 31), date(2025, 3, 31)),
    ]
    for since, until, received in spans:
        facts.add("income", "W1", "m1", 130000, since=since, until=until, received=received)
    answer = run(persons(3), facts.all, policy(), anchor=date(2025, 4, 10))
    assert (answer.income_month, answer.amount) == (Exact(130000), 50000)
    read = answer.explanation.facts
    assert [(fact.since.month, fact.received) for fact in read] == [
        (since.month, received) for since, _, received in spans
    ]
    outside = [line.facts for line in answer.explanation.lines if line.text == "outside-period"]
    assert outside == [("f1",)]


def test_CL_5_an_age_uplift_begins_by_itself() -> None:
    for born in ("1955-07-01", "1955-07-16", "1955-07-31"):
        member = (person("m1", born, head=True),)
        after = policy(uplift_age_70="20%")
        within = policy(uplift_age_70="20%", uplift_from="month_of_birthday")
        assert [run(member, (), after, month).amount for month in ("2025-07", "2025-08")] == [60000, 72000]
        assert [run(member, (), within, month).amount for month in ("2025-06", "2025-07")] == [60000, 72000]
        changes = uplift_changes(member, (), after, Month("2025-01"), Month("2026-12"))
        assert changes == ((Month("2025-08"), MemberKey("m1"), "uplift_age_70"),)
        changes = uplift_changes(member, (), within, Month("2025-01"), Month("2026-12"))
        assert changes == ((Month("2025-07"), MemberKey("m1"), "uplift_age_70"),)


def test_J7_the_survivor_alone() -> None:
    rules = policy(uplift_age_70="120.00")
    facts = Facts().add("income", "T3", "m1", 12000).add("income", "T3", "m2", 8000).all
    both = (person("m1", "1953-01-01", head=True), person("m2", "1959-01-01"))
    assert run(both, facts, rules, "2025-03").amount == 112000
    assert run((both[1],), facts, rules, "2025-04").amount == 52000


def test_J1_a_review_with_a_little_more_income() -> None:
    span = {"since": date(2025, 4, 1), "until": date(2025, 9, 30)}
    facts = Facts().add("income", "W1", "m1", 870000, **span).all
    answer = run(persons(3), facts, policy(), "2025-11", anchor=date(2025, 10, 9))
    assert (answer.income_month, answer.amount) == (Exact(145000), 35000)


def test_J3_a_husband_joins() -> None:
    family = (person("m1", head=True), person("m2", "2012-01-01"), person("m3", "2014-01-01"))
    wage = Facts().add("income", "W1", "m1", 90000).add("income", "W1", "m4", 320000).all
    assert run(family, wage, policy(), "2025-10").amount == 90000
    joined = run((*family, person("m4")), wage, policy(), "2026-07")
    assert (joined.grounds, joined.income_month) == (("R01",), Exact(410000))


def test_HH_3_a_son_moves_out() -> None:
    couple = persons(2)
    assert run((*couple, person("m3")), income(90000, "m2"), policy(), "2025-04").amount == 90000
    assert run(couple, income(90000, "m2"), policy()).amount == 30000
    assert run((person("m3"),), income(90000, "m2"), policy()).amount == 60000
