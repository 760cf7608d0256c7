"""Campaign months: runs of months, the same every year, over the turn of the year too."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaign import campaign_after, campaign_due, campaign_until
from domain.days import Month, first_day, last_day, months

NUMBERS = st.sets(st.integers(1, 12), min_size=1).map(lambda some: tuple(map(str, sorted(some))))
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("numbers", "day", "campaign"),
    [
        (("10", "11"), date(2024, 9, 30), ("2024-10", "2024-11")),
        (("10", "11"), date(2024, 10, 1), ("2025-10", "2025-11")),
        (("5", "11"), date(2024, 5, 31), ("2024-11", "2024-11")),
        (("1", "12"), date(2024, 3, 1), ("2024-12", "2025-01")),
        (tuple(map(str, range(1, 13))), date(2024, 3, 1), ("2025-01", "2025-12")),
    ],
)
def test_the_next_campaign_begins_after_the_day(
    numbers: tuple[str, ...], day: date, campaign: tuple[str, str]
) -> None:
    assert campaign_after(numbers, day) == campaign


@pytest.mark.parametrize(
    ("numbers", "month", "campaign"),
    [
        (("10", "11"), "2025-09", ("2024-10", "2024-11")),
        (("10", "11"), "2025-10", ("2024-10", "2024-11")),
        (("10", "11"), "2025-11", ("2025-10", "2025-11")),
        (("1", "12"), "2025-06", ("2024-12", "2025-01")),
        ((), "2025-06", None),
    ],
)
def test_the_last_campaign_is_over_by_the_month(
    numbers: tuple[str, ...], month: str, campaign: tuple[str, str] | None
) -> None:
    assert campaign_until(numbers, Month(month)) == campaign


@given(NUMBERS, DAYS)
def test_each_campaign_is_a_whole_run_of_its_months(numbers: tuple[str, ...], day: date) -> None:
    first, last = campaign_after(numbers, day)
    assert first_day(first) > day
    assert all(str(int(month[5:])) in numbers for month in months(first, last))
    assert campaign_due(numbers, last_day(last)) == (first, last)
    assert campaign_until(numbers, last) == (first, last)
    if len(numbers) < 12:
        assert str(last_day(last).month % 12 + 1) not in numbers


@given(NUMBERS, DAYS)
def test_only_a_months_last_day_ends_a_campaign(numbers: tuple[str, ...], day: date) -> None:
    month = Month(f"{day:%Y-%m}")
    ended = campaign_until(numbers, month)
    ends_here = ended is not None and ended[1] == month and day == last_day(month)
    assert campaign_due(numbers, day) == (ended if ends_here else None)
    assert campaign_due((), day) is None
