"""The official calendar: days off by the State Council's yearly notice, weekends worked instead (调休).

A year is either whole or unknown. In an unknown year only weekends and statutory days are off; a day reckoned
over it is *provisional* and is reckoned again when the notice is loaded (rules.md §5 and §10.11).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from csv import DictReader
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from domain.days import add_months
from domain.errors import BadValue

Kind: TypeAlias = Literal["working", "calendar", "months"]

_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1990, 2199


class BadCalendar(BadValue):
    """A year that is not whole, or a reckoning no calendar can answer."""


class Due(msgspec.Struct, frozen=True):
    """A reckoned day; `provisional` if the span reached a year that isn't loaded."""

    day: date
    provisional: bool = False


class YearCalendar(msgspec.Struct, frozen=True):
    """One year as published. `days_off`: statutory days and the weekdays given off with them; `workdays`:
    the Saturdays and Sundays worked instead; plain weekends are in neither. `document`: the notice.
    """

    year: int
    days_off: frozenset[date]
    workdays: frozenset[date]
    document: str

    def is_working(self, day: date) -> bool:
        return day in self.workdays or (day.weekday() < 5 and day not in self.days_off)


@lru_cache(maxsize=1)
def _lunar() -> Mapping[int, tuple[date, date, date, date]]:
    path = Path(__file__).with_name("festivals.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {
            int(row["year"]): (
                date.fromisoformat(row["spring"]),
                date.fromisoformat(row["qingming"]),
                date.fromisoformat(row["duanwu"]),
                date.fromisoformat(row["zhongqiu"]),
            )
            for row in DictReader(file)
        }


@lru_cache(maxsize=256)
def statutory_days(year: int) -> frozenset[date]:
    """Statutory days off of all citizens, by the 全国年节及纪念日放假办法 as it stood in that year.

    The lunar ones come from a table of 2000–2099 and are left out beyond it.
    """
    fixed = [date(year, 1, 1), date(year, 5, 1), *(date(year, 10, d) for d in (1, 2, 3))]
    if year < 2008:
        fixed += [date(year, 5, 2), date(year, 5, 3)]
    if year >= 2025:
        fixed.append(date(year, 5, 2))
    lunar = _lunar().get(year)
    if lunar is None:
        return frozenset(fixed)
    spring, *others = lunar
    first, count = (0, 3) if year < 2008 else (-1, 3) if year < 2014 else (0, 3) if year < 2025 else (-1, 4)
    days = [spring + (first + k) * _DAY for k in range(count)]
    return frozenset(fixed + days + (others if year >= 2008 else []))


def check_year(year: int, days_off: Iterable[date], workdays: Iterable[date], document: str) -> YearCalendar:
    """A year's notice, whole, or `BadCalendar`.

    Refused: a day of another year; a statutory day that is not off or is worked; an extra day off that falls
    on a Saturday or Sunday; a moved workday that falls on Monday to Friday; a day in both; no document.
    A notice that moves days of the year before is loaded for each of the two years.
    """
    off, work = frozenset(days_off), frozenset(workdays)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadCalendar("calendar-year", "year", year=year)
    if not document.strip():
        raise BadCalendar("calendar-document", "document", year=year)
    statutory = statutory_days(year)
    _none_of("calendar-other-year", "days_off", (d for d in off | work if d.year != year))
    _none_of("calendar-both", "workdays", off & work)
    _none_of("calendar-statutory-worked", "workdays", statutory & work)
    _none_of("calendar-statutory-missing", "days_off", (d for d in statutory - off if d.weekday() < 5))
    _none_of("calendar-extra-on-weekend", "days_off", (d for d in off - statutory if d.weekday() > 4))
    _none_of("calendar-workday-on-weekday", "workdays", (d for d in work if d.weekday() < 5))
    return YearCalendar(year, off | statutory, work, document.strip())


