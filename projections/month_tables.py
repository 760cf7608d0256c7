"""A month's table of a county with each division below it, as figures are reported: what a closing keeps."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from domain.days import Month
from domain.ids import DivisionCode
from domain.month import MonthTable
from projections.awards import due_in
from projections.base import Row, Rows
from projections.closings import closed, lines, open_month
from projections.figures import (
    AREAS,
    MONEY,
    Number,
    average,
    cells,
    figures_of,
    lists_closed,
    month_table,
    tallies,
)
from projections.household import area_in
from projections.statistics import Statistics

LEVELS = (6, 9, 12)
COUNTED_ON = frozenset({*MONEY, "corrections", "correction_person_times"})
"""Figures of a month that later events still count into."""


def table_of(rows: Rows, programme: str, county: DivisionCode, month: Month) -> MonthTable:
    """Every division of the county that has a figure, each area that has one; of the county the zeros too."""
    january = Month(f"{month[:4]}-01")
    below: dict[DivisionCode, list[Row]] = defaultdict(list)
    for row in cells(rows, programme, january, month):
        if row["division"].startswith(county):
            for level in LEVELS:
                if len(row["division"]) >= level:
                    below[DivisionCode(row["division"][:level])].append(row)
    found: dict[DivisionCode, dict[str, dict[str, int | str]]] = {}
    for division, some in below.items():
        sums = tallies(some, division)
        zeros = division == county
        areas = {area: _whole(figures_of(sums, area, january, month), zeros) for area in AREAS}
        found[division] = {area: figures for area, figures in areas.items() if figures}
    lists = {
        name.partition("/")[2]: day for name, day in lists_closed(rows, programme, county, month).items()
    }
    return MonthTable(
        division=county,
        programme=programme,
        month=month,
        counted_by=Statistics.version,
        lists=lists,
        rows=found,
    )


def _whole(figures: dict[str, Number], zeros: bool) -> dict[str, int | str]:
    return {
        name: f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value
        for name, value in figures.items()
        if value or (zeros and value is not None)
    }


AVERAGES = {
    "average_supplement": ("paid", "persons"),
    "average_to_date": ("paid_to_date", "person_times_to_date"),
}
"""Figures that aren't summed: of what they are the quotient."""


def summed(tables: Iterable[Mapping[str, Mapping[str, int | str]]]) -> dict[str, dict[str, int | str]]:
    """Figures by area of several counties together; who moved from one to another came and went."""
    found: dict[str, dict[str, int | str]] = {}
    for table in tables:
        for area, figures in table.items():
            sums = found.setdefault(area, {})
            for name, value in figures.items():
                sums[name] = value if isinstance(value, str) else int(sums.get(name, 0)) + value
    for sums in found.values():
        for name, (money, heads) in AVERAGES.items():
            if name in sums:
                each = average(int(sums.get(money, 0)), int(sums.get(heads, 0))) or Fraction(0)
                sums[name] = f"{each.numerator}/{each.denominator}"
    return found


def number_of(value: int | str) -> Number:
    """A figure of a table as it was counted: an average is an exact fraction again."""
    return Fraction(value) if isinstance(value, str) else value


def correction_lines(
    rows: Rows,
    programme: str,
    division: DivisionCode,
    month: Month,
    reported: Mapping[str, Mapping[str, int | str]],
    among: Iterable[Row] | None = None,
) -> list[dict[str, Any]]:
    """The correction lines of a closed month, as `projections.closings.lines` has them.

    What others wrote between the last event that the table counts and its closing is one line a figure, at its end.
    """
    found = lines(rows, programme, division, month, reported, among)
    closing = closed(rows, division, programme, month)
    if closing is None or closing["at"] == closing["position"] + 1:
        return found
    told = {(line["area"], line["figure"]): line["new"] for line in found}
    about = {"month": month, "known": open_month(rows, division, programme, month)}
    about |= {"on": closing["on_day"], "position": closing["at"]}
    for area, figures in month_table(rows, programme, division, month).items():
        for figure, new in figures.items():
            if figure in COUNTED_ON or figure.startswith("steps."):
                old = told.get((area, figure), int(reported.get(area, {}).get(figure, 0)))
                if old != new:
                    line = {"area": area, "figure": figure, "old": old, "new": new}
                    found.append({**about, **line, "why": "while_closing"})
    return found


def living_areas(rows: Rows, programme: str, county: DivisionCode, month: Month) -> tuple[str, ...]:
    """Areas where awards live that the county pays in the month."""
    found = set()
    for household in rows.below(Statistics.households.case, "division", county):
        award = rows.get(Statistics.awards.name, (household["case_no"],))
        if award is not None and due_in(award, month) is not None and household["programme"] == programme:
            found.add(area_in(household, month))
    return tuple(sorted(found))
