"""Single-person dibao: a person of a near-threshold household (rules.md §2; 民发〔2021〕57号 art. 8)."""

from fractions import Fraction

from domain.means.calculation import Calculation
from domain.means.household import Household, conditions
from domain.means.income import IncomeTest
from domain.means.model import Person
from domain.means.period import reached

ADULT = 18


def single_route_open(household: Household, income: IncomeTest, calculation: Calculation) -> bool:
    """Whether each person covered has a ground, and the family's income is under the near-threshold line.

    A ground among `single_unlimited` frees an adult without wages from the line.
    """
    line = calculation.ratio("near_threshold") * calculation.standard_month() * len(household.counted)
    near = income.total < line
    met = True
    for key in household.covered:
        standing = household.standing(key)
        stated = conditions(standing, household.day)
        calculation.read(stated.values())
        facts = [stated[str(code)] for code in calculation.words("single_grounds") if code in stated]
        free = (
            any(code in stated for code in calculation.words("single_unlimited"))
            and _adult(standing.person, household)
            and key not in income.earners
        )
        text = "single-no-ground" if not facts else "single-over" if not (near or free) else "single-open"
        met &= text == "single-open"
        calculation.add(
            "means.amount.single",
            text,
            "household",
            member=key,
            facts=facts,
            parameters=("single_grounds", "near_threshold", "single_unlimited", "standard"),
            line=int(line),
        )
    return met


def single_base(household: Household, income: IncomeTest, calculation: Calculation) -> Fraction:
    """A fixed sum a person where the division sets one, else the gap to the persons' own income; not below zero
    is the caller's to see. Leaves the calculation at the base."""
    fixed = calculation.number("single_amount") * len(household.covered)
    if fixed:
        calculation.add(
            "means.amount.single", "single-fixed", "amount", "+", fixed, parameters=("single_amount",)
        )
        return Fraction(fixed)
    standard = calculation.standard_month() * len(household.covered)
    own = sum((income.of[key] for key in household.covered), Fraction(0))
    calculation.add(
        "means.amount.single", "single-standard", "amount", "+", standard, parameters=("standard",),
        covered=len(household.covered),
    )  # fmt: skip
    calculation.add("means.amount.single", "single-own-income", "amount", "-", own)
    return standard - own


def _adult(person: Person, household: Household) -> bool:
    return reached(person.born, ADULT, household.day)
