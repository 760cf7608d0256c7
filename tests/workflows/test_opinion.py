from tests.harness import T1, TrialOffice
from tests.workflows import stages
from tests.workflows.stages import ASSESSED, NEXT_DAY, PHOTO


def test_an_opinion_takes_amount_and_persons_from_the_sheet(office: TrialOffice) -> None:
    case = stages.assessed(office)
    answer = office.quiet("GiveOpinion", "handler", case, on=ASSESSED, favourable=True, review_class="B")
    assert answer.data == {"favourable": True, "amount": 90_000}
    opinion = office.case(case).opinion
    assert opinion is not None
    assert (opinion.counted, opinion.covered, opinion.review_class) == (("m1", "m2", "m3"),) * 2 + ("B",)
    assert office.case(case).state("application") == "opined"


def test_an_opinion_before_the_sheet_is_refused(office: TrialOffice) -> None:
    case = stages.surveyed(office)
    assert office.refused("GiveOpinion", "handler", case, on=ASSESSED, favourable=True) == ["not-assessed"]


def test_a_typed_amount_is_refused(office: TrialOffice) -> None:
    case = stages.assessed(office)
    codes = office.refused("GiveOpinion", "handler", case, on=ASSESSED, favourable=True, amount=100)
    assert codes == ["field-unknown"]


