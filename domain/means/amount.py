"""The household part: what is below the standard, by gap or by tier, exact until the one rounding (rules.md §4)."""

from fractions import Fraction

from domain.explain import Op
from domain.means.calculation import Calculation
from domain.means.household import Household
from domain.money import Direction, Fen, parse_yuan, round_once
from domain.policy import read_table


def household_part(income: Fraction, household: Household, calculation: Calculation) -> Fraction:
    """Fen a month, exact, of a household below the standard; the calculation stands at the gap when called."""
    counted, covered = len(household.counted), len(household.covered)
    gap = calculation.standard_month() * counted - income
    if calculation.word("gap_or_tier") == "tier":
        return _tier(income, gap, counted, covered, calculation)
    part = gap * covered / counted
    step(
        calculation, "means.amount.covered", "not-covered-part", part - gap, covered=covered, counted=counted
    )
    return _at_least(part, gap, counted, covered, calculation)


def step(
    calculation: Calculation, rule: str, text: str, by: Fraction, *parameters: str, **params: str | int
) -> None:
    """A line that moves the running sum, left out where it moves nothing."""
    if by:
        op: Op = "+" if by > 0 else "-"
        calculation.add(rule, text, "amount", op, abs(by), None, (), parameters, **params)


def _tier(income: Fraction, gap: Fraction, counted: int, covered: int, calculation: Calculation) -> Fraction:
    part = Fraction(0)
    reached = ""
    for below, fen in read_table(calculation.words("tiers")).items():
        if income < parse_yuan(below) * counted:
            part, reached = Fraction(fen * covered), below
            break
    step(
        calculation,
        "means.amount.tier",
        "tier",
        part - gap,
        "gap_or_tier",
        "tiers",
        below=reached,
        covered=covered,
    )
    return part


def _at_least(
    part: Fraction, gap: Fraction, counted: int, covered: int, calculation: Calculation
) -> Fraction:
    percent = calculation.number("gap_floor_percent")
    least = calculation.standard_month() * percent / 100
    if not percent or gap >= least * counted:
        return part
    step(
        calculation,
        "means.amount.floor",
        "gap-floor",
        least * covered - part,
        "gap_floor_percent",
        "standard",
    )
    return least * covered


def rounded(total: Fraction, calculation: Calculation) -> Fen:
    """The one rounding, then the minimum: below it nothing, or the minimum where a division sets that."""
    unit = max(calculation.number("rounding_unit"), 1)
    amount = round_once(total, unit, direction(calculation.word("rounding_direction")))
    step(
        calculation,
        "means.amount.rounding",
        "rounding",
        amount - total,
        "rounding_unit",
        "rounding_direction",
    )
    minimum = calculation.number("minimum_payable")
    if amount > 0 and amount >= minimum:
        return amount
    raised = calculation.flag("raise_to_minimum") and total > 0
    payable = minimum if raised else 0
    step(
        calculation,
        "means.amount.minimum",
        "raised-to-minimum" if raised else "below-minimum",
        Fraction(payable - amount),
        "minimum_payable",
        "raise_to_minimum",
    )
    return payable


def direction(word: str) -> Direction:
    return "up" if word == "up" else "nearest" if word == "nearest" else "down"
