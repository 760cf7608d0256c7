from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.seed.calendars import shipped_calendars
from domain.calendar import (
    BadCalendar,
    Calendar,
    Due,
    check_year,
    due,
    reminder_back,
    statutory_days,
)

D = date.fromisoformat
DAY = timedelta(1)
SHIPPED = {loaded.year: loaded for loaded in shipped_calendars()}
CALENDAR = Calendar(SHIPPED)
KNOWN_DAYS = st.dates(date(2004, 1, 1), date(2026, 6, 30))
SPANS = st.integers(0, 70)


def test_cl1_moved_weekends_are_worked() -> None:
    assert CALENDAR.add_working_days(D("2025-09-26"), 3) == Due(D("2025-09-30"))
    assert CALENDAR.add_working_days(D("2025-09-29"), 10) == Due(D("2025-10-20"))
    assert CALENDAR.is_working(D("2025-09-28"))
    assert not CALENDAR.is_working(D("2025-10-08"))


def test_the_shipped_years_agree_with_another_reckoning() -> None:
    theirs = holidays.country_holidays("CN", years=range(2003, 2028))
    day, differ = date(2004, 1, 1), []
    while day <= date(2026, 12, 31):
        if CALENDAR.is_working(day) != theirs.is_working_day(day):
            differ.append(day)
        day += DAY
    assert differ == [D("2005-12-31")]


def test_statutory_days_as_the_law_stood() -> None:
    assert [len(statutory_days(year)) for year in (2007, 2008, 2014, 2025)] == [10, 11, 11, 13]
    assert D("2013-02-09") in statutory_days(2013)
    assert D("2014-01-30") not in statutory_days(2014)
    assert {D("2027-02-05"), D("2027-02-08"), D("2027-04-05")} <= statutory_days(2027)
    assert statutory_days(2150) == {
        date(2150, *d) for d in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
    }


def _count(start: date, n: int) -> date:
    while n:
        start += DAY
        n -= CALENDAR.is_working(start)
    return start


@given(KNOWN_DAYS, SPANS)
def test_adding_is_counting_day_by_day(start: date, n: int) -> None:
    assert CALENDAR.add_working_days(start, n) == Due(_count(start, n))


@given(st.dates(date(2005, 1, 1), date(2030, 1, 1)), st.integers(1, 70))
def test_going_back_undoes_going_on(start: date, n: int) -> None:
    end = CALENDAR.add_working_days(start, n).day
    assert CALENDAR.working_days_before(end, n) == CALENDAR.last_working_on_or_before(start)
    assert CALENDAR.working_days_between(start, end) == n
    assert CALENDAR.working_days_between(end, start) == -n


def test_a_span_into_an_unknown_year_is_provisional() -> None:
    assert CALENDAR.add_working_days(D("2026-12-30"), 1) == Due(D("2026-12-31"))
    assert CALENDAR.add_working_days(D("2026-12-31"), 1) == Due(D("2027-01-04"), provisional=True)
    assert CALENDAR.add_working_days(D("2003-12-31"), 1) == Due(D("2004-01-02"))
    assert CALENDAR.add_working_days(D("2003-12-30"), 2).provisional
    assert not CALENDAR.known(2027)
    assert not CALENDAR.is_working(D("2027-02-05"))
    assert CALENDAR.is_working(D("2027-02-10"))


def test_loading_the_year_settles_what_was_provisional() -> None:
    extra = {D("2027-02-09"), D("2027-02-10")}
    moved = {D("2027-01-30"), D("2027-02-20")}
    year = check_year(2027, statutory_days(2027) | extra, moved, "试用通知")
    loaded = Calendar({**CALENDAR.years, 2027: year})
    start = D("2027-02-04")
    assert CALENDAR.add_working_days(start, 1) == Due(D("2027-02-09"), provisional=True)
    assert loaded.add_working_days(start, 1) == Due(D("2027-02-11"))
    assert loaded != CALENDAR
    assert loaded == Calendar(loaded.years)


OFF, WORK = statutory_days(2027), {D("2027-02-20")}


@pytest.mark.parametrize(
    ("off", "work", "document", "code"),
    [
        ({D("2027-10-01")}, set(), "x", "calendar-statutory-missing"),
        (OFF - {D("2027-02-08")}, WORK, "x", "calendar-statutory-missing"),
        (OFF | {D("2027-02-13")}, WORK, "x", "calendar-extra-on-weekend"),
        (OFF, {D("2027-02-18")}, "x", "calendar-workday-on-weekday"),
        (OFF, {D("2027-10-02")}, "x", "calendar-both"),
        (OFF - {D("2027-10-02")}, {D("2027-10-02")}, "x", "calendar-statutory-worked"),
        (OFF | {D("2026-12-31")}, WORK, "x", "calendar-other-year"),
        (OFF, WORK, " ", "calendar-document"),
    ],
)
def test_a_year_is_whole_or_refused(off: set[date], work: set[date], document: str, code: str) -> None:
    with pytest.raises(BadCalendar) as refused:
        check_year(2027, off, work, document)
    assert refused.value.code == code


def test_a_statutory_day_on_a_weekend_need_not_be_listed() -> None:
    weekend = {day for day in OFF if day.weekday() > 4}
    assert weekend
    assert check_year(2027, OFF - weekend, WORK, "x") == check_year(2027, OFF, WORK, "x")


def test_a_year_stands_under_its_own_number() -> None:
    with pytest.raises(BadCalendar, match="calendar-year"):
        Calendar({2020: SHIPPED[2021]})


def test_calendar_days_and_months_are_not_moved() -> None:
    assert due("calendar", D("2025-05-06"), 7, CALENDAR) == Due(D("2025-05-13"))
    assert due("calendar", D("2025-09-28"), 7, CALENDAR) == Due(D("2025-10-05"))
    assert due("months", D("2025-08-31"), 6, CALENDAR) == Due(D("2026-02-28"))
    assert due("months", D("2026-08-31"), 12, CALENDAR) == Due(D("2027-08-31"))
    assert due("working", D("2025-09-26"), 3, CALENDAR) == Due(D("2025-09-30"))
    for kind in ("working", "calendar", "months"):
        with pytest.raises(BadCalendar, match="calendar-span"):
            due(kind, D("2025-01-01"), -1, CALENDAR)
    with pytest.raises(BadCalendar, match="calendar-kind"):
        due("weeks", D("2025-01-01"), 1, CALENDAR)  # type: ignore[arg-type]


def test_a_reminder_on_a_day_off_comes_on_the_working_day_before() -> None:
    assert reminder_back(D("2025-11-04"), 30, CALENDAR) == D("2025-09-30")
    assert reminder_back(D("2025-11-11"), 31, CALENDAR) == D("2025-10-11")
