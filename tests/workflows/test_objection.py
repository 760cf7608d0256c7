from datetime import date
from typing import Any

import pytest

from domain.case.opinion import ComplaintRaised, ObjectionRaised
from tests.harness import TrialOffice, number
from tests.workflows import stages
from tests.workflows.stages import LAST_DAY, NEXT_DAY, PHOTO

RAISED = "2025-05-12"
OTHERS: dict[str, Any] = {"surveyors": ["surveyor3", "surveyor4"], "result": "true", "present": ["m1"]}
MEETING: dict[str, Any] = {
    "participants": 12,
    "delegates": 9,
    "signed": 12,
    "chair": "handler",
    "outcome": "true",
}


def objected(office: TrialOffice) -> str:
    case = stages.posted(office)
    office.do("Object", "window", case, on=RAISED, anonymous=True, words="有车")
    return case


def test_an_objection_moves_the_whole_limit_to_45_working_days(office: TrialOffice) -> None:
    case = stages.posted(office)
    before = office.due(case, "application/whole")
    answer = office.quiet("Object", "window", case, on=RAISED, anonymous=True, words="有车")
    assert answer.data == {"instance": "objection.1"}
    assert office.due(case, "application/whole") > before
    assert office.due(case, "application/whole") == date(2025, 6, 26)
    assert office.due(case, "objection.1/settle") == date(2025, 5, 22)


def test_who_objects_is_a_person_a_name_or_nobody(office: TrialOffice) -> None:
    case = stages.posted(office)
    known = {"number": number("1970-01-01", 77), "name": "赵六"}
    office.do("Object", "village", case, on=RAISED, words="有车", **known)
    office.do("Object", "village", case, on=RAISED, words="有房", **known)
    office.do("Object", "village", case, on=RAISED, words="打工", name="钱七")
    office.do("Object", "village", case, on=RAISED, words="无", anonymous=True)
    raised = [event for event in office.events(case) if isinstance(event, ObjectionRaised)]
    assert raised[0].by == raised[1].by is not None
    assert [(one.by is None, one.name is None) for one in raised[2:]] == [(True, False), (True, True)]
    assert set(office.case(case).objections) == {"objection.1", "objection.2", "objection.3", "objection.4"}


def test_who_objects_says_his_name_or_that_he_does_not(office: TrialOffice) -> None:
    case = stages.posted(office)
    assert office.refused("Object", "window", case, on=RAISED, words="有车") == ["name-or-anonymous"]
    assert office.refused("Object", "window", case, on=RAISED, words="有车", name="赵六", anonymous=True) == [
        "anonymous-with-name"
    ]


def test_an_objection_out_of_publicity_is_refused(office: TrialOffice) -> None:
    say = {"words": "有车", "anonymous": True}
    early = stages.to_post(office, 1)
    assert office.refused("Object", "window", early, on="2025-05-06", **say) == ["not-posted"]
    late = stages.ready(office, 2)
    assert office.refused("Object", "window", late, on=NEXT_DAY, **say) == ["publicity-over"]
    office.do("Object", "window", late, on=LAST_DAY, **say)


