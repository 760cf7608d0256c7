"""A death told by number, as a register tells it: recorded in each case the dead lives in, once."""

from datetime import date

import pytest

from domain.case.award import MemberDied
from domain.case.intake import Quoted
from domain.days import Month
from domain.ids import CommandId, MemberKey, PersonRef
from tests.harness import COUNTY, T2, TrialOffice, number, person
from tests.workflows.awards import amount, draw
from tests.workflows.stages import household
from tests.workflows.test_death import couple, of_person
from tests.workflows.test_finding import stopped
from workflows.command import Request
from workflows.commands.award import ReportDeath

A, B = number("1952-06-01", 71), number("1958-06-01", 72)


@pytest.fixture(autouse=True)
def register(office: TrialOffice) -> None:
    office.appoint("register", "registrar", COUNTY)


def told(who: str = A, died: str = "2025-03-20", division: str = COUNTY) -> dict[str, str]:
    return {"division": division, "number": who, "died": died, "source": "V14"}


def test_the_award_is_recomputed_from_the_next_month(office: TrialOffice) -> None:
    case = couple(office)
    answer = office.quiet("ReportDeath", "register", on="2025-04-03", **told())
    assert answer.data == {"cases": 1, "known": 0, "findings": 0}
    assert [amount(office, case, month) for month in ("2025-03", "2025-04")] == [112_000, 52_000]
    assert of_person(office, case, "m1").died == date(2025, 3, 20)


def test_the_last_one_ends_it(office: TrialOffice) -> None:
    case = couple(office)
    office.do("ReportDeath", "register", on="2025-04-03", **told())
    office.do("ReportDeath", "register", on="2025-04-03", **told(B, "2025-04-01"))
    assert office.case(case).lives["award"].state == "ended"  # type: ignore[index]


def test_months_drawn_with_the_dead_stand_and_are_findings(office: TrialOffice) -> None:
    case = couple(office)
    draw(office, case, "2025-02", "2025-03", "2025-04", "2025-05")
    assert office.do("ReportDeath", "register", on="2025-06-02", **told()).data["findings"] == 2
    assert office.case(case).drawn[Month("2025-05")].amount == 112_000


def test_one_who_applies_is_recorded_dead_in_his_application(office: TrialOffice) -> None:
    case = office.accepted(household(), on="2025-04-21")
    dead = number("2012-06-01", 11)
    assert office.do("ReportDeath", "register", **told(dead, "2025-04-20")).data["cases"] == 1
    assert office.case(case).members[MemberKey("m2")].died == date(2025, 4, 20)


def test_known_already_it_changes_nothing(office: TrialOffice) -> None:
    case = couple(office)
    office.do("RecordDeath", "handler", case, on="2025-04-03", member="m1", died="2025-03-20", source="V14")
    head = office.store.head()
    answer = office.do("ReportDeath", "register", on="2025-04-04", **told())
    assert answer.data == {"cases": 0, "known": 1, "findings": 0}
    assert office.store.head() == head


def test_another_day_than_the_one_recorded_is_for_somebody_to_look_at(office: TrialOffice) -> None:
    case = couple(office)
    office.do("RecordDeath", "handler", case, on="2025-04-03", member="m1", died="2025-03-20", source="V14")
    assert office.refused("ReportDeath", "register", **told(died="2025-03-21")) == ["death-day-differs"]


def test_a_stopped_award_knows_it_too_and_another_day_is_refused(office: TrialOffice) -> None:
    case = couple(office)
    stopped(office, case, "S09", "2025-03-10", "2025-04-03")
    assert office.do("ReportDeath", "register", on="2025-04-04", **told()).data["cases"] == 1
    office.do("Restore", "decider", case, on="2025-04-07", code="I05", reason="错停")
    assert amount(office, case, "2025-05") == 52_000
    assert office.refused("ReportDeath", "register", **told(died="2025-03-21")) == ["death-day-differs"]
    again = office.do("ReportDeath", "register", **told()).data
    assert (again["cases"], again["known"]) == (0, 1)
    assert office.case(case).members[MemberKey("m1")].died == date(2025, 3, 20)


def test_where_the_case_is_over_the_person_alone_is_recorded(office: TrialOffice) -> None:
    case = office.accepted(household(), on="2025-04-21")
    office.do("Withdraw", "window", case)
    dead = number("1985-03-04", 10)
    assert office.do("ReportDeath", "register", **told(dead, "2025-04-20")).data["cases"] == 0
    assert of_person(office, case, "m1").died == date(2025, 4, 20)
    again = [person("m1", "1985-03-04", 10, "王芳", "02")]
    values = {"division": "110199001001", "area": "rural", "applicant": "m1", "near_relative": False}
    assert office.refused("Enter", "window", members=again, **values) == ["person-died"]
    assert office.refused("ReportDeath", "register", **told(dead, "2025-04-19")) == ["death-day-differs"]


def test_what_cannot_be_is_refused(office: TrialOffice) -> None:
    couple(office)
    assert office.refused("ReportDeath", "register", **told(number("1950-01-01", 99))) == ["person-unknown"]
    assert office.refused("ReportDeath", "window-t2", **told(division=T2)) == ["person-unknown"]
    assert office.refused("ReportDeath", "window", **told()) == ["out-of-scope"]
    assert office.refused("ReportDeath", "payer", **told()) == ["not-your-desk"]
    assert office.refused("ReportDeath", "register", **told(died="2099-01-01")) == ["died-later"]
    assert office.refused("ReportDeath", "register", **told(died="1940-01-01")) == ["died-before-birth"]
    both = {**told(), "person": "p"}
    assert office.refused("ReportDeath", "register", **both) == ["number-or-person"]
    assert office.refused(
        "DeclareRelation", "register", division=COUNTY, kinship="10", name="x", number=B
    ) == ["not-your-desk"]


def test_it_may_be_told_by_pseudonym_and_who_told_is_quoted(office: TrialOffice) -> None:
    case = couple(office)
    ref: PersonRef = office.case(case).members[MemberKey("m1")].person
    office.clock("2025-04-03")
    data = ReportDeath(division=COUNTY, person=ref, died=date(2025, 3, 20), source="V14")
    request = Request(id=CommandId("x"), actor="register", data=data, quoted="殡仪馆 李", said=b"one")
    assert office.doudi.office.handle(request).status == "done"
    events = office.events(case)
    assert sum(isinstance(event, MemberDied) for event in events) == 1
    (quoted,) = (event for event in events if isinstance(event, Quoted))
    assert quoted.by.text == "殡仪馆 李"
    assert office.doudi.office.known(CommandId("x"), b"one") == office.doudi.office.handle(request)
    other = office.doudi.office.known(CommandId("x"), b"two")
    assert other is not None
    assert [one.code for one in other.reasons] == ["command-id-used"]
    assert office.doudi.office.known(CommandId("y"), b"one") is None
