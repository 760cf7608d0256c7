"""EN-27: a due day comes once, whatever zone and clock change the machine lives in, at the ends of short months, and
over a New Year whose make-up days are published after it was set."""

from datetime import date

import pytest

from domain.calendar import Calendar, due
from tests.cases.stories import Story, nothing, single
from tests.journeys.lives import Outside
from tests.workflows.test_calendar import YEAR_2027

NEW_YORK, LORD_HOWE = "America/New_York", "Australia/Lord_Howe"
"""Clocks that change on 2025-03-09 and 11-02 by an hour, on 04-06 and 10-05 by half of one."""


@pytest.mark.parametrize("zone", [NEW_YORK, LORD_HOWE, "UTC"])
@pytest.mark.parametrize(("said", "lapses"), [("2025-02-06", "2025-03-09"), ("2025-10-02", "2025-11-02")])
def test_EN_27_a_timer_fires_once_on_the_day_the_clocks_change(
    office: Outside, zone: str, said: str, lapses: str
) -> None:
    office.clock(said)
    story = Story(office, "en27", single(11), [nothing("m1")], accepted=said)
    case = story.to("Enter")
    office.tell("SayMissing", "window", case, items=["income-proof"])
    before = date.fromordinal(date.fromisoformat(lapses).toordinal() - 1).isoformat()
    for day, count in ((before, 0), (lapses, 1), (lapses, 1)):
        office.apart("clock", "set", f"{day}T02:30:00+08:00", TZ=zone)
        office.apart("tick", "--until", day, TZ=zone)
        assert office.kinds(case).count("Lapsed") == count


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
    ],
)
def test_EN_27_months_end_where_a_short_month_does(start: date, months: int, day: date) -> None:
    assert due("months", start, months, Calendar({})).day == day


def test_EN_27_make_up_days_published_later_move_what_was_set(office: Outside) -> None:
    office.clock("2026-12-30")
    story = Story(office, "en27", single(11), [nothing("m1")], accepted="2026-12-30")
    case = story.to("Accept")
    guessed = office.case(case).deadlines["application/whole"]
    assert guessed.provisional
    office.clock("2027-01-04")
    office.tell("LoadCalendar", "admin", **YEAR_2027)
    known = office.case(case).deadlines["application/whole"]
    assert (known.provisional, known.due) == (False, thirty_working_days())
    assert known.due > guessed.due
    kinds = office.kinds(case)
    office.tick("2027-01-05")
    assert office.kinds(case).count("DeadlineMoved") == kinds.count("DeadlineMoved")


def thirty_working_days() -> date:
    """From 31 December 2026 on, counted by hand over the year as published."""
    day, left = date(2026, 12, 30), 30
    while left:
        day = date.fromordinal(day.toordinal() + 1)
        off, worked = (day.isoformat() in YEAR_2027[name] for name in ("days_off", "workdays"))
        left -= worked or (day.weekday() < 5 and not off)
    return day