def _none_of(code: str, field: str, days: Iterable[date]) -> None:
    wrong = sorted(days)
    if wrong:
        raise BadCalendar(code, field, days=", ".join(map(str, wrong)))


@lru_cache(maxsize=256)
def _guessed(year: int) -> YearCalendar:
    return YearCalendar(year, statutory_days(year), frozenset(), "")


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    for k in range((date(year, 12, 31) - first).days + 1):
        yield first + k * _DAY


class Calendar:
    """The loaded years together. Immutable."""

    __slots__ = ("_cache", "_working", "years")

    def __init__(self, years: Mapping[int, YearCalendar]) -> None:
        for year, loaded in years.items():
            if year != loaded.year:
                raise BadCalendar("calendar-year", "year", year=year)
        self.years = dict(years)
        self._working: dict[int, list[date]] = {}
        self._cache: dict[tuple[date, int], Due] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.years == other.years

    def __hash__(self) -> int:
        return hash(frozenset(self.years.items()))

    def known(self, year: int) -> bool:
        return year in self.years

    def is_working(self, day: date) -> bool:
        """Whether offices work that day; a guess in a year that isn't `known`."""
        return (self.years.get(day.year) or _guessed(day.year)).is_working(day)

    def working_days(self, year: int) -> list[date]:
        """That year's working days in order; not to be changed."""
        days = self._working.get(year)
        if days is None:
            table = self.years.get(year) or _guessed(year)
            days = self._working[year] = [day for day in _days(year) if table.is_working(day)]
        return days

    def add_working_days(self, start: date, n: int) -> Due:
        """The n-th working day after `start`, which is not counted; `start` itself for 0."""
        key = (start, n)
        due = self._cache.get(key)
        if due is None:
            if len(self._cache) > 100_000:
                self._cache.clear()
            due = self._cache[key] = self._add(start, n)
        return due

    def _add(self, start: date, n: int) -> Due:
        if n < 0:
            raise BadCalendar("calendar-span", "n", n=n)
        if n == 0:
            return Due(start)
        year = (start + _DAY).year
        days = self.working_days(year)
        place = bisect_right(days, start) + n - 1
        provisional = year not in self.years
        while place >= len(days):
            place -= len(days)
            year += 1
            days = self.working_days(year)
            provisional = provisional or year not in self.years
        return Due(days[place], provisional)

    def working_days_before(self, day: date, n: int) -> date:
        """The n-th working day before `day`, which is not counted; `day` itself for 0."""
        if n < 0:
            raise BadCalendar("calendar-span", "n", n=n)
        if n == 0:
            return day
        year = day.year
        place = bisect_left(self.working_days(year), day) - n
        while place < 0:
            year -= 1
            place += len(self.working_days(year))
        return self.working_days(year)[place]

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days after `start` up to and with `end`; negative if `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        whole = sum(len(self.working_days(year)) for year in range(start.year, end.year))
        return (
            whole
            + bisect_right(self.working_days(end.year), end)
            - bisect_right(self.working_days(start.year), start)
        )

    def last_working_on_or_before(self, day: date) -> date:
        return day if self.is_working(day) else self.working_days_before(day, 1)


def due(kind: Kind, start: date, n: int, calendar: Calendar) -> Due:
    """The last day of a span that begins with `start`, which is not counted.

    Only working days look at the calendar; a last day of calendar days or months is not moved (rules.md §5).
    For a chain of months give its first day and `k * period`.
    """
    if kind == "working":
        return calendar.add_working_days(start, n)
    if n < 0:
        raise BadCalendar("calendar-span", "n", n=n)
    if kind == "calendar":
        return Due(start + n * _DAY)
    if kind == "months":
        return Due(add_months(start, n))
    raise BadCalendar("calendar-kind", "kind")


def reminder_back(day: date, n: int, calendar: Calendar) -> date:
    """`n` calendar days before `day`; on a day off the last working day before it (rules.md §5)."""
    return calendar.last_working_on_or_before(day - n * _DAY)
