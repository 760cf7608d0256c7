"""Campaign months (集中核查): runs of months, the same every year, in which all are reviewed (rules.md §3, §6)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeAlias

from domain.days import Month, add_month, first_day, last_day, month_of

Campaign: TypeAlias = tuple[Month, Month]
"""First and last month."""


def campaign_after(numbers: Sequence[str], day: date) -> Campaign:
    """The first campaign that begins after a day; `numbers`: the months of the year, `"1"` … `"12"`, at least one."""
    return min(one for one in _around(numbers, day.year) if first_day(one[0]) > day)


def campaign_until(numbers: Sequence[str], month: Month) -> Campaign | None:
    """The last campaign that is over by the end of a month; None without campaign months."""
    return max((one for one in _around(numbers, int(month[:4])) if one[1] <= month), default=None)


def campaign_due(numbers: Sequence[str], due: date) -> Campaign | None:
    """The campaign whose last day is the day; None if none ends on it."""
    ended = campaign_until(numbers, month_of(due)) if due == last_day(month_of(due)) else None
    return ended if ended is not None and ended[1] == month_of(due) else None


def _around(numbers: Sequence[str], year: int) -> Iterator[Campaign]:
    """Those that begin in the year, the two before it and the one after it."""
    chosen = {int(one) for one in numbers}
    starts = [one for one in sorted(chosen) if (one - 2) % 12 + 1 not in chosen] or sorted(chosen)[:1]
    for start in starts:
        length = 1
        while length < 12 and (start + length - 1) % 12 + 1 in chosen:
            length += 1
        for begins in range(year - 2, year + 2):
            first = Month(f"{begins:04d}-{start:02d}")
            yield first, add_month(first, length - 1)
