from datetime import date
from typing import Any

import pytest

from domain.case.award import AmountChanged, AwardBegan, Stopped
from domain.case.change import ChangeDecided, Effect
from domain.days import Month
from domain.explain import out_of_sum
from domain.person import Person
from tests.harness import TrialOffice, number, person
from tests.workflows.awards import PHOTO, amount, draw, income, living, plain, tick
from workflows.decide.effect import harsher

PROOF = {**PHOTO, "type": "application/pdf"}


def claimed_until(office: TrialOffice, case: str, member: str) -> str | None:
    ref = office.case(case).members[member].person  # type: ignore[index]
    found: Person = office.doudi.office.world.person(ref)
    return next(claim.until for claim in found.claims if claim.kind == "award" and claim.case == case)


def mother(office: TrialOffice) -> str:
    """J3: a mother, two minors, wage 900.00: 900.00 from October 2025."""
    members = [
        person("m1", "1985-03-04", 10, "王芳", "02"),
        person("m2", "2012-06-01", 11, "李明", "20"),
        person("m3", "2015-07-01", 12, "李红", "30"),
    ]
    wage = [income("m1", 540_000, "2025-02-01", "2025-07-31")]
    return living(office, members, wage, accepted="2025-08-12")


def husband() -> dict[str, Any]:
    return {"key": "m4", "name": "赵刚", "kinship": "11", "number": number("1983-05-05", 21)}


# J1 and J3: how they end


def test_j1_own_request_is_not_heard_and_works_from_the_month_after(office: TrialOffice) -> None:
    case = plain(office)
    draw(office, case, "2026-02", "2026-03")
    office.do("ReportChange", "window", case, on="2026-03-20", kind="own_request", happened="2026-03-20")
    office.do("ProposeChange", "handler", case, on="2026-03-20", effect="stop", code="S06")
    answer = office.do("DecideChange", "decider", case, on="2026-03-24").data
    assert (answer["from_month"], answer["drawn"], answer["findings"]) == ("2026-04", [], [])
    assert "temporary_aid" in answer["also"]
    found = office.case(case)
    assert (found.state("award"), found.ended_code) == ("ended", "S06")
    assert [amount(office, case, month) for month in ("2026-03", "2026-04")] == [40_000, None]
    assert [claimed_until(office, case, key) for key in ("m1", "m2", "m3")] == ["2026-03"] * 3
    assert found.state("review.1") == "closed"
    assert found.letters[-1].letter == "L14"
    assert not [key for key in found.deadlines if key.startswith(("award", "review", "change"))]


def test_j3_marriage_is_heard_and_stops_from_the_month_after_the_decision(office: TrialOffice) -> None:
    case = mother(office)
    assert amount(office, case, "2025-10") == 90_000
    office.do("ReportChange", "window", case, on="2026-05-28", kind="marriage", happened="2026-05-26")
    office.do("JoinMember", "handler", case, on="2026-05-28", member=husband(), reason="marriage")
    wages = {**income("m4", 320_000, "2025-01-01", "2025-01-31"), "until": None}
    office.do("StateFacts", "handler", case, on="2026-05-29", facts=[wages])
    assert office.refused("ProposeChange", "handler", case, on="2026-06-05", effect="stop", code="S17") == [
        "not-heard"
    ]
    office.do("Hear", "county", case, on="2026-06-05", words="知道了")
    proposal = office.do("ProposeChange", "county", case, on="2026-06-05", effect="stop", code="S17").data
    assert proposal["from_month"] == "2026-07"
    answer = office.do("DecideChange", "decider", case, on="2026-06-10").data
    assert (answer["from_month"], answer["findings"]) == ("2026-07", [])
    assert office.due(case, "telling.2/tell") == date(2026, 6, 15)
    assert [amount(office, case, month) for month in ("2026-06", "2026-07")] == [90_000, None]


# ReportChange, DetectChange


