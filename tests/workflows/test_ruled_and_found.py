"""What an appeal said, what a finding says and what a change decides of the same months; what is kept back meanwhile.

Each is what a household would lose, or be asked for, if one of them forgot the others (L26 art. 76; rules.md §3, §7).
"""

from typing import Any

import pytest

from domain.case.finding import Finding
from domain.ids import InstanceId
from tests.harness import TrialOffice, number, person
from tests.workflows.awards import amount, income, living, tick
from tests.workflows.moves import staffed
from tests.workflows.test_difference import drawn, raised
from tests.workflows.test_finding import MONTHS, decide, detected, hidden, single, stopped
from tests.workflows.test_kept_back import kept, let_go, stopped_by
from tests.workflows.test_returned_months import returned
from tests.workflows.test_ruled_amounts import amounts, couple, fixed
from tests.workflows.test_split import A, B, C, alone, leave
from workflows.command import Answer


def findings(office: TrialOffice, case: str) -> dict[InstanceId, Finding]:
    return office.case(case).findings


def heard(office: TrialOffice, case: str, finding: str, on: str) -> None:
    office.do("HearFinding", "county", case, on=on, instance=finding, words="知道了")


def reduced(office: TrialOffice, case: str, on: str = "2025-11-03") -> dict[str, Any]:
    """A wage of 600.00 since June 10, known in November, stated as reported: said months July to October at 130.00."""
    detected(office, case, on, {**hidden("2025-06-10", None, 60_000), "unreported": False})
    office.do("Hear", "county", case, on=on, words="知道了")
    office.do("ProposeChange", "county", case, on=on, effect="reduce", code="D03")
    return office.do("DecideChange", "decider", case, on=on).data


def appealed(office: TrialOffice, case: str, on: str, **ruling: Any) -> Answer:
    changes = list(office.case(case).changes)
    office.do("FileAppeal", "window", case, on=on, kind="reconsideration", against=changes[-1])
    office.do("DecideAppeal", "county", case, on=on, outcome="changed")
    return office.say("CarryOutAppeal", "decider", case, on=on, appeal="appeal.1", reason="复议", **ruling)


def gradually(office: TrialOffice, case: str, on: str, fen: int, months: int) -> None:
    office.do("ReportChange", "window", case, on=on, kind="work", happened=on)
    wage = {
        "kind": "income",
        "code": "W1",
        "member": "m1",
        "since": "2025-01-01",
        "amount": fen,
        "source": "V02",
    }
    office.do("StateFacts", "handler", case, on=on, facts=[wage])
    change = {"on": on, "instance": list(office.case(case).changes)[-1]}
    office.do("Hear", "county", case, words="是", **change)
    office.do("ProposeChange", "county", case, effect="gradual_exit", code="S04", months=months, **change)
    office.do("DecideChange", "decider", case, **change)


def on_hold(office: TrialOffice) -> str:
    case = single(office)
    drawn(office, *MONTHS[:3])
    office.do("SetHold", "county", case, on="2025-07-20", ground="check", until="2025-12-20")
    drawn(office, *MONTHS[3:])
    return case


def test_who_left_takes_his_share_of_an_appeals_amount_and_the_others_are_paid(office: TrialOffice) -> None:
    staffed(office)
    case = living(
        office, [A, B, C], [income("m2", 540_000, "2024-08-01", "2025-01-31")], accepted="2025-02-12"
    )
    drawn(office, "2025-04")
    office.do("FileAppeal", "window", case, on="2025-04-05", kind="reconsideration")
    office.do("DecideAppeal", "county", case, on="2025-04-06", outcome="changed")
    office.do(
        "CarryOutAppeal",
        "decider",
        case,
        on="2025-04-06",
        appeal="appeal.1",
        from_month="2025-05",
        until_month="2025-12",
        amount=100_000,
        reason="复议决定",
    )
    leave(office, case)
    alone(office, case)
    office.do("ProposeChange", "handler", case, on="2025-05-12", effect="reduce", code="D02")
    office.do("DecideChange", "decider", case, on="2025-05-12")
    drawn(office, "2025-05")
    assert drawn(office, "2025-06")["left_out"] == {}


