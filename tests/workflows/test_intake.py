from datetime import date
from typing import Any

import pytest

from domain.case.change import DeadlineMoved
from domain.case.decision import LetterIssued
from domain.ids import CaseNo
from tests.harness import TrialOffice, at, person
from tests.workflows.stages import household, posted
from workflows.command import Answer, parse

THREE = [
    person("m1", "1980-01-01", 1),
    person("m2", "1982-01-01", 2, "李四", "10"),
    person("m3", "2004-01-01", 3, "张小", "20"),
]


def clock_says(office: TrialOffice, kind: str, case: str, on: str) -> Answer:
    """What the deadline process sends."""
    if office.store.clock.now() < at(on):
        office.clock(on)
    request = parse(
        {"id": f"clock-{kind}-{on}", "type": kind, "actor": "clock", "case": case, "data": {"on": on}}
    )
    return office.doudi.office.handle(request)


def codes(answer: Answer) -> list[str]:
    return [one.code for one in answer.reasons]


def letters(office: TrialOffice, case: str) -> list[str]:
    return [event.letter for event in office.events(case) if isinstance(event, LetterIssued)]


def test_J1_what_is_missing_is_said_once_and_the_clock_waits(office: TrialOffice) -> None:
    case = office.enter(THREE, on="2025-03-03")
    for member in ("m1", "m2"):
        office.do("Consent", "window", case, on="2025-03-03", member=member, until="2026-12-31")
    assert office.refused("Accept", "window", case) == ["consent-missing"]
    office.quiet("SayMissing", "window", case, on="2025-03-03", items=["consent:m3"])
    assert office.case(case).intake.accepted is None
    assert office.due(case, "application/papers") == date(2025, 4, 3)
    assert office.refused("SayMissing", "window", case, items=["hukou"]) == ["not-now"]
    assert office.refused("Accept", "window", case) == ["papers-missing", "consent-missing"]
    assert office.refused("Bring", "window", case, item="consent:m3") == ["consent-is-given"]
    office.quiet("Consent", "handler", case, on="2025-03-06", member="m3", until="2026-12-31")
    office.quiet("Accept", "window", case, on="2025-03-06")
    assert office.due(case, "application/whole") == date(2025, 4, 18)
    assert office.due(case, "survey/start") == date(2025, 3, 11)
    assert office.due(case, "verification.1/ask") == date(2025, 3, 11)
    assert "application/papers" not in office.case(case).deadlines
    assert office.refused("Accept", "window", case) == ["not-now"]


def test_papers_are_brought_or_promised(office: TrialOffice) -> None:
    case = office.enter(THREE[:1])
    office.do("Consent", "window", case, member="m1", until="2026-12-31")
    assert office.refused("SayMissing", "window", case, items=["hukou", "hukou"]) == ["items-wrong"]
    assert office.refused("SayMissing", "window", case, items=["consent:m7"]) == ["not-a-member"]
    office.do("SayMissing", "window", case, items=["hukou", "divorce certificate"])
    assert office.refused("Bring", "window", case, item="photo") == ["not-asked-for"]
    bad = {"sha256": "no", "type": "image/jpeg", "size": 1}
    assert office.refused("Bring", "window", case, item="hukou", paper=bad) == ["paper-wrong"]
    office.quiet("Bring", "window", case, item="hukou", paper={**bad, "sha256": "0f" * 32})
    assert office.refused("Bring", "window", case, item="hukou") == ["not-asked-for"]
    assert office.refused("Accept", "window", case) == ["papers-missing"]
    office.do("Bring", "window", case, item="divorce certificate", promise=True)
    office.do("Accept", "window", case)