def test_report_change_opens_it_with_a_day(office: TrialOffice) -> None:
    case = plain(office)
    data = {"kind": "income", "happened": "2025-06-20"}
    assert office.refused("ReportChange", "window", case, on="2025-06-19", **data) == ["happened-later"]
    assert office.refused("ReportChange", "window", case, on="2025-06-20", member="m9", **data) == [
        "not-a-member"
    ]
    assert office.refused("ReportChange", "centre", case, on="2025-06-20", **data) == ["not-your-desk"]
    office.quiet("ReportChange", "window", case, on="2025-06-20", **data)
    assert office.case(case).state("change.1") == "open"
    assert office.due(case, "change.1/decide") == date(2025, 7, 20)


def test_no_change_without_a_living_award(office: TrialOffice) -> None:
    case = office.accepted([person("m1", "1980-01-01", 1)], on="2025-03-06")
    data = {"kind": "income", "happened": "2025-03-06"}
    assert office.refused("ReportChange", "window", case, on="2025-03-06", **data) == ["award-not-living"]
    assert office.refused("DetectChange", "handler", case, on="2025-03-06", source="V03", **data) == [
        "award-not-living"
    ]


def test_detect_change_names_its_source(office: TrialOffice) -> None:
    case = plain(office)
    data = {"kind": "work", "happened": "2025-06-01", "member": "m1"}
    assert office.refused("DetectChange", "centre", case, on="2025-06-20", source="V77", **data) == [
        "code-unknown"
    ]
    office.quiet("DetectChange", "centre", case, on="2025-06-20", source="V03", **data)
    assert office.case(case).changes["change.1"].source == "V03"  # type: ignore[index]


# the hearing


def opened(office: TrialOffice, source: str = "V03") -> str:
    """A property hit: a flat nobody spoke of, since March 2025."""
    case = plain(office)
    office.do(
        "DetectChange", "centre", case, on="2025-08-06", kind="property", happened="2025-03-10", source=source
    )
    return case


STOP = {"effect": "stop", "code": "S14"}


def test_prior_notice_gives_five_working_days(office: TrialOffice) -> None:
    case = opened(office)
    assert office.refused("GivePriorNotice", "handler", case, on="2025-08-07", effect="stop", code="D03") == [
        "code-unknown"
    ]
    office.quiet("GivePriorNotice", "handler", case, on="2025-08-07", **STOP)
    assert office.due(case, "change.1/answer") == date(2025, 8, 14)
    assert office.case(case).letters[-1].letter == "L13"
    office.do("Serve", "handler", case, on="2025-08-07", letter="L13", way="direct")
    assert office.refused("ProposeChange", "handler", case, on="2025-08-14", **STOP) == ["not-heard"]
    office.do("ProposeChange", "handler", case, on="2025-08-15", **STOP)


def test_a_notice_names_only_a_code_that_the_change_can_have(office: TrialOffice) -> None:
    case = opened(office)
    notice: dict[str, Any] = {"on": "2025-08-07", "effect": "reduce"}
    for code in ("D01", "D02"):
        answer = office.say("GivePriorNotice", "handler", case, code=code, **notice)
        assert [one.code for one in answer.reasons] == ["code-not-of-change"]
        fit = str(answer.reasons[0].params["fit"]).split(", ")
        assert "D03" in fit
        assert not {"D01", "D02"} & set(fit)
    assert [one.letter for one in office.case(case).letters if one.letter == "L13"] == []
    joined = {"on": "2025-08-07", "effect": "increase", "code": "I02"}
    assert office.refused("ProposeChange", "handler", case, **joined) == ["code-not-of-change"]
    office.do("GivePriorNotice", "handler", case, code="D03", **notice)


def test_hear_lets_it_go_on_at_once(office: TrialOffice) -> None:
    case = opened(office)
    assert office.refused("Hear", "handler", case, on="2025-08-07", words="  ") == ["text-empty"]
    office.do("GivePriorNotice", "handler", case, on="2025-08-07", **STOP)
    office.quiet("Hear", "handler", case, on="2025-08-08", words="房子是替亲戚代持")
    office.do("ProposeChange", "handler", case, on="2025-08-08", **STOP)
    assert office.case(case).state("change.1") == "proposed"


LESS = {"effect": "reduce", "code": "D03"}


def told(office: TrialOffice, on: str = "2025-08-07", **what: str) -> str:
    case = opened(office)
    office.do("GivePriorNotice", "handler", case, on=on, **what)
    return case


