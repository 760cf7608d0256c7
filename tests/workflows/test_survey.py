from datetime import date
from typing import Any

from domain.case.enquiry import Visited
from domain.ids import PersonRef, StaffId
from domain.personal import Name
from domain.staff import Appointed, RelationDeclared
from tests.harness import LONG_AGO, T1, TrialOffice, person
from workflows.world import staff_stream

TWO = ["surveyor", "surveyor2"]
VISIT: dict[str, Any] = {"surveyors": TWO, "result": "true", "present": ["m1"]}
PAPER = {"sha256": "0e" * 32, "type": "image/jpeg", "size": 1200}


def accepted(office: TrialOffice) -> str:
    return office.accepted([person("m1", "1980-01-01", 1)], on="2025-03-06")


def test_visited_by_two_and_signed(office: TrialOffice) -> None:
    case = accepted(office)
    assert office.due(case, "survey/start") == date(2025, 3, 11)
    office.quiet("Visit", "handler", case, on="2025-03-10", **VISIT, papers=[PAPER], words="房屋两间")
    after = office.case(case)
    assert (after.state("survey"), after.surveyed, sorted(after.surveyors)) == ("visited", True, TWO)
    assert "survey/start" not in after.deadlines
    record = next(one for one in office.events(case) if isinstance(one, Visited))
    assert (record.way, record.present, record.papers[0].size) == ("visit", ("m1",), 1200)


def test_a_visit_may_be_made_again(office: TrialOffice) -> None:
    case = accepted(office)
    office.do("Visit", "surveyor", case, on="2025-03-10", **VISIT)
    office.do("Visit", "surveyor", case, on="2025-03-12", **{**VISIT, "way": "remote", "result": "mostly"})
    assert len(office.case(case).visits) == 2


def test_what_a_visit_must_hold(office: TrialOffice) -> None:
    case = accepted(office)
    for change, codes in (
        ({"surveyors": ["surveyor"]}, ["surveyors-too-few"]),
        ({"surveyors": ["surveyor", "surveyor"]}, ["surveyors-too-few"]),
        ({"surveyors": ["surveyor", "window"]}, ["surveyor-without-desk"]),
        ({"surveyors": ["surveyor", "handler-t2"]}, ["surveyor-without-desk"]),
        ({"surveyors": ["surveyor", "nobody"]}, ["surveyor-without-desk"]),
        ({"result": "perhaps"}, ["code-unknown"]),
        ({"way": "by air"}, ["code-unknown"]),
        ({"present": []}, ["nobody-present"]),
        ({"present": ["m5"]}, ["not-a-member"]),
        ({"papers": [{**PAPER, "size": 0}]}, ["paper-wrong"]),
    ):
        assert office.refused("Visit", "surveyor", case, **{**VISIT, **change}) == codes
    assert office.refused("Visit", "window", case, **VISIT) == ["not-your-desk"]
    assert not office.case(case).surveyed


def test_not_before_acceptance_and_not_after_the_end(office: TrialOffice) -> None:
    case = office.enter([person("m1", "1980-01-01", 1)], on="2025-03-06")
    assert office.refused("Visit", "surveyor", case, **VISIT) == ["not-begun"]
    case = office.accepted([person("m1", "1981-01-01", 1)], on="2025-03-06")
    assert office.refused("Visit", "surveyor", case, on="2025-03-05", **VISIT) == ["on-before"]
    office.do("Withdraw", "window", case)
    assert office.refused("Visit", "surveyor", case, **VISIT) == ["already-over"]


def test_another_townships_desk_may_be_lent_for_a_span(office: TrialOffice) -> None:
    lent = Appointed(
        on=LONG_AGO,
        staff=StaffId("handler-t2"),
        name=Name("handler-t2", "handler-t2"),
        desk="surveyor",
        division=T1,
        since=date(2025, 3, 1),
        until=date(2025, 3, 11),
    )
    office.write([(staff_stream(T1), lent)])
    case = accepted(office)
    visit = {**VISIT, "surveyors": ["surveyor", "handler-t2"]}
    assert office.refused("Visit", "surveyor", case, on="2025-03-12", **visit) == ["surveyor-without-desk"]
    office.do("Visit", "surveyor", case, on="2025-03-11", **visit)


def test_a_near_relative_does_not_survey(office: TrialOffice) -> None:
    case = accepted(office)
    ref: PersonRef = next(iter(office.case(case).members.values())).person
    office.write(
        [
            (
                staff_stream(T1),
                RelationDeclared(on=LONG_AGO, staff=StaffId("surveyor2"), person=ref, kinship="71"),
            )
        ]
    )
    assert office.refused("Visit", "surveyor", case, **VISIT) == ["recusal"]
    office.do("Visit", "surveyor", case, **{**VISIT, "surveyors": ["surveyor", "surveyor3"]})


def test_as_many_surveyors_as_the_division_sets(office: TrialOffice) -> None:
    office.set_policy(surveyors=3)
    case = accepted(office)
    assert office.refused("Visit", "surveyor", case, **VISIT) == ["surveyors-too-few"]
    office.do("Visit", "surveyor", case, **{**VISIT, "surveyors": [*TWO, "handler"]})


def test_nobody_home_twice_or_turned_away_once(office: TrialOffice) -> None:
    case = accepted(office)
    assert office.refused("NobodyHome", "surveyor", case, surveyors=["surveyor"]) == ["surveyors-too-few"]
    office.quiet("NobodyHome", "surveyor", case, on="2025-03-10", surveyors=TWO)
    assert (office.case(case).nobody_home, office.case(case).state("survey")) == (1, "due")
    other = office.accepted([person("m1", "1985-01-01", 4)], on="2025-03-10")
    office.do("NobodyHome", "surveyor", other, surveyors=TWO, turned_away=True)
    office.do("Terminate", "handler", other, code="E01", reason="拒绝入户")


def test_neighbours_are_asked(office: TrialOffice) -> None:
    case = accepted(office)
    asked = {"surveyors": ["surveyor"], "asked": 3, "result": "true"}
    assert office.refused("AskNeighbours", "surveyor", case, **{**asked, "asked": 0}) == ["field-wrong"]
    assert office.refused("AskNeighbours", "surveyor", case, **{**asked, "result": "x"}) == ["code-unknown"]
    wrong = {**asked, "surveyors": ["window"]}
    assert office.refused("AskNeighbours", "surveyor", case, **wrong) == ["surveyor-without-desk"]
    office.quiet("AskNeighbours", "surveyor", case, **asked)
    assert not office.case(case).surveyed


def test_a_letter_is_sent_and_answered_once(office: TrialOffice) -> None:
    case = accepted(office)
    assert office.refused("AnswerInquiry", "handler", case, inquiry="X-1", words="有") == ["inquiry-not-open"]
    office.quiet("SendInquiry", "handler", case, inquiry="X-1", to="某厂")
    assert office.refused("SendInquiry", "handler", case, inquiry="X-1", to="某厂") == ["inquiry-number-used"]
    office.quiet("AnswerInquiry", "handler", case, inquiry="X-1", words="月工资 1,200")
    assert office.refused("AnswerInquiry", "handler", case, inquiry="X-1", words="x") == ["inquiry-not-open"]
    assert office.case(case).inquiries == {"X-1": True}
