"""What holds for every household: order doesn't matter, shares add up, eligible is below, nothing under the minimum."""

import random
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.facts import Fact
from domain.ids import FactKey, MemberKey
from domain.means import Person
from domain.policy import Policy
from tests.domain.means_world import parameter, person, policy, run

CODES = ["W1", "W3", "B1", "B4", "P4", "T2", "T6", "X5", "X6", "X9", "T99"]
MEMBERS = ["m1", "m2", "m3", "m4", None]
DAYS = st.dates(date(2024, 1, 1), date(2025, 6, 30))


@st.composite
def facts(draw: st.DrawFn, property_too: bool = True) -> list[Fact]:
    found: list[Fact] = []
    kinds = [
        "income",
        "income",
        "income",
        "deduction",
        "category",
        "status",
        "disability",
        "supporter",
        "statement",
    ]
    for number in range(draw(st.integers(0, 8))):
        kind: Any = draw(st.sampled_from(kinds + (["property"] if property_too else [])))
        code = {
            "income": st.sampled_from(CODES),
            "deduction": st.sampled_from(["M1", "M2", "M3", "M5"]),
            "category": st.sampled_from(["C01", "C04", "C15"]),
            "status": st.sampled_from(["tekun", "child_aid", "student", "new_work", "prison"]),
            "disability": st.sampled_from(["4-1", "5-3", "1-4"]),
            "supporter": st.just("child"),
            "statement": st.just("transfers_in"),
            "property": st.sampled_from(["A1", "A7", "A11"]),
        }[kind]
        since = draw(DAYS)
        until = draw(st.none() | DAYS)
        numbers: dict[str, int] = {}
        if kind == "supporter":
            numbers = {"income": draw(st.integers(0, 2_000_000)), "heads": draw(st.integers(1, 5)),
                       "children": draw(st.integers(0, 4)), "supported": draw(st.integers(1, 3))}  # fmt: skip
        found.append(
            Fact(
                key=FactKey(f"f{number}"),
                kind=kind,
                code=draw(code),
                since=since,
                until=max(since, until) if until else None,
                source="declared",
                member=draw(st.sampled_from([MemberKey(m) if m else None for m in MEMBERS])),
                amount=draw(st.integers(0, 400_000)),
                numbers=numbers,
            )
        )
    return found


@st.composite
def families(draw: st.DrawFn) -> tuple[Person, ...]:
    born = st.dates(date(1935, 1, 1), date(2024, 12, 31))
    number = draw(st.integers(1, 4))
    head = draw(st.integers(1, number))
    return tuple(person(f"m{n}", draw(born).isoformat(), head=n == head) for n in range(1, number + 1))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    yearly = draw(st.booleans())
    standard = f"{draw(st.integers(100, 9000))}.{draw(st.integers(0, 99)):02d}"
    return policy(
        None,
        parameter("standard", standard, unit="yuan/year" if yearly else "yuan/month"),
        rounding_unit=draw(st.sampled_from(["0.01", "0.10", "1.00", "10.00"])),
        rounding_direction=draw(st.sampled_from(["up", "down", "nearest"])),
        minimum_payable=draw(st.sampled_from(["0.00", "1.00", "37.77"])),
        raise_to_minimum=draw(st.booleans()),
        gap_or_tier=draw(st.sampled_from(["gap", "tier"])),
        tiers="100.00 500.00, 300.00 200.00, 5000.00 50.00",
        gap_floor_percent=draw(st.sampled_from([0, 20])),
        presumed_minimum=draw(st.sampled_from(["0.00", "333.33"])),
        rigid_deduction_cap="200.00",
        earned_disregard="1.5",
        uplift_age_70=draw(st.sampled_from(["0", "15%", "104.00"])),
        uplift_C01=draw(st.sampled_from(["0", "33%", "77.77"])),
        uplift_minor="10%",
    )


@given(families(), facts(), policies(), st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_give_the_same_answer(
    family: tuple[Person, ...], stated: list[Fact], rules: Policy, order: random.Random
) -> None:
    first = run(family, stated, rules)
    shuffled = list(stated)
    order.shuffle(shuffled)
    assert run(family, shuffled, rules) == first


@given(families(), facts(), policies())
def test_the_parts_and_the_shares_are_the_amount(
    family: tuple[Person, ...], stated: list[Fact], rules: Policy
) -> None:
    answer = run(family, stated, rules)
    assert sum(answer.shares.values()) == answer.amount
    assert answer.household_part + sum(each.amount for each in answer.uplifts) == answer.amount
    assert set(answer.shares) == set(answer.covered) <= set(answer.counted)
    assert answer.household_part >= 0
    assert all(share >= 0 for share in answer.shares.values())


@given(families(), facts(), policies())
def test_nothing_under_the_minimum_and_nothing_for_who_is_not_eligible(
    family: tuple[Person, ...], stated: list[Fact], rules: Policy
) -> None:
    answer = run(family, stated, rules)
    minimum = rules.number("minimum_payable", date(2025, 5, 1))
    assert answer.amount == 0 or answer.amount >= max(minimum, 1)
    assert answer.eligible or answer.amount == 0
    assert answer.eligible == (not answer.grounds)


@given(families(), facts(property_too=False), policies())
def test_eligible_is_below_and_below_is_eligible(
    family: tuple[Person, ...], stated: list[Fact], rules: Policy
) -> None:
    answer = run(family, stated, rules)
    standard = rules.get("standard", date(2025, 5, 1))
    assert isinstance(standard.value, int)
    a_month = Fraction(standard.value, 12 if standard.unit == "yuan/year" else 1)
    below = answer.income_month.fraction < a_month * len(answer.counted)
    assert answer.eligible == (below and bool(answer.covered))


@given(st.integers(1, 6), st.integers(0, 400_000), st.integers(1, 200_000))
@settings(max_examples=200)
def test_a_plain_gap_is_rounded_once(heads: int, earned: int, standard: int) -> None:
    family = tuple(person(f"m{n}", head=n == 1) for n in range(1, heads + 1))
    stated = [Fact(key=FactKey("f1"), kind="income", code="W1", member=MemberKey("m1"),
                   since=date(2024, 1, 1), source="declared", amount=earned)]  # fmt: skip
    answer = run(family, stated, policy(f"{standard // 100}.{standard % 100:02d}"))
    gap = standard * heads - earned
    assert answer.amount == (gap // 100 * 100 if gap > 0 else 0)
    assert answer.eligible == (gap > 0)


@given(families(), facts(), policies())
def test_every_fact_and_parameter_a_line_names_is_kept(
    family: tuple[Person, ...], stated: list[Fact], rules: Policy
) -> None:
    explanation = run(family, stated, rules).explanation
    facts_kept = {fact.key for fact in explanation.facts}
    parameters_kept = {each.name for each in explanation.parameters}
    for line in explanation.lines:
        assert set(line.facts) <= facts_kept
        assert set(line.parameters) <= parameters_kept
