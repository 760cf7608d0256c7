"""Who is counted and whom the award pays: two of the three head counts, never mixed (rules.md §1)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from domain.facts import Fact
from domain.ids import MemberKey
from domain.means.calculation import Calculation
from domain.means.model import Person
from domain.means.period import holds_on


class Standing(NamedTuple):
    """A counted member with its facts by kind, in canonical order."""

    person: Person
    facts: dict[str, list[Fact]]

    def of(self, kind: str) -> list[Fact]:
        return self.facts.get(kind, _NONE)


_NONE: list[Fact] = []


class Household(NamedTuple):
    """Counted members in the order given, covered ones among them, and the household's own facts."""

    counted: tuple[Standing, ...]
    covered: tuple[MemberKey, ...]
    own: dict[str, list[Fact]]
    day: date
    single: bool
    """Whether somebody who could be covered is left out on purpose: single-person dibao."""

    def standing(self, key: MemberKey) -> Standing:
        return next(standing for standing in self.counted if standing.person.key == key)


def _order(fact: Fact) -> tuple[str, str, date, int, str]:
    return (fact.kind, fact.code, fact.since, fact.item, fact.key)


def count(
    members: Sequence[Person],
    facts: Iterable[Fact],
    calculation: Calculation,
    covered: frozenset[MemberKey] | None,
) -> Household:
    """Members counted and covered on the calculation's day; facts of people who are neither are not read."""
    by_member: dict[MemberKey | None, dict[str, list[Fact]]] = {person.key: {} for person in members}
    by_member[None] = {}
    for fact in sorted(facts, key=_order):
        mine = by_member.get(fact.member)
        if mine is not None:
            mine.setdefault(fact.kind, []).append(fact)
    day = calculation.day
    counted: list[Standing] = []
    paid: list[MemberKey] = []
    single = False
    for person in members:
        mine = by_member[person.key]
        states = [fact for fact in mine.get("status", ()) if holds_on(fact, day)]
        calculation.read(states)
        out = (
            [fact for fact in states if fact.code in calculation.words("not_counted_statuses")]
            if states
            else []
        )
        if out:
            calculation.add(
                "means.household.counted",
                "not-counted",
                "household",
                member=person.key,
                facts=out,
                parameters=("not_counted_statuses",),
                status=out[0].code,
            )
            continue
        counted.append(Standing(person, mine))
        kept = (
            [fact for fact in states if fact.code in calculation.words("not_covered_statuses")]
            if states
            else []
        )
        if kept:
            calculation.add(
                "means.household.counted",
                "not-covered",
                "household",
                member=person.key,
                facts=kept,
                parameters=("not_covered_statuses",),
                status=kept[0].code,
            )
        elif covered is None or person.key in covered:
            paid.append(person.key)
        else:
            single = True
    calculation.add(
        "means.household.counted",
        "heads",
        "household",
        given=len(members),
        counted=len(counted),
        covered=len(paid),
    )
    return Household(tuple(counted), tuple(paid), by_member[None], day, single)


def conditions(standing: Standing, day: date) -> dict[str, Fact]:
    """A person's category codes on that day, each with its fact; a disability's grade gives C01, C02 or C03.

    C06, C07 and C08 come from the day of birth, never from a stated category.
    """
    found: dict[str, Fact] = {}
    for fact in standing.facts.get("category", ()):
        if holds_on(fact, day) and fact.code not in ("C06", "C07", "C08"):
            found.setdefault(fact.code, fact)
    for fact in standing.facts.get("disability", ()):
        if holds_on(fact, day):
            kind, _, grade = fact.code.partition("-")
            code = "C01" if grade in ("1", "2") else "C02" if grade == "3" and kind in "56" else "C03"
            found.setdefault(code, fact)
    return found
