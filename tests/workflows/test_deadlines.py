"""The tick: what is due fires in order, once, dated when it was due (architecture 14; EN-17 kin, EN-29)."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from adapters.bootstrap import open_doudi
from adapters.store.store import EventStore
from domain.case.award import HoldEnded
from domain.case.change import DeadlineEscalated, DeadlineWarned, ReviewOpened
from domain.case.intake import Lapsed
from domain.event import Event
from domain.office import TimeSeen
from tests.harness import TrialOffice, at, person
from tests.workflows import awards
from workflows.ports import Commit, Recorded

ADMIN = "admin"
HERE = Path(__file__).parents[2]
STEPS = (DeadlineWarned, DeadlineEscalated)


def household(serial: int) -> list[dict[str, str]]:
    return [person("m1", "1980-01-01", serial)]


def asked(office: TrialOffice, serial: int) -> str:
    """Entered, something is missing: lapses after 30 days."""
    case = office.enter(household(serial), on="2025-03-03")
    office.do("SayMissing", "window", case, on="2025-03-03", items=["consent of m1"])
    return case


def steps(office: TrialOffice, case: str, key: str) -> list[tuple[date, str]]:
    return [
        (event.on, "warn" if isinstance(event, DeadlineWarned) else event.to)
        for event in office.events(case)
        if isinstance(event, STEPS) and event.key == key
    ]


def tick(office: TrialOffice, day: str) -> dict[str, object]:
    if office.store.clock.now() < at(day):
        office.clock(day)
    return office.do("Tick", ADMIN, until=day).data


def log(office: TrialOffice) -> list[Recorded]:
    found: list[Recorded] = office.store.page(0, 100_000)
    return found


def test_how_long_before_it_warns_is_a_divisions_choice(office: TrialOffice) -> None:
    office.set_policy(warn_short_span=2, warn_days_long=2)
    case = office.accepted(household(1), on="2025-03-03")
    assert office.due(case, "survey/start") == date(2025, 3, 6)
    tick(office, "2025-03-06")
    assert steps(office, case, "survey/start") == [(date(2025, 3, 4), "warn")]


def test_a_limit_warns_then_goes_to_the_leader_then_to_the_county(office: TrialOffice) -> None:
    case = office.accepted(household(1), on="2025-03-03")
    assert office.due(case, "survey/start") == date(2025, 3, 6)
    tick(office, "2025-03-04")
    assert steps(office, case, "survey/start") == []
    tick(office, "2025-03-05")
    assert steps(office, case, "survey/start") == [(date(2025, 3, 5), "warn")]
    tick(office, "2025-03-06")
    tick(office, "2025-03-07")
    tick(office, "2025-03-10")
    assert steps(office, case, "survey/start")[1:] == [(date(2025, 3, 7), "leader")]
    tick(office, "2025-03-11")
    assert steps(office, case, "survey/start")[2:] == [(date(2025, 3, 11), "county")]
    tick(office, "2025-04-01")
    assert len(steps(office, case, "survey/start")) == 3


def test_what_was_met_is_left_alone(office: TrialOffice) -> None:
    case = office.accepted(household(1), on="2025-03-03")
    visit = {"surveyors": ["surveyor", "surveyor2"], "result": "true", "present": ["m1"]}
    office.do("Visit", "surveyor", case, on="2025-03-04", **visit)
    tick(office, "2025-03-31")
    assert steps(office, case, "survey/start") == []


def test_the_same_tick_twice_changes_nothing(office: TrialOffice) -> None:
    office.accepted(household(1), on="2025-03-03")
    office.quiet("Tick", ADMIN, until="2025-03-03")
    first = tick(office, "2025-03-20")
    head = office.store.head()
    again = tick(office, "2025-03-20")
    assert office.store.head() == head
    assert first["warned"]
    assert [again[name] for name in ("warned", "escalated", "fired", "moved")] == [0, 0, 0, 0]


def test_a_tick_is_refused(office: TrialOffice) -> None:
    assert office.refused("Tick", ADMIN, until="2025-03-04") == ["tick-later"]
    assert office.refused("Tick", "payer", until="2025-03-03") == ["out-of-scope"]
    assert office.refused("WarnDeadline", ADMIN, office.enter(household(1)), key="x", due="2025-03-03") == [
        "not-your-desk"
    ]


def test_nobody_outside_acts_as_the_clock(office: TrialOffice) -> None:
    assert office.refused("SeeTime", "clock", until="2025-03-03") == ["not-your-desk"]


def test_en_29_asleep_for_thirty_days_each_deadline_catches_up_once_dated_when_due(
    tmp_path: Path,
) -> None:
    """Waking once after 30 days, and being woken each day, leave the same events in each case."""
    stories = []
    for name, days in (("daily", range(3, 32)), ("asleep", range(31, 32))):
        folder = tmp_path / name
        folder.mkdir()
        office = TrialOffice(folder)
        cases = [office.accepted(household(serial), on="2025-03-03") for serial in range(1, 4)]
        for day in days:
            tick(office, f"2025-03-{day:02d}")
        stories.append([[e for e in office.events(case) if isinstance(e, STEPS)] for case in cases])
        if name == "asleep":
            taken = [r.event for r in log(office) if isinstance(r.event, STEPS)]
            assert [event.on for event in taken] == sorted(event.on for event in taken)
            assert not [key for key, n in Counter(map(repr, taken)).items() if n > 3]
    assert stories[0] == stories[1]
    assert stories[0][0]


def test_en_29_asleep_for_78_minutes_over_midnight(office: TrialOffice) -> None:
    case = office.accepted(household(1), on="2025-03-03")
    office.store.clock.set(at("2025-03-04T23:10"))
    tick(office, "2025-03-04")
    office.store.clock.set(at("2025-03-05T00:28"))
    for _ in range(3):
        tick(office, "2025-03-05")
    assert steps(office, case, "survey/start") == [(date(2025, 3, 5), "warn")]


def test_a_timer_fires_its_command_on_the_due_day_though_it_is_late(office: TrialOffice) -> None:
    case = asked(office, 1)
    due = office.due(case, "application/papers")
    counts = tick(office, "2025-06-30")
    assert counts["fired"] == 1
    (lapsed,) = [r for r in log(office) if isinstance(r.event, Lapsed)]
    assert lapsed.event.on == due
    assert lapsed.recorded_at == at("2025-06-30")
    assert lapsed.actor == "clock"
    assert office.case(case).state("application") == "lapsed"


def test_a_timer_whose_case_moved_on_is_quiet(office: TrialOffice) -> None:
    case = office.accepted(household(1), on="2025-03-03")
    counts = tick(office, "2025-06-30")
    assert (counts["fired"], counts["refused"]) == (0, [])
    assert office.case(case).state("application") == "accepted"


def test_firing_brings_new_deadlines_and_they_are_caught_up_too(office: TrialOffice) -> None:
    """A yearly review opens by itself; nobody concludes it: it is warned and escalated in the same catch-up."""
    case = awards.living(office, household(1), [], review_class="A")
    (review,) = office.case(case).reviews.values()
    office.clock("2026-12-01")
    tick(office, "2026-12-01")
    opened = [event.on for event in office.events(case) if isinstance(event, ReviewOpened)]
    assert len(opened) == 1
    assert opened[0] <= review.due
    late = steps(office, case, f"{review.id}/conclude")
    assert [to for _, to in late] == ["warn", "leader", "county"]
    taken = [r.event.on for r in log(office) if isinstance(r.event, (*STEPS, ReviewOpened))]
    assert taken == sorted(taken)


def test_a_hold_ends_by_itself(office: TrialOffice) -> None:
    case = awards.living(office, household(1), [])
    office.do("SetHold", "county", case, on="2025-04-10", ground="account", until="2025-05-10")
    tick(office, "2025-06-01")
    assert [e.on for e in office.events(case) if isinstance(e, HoldEnded)] == [date(2025, 5, 11)]


def test_time_seen_only_grows(office: TrialOffice) -> None:
    tick(office, "2025-03-10")
    tick(office, "2025-03-05")
    tick(office, "2025-03-10")
    seen = [r.event.until for r in log(office) if isinstance(r.event, TimeSeen)]
    assert seen == [date(2025, 3, 10)]


def test_a_clock_that_steps_back_fires_nothing_twice(office: TrialOffice) -> None:
    case = office.accepted(household(1), on="2025-03-03")
    tick(office, "2025-03-20")
    before = office.events(case)
    office.do("SetClock", ADMIN, to="2025-03-05")
    tick(office, "2025-03-05")
    office.do("SetClock", ADMIN, to="2025-03-21")
    tick(office, "2025-03-20")
    assert office.events(case) == before


def test_a_deadline_set_anew_warns_anew(office: TrialOffice) -> None:
    """The same key with another due day takes its steps again."""
    office.set_policy(report_valid_days=1)
    case = office.accepted(household(1), on="2025-03-03")
    office.do("AskVerification", "handler", case, on="2025-03-03", sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-03-03")
    data = {"source": "V02", "answer": "agrees", "data_day": "2025-03-03"}
    office.do("AnswerVerification", "centre", case, on="2025-03-04", **data)
    office.do("IssueReport", "centre", case, on="2025-03-04", report="HD-1")
    office.do("RenewVerification", "handler", case, on="2025-03-10")
    tick(office, "2025-03-13")
    office.do("AskVerification", "handler", case, on="2025-03-13", sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-03-13")
    office.do("AnswerVerification", "centre", case, on="2025-03-13", **data)
    office.do("IssueReport", "centre", case, on="2025-03-13", report="HD-2")
    office.do("RenewVerification", "handler", case, on="2025-03-20")
    tick(office, "2025-03-26")
    key = next(key for key in office.case(case).deadlines if key.endswith("/ask"))
    assert [to for _, to in steps(office, case, key)] == ["warn", "warn", "leader"]


def test_step_takes_one_due_step(office: TrialOffice) -> None:
    case = office.accepted(household(1), on="2025-03-03")
    office.clock("2025-03-07")
    process = office.doudi.deadlines
    done = process.step(date(2025, 3, 7))
    assert done is not None
    assert (done.row.case, done.outcome, done.row.day) == (case, "warned", date(2025, 3, 5))
    taken = 1
    while process.step(date(2025, 3, 7)) is not None:
        taken += 1
    assert taken == sum(isinstance(event, STEPS) for event in office.events(case))


def test_steps_taken_day_by_day_come_to_the_county_too(office: TrialOffice) -> None:
    """What had nothing to do yesterday is looked at again today."""
    case = office.accepted(household(1), on="2025-03-03")
    process = office.doudi.deadlines
    for day in range(3, 12):
        office.clock(f"2025-03-{day:02d}")
        while process.step(date(2025, 3, day)) is not None:
            pass
    assert [to for _, to in steps(office, case, "survey/start")] == ["warn", "leader", "county"]


class Killed(Exception):
    """The process ends here."""


def kill_at(number: int, after: bool) -> Callable[[EventStore, Commit], int]:
    """A store's `write` that ends the process at its n-th commit, before it or after it."""
    writes, count = EventStore.write, 0

    def write(store: EventStore, commit: Commit) -> int:
        nonlocal count
        count += 1
        if count == number and not after:
            raise Killed
        last = writes(store, commit)
        if count == number:
            raise Killed
        return last

    return write


