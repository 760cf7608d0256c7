from datetime import date
from typing import Any

from domain.case.decision import LetterIssued
from tests.harness import COUNTY, TrialOffice, person
from tests.workflows import awards

ONE = [person("m1", "1980-01-01", 1)]
COUPLE = [*ONE, person("m2", "1982-01-01", 2, "李四", "10")]
TWO = ["surveyor", "surveyor2"]
V1 = "verification.1"


def asked(office: TrialOffice, *sources: str, on: str = "2025-03-07", members: Any = ONE) -> str:
    case = office.accepted(members, on="2025-03-06")
    office.do("AskVerification", "handler", case, on=on, sources=list(sources) or ["V02"])
    return case


def reported(office: TrialOffice, **answers: dict[str, Any]) -> str:
    """Asked on 7, started on 10, answered and reported on 14 March 2025."""
    case = asked(office, *answers)
    office.do("StartVerification", "centre", case, on="2025-03-10")
    for source, answer in answers.items():
        said = {"answer": "agrees", "data_day": "2025-03-10", **answer}
        office.do("AnswerVerification", "centre", case, on="2025-03-14", source=source, **said)
    office.do("IssueReport", "centre", case, on="2025-03-14", report="HD-1")
    return case


HIT: dict[str, Any] = {"answer": "differs", "hit": True, "member": "m1", "words": "住房 68.5 平方米"}


def visited(office: TrialOffice, case: str, on: str) -> None:
    office.do("Visit", "surveyor", case, on=on, surveyors=TWO, result="true", present=["m1"])


def opinion_reasons(office: TrialOffice, case: str, on: str) -> list[str]:
    """What stands in the way of an opinion that day, of what this file is about."""
    answer = office.say("GiveOpinion", "handler", case, on=on, favourable=False, reason="x")
    return [one.code for one in answer.reasons if one.code.startswith(("report", "hits", "not-surveyed"))]


def test_J1_the_steps_and_their_days(office: TrialOffice) -> None:
    case = office.accepted(ONE, on="2025-03-06")
    assert office.refused("StartVerification", "centre", case) == ["not-now"]
    assert office.refused("AskVerification", "window", case, sources=["V02"]) == ["not-your-desk"]
    assert office.refused("AskVerification", "handler", case, sources=["V98"]) == ["code-unknown"]
    assert office.refused("AskVerification", "handler", case, sources=["V02", "V02"]) == ["source-twice"]
    office.quiet("AskVerification", "handler", case, on="2025-03-07", sources=["V02", "V04"])
    assert office.due(case, f"{V1}/start") == date(2025, 3, 12)
    assert office.refused("StartVerification", "handler", case) == ["not-your-desk"]
    office.quiet("StartVerification", "centre", case, on="2025-03-10")
    assert office.due(case, f"{V1}/answers") == date(2025, 3, 25)
    assert office.refused("StartVerification", "centre", case) == ["not-now"]
    answer = {"source": "V02", "answer": "agrees", "data_day": "2025-03-01"}
    office.quiet("AnswerVerification", "centre", case, on="2025-03-14", **answer)
    assert office.refused("IssueReport", "centre", case, report="HD-1") == ["answers-missing"]
    office.do("AnswerVerification", "centre", case, **{**answer, "source": "V04", "answer": "none"})
    office.quiet("IssueReport", "centre", case, on="2025-03-14", report="HD-1")
    one = office.case(case).verifications[V1]  # type: ignore[index]
    assert (one.report, one.reported, one.valid_until) == ("HD-1", date(2025, 3, 14), date(2025, 6, 12))
    assert (one.oldest_data, one.unanswered) == (date(2025, 3, 1), ())
    assert office.refused("IssueReport", "centre", case, report="HD-2") == ["not-now"]


def test_every_adults_consent_runs_when_it_is_asked(office: TrialOffice) -> None:
    case = office.accepted(COUPLE, on="2025-03-06")
    office.do("WithdrawConsent", "window", case, member="m2")
    refused = office.say("AskVerification", "handler", case, sources=["V02"])
    assert [(one.code, one.params) for one in refused.reasons] == [("consent-missing", {"members": "m2"})]


