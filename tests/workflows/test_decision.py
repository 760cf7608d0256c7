from datetime import date

import pytest

from domain.case.award import AwardBegan
from domain.case.change import ReviewScheduled
from domain.case.decision import Confirmed, CountyVisited
from domain.case.intake import Paper
from domain.days import Month
from domain.event import CaseEvent
from domain.ids import CaseNo, MemberKey
from domain.person import Claimed
from tests.harness import COUNTY, T1, TrialOffice
from tests.workflows import stages
from tests.workflows.stages import LAST_DAY, NEXT_DAY, PHOTO
from workflows.world import person_stream

ELSEWHERE = CaseNo("11019920250009990")
COUNTY_TWO = {"surveyors": ["county", "county2"], "result": "true", "present": ["m1"]}


def events_of(office: TrialOffice, case: str, kind: type[CaseEvent]) -> list[CaseEvent]:
    return [event for event in office.events(case) if isinstance(event, kind)]


def test_a_file_is_forwarded_to_the_county_s_ten_days(office: TrialOffice) -> None:
    case = stages.ready(office)
    office.quiet("Forward", "handler", case, on=NEXT_DAY)
    assert office.due(case, "application/county") == date(2025, 5, 28)
    assert office.refused("Forward", "handler", case, on="2025-05-15") == ["not-now"]


def test_a_returned_file_begins_the_ten_days_anew_while_the_whole_limit_runs_on(office: TrialOffice) -> None:
    case = stages.signed(office)
    whole = office.due(case, "application/whole")
    office.quiet("ReturnFile", "county", case, on="2025-05-20", missing=["入户照片"])
    assert office.refused("ReturnFile", "county", case, on="2025-05-20", missing=["x"]) == ["not-now"]
    assert (office.case(case).state("application"), office.case(case).returns) == ("returned", 1)
    assert office.due(case, "application/completion") == date(2025, 5, 30)
    office.do("Forward", "handler", case, on="2025-05-21")
    assert office.due(case, "application/county") == date(2025, 6, 5)
    assert office.due(case, "application/whole") == whole
    assert office.refused("Confirm", "decider", case, on="2025-05-21") == ["hands-missing"]


def test_a_return_says_what_is_missing(office: TrialOffice) -> None:
    assert office.refused("ReturnFile", "county", stages.forwarded(office), on=NEXT_DAY) == ["field-missing"]


def test_it_is_confirmed_from_the_month_after(office: TrialOffice) -> None:
    case = stages.signed(office)
    answer = office.quiet("Confirm", "decider", case, on="2025-05-19")
    assert answer.data == {"amount": 90_000, "from_month": "2025-06"}
    state = office.case(case)
    assert {key: life.state for key, life in state.lives.items()} == {
        "application": "confirmed",
        "survey": "closed",
        "verification.1": "closed",
        "award": "living",
        "telling.1": "due",
        "announcement": "due",
        "review.1": "scheduled",
    }
    confirmed = events_of(office, case, Confirmed)[0]
    assert isinstance(confirmed, Confirmed)
    assert sum(confirmed.shares.values()) == confirmed.amount == confirmed.explanation.result == 90_000
    began = events_of(office, case, AwardBegan)[0]
    assert isinstance(began, AwardBegan)
    assert (began.cause, began.terms.from_month, began.terms.covered) == (
        "new",
        "2025-06",
        ("m1", "m2", "m3"),
    )
    scheduled = events_of(office, case, ReviewScheduled)[0]
    assert isinstance(scheduled, ReviewScheduled)
    assert scheduled.due == date(2026, 6, 1)
    assert [(one.letter, one.about) for one in state.letters] == [("L08", "telling.1")]
    assert office.due(case, "telling.1/tell") == date(2025, 5, 22)
    assert office.due(case, "announcement/announce") == date(2025, 5, 22)
    assert not any(key.startswith("application/") for key in state.deadlines)


def test_those_who_are_aided_are_claimed_and_may_not_apply_again(office: TrialOffice) -> None:
    case = stages.confirmed(office)
    person = office.doudi.office.world.person(office.case(case).members[MemberKey("m2")].person)
    assert person.applying("livelihood") is None
    assert person.awarded("livelihood", Month("2025-06")) == case


