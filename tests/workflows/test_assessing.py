from itertools import permutations
from typing import Any

import pytest

from domain.ids import CaseNo
from domain.means import Assessment
from tests.harness import TrialOffice, at, person
from tests.workflows.stages import assessed, ready
from workflows.command import parse
from workflows.context import Context
from workflows.decide.assessing import assess_case, month_after, uplift_months

TWO = ["surveyor", "surveyor2"]


def context_of(office: TrialOffice, case: str) -> Context:
    """A command's view of the case today."""
    office.doudi.office.world.refresh()
    request = parse({"id": "look", "type": "Assess", "actor": "handler", "case": case, "data": {}})
    found = office.doudi.office.world.case(CaseNo(case))
    return Context(office.doudi.office.world, request, office.store.clock.now(), found, lambda prefix: prefix)


def wage(member: str, amount: int) -> dict[str, Any]:
    return {
        "kind": "income",
        "code": "W1",
        "member": member,
        "since": "2024-09-01",
        "until": "2025-02-28",
        "amount": amount,
    }


def opinion_reasons(office: TrialOffice, case: str, **data: Any) -> list[str]:
    answer = office.say("GiveOpinion", "handler", case, favourable=True, **data)
    return [one.code for one in answer.reasons if "assessed" in one.code]


def test_J1_the_sheet(office: TrialOffice) -> None:
    members = [
        person("m1", "1980-01-01", 1),
        person("m2", "1982-01-01", 2, "李四", "10"),
        person("m3", "2004-01-01", 3, "张小", "20"),
    ]
    case = office.accepted(members, on="2025-03-06")
    office.do("Visit", "surveyor", case, on="2025-03-10", surveyors=TWO, result="true", present=["m1"])
    farm = {"kind": "income", "code": "B1", "since": "2024-09-01", "until": "2025-02-28", "amount": 360_000}
    student = {"kind": "status", "code": "student", "member": "m3", "since": "2022-09-01"}
    office.do("StateFacts", "surveyor", case, on="2025-03-10", facts=[wage("m1", 480_000), farm, student])
    answer = office.quiet("Assess", "handler", case, on="2025-03-17")
    assert answer.data == {"amount": 40_000, "eligible": True, "grounds": []}
    sheet = office.case(case).assessed
    assert sheet is not None
    assert (sheet.explanation.month, sheet.explanation.anchor) == ("2025-04", at("2025-03-06").date())
    assert {fact.key for fact in sheet.explanation.facts} >= {"f1", "f2"}


def test_CA_5_not_given_is_not_nothing(office: TrialOffice) -> None:
    office.set_policy(presumed_minimum=80_000)
    members = [
        person("m1", "1985-01-01", 1, "甲"),
        person("m2", "1985-02-01", 2, "乙", "10"),
        person("m3", "1950-01-01", 3, "丙", "51"),
        person("m4", "1985-03-01", 4, "丁", "71"),
    ]
    case = office.accepted(members, on="2025-03-06")
    severe = {"kind": "disability", "code": "4-1", "member": "m2", "since": "2020-01-01", "source": "V17"}
    office.do("StateFacts", "handler", case, facts=[severe, wage("m4", 0)])
    refused = office.say("Assess", "handler", case)
    assert [(one.code, one.field, one.params) for one in refused.reasons] == [
        ("means-incomplete", "facts", {"fields": "m1.wage, m2.wage, m3.wage"})
    ]
    office.do("Visit", "surveyor", case, surveyors=TWO, result="true", present=["m1"])
    nothing = [
        {"kind": "nothing_declared", "code": "wage", "member": m, "since": "2025-03-06", "source": "survey"}
        for m in ("m1", "m2", "m3")
    ]
    office.do("StateFacts", "surveyor", case, facts=nothing)
    answer = office.do("Assess", "handler", case)
    assert answer.data["amount"] == 160_000
    sheet = office.case(case).assessed
    assert sheet is not None
    presumed = [line for line in sheet.explanation.lines if line.text == "presumed"]
    assert [(line.rule, line.member) for line in presumed] == [("means.income.presumed", "m1")]


def test_a_day_without_a_standard_stops_it(office: TrialOffice) -> None:
    case = office.accepted([person("m1", "1980-01-01", 1)], on="2025-03-06", area="rural")
    office.do("Visit", "surveyor", case, surveyors=TWO, result="true", present=["m1"])
    office.set_policy(standard=None)
    assert office.refused("Assess", "handler", case) == ["policy-gap"]


def test_who_assesses_and_when(office: TrialOffice) -> None:
    case = office.enter([person("m1", "1980-01-01", 1)], on="2025-03-06")
    assert office.refused("Assess", "handler", case) == ["not-now"]
    office.do("Consent", "window", case, member="m1", until="2026-01-01")
    office.do("Accept", "window", case)
    assert office.refused("Assess", "leader", case) == ["not-your-desk"]


