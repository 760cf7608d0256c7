"""城乡低保统计表: the county table of 31 numbered columns, as published by county offices; money in yuan.

A row for each division below, and the total. Its checks stand on the names of the columns: the numbers printed
with the first two (2 = 9 + 10 + 11 + 12; 2 ≤ 13 + … + 17) are off by two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from adapters.report.grammar import show
from domain.days import Month
from projections.base import Rows
from projections.figures import Number, Tally, cells, figures_of, tallies

LABOUR = tuple(f"labour_{code}" for code in "1234")
CAUSES = tuple(f"cause_{code}" for code in "123456")
_PARTS = ("dibao", "price_subsidy", "old_age", "other")
TO_DATE = tuple(f"to_date_{part}" for part in _PARTS)
OF_MONTH = tuple(f"month_{part}" for part in _PARTS)
MONEY = frozenset({*TO_DATE, *OF_MONTH, "to_date_total", "month_total", "average_supplement"})
COLUMNS: tuple[str, ...] = (
    *("households", "persons", "women", "elderly", "minors", "disabled"),
    *LABOUR,
    *CAUSES,
    *("new_households", "new_persons", "exits_households", "exits_persons"),
    *("to_date_total", *TO_DATE, "month_total", *OF_MONTH, "average_supplement"),
)
"""Column n of the table is COLUMNS[n - 1]."""

BAND = 16
"""After so many columns a printed table may be broken: persons before, flows and money after."""

_FROM = {
    "new_households": "reported_new_households",
    "new_persons": "reported_new_persons",
    "exits_households": "reported_exits_households",
    "exits_persons": "reported_exits_persons",
}
_BELOW = {2: 4, 4: 6, 6: 9, 9: 12}


@dataclass(frozen=True, slots=True)
class Check:
    """`left` and `right` as whole numbers (fen for money); `division`: the row, `""` for the total row."""

    name: str
    division: str
    left: int
    right: int
    at_most: bool = False

    @property
    def holds(self) -> bool:
        return self.left <= self.right if self.at_most else self.left == self.right


@dataclass(frozen=True, slots=True)
class CountyTable:
    """`rows` by division, `total` of the whole; values by column name, money in fen."""

    rows: Mapping[str, Mapping[str, Number]]
    total: Mapping[str, Number]
    checks: Sequence[Check]


def county_table(rows: Rows, programme: str, division: str, month: Month, area: str) -> CountyTable:
    """The table of a division's parts that have figures this year; of a village: itself."""
    january = Month(f"{month[:4]}-01")
    found = cells(rows, programme, january, month)
    length = _BELOW.get(len(division), len(division))
    parts = sorted({row["division"][:length] for row in found if row["division"].startswith(division)})
    lines = {part: _line(tallies(found, part), area, january, month) for part in parts}
    total = _line(tallies(found, division), area, january, month)
    checks = [*_checks("", total), *(check for part, line in lines.items() for check in _checks(part, line))]
    return CountyTable(lines, total, [*_sums(lines, total), *checks])


def _line(
    sums: Mapping[tuple[Month, str], Tally], area: str, january: Month, month: Month
) -> dict[str, Number]:
    figures = figures_of(sums, area, january, month)
    line: dict[str, Number] = {name: figures.get(_FROM.get(name, name), 0) for name in COLUMNS}
    line["to_date_dibao"] = figures["paid_to_date"]
    line["month_dibao"] = _whole(figures, "paid") + _whole(figures, "corrections")
    line["to_date_total"] = sum(_whole(line, name) for name in TO_DATE)
    line["month_total"] = sum(_whole(line, name) for name in OF_MONTH)
    return line


def _whole(line: Mapping[str, Number], name: str) -> int:
    value = line[name]
    assert isinstance(value, int)
    return value


def _checks(division: str, line: Mapping[str, Number]) -> list[Check]:
    def added(names: Sequence[str]) -> int:
        return sum(_whole(line, name) for name in names)

    return [
        Check("persons_by_labour", division, _whole(line, "persons"), added(LABOUR)),
        Check("persons_by_cause", division, _whole(line, "persons"), added(CAUSES), at_most=True),
        Check("to_date_parts", division, _whole(line, "to_date_total"), added(TO_DATE)),
        Check("month_parts", division, _whole(line, "month_total"), added(OF_MONTH)),
    ]


def _sums(lines: Mapping[str, Mapping[str, Number]], total: Mapping[str, Number]) -> list[Check]:
    """The total row is the sum of the rows, for persons and money."""
    return [
        Check(f"rows_{name}", "", _whole(total, name), sum(_whole(line, name) for line in lines.values()))
        for name in ("households", "persons", "to_date_total", "month_total")
    ]


def shown(name: str, value: Number) -> str:
    """A cell as printed: yuan with two decimals, whole numbers, an empty average as nothing."""
    return "" if value is None else show(Fraction(value), money=name in MONEY)