def test_who_is_aided_elsewhere_meanwhile_stops_a_confirmation(office: TrialOffice) -> None:
    case = stages.signed(office)
    ref = office.case(case).members[MemberKey("m3")].person
    claim = Claimed(
        on=date(2025, 5, 16), group="livelihood", kind="award", case=ELSEWHERE, from_month=Month("2025-06")
    )
    office.write([(person_stream(ref), claim)])
    assert office.refused("Confirm", "decider", case, on="2025-05-19") == ["already-aided"]


def test_confirming_names_all_that_stands_in_the_way(office: TrialOffice) -> None:
    case = stages.forwarded(office)
    office.do("Complain", "window", case, on=NEXT_DAY, words="有车", anonymous=True)
    office.do("CorrectFact", "handler", case, on=NEXT_DAY, fact="f1", corrected=stages.wage(100_000)[0])
    codes = office.refused("Confirm", "decider", case, on="2025-05-16")
    assert codes == ["complaint-open", "hands-missing", "county-visit-due", "opinion-differs"]


def test_too_early_it_names_all_that_lacks_but_only_to_the_decider(office: TrialOffice) -> None:
    case = stages.surveyed(office)
    assert office.refused("Confirm", "decider", case, on="2025-05-02") == [
        "not-now",
        "publicity-missing",
        "hands-missing",
        "opinion-missing",
    ]
    assert office.refused("Confirm", "handler", case, on="2025-05-02") == ["not-your-desk"]


def test_nobody_is_two_of_the_hands(office: TrialOffice) -> None:
    office.appoint("county", "decider", COUNTY)
    office.appoint("leader", "county_handler", COUNTY)
    office.appoint("leader", "decider", COUNTY)
    case = stages.forwarded(office)
    assert office.refused("SignHand", "leader", case, on=NEXT_DAY) == ["hand-twice"]
    office.quiet("SignHand", "county", case, on=NEXT_DAY)
    assert office.refused("SignHand", "county", case, on=NEXT_DAY) == ["hand-twice"]
    assert office.refused("Confirm", "county", case, on="2025-05-15") == ["hand-twice"]
    assert office.refused("Confirm", "leader", case, on="2025-05-15") == ["hand-twice"]
    office.do("Confirm", "decider", case, on="2025-05-15")


def test_three_county_hands_are_two_before_the_decider(office: TrialOffice) -> None:
    office.set_policy(county_hands=3)
    case = stages.signed(office)
    answer = office.say("Confirm", "decider", case, on="2025-05-15")
    assert [(one.code, one.params["signed"], one.params["needed"]) for one in answer.reasons] == [
        ("hands-missing", 1, 2)
    ]
    office.do("SignHand", "county", case, on="2025-05-15")
    office.do("Confirm", "decider", case, on="2025-05-15")


def test_one_county_hand_is_on_record_and_brings_a_visit(office: TrialOffice) -> None:
    office.set_policy(county_hands=1)
    case = stages.forwarded(office)
    assert office.case(case).overrides == ("county_hands",)
    assert office.refused("Confirm", "decider", case, on="2025-05-15") == ["county-visit-due"]
    office.do("CountyVisit", "county", case, on="2025-05-15", **COUNTY_TWO)
    office.do("Confirm", "decider", case, on="2025-05-15")


def test_the_county_s_visit_is_made_by_two_of_its_own(office: TrialOffice) -> None:
    office.appoint("surveyor", "county_handler", COUNTY)
    case = stages.forwarded(office)
    for two, code in (
        (["county"], "surveyors-few"),
        (["county", "handler"], "not-of-the-county"),
        (["county", "surveyor"], "surveyors-the-same"),
    ):
        say = {**COUNTY_TWO, "surveyors": two}
        assert office.refused("CountyVisit", "county", case, on="2025-05-15", **say) == [code]
    relative = {"known_by": "staff", "kinship": "51", "member": "m1", "staff": "chief"}
    office.do("FileRelation", "handler", case, on="2025-05-15", **relative)
    say = {**COUNTY_TWO, "surveyors": ["county", "chief"]}
    assert office.refused("CountyVisit", "county", case, on="2025-05-15", **say) == ["recusal"]
    office.quiet("CountyVisit", "county", case, on="2025-05-15", **COUNTY_TWO)
    assert len(events_of(office, case, CountyVisited)) == 1
    assert office.case(case).surveyors == {"surveyor", "handler2"}