def test_a_stop_is_not_proposed_on_a_notice_of_a_reduction(office: TrialOffice) -> None:
    case = told(office, **LESS)
    assert office.refused("ProposeChange", "handler", case, on="2025-08-07", **STOP) == ["told-of-less"]
    office.do("Hear", "handler", case, on="2025-08-08", words="减就减吧")
    answer = office.say("ProposeChange", "handler", case, on="2025-08-08", **STOP)
    assert [(one.code, one.params) for one in answer.reasons] == [
        ("told-of-less", {"told": "reduce", "effect": "stop"})
    ]
    office.do("GivePriorNotice", "handler", case, on="2025-08-11", **STOP)
    found = office.case(case)
    assert (found.state("change.1"), found.letters[-1].letter) == ("noticed", "L13")
    assert office.due(case, "change.1/answer") == date(2025, 8, 18)
    assert office.refused("ProposeChange", "handler", case, on="2025-08-11", **STOP) == ["not-heard"]
    office.do("Hear", "handler", case, on="2025-08-12", words="不同意停发")
    office.do("ProposeChange", "handler", case, on="2025-08-12", **STOP)
    office.do("DecideChange", "decider", case, on="2025-08-13")
    assert office.case(case).ended_code == "S14"


def test_silence_to_a_notice_of_a_reduction_is_not_silence_to_a_stop(office: TrialOffice) -> None:
    case = told(office, **LESS)
    assert office.refused("ProposeChange", "handler", case, on="2025-08-20", **STOP) == ["told-of-less"]
    office.do("GivePriorNotice", "handler", case, on="2025-08-20", **STOP)
    assert office.refused("ProposeChange", "handler", case, on="2025-08-27", **STOP) == ["not-heard"]
    office.do("ProposeChange", "handler", case, on="2025-08-28", **STOP)


def test_ways_tried_for_one_notice_do_not_count_for_the_next(office: TrialOffice) -> None:
    case = told(office, **LESS)
    for way in ("post", "left"):
        office.do("NotReach", "handler", case, on="2025-08-08", way=way, proof=PROOF)
    office.do("GivePriorNotice", "handler", case, on="2025-08-11", **STOP)
    assert office.refused("ProposeChange", "handler", case, on="2025-08-11", **STOP) == ["not-heard"]


def test_a_new_notice_takes_back_what_was_proposed(office: TrialOffice) -> None:
    case = reduced(office)
    assert office.case(case).changes["change.1"].proposal is not None  # type: ignore[index]
    office.do("GivePriorNotice", "handler", case, on="2025-10-13", effect="stop", code="S01")
    assert office.case(case).changes["change.1"].proposal is None  # type: ignore[index]
    assert office.case(case).state("change.1") == "noticed"
    assert "change.1/county" not in office.case(case).deadlines


def test_told_of_a_stop_it_is_reduced_without_another_notice(office: TrialOffice) -> None:
    case = plain(office)
    office.do("ReportChange", "window", case, on="2025-10-09", kind="income", happened="2025-10-01")
    wages = [
        income("m1", 600_000, "2025-04-01", "2025-09-30"),
        income("m2", 360_000, "2025-04-01", "2025-09-30", "B1"),
    ]
    office.do("StateFacts", "handler", case, on="2025-10-09", facts=wages)
    office.do("GivePriorNotice", "handler", case, on="2025-10-09", effect="stop", code="S01")
    office.do("Hear", "handler", case, on="2025-10-10", words="是")
    office.do("ProposeChange", "handler", case, on="2025-10-10", **LESS)


@pytest.mark.parametrize(
    ("effect", "before", "more"),
    [
        ("stop", "reduce", True),
        ("stop", "gradual_exit", True),
        ("gradual_exit", "reduce", True),
        ("reduce", "increase", True),
        ("reduce", "reduce", False),
        ("gradual_exit", "stop", False),
    ],
)
def test_what_is_harsher_than_what_was_told(effect: Effect, before: Effect, more: bool) -> None:
    assert harsher(effect, before) is more


