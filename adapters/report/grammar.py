"""Figures of published work reports, one a row: `report,programme,area,measure,period,value,unit,step`.

A figure is met when the exact value, rounded half up to the step it was printed with, is the printed one.
Values in yuan are held in fen; everything is an exact `Fraction`.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from math import floor
from pathlib import Path
from typing import Literal, TypeAlias

from domain.errors import BadValue

Key: TypeAlias = tuple[str, str, str, str]
"""(programme, area, measure, period): `M1` … `M12`, spans as `M1-M9`, `3y`, `campaign`."""
PeriodKind: TypeAlias = Literal["month", "span", "end", "three_years", "campaign", "unknown"]

COLUMNS = ("report", "programme", "area", "measure", "period", "value", "unit", "step")
AREAS = ("urban", "rural", "all")
COUNTS = frozenset(
    {
        *("households", "persons", "person_times", "covered_persons", "applications"),
        *("new_households", "new_persons", "exits_households", "exits_persons"),
        *("reviewed_households", "reviewed_persons", "review_exits_households", "review_exits_persons"),
        *("towns", "subdistricts", "communities", "villages"),
    }
)
MONEY = frozenset({"paid", "average_supplement", "standard", "standard_before"})
MEASURES = COUNTS | MONEY | {"uplift_min", "uplift_max"}
PROGRAMMES = frozenset(
    {
        *("population", "divisions", "dibao", "dibao_single", "tekun", "near_threshold", "retired_workers"),
        *("orphan", "child_without_support", "disability", "disability_living", "disability_nursing"),
        *("temporary_aid", "medical_aid", "price_subsidy", "one_off_living", "funeral", "income_deduction"),
        *("disaster_relief", "outreach", "charity", "funds"),
    }
)
_EACH = ("yuan/person", "yuan/person-time", "yuan/person/month")
_SET = ("yuan/person/month", "yuan/person/year")
_UNITS: dict[str, tuple[str, ...]] = {
    "paid": ("yuan",),
    "average_supplement": _EACH,
    "standard": _SET,
    "standard_before": _SET,
    "uplift_min": ("percent",),
    "uplift_max": ("percent",),
    "person_times": ("person-time",),
}
UNITS = frozenset(
    {"household", "person", "count", "yuan/worker/month", *(one for some in _UNITS.values() for one in some)}
)

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)
_MONTH = re.compile(r"M(\d{1,2})", re.ASCII)
_SPAN = re.compile(r"M(\d{1,2})-M(\d{1,2})", re.ASCII)
_AREA = re.compile(r"(urban|rural|all)(?:_([a-z0-9_]+))?", re.ASCII)


class BadFigures(BadValue):
    """A figures file that can't be read; `line` counts from 1 (the header), `column` is the column's name."""

    def __init__(self, code: str, line: int, column: str, **params: str | int) -> None:
        super().__init__(code, column, line=line, column=column, **params)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Period:
    """`first`..`last`: months 1–12, both 0 where the period has none (`3y`, `campaign`, unknown).

    `name`: the same for all ways of printing it (`year`, `M1-M12`, `M01-M12`); the last day is December's.
    """

    text: str
    kind: PeriodKind
    first: int = 0
    last: int = 0

    @property
    def name(self) -> str:
        if not self.first:
            return self.text
        return f"M{self.first}" if self.first == self.last else f"M{self.first}-M{self.last}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure. `value` and `step` in fen where `unit` is yuan, else in the unit itself.

    `unclear` names the columns whose words are not understood; such a figure is kept and shown.
    """

    line: int
    report: str
    programme: str
    area: str
    measure: str
    period: Period
    value: Fraction
    unit: str
    step: Fraction
    unclear: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return (self.programme, self.area, self.measure, self.period.name)

    @property
    def money(self) -> bool:
        return self.unit.startswith("yuan")

    @property
    def low(self) -> Fraction:
        """The least exact value that is printed so."""
        return self.value - self.step / 2

    @property
    def high(self) -> Fraction:
        """The least exact value above that is printed otherwise."""
        return self.value + self.step / 2

    def show(self, exact: Fraction) -> str:
        """An exact value as this figure's unit writes it, two decimals for money."""
        return show(exact, money=self.money)

    @property
    def shown(self) -> str:
        return self.show(self.value)


def show(exact: Fraction, *, money: bool) -> str:
    """Fen as yuan with two decimals; other values as whole numbers, or four decimals if they are not."""
    if money:
        places, exact = 2, exact / 100
    else:
        places = 0 if exact.denominator == 1 else 4
    scaled = floor(exact * 10**places + Fraction(1, 2))
    whole, rest = divmod(abs(scaled), 10**places)
    tail = f".{rest:0{places}d}" if places else ""
    return f"{'-' if scaled < 0 else ''}{whole}{tail}"


