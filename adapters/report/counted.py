"""What is counted of a year, under the keys a report's figures are printed with."""

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction

from adapters.report.grammar import Key
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

_Sums = Mapping[tuple[Month, str], Tally]


def counted(rows: Rows, programme: str, division: str, year: int) -> dict[Key, Fraction]:
    """(programme, area, measure, period) → the exact value, fen for money, of a division and all below it.

    Periods: `M1` … `M12` and `end` as the month's list has it, spans `M1-M9` and `year` with their arrears and
    corrections, `3y` where all three years were counted. Where nobody was paid there is no average.
    """
    months = [_month(year, number) for number in range(1, 13)]
    sums = tallies(cells(rows, programme, _month(year - 2, 1), months[-1]), division)
    found: dict[Key, Fraction] = {}
    for area in AREAS:
        for number, month in enumerate(months, 1):
            for measure, value in _of_month(sums.get((month, area), Counter())):
                found[programme, area, measure, f"M{number}"] = value
        for first in range(1, 13):
            for last in range(first, 13):
                for measure, value in _of_span(sums, area, _month(year, first), _month(year, last)):
                    if first == last and measure in ("paid", "average_supplement"):
                        continue
                    found[programme, area, measure, f"M{first}-M{last}" if first != last else f"M{first}"] = (
                        value
                    )
        if lists_closed(rows, programme, division, _month(year - 2, 1)):
            for measure, value in _of_span(sums, area, _month(year - 2, 1), months[-1]):
                found[programme, area, measure, "3y"] = value
    return found


def _month(year: int, number: int) -> Month:
    return Month(f"{year:04d}-{number:02d}")


def _of_month(tally: Tally) -> Iterator[tuple[str, Fraction]]:
    for measure in ("households", "persons", "paid"):
        yield measure, Fraction(tally[measure])
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