def test_two_ways_tried_with_proof_count_as_heard(office: TrialOffice) -> None:
    case = opened(office)
    office.do("GivePriorNotice", "handler", case, on="2025-08-07", **STOP)
    assert office.refused("NotReach", "handler", case, on="2025-08-08", way="pigeon") == ["code-unknown"]
    office.do("NotReach", "handler", case, on="2025-08-08", way="post", proof=PROOF)
    office.do("NotReach", "handler", case, on="2025-08-08", way="electronic")
    assert office.refused("ProposeChange", "handler", case, on="2025-08-11", **STOP) == ["not-heard"]
    answer = office.quiet("NotReach", "handler", case, on="2025-08-11", way="left", proof=PROOF)
    assert answer.data["counts_as_heard"]
    office.do("ProposeChange", "handler", case, on="2025-08-11", **STOP)


@pytest.mark.parametrize(
    ("reported_by", "code", "heard_first"),
    [("household", "S05", False), ("household", "S09", True), ("household", "S06", False)],
)
def test_a_reported_move_and_an_own_request_are_only_told(
    office: TrialOffice, reported_by: str, code: str, heard_first: bool
) -> None:
    case = plain(office)
    office.do(
        "ReportChange", "window", case, on="2025-08-06", kind="moved_out", happened="2025-08-01",
        reported_by=reported_by,
    )  # fmt: skip
    answer = office.say("ProposeChange", "handler", case, on="2025-08-06", effect="stop", code=code)
    assert (answer.status == "refused") is heard_first


def test_a_detected_move_is_heard(office: TrialOffice) -> None:
    case = opened(office, "V01")
    assert office.refused("ProposeChange", "handler", case, on="2025-08-07", effect="stop", code="S05") == [
        "not-heard"
    ]


# from when


def test_an_unreported_change_works_from_the_first_month_not_drawn(office: TrialOffice) -> None:
    case = opened(office)
    draw(office, case, "2025-05", "2025-06", "2025-07")
    office.do("Hear", "handler", case, on="2025-08-07", words="承认")
    office.do("ProposeChange", "handler", case, on="2025-08-07", **STOP)
    answer = office.do("DecideChange", "decider", case, on="2025-08-08").data
    assert answer["from_month"] == "2025-08"
    assert answer["findings"] == ["2025-05", "2025-06", "2025-07"]
    decided = next(event for event in office.events(case) if isinstance(event, ChangeDecided))
    assert decided.findings == ("2025-05", "2025-06", "2025-07")
    assert set(office.case(case).drawn) == {"2025-05", "2025-06", "2025-07"}


def test_a_line_drawn_before_the_decision_stays_and_is_named(office: TrialOffice) -> None:
    case = plain(office)
    draw(office, case, "2025-08", "2025-09")
    office.do("ReportChange", "window", case, on="2025-08-20", kind="own_request", happened="2025-08-20")
    office.do("ProposeChange", "handler", case, on="2025-08-20", effect="stop", code="S06")
    answer = office.do("DecideChange", "decider", case, on="2025-08-29").data
    assert (answer["from_month"], answer["drawn"]) == ("2025-09", ["2025-09"])
    assert office.case(case).drawn[Month("2025-09")].amount == 40_000


def baby(born: str) -> dict[str, Any]:
    return {"key": "m4", "name": "王小宝", "kinship": "20", "number": number(born, 31)}


@pytest.mark.parametrize(
    ("born", "said", "from_month"),
    [
        ("2025-05-20", "2025-07-10", "2025-06"),
        ("2025-05-20", "2025-08-20", "2025-06"),
        ("2025-05-20", "2025-08-21", "2025-09"),
    ],
)
def test_a_child_reported_in_three_months_counts_from_the_month_after_birth(
    office: TrialOffice, born: str, said: str, from_month: str
) -> None:
    case = plain(office)
    draw(office, case, "2025-05", "2025-06", "2025-07")
    office.do("ReportChange", "window", case, on=said, kind="birth", happened=born)
    office.do("JoinMember", "window", case, on=said, member=baby(born), reason="birth")
    office.do("StateFacts", "handler", case, on=said, facts=[none_of("m4", born)])
    office.do("ProposeChange", "handler", case, on=said, effect="increase", code="I02")
    answer = office.do("DecideChange", "decider", case, on=said).data
    assert (answer["from_month"], answer["amount"]) == (from_month, 100_000)
    assert answer["arrears"] == (["2025-06", "2025-07"] if from_month == "2025-06" else [])
    assert claimed_until(office, case, "m4") is None
    assert office.case(case).award.at(Month(from_month)).covered == ("m1", "m2", "m3", "m4")  # type: ignore[union-attr]


