"""A new version of a life cycle is published: new cases begin with it, running ones keep theirs or are brought."""

from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from domain.staff import DESK_LEVEL
from tests.adapters.told import ask
from tests.harness import COUNTY, TrialOffice
from tests.workflows import stages
from tests.workflows.awards import plain, tick
from workflows import definition
from workflows.definition import BadDefinition, check, companions, moved_to, read, shipped, without_place
from workflows.engine import DUE_DAYS, GUARDS

CACHED = ("current", "ways_of", "companions", "due_in", "_deadlines", "machine")
Publish = Callable[..., None]
BRING = ("--as", "admin", "--format", "json", "lives", "bring", "--division", COUNTY, "--reason", "新版办法")


def forget() -> None:
    for name in CACHED:
        getattr(definition, name).cache_clear()


@pytest.fixture
def publish() -> Iterator[Publish]:
    """Publishes version 2 of a shipped life cycle, as its text with words replaced, checked as shipped ones are."""
    before = dict(shipped())

    def make(name: str, **changes: str) -> None:
        text = (files("workflows") / "definitions" / f"{name}.toml").read_text(encoding="utf-8")
        text = text.replace("version = 1\n", "version = 2\n", 1)
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        found = read(text)
        shipped()[found.id] = found
        forget()

    yield make
    shipped().clear()
    shipped().update(before)
    forget()


def checked() -> None:
    for one in shipped().values():
        moved = moved_to(companions(one)).get(one.name, set())
        check(one, GUARDS, [*DESK_LEVEL, "clock"], moved)


RENAMED = {
    '"ready"': '"to_forward"',
    '[arrives."application@220"]': (
        '[arrives."application@1"]\nready = "to_forward"\n\n[arrives."application@220"]\nready = "to_forward"'
    ),
}


def bring(office: TrialOffice, *more: str) -> Any:
    return ask(office.url, *BRING, *more)


def test_running_ones_keep_theirs_and_new_ones_begin_with_it(office: TrialOffice, publish: Publish) -> None:
    case = stages.ready(office)
    publish("application", **RENAMED)
    checked()
    new = office.accepted(stages.household(3), on="2025-05-14")
    office.do("Forward", "handler", case, on="2025-05-14")
    found = [office.case(one).lives["application"].life for one in (case, new)]  # type: ignore[index]
    assert found == ["application@1", "application@2"]


def test_who_is_in_a_renamed_state_is_brought_along_and_stands_as_long(
    office: TrialOffice, publish: Publish
) -> None:
    """What was done on the days before can still be entered: nothing was done by bringing it."""
    case = stages.ready(office)
    publish("application", **RENAMED)
    office.clock("2025-05-19")
    before = office.case(case)
    (row,) = [one for one in bring(office, "--dry-run").json["rows"] if one["instance"] == "application"]
    assert (row["state"], row["becomes"], row["due"], row["over"]) == ("ready", "to_forward", [], [])
    assert office.case(case) == before
    assert bring(office).code == 0
    life, old = office.case(case).lives["application"], before.lives["application"]  # type: ignore[index]
    assert (life.life, life.state) == ("application@2", "to_forward")
    assert (life.since, life.began) == (old.since, old.began)
    assert office.case(case).deadlines == before.deadlines
    office.do("Forward", "handler", case, on="2025-05-14")
    assert bring(office).json["rows"] == []


def test_what_runs_is_told_by_version_and_state(office: TrialOffice, publish: Publish) -> None:
    for serial in (1, 2):
        stages.ready(office, serial)
    publish("application", **RENAMED)
    office.accepted(stages.household(3), on="2025-05-14")
    said = ask(office.url, "--format", "json", "lives", "list", "--division", COUNTY)
    found = {(row["life"], row["state"]): row["count"] for row in said.json["rows"]}
    assert (found["application@1", "ready"], found["application@2", "accepted"]) == (2, 1)
    assert "待上报" in ask(office.url, "lives", "list", "--division", COUNTY, lang="zh").out


def test_a_removed_state_without_a_place_holds_back_its_cases_alone(
    office: TrialOffice, publish: Publish
) -> None:
    first, second = stages.ready(office), stages.forwarded(office, 2)
    publish("application", **{'"ready"': '"to_forward"'})
    checked()
    assert {state for _, state in without_place(shipped()["application@2"])} == {"ready"}
    said = bring(office)
    assert said.code == 1
    assert [(row["case"], "refused" in row and bool(row["refused"])) for row in said.json["rows"]] == [
        (first, True),
        (second, False),
    ]
    assert office.case(first).lives["application"].life == "application@1"  # type: ignore[index]
    office.do("Forward", "handler", first, on="2025-05-14")
    assert bring(office).code == 0
    assert office.case(first).lives["application"].life == "application@2"  # type: ignore[index]