def test_an_opinion_needs_a_sheet_of_today(office: TrialOffice) -> None:
    case = assessed(office)
    assert opinion_reasons(office, case, on="2025-06-02") == ["assessed-other-month"]
    more = {"kind": "property", "code": "A11", "since": "2000-01-01"}
    office.do("StateFacts", "handler", case, facts=[more])
    assert opinion_reasons(office, case) == ["assessed-before-change"]
    office.do("Assess", "handler", case)
    assert opinion_reasons(office, case) == []


def test_without_a_sheet_there_is_no_opinion(office: TrialOffice) -> None:
    case = office.accepted([person("m1", "1980-01-01", 1)], on="2025-03-06")
    assert opinion_reasons(office, case) == ["not-assessed"]


def test_another_applicant_means_another_sheet(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 1), person("m2", "1982-01-01", 2, "李四", "10")]
    case = office.accepted(members, on="2025-03-06")
    office.do("Visit", "surveyor", case, surveyors=TWO, result="true", present=["m1"])
    office.do("Assess", "handler", case)
    assert opinion_reasons(office, case) == []
    office.do("ReplaceApplicant", "window", case, applicant="m2")
    assert opinion_reasons(office, case) == ["assessed-before-change"]


def test_the_helper_counts_whom_it_is_given(office: TrialOffice) -> None:
    case = assessed(office)
    context = context_of(office, case)
    anchor, month = at("2025-04-21").date(), month_after(context.on)
    whole: Assessment = assess_case(context, anchor=anchor, month=month)
    assert (whole.amount, whole.counted, whole.covered) == (90_000, ("m1", "m2", "m3"), ("m1", "m2", "m3"))
    two = [member for key, member in context.case.members.items() if key != "m3"]
    assert assess_case(context, anchor=anchor, month=month, members=two).amount == 30_000
    assert assess_case(context, anchor=anchor, month=month, facts=[]).amount == 180_000


def test_single_person_dibao_covers_the_head_alone(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 1), person("m2", "2012-01-01", 2, "李明", "20")]
    case = office.accepted(members, on="2025-03-06", single_person=True)
    severe = {"kind": "disability", "code": "4-1", "member": "m1", "since": "2020-01-01"}
    office.do("StateFacts", "handler", case, facts=[severe, wage("m1", 120_000)])
    office.do("Visit", "surveyor", case, surveyors=TWO, result="true", present=["m1"])
    found = assess_case(
        context_of(office, case), anchor=at("2025-03-06").date(), month=month_after(at("2025-03-06").date())
    )
    assert (found.counted, found.covered) == (("m1", "m2"), ("m1",))


def test_the_next_uplifts_by_age(office: TrialOffice) -> None:
    members = [person("m1", "1955-07-15", 1), person("m2", "2007-09-20", 2, "李明", "41")]
    case = office.accepted(members, on="2025-03-06")
    assert (
        uplift_months(
            context_of(office, case), context_of(office, case).case, month_after(at("2025-03-06").date())
        )
        == ()
    )
    office.set_policy(uplift_age_70="20%", uplift_minor="10%")
    context = context_of(office, case)
    month = month_after(context.on)
    assert uplift_months(context, context.case, month) == (("2025-08", "m1", "uplift_age_70"),)
    later = uplift_months(context, context.case, month_after(at("2025-07-31").date()))
    assert later == (("2025-10", "m2", "uplift_minor"),)
    assert uplift_months(context, context.case, month, month_after(at("2025-06-30").date())) == ()


@pytest.mark.parametrize("actor", ["handler", "surveyor"])
def test_a_sheet_is_made_anew_after_publicity_too(office: TrialOffice, actor: str) -> None:
    case = ready(office)
    home = {"kind": "property", "code": "A11", "since": "2000-01-01"}
    office.do("StateFacts", actor, case, facts=[home])
    office.do("Assess", "handler", case)
    sheet = office.case(case).assessed
    assert sheet is not None
    assert sheet.amount == 90_000


def test_the_order_in_which_facts_are_stated_makes_no_difference(office: TrialOffice) -> None:
    amounts = set()
    facts = [
        wage("m1", 300_000),
        {**wage("m2", 77_700), "code": "T6"},
        {"kind": "supporter", "code": "22", "member": "m2", "since": "2020-01-01", "amount": 30_000},
        {
            "kind": "deduction",
            "code": "M3",
            "member": "m1",
            "since": "2024-09-01",
            "until": "2025-02-28",
            "amount": 6_000,
        },
    ]
    for serial, order in enumerate(permutations(facts)):
        members = [
            person("m1", "1980-01-01", 100 + serial),
            person("m2", "1950-01-01", 200 + serial, "李四", "52"),
        ]
        case = office.accepted(members, on="2025-03-06")
        office.do("Visit", "surveyor", case, surveyors=TWO, result="true", present=["m1"])
        office.do("StateFacts", "handler", case, facts=list(order[:2]))
        office.do("StateFacts", "surveyor", case, facts=list(order[2:]))
        amounts.add(office.do("Assess", "handler", case).data["amount"])
    assert len(amounts) == 1
    assert amounts.pop() > 0