def none_of(member: str, since: str) -> dict[str, Any]:
    return {"kind": "nothing_declared", "code": "all", "member": member, "since": since, "source": "survey"}


def test_who_leaves_counts_until_the_month_he_left(office: TrialOffice) -> None:
    case = plain(office)
    office.do(
        "ReportChange", "window", case, on="2025-09-10", kind="left", happened="2025-08-15", member="m3"
    )
    assert office.refused("LeaveMember", "window", case, on="2025-09-10", member="m9", reason="D02") == [
        "not-a-member"
    ]
    office.quiet("LeaveMember", "window", case, on="2025-09-10", member="m3", reason="D02")
    assert office.case(case).members["m3"].left == date(2025, 8, 15)  # type: ignore[index]
    answer = office.say("ProposeChange", "handler", case, on="2025-09-10", effect="stop", code="S01")
    assert [reason.code for reason in answer.reasons] == ["not-heard"]


def test_join_member_registers_and_refuses_who_is_aided_elsewhere(office: TrialOffice) -> None:
    other = living(office, [person("m1", "1990-01-01", 61)], [])
    case = plain(office, accepted="2025-03-07")
    office.do("ReportChange", "window", case, on="2025-06-02", kind="joined", happened="2025-06-01")
    twice = {"key": "m4", "name": "张三", "kinship": "97", "number": number("1990-01-01", 61)}
    assert office.refused("JoinMember", "window", case, on="2025-06-02", member=twice, reason="return") == [
        "already-aided"
    ]
    again = {**husband(), "key": "m1"}
    assert office.refused("JoinMember", "window", case, on="2025-06-02", member=again, reason="return") == [
        "member-key-twice"
    ]
    office.quiet("JoinMember", "window", case, on="2025-06-02", member=husband(), reason="return")
    assert office.case(case).members["m4"].joined == date(2025, 6, 1)  # type: ignore[index]
    assert office.case(other).state("award") == "living"


# proposal and decision


def test_a_proposal_must_be_borne_out_by_the_facts_and_be_clear(office: TrialOffice) -> None:
    case = plain(office)
    office.do("ReportChange", "window", case, on="2025-10-09", kind="income", happened="2025-10-01")
    wages = [
        income("m1", 510_000, "2025-04-01", "2025-09-30"),
        income("m2", 360_000, "2025-04-01", "2025-09-30", "B1"),
    ]
    office.do("StateFacts", "handler", case, on="2025-10-09", facts=wages)
    office.do("Hear", "handler", case, on="2025-10-09", words="是")
    for effect, code, said in (
        ("increase", "I03", "effect-not-borne-out"),
        ("reduce", "D03", "change-not-clear"),
        ("stop", "S01", "effect-not-borne-out"),
        ("stop", "S03", "death-is-recorded"),
        ("stop", "S99", "words-needed"),
        ("reduce", "S01", "code-unknown"),
        ("gradual_exit", "S09", "gradual-ground"),
    ):
        assert office.refused(
            "ProposeChange", "handler", case, on="2025-10-10", effect=effect, code=code
        ) == [said]


def reduced(office: TrialOffice) -> str:
    """Wages of 1,000.00 a month: 1,600.00 counted, 200.00 due; proposed by the handler on 10 October."""
    case = plain(office)
    office.do("ReportChange", "window", case, on="2025-10-09", kind="income", happened="2025-10-01")
    wages = [
        income("m1", 600_000, "2025-04-01", "2025-09-30"),
        income("m2", 360_000, "2025-04-01", "2025-09-30", "B1"),
    ]
    office.do("StateFacts", "handler", case, on="2025-10-09", facts=wages)
    office.do("Hear", "handler", case, on="2025-10-09", words="是")
    office.quiet("ProposeChange", "handler", case, on="2025-10-10", effect="reduce", code="D03")
    return case