def test_the_home_of_a_near_relative_is_visited_before_the_decision(office: TrialOffice) -> None:
    case = stages.forwarded(office, near_relative=True)
    office.do("SignHand", "chief", case, on=NEXT_DAY)
    answer = office.say("Confirm", "decider", case, on="2025-05-15")
    assert [(one.code, one.params["grounds"]) for one in answer.reasons] == [
        ("county-visit-due", "near_relative")
    ]
    office.do("CountyVisit", "county", case, on="2025-05-15", **COUNTY_TWO)
    office.do("Confirm", "decider", case, on="2025-05-16")


def test_who_visited_for_the_county_does_not_decide(office: TrialOffice) -> None:
    office.appoint("county2", "decider", COUNTY)
    case = stages.signed(office)
    office.do("CountyVisit", "county", case, on="2025-05-15", **COUNTY_TWO)
    assert office.refused("Confirm", "county2", case, on="2025-05-16") == ["visited-yourself"]


def test_a_decider_who_surveyed_decides_only_on_record(office: TrialOffice) -> None:
    office.appoint("surveyor", "decider", COUNTY)
    case = stages.signed(office)
    assert office.refused("Confirm", "surveyor", case, on="2025-05-16") == ["surveyed-yourself"]
    office.do("Override", "chief", case, on="2025-05-16", rule="decider_surveyed", reason="人手不足")
    assert office.refused("Confirm", "surveyor", case, on="2025-05-16") == ["county-visit-due"]
    office.do("CountyVisit", "county", case, on="2025-05-16", **COUNTY_TWO)
    office.do("Confirm", "surveyor", case, on="2025-05-16")


def test_a_new_standard_by_the_decision_asks_for_a_new_opinion(office: TrialOffice) -> None:
    case = stages.signed(office)
    office.set_policy(since=date(2025, 7, 1), standard=66_000)
    answer = office.say("Confirm", "decider", case, on="2025-06-03")
    assert [(one.code, one.params["opinion"], one.params["now"]) for one in answer.reasons] == [
        ("opinion-differs", "900.00", "1,080.00")
    ]


def test_nothing_payable_is_confirmed_with_0(office: TrialOffice) -> None:
    office.set_policy(minimum_payable=10_000)
    case = stages.signed(office, month=179_500)
    answer = office.do("Confirm", "decider", case, on="2025-05-19")
    assert answer.data["amount"] == 0
    state = office.case(case)
    assert state.state("award") == "living"
    assert state.award is not None
    assert state.award.terms[0].amount == 0


def test_a_negative_opinion_is_never_confirmed(office: TrialOffice) -> None:
    case = stages.negative(office)
    office.do("Forward", "handler", case, on="2025-05-06")
    office.do("SignHand", "chief", case, on="2025-05-06")
    assert office.refused("Confirm", "decider", case, on="2025-05-07") == ["opinion-is-negative"]


def test_a_refusal_gives_known_grounds_and_its_words(office: TrialOffice) -> None:
    case = stages.negative(office)
    office.do("Forward", "handler", case, on="2025-05-06")
    say = {"on": "2025-05-07", "words": "人均收入不低于标准"}
    assert office.refused("Refuse", "decider", case, grounds=["R01"], **say) == ["hands-missing"]
    office.do("SignHand", "chief", case, on="2025-05-06")
    assert office.refused("Refuse", "decider", case, grounds=["R77"], **say) == ["code-unknown"]
    assert office.refused("Refuse", "decider", case, grounds=[], **say) == ["field-wrong"]
    office.quiet("Refuse", "decider", case, grounds=["R01"], **say)
    state = office.case(case)
    assert (state.ended, state.ended_code) == (date(2025, 5, 7), "R01")
    assert [(one.letter, one.about) for one in state.letters] == [("L09", "telling.1")]
    assert office.refused("Confirm", "decider", case, on="2025-05-08") == ["already-over"]


