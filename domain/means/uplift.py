"""Additions for categories of people (分类施保): each person once though several grounds (rules.md §4)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from domain.catalogue import CATALOGUE
from domain.days import Month, add_month, birthday, first_day, last_day, month_of
from domain.facts import Fact
from domain.ids import MemberKey
from domain.means.calculation import Calculation
from domain.means.household import Household, Standing, conditions, count
from domain.means.model import Person
from domain.means.period import reached
from domain.policy import Policy, read_share

AGES = (60, 70, 80)
MINOR = 18


class Due(NamedTuple):
    """The addition that a person gets: exact fen a month, its parameter, and the facts that ground it."""

    amount: Fraction
    parameter: str
    facts: tuple[Fact, ...]


def uplift_day(month: Month, rule: str) -> date:
    """The day by which an age must be reached to count in a month: `month_after` or `month_of_birthday`."""
    return last_day(month) if rule == "month_of_birthday" else last_day(add_month(month, -1))


def uplift_of(standing: Standing, month: Month, calculation: Calculation) -> Due | None:
    """The highest addition among a person's grounds, None if no ground gives any."""
    best: Due | None = None
    for name, facts in _grounds(standing, month, calculation):
        calculation.read(facts)
        kind, number = read_share(calculation.word(name))
        if kind == "none":
            continue
        amount = Fraction(number) if kind == "fixed" else calculation.standard_month() * number / 100
        if best is None or amount > best.amount:
            best = Due(amount, name, facts)
    return best


def _grounds(
    standing: Standing, month: Month, calculation: Calculation
) -> Iterable[tuple[str, tuple[Fact, ...]]]:
    born = standing.person.born
    year = int(month[:4])
    if year - born.year <= MINOR or year - born.year >= AGES[0]:
        day = uplift_day(month, calculation.word("uplift_from"))
        if not reached(born, MINOR, day):
            yield "uplift_minor", ()
        for age in AGES:
            if reached(born, age, day):
                yield f"uplift_age_{age}", ()
    for code, fact in conditions(standing, first_day(month)).items():
        name = f"uplift_{code}"
        if name in CATALOGUE:
            yield name, (fact,)


def uplifts(household: Household, month: Month, calculation: Calculation) -> dict[MemberKey, Due]:
    """The additions of the persons covered."""
    found: dict[MemberKey, Due] = {}
    for standing in household.counted:
        key = standing.person.key
        if key in household.covered:
            due = uplift_of(standing, month, calculation)
            if due is not None:
                found[key] = due
    return found


def uplift_changes(
    members: Sequence[Person],
    facts: Iterable[Fact],
    policy: Policy,
    from_month: Month,
    until_month: Month,
    *,
    covered: frozenset[MemberKey] | None = None,
) -> tuple[tuple[Month, MemberKey, str], ...]:
    """Months after `from_month`, to `until_month`, in which somebody's addition begins, ends or changes its ground.

    Each with the member and the parameter that gives the new addition, or that gave the one which ends. Amounts
    are compared at the standard of `from_month`, so that a year without one yet says nothing. `covered` as in
    `assess`.
    """
    stated = tuple(facts)
    changes: list[tuple[Month, MemberKey, str]] = []
    now = _winners(members, stated, policy, from_month, from_month, covered)
    for month in _turning_points(members, stated, from_month, until_month):
        then = _winners(members, stated, policy, month, from_month, covered)
        for person in members:
            before, after = now.get(person.key), then.get(person.key)
            if before != after:
                changes.append((month, person.key, after or before or ""))
        now = then
    return tuple(changes)


def _winners(
    members: Sequence[Person],
    facts: tuple[Fact, ...],
    policy: Policy,
    month: Month,
    standard: Month,
    covered: frozenset[MemberKey] | None,
) -> dict[MemberKey, str]:
    calculation = Calculation(policy, first_day(month))
    if month != standard:
        calculation.assume(policy.get("standard", first_day(standard)))
    household = count(members, facts, calculation, covered)
    return {key: due.parameter for key, due in uplifts(household, month, calculation).items()}


def _turning_points(
    members: Sequence[Person], facts: tuple[Fact, ...], from_month: Month, until_month: Month
) -> list[Month]:
    points: set[Month] = set()
    for person in members:
        for age in (MINOR, *AGES):
            month = month_of(birthday(person.born, age))
            points |= {month, add_month(month, 1)}
    for fact in facts:
        if fact.kind in ("category", "disability", "status"):
            points |= {month_of(fact.since), add_month(month_of(fact.since), 1)}
            if fact.until is not None:
                points.add(month_of(fact.until + timedelta(days=1)))
                points.add(add_month(month_of(fact.until), 1))
    return sorted(month for month in points if from_month < month <= until_month)