def test_decide_by_another_hand_once(office: TrialOffice) -> None:
    case = reduced(office)
    assert office.refused("DecideChange", "handler", case, on="2025-10-13") == ["not-your-desk"]
    office.quiet("DecideChange", "decider", case, on="2025-10-13")
    changed = [event for event in office.events(case) if isinstance(event, AmountChanged)]
    assert [(one.before, one.terms.amount, one.terms.from_month, one.terms.code) for one in changed] == [
        (40_000, 20_000, "2025-11", "D03")
    ]
    assert changed[0].explanation is not None
    assert changed[0].explanation.result == 20_000
    assert office.case(case).award.under == "change.1"  # type: ignore[union-attr]
    assert office.refused("DecideChange", "decider", case, on="2025-10-13", instance="change.1") == [
        "already-over"
    ]


def test_who_proposed_does_not_decide(office: TrialOffice) -> None:
    office.appoint("county", "decider", "110199")  # type: ignore[arg-type]
    case = plain(office)
    office.do("ReportChange", "window", case, on="2025-08-20", kind="own_request", happened="2025-08-20")
    office.do("ProposeChange", "county", case, on="2025-08-20", effect="stop", code="S06")
    assert office.refused("DecideChange", "county", case, on="2025-08-21") == ["hand-twice"]
    office.do("DecideChange", "decider", case, on="2025-08-21")


def test_facts_that_came_after_the_proposal_send_it_back(office: TrialOffice) -> None:
    case = reduced(office)
    office.do(
        "StateFacts",
        "handler",
        case,
        on="2025-10-11",
        facts=[income("m3", 60_000, "2025-04-01", "2025-09-30")],
    )
    assert office.refused("DecideChange", "decider", case, on="2025-10-13") == ["proposal-out-of-date"]
    office.do("ProposeChange", "handler", case, on="2025-10-13", effect="reduce", code="D03")
    assert office.do("DecideChange", "decider", case, on="2025-10-14").data["amount"] == 10_000


def test_drop_change_says_why(office: TrialOffice) -> None:
    case = reduced(office)
    assert office.refused("DropChange", "handler", case, on="2025-10-13", reason=" ") == ["text-empty"]
    office.quiet("DropChange", "handler", case, on="2025-10-13", reason="核实后不属实")
    assert office.case(case).state("change.1") == "dropped"
    assert amount(office, case, "2025-12") == 40_000


# refused work


def test_work_refused_three_times_cuts_that_persons_share(office: TrialOffice) -> None:
    case = plain(office)
    assert office.refused("RefuseWork", "handler", case, on="2025-06-02", member="m9") == [
        "member-not-covered"
    ]
    office.do("RefuseWork", "handler", case, on="2025-06-02", member="m1")
    office.do("RefuseWork", "handler", case, on="2025-06-09", member="m1", reason="照看病人")
    for on in ("2025-06-16", "2025-06-23"):
        office.do("RefuseWork", "handler", case, on=on, member="m1")
    office.do("DetectChange", "handler", case, on="2025-06-24", kind="refused_work", happened="2025-06-23",
              member="m1", source="V99")  # fmt: skip
    office.do("Hear", "handler", case, on="2025-06-25", words="不想去")
    assert office.refused("ProposeChange", "handler", case, on="2025-06-25", effect="reduce", code="D05") == [
        "work-not-refused"
    ]
    answer = office.quiet("RefuseWork", "handler", case, on="2025-06-26", member="m1")
    assert answer.data == {"in_a_row": 3, "cut_at": 3}
    office.do("ProposeChange", "handler", case, on="2025-06-26", effect="reduce", code="D05")
    office.do("DecideChange", "decider", case, on="2025-06-27")
    terms = office.case(case).award.at(Month("2025-07"))  # type: ignore[union-attr]
    assert terms is not None
    assert (terms.amount, terms.covered, terms.shares) == (26_666, ("m2", "m3"), {"m2": 13_333, "m3": 13_333})
    assert claimed_until(office, case, "m1") == "2025-06"
    explanation = office.case(case).decided_income
    assert explanation is not None
    assert (explanation.result, out_of_sum(explanation)) == (26_666, ())