def test_a_running_due_day_stays_and_one_by_another_name_takes_its_place(
    office: TrialOffice, publish: Publish
) -> None:
    case = stages.forwarded(office)
    publish(
        "application",
        **{
            'name = "county"\nspan = "county_days"': 'name = "county_decides"\nspan = "returned_days"',
            'span = "post_days"': 'span = "opinion_days"',
        },
    )
    office.clock("2025-05-19")
    assert office.due(case, "application/county") == date(2025, 5, 28)
    (row,) = bring(office).json["rows"]
    assert (row["due"], row["over"]) == (["application/county_decides 2025-05-29"], ["application/county"])
    assert office.due(case, "application/whole") == date(2025, 6, 5)


def test_a_timer_that_becomes_a_limit_ends_and_never_fires_nothing(
    office: TrialOffice, publish: Publish
) -> None:
    """Of one name in both versions: what fires and what only warns are two things."""
    case = plain(office)
    assert office.case(case).deadlines["review.1/open"].kind == "timer"
    publish("review", **{'fires = "OpenReview"\n': ""})
    due = office.due(case, "review.1/open")
    (row,) = bring(office).json["rows"]
    assert (row["over"], row["due"]) == (["review.1/open"], [f"review.1/open {due}"])
    assert office.case(case).deadlines["review.1/open"].kind == "limit"
    assert tick(office, due.isoformat())["refused"] == []


def test_a_hold_is_held_and_what_fired_is_not_fired_again(office: TrialOffice, publish: Publish) -> None:
    case = plain(office)
    office.do("SetHold", "handler", case, on="2025-06-10", ground="check", until="2025-12-31")
    tick(office, office.due(case, "review.1/open").isoformat())
    before = office.case(case)
    assert before.state("review.1") == "open"
    publish(
        "hold",
        **{
            'name = "on"': 'name = "held"',
            'to = "on"': 'to = "held"',
            '["on"]': '["held"]',
            'initial = "on"': 'initial = "held"\narrives."hold@1".on = "held"',
        },
    )
    publish("review", **{'[[states]]\nname = "scheduled"': '[[states]]\nname = "scheduled"'})
    checked()
    rows = bring(office).json["rows"]
    assert {row["instance"]: row["becomes"] for row in rows} == {"hold.1": "held", "review.1": "open"}
    after = office.case(case)
    assert (after.kept_back, after.holds, after.deadlines) == (True, before.holds, before.deadlines)
    office.do("EndHold", "handler", case, on="2025-11-03")
    assert not office.case(case).kept_back


def test_a_version_must_fit_those_that_still_run(publish: Publish) -> None:
    """An old application closes the survey that began anew with the new version."""
    publish("survey", **{'"closed"': '"done"'})
    publish("application", **{'survey = "closed"': 'survey = "done"'})
    with pytest.raises(BadDefinition, match=r"others move it to unknown (closed|done)"):
        checked()


@pytest.mark.parametrize("place", ["nowhere", "confirmed"])
def test_one_arrives_in_a_state_that_goes_on(publish: Publish, place: str) -> None:
    publish("application", **{'reviewed = "accepted"': f'reviewed = "{place}"'})
    with pytest.raises(BadDefinition, match=f"arrives from application@220 in {place}"):
        checked()


def test_every_running_state_has_a_place_in_every_other_version() -> None:
    assert [(to.id, old.id, state) for to in shipped().values() for old, state in without_place(to)] == []


def test_due_days_are_known() -> None:
    spans = {one.span for each in shipped().values() for state in each.states for one in state.deadlines}
    assert {span[1:] for span in spans if span[0] == "@"} <= DUE_DAYS.keys()


def test_a_version_that_a_newer_release_wrote_is_refused_by_name(
    office: TrialOffice, publish: Publish
) -> None:
    """Back on the release before: its case can't be worked on, all others can, and time goes on for them."""
    old = plain(office)
    publish("application", **RENAMED)
    publish("survey", **{'span = "start_days"': 'span = "start_days"'})
    new = office.enter(stages.household(3), on="2025-04-02")
    del shipped()["application@2"]
    forget()
    assert office.refused("SayMissing", "window", new, on="2025-04-03", items=["hukou"]) == ["life-unknown"]
    assert bring(office).json["rows"][0]["refused"]
    due = office.due(old, "review.1/open").isoformat()
    told = tick(office, due)
    assert office.case(old).state("review.1") == "open"
    assert {one["case"] for one in told["refused"]} <= {new}
    for words in (("case", "list"), ("case", "show", new), ("worklist",)):
        assert ask(office.url, *words).code == 0
