"""Standards and additions as the policy has them: one value for all places that are asked about, or none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from adapters.report.counted import Parts
from adapters.report.grammar import Figure, Key, split_area
from domain.campaign import Campaign, campaign_until
from domain.catalogue import CATALOGUE
from domain.days import Month, add_month, first_day
from domain.ids import DivisionCode
from domain.policy import Policy, PolicyGap, read_share

PolicyOf: TypeAlias = Callable[[DivisionCode, str], Policy]
"""The policy of a division in an area, `urban` or `rural`."""
Values: TypeAlias = tuple[Fraction, ...]

SET = frozenset({"standard", "standard_before", "uplift_min", "uplift_max"})
_UPLIFTS = tuple(
    name for name, spec in CATALOGUE.items() if name.startswith("uplift_") and spec.kind == "share"
)
_AREAS = {"urban": ("urban",), "rural": ("rural",), "all": ("urban", "rural")}


def in_force(
    figures: Iterable[Figure],
    policy_of: PolicyOf,
    places: Sequence[DivisionCode],
    year: int,
    *,
    parts: Parts | None = None,
    campaign: Campaign | None = None,
) -> dict[Key, Values]:
    """The values that are in force in the period's last month, by the key of each figure that asks for them.

    `places`: all divisions in scope; those that have none below them count. Standards are fen a month, additions
    percent of the standard; `standard_before` is of the month before the period. More than one: places differ.
    """
    ends = _lowest(places)
    found: dict[Key, Values] = {}
    for figure in figures:
        if figure.measure not in SET or (split := split_area(figure.area)) is None:
            continue
        area, part = split
        month = _month_of(figure, year, campaign)
        if month is None or (part is not None and part not in (parts or {})):
            continue
        within = [one for one in ends if part is None or one.startswith((parts or {})[part])]
        policies = [policy_of(one, name) for one in within for name in _AREAS[area]]
        values = _values(figure.measure, policies, first_day(month))
        if values:
            found[figure.key] = values
    return found


def _lowest(places: Sequence[DivisionCode]) -> list[DivisionCode]:
    above = {place[:length] for place in places for length in (2, 4, 6, 9) if length < len(place)}
    return [place for place in places if place not in above]


def _month_of(figure: Figure, year: int, campaign: Campaign | None) -> Month | None:
    """The period's last month; for what was in force before, the month before its first."""
    kind, first, last = figure.period.kind, figure.period.first, figure.period.last
    span: Campaign | None = None
    if kind == "three_years":
        span = Month(f"{year - 2:04d}-01"), Month(f"{year:04d}-12")
    elif kind == "campaign":
        span = campaign
    elif first:
        span = Month(f"{year:04d}-{first:02d}"), Month(f"{year:04d}-{last:02d}")
    if span is None:
        return None
    return add_month(span[0], -1) if figure.measure == "standard_before" else span[1]


def _values(measure: str, policies: Sequence[Policy], day: date) -> Values:
    standards = [one for policy in policies if (one := _standard(policy, day)) is not None]
    if measure.startswith("standard"):
        return tuple(sorted(set(standards)))
    shares = [share for policy in policies for share in _shares(policy, day)]
    if not shares:
        return ()
    return (min(shares),) if measure == "uplift_min" else (max(shares),)


def _standard(policy: Policy, day: date) -> Fraction | None:
    try:
        found = policy.get("standard", day)
    except PolicyGap:
        return None
    return Fraction(int(found.value or 0), 12 if found.unit.endswith("/year") else 1)  # type: ignore[arg-type]


def _shares(policy: Policy, day: date) -> Iterator[Fraction]:
    """Additions in percent of the standard; a fixed one as what it comes to."""
    standard = _standard(policy, day)
    for name in _UPLIFTS:
        kind, number = read_share(policy.word(name, day))
        if kind == "percent":
            yield Fraction(number)
        elif kind == "fixed" and standard:
            yield Fraction(number * 100) / standard


def single(values: Mapping[Key, Values]) -> dict[Key, Fraction]:
    """Those that are the same in all places."""
    return {key: some[0] for key, some in values.items() if len(some) == 1}


def usual_campaign(
    policy_of: PolicyOf, places: Sequence[DivisionCode], year: int, last: int
) -> Campaign | None:
    """The last campaign that is over by month `last` of the year, where all places have the same one by policy."""
    month = Month(f"{year:04d}-{last:02d}")
    found = {
        campaign_until(policy_of(one, area).words("review_campaign_months", first_day(month)), month)
        for one in _lowest(places)
        for area in ("urban", "rural")
    }
    return found.pop() if len(found) == 1 else None
