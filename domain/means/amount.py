"""The household part: what is below the standard, by gap or by tier, exact until the one rounding (rules.md §4)."""

from fractions import Fraction

from domain.explain import Op
from domain.means.household import Household
from domain.means.ledger import Ledger
from domain.money import Direction, Fen, parse_yuan, round_once
from domain.policy import read_table


def household_part(income: Fraction, household: Household, ledger: Ledger) -> Fraction:
    """Fen a month, exact, of a household below the standard; the ledger stands at the gap when called."""
    counted, covered = len(household.counted), len(household.covered)
    gap = ledger.standard_month() * counted - income
    if ledger.word("gap_or_tier") == "tier":
        return _tier(income, gap, counted, covered, ledger)
    part = gap * covered / counted
    step(ledger, "means.amount.covered", "not-covered-part", part - gap, covered=covered, counted=counted)
    return _at_least(part, gap, counted, covered, ledger)


def step(ledger: Ledger, rule: str, text: str, by: Fraction, *parameters: str, **params: str | int) -> None:
    """A line that moves the running sum, left out where it moves nothing."""
    if by:
        op: Op = "+" if by > 0 else "-"
        ledger.add(rule, text, "amount", op, abs(by), None, (), parameters, **params)


def _tier(income: Fraction, gap: Fraction, counted: int, covered: int, ledger: Ledger) -> Fraction:
    part = Fraction(0)
    reached = ""
    for below, fen in read_table(ledger.words("tiers")).items():
        if income < parse_yuan(below) * counted:
            part, reached = Fraction(fen * covered), below
            break
    step(
        ledger,
        "means.amount.tier",
        "tier",
        part - gap,
        "gap_or_tier",
        "tiers",
        below=reached,
        covered=covered,
    )
    return part


def _at_least(part: Fraction, gap: Fraction, counted: int, covered: int, ledger: Ledger) -> Fraction:
    percent = ledger.number("gap_floor_percent")
    least = ledger.standard_month() * percent / 100
    if not percent or gap >= least * counted:
        return part
    step(ledger, "means.amount.floor", "gap-floor", least * covered - part, "gap_floor_percent", "standard")
    return least * covered


def rounded(total: Fraction, ledger: Ledger) -> Fen:
    """The one rounding, then the minimum: below it nothing, or the minimum where a division sets that."""
    unit = max(ledger.number("rounding_unit"), 1)
    amount = round_once(total, unit, direction(ledger.word("rounding_direction")))
    step(ledger, "means.amount.rounding", "rounding", amount - total, "rounding_unit", "rounding_direction")
    minimum = ledger.number("minimum_payable")
    if amount > 0 and amount >= minimum:
        return amount
    raised = ledger.flag("raise_to_minimum") and total > 0
    payable = minimum if raised else 0
    step(
        ledger,
        "means.amount.minimum",
        "raised-to-minimum" if raised else "below-minimum",
        Fraction(payable - amount),
        "minimum_payable",
        "raise_to_minimum",
    )
    return payable


def direction(word: str) -> Direction:
    return "up" if word == "up" else "nearest" if word == "nearest" else "down"
