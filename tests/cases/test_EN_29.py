"""EN-29: after days of being off each thing fires once, dated when it was due."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.case.change import DeadlineEscalated, DeadlineWarned
from tests.cases.stories import Story, nothing, single
from tests.harness import COUNTY
from tests.journeys.lives import Outside
from workflows.world import case_stream

TIMES = (DeadlineWarned, DeadlineEscalated)


def events(office: Outside, case: str) -> list[Any]:
    doudi = office.open()
    try:
        return [one.event for one in doudi.store.load(case_stream(case))]
    finally:
        doudi.close()


def steps(office: Outside, case: str) -> list[tuple[str, str, str]]:
    return [
        (event.key, getattr(event, "to", "warn"), event.on.isoformat())
        for event in events(office, case)
        if isinstance(event, TIMES)
    ]


def waiting(office: Outside) -> list[str]:
    """Cases that wait at every stage of an application, and two living awards."""
    cases = [
        Story(office, stage, single(11 + place), [nothing("m1")]).to(stage)
        for place, stage in enumerate(
            ("Enter", "Accept", "Visit", "ConfirmOpinion", "Post", "TakeDown", "Forward")
        )
    ]
    asked = Story(office, "asked", single(31), [nothing("m1")])
    asked.todo = [line for line in asked.todo if line["type"] != "Consent"]
    case = asked.to("Enter")
    office.tell("SayMissing", "window", case, items=["consent:m1"])
    living = [
        Story(
            office, f"living-{n}", single(41 + n, "1955-07-16"), [nothing("m1")], accepted="2025-02-10"
        ).whole()
        for n in range(2)
    ]
    office.tell("SetHold", "county", living[1], ground="check", until="2025-04-20")
    return [*cases, case, *living]


@pytest.mark.parametrize("asleep", [30, 400])
def test_EN_29_after_days_of_sleep_each_thing_once_as_if_awake(tmp_path: Path, asleep: int) -> None:
    """Two offices alike: one looks every day, the other sleeps; their cases end the same."""
    awake, sleeper = Outside(tmp_path / "awake"), Outside(tmp_path / "sleeper")
    since = date(2025, 4, 2)
    for office in (awake, sleeper):
        uplift = {"name": "uplift_age_70", "value": "20%", "since": "2020-01-01", "document": "EN-29"}
        office.tell("SetParameter", "admin", division=COUNTY, **uplift)
        assert waiting(office)
        office.clock(since.isoformat())
    cases = [row["case"] for row in awake.json("case", "list")["rows"]]
    doudi = awake.open()
    for day in range(asleep + 1):
        today = (since + timedelta(days=day)).isoformat()
        for kind, data in (("SetClock", {"to": today}), ("Tick", {"until": today})):
            line = {"id": f"{kind}-{today}", "type": kind, "actor": "admin", "data": data}
            assert doudi.office.take(line).status == "done"
    doudi.close()
    end = (since + timedelta(days=asleep)).isoformat()
    sleeper.tick(end)
    for case in cases:
        assert steps(sleeper, case) == steps(awake, case)
        assert [repr(one) for one in events(sleeper, case)] == [repr(one) for one in events(awake, case)]
        assert set(Counter((key, to) for key, to, _ in steps(sleeper, case)).values()) <= {1}
    assert any(to == "county" for case in cases for _, to, _ in steps(sleeper, case))
    before = sleeper.events()
    sleeper.run("tick", "--until", end)
    assert [one for one in sleeper.events()[len(before) :] if one[0].startswith("case:")] == []
    sleeper.run("check")


def test_EN_29_seventy_eight_minutes(office: Outside) -> None:
    """Over the midnight on which a warning falls due, and not a minute more."""
    case = Story(office, "late", single(11), [nothing("m1")], accepted="2025-03-06").to("Accept")
    assert steps(office, case) == []
    office.clock("2025-03-09T23:12:00+08:00")
    office.run("tick", "--until", "2025-03-09")
    quiet = steps(office, case)
    office.clock("2025-03-10T00:30:00+08:00")
    office.run("tick", "--until", "2025-03-10")
    warned = [one for one in steps(office, case) if one not in quiet]
    assert ("survey/start", "warn", "2025-03-10") in warned
    assert {on for _, _, on in warned} == {"2025-03-10"}
    office.run("tick", "--until", "2025-03-10")
    office.clock("2025-03-10T01:48:00+08:00")
    office.run("tick", "--until", "2025-03-10")
    assert [one for one in steps(office, case) if one not in quiet] == warned


def test_EN_29_a_clock_that_steps_back_fires_nothing_twice(office: Outside) -> None:
    case = Story(office, "back", single(11), [nothing("m1")], accepted="2025-03-06").to("Accept")
    office.tick("2025-04-30")
    fired = steps(office, case)
    assert fired
    for day in ("2025-03-20", "2025-04-10", "2025-04-30"):
        office.tick(day)
        assert steps(office, case) == fired
    assert office.refused("Tick", "admin", until="2025-05-01") == ["tick-later"]