def story(folder: Path) -> tuple[TrialOffice, list[str]]:
    folder.mkdir()
    office = TrialOffice(folder)
    cases = [office.accepted(household(1), on="2025-03-03"), asked(office, 2)]
    office.clock("2025-04-20")
    return office, cases


def told(office: TrialOffice, cases: list[str]) -> list[list[Event]]:
    return [office.events(case) for case in cases]


@pytest.mark.parametrize("after", [False, True])
def test_a_tick_killed_before_between_and_after_its_parts_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    office, cases = story(tmp_path / "whole")
    tick(office, "2025-04-20")
    whole = told(office, cases)
    parts = sum(1 for events in whole for event in events if isinstance(event, (*STEPS, Lapsed)))
    for number in range(1, parts + 4):
        office, cases = story(tmp_path / f"killed-{number}")
        monkeypatch.setattr(EventStore, "write", kill_at(number, after))
        line = {"id": "tick", "type": "Tick", "actor": ADMIN, "data": {"until": "2025-04-20"}}
        try:
            office.doudi.office.take(line)
            assert number > parts + 2
        except Killed:
            pass
        monkeypatch.undo()
        office.doudi.close()
        office.doudi = open_doudi(office.url)
        assert office.doudi.office.take(line).status == "done"
        assert told(office, cases) == whole
        seen = [r.event for r in log(office) if isinstance(r.event, TimeSeen)]
        assert [event.until for event in seen] == [date(2025, 4, 20)]


def test_a_tick_whose_process_is_killed_goes_on(tmp_path: Path) -> None:
    office, cases = story(tmp_path / "whole")
    tick(office, "2025-04-20")
    whole = told(office, cases)
    office, cases = story(tmp_path / "killed")
    before = told(office, cases)
    office.doudi.close()
    code = (
        "import os, signal\n"
        "from adapters.bootstrap import open_doudi\n"
        "from adapters.store.store import EventStore\n"
        "from datetime import date\n"
        "writes, left = EventStore.write, [4]\n"
        "def write(store, commit):\n"
        "    left[0] -= 1\n"
        "    last = writes(store, commit)\n"
        "    if not left[0]:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return last\n"
        "EventStore.write = write\n"
        f"open_doudi({office.url!r}).deadlines.run(date(2025, 4, 20))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE, env={**os.environ, "PYTHONPATH": str(HERE)})
    assert done.returncode == -signal.SIGKILL
    office.doudi = open_doudi(office.url)
    midway = told(office, cases)
    assert before != midway != whole
    tick(office, "2025-04-20")
    assert told(office, cases) == whole