def meets(figure: Figure, exact: Fraction) -> bool:
    """Whether the exact value (fen for yuan), rounded half up to the printed step, is the printed one."""
    return floor(exact / figure.step + Fraction(1, 2)) * figure.step == figure.value


def split_area(area: str) -> tuple[str, str | None] | None:
    """`urban_city` as (`urban`, `city`); None if the area is none of urban, rural, all."""
    match = _AREA.fullmatch(area)
    return (match[1], match[2]) if match else None


def read_period(text: str) -> Period:
    """`M12`, `M1-M9`, `year`, `end`, `3y`, `campaign`; anything else is of kind `unknown`."""
    if text == "year":
        return Period(text, "span", 1, 12)
    if text == "end":
        return Period(text, "end", 12, 12)
    if text == "3y":
        return Period(text, "three_years")
    if text == "campaign":
        return Period(text, "campaign")
    if (month := _MONTH.fullmatch(text)) and 1 <= int(month[1]) <= 12:
        return Period(text, "month", int(month[1]), int(month[1]))
    if (span := _SPAN.fullmatch(text)) and 1 <= int(span[1]) <= int(span[2]) <= 12:
        return Period(text, "month" if span[1] == span[2] else "span", int(span[1]), int(span[2]))
    return Period(text, "unknown")


def units_of(measure: str) -> tuple[str, ...]:
    """In which units a measure may be printed."""
    if measure in _UNITS:
        return _UNITS[measure]
    ends = {"households": "household", "persons": "person"}
    return (ends.get(measure.rpartition("_")[2], "count"),)


def _number(text: str, line: int, column: str, *, yuan: bool) -> Fraction:
    if not _NUMBER.fullmatch(text):
        raise BadFigures("figures.not-a-number", line, column)
    value = Fraction(text) * (100 if yuan else 1)
    if yuan and value.denominator != 1:
        raise BadFigures("figures.below-a-fen", line, column)
    return value


def _figure(row: list[str], line: int) -> Figure:
    if len(row) != len(COLUMNS):
        missing = COLUMNS[len(row)] if len(row) < len(COLUMNS) else COLUMNS[-1]
        raise BadFigures("figures.columns", line, missing)
    cells = [cell.strip() for cell in row]
    for column, cell in zip(COLUMNS, cells, strict=True):
        if not cell:
            raise BadFigures("figures.empty", line, column)
    report, programme, area, measure, period_text, value_text, unit, step_text = cells
    yuan = unit.startswith("yuan")
    value = _number(value_text, line, "value", yuan=yuan)
    step = _number(step_text, line, "step", yuan=yuan)
    if step == 0:
        raise BadFigures("figures.step-zero", line, "step")
    if (value / step).denominator != 1:
        raise BadFigures("figures.value-off-step", line, "value")
    if unit in UNITS and measure in MEASURES and unit not in units_of(measure):
        raise BadFigures("figures.unit", line, "unit")
    period = read_period(period_text)
    unclear = tuple(
        column
        for column, understood in (
            ("programme", programme in PROGRAMMES),
            ("area", split_area(area) is not None),
            ("measure", measure in MEASURES),
            ("period", period.kind != "unknown"),
            ("unit", unit in UNITS),
        )
        if not understood
    )
    return Figure(line, report, programme, area, measure, period, value, unit, step, unclear)


def read_figures(lines: Iterable[str]) -> tuple[Figure, ...]:
    """All figures of a file in its order; raises `BadFigures` at the first row that is malformed."""
    return tuple(_read(lines))


def _read(lines: Iterable[str]) -> Iterator[Figure]:
    rows = csv.reader(lines, strict=True)
    try:
        header = next(rows, [])
        for column, cell in zip(COLUMNS, [*header, *[""] * len(COLUMNS)], strict=False):
            if cell.strip().removeprefix("\ufeff") != column:
                raise BadFigures("figures.header", 1, column)
        for row in rows:
            if any(cell.strip() for cell in row):
                yield _figure(row, rows.line_num)
    except csv.Error:
        raise BadFigures("figures.quoting", rows.line_num, COLUMNS[0]) from None


def load_figures(path: Path) -> tuple[Figure, ...]:
    """The figures of a UTF-8 file; raises `BadFigures`, also for bytes that are no UTF-8."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadFigures("figures.not-utf-8", 1, COLUMNS[0]) from None
    return read_figures(text.splitlines())


def shipped_figures() -> tuple[Figure, ...]:
    """The figures of four published reports that come with doudi."""
    text = files("adapters").joinpath("seed", "reports", "figures.csv").read_text(encoding="utf-8")
    return read_figures(text.splitlines())


def of_report(figures: Iterable[Figure], report: str) -> tuple[Figure, ...]:
    """One report's figures; raises `BadFigures` (line 0) if the file has none of it."""
    found = tuple(figure for figure in figures if figure.report == report)
    if not found:
        raise BadFigures("figures.no-such-report", 0, "report", report=report)
    return found
