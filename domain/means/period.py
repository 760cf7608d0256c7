"""The income period: whole months before the month of acceptance, or of the day a review opened (rules.md §4)."""

from calendar import isleap
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from domain.days import add_month, first_day, last_day, month_of
from domain.facts import Fact

DAY = timedelta(days=1)


class Period(NamedTuple):
    """First and last day, the number of whole months between, and the day they are counted back from."""

    first: date
    last: date
    months: int
    anchor: date


@lru_cache(maxsize=1024)
def period_before(anchor: date, months: int) -> Period:
    month = month_of(anchor)
    return Period(first_day(add_month(month, -months)), last_day(add_month(month, -1)), months, anchor)


def _whole_months(first: date, last: date) -> int | None:
    """How many whole months a span is; None if it isn't made of whole months."""
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return None
    return (last.year - first.year) * 12 + last.month - first.month + 1


def span_share(first: date, last: date, since: date, until: date) -> Fraction:
    """The part of the span since…until that lies within first…last: by months if whole, else by days."""
    begin, end = max(first, since), min(last, until)
    if begin > end:
        return Fraction(0)
    if begin == since and end == until:
        return Fraction(1)
    whole, inside = _whole_months(since, until), _whole_months(begin, end)
    if whole is not None and inside is not None:
        return Fraction(inside, whole)
    return Fraction((end - begin).days + 1, (until - since).days + 1)


def months_within(period: Period, since: date, until: date | None) -> Fraction:
    """For how many of the period's months something going on since…until holds; part of a month by its days."""
    begin = max(period.first, since)
    end = period.last if until is None else min(period.last, until)
    if begin > end:
        return Fraction(0)
    total = Fraction(0)
    month = month_of(begin)
    while first_day(month) <= end:
        first, last = first_day(month), last_day(month)
        days = (min(last, end) - max(first, begin)).days + 1
        total += Fraction(days, last.day)
        month = add_month(month, 1)
    return total


def a_month(fact: Fact, period: Period) -> Fraction | None:
    """What a fact brings a month of the period, exact; None if it was earned outside it (rules.md §10.1).

    With a last day its amount is for the whole span; without one it is an amount a month that goes on, and so it is
    where the fact says that it is a month's.
    """
    amount = fact.amount or 0
    until = fact.until
    if until is None or fact.by_month:
        if fact.since <= period.first and (until is None or until >= period.last):
            return Fraction(amount)
        within = months_within(period, fact.since, until)
        return amount * within / period.months if within else None
    if fact.since >= period.first and until <= period.last:
        return Fraction(amount, period.months)
    share = span_share(period.first, period.last, fact.since, until)
    return amount * share / period.months if share else None


def holds_on(fact: Fact, day: date) -> bool:
    """Whether it holds on a day. What wasn't reported works from the month after it began, so it is asked of the day
    before a month's first."""
    if fact.unreported:
        day -= DAY
    return fact.since <= day and (fact.until is None or day <= fact.until)


def works_late(fact: Fact, day: date) -> bool:
    """Whether an unreported income counts in the month of a day: from the month after it began to the one in which
    it was there no more (rules.md §3 from when)."""
    month = month_of(day)
    if month <= month_of(fact.since):
        return False
    return fact.until is None or month <= month_of(fact.until + DAY)


def reached(born: date, age: int, day: date) -> bool:
    """Whether the age is reached on that day; born on 29 February: on 28 February (rules.md §10.5)."""
    years = day.year - born.year
    if years != age:
        return years > age
    if (day.month, day.day) >= (born.month, born.day):
        return True
    return (born.month, born.day) == (2, 29) and (day.month, day.day) == (2, 28) and not isleap(day.year)
