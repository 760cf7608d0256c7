"""Due days on the official calendar: moved weekends, published or not yet (CL-1, CL-3; rules.md §5, §10.11)."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from domain.case.change import DeadlineMoved
from tests.harness import TrialOffice, person
from tests.workflows import awards

ADMIN = "admin"
YEAR_2027 = {
    "year": 2027,
    "days_off": [
        "2027-01-01",
        "2027-02-05",
        "2027-02-08",
        "2027-02-09",
        "2027-02-10",
        "2027-02-11",
        "2027-02-12",
        "2027-04-05",
        "2027-05-03",
        "2027-06-09",
        "2027-09-15",
        "2027-10-01",
        "2027-10-04",
        "2027-10-05",
        "2027-10-06",
        "2027-10-07",
    ],
    "workdays": ["2027-01-09", "2027-02-20"],
    "document": "国办发明电〔2026〕9号",
}
HERE = Path(__file__).parents[2]
STORY = """
from pathlib import Path
from tests.harness import TrialOffice, at, person
from tests.workflows import awards

class Late(TrialOffice):
    def do(self, kind, actor, case=None, **data):
        if kind == "Confirm":
            data.pop("on")
            self.store.clock.set(at(self.when))
        return super().do(kind, actor, case, **data)

office = Late(Path({folder!r}))
for serial, when in ((1, "2025-04-30T23:50"), (2, "2025-05-01T00:10")):
    office.when = when
    case = office.case(awards.living(office, [person("m1", "1980-01-01", serial)], [], accepted="2025-04-03"))
    print(case.decision.on, case.award.began)
print(office.store.page(office.store.head() - 1, 1)[0].recorded_at.isoformat())
"""


def test_cl_1_survey_is_due_on_a_worked_sunday_count(office: TrialOffice) -> None:
    case = office.accepted([person("m1", "1980-01-01", 1)], on="2025-09-26")
    assert office.due(case, "survey/start") == date(2025, 9, 30)


def test_cl_1_the_county_counts_the_worked_saturday(office: TrialOffice) -> None:
    """Forwarded on Monday 2025-09-29: the tenth working day is 2025-10-20, for Saturday 10-11 is worked."""
    case = awards.living(office, [person("m1", "1980-01-01", 1)], [], accepted="2025-09-09")
    county = [
        (event.on, deadline.due)
        for event in office.events(case)
        for moved in getattr(event, "moved", ())
        for deadline in moved.sets
        if deadline.key == "application/county"
    ]
    assert county == [(date(2025, 9, 29), date(2025, 10, 20))]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_cl_3_a_day_is_chinas_wherever_the_server_stands(tmp_path: Path, zone: str) -> None:
    """Confirmed at 23:50 on 30 April and at 00:10 on 1 May in China: paid from May and from June."""
    story = tmp_path / "story.py"
    story.write_text(STORY.format(folder=str(tmp_path)))
    done = subprocess.run(
        [sys.executable, str(story)],
        cwd=HERE,
        env={**os.environ, "TZ": zone, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [
        "2025-04-30 2025-05",
        "2025-05-01 2025-06",
        "2025-05-01T00:10:00+08:00",
    ], done.stderr


def december(office: TrialOffice) -> str:
    """Accepted on 30 December 2026: the whole limit reaches a year without a calendar."""
    return office.accepted([person("m1", "1980-01-01", 1)], on="2026-12-30")


def test_a_due_day_in_an_unpublished_year_is_provisional_and_moves_when_it_is_loaded(
    office: TrialOffice,
) -> None:
    case = december(office)
    guessed = office.case(case).deadlines["application/whole"]
    assert guessed.provisional
    assert guessed.days == 30
    office.quiet("LoadCalendar", ADMIN, **YEAR_2027, on="2027-01-04")
    moved = [event for event in office.events(case) if isinstance(event, DeadlineMoved)]
    assert {event.cause for event in moved} == {"calendar"}
    known = office.case(case).deadlines["application/whole"]
    calendar = office.doudi.office.world.calendar()
    assert (known.due, known.provisional) == (calendar.add_working_days(date(2026, 12, 30), 30).day, False)
    assert known.due != guessed.due
    assert not any(deadline.provisional for deadline in office.case(case).deadlines.values())


def test_a_year_loaded_while_nobody_moved_the_days_is_healed_by_the_next_tick(office: TrialOffice) -> None:
    case = december(office)
    del office.doudi.office.after["LoadCalendar"]
    office.do("LoadCalendar", ADMIN, **YEAR_2027, on="2027-01-04")
    assert office.case(case).deadlines["application/whole"].provisional
    moved = office.do("Tick", ADMIN, until="2027-01-04").data["moved"]
    assert moved == sum(isinstance(event, DeadlineMoved) for event in office.events(case)) > 0
    assert not office.case(case).deadlines["application/whole"].provisional


def test_a_provisional_day_that_does_not_say_its_start_counts_on_from_the_published_year() -> None:
    from domain.calendar import Calendar, check_year
    from domain.event import Deadline
    from workflows.decide.deadlines import reckon_again

    year = check_year(
        2027,
        [date.fromisoformat(day) for day in YEAR_2027["days_off"]],  # type: ignore[attr-defined]
        [date.fromisoformat(day) for day in YEAR_2027["workdays"]],  # type: ignore[attr-defined]
        "notice",
    )
    guess = Calendar({})
    due = guess.add_working_days(date(2026, 12, 31), 27).day
    deadline = Deadline(key="k", kind="limit", due=due, owner="o", source="s", provisional=True)
    found, _ = reckon_again(deadline, Calendar({2027: year}))
    assert found.day == Calendar({2027: year}).add_working_days(date(2026, 12, 31), 27).day
    assert not found.provisional


def test_a_calendar_is_refused_whole(office: TrialOffice) -> None:
    for change, code in (
        ({"workdays": ["2027-01-08"]}, "calendar-workday-on-weekday"),
        ({"days_off": YEAR_2027["days_off"][1:]}, "calendar-statutory-missing"),  # type: ignore[index]
        ({"year": 1980}, "field-wrong"),
        ({"document": ""}, "field-wrong"),
    ):
        assert office.refused("LoadCalendar", ADMIN, **{**YEAR_2027, **change}) == [code]
    assert office.refused("LoadCalendar", "payer", **YEAR_2027) == ["out-of-scope"]


def test_the_same_calendar_again_is_no_event(office: TrialOffice) -> None:
    office.do("LoadCalendar", ADMIN, **YEAR_2027)
    head = office.store.head()
    assert office.do("LoadCalendar", ADMIN, **YEAR_2027).data == {"year": 2027, "changed": False}
    assert office.store.head() == head