def test_a_share_stays_cut_when_something_else_is_computed_anew(office: TrialOffice) -> None:
    office.set_policy(uplift_minor="60.00")
    case = plain(office)
    for on in ("2025-06-02", "2025-06-03", "2025-06-04"):
        office.do("RefuseWork", "handler", case, on=on, member="m1")
    detected = {"kind": "refused_work", "happened": "2025-06-04", "member": "m1", "source": "V99"}
    office.do("DetectChange", "handler", case, on="2025-06-05", **detected)
    office.do("Hear", "handler", case, on="2025-06-05", words="不想去")
    office.do("ProposeChange", "handler", case, on="2025-06-05", effect="reduce", code="D05")
    office.do("DecideChange", "decider", case, on="2025-06-06")
    office.do("ReportChange", "window", case, on="2025-07-10", kind="birth", happened="2025-07-01")
    office.do("JoinMember", "window", case, on="2025-07-10", member=baby("2025-07-01"), reason="birth")
    office.do("StateFacts", "handler", case, on="2025-07-10", facts=[none_of("m4", "2025-07-01")])
    office.do(
        "ProposeChange", "handler", case, on="2025-07-10", instance="change.2", effect="increase", code="I02"
    )
    office.do("DecideChange", "decider", case, on="2025-07-10", instance="change.2")
    terms = office.case(case).award.at(Month("2025-08"))  # type: ignore[union-attr]
    assert terms is not None
    assert terms.shares == {"m2": 25_000, "m3": 25_000, "m4": 31_000}
    office.do("RecordDeath", "window", case, on="2025-08-20", member="m3", died="2025-08-19", source="family")
    terms = office.case(case).award.at(Month("2025-09"))  # type: ignore[union-attr]
    assert terms is not None
    assert terms.shares == {"m2": 13_333, "m4": 19_333}


def test_a_member_who_left_goes_from_the_month_after_and_is_only_told(office: TrialOffice) -> None:
    case = mother(office)
    draw(office, case, "2025-10", "2025-11")
    office.do(
        "ReportChange", "window", case, on="2025-11-20", kind="left", happened="2025-10-20", member="m3"
    )
    office.do("LeaveMember", "window", case, on="2025-11-20", member="m3", reason="D02")
    office.do("ProposeChange", "handler", case, on="2025-11-20", effect="reduce", code="D02")
    answer = office.do("DecideChange", "decider", case, on="2025-11-21").data
    assert (answer["from_month"], answer["amount"], answer["findings"]) == ("2025-11", 30_000, ["2025-11"])
    assert [claimed_until(office, case, key) for key in ("m1", "m3")] == [None, "2025-10"]


# gradual exit


def working(office: TrialOffice, wages: int = 950_000, **more: Any) -> str:
    """Wages rise: counted income is over 1,800.00 and under 2,700.00 a month; heard on 10 October."""
    case = plain(office, **more)
    office.do("ReportChange", "window", case, on="2025-10-09", kind="work", happened="2025-10-01")
    wages_now = [
        income("m1", wages, "2025-04-01", "2025-09-30"),
        income("m2", 360_000, "2025-04-01", "2025-09-30", "B1"),
    ]
    office.do("StateFacts", "handler", case, on="2025-10-09", facts=wages_now)
    office.do("Hear", "handler", case, on="2025-10-10", words="找到工作了")
    return case