def test_a_favourable_opinion_against_the_sheet_is_refused_with_its_grounds(office: TrialOffice) -> None:
    case = stages.assessed(office, month=200_000)
    answer = office.say("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)
    assert [(one.code, one.params["grounds"]) for one in answer.reasons] == [("not-eligible", "R01")]


def test_a_negative_opinion_needs_known_grounds(office: TrialOffice) -> None:
    case = stages.assessed(office, month=200_000)
    say = {"on": ASSESSED, "favourable": False}
    assert office.refused("GiveOpinion", "handler", case, **say) == ["grounds-needed"]
    assert office.refused("GiveOpinion", "handler", case, grounds=["R77"], **say) == ["code-unknown"]
    assert office.refused("GiveOpinion", "handler", case, grounds=["R99"], **say) == ["words-needed"]
    office.do("GiveOpinion", "handler", case, grounds=["R01"], **say)


def test_a_negative_opinion_against_the_sheet_needs_a_reason(office: TrialOffice) -> None:
    case = stages.assessed(office)
    say = {"on": ASSESSED, "favourable": False, "grounds": ["R07"]}
    assert office.refused("GiveOpinion", "handler", case, **say) == ["reason-needed"]
    office.do("GiveOpinion", "handler", case, reason="隐瞒存款", **say)
    opinion = office.case(case).opinion
    assert opinion is not None
    assert opinion.amount == 0


def test_the_leader_is_another_person_who_did_not_survey(office: TrialOffice) -> None:
    office.appoint("handler", "leader", T1)
    office.appoint("surveyor", "leader", T1)
    case = stages.opined(office)
    assert office.refused("ConfirmOpinion", "handler", case, on=ASSESSED) == ["hand-twice"]
    assert office.refused("ConfirmOpinion", "surveyor", case, on=ASSESSED) == ["surveyed-yourself"]
    assert office.refused("ConfirmOpinion", "handler2", case, on=ASSESSED) == ["not-your-desk"]
    office.quiet("ConfirmOpinion", "leader", case, on=ASSESSED)
    assert office.case(case).state("application") == "to_post"


def test_an_override_lets_a_leader_who_surveyed_confirm_and_brings_a_visit(office: TrialOffice) -> None:
    office.appoint("surveyor", "leader", T1)
    case = stages.opined(office)
    office.quiet("Override", "leader", case, on=ASSESSED, rule="leader_surveyed", reason="人手不足")
    assert office.refused("Override", "leader", case, on=ASSESSED, rule="leader_surveyed", reason="x") == [
        "overridden-already"
    ]
    office.do("ConfirmOpinion", "surveyor", case, on=ASSESSED)
    assert office.case(case).visit_grounds == ("override",)


def test_an_override_before_acceptance_is_refused(office: TrialOffice) -> None:
    case = office.enter(stages.household())
    assert office.refused("Override", "leader", case, rule="leader_surveyed", reason="x") == [
        "nothing-to-override"
    ]


def test_with_one_hand_it_goes_on_by_itself_on_record(office: TrialOffice) -> None:
    office.set_policy(township_hands=1)
    case = stages.opined(office)
    state = office.case(case)
    assert state.state("application") == "to_post"
    assert (state.overrides, state.visit_grounds) == (("township_hands",), ("override",))


def test_with_one_hand_a_negative_one_goes_straight_to_forwarding(office: TrialOffice) -> None:
    office.set_policy(township_hands=1)
    case = stages.opined(office, month=200_000, favourable=False, grounds=["R01"])
    assert office.case(case).state("application") == "ready"


def test_with_three_hands_two_others_confirm(office: TrialOffice) -> None:
    office.set_policy(township_hands=3)
    office.appoint("second", "leader", T1)
    case = stages.opined(office)
    office.do("ConfirmOpinion", "leader", case, on=ASSESSED)
    assert office.case(case).state("application") == "opined"
    assert office.refused("ConfirmOpinion", "leader", case, on=ASSESSED) == ["hand-twice"]
    office.do("ConfirmOpinion", "second", case, on=ASSESSED)
    assert office.case(case).state("application") == "to_post"


def test_a_negative_opinion_is_told_not_posted_and_forwarded(office: TrialOffice) -> None:
    case = stages.negative(office)
    assert office.case(case).state("application") == "ready"
    assert office.refused("Post", "village", case, on=ASSESSED, place="栏", photo=PHOTO) == ["not-now"]
    office.quiet("TellOpinion", "handler", case, on=ASSESSED, way="direct")
    assert office.refused("TellOpinion", "handler", case, on=ASSESSED, way="pigeon") == ["code-unknown"]
    office.do("Forward", "handler", case, on=ASSESSED)
    assert office.case(case).state("application") == "forwarded"


def test_a_favourable_opinion_is_not_told_this_way(office: TrialOffice) -> None:
    assert office.refused("TellOpinion", "handler", stages.opined(office), on=ASSESSED) == [
        "opinion-not-negative"
    ]


def test_a_higher_amount_is_posted_again_a_lower_one_is_not(office: TrialOffice) -> None:
    for serial, month, state in ((1, 60_000, "to_post"), (2, 100_000, "ready")):
        case = stages.ready(office, serial)
        office.do("CorrectFact", "handler", case, on=NEXT_DAY, fact="f1", corrected=stages.wage(month)[0])
        assert "opinion-differs" in office.refused("Forward", "handler", case, on=NEXT_DAY)
        office.do("Assess", "handler", case, on=NEXT_DAY)
        office.do("GiveOpinion", "handler", case, on=NEXT_DAY, favourable=True)
        office.do("ConfirmOpinion", "leader", case, on=NEXT_DAY)
        assert office.case(case).state("application") == state


def test_a_higher_amount_is_not_posted_again_where_the_division_does_without(office: TrialOffice) -> None:
    office.set_policy(repost_when_higher=False)
    case = stages.ready(office)
    office.do("CorrectFact", "handler", case, on=NEXT_DAY, fact="f1", corrected=stages.wage(60_000)[0])
    office.do("Assess", "handler", case, on=NEXT_DAY)
    office.do("GiveOpinion", "handler", case, on=NEXT_DAY, favourable=True)
    office.do("ConfirmOpinion", "leader", case, on=NEXT_DAY)
    office.do("Forward", "handler", case, on=NEXT_DAY)


def test_facts_that_come_to_the_same_leave_the_opinion_true(office: TrialOffice) -> None:
    case = stages.ready(office)
    nothing = {"kind": "income", "code": "X5", "member": "m1", "since": "2025-03-01", "until": "2025-03-31"}
    office.do(
        "StateFacts", "handler", case, on=NEXT_DAY, facts=[{**nothing, "amount": 5_000, "source": "V24"}]
    )
    office.do("Forward", "handler", case, on=NEXT_DAY)


def test_a_review_of_all_comes_before_the_opinion_where_it_is_wanted(office: TrialOffice) -> None:
    office.set_policy(review_of_all=True)
    case = stages.assessed(office)
    held = {"on": ASSESSED, "participants": 9, "delegates": 6, "signed": 9, "chair": "handler"}
    assert office.refused("GiveOpinion", "handler", case, on=ASSESSED, favourable=True) == ["review-missing"]
    office.quiet("HoldDemocraticReview", "handler", case, outcome="disputed", **held)
    office.do(
        "Visit",
        "surveyor3",
        case,
        on=ASSESSED,
        surveyors=["surveyor3", "surveyor4"],
        result="true",
        present=["m1"],
    )
    office.do("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)


def test_a_disputed_review_of_all_asks_for_another_survey(office: TrialOffice) -> None:
    office.set_policy(review_of_all=True)
    case = stages.assessed(office)
    office.do(
        "HoldDemocraticReview", "handler", case, on=ASSESSED, participants=3, delegates=2, signed=3, chair="handler",
        outcome="disputed",
    )  # fmt: skip
    assert office.refused("GiveOpinion", "handler", case, on=ASSESSED, favourable=True) == ["review-disputed"]


def test_single_person_dibao_covers_that_one_person(office: TrialOffice) -> None:
    case = office.accepted(stages.household(), on=stages.ACCEPTED, single_person=True)
    office.do(
        "Visit",
        "surveyor",
        case,
        on=stages.VISITED,
        surveyors=["surveyor", "surveyor2"],
        result="true",
        present=["m1"],
    )
    office.do("AskVerification", "handler", case, on=stages.VISITED, sources=["V02"])
    office.do("StartVerification", "centre", case, on=stages.VISITED)
    office.do(
        "AnswerVerification",
        "centre",
        case,
        on=stages.REPORTED,
        source="V02",
        answer="agrees",
        data_day="2025-04-25",
    )
    office.do("IssueReport", "centre", case, on=stages.REPORTED, report="HD-2")
    ill = {"kind": "category", "code": "C04", "member": "m1", "since": "2024-01-01", "source": "V18"}
    facts = [{**stages.wage()[0], "amount": 6 * 20_000}]
    office.do("StateFacts", "handler", case, on=stages.REPORTED, facts=facts)
    office.do("Assess", "handler", case, on=ASSESSED)
    answer = office.say("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)
    assert [(one.code, one.params["grounds"]) for one in answer.reasons] == [("not-eligible", "R08")]
    office.do("StateFacts", "handler", case, on=ASSESSED, facts=[ill])
    office.do("Assess", "handler", case, on=ASSESSED)
    office.do("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)
    opinion = office.case(case).opinion
    assert opinion is not None
    assert (opinion.counted, opinion.covered, opinion.amount) == (("m1", "m2", "m3"), ("m1",), 40_000)


def test_an_opinion_that_facts_overtook_is_neither_confirmed_nor_posted(office: TrialOffice) -> None:
    corrected = stages.wage(80_000)[0]
    first = stages.opined(office, 1)
    office.do("CorrectFact", "handler", first, on=ASSESSED, fact="f1", corrected=corrected)
    assert office.refused("ConfirmOpinion", "leader", first, on=ASSESSED) == ["opinion-differs"]
    second = stages.to_post(office, 2)
    office.do("CorrectFact", "handler", second, on=ASSESSED, fact="f1", corrected=corrected)
    assert office.refused("Post", "village", second, on=ASSESSED, place="栏", photo=PHOTO) == [
        "opinion-differs"
    ]


def test_one_hand_is_put_on_record_once(office: TrialOffice) -> None:
    office.set_policy(township_hands=1)
    case = stages.opined(office)
    office.do("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)
    assert office.case(case).overrides == ("township_hands",)
