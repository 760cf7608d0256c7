"""Work lists: what waits is what the cases' own deadlines say, at every moment of a story."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.case.change import DeadlineEscalated, DeadlineMoved, DeadlineWarned
from domain.case.intake import ApplicationEntered, Member
from domain.event import CaseEvent, Deadline, Moved
from domain.ids import CaseNo, HouseholdRef, InstanceId, MemberKey, PersonRef
from domain.personal import Name
from projections.base import Rows
from projections.worklist import Worklist, work
from tests.harness import T1, V1, V2, TrialOffice
from tests.projections.county import Given, fold
from tests.whole import case_numbers
from tests.workflows import awards, stages
from workflows.world import case_stream

MONDAY = date(2025, 3, 3)
CASE = CaseNo("11019920250000017")


def entered(moved: tuple[Moved, ...], on: date = MONDAY) -> ApplicationEntered:
    member = Member(
        key=MemberKey("m1"),
        person=PersonRef("p1"),
        name=Name("p1", "王芳"),
        number=None,
        sex="2",
        born=date(1980, 1, 1),
        kinship="02",
    )
    return ApplicationEntered(
        on=on,
        number=CASE,
        programme="dibao",
        area="rural",
        household=HouseholdRef("h1"),
        division=V1,
        applicant=member.key,
        head=member.key,
        members=(member,),
        moved=moved,
    )


def limit(key: str, days: int, owner: str = "handler", *, provisional: bool = False) -> Deadline:
    due = MONDAY + timedelta(days=days)
    return Deadline(
        key=key,
        kind="limit",
        due=due,
        owner=owner,
        source="rules.md §5",
        warn=due - timedelta(days=1),
        provisional=provisional,
    )


def moved(instance: str, state: str, *sets: Deadline, life: str | None = None, meets: str = "") -> Moved:
    return Moved(instance=InstanceId(instance), state=state, life=life, sets=sets, meets=tuple(meets.split()))


def folded(*events: CaseEvent) -> Rows:
    log = [Given(at, case_stream(CASE), at, event) for at, event in enumerate(events, 1)]
    return fold(Worklist(), log)


START = moved(
    "application",
    "accepted",
    limit("application/whole", 30, "decider"),
    limit("application/opinion", 10, provisional=True),
    life="application@1",
)


def test_a_waiting_state_has_its_desk_and_due_day() -> None:
    rows = folded(entered((START,)))
    first, last = work(rows, MONDAY)
    assert (first.desk, first.due, first.provisional) == ("handler", MONDAY + timedelta(days=10), True)
    assert (first.life, first.state, first.since) == ("application@1", "accepted", MONDAY)
    assert (first.case, first.division, first.area, first.late) == (CASE, V1, "rural", False)
    assert (last.desk, last.deadline) == ("decider", "application/whole")


def test_by_desk_by_village_and_until_a_day() -> None:
    rows = folded(entered((START,)))
    assert [one.deadline for one in work(rows, MONDAY, desk="decider")] == ["application/whole"]
    assert len(work(rows, MONDAY, division=V1)) == len(work(rows, MONDAY, division=T1)) == 2
    assert work(rows, MONDAY, division=V2) == []
    assert work(rows, MONDAY, in_scope=lambda division: division != V1) == []
    until = MONDAY + timedelta(days=10)
    assert [one.deadline for one in work(rows, MONDAY, until=until)] == ["application/opinion"]
    assert work(rows, MONDAY, until=until - timedelta(days=1)) == []


def test_late_from_the_day_after_it_was_due() -> None:
    rows = folded(entered((START,)))
    due = MONDAY + timedelta(days=10)
    assert [one.late for one in work(rows, due)] == [False, False]
    assert [one.late for one in work(rows, due + timedelta(days=1))] == [True, False]


def test_what_is_met_leaves_and_what_goes_on_takes_the_new_state() -> None:
    next_day = MONDAY + timedelta(days=1)
    step = moved(
        "application", "opined", limit("application/leader", 5, "leader"), meets="application/opinion"
    )
    rows = folded(entered((START,)), DeadlineWarned(on=next_day, key="-", owner="-", moved=(step,)))
    assert [(one.deadline, one.state, one.since) for one in work(rows, MONDAY)] == [
        ("application/leader", "opined", next_day),
        ("application/whole", "opined", next_day),
    ]


def test_warned_escalated_moved() -> None:
    key, on = "application/opinion", MONDAY + timedelta(days=9)
    warned = DeadlineWarned(on=on, key=key, owner="handler")
    told = DeadlineEscalated(on=on, key=key, to="leader")
    rows = folded(entered((START,)), warned, told)
    assert [(one.warned, one.escalated) for one in work(rows, MONDAY, desk="handler")] == [(True, "leader")]
    later = DeadlineMoved(on=on, key=key, due=on + timedelta(days=20), warn=None, cause="objection")
    rows = folded(entered((START,)), warned, told, later)
    (one,) = work(rows, MONDAY, desk="handler")
    assert (one.due, one.warn, one.provisional, one.warned, one.escalated) == (
        later.due,
        None,
        False,
        False,
        None,
    )


def test_a_step_of_a_deadline_that_was_met_changes_nothing() -> None:
    rows = folded(entered((START,)), DeadlineWarned(on=MONDAY, key="survey/start", owner="surveyor"))
    assert [one.warned for one in work(rows, MONDAY)] == [False, False]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialOffice]:
    folder: Path = tmp_path_factory.mktemp("work")
    office = TrialOffice(folder)
    awards.plain(office)
    stages.posted(office, 5)
    stages.negative(office, 6)
    awards.tick(office, "2025-07-31")
    yield office
    office.doudi.close()


def test_every_deadline_of_every_case_is_there_and_no_other(office: TrialOffice) -> None:
    office.doudi.projector.catch_up()
    found = {}
    for one in work(office.doudi.projector.rows("worklist"), MONDAY):
        facts = (one.state, one.desk, one.due, one.provisional, one.warned, one.escalated is not None)
        found[one.case, one.deadline] = facts
    due = {}
    for number in case_numbers(office):
        case = office.case(number)
        for key, deadline in case.deadlines.items():
            state = case.lives[InstanceId(key.partition("/")[0])].state
            warned = (key, "warn") in case.steps
            escalated = any(at == key and step.startswith("escalate:") for at, step in case.steps)
            kept = (deadline.owner, deadline.due, deadline.provisional)
            due[number, key] = (state, *kept, warned, escalated)
    assert found == due
    assert {one[4:] for one in due.values()} == {(False, False), (True, True)}
    assert len(due) == 8


def test_live_and_rebuilt_are_the_same(office: TrialOffice) -> None:
    office.doudi.projector.catch_up()
    assert office.doudi.projector.verify("worklist") == []