def test_what_an_answer_must_hold(office: TrialOffice) -> None:
    case = asked(office, "V02", "V04")
    office.do("StartVerification", "centre", case, on="2025-03-10")
    good = {"source": "V04", "answer": "differs", "data_day": "2025-03-10"}
    for change, codes in (
        ({"source": "V09"}, ["source-not-asked"]),
        ({"answer": "perhaps"}, ["code-unknown"]),
        ({"data_day": None}, ["data-day-missing"]),
        ({"data_day": "2025-03-11"}, ["data-day-later"]),
        ({"answer": "agrees", "hit": True}, ["hit-without-difference"]),
        ({"member": "m4"}, ["not-a-member"]),
    ):
        assert office.refused("AnswerVerification", "centre", case, **{**good, **change}) == codes
    assert office.refused("AnswerVerification", "handler", case, **good) == ["not-your-desk"]
    office.do("AnswerVerification", "centre", case, **good, hit=True)
    assert office.case(case).verifications[V1].hits == ("V04",)  # type: ignore[index]


def test_late_answers_only_with_a_reason(office: TrialOffice) -> None:
    case = asked(office, "V02", "V04", "V09")
    office.do("StartVerification", "centre", case, on="2025-03-10")
    office.do("AnswerVerification", "centre", case, source="V02", answer="agrees", data_day="2025-03-10")
    office.do("AnswerVerification", "centre", case, source="V04", answer="late")
    refused = office.say("IssueReport", "centre", case, report="HD-1")
    assert [(one.code, one.params) for one in refused.reasons] == [
        ("answers-missing", {"sources": "V04, V09"})
    ]
    office.do("IssueReport", "centre", case, report="HD-1", reason="系统停机")
    office.do(
        "AnswerVerification", "centre", case, source="V04", answer="differs", data_day="2025-03-10", hit=True
    )
    visited(office, case, "2025-03-10")
    assert opinion_reasons(office, case, "2025-03-11") == ["hits-untold"]


def test_J5_a_hit_is_told_contested_and_asked_again(office: TrialOffice) -> None:
    case = reported(office, V04=HIT, V02={})
    visited(office, case, "2025-03-14")
    assert opinion_reasons(office, case, "2025-03-14") == ["hits-untold"]
    assert office.due(case, "application/opinion") == date(2025, 3, 19)
    office.quiet("TellHit", "handler", case, on="2025-03-17")
    letters = [one.letter for one in office.events(case) if isinstance(one, LetterIssued)]
    assert letters == ["L04"]
    assert office.refused("TellHit", "handler", case) == ["no-hit-to-tell"]
    assert office.refused("Contest", "window", case, words=" ") == ["text-empty"]
    office.quiet("Contest", "window", case, on="2025-03-18", words="2024 年已私下转让")
    assert opinion_reasons(office, case, "2025-03-18") == ["report-contested"]
    assert office.due(case, f"{V1}/ask") == date(2025, 3, 21)
    assert office.due(case, "application/opinion") > date(2025, 3, 25)
    office.do("AskVerification", "handler", case, on="2025-03-18", sources=["V04"])
    assert opinion_reasons(office, case, "2025-03-18") == ["report-missing"]
    office.do("StartVerification", "centre", case, on="2025-03-19")
    office.do(
        "AnswerVerification", "centre", case, on="2025-03-20", source="V04", data_day="2025-03-20", **HIT
    )
    office.do("IssueReport", "centre", case, on="2025-03-21", report="HD-2")
    one = office.case(case).verifications[V1]  # type: ignore[index]
    assert (one.round, one.hits, one.answers["V02"], one.oldest_data) == (
        2,
        ("V04",),
        "agrees",
        date(2025, 3, 10),
    )
    assert office.due(case, "application/opinion") == date(2025, 3, 26)
    assert opinion_reasons(office, case, "2025-03-21") == []
    assert office.refused("Contest", "handler", case, on="2025-03-20", words="x") == ["on-before"]


def test_a_new_hit_of_a_further_round_is_told_too(office: TrialOffice) -> None:
    case = reported(office, V04=HIT)
    visited(office, case, "2025-03-14")
    office.do("TellHit", "handler", case, on="2025-03-17")
    office.do("Contest", "window", case, on="2025-03-18", words="不是本人")
    office.do("AskVerification", "handler", case, on="2025-03-18", sources=["V04", "V07"])
    office.do("StartVerification", "centre", case, on="2025-03-18")
    for source in ("V04", "V07"):
        office.do(
            "AnswerVerification", "centre", case, on="2025-03-18", source=source, data_day="2025-03-18", **HIT
        )
    office.do("IssueReport", "centre", case, on="2025-03-18", report="HD-2")
    assert opinion_reasons(office, case, "2025-03-18") == ["hits-untold"]
    office.do("TellHit", "handler", case, on="2025-03-18")
    assert opinion_reasons(office, case, "2025-03-18") == []


