"""The means test from end to end: who is counted, income, property, amount, shares, and why."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from domain.days import Month, first_day
from domain.explain import SCHEMA_VERSION, Explanation, exact
from domain.facts import Fact
from domain.ids import MemberKey
from domain.means.amount import household_part, rounded, step
from domain.means.calculation import Calculation
from domain.means.household import Household, count
from domain.means.income import IncomeTest
from domain.means.model import Assessment, Incomplete, Missing, Person, Uplift
from domain.means.period import period_before
from domain.means.property import within_limits
from domain.means.shares import split, whole_uplifts
from domain.means.single import single_base, single_route_open
from domain.means.uplift import Due, uplifts
from domain.money import Fen
from domain.policy import Policy

INCOME, PROPERTY, ALREADY_AIDED, SINGLE = "R01", "R02", "R04", "R08"


def assess(
    members: Sequence[Person],
    facts: Iterable[Fact],
    policy: Policy,
    *,
    anchor: date,
    month: Month,
    decided_on: date,
    survey_done: bool = True,
    covered: frozenset[MemberKey] | None = None,
    kept: Fen | None = None,
) -> Assessment:
    """What a household is due for `month`, and why; the same facts in any order give the same answer.

    `anchor`: the day of acceptance, or the day a review opened: income is that of the whole months before its
    month. Parameters are those in force on the month's first day, statuses and categories those that hold then,
    property what is held on `decided_on`. `covered`: None for all who can be; a set leaves the others out
    (single-person dibao). `kept`: the household part, in fen, that a gradual exit goes on with.
    Raises `Incomplete` with everything that isn't stated, `PolicyGap` where a parameter has no value.
    """
    calculation = Calculation(policy, first_day(month))
    household = count(members, facts, calculation, covered)
    income = IncomeTest(household, calculation, period_before(anchor, calculation.number("income_months")))
    missing: list[Missing] = []
    total = income.run(missing, survey_done)
    grounds: list[str] = []
    if not household.covered:
        grounds.append(ALREADY_AIDED)
    if not within_limits(household, calculation, decided_on, missing):
        grounds.append(PROPERTY)
    if missing:
        raise Incomplete(tuple(missing))
    if household.single and not single_route_open(household, income, calculation):
        grounds.append(SINGLE)
    amount, due = _amount(household, income, month, calculation, grounds, kept)
    whole = whole_uplifts({key: each.amount for key, each in due.items()}, amount)
    head = next((person.key for person in members if person.head), None)
    shares = split(amount, household.covered, whole, head)
    for key, share in shares.items():
        calculation.add("means.shares", "share", "shares", "+", share, key)
    calculation.add("means.shares", "shares-total", "shares", "=", sum(shares.values()))
    grounds.sort()
    counted = tuple(standing.person.key for standing in household.counted)
    return Assessment(
        eligible=not grounds,
        grounds=tuple(grounds),
        counted=counted,
        covered=household.covered,
        income_month=exact(total),
        amount=amount,
        household_part=amount - sum(whole.values()),
        uplifts=tuple(
            Uplift(member=key, parameter=due[key].parameter, amount=fen) for key, fen in whole.items() if fen
        ),
        shares=shares,
        explanation=Explanation(
            version=SCHEMA_VERSION,
            month=month,
            anchor=anchor,
            decided_on=decided_on,
            eligible=not grounds,
            grounds=tuple(grounds),
            lines=tuple(calculation.lines),
            facts=calculation.facts_read(),
            parameters=calculation.parameters_read(),
            result=amount,
        ),
    )


def _amount(
    household: Household,
    income: IncomeTest,
    month: Month,
    calculation: Calculation,
    grounds: list[str],
    kept: Fen | None,
) -> tuple[Fen, dict[MemberKey, Due]]:
    """The amount in fen; what another ground takes away is shown as its own line."""
    part = _base(household, income, calculation, grounds, kept)
    if part is None:
        return _nothing(calculation, grounds), {}
    due = uplifts(household, month, calculation)
    for key, each in due.items():
        calculation.add(
            "means.uplift", "uplift", "amount", "+", each.amount, key, each.facts, (each.parameter, "standard"),
            name=each.parameter,
        )  # fmt: skip
    total = part + sum((each.amount for each in due.values()), Fraction(0))
    amount = rounded(total, calculation)
    if grounds:
        step(
            calculation,
            "means.amount.result",
            "refused",
            Fraction(-amount),
            grounds=" ".join(sorted(grounds)),
        )
        amount, due = 0, {}
    calculation.add("means.amount.result", "amount", "amount", "=", amount)
    return amount, due


def _base(
    household: Household, income: IncomeTest, calculation: Calculation, grounds: list[str], kept: Fen | None
) -> Fraction | None:
    """The household part before additions; None, with its ground, where income isn't below."""
    if not household.covered:
        return None
    standard = calculation.standard_month()
    heads = len(household.counted)
    if kept is not None:
        return _gradual(household, income, calculation, grounds, kept)
    if household.single:
        part = single_base(household, income, calculation)
        calculation.add("means.amount.single", "single-gap", "amount", "=", part)
        if part > 0:
            return part
    else:
        calculation.add(
            "means.amount.standard", "standard", "amount", "+", standard * heads, parameters=("standard",),
            heads=heads, unit=calculation.parameter("standard").unit,
        )  # fmt: skip
        calculation.add("means.amount.gap", "income", "amount", "-", income.total)
        gap = standard * heads - income.total
        below = gap > 0
        calculation.add("means.amount.gap", "gap" if below else "not-below", "amount", "=", gap)
        if below:
            return household_part(income.total, household, calculation)
        part = gap
    grounds.append(INCOME)
    step(calculation, "means.amount.gap", "no-gap", -part)
    return None


def _gradual(
    household: Household, income: IncomeTest, calculation: Calculation, grounds: list[str], kept: Fen
) -> Fraction | None:
    """Gradual exit (渐退): the household part goes on while income is under the near-threshold line, no more
    than the standard for each person covered."""
    standard = calculation.standard_month()
    line = calculation.ratio("near_threshold") * standard * len(household.counted)
    names = ("near_threshold", "standard")
    if income.total >= line:
        calculation.add("means.amount.gradual", "gradual-over", "amount", parameters=names, line=int(line))
        grounds.append(INCOME)
        return None
    calculation.add("means.amount.gradual", "gradual", "amount", "+", kept, parameters=names, line=int(line))
    most = standard * len(household.covered)
    step(calculation, "means.amount.gradual", "gradual-most", min(most - kept, Fraction(0)), "standard")
    return min(Fraction(kept), most)


def _nothing(calculation: Calculation, grounds: list[str]) -> Fen:
    calculation.add("means.amount.result", "nothing", "amount", "=", 0, grounds=" ".join(sorted(grounds)))
    return 0
