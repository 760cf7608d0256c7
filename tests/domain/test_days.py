from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.days import (
    CHINA,
    BadDay,
    Month,
    add_month,
    add_months,
    age_on,
    birthday,
    china_day,
    first_day,
    last_day,
    month_of,
    months,
    months_between,
    parse_day,
    parse_instant,
    parse_month,
    show_instant,
)

DAYS = st.dates(date(1900, 1, 1), date(2150, 12, 31))


def test_the_day_is_chinas_wherever_the_machine_stands() -> None:
    late = parse_instant("2025-04-30T23:50+08:00")
    early = datetime(2025, 4, 30, 16, 10, tzinfo=UTC)
    new_york = early.astimezone(timezone(timedelta(hours=-4)))
    assert china_day(late) == date(2025, 4, 30)
    assert china_day(early) == china_day(new_york) == date(2025, 5, 1)


def test_an_instant_without_zone_is_refused() -> None:
    for use in (china_day, show_instant):
        with pytest.raises(BadDay, match="instant-without-zone"):
            use(datetime(2025, 4, 30))  # noqa: DTZ001
    with pytest.raises(BadDay, match="instant-without-zone"):
        parse_instant("2025-04-30T23:50:00")
    with pytest.raises(BadDay, match="instant-not-an-instant"):
        parse_instant("yesterday")


def test_instants_are_shown_in_chinas_zone() -> None:
    assert show_instant(datetime(2025, 4, 30, 16, 10, tzinfo=UTC)) == "2025-05-01T00:10:00+08:00"
    assert show_instant(parse_instant("2025-04-30T16:10:00.000250Z")) == "2025-05-01T00:10:00.000250+08:00"


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(CHINA)))  # noqa: DTZ001
def test_shown_instants_are_read_back(instant: datetime) -> None:
    assert parse_instant(show_instant(instant)) == instant


@pytest.mark.parametrize(
    "text", ["2025-2-3", "20250203", "2025-02-30", "2025-W05-1", "55-07-16", "", "２０２５-01-01"]
)
def test_a_day_has_one_spelling(text: str) -> None:
    with pytest.raises(BadDay) as refused:
        parse_day(text, "born")
    assert refused.value.field == "born"


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "2025-1", "0000-01", "2025-01-01", ""])
def test_a_month_has_one_spelling(text: str) -> None:
    with pytest.raises(BadDay, match="month-not-a-month"):
        parse_month(text)


def test_months_run_over_the_years_edge() -> None:
    assert add_month(Month("2025-11"), 3) == "2026-02"
    assert add_month(Month("2025-01"), -1) == "2024-12"
    assert list(months(Month("2025-11"), Month("2026-02"))) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert list(months(Month("2025-02"), Month("2025-01"))) == []
    assert months_between(Month("2025-11"), Month("2026-02")) == 3
    assert months_between(Month("2026-02"), Month("2025-11")) == -3
    with pytest.raises(BadDay, match="month-not-a-month"):
        add_month(Month("2025-13"), 1)


@given(DAYS)
def test_a_day_lies_in_its_month(day: date) -> None:
    month = month_of(day)
    assert first_day(month) <= day <= last_day(month)
    assert month_of(last_day(month) + timedelta(1)) == add_month(month, 1)
    assert parse_day(str(day)) == day
    assert parse_month(month) == month


def test_a_chain_of_months_is_counted_from_its_first_day() -> None:
    anchor = date(2025, 1, 31)
    assert [add_months(anchor, k) for k in (1, 2, 3)] == [
        date(2025, 2, 28),
        date(2025, 3, 31),
        date(2025, 4, 30),
    ]
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2024, 2, 29), 48) == date(2028, 2, 29)
    assert add_months(date(2025, 3, 31), -1) == date(2025, 2, 28)


def test_born_on_29_february_the_age_is_reached_on_28_of_a_common_year() -> None:
    born = date(2008, 2, 29)
    assert birthday(born, 17) == date(2025, 2, 28)
    assert birthday(born, 16) == date(2024, 2, 29)
    assert age_on(born, date(2025, 2, 27)) == 16
    assert age_on(born, date(2025, 2, 28)) == 17
    assert age_on(born, date(2024, 2, 28)) == 15


@given(DAYS, st.integers(0, 110))
def test_an_age_is_reached_on_its_birthday_and_not_before(born: date, age: int) -> None:
    reached = birthday(born, age)
    assert age_on(born, reached) == age
    if age:
        assert age_on(born, reached - timedelta(1)) == age - 1


def test_nobody_has_an_age_before_birth() -> None:
    with pytest.raises(BadDay, match="day-before-birth"):
        age_on(date(2025, 1, 2), date(2025, 1, 1))