def test_not_brought_in_thirty_days_it_lapses_the_day_after(office: TrialOffice) -> None:
    case = office.enter(THREE[:1], on="2025-03-03")
    assert office.refused("Lapse", "window", case) == ["not-now"]
    office.do("SayMissing", "window", case, on="2025-03-03", items=["hukou"])
    assert office.refused("Lapse", "window", case) == ["not-your-desk"]
    assert codes(clock_says(office, "Lapse", case, "2025-04-02")) == ["papers-may-come"]
    first = clock_says(office, "Lapse", case, "2025-04-03")
    assert first.status == "done"
    assert clock_says(office, "Lapse", case, "2025-04-03") == first
    ended = office.case(case)
    assert (ended.state("application"), ended.ended_code, ended.deadlines) == ("lapsed", "E04", {})
    again = office.enter(THREE[:1], on="2025-04-03")
    assert office.case(again).earlier == (case,)
    assert office.case(again).household != ended.household


def test_not_accepted_by_code_in_writing(office: TrialOffice) -> None:
    case = office.enter(THREE[:1])
    assert office.refused("NotAccept", "handler", case, code="N01") == ["not-your-desk"]
    assert office.refused("NotAccept", "window", case, code="N77") == ["code-unknown"]
    assert office.refused("NotAccept", "window", case, code="N99") == ["code-needs-words"]
    office.quiet("NotAccept", "window", case, code="N01")
    assert office.case(case).state("telling.1") == "due"
    office.do("Serve", "window", case, letter="L03", way="direct")
    assert office.case(case).letters[-1].served is not None
    assert (office.case(case).state("application"), letters(office, case)) == ("not_accepted", ["L03"])
    assert office.refused("Accept", "window", case) == ["already-over"]
    assert office.refused("Consent", "window", case, member="m1", until="2026-01-01") == ["case-ended"]
    assert office.enter(THREE[:1]) != case


def test_a_withdrawn_application_takes_its_notice_down_that_day(office: TrialOffice) -> None:
    case = posted(office)
    office.quiet("Withdraw", "window", case, on="2025-05-08", reason="不再申请")
    ended = office.case(case)
    assert ended.publicity is not None
    assert (ended.publicity.taken_down, ended.publicity.void) == (date(2025, 5, 8), True)
    assert {key: life.state for key, life in ended.lives.items()} == {
        "application": "withdrawn",
        "survey": "closed",
        "verification.1": "closed",
    }
    assert (ended.ended_code, ended.deadlines) == ("E05", {})
    assert office.refused("Withdraw", "window", case) == ["already-over"]
    assert office.enter(household(), on="2025-05-08") != case


def test_consent_runs_from_its_day_until_it_is_withdrawn(office: TrialOffice) -> None:
    case = office.enter(THREE[:1], on="2025-03-03")
    assert office.refused("Consent", "window", case, until="2026-01-01") == ["consent-whose"]
    assert office.refused("Consent", "window", case, member="m9", until="2026-01-01") == ["not-a-member"]
    assert office.refused("Consent", "window", case, member="m1", until="2025-03-02") == ["consent-over"]
    assert office.refused("WithdrawConsent", "window", case, member="m1") == ["consent-not-running"]
    office.do("Consent", "window", case, member="m1", until="2025-03-04")
    office.clock("2025-03-05")
    assert office.refused("Accept", "window", case, on="2025-03-05") == ["consent-missing"]
    office.do("Consent", "window", case, member="m1", until="2025-12-31")
    office.quiet("WithdrawConsent", "handler", case, member="m1", on="2025-03-06")
    assert office.refused("Accept", "window", case, on="2025-03-06") == ["consent-missing"]


def test_a_child_needs_no_consent_until_eighteen(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 1), person("m2", "2007-03-05", 2, "张小", "20")]
    case = office.enter(members, on="2025-03-03")
    office.do("Consent", "window", case, member="m1", until="2025-12-31")
    office.clock("2025-03-05")
    assert office.refused("Accept", "window", case) == ["consent-missing"]
    office.do("Accept", "window", case, on="2025-03-04")