def born(office: TrialOffice, case: str, on: str) -> dict[str, Any]:
    baby = {"key": "m3", "name": "王小宝", "kinship": "20", "number": number("2025-07-20", 31)}
    office.do("ReportChange", "window", case, on=on, kind="birth", happened="2025-07-20")
    office.do("JoinMember", "county", case, on=on, member=baby, reason="birth")
    office.do("ProposeChange", "county", case, on=on, effect="increase", code="I02")
    return office.do("DecideChange", "decider", case, on=on).data


def test_a_change_from_the_month_in_which_an_endless_amount_begins_ends_it(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 115_000, "2025-08")
    born(office, case, "2025-08-10")
    assert amount(office, case, "2025-08") == 170_000


def test_so_does_one_from_before_it_decided_later(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 115_000, "2025-09")
    born(office, case, "2025-08-10")
    assert amounts(office, case, "2025-08", "2025-09") == [170_000, 170_000]


def test_a_share_cut_for_refused_work_is_cut_from_it(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 115_000, "2025-06")
    for day in ("2025-07-21", "2025-07-22", "2025-07-23"):
        office.do("RefuseWork", "handler", case, on=day, member="m2")
    office.do(
        "DetectChange",
        "county",
        case,
        on="2025-07-24",
        kind="refused_work",
        happened="2025-07-23",
        source="V24",
        member="m2",
    )
    change = {"on": "2025-07-24", "instance": list(office.case(case).changes)[-1]}
    office.do("Hear", "county", case, words="是", **change)
    office.do("ProposeChange", "county", case, effect="reduce", code="D05", member="m2", **change)
    office.do("DecideChange", "decider", case, **change)
    assert amount(office, case, "2025-08") == 57_500


