"""China's days and months. An instant always has a zone; a day is the day in China (UTC+8, rules.md §5)."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NewType

from domain.errors import BadValue

CHINA = timezone(timedelta(hours=8))
Month = NewType("Month", str)
"""`YYYY-MM`: sorts as text."""
NEVER = Month("9999-12")
"""After every month."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


class BadDay(BadValue):
    """A text that is no day, month or instant, or an instant without a zone."""


def china_day(instant: datetime) -> date:
    """The day in China at that instant; raises `BadDay` for one without a zone."""
    if instant.tzinfo is None:
        raise BadDay("instant-without-zone", "instant")
    return instant.astimezone(CHINA).date()


def parse_day(text: str, field: str = "day") -> date:
    """A day written `YYYY-MM-DD`, nothing else."""
    if not _DAY.fullmatch(text):
        raise BadDay("day-not-a-day", field)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDay("day-not-a-day", field) from None


def parse_month(text: str, field: str = "month") -> Month:
    """A month written `YYYY-MM`, nothing else."""
    match = _MONTH.fullmatch(text)
    if match is None or match[1] == "0000":
        raise BadDay("month-not-a-month", field)
    return Month(text)


def parse_instant(text: str, field: str = "instant") -> datetime:
    """An ISO 8601 instant that names its zone (`Z` or an offset), given back in China's zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadDay("instant-not-an-instant", field) from None
    if instant.tzinfo is None:
        raise BadDay("instant-without-zone", field)
    try:
        return instant.astimezone(CHINA)
    except OverflowError:
        raise BadDay("instant-not-an-instant", field) from None


def show_instant(instant: datetime) -> str:
    """`2025-04-30T23:50:00+08:00`; microseconds only if there are any."""
    if instant.tzinfo is None:
        raise BadDay("instant-without-zone", "instant")
    return instant.astimezone(CHINA).isoformat()


@lru_cache(maxsize=4096)
def _month_at(index: int) -> Month:
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise BadDay("month-out-of-range", "month")
    return Month(f"{year:04d}-{month + 1:02d}")


@lru_cache(maxsize=4096)
def _index(month: Month) -> int:
    parse_month(month)
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_of(day: date) -> Month:
    return _month_at(day.year * 12 + day.month - 1)


def add_month(month: Month, k: int) -> Month:
    """The month `k` months later (earlier if negative)."""
    return _month_at(_index(month) + k)


def months_between(a: Month, b: Month) -> int:
    """How many months from `a` to `b`: 0 for the same, negative if `b` is earlier."""
    return _index(b) - _index(a)


def months(first: Month, last: Month) -> Iterator[Month]:
    """`first` to `last`, both inclusive; nothing if `last` is earlier."""
    for index in range(_index(first), _index(last) + 1):
        yield _month_at(index)


@lru_cache(maxsize=4096)
def first_day(month: Month) -> date:
    index = _index(month)
    return date(index // 12, index % 12 + 1, 1)


@lru_cache(maxsize=4096)
def last_day(month: Month) -> date:
    index = _index(month)
    year, number = index // 12, index % 12 + 1
    return date(year, number, monthrange(year, number)[1])


def add_months(anchor: date, k: int) -> date:
    """The same day `k` months after the anchor, or that month's last day where it is missing.

    A chain is counted from its first day: `add_months(first, k * period)`, never from the day before it.
    """
    index = anchor.year * 12 + anchor.month - 1 + k
    year, number = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise BadDay("month-out-of-range", "month")
    return date(year, number, min(anchor.day, monthrange(year, number)[1]))


def birthday(born: date, age: int) -> date:
    """The day the age is reached; born on 29 February: 28 February of a common year (rules.md §10)."""
    return add_months(born, 12 * age)


def age_on(born: date, day: date) -> int:
    """Whole years reached on that day; raises `BadDay` before the birth."""
    if day < born:
        raise BadDay("day-before-birth", "day")
    years = day.year - born.year
    return years if birthday(born, years) <= day else years - 1