def test_a_supporter_consents_only_by_himself(office: TrialOffice) -> None:
    case = office.accepted(THREE[:1], on="2025-03-03")
    son = {"kind": "supporter", "code": "22", "member": "m1", "since": "2020-01-01"}
    office.do("StateFacts", "handler", case, facts=[son])
    given: dict[str, Any] = {"supporter": "f1", "until": "2025-12-31"}
    assert office.refused("Consent", "window", case, **{**given, "supporter": "f2"}) == ["supporter-unknown"]
    assert office.refused("Consent", "window", case, **given, by="guardian") == ["supporter-consents-himself"]
    ask = {"sources": ["V02"], "supporters": ["f1"]}
    assert office.refused("AskVerification", "handler", case, **ask) == ["consent-missing"]
    office.do("Consent", "window", case, **given)
    office.do("AskVerification", "handler", case, **ask)
    office.do("WithdrawConsent", "window", case, supporter="f1")
    assert office.refused("WithdrawConsent", "window", case, supporter="f1") == ["consent-not-running"]


def test_terminated_only_on_a_ground_that_stands_on_the_file(office: TrialOffice) -> None:
    case = office.accepted(THREE[:1], on="2025-03-03")
    why = {"reason": "两次入户无人"}
    assert office.refused("Terminate", "handler", case, code="E01", **why) == ["cooperation-not-refused"]
    assert office.refused("Terminate", "handler", case, code="E02", **why) == ["consent-runs"]
    assert office.refused("Terminate", "handler", case, code="E03", **why) == ["applicant-lives"]
    assert office.refused("Terminate", "handler", case, code="E05", **why) == ["code-of-another-end"]
    assert office.refused("Terminate", "window", case, code="E99", **why) == ["not-your-desk"]
    two = ["surveyor", "surveyor2"]
    office.do("NobodyHome", "surveyor", case, on="2025-03-04", surveyors=two)
    assert office.refused("Terminate", "handler", case, code="E01", **why) == ["cooperation-not-refused"]
    office.do("NobodyHome", "surveyor", case, on="2025-03-05", surveyors=two)
    office.quiet("Terminate", "handler", case, on="2025-03-06", code="E01", **why)
    ended = office.case(case)
    assert (ended.state("application"), ended.ended_code) == ("terminated", "E01")
    assert (ended.state("telling.1"), letters(office, case)) == ("due", ["L12"])
    assert office.due(case, "telling.1/tell") == date(2025, 3, 11)
    assert office.refused("Terminate", "handler", case, code="E01", **why) == ["already-over"]
    office.enter(THREE[:1])


def test_terminated_after_consent_is_withdrawn(office: TrialOffice) -> None:
    case = office.accepted(THREE[:1], on="2025-03-03")
    office.do("WithdrawConsent", "window", case, member="m1")
    office.do("Terminate", "handler", case, code="E02", reason="撤回授权")
    assert office.case(case).ended_code == "E02"


def test_another_adult_member_goes_on(office: TrialOffice) -> None:
    young = person("m3", "2010-01-01", 3, "张小", "20")
    case = office.accepted([*THREE[:2], young], on="2025-03-03")
    assert office.refused("ReplaceApplicant", "window", case, applicant="m1") == ["applicant-already"]
    assert office.refused("ReplaceApplicant", "window", case, applicant="m3") == ["applicant-not-adult"]
    assert office.refused("ReplaceApplicant", "window", case, applicant="m4") == ["not-a-member"]
    before = office.case(case).facts_round
    office.quiet("ReplaceApplicant", "window", case, applicant="m2")
    after = office.case(case)
    assert (after.applicant, after.head, after.state("application")) == ("m2", "m2", "accepted")
    assert after.facts_round > before
    ended = office.enter([person("m1", "1990-01-01", 9)])
    office.do("Withdraw", "window", ended)
    assert office.refused("ReplaceApplicant", "window", ended, applicant="m1") == ["already-over"]


def test_a_relation_is_filed_once_and_brings_the_countys_visit(office: TrialOffice) -> None:
    case = office.accepted(THREE[:1], on="2025-03-03")
    filing = {"known_by": "staff", "kinship": "51", "member": "m1", "staff": "leader"}
    assert office.refused("FileRelation", "handler", case, **{**filing, "kinship": "55"}) == [
        "not-near-relative"
    ]
    assert office.refused("FileRelation", "handler", case, **{**filing, "staff": "nobody"}) == [
        "staff-unknown"
    ]
    assert office.refused("FileRelation", "handler", case, known_by="staff", kinship="51") == [
        "field-missing"
    ]
    assert office.refused("FileRelation", "village", case, **filing) == ["not-your-desk"]
    office.quiet("FileRelation", "handler", case, **filing)
    assert office.refused("FileRelation", "handler", case, **filing) == ["relation-filed"]
    assert office.case(case).visit_grounds == ("near_relative",)
    assert office.refused("FileRelation", "leader", case, **{**filing, "staff": "window"}) == ["recusal"]
    office.do("FileRelation", "county", case, known_by="applicant", kinship="10")
    assert office.case(case).visit_grounds == ("near_relative",)