def test_who_was_refused_may_apply_again(office: TrialOffice) -> None:
    case = stages.negative(office)
    office.do("Forward", "handler", case, on="2025-05-06")
    office.do("SignHand", "chief", case, on="2025-05-06")
    office.do("Refuse", "decider", case, on="2025-05-07", grounds=["R01"], words="超标")
    again = office.enter(stages.household(), on="2025-05-08")
    assert office.case(again).state("application") == "entered"


@pytest.mark.parametrize("local", [False, True])
def test_the_township_decides_where_the_parameter_says_so(office: TrialOffice, local: bool) -> None:
    office.set_policy(township_decides=local)
    office.appoint("mayor", "decider", T1)
    case = stages.forwarded(office)
    office.do("SignHand", "handler2" if local else "county", case, on="2025-05-15")
    right, wrong = ("mayor", "decider") if local else ("decider", "mayor")
    assert office.refused("Confirm", wrong, case, on="2025-05-16") == ["not-your-desk"]
    office.do("Confirm", right, case, on="2025-05-16")


def test_WF_1_nothing_is_approved_before_publicity_is_over_and_objections_are_settled(
    office: TrialOffice,
) -> None:
    office.appoint("surveyor", "decider", COUNTY)
    case = stages.posted(office, on="2025-05-06")
    office.appoint("county2", "decider", COUNTY)
    before = office.case(case)
    form = len(office.events(case))

    def said(day: str) -> list[tuple[str, object]]:
        answer = office.say("Confirm", "decider", case, on=day)
        return [(one.code, one.params.get("until")) for one in answer.reasons]

    assert ("publicity-open", "2025-05-13") in said("2025-05-09")
    office.clock("2025-05-10")
    with office.doudi.office.batch():
        bulk = [office.say("Confirm", who, case, on="2025-05-10") for who in ("decider", "county2")]
    for answer in bulk:
        assert ("publicity-open", "2025-05-13") in [
            (one.code, one.params.get("until")) for one in answer.reasons
        ]
    office.clock("2025-05-11")
    line = {
        "id": "old-form",
        "type": "Confirm",
        "actor": "decider",
        "case": case,
        "expected": form,
        "data": {},
    }
    api = office.doudi.office.take(line)
    assert ("publicity-open", "2025-05-13") in [(one.code, one.params.get("until")) for one in api.reasons]
    assert office.case(case) == before
    assert len(office.events(case)) == form

    office.do("Object", "window", case, on="2025-05-12", anonymous=True, words="有车")
    office.do("TakeDown", "village", case, on="2025-05-13", photo=PHOTO, no_objection=False)
    assert "objection-open" in [code for code, _ in said("2025-05-14")]
    assert office.refused("Forward", "handler", case, on="2025-05-14") == ["objection-open"]
    office.do(
        "HoldDemocraticReview", "handler", case, on="2025-05-19", participants=12, delegates=8, signed=12,
        chair="handler", outcome="true",
    )  # fmt: skip
    assert office.refused("SettleObjection", "handler2", case, on="2025-05-20", outcome="rejected") == [
        "surveyed-yourself"
    ]
    office.do("SettleObjection", "leader", case, on="2025-05-20", outcome="rejected")
    office.do("Forward", "handler", case, on="2025-05-20")
    office.do("SignHand", "chief", case, on="2025-05-21")
    assert office.refused("Confirm", "surveyor", case, on="2025-05-22") == ["surveyed-yourself"]
    office.do("Confirm", "decider", case, on="2025-05-22")
    assert office.case(case).state("application") == "confirmed"


def test_papers_of_a_county_visit_are_checked(office: TrialOffice) -> None:
    case = stages.forwarded(office)
    wrong = Paper(sha256="x", type="image/png", size=1)
    papers = [{"sha256": wrong.sha256, "type": wrong.type, "size": wrong.size}]
    assert office.refused("CountyVisit", "county", case, on=LAST_DAY, papers=papers, **COUNTY_TWO) == [
        "on-before"
    ]
    assert office.refused("CountyVisit", "county", case, on=NEXT_DAY, papers=papers, **COUNTY_TWO) == [
        "paper-wrong"
    ]
