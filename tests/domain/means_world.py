"""Short ways to make members, facts and a policy for tests of the means test."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from domain.catalogue import CATALOGUE
from domain.days import Month
from domain.explain import out_of_sum
from domain.facts import Fact, FactKind
from domain.ids import DivisionCode, FactKey, MemberKey
from domain.means import Assessment, Person, assess
from domain.policy import Parameter, Policy, parse_value

EVER = date(2020, 1, 1)
ANCHOR = date(2025, 3, 6)
COUNTY = DivisionCode("110199")


def person(key: str, born: str = "1980-01-01", *, head: bool = False) -> Person:
    return Person(
        key=MemberKey(key), sex="1", born=date.fromisoformat(born), kinship="02" if head else "97", head=head
    )


def persons(number: int) -> tuple[Person, ...]:
    return tuple(person(f"m{place}", head=place == 1) for place in range(1, number + 1))


def policy(standard: str | None = "600.00", *more: Parameter, **values: Any) -> Policy:
    """A rural county with this standard a month; `values` are parameters by name, from 2020 on."""
    given = ([parameter("standard", standard)] if standard else []) + [
        parameter(name, value) for name, value in values.items()
    ]
    return Policy([*given, *more], (COUNTY, DivisionCode("1101")), "dibao", "rural")


def parameter(name: str, value: Any, since: date = EVER, unit: str | None = None) -> Parameter:
    return Parameter(
        ref=f"policy:110199/dibao#{name}",
        name=name,
        value=parse_value(name, value),
        unit=unit or CATALOGUE[name].unit,
        since=since,
        division=COUNTY,
        programme="dibao",
        document="test",
    )


class Facts:
    """Facts with keys of their own; amounts in fen a month where no last day is given."""

    def __init__(self) -> None:
        self.all: list[Fact] = []

    def add(
        self, kind: FactKind, code: str, member: str | None = None, amount: int | None = None, **more: Any
    ) -> "Facts":
        key = FactKey(f"f{len(self.all) + 1}")
        fields: dict[str, Any] = {"since": EVER, "source": "declared", **more}
        self.all.append(
            Fact(
                key=key,
                kind=kind,
                code=code,
                member=MemberKey(member) if member else None,
                amount=amount,
                **fields,
            )
        )
        return self


def income(amount: int, member: str = "m1") -> list[Fact]:
    """An income of so many fen a month."""
    return Facts().add("income", "W1", member, amount).all


def run(
    members: Iterable[Person], facts: Iterable[Fact], rules: Policy, month: str = "2025-05", **more: Any
) -> Assessment:
    """Assess, and see that the lines add up."""
    options: dict[str, Any] = {"anchor": ANCHOR, "decided_on": date(2025, 4, 2), **more}
    answer = assess(tuple(members), facts, rules, month=Month(month), **options)
    assert out_of_sum(answer.explanation) == ()
    assert sum(answer.shares.values()) == answer.amount
    return answer