def test_in_laws_are_near_where_a_place_says_so(office: TrialOffice) -> None:
    office.set_policy(near_relative_in_laws=True)
    case = office.accepted(THREE[:1], on="2025-03-03")
    office.do("FileRelation", "handler", case, known_by="applicant", kinship="55")
    assert len(office.case(case).relations) == 1


def test_extended_to_45_working_days_with_the_steps_that_were_cut_short(office: TrialOffice) -> None:
    office.set_policy(county_days=40)
    case = posted(office)
    office.do(
        "TakeDown",
        "village",
        case,
        on="2025-05-13",
        photo={"sha256": "aa" * 32, "type": "image/png", "size": 9},
        no_objection=True,
    )
    office.do("Forward", "handler", case, on="2025-05-14")
    whole = office.due(case, "application/whole")
    assert whole == date(2025, 6, 5) == office.due(case, "application/county")
    assert office.refused("Extend", "window", case, ground="hard_survey") == ["not-your-desk"]
    office.quiet("Extend", "county", case, on="2025-05-15", ground="hard_survey", reason="外地财产待查")
    assert office.due(case, "application/whole") == date(2025, 6, 26)
    assert office.due(case, "application/county") == date(2025, 6, 26)
    assert letters(office, case)[-1] == "L05"
    moved = [event for event in office.events(case) if isinstance(event, DeadlineMoved)]
    assert {event.cause for event in moved if event.key == "application/whole"} == {"hard_survey"}
    assert office.refused("Extend", "county", case, ground="cross_place") == ["extended-already"]


def test_where_the_township_decides_the_whole_is_twenty_days(office: TrialOffice) -> None:
    office.set_policy(township_decides=True)
    case = office.accepted(THREE[:1], on="2025-03-06")
    assert office.due(case, "application/whole") == date(2025, 4, 3)


def test_a_whole_limit_into_an_unpublished_year_is_provisional(office: TrialOffice) -> None:
    case = office.accepted(THREE[:1], on="2026-12-01")
    assert office.case(case).deadlines["application/whole"].provisional


@pytest.mark.parametrize(
    ("trigger", "data"),
    [
        ("Accept", {}),
        ("SayMissing", {"items": ["x"]}),
        ("NotAccept", {"code": "N01"}),
        ("Withdraw", {}),
        ("Extend", {"ground": "hard_survey"}),
    ],
)
def test_another_townships_desk_sees_no_case(office: TrialOffice, trigger: str, data: dict[str, Any]) -> None:
    case = office.enter(THREE[:1])
    assert office.refused(trigger, "window-t2", case, **data) == ["case-unknown"]
    assert office.case(CaseNo(case)).state("application") == "entered"


@pytest.mark.parametrize(
    ("accepted", "whole", "extended"),
    [
        ("2025-03-06", "2025-04-18", "2025-05-13"),
        ("2025-08-04", "2025-09-15", "2025-10-11"),
        ("2025-06-09", "2025-07-21", "2025-08-11"),
    ],
    ids=["J1", "J3", "J5"],
)
def test_the_whole_limits_of_the_journeys(
    office: TrialOffice, accepted: str, whole: str, extended: str
) -> None:
    """Over Qingming and May Day 2025, and with the worked Saturday 11 October."""
    case = office.accepted(THREE[:1], on=accepted)
    assert office.due(case, "application/whole").isoformat() == whole
    office.do("Extend", "handler", case, ground="separated_residence")
    assert office.due(case, "application/whole").isoformat() == extended
