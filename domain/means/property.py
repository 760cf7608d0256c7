"""Property that excludes: counts, money, and what a surveyor found (rules.md §4, 民发〔2021〕57号 art. 14)."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from domain.days import add_months
from domain.facts import Fact
from domain.ids import MemberKey
from domain.means.calculation import Calculation
from domain.means.household import Household
from domain.means.model import Missing
from domain.means.period import holds_on

_COUNTS = {
    "dwellings_max": ("A11",),
    "cars_max": ("A7",),
    "machines_max": ("A9", "A10"),
    "shops_max": ("A12",),
    "businesses_max": ("A15",),
}
_LIMIT_OF = {code: name for name, codes in _COUNTS.items() for code in codes}
_HOME_SOLD = "4"


def within_limits(household: Household, calculation: Calculation, day: date, missing: list[Missing]) -> bool:
    """Whether the property held on that day keeps within every limit; each limit met or broken is a line."""
    counted: dict[str, list[Fact]] = {}
    money: list[Fact] = []
    deposit_codes: tuple[int | str, ...] = ()
    fits = True
    for member, fact in _held(household, day):
        if fact.kind == "limit_breach":
            calculation.add(
                "means.property.breach",
                "limit-breach",
                "property",
                member=member,
                facts=(fact,),
                code=fact.code,
            )
            fits = False
            continue
        if not deposit_codes:
            deposit_codes = calculation.words("deposit_codes")
        if fact.exempt and _exempt(fact, member, day, calculation):
            continue
        if fact.code in deposit_codes:
            if fact.amount is None:
                missing.append(Missing(member=member, field=f"property.{fact.code}"))
            else:
                money.append(fact)
        elif fact.code in _LIMIT_OF:
            counted.setdefault(_LIMIT_OF[fact.code], []).append(fact)
        else:
            calculation.add(
                "means.property.count",
                "property-not-limited",
                "property",
                member=member,
                facts=(fact,),
                code=fact.code,
            )
    for name in _COUNTS:
        if name in counted:
            fits &= _count(name, counted[name], calculation)
    if money:
        fits &= _money(money, len(household.counted), calculation)
    return fits


def _held(household: Household, day: date) -> Iterator[tuple[MemberKey | None, Fact]]:
    owners: list[tuple[MemberKey | None, dict[str, list[Fact]]]] = [
        (standing.person.key, standing.facts) for standing in household.counted
    ]
    for member, facts in (*owners, (None, household.own)):
        for kind in ("property", "limit_breach"):
            for fact in facts.get(kind, ()):
                if holds_on(fact, household.day if fact.unreported else day):
                    yield member, fact


def _exempt(fact: Fact, member: MemberKey | None, day: date, calculation: Calculation) -> bool:
    parameters: tuple[str, ...] = ()
    if fact.exempt == _HOME_SOLD:
        parameters = ("home_sale_months",)
        if day > add_months(fact.since, calculation.number("home_sale_months")):
            calculation.add(
                "means.property.exempt", "exemption-over", "property", member=member, facts=(fact,),
                parameters=parameters, code=fact.code,
            )  # fmt: skip
            return False
    calculation.add(
        "means.property.exempt", "exempt", "property", member=member, facts=(fact,), parameters=parameters,
        code=fact.code, exempt=fact.exempt or "",
    )  # fmt: skip
    return True


def _count(name: str, facts: list[Fact], calculation: Calculation) -> bool:
    limit = calculation.number(name)
    number = sum(fact.numbers.get("count", 1) for fact in facts)
    fits = limit < 0 or number <= limit
    calculation.add(
        "means.property.count",
        f"{name}-{'kept' if fits else 'broken'}".replace("_", "-"),
        "property",
        facts=facts,
        parameters=(name,),
        count=number,
        limit=limit,
    )
    return fits


def _money(facts: list[Fact], heads: int, calculation: Calculation) -> bool:
    months = calculation.number("deposit_months")
    total = sum(fact.amount or 0 for fact in facts)
    most = months * heads * calculation.standard_month() if months >= 0 else Fraction(total)
    fits = total <= most
    calculation.add(
        "means.property.money",
        "money-kept" if fits else "money-broken",
        "property",
        "note",
        Fraction(total),
        None,
        facts,
        ("deposit_months", "deposit_codes", "standard"),
        most=int(most),
        heads=heads,
    )
    return fits
