"""What is counted of a year, under the keys a report's figures are printed with."""

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from adapters.report.grammar import Key
from domain.campaign import Campaign
from domain.days import Month
from projections.base import Rows
from projections.figures import (
    AREAS,
    Tally,
    average,
    cells,
    exits_persons,
    lists_closed,
    new_persons,
    tallies,
    to_date,
    total,
)
from projections.places import Places

Parts: TypeAlias = Mapping[str, tuple[str, ...]]
"""Which divisions a part of an area is: `city` of `urban_city`."""

_Sums = Mapping[tuple[Month, str], Tally]
_STEPS = ("reviewed_households", "reviewed_persons", "review_exits_households", "review_exits_persons")


def counted(
    rows: Rows,
    programme: str,
    division: str,
    year: int,
    *,
    parts: Parts | None = None,
    campaign: Campaign | None = None,
) -> dict[Key, Fraction]:
    """(programme, area, measure, period) → the exact value, fen for money, of a division and all below it.

    Of a division that another stands for: its months before.

    Areas: `urban`, `rural`, `all`, and each of them for every part, as `urban_city`. Periods: `M1` … `M12` and `end`
    as the month's list has it, spans `M1-M9` and `year` with their arrears and corrections, `3y` where all three
    years were counted, `campaign` over its months if they are given. Where nobody was paid there is no average.
    """
    first, last = _month(year - 2, 1), _month(year, 12)
    if campaign is not None:
        first, last = min(first, campaign[0]), max(last, campaign[1])
    stood = Places(rows).last(division)
    found = cells(rows, programme, first, min(last, stood) if stood else last)
    three = bool(lists_closed(rows, programme, division, _month(year - 2, 1)))
    values: dict[Key, Fraction] = {}
    places: dict[str, str | tuple[str, ...]] = {"": division}
    places |= {f"_{part}": codes for part, codes in (parts or {}).items()}
    for mark, codes in places.items():
        sums = tallies(found, codes)
        for area in AREAS:
            for measure, period, value in _of_area(sums, area, year, three, campaign):
                values[programme, area + mark, measure, period] = value
    return values


def _of_area(
    sums: _Sums, area: str, year: int, three: bool, campaign: Campaign | None
) -> Iterator[tuple[str, str, Fraction]]:
    months = [_month(year, number) for number in range(1, 13)]
    for number, month in enumerate(months, 1):
        for measure, value in _of_month(sums.get((month, area), Counter())):
            yield measure, f"M{number}", value
    for first in range(1, 13):
        for last in range(first, 13):
            for measure, value in _of_span(sums, area, months[first - 1], months[last - 1]):
                if first == last and measure in ("paid", "average_supplement"):
                    continue
                yield measure, f"M{first}-M{last}" if first != last else f"M{first}", value
    if three:
        for measure, value in _of_span(sums, area, _month(year - 2, 1), months[-1]):
            yield measure, "3y", value
    if campaign is not None:
        for measure, value in _of_span(sums, area, *campaign):
            yield measure, "campaign", value


def _month(year: int, number: int) -> Month:
    return Month(f"{year:04d}-{number:02d}")


def _of_month(tally: Tally) -> Iterator[tuple[str, Fraction]]:
    for measure in ("households", "persons", "paid"):
        yield measure, Fraction(tally[measure])
    yield "covered_persons", Fraction(tally["persons"])
    each = average(tally["paid"], tally["persons"])
    if each is not None:
        yield "average_supplement", each


def _of_span(sums: _Sums, area: str, first: Month, last: Month) -> Iterator[tuple[str, Fraction]]:
    money, heads = to_date(sums, area, first, last)
    yield "paid", Fraction(money)
    yield "person_times", Fraction(heads)
    each = average(money, heads)
    if each is not None:
        yield "average_supplement", each
    within = [tally for (month, one), tally in sums.items() if one == area and first <= month <= last]
    yield "new_households", Fraction(sum(total(tally, "new_households") for tally in within))
    yield "new_persons", Fraction(sum(new_persons(tally) for tally in within))
    yield "exits_households", Fraction(sum(total(tally, "exits_households") for tally in within))
    yield "exits_persons", Fraction(sum(exits_persons(tally) for tally in within))
    yield "applications", Fraction(sum(tally["steps.applications"] for tally in within))
    for name in _STEPS:
        yield name, Fraction(sum(tally[f"steps.{name}"] for tally in within))