def test_a_finding_of_a_stop_under_way_gives_way_to_the_appeal(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    stopped(office, case, "S05", "2025-07-10", "2025-11-03")
    assert (
        appealed(
            office, case, "2025-11-05", from_month="2025-08", until_month="2025-10", amount=49_000
        ).status
        == "done"
    )
    assert decide(office, case, on="2025-11-06")["claimed"] == 3_000


def test_so_does_that_of_a_reduction(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    reduced(office, case)
    appealed(office, case, "2025-11-05", from_month="2025-07", until_month="2025-10", amount=49_000)
    heard(office, case, "finding.1", "2025-11-05")
    assert decide(office, case, on="2025-11-06")["claimed"] == 4_000


def test_a_reduction_finds_nothing_of_months_that_an_appeal_said(office: TrialOffice) -> None:
    case = fixed(office, single(office), 45_000, "2025-06", "2025-10")
    drawn(office, *MONTHS)
    assert "lines" not in reduced(office, case)


def test_an_appeal_that_says_what_the_terms_say_lets_go_what_a_stop_kept_back(office: TrialOffice) -> None:
    """All months of the stop are kept back: no finding, no way to get what the appeal says is due."""
    case = on_hold(office)
    stopped(office, case, "S05", "2025-07-10", "2025-11-03")
    appealed(office, case, "2025-11-05", from_month="2025-08", until_month="2025-10", amount=50_000)
    assert kept(office, case) == []


def claimed(office: TrialOffice, case: str) -> int:
    heard(office, case, "finding.1", "2025-11-12")
    return int(decide(office, case, on="2025-11-12")["claimed"])


def test_a_raise_before_it_is_decided_loses_no_finding(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    reduced(office, case)
    raised(office, 65_000, "2025-07", case, "2025-11-04")
    drawn(office, "2025-11")
    assert claimed(office, case) == 148_000


def test_nor_does_a_month_paid_again_before_it_is(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    returned(office, case, "2025-09", "2025-10-20")
    office.do("ChangeAccount", "handler", case, on="2025-10-20", account="6217 00000001", holder="m1")
    reduced(office, case)
    drawn(office, "2025-11")
    assert claimed(office, case) == 111_000


def test_what_came_back_of_a_month_that_a_stop_says_is_not_sent_again(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    returned(office, case, "2025-10", "2025-10-20")
    stopped(office, case, "S05", "2025-08-10", "2025-11-03")
    office.do("ChangeAccount", "handler", case, on="2025-11-04", account="6217 00000001", holder="m1")
    assert drawn(office, "2025-11")["repeated_amount"] == 0


def test_of_months_kept_back_whole_that_a_reduction_reaches_what_is_due_goes_out(office: TrialOffice) -> None:
    case = on_hold(office)
    reduced(office, case)
    heard(office, case, "finding.1", "2025-11-03")
    decide(office, case, on="2025-11-04")
    office.do("EndHold", "county", case, on="2025-11-05")
    assert let_go(office, case) == [(month, 37_000) for month in MONTHS[3:]]


@pytest.mark.parametrize("before", ["not found", "under way", "decided"])
def test_what_a_stop_for_fraud_leaves_hangs_on_no_finding_before_it(office: TrialOffice, before: str) -> None:
    case = on_hold(office)
    detected(office, case, "2025-11-03", hidden("2025-06-12", None))
    if before != "not found":
        office.do("FindDifference", "county", case, on="2025-11-03")
        heard(office, case, "finding.1", "2025-11-03")
    if before == "decided":
        decide(office, case, on="2025-11-03")
    stopped_by(office, case, "S13")
    for key, one in findings(office, case).items():
        if one.decided is None:
            office.say("HearFinding", "county", case, on="2025-11-04", instance=key, words="知道了")
            decide(office, case, on="2025-11-04", instance=key)
    assert sum(one.claim for one in findings(office, case).values()) == 8_000
    assert kept(office, case) == []


@pytest.mark.parametrize("way", ["withdrawn", "left out by an appeal"])
def test_a_reduction_on_a_fact_that_never_was(office: TrialOffice, way: str) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    reduced(office, case)
    heard(office, case, "finding.1", "2025-11-03")
    decide(office, case, on="2025-11-04")
    wage = next(key for key, one in office.case(case).facts.items() if one.code == "W3")
    if way == "withdrawn":
        office.do("ReportChange", "window", case, on="2025-11-05", kind="correction", happened="2025-11-05")
        office.do("WithdrawFact", "handler", case, on="2025-11-05", fact=wage, reason="认错人")
        office.do("MakeGood", "decider", case, on="2025-11-06", reason="认错人")
    else:
        appealed(office, case, "2025-11-06", from_month="2025-07", leaves_out=[wage])
    assert findings(office, case)[InstanceId("finding.1")].claim == 0
    assert amounts(office, case, *MONTHS[2:]) == [50_000] * 4


def test_the_end_of_a_gradual_exit_sends_nothing_that_a_finding_is_about(office: TrialOffice) -> None:
    case = couple(office)
    drawn(office, *MONTHS[:2])
    gradually(office, case, "2025-06-10", 130_000, 4)
    drawn(office, "2025-07", "2025-08")
    office.do("SetHold", "county", case, on="2025-08-20", ground="check", until="2026-02-20")
    drawn(office, "2025-09", "2025-10")
    detected(office, case, "2025-10-20", hidden("2025-06-12", None, 300_000))
    office.do("FindDifference", "county", case, on="2025-10-20")  # due 0 in each
    tick(office, "2025-11-02")
    assert let_go(office, case) == []


def test_a_death_after_a_stop_for_fraud_leaves_what_is_due_of_what_it_kept_back(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    case = living(office, members, [income("m1", 60_000, "2024-09-01", "2025-02-28")])
    drawn(office, *MONTHS[:3])
    office.do("SetHold", "county", case, on="2025-07-20", ground="check", until="2025-12-20")
    drawn(office, *MONTHS[3:])
    detected(office, case, "2025-11-03", hidden("2025-06-12", None, 20_000))
    stopped_by(office, case, "S13")
    office.do("RecordDeath", "handler", case, on="2025-11-05", member="m2", died="2025-06-20", source="V14")
    heard(office, case, "finding.1", "2025-11-06")
    decide(office, case, on="2025-11-06")
    assert let_go(office, case) == [(month, 80_000) for month in MONTHS[3:]]


def test_a_month_drawn_late_that_a_stop_reached_is_not_paid(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS[:4])
    drawn(office, "2025-10", then_close=False)
    stopped(office, case, "S05", "2025-07-10", "2025-11-03")
    assert drawn(office, "2025-09")["amount"] == 0
