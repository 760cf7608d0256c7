"""Support due from relatives outside the household (rules.md §4; the rates are local)."""

from datetime import date
from fractions import Fraction

from domain.facts import Fact
from domain.ids import MemberKey
from domain.means.calculation import Calculation
from domain.means.model import Missing
from domain.means.period import holds_on

SUPPORT_CODES = ("T6", "T7", "T8")


def support(
    member: MemberKey | None,
    facts: dict[str, list[Fact]],
    received: Fraction,
    calculation: Calculation,
    day: date,
    missing: list[Missing],
) -> Fraction:
    """Support due that exceeds what was received, a month: the same money is never counted twice."""
    due = Fraction(0)
    for fact in facts.get("supporter", ()):
        if holds_on(fact, day):
            due += _due(fact, member, calculation, missing)
    if not due:
        return due
    within = min(due, received)
    if within:
        calculation.add("means.income.support", "support-received", "income", "-", within, member)
    return due - within


def _due(fact: Fact, member: MemberKey | None, calculation: Calculation, missing: list[Missing]) -> Fraction:
    """(income ÷ heads − threshold × standard) × rate ÷ people supported, or the ordered sum if it is more."""
    ordered = Fraction(fact.amount or 0)
    income, heads = fact.numbers.get("income"), fact.numbers.get("heads")
    if income is None or not heads:
        if fact.amount is None:
            missing.append(
                Missing(member=member, field="supporter.income" if income is None else "supporter.heads")
            )
        else:
            calculation.add(
                "means.income.support", "support-ordered", "income", "+", ordered, member, (fact,)
            )
        return ordered
    many = fact.numbers.get("children", 0) > calculation.number("supporter_few_children")
    rate = "supporter_rate_many" if many else "supporter_rate_few"
    threshold = calculation.ratio("supporter_threshold") * calculation.standard_month()
    over = Fraction(income, heads) - threshold
    due = max(over, Fraction(0)) * calculation.number(rate) / 100 / (fact.numbers.get("supported") or 1)
    names = ("supporter_threshold", rate, "supporter_few_children", "standard")
    if ordered > due:
        calculation.add(
            "means.income.support", "support-ordered", "income", "+", ordered, member, (fact,), names
        )
        return ordered
    calculation.add(
        "means.income.support",
        "support-due" if due else "support-none",
        "income",
        "+" if due else "note",
        due,
        member,
        (fact,),
        names,
    )
    return due
