"""民发〔2012〕220号: every case reviewed, posted twice; and running cases brought to today's law."""

from datetime import date
from typing import Any

import pytest

from domain.case.decision import CountyVisitDue
from tests.adapters.told import ask
from tests.harness import TrialOffice
from tests.workflows import stages
from tests.workflows.stages import ASSESSED, LAST_DAY, NEXT_DAY, PHOTO, POSTED, REPORTED

MEETING = {"participants": 9, "delegates": 6, "signed": 9, "chair": "leader", "outcome": "true"}
VISIT = {"surveyors": ["surveyor", "handler2"], "result": "true", "present": ["m1"]}
NOTICE = {"place": "村务公开栏", "photo": PHOTO}
COUNTY_POSTED, COUNTY_LAST, DECIDED = "2025-05-16", "2025-05-23", "2025-05-26"


@pytest.fixture
def old(office: TrialOffice) -> TrialOffice:
    office.set_policy(law="220", county_visit_percent_220=0)
    return office


def reviewed(office: TrialOffice, **meeting: Any) -> str:
    case = stages.surveyed(office)
    office.do("HoldDemocraticReview", "handler", case, on=REPORTED, **{**MEETING, **meeting})
    return case


def proposed(office: TrialOffice) -> str:
    case = reviewed(office)
    office.do("Assess", "handler", case, on=ASSESSED)
    office.do("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)
    office.do("ConfirmOpinion", "leader", case, on=ASSESSED)
    office.do("Post", "village", case, on=POSTED, **NOTICE)
    office.do("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=True)
    office.do("Forward", "handler", case, on=NEXT_DAY)
    office.quiet("ProposeApproval", "county", case, on="2025-05-15")
    return case


def posted_again(office: TrialOffice) -> str:
    case = proposed(office)
    office.do("Post", "village", case, on=COUNTY_POSTED, **NOTICE)
    return case


def decidable(office: TrialOffice) -> str:
    case = posted_again(office)
    office.do("TakeDown", "village", case, on=COUNTY_LAST, photo=PHOTO, no_objection=True)
    office.do("SignHand", "chief", case, on=COUNTY_LAST)
    return case


def test_a_case_is_reviewed_posted_twice_and_then_decided(old: TrialOffice) -> None:
    case = decidable(old)
    assert old.due(case, "application/decide") == date(2025, 5, 28)
    old.do("Confirm", "decider", case, on=DECIDED)
    state = old.case(case)
    assert state.lives["application"].life == "application@220"  # type: ignore[index]
    assert (state.state("application"), state.award is not None) == ("confirmed", True)
    assert [one.posted.isoformat() for one in state.publicities] == [POSTED, COUNTY_POSTED]


def test_its_due_days_are_the_old_ones(old: TrialOffice) -> None:
    case = old.accepted(stages.household(), on="2025-04-21")
    assert old.due(case, "survey/start") == date(2025, 5, 7)
    old.do(
        "Visit",
        "surveyor",
        case,
        on="2025-04-23",
        surveyors=["surveyor", "handler2"],
        result="true",
        present=["m1"],
    )
    assert old.due(case, "survey/review") == date(2025, 4, 29)
    assert "application/whole" not in old.case(case).deadlines


def test_without_a_review_there_is_no_advice_and_a_disputed_one_leads_to_another_survey(
    old: TrialOffice,
) -> None:
    case = reviewed(old, outcome="disputed")
    old.do("Assess", "handler", case, on=REPORTED)
    assert old.refused("GiveOpinion", "handler", case, on=ASSESSED, favourable=True) == ["not-now"]
    assert old.refused("HoldDemocraticReview", "handler", case, on=ASSESSED, **MEETING) == ["review-disputed"]
    assert old.case(case).state("survey") == "due"
    old.do(
        "Visit",
        "surveyor3",
        case,
        on="2025-04-29",
        surveyors=["surveyor3", "surveyor4"],
        result="true",
        present=["m1"],
    )
    old.do("HoldDemocraticReview", "handler", case, on=ASSESSED, **MEETING)
    old.do("Assess", "handler", case, on=ASSESSED)
    old.do("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)


def test_the_county_decides_only_after_its_own_publicity(old: TrialOffice) -> None:
    case = proposed(old)
    assert old.refused("Confirm", "decider", case, on="2025-05-16")[0] == "not-now"
    assert old.refused("ProposeApproval", "county", case, on="2025-05-16") == ["not-now"]


def test_an_objection_to_the_countys_notice_has_twenty_days_and_it_is_posted_anew(old: TrialOffice) -> None:
    case = posted_again(old)
    old.do("Object", "window", case, on="2025-05-20", anonymous=True, words="有车")
    assert old.due(case, "objection.1/settle") == date(2025, 6, 18)
    old.do("HoldDemocraticReview", "handler", case, on="2025-05-21", **MEETING)
    old.do("SettleObjection", "leader", case, on="2025-05-21", outcome="rejected", words="经评议属实")
    old.do("TakeDown", "village", case, on=COUNTY_LAST, photo=PHOTO, no_objection=False)
    old.do("SignHand", "chief", case, on=COUNTY_LAST)
    assert old.refused("Confirm", "decider", case, on=DECIDED) == ["post-again-after-objection"]
    old.do("Post", "village", case, on=DECIDED, **NOTICE)
    old.do("TakeDown", "village", case, on="2025-06-03", photo=PHOTO, no_objection=True)
    old.do("Confirm", "decider", case, on="2025-06-03")


def test_nothing_is_posted_anew_without_an_objection(old: TrialOffice) -> None:
    assert old.refused("Post", "village", decidable(old), on=DECIDED, **NOTICE) == ["nothing-objected"]


@pytest.mark.parametrize(("percent", "due"), [(0, 0), (100, 1)])
def test_so_many_in_a_hundred_are_visited_by_the_county(office: TrialOffice, percent: int, due: int) -> None:
    office.set_policy(law="220", county_visit_percent_220=percent)
    case = reviewed(office)
    office.do("Assess", "handler", case, on=ASSESSED)
    office.do("GiveOpinion", "handler", case, on=ASSESSED, favourable=True)
    office.do("ConfirmOpinion", "leader", case, on=ASSESSED)
    office.do("Post", "village", case, on=POSTED, **NOTICE)
    office.do("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=True)
    office.do("Forward", "handler", case, on=NEXT_DAY)
    drawn = [one for one in office.events(case) if isinstance(one, CountyVisitDue)]
    assert len(drawn) == due
    if due:
        assert office.refused("ProposeApproval", "county", case, on="2025-05-15") == ["county-visit-due"]


def test_before_july_2021_the_old_law_holds_whatever_is_set(tmp_path: Any) -> None:
    office = TrialOffice(tmp_path, today="2021-06-30")
    before = office.enter(stages.household(), on="2021-06-30")
    office.clock("2021-07-01")
    after = office.enter(stages.household(2), on="2021-07-01")
    lives = [office.case(case).lives["application"].life for case in (before, after)]  # type: ignore[index]
    assert lives == ["application@220", "application@1"]


def test_a_running_case_is_brought_to_todays_law_with_what_is_due(old: TrialOffice) -> None:
    case = proposed(old)
    before = old.case(case)
    asked = old.do(
        "BringLives", "admin", case, on="2025-05-16", law="57", reason="县改用新办法", dry_run=True
    )
    assert old.case(case) == before
    (line,) = [one for one in asked.data["lives"] if one["instance"] == "application"]
    assert (line["from"], line["to"], line["becomes"]) == ("application@220", "application@1", "forwarded")
    assert line["over"] == ["application/post"]
    old.quiet("BringLives", "admin", case, on="2025-05-16", law="57", reason="县改用新办法")
    state = old.case(case)
    assert state.lives["application"].began == before.lives["application"].began  # type: ignore[index]
    assert {"application/whole", "application/county"} <= state.deadlines.keys()
    assert old.due(case, "application/whole") == date(2025, 6, 5)
    old.do("SignHand", "chief", case, on="2025-05-16")
    old.do("Confirm", "decider", case, on="2025-05-16")
    assert old.refused("BringLives", "admin", case, on="2025-05-16", law="57", reason="又") == [
        "nothing-to-bring"
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_file_of_a_case_that_was_brought_is_told_with_the_states_it_had(
    old: TrialOffice, lang: str
) -> None:
    """Today's way of an application has no publicity of the county's own."""
    case = proposed(old)
    old.do("BringLives", "admin", case, on="2025-05-16", law="57", reason="县改用新办法")
    words = {"zh": "拟批准，待审批公示", "en": "to be approved, to be posted again"}[lang]
    for read in ("show", "replay"):
        assert ask(old.url, "case", read, case, lang=lang).code == 0
        said = ask(old.url, "--format", "csv", "case", read, case, lang=lang)
        assert (said.code, words in said.out) == (0, True)


def test_only_the_administrator_brings_lives(old: TrialOffice) -> None:
    case = reviewed(old)
    assert old.refused("BringLives", "handler", case, on="2025-05-16", law="57", reason="x") == [
        "not-your-desk"
    ]


def test_warnings_given_stay_given_and_a_hold_stays_held(office: TrialOffice) -> None:
    case = stages.surveyed(office)
    office.clock("2025-06-03")
    office.do("Tick", "admin", until="2025-06-03")
    steps = office.case(case).steps
    assert steps
    office.do("BringLives", "admin", case, on="2025-06-03", law="220", reason="试点")
    kept = {key for key, _ in office.case(case).steps}
    assert kept == {key for key, _ in steps if key in office.case(case).deadlines}


def test_the_running_cases_of_a_division_are_brought_together(old: TrialOffice) -> None:
    first, second = proposed(old), reviewed_other(old)
    asked = (
        "--as",
        "admin",
        "--format",
        "json",
        "lives",
        "bring",
        "--division",
        "110199",
        "--reason",
        "改用新办法",
    )
    told = ask(old.url, *asked, "--dry-run")
    assert (told.code, {row["case"] for row in told.json["rows"]}) == (0, {first, second})
    assert {row["becomes"] for row in told.json["rows"] if row["instance"] == "application"} == {
        "forwarded",
        "accepted",
    }
    assert old.case(first).lives["application"].life == "application@220"  # type: ignore[index]
    assert ask(old.url, *asked).code == 0
    assert ask(old.url, *asked).json["rows"] == []
    assert ask(old.url, "--as", "handler", *asked[2:]).code == 1


def reviewed_other(office: TrialOffice) -> str:
    case = stages.surveyed(office, 2)
    office.do("HoldDemocraticReview", "handler", case, on=REPORTED, **MEETING)
    return case
