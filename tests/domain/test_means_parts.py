"""Corners of the parts: spans of income, who is not presumed, the single route, when additions change."""

from datetime import date
from fractions import Fraction

import pytest

from domain.days import Month
from domain.explain import Exact
from domain.facts import Fact
from domain.ids import FactKey, MemberKey
from domain.means import Person, uplift_changes
from domain.means.period import a_month, months_within, period_before, reached, span_share
from domain.policy import PolicyGap
from tests.domain.means_world import ANCHOR, Facts, income, parameter, person, persons, policy, run

PERIOD = period_before(ANCHOR, 6)


def fact(since: str, until: str | None, amount: int = 60000) -> Fact:
    return Fact(
        key=FactKey("f1"),
        kind="income",
        code="W1",
        since=date.fromisoformat(since),
        until=date.fromisoformat(until) if until else None,
        source="declared",
        amount=amount,
    )


def test_the_period_is_the_whole_months_before() -> None:
    assert (PERIOD.first, PERIOD.last, PERIOD.months) == (date(2024, 9, 1), date(2025, 2, 28), 6)
    assert period_before(date(2025, 3, 31), 6)[:2] == PERIOD[:2]
    assert period_before(date(2025, 3, 1), 12).first == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("since", "until", "a_month_of_it"),
    [
        ("2024-09-01", "2025-02-28", Fraction(10000)),
        ("2024-09-01", "2024-09-30", Fraction(10000)),
        ("2024-08-01", "2024-08-31", None),
        ("2025-03-01", "2025-03-31", None),
        ("2024-08-01", "2024-09-30", Fraction(5000)),
        ("2024-08-17", "2024-09-15", Fraction(60000 * 15, 30 * 6)),
        ("2024-03-01", "2025-08-31", Fraction(60000 * 6, 18 * 6)),
        ("2020-01-01", None, Fraction(60000)),
        ("2025-02-01", None, Fraction(10000)),
        ("2025-02-15", None, Fraction(60000 * 14, 28 * 6)),
        ("2025-03-01", None, None),
    ],
)
def test_what_a_fact_brings_a_month(since: str, until: str | None, a_month_of_it: Fraction | None) -> None:
    assert a_month(fact(since, until), PERIOD) == a_month_of_it


def test_shares_of_a_span_split_it_whole() -> None:
    since, until = date(2024, 6, 11), date(2024, 12, 3)
    cut = date(2024, 9, 30)
    first = span_share(date(2024, 1, 1), cut, since, until)
    second = span_share(date(2024, 10, 1), date(2025, 1, 31), since, until)
    assert first + second == 1
    assert span_share(date(2023, 1, 1), date(2023, 12, 31), since, until) == 0
    assert months_within(PERIOD, date(2024, 9, 1), date(2024, 10, 31)) == 2


def test_ages_of_who_was_born_on_29_february() -> None:
    born = date(2004, 2, 29)
    assert not reached(born, 18, date(2022, 2, 27))
    assert reached(born, 18, date(2022, 2, 28))
    assert not reached(born, 20, date(2024, 2, 28))
    assert reached(born, 20, date(2024, 2, 29))
    assert not reached(date(2025, 6, 1), 0, date(2025, 5, 1))


def presumed(facts: Facts, *members: Person) -> tuple[Exact, set[str]]:
    answer = run(members or persons(1), facts.all, policy(presumed_minimum="800.00", labour_coefficient_2=50))
    return answer.income_month, {
        line.text for line in answer.explanation.lines if line.rule == "means.income.presumed"
    }


def test_presumed_of_who_is_able_and_declares_nothing() -> None:
    assert presumed(Facts()) == (Exact(80000), {"presumed"})
    assert presumed(Facts().add("labour", "2", "m1")) == (Exact(40000), {"presumed"})
    assert presumed(Facts().add("income", "W3", "m1", 0)) == (Exact(0), set())
    assert presumed(Facts().add("income", "B1", "m1", 12000)) == (Exact(12000), set())


def test_presumption_yields_to_facts() -> None:
    assert presumed(Facts().add("labour", "3", "m1"))[1] == {"not-presumed.labour"}
    assert presumed(Facts().add("status", "student", "m1"))[1] == {"not-presumed.student"}
    assert presumed(Facts().add("category", "C15", "m1"))[1] == {"not-presumed.category"}
    assert presumed(Facts(), person("m1", "1960-01-01"))[1] == {"not-presumed.age"}
    assert presumed(Facts(), person("m1", "2010-01-01"))[1] == set()
    ended = Facts().add("category", "C15", "m1", until=date(2025, 3, 31))
    assert presumed(ended)[1] == {"presumed"}


