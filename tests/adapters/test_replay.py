"""Cases told again: the live states, the same decisions; and cut by a day or by what was known."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.replay import Decided, done_by, once_more, recorded, replay, state
from domain.case import Case
from domain.case.opinion import Assessed
from domain.days import CHINA, Month, show_instant
from domain.errors import BadValue
from domain.event import CaseEvent
from domain.explain import Explanation
from domain.facts import Fact, FactKind
from domain.ids import CaseNo, FactKey, MemberKey
from domain.means import Person, assess
from domain.policy import Policy
from tests.adapters.told import ask
from tests.domain.test_means_properties import DAYS, MEMBERS, facts, families, policies
from tests.harness import TrialOffice
from tests.workflows import awards, stages
from workflows.world import case_stream

ANCHOR, DECIDED, MONTH = date(2025, 3, 6), date(2025, 4, 2), Month("2025-05")
OTHER: list[tuple[FactKind, str]] = [
    ("nothing_declared", "wage"),
    ("nothing_declared", "all"),
    ("labour", "1"),
    ("labour", "3"),
    ("labour", "4"),
    ("limit_breach", "A3"),
    ("category", "C04"),
    ("category", "C12"),
    ("status", "student"),
    ("status", "new_work"),
    ("cause", "1"),
]


@st.composite
def stated(draw: st.DrawFn) -> list[Fact]:
    found: list[Fact] = draw(facts())
    for number in range(draw(st.integers(0, 5))):
        kind, code = draw(st.sampled_from(OTHER))
        since, until = draw(DAYS), draw(st.none() | DAYS)
        found.append(
            Fact(
                key=FactKey(f"f{20 + number}"),
                kind=kind,
                code=code,
                since=since,
                until=max(since, until) if until else None,
                source="declared",
                member=draw(st.sampled_from([MemberKey(key) if key else None for key in MEMBERS])),
            )
        )
    return found


@settings(max_examples=300)
@given(families(), stated(), policies(), st.booleans(), st.none() | st.integers(0, 300_000))
def test_an_explanation_names_all_that_its_result_stands_on(
    family: tuple[Person, ...], known: list[Fact], rules: Policy, single: bool, kept: int | None
) -> None:
    covered = frozenset(one.key for one in family if one.head) if single else None
    try:
        found = assess(
            family,
            known,
            rules,
            anchor=ANCHOR,
            month=MONTH,
            decided_on=DECIDED,
            covered=covered,
            kept=kept,
        )
    except BadValue:
        return
    assert once_more(family, found.explanation, covered) == found


class Watched(TrialOffice):
    """Keeps what the live case was after each command, with the position and instant of that moment."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.moments: list[tuple[int, datetime, str, Case]] = []

    def do(self, kind: str, actor: str, case: str | None = None, /, **data: Any) -> Any:
        answer = super().do(kind, actor, case, **data)
        if answer.case is not None:
            at = self.store.last_recorded_at()
            self.moments.append((self.store.head(), at, answer.case, self.case(answer.case)))
        return answer


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    office = Watched(tmp_path_factory.mktemp("told"))
    stages.confirmed(office)
    case = awards.plain(office, accepted="2025-06-03")
    more = [awards.income("m1", 300_000, "2025-01-01", "2025-06-30")]
    office.do("ReportChange", "window", case, on="2025-07-10", kind="income", happened="2025-07-01")
    office.do("StateFacts", "handler", case, on="2025-07-11", facts=more)
    office.do("RecordDeath", "handler", case, on="2025-07-20", member="m3", died="2025-07-15", source="V01")
    office.clock("2025-07-31")
    yield office
    office.doudi.close()


@pytest.fixture(scope="module")
def case(office: Watched) -> CaseNo:
    return CaseNo(office.moments[-1][2])


def test_told_again_at_every_moment_it_is_what_it_was_then(office: Watched) -> None:
    assert len(office.moments) > 30
    for position, _, number, then in office.moments:
        again = replay(recorded(office.store, CaseNo(number), position))
        assert again.case == then
        assert again.same