def test_a_report_whose_data_are_too_old_is_asked_again(office: TrialOffice) -> None:
    case = reported(office, V02={"data_day": "2025-01-10"})
    visited(office, case, "2025-03-14")
    assert opinion_reasons(office, case, "2025-04-10") == []
    assert office.refused("RenewVerification", "handler", case) == ["report-still-valid"]
    assert opinion_reasons(office, case, "2025-04-11") == ["report-outlived"]
    office.quiet("RenewVerification", "handler", case, on="2025-04-11")
    assert office.case(case).state(V1) == "to_ask"
    office.do("AskVerification", "handler", case, on="2025-04-11", sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-04-11")
    office.do("AnswerVerification", "centre", case, source="V02", answer="agrees", data_day="2025-04-11")
    office.do("IssueReport", "centre", case, on="2025-04-11", report="HD-2")
    assert opinion_reasons(office, case, "2025-04-11") == []


def test_the_report_itself_outlives_its_days(office: TrialOffice) -> None:
    office.set_policy(report_valid_days=10)
    case = reported(office, V02={"data_day": "2025-03-14"})
    visited(office, case, "2025-03-14")
    assert opinion_reasons(office, case, "2025-03-24") == []
    assert opinion_reasons(office, case, "2025-03-25") == ["report-outlived"]


def test_until_survey_and_report_the_opinion_is_due_as_late_as_they_may_come(office: TrialOffice) -> None:
    case = office.accepted(ONE, on="2025-03-06")
    latest = office.due(case, "application/opinion")
    assert latest == date(2025, 4, 3)
    visited(office, case, "2025-03-10")
    assert office.due(case, "application/opinion") == latest
    office.do("AskVerification", "handler", case, on="2025-03-10", sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-03-10")
    office.do(
        "AnswerVerification",
        "centre",
        case,
        on="2025-03-14",
        source="V02",
        answer="none",
        data_day="2025-03-14",
    )
    office.do("IssueReport", "centre", case, on="2025-03-14", report="HD-1")
    assert office.due(case, "application/opinion") == date(2025, 3, 19)


def test_the_opinion_is_never_due_after_the_whole(office: TrialOffice) -> None:
    office.set_policy(answer_days=60)
    case = office.accepted(ONE, on="2025-03-06")
    assert (
        office.due(case, "application/opinion") == office.due(case, "application/whole") == date(2025, 4, 18)
    )


def test_one_verification_at_a_time_and_none_before_acceptance(office: TrialOffice) -> None:
    case = office.enter(ONE, on="2025-03-06")
    assert office.refused("BeginVerification", "handler", case) == ["not-accepted-yet"]
    case = asked(office, members=[person("m1", "1985-01-01", 5)])
    assert office.refused("BeginVerification", "handler", case) == ["verification-under-way"]
    office.do("StartVerification", "centre", case)
    office.do("IssueReport", "centre", case, report="HD-1", reason="无反馈")
    assert office.refused("CloseVerification", "handler", case) == ["application-open"]
    office.quiet("BeginVerification", "handler", case)
    assert office.case(case).state("verification.2") == "to_ask"
    office.do("Withdraw", "window", case)
    assert office.refused("BeginVerification", "handler", case) == ["case-ended"]


def test_a_living_case_is_verified_anew_and_that_is_closed(office: TrialOffice) -> None:
    case = awards.plain(office)
    assert office.refused("CloseVerification", "handler", case) == ["nothing-open"]
    office.do("BeginVerification", "handler", case, on="2025-09-01")
    office.do("AskVerification", "handler", case, on="2025-09-01", sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-09-02")
    office.do(
        "AnswerVerification",
        "centre",
        case,
        on="2025-09-03",
        source="V02",
        answer="agrees",
        data_day="2025-09-01",
    )
    office.do("IssueReport", "centre", case, on="2025-09-03", report="HD-2")
    office.quiet("CloseVerification", "handler", case, on="2025-09-04")
    assert office.case(case).state("verification.2") == "closed"


def test_an_answer_that_names_its_asking_is_to_that_one(office: TrialOffice) -> None:
    office.appoint("bureau", "bureau", COUNTY)
    case = reported(office, V02={})
    answer = {"source": "V02", "answer": "agrees", "data_day": "2025-03-10"}
    assert office.refused("AnswerVerification", "bureau", case, **answer, round=2) == ["round-over"]
    office.do("AnswerVerification", "bureau", case, **answer, round=1)
    office.do("Contest", "window", case, on="2025-03-17", words="不符")
    office.do("AskVerification", "handler", case, on="2025-03-18", sources=["V02"])
    office.do("StartVerification", "centre", case, on="2025-03-18")
    assert office.refused("AnswerVerification", "bureau", case, **answer, round=1) == ["round-over"]
    office.do("AnswerVerification", "bureau", case, **answer, round=2)
    assert office.refused("IssueReport", "bureau", case, report="HD-2") == ["not-your-desk"]