def test_nothing_goes_on_while_an_objection_is_open(office: TrialOffice) -> None:
    case = objected(office)
    office.do("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=False)
    assert office.refused("Forward", "handler", case, on=NEXT_DAY) == ["objection-open"]
    office.do("Assess", "handler", case, on=NEXT_DAY)
    assert office.refused("GiveOpinion", "handler", case, on=NEXT_DAY, favourable=True) == ["objection-open"]


def test_a_second_survey_is_made_by_others(office: TrialOffice) -> None:
    case = objected(office)
    same = {**OTHERS, "surveyors": ["surveyor", "surveyor4"]}
    alone = {**OTHERS, "surveyors": ["surveyor3"]}
    assert office.refused("Resurvey", "surveyor3", case, on=NEXT_DAY, **same) == ["surveyors-the-same"]
    assert office.refused("Resurvey", "surveyor3", case, on=NEXT_DAY, **alone) == ["surveyors-too-few"]
    office.quiet("Resurvey", "surveyor3", case, on=NEXT_DAY, **OTHERS)


@pytest.mark.parametrize(
    ("participants", "delegates", "percent", "enough"),
    [
        (12, 8, 67, True),
        (12, 7, 67, False),
        (2, 1, 67, False),
        (2, 2, 67, True),
        (10, 5, 50, True),
        (9, 4, 50, False),
    ],
)
def test_delegates_are_two_thirds_of_those_who_take_part(
    office: TrialOffice, participants: int, delegates: int, percent: int, enough: bool
) -> None:
    office.set_policy(review_delegates_percent=percent)
    case = objected(office)
    say = {**MEETING, "participants": participants, "delegates": delegates, "signed": participants}
    answer = office.say("HoldDemocraticReview", "handler", case, on=NEXT_DAY, **say)
    assert [one.code for one in answer.reasons] == ([] if enough else ["delegates-few"])


def test_a_review_is_signed_by_all_and_held_only_on_a_ground(office: TrialOffice) -> None:
    case = stages.posted(office)
    assert office.refused("HoldDemocraticReview", "handler", case, on=RAISED, **MEETING) == ["review-not-due"]
    office.do("Object", "window", case, on=RAISED, anonymous=True, words="有车")
    unsigned = {**MEETING, "signed": 11, "delegates": 3}
    assert office.refused("HoldDemocraticReview", "handler", case, on=RAISED, **unsigned) == [
        "delegates-few",
        "not-all-signed",
    ]
    many = {**MEETING, "delegates": 13}
    assert office.refused("HoldDemocraticReview", "handler", case, on=RAISED, **many) == ["delegates-many"]
    stranger = {**MEETING, "chair": "nobody"}
    assert office.refused("HoldDemocraticReview", "handler", case, on=RAISED, **stranger) == ["staff-unknown"]
    relative = {"known_by": "staff", "kinship": "51", "member": "m1", "staff": "leader"}
    office.do("FileRelation", "handler", case, on=RAISED, **relative)
    assert office.refused(
        "HoldDemocraticReview", "handler", case, on=RAISED, **{**MEETING, "chair": "leader"}
    ) == ["recusal"]
    office.quiet("HoldDemocraticReview", "handler", case, on=RAISED, **MEETING)


def test_of_two_objections_a_review_names_its_own(office: TrialOffice) -> None:
    case = objected(office)
    office.do("Object", "window", case, on=RAISED, anonymous=True, words="有房")
    assert office.refused("HoldDemocraticReview", "handler", case, on=NEXT_DAY, **MEETING) == [
        "instance-which"
    ]
    office.do("HoldDemocraticReview", "handler", case, on=NEXT_DAY, instance="objection.2", **MEETING)
    settle = {"on": NEXT_DAY, "outcome": "rejected"}
    assert office.refused("SettleObjection", "leader", case, **settle) == ["instance-which"]
    assert office.refused("SettleObjection", "leader", case, instance="objection.1", **settle) == [
        "not-looked-into"
    ]
    office.do("SettleObjection", "leader", case, instance="objection.2", **settle)


def test_it_is_settled_after_it_was_looked_into_by_people_who_did_not_survey(office: TrialOffice) -> None:
    case = objected(office)
    settle = {"on": "2025-05-20", "outcome": "rejected"}
    assert office.refused("SettleObjection", "handler2", case, **settle) == [
        "not-looked-into",
        "surveyed-yourself",
    ]
    office.do("Resurvey", "surveyor3", case, on=NEXT_DAY, **OTHERS)
    assert office.refused("SettleObjection", "leader", case, by=["surveyor"], **settle) == [
        "surveyed-yourself"
    ]
    assert office.refused("SettleObjection", "leader", case, by=["nobody"], **settle) == ["staff-unknown"]
    office.quiet("SettleObjection", "leader", case, by=["surveyor3"], **settle)
    assert office.case(case).state("objection.1") == "settled"
    assert office.case(case).letters == ()


def test_one_taken_back_needs_no_second_look(office: TrialOffice) -> None:
    case = objected(office)
    office.do("SettleObjection", "leader", case, on=NEXT_DAY, outcome="withdrawn")


def test_who_gave_a_name_gets_an_answer(office: TrialOffice) -> None:
    case = stages.posted(office)
    office.do("Object", "window", case, on=RAISED, name="钱七", words="有车")
    office.do("HoldDemocraticReview", "handler", case, on=NEXT_DAY, **MEETING)
    office.do("Object", "window", case, on=LAST_DAY, anonymous=True, words="有车")
    office.do("SettleObjection", "leader", case, on=NEXT_DAY, outcome="rejected", instance="objection.1")
    office.do("SettleObjection", "leader", case, on=NEXT_DAY, outcome="withdrawn", instance="objection.2")
    assert office.case(case).letters == ()
    office.do("TakeDown", "village", case, on=NEXT_DAY, photo=PHOTO, no_objection=False)
    office.do("Forward", "handler", case, on=NEXT_DAY)
    office.do("SignHand", "chief", case, on="2025-05-15")
    office.do("Confirm", "decider", case, on="2025-05-19")
    letters = [(one.letter, one.about) for one in office.case(case).letters]
    assert letters == [("L08", "telling.1"), ("L23", "objection.1")]
    assert office.due(case, "telling.2/tell") == date(2025, 5, 22)
    office.do("Serve", "village", case, on="2025-05-20", letter="L23", way="direct")
    found = office.case(case)
    assert (found.state("telling.1"), found.state("telling.2")) == ("due", "served")


def test_one_that_is_upheld_asks_for_a_new_opinion(office: TrialOffice) -> None:
    case = objected(office)
    office.do("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=False)
    office.do("Resurvey", "surveyor3", case, on=NEXT_DAY, **{**OTHERS, "result": "false"})
    office.do("SettleObjection", "leader", case, on=NEXT_DAY, outcome="partly")
    assert office.refused("Forward", "handler", case, on=NEXT_DAY) == ["objection-upheld"]
    office.do("Assess", "handler", case, on="2025-05-15")
    office.do("GiveOpinion", "handler", case, on="2025-05-15", favourable=True)
    office.do("ConfirmOpinion", "leader", case, on="2025-05-15")
    office.do("Forward", "handler", case, on="2025-05-15")


def test_after_an_objection_it_is_posted_again_where_the_division_wants_it(office: TrialOffice) -> None:
    office.set_policy(repost_after_objection=True)
    case = objected(office)
    office.do("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=False)
    office.do("HoldDemocraticReview", "handler", case, on=NEXT_DAY, **MEETING)
    office.do("SettleObjection", "leader", case, on=NEXT_DAY, outcome="rejected")
    assert office.refused("Forward", "handler", case, on=NEXT_DAY) == ["post-again-after-objection"]
    office.do("VoidPublicity", "handler", case, on=NEXT_DAY, why="other", reason="异议后再次公示")
    office.do("Post", "village", case, on="2025-05-15", place="栏", photo=PHOTO)


def test_a_complaint_after_publicity_brings_the_county_s_visit(office: TrialOffice) -> None:
    case = stages.ready(office)
    assert office.refused("Complain", "window", case, on=LAST_DAY, words="有车", anonymous=True) == [
        "object-instead"
    ]
    answer = office.quiet("Complain", "window", case, on=NEXT_DAY, words="有车", name="钱七")
    assert answer.data == {"instance": "complaint.1"}
    assert office.case(case).visit_grounds == ("complaint",)
    assert office.refused("AnswerComplaint", "handler", case, on=NEXT_DAY, outcome="rejected") == [
        "answer-needed"
    ]
    office.quiet("AnswerComplaint", "handler", case, on=NEXT_DAY, outcome="rejected", words="查无此事")
    assert [(one.letter, one.about) for one in office.case(case).letters] == [("L23", "complaint.1")]
    assert office.due(case, "telling.1/tell") == date(2025, 5, 19)
    office.do("Serve", "village", case, on=NEXT_DAY, letter="L23", way="direct")


def test_a_complaint_before_publicity_is_refused(office: TrialOffice) -> None:
    assert office.refused(
        "Complain", "window", stages.to_post(office), on="2025-05-06", words="有车", name="钱"
    ) == ["publicity-not-yet"]


def test_a_complaint_about_a_negative_opinion_needs_no_publicity(office: TrialOffice) -> None:
    office.do("Complain", "window", stages.negative(office), on="2025-05-06", words="应当给", name="钱")


def test_a_complaint_after_the_decision_brings_no_visit(office: TrialOffice) -> None:
    case = stages.confirmed(office)
    office.do("Complain", "county", case, on="2025-06-02", words="有车", anonymous=True)
    raised = [event for event in office.events(case) if isinstance(event, ComplaintRaised)]
    assert (raised[0].before_decision, office.case(case).visit_grounds) == (False, ())
    office.do("AnswerComplaint", "county", case, on="2025-06-03", outcome="unverifiable")
    assert office.case(case).letters[-1].letter != "L23"