def test_known_at_is_the_log_cut_there(office: Watched) -> None:
    last = {at: (number, then) for _, at, number, then in office.moments}
    for at, (number, then) in last.items():
        position = office.store.known_at(at)
        assert replay(recorded(office.store, CaseNo(number), position)).case == then
        before = office.store.known_at(at - timedelta(microseconds=1))
        assert all(one.recorded_at < at for one in recorded(office.store, CaseNo(number), before))


def test_as_of_is_the_log_cut_there_where_things_were_recorded_as_they_were_done(
    office: Watched, case: CaseNo
) -> None:
    events = recorded(office.store, case)
    days = sorted({one.event.on for one in events})
    assert [one.event.on for one in events] == sorted(one.event.on for one in events)
    for day in (days[0] - timedelta(days=1), *days):
        cut = [one for one in events if one.event.on <= day]
        assert done_by(events, day) == cut
        assert state(done_by(events, day)) == state(cut)


def test_as_of_counts_what_was_recorded_late_by_the_day_it_was_done(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    number = CaseNo(awards.plain(office))
    office.do("RecordDeath", "handler", number, on="2025-05-20", member="m3", died="2025-05-15", source="V01")
    office.clock("2025-05-25")
    office.do("ReportChange", "window", number, on="2025-05-10", kind="income", happened="2025-05-01")
    events = recorded(office.store, number)
    dead = MemberKey("m3")

    def then(day: int) -> tuple[bool, bool]:
        case = state(done_by(events, date(2025, 5, day)))
        return bool(case.changes), case.members[dead].died is not None

    assert [then(day) for day in (9, 10, 19, 20)] == [
        (False, False),
        (True, False),
        (True, False),
        (True, True),
    ]
    assert state(done_by(events, date(2025, 5, 20))) == office.case(number)
    office.doudi.close()


def test_a_thing_done_later_takes_with_it_what_follows_of_its_instance(office: Watched, case: CaseNo) -> None:
    events = recorded(office.store, case)
    opened = next(one for one in events if type(one.event).__name__ == "Accepted")
    late = replace(opened, event=replace(opened.event, on=date(2025, 12, 1)))
    moved = [late if one is opened else one for one in events]
    kept = done_by(moved, date(2025, 7, 31))
    assert state(kept).state("application") == "entered"
    assert state(kept).state("survey") is None
    assert not any(type(one.event).__name__ in ("Visited", "Answered", "Confirmed") for one in kept)


def test_later_values_and_facts_change_no_decision(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    number = CaseNo(stages.confirmed(office))
    told = replay(recorded(office.store, number)).decisions
    office.set_policy(standard=99_900, income_months=12, rounding_unit=10_000)
    office.do("ReportChange", "window", number, on="2025-05-20", kind="income", happened="2025-05-19")
    later = awards.income("m1", 1, "2025-04-01", "2025-04-30")
    office.do("StateFacts", "handler", number, on="2025-05-20", facts=[later])
    assert replay(recorded(office.store, number)).decisions == told
    assert all(not one.differences for one in told)
    office.doudi.close()


def tampered(of: Explanation) -> Iterator[tuple[str, Explanation]]:
    """Explanations that say what doesn't follow from what they name."""
    yield "result", replace(of, result=of.result + 100)
    yield "lines[0]", replace(of, lines=of.lines[1:])
    yield "eligible", replace(of, eligible=not of.eligible)
    yield "result", replace(of, facts=(replace(of.facts[0], amount=1), *of.facts[1:]))
    unread = replace(of.parameters[0], name="single_amount")
    yield "parameters", replace(of, parameters=(*of.parameters, unread))
    yield "explanation", replace(of, parameters=())


def test_what_does_not_follow_is_found_and_named(office: Watched, case: CaseNo) -> None:
    events = recorded(office.store, case)
    at, found = next((at, one) for at, one in enumerate(events) if isinstance(one.event, Assessed))
    assert isinstance(found.event, Assessed)
    for field, wrong in tampered(found.event.explanation):
        other = replace(found, event=replace(found.event, explanation=wrong))
        (decided, *_) = replay([*events[:at], other]).decisions
        assert field in [one.field for one in decided.differences], field


def test_an_amount_other_than_its_explanation_is_found(office: Watched, case: CaseNo) -> None:
    events = recorded(office.store, case)
    for at, one in enumerate(events):
        if type(one.event).__name__ == "Confirmed":
            other = replace(one, event=replace(one.event, amount=1))
            decided: Decided = replay([*events[:at], other]).decisions[-1]
            assert [(each.field, each.kept) for each in decided.differences] == [("amount", 1)]
            return
    raise AssertionError("nothing was confirmed")


def test_the_state_of_nothing_is_empty() -> None:
    assert state([]) == Case()
    assert replay([]).case == Case()


# the command line


def test_case_replay_says_state_steps_who_and_on_what(office: Watched, case: CaseNo) -> None:
    said = ask(office.url, "--format", "json", "case", "replay", case)
    assert said.code == 0
    told = said.json
    assert (told["case"], told["trial"], told["position"]) == (case, True, office.store.head())
    live = office.case(case)
    assert {one["instance"]: one["state"] for one in told["lives"]} == {
        key: life.state for key, life in live.lives.items()
    }
    assert {one["deadline"]: one["due"] for one in told["deadlines"]} == {
        key: one.due.isoformat() for key, one in live.deadlines.items()
    }
    assert [row["actor"] for row in told["rows"]] == [
        one.actor for one in office.store.load(case_stream(case))
    ]
    (confirmed,) = [row for row in told["rows"] if row["text"].startswith("confirmed")]
    assert confirmed["facts"].startswith("f1")
    assert "policy:110199/dibao#1" in confirmed["parameters"]
    assert [one["same"] for one in told["decisions"]] == [True] * len(told["decisions"])
    assert "all the same" in said.err


def test_case_replay_as_of_and_known_at(office: Watched, case: CaseNo) -> None:
    as_of = ask(office.url, "--format", "json", "case", "replay", case, "--as-of", "2025-06-15").json
    assert {one["instance"]: one["state"] for one in as_of["lives"]}["application"] == "posted"
    assert all(row["on"] <= "2025-06-15" for row in as_of["rows"])
    known = ask(office.url, "--format", "json", "case", "replay", case, "--known-at", "2025-06-15").json
    assert known["rows"] == as_of["rows"]
    assert known["position"] == office.store.known_at(datetime(2025, 6, 15, 23, 59, 59, 999_999, CHINA))
    assert known["position"] < as_of["position"]


def test_known_at_later_than_now_is_refused(office: Watched, case: CaseNo) -> None:
    now = office.store.clock.now()
    assert ask(office.url, "case", "replay", case, "--known-at", show_instant(now)).code == 0
    for later in (show_instant(now + timedelta(microseconds=1)), "2025-07-31", "2026-01-01"):
        said = ask(office.url, "case", "replay", case, "--known-at", later)
        assert said.code == 1
        assert "later than now" in said.err
        assert said.out == ""


def test_with_the_clock_set_back_now_is_the_last_recorded(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    number = stages.confirmed(office)
    last = office.store.last_recorded_at()
    office.clock("2025-03-03")
    assert ask(office.url, "case", "replay", number, "--known-at", show_instant(last)).code == 0
    after = show_instant(last + timedelta(seconds=1))
    assert ask(office.url, "case", "replay", number, "--known-at", after).code == 1
    office.doudi.close()


def test_case_replay_of_a_decision_that_does_not_follow_ends_with_one(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    number = stages.assessed(office)
    found = next(one for one in office.events(number) if isinstance(one, Assessed))
    wrong: CaseEvent = replace(found, explanation=replace(found.explanation, result=1))
    office.write([(case_stream(number), wrong)])
    said = ask(office.url, "case", "replay", number)
    assert said.code == 1
    assert "decision 2 (assessed), result: was 0.01, is now 900.00" in said.err
    told = json.loads(ask(office.url, "--format", "json", "case", "replay", number).out)
    assert [one["same"] for one in told["decisions"]] == [True, False]
    office.doudi.close()