def test_a_gradual_exit_keeps_the_amount_and_ends_by_itself(office: TrialOffice) -> None:
    case = working(office)
    propose = {"effect": "gradual_exit", "code": "S04"}
    assert office.refused("ProposeChange", "handler", case, on="2025-10-10", months=7, **propose) == [
        "gradual-too-long"
    ]
    office.do("ProposeChange", "handler", case, on="2025-10-10", months=3, **propose)
    answer = office.do("DecideChange", "decider", case, on="2025-10-13").data
    assert (answer["from_month"], answer["until_month"], answer["amount"]) == ("2025-11", "2026-01", 40_000)
    found = office.case(case)
    assert (found.state("award"), found.letters[-1].letter) == ("gradual", "L15")
    assert claimed_until(office, case, "m1") == "2026-01"
    assert office.due(case, "award/end") == date(2026, 2, 1)
    assert office.due(case, "award/ending") == date(2025, 12, 31)
    tick(office, "2026-01-31")
    assert "gradual:2026-01" in office.case(case).reminded
    assert office.case(case).state("award") == "gradual"
    tick(office, "2026-02-01")
    head = office.store.head()
    tick(office, "2026-02-01")
    assert office.store.head() == head
    found = office.case(case)
    assert (found.state("award"), found.ended_code, found.state("review.1")) == ("ended", "S04", "closed")
    assert [amount(office, case, month) for month in ("2026-01", "2026-02")] == [40_000, None]
    assert sum(isinstance(event, Stopped) for event in office.events(case)) == 1


def test_no_gradual_exit_at_or_over_the_near_threshold(office: TrialOffice) -> None:
    case = working(office, 1_260_000)
    assert office.refused(
        "ProposeChange", "handler", case, on="2025-10-10", effect="gradual_exit", code="S04"
    ) == ["gradual-over"]


# restored


def stopped(office: TrialOffice) -> str:
    case = opened(office)
    office.do("Hear", "handler", case, on="2025-08-07", words="不是我的房")
    draw(office, case, "2025-05", "2025-06", "2025-07", "2025-08")
    office.do("ProposeChange", "handler", case, on="2025-08-07", **STOP)
    office.do("DecideChange", "decider", case, on="2025-08-08")
    return case


def test_with_an_award_its_open_verification_ends(office: TrialOffice) -> None:
    case = plain(office)
    office.do("BeginVerification", "handler", case, on="2025-08-19")
    office.do("ReportChange", "window", case, on="2025-08-20", kind="own_request", happened="2025-08-20")
    office.do("ProposeChange", "handler", case, on="2025-08-20", effect="stop", code="S06")
    office.do("DecideChange", "decider", case, on="2025-08-21")
    found = office.case(case)
    assert found.state("verification.2") == "closed"
    assert not [key for key in found.deadlines if key.startswith("verification")]


def test_a_wrongly_stopped_award_lives_again_with_its_months_owed(office: TrialOffice) -> None:
    case = stopped(office)
    assert amount(office, case, "2025-09") is None
    assert office.refused("Restore", "decider", case, on="2025-11-05", code="I06", reason="复议撤销") == [
        "no-appeal-granted"
    ]
    assert office.refused("Restore", "handler", case, on="2025-11-05", code="I05", reason="错停") == [
        "not-your-desk"
    ]
    answer = office.quiet(
        "Restore", "decider", case, on="2025-11-05", code="I05", reason="房产系同名，错停"
    ).data
    assert answer == {"from_month": "2025-09", "amount": 40_000, "owed": ["2025-09", "2025-10", "2025-11"]}
    found = office.case(case)
    assert (found.state("award"), found.ended, found.award.cause) == ("living", None, "restored")  # type: ignore[union-attr]
    assert [amount(office, case, month) for month in ("2025-05", "2025-09", "2026-01")] == [40_000] * 3
    assert sum(isinstance(event, AwardBegan) for event in office.events(case)) == 2
    assert office.due(case, "review.2/open") == date(2026, 4, 1)
    assert office.refused("Restore", "decider", case, on="2025-11-06", code="I05", reason="再来") == [
        "award-not-stopped"
    ]


def test_restored_for_an_appeal_that_was_granted(office: TrialOffice) -> None:
    case = stopped(office)
    office.do("Serve", "handler", case, on="2025-08-11", letter="L14", way="direct")
    office.do("FileAppeal", "window", case, on="2025-09-01", kind="reconsideration", against="change.1")
    office.do("DecideAppeal", "county", case, on="2025-10-20", outcome="set_aside")
    office.do("Restore", "decider", case, on="2025-10-22", code="I06", reason="复议撤销")
    assert amount(office, case, "2025-09") == 40_000