def test_who_is_in_destitute_support_alone_is_not_covered() -> None:
    answer = run(persons(1), Facts().add("status", "tekun", "m1").all, policy())
    assert (answer.grounds, answer.counted, answer.amount) == (("R04",), (), 0)


def test_facts_of_who_is_no_member_are_not_read() -> None:
    answer = run(persons(1), income(40000, "m9"), policy())
    assert answer.amount == 60000
    assert answer.explanation.facts == ()


def test_the_single_route_needs_a_ground_and_a_family_near_the_line() -> None:
    covered = frozenset({MemberKey("m2")})
    wages = Facts().add("income", "W1", "m1", 150000)
    assert run(persons(2), wages.all, policy(), covered=covered).grounds == ("R08",)
    ill = wages.add("category", "C04", "m2").all
    assert run(persons(2), ill, policy(), covered=covered).shares == {"m2": 60000}
    rich = Facts().add("income", "W1", "m1", 180000).add("category", "C04", "m2").all
    assert run(persons(2), rich, policy(), covered=covered).grounds == ("R08",)
    disabled = Facts().add("income", "W1", "m1", 900000).add("disability", "4-2", "m2")
    assert run(persons(2), disabled.all, policy(), covered=covered).amount == 60000
    working = disabled.add("income", "W1", "m2", 100).all
    assert run(persons(2), working, policy(), covered=covered).grounds == ("R08",)


def test_all_covered_on_purpose_is_an_ordinary_household() -> None:
    everyone = frozenset(each.key for each in persons(2))
    assert run(persons(2), income(50000), policy(), covered=everyone) == run(
        persons(2), income(50000), policy()
    )


def test_additions_change_with_birthdays_and_with_facts_that_end() -> None:
    members = (person("m1", "1955-07-16", head=True), person("m2", "2008-01-31"))
    facts = Facts().add("category", "C15", "m2", since=date(2025, 1, 1), until=date(2026, 9, 30)).all
    rules = policy(uplift_age_70="20%", uplift_minor="100.00", uplift_C15="50.00")
    assert uplift_changes(members, facts, rules, Month("2025-05"), Month("2026-12")) == (
        (Month("2025-08"), MemberKey("m1"), "uplift_age_70"),
        (Month("2026-02"), MemberKey("m2"), "uplift_C15"),
        (Month("2026-10"), MemberKey("m2"), "uplift_C15"),
    )
    assert uplift_changes(members, facts, policy(), Month("2025-05"), Month("2026-12")) == ()
    alone = uplift_changes(
        members, facts, rules, Month("2025-05"), Month("2026-12"), covered=frozenset({MemberKey("m1")})
    )
    assert [member for _, member, _ in alone] == ["m1"]


def test_each_change_of_an_addition_is_a_change_of_the_amount() -> None:
    member = (person("m1", "1945-11-30", head=True),)
    rules = policy(uplift_age_70="10%", uplift_age_80="20%")
    changes = uplift_changes(member, (), rules, Month("2025-01"), Month("2026-12"))
    assert changes == ((Month("2025-12"), MemberKey("m1"), "uplift_age_80"),)
    amounts = [run(member, (), rules, month).amount for month in ("2025-11", "2025-12")]
    assert amounts == [66000, 72000]


def test_a_year_without_a_standard_yet_says_nothing_of_additions() -> None:
    rules = policy(
        "600.00", parameter("standard", None, date(2026, 1, 1)), uplift_age_80="20%", uplift_age_70="90.00"
    )
    member = (person("m1", "1946-05-02", head=True),)
    changes = uplift_changes(member, (), rules, Month("2025-06"), Month("2026-12"))
    assert changes == ((Month("2026-06"), MemberKey("m1"), "uplift_age_80"),)
    with pytest.raises(PolicyGap):
        run(member, (), rules, "2026-06")


def test_an_addition_is_never_more_than_the_line() -> None:
    rules = policy(rounding_unit="10.00", uplift_C01="119.99", gap_or_tier="tier")
    answer = run(persons(2), Facts().add("disability", "4-1", "m2").all, rules)
    assert (answer.amount, answer.household_part) == (11000, 0)
    assert answer.shares == {"m1": 0, "m2": 11000}


def test_the_odd_fen_is_the_heads_if_he_is_covered() -> None:
    members = (person("m1"), person("m2", head=True), person("m3"))
    rules = policy(rounding_unit="0.01")
    assert run(members, income(79999), rules).shares == {"m1": 33333, "m2": 33335, "m3": 33333}
    child = Facts().add("income", "W1", "m1", 79999).add("status", "child_aid", "m2").all
    shares = run(members, child, rules).shares
    assert shares == {"m1": 33334, "m3": 33333}
