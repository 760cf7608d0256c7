"""Additions as printed (`uplift_min`, `uplift_max`): two grounds that hold all year, and what they come to."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from adapters.report.grammar import Figure
from adapters.simulate.homes import Home
from adapters.simulate.people import Role
from domain.money import Fen

SEVERE, ILL = "C01", "C04"
"""Severely disabled; seriously ill: neither comes or goes with an age in the year."""
Additions: TypeAlias = Mapping[str, int]
"""Percent of the standard by category."""


def additions_of(figures: Iterable[Figure]) -> Additions:
    """The most is for the severely disabled, the least for the seriously ill; empty where none is printed."""
    found = {
        one.measure: int(one.value)
        for one in figures
        if one.programme == "dibao" and one.measure in ("uplift_min", "uplift_max") and not one.unclear
    }
    if not found:
        return {}
    most, least = found.get("uplift_max"), found.get("uplift_min")
    return {SEVERE: most or least or 0, ILL: least or most or 0}


def give(
    roles: Sequence[Role], home: Home, least: Fen, standard: Fen, additions: Additions
) -> list[Fraction]:
    """The addition of each covered role in exact fen. `least`: the lowest amount the home is paid.

    Who can't have one without leaving nothing of the amount to the household has no ground; nor has anybody of a
    home whose people or income change in the year.
    """
    if not additions:
        return []
    left = Fraction(least - 100)
    given: list[Fraction] = []
    for role in roles:
        if role.status is not None:
            continue
        due = max(
            (standard * additions[code] / Fraction(100) for code in _grounds(role)), default=Fraction(0)
        )
        if due and (home.event is not None or due > left):
            _without(role)
            due = Fraction(0)
        left -= due
        given.append(due)
    return given


def _grounds(role: Role) -> list[str]:
    severe = role.disability is not None and role.disability[-1] in "12"
    return [*([SEVERE] if severe else []), *([ILL] if ILL in role.categories else [])]


def _without(role: Role) -> None:
    """The same person with an illness that gives no addition."""
    if role.disability is not None and role.disability[-1] in "12":
        role.disability = None
        role.causes[:] = ["1" if cause == "2" else cause for cause in role.causes if cause != "1"] or ["1"]
    role.categories[:] = ["C05" if code == ILL else code for code in role.categories]
