"""CL-1: working days by the official calendar: holidays are none, weekends that are worked are."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from tests.cases.stories import Story, nothing, single
from tests.journeys.lives import Outside


def due(office: Outside, case: str, key: str) -> str:
    (found,) = [
        one["due"] for one in office.json("case", "show", case)["deadlines"] if one["deadline"] == key
    ]
    return str(found)


def accepted(office: Outside, name: str, day: str, serial: int, door: str = "do") -> str:
    return Story(office, name, single(serial), [nothing("m1")], accepted=day, door=door).to("Accept")


def forwarded(office: Outside, name: str, day: str, serial: int, door: str = "do") -> str:
    """A file that reaches the county on a day."""
    start = (date.fromisoformat(day) - timedelta(days=20)).isoformat()
    return Story(office, name, single(serial), [nothing("m1")], accepted=start, door=door).to("Forward")


def test_CL_1(office: Outside, door: str) -> None:
    survey = accepted(office, "survey", "2025-09-26", 11, door)
    assert due(office, survey, "survey/start") == "2025-09-30"
    county = forwarded(office, "county", "2025-09-29", 12, door)
    assert due(office, county, "application/county") == "2025-10-20"
    shown = office.run("--lang", "zh", "case", "show", county).out
    assert "2025-10-20" in shown


def working_days_after(day: date, days: int) -> date:
    """By another's calendar."""
    while days:
        day += timedelta(days=1)
        days -= chinese_calendar.is_workday(day)
    return day


@pytest.mark.parametrize("year", [2024, 2025])
def test_CL_1_around_every_holiday(office: Outside, year: int) -> None:
    """Three, ten and thirty working days from each day next to a holiday or a worked weekend."""
    edges = [
        day
        for day in (date(year, 1, 15) + timedelta(days=n) for n in range(340))
        if chinese_calendar.is_workday(day) and (day.weekday() > 4 or holiday_near(day))
    ]
    assert len(edges) > 8
    for serial, day in enumerate(edges):
        name = day.isoformat()
        case = accepted(office, name, name, serial)
        assert due(office, case, "survey/start") == working_days_after(day, 3).isoformat()
        assert due(office, case, "application/whole") == working_days_after(day, 30).isoformat()


def holiday_near(day: date) -> bool:
    tomorrow = day + timedelta(days=1)
    return tomorrow.weekday() < 5 and not chinese_calendar.is_workday(tomorrow)
