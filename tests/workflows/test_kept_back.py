"""Lines kept back: what is due goes out once nothing keeps it, what isn't never does, and nobody is asked for money
that was never sent (rules.md §3 hold, wrongly stopped; §7)."""

from typing import Any

import pytest

from domain.case.award import LineReleased
from domain.case.payment import standing
from domain.days import Month
from domain.ids import InstanceId, MemberKey
from projections.figures import month_table
from tests.harness import COUNTY, TrialOffice
from tests.workflows.awards import amount
from tests.workflows.test_difference import close, drawn, raised
from tests.workflows.test_finding import MONTHS, decide, detected, hidden, single, stopped
from tests.workflows.test_returned_months import returned


def kept(office: TrialOffice, case: str) -> list[str]:
    return [month for month, line in office.case(case).drawn.items() if line.held_on]


def by_request(office: TrialOffice, case: str, on: str) -> None:
    office.do("ReportChange", "window", case, on=on, kind="own_request", happened=on)
    change = list(office.case(case).changes)[-1]
    office.do("ProposeChange", "county", case, on=on, instance=change, effect="stop", code="S06")
    office.do("DecideChange", "decider", case, on=on, instance=change)


def held_and_restored(office: TrialOffice) -> str:
    """August came back, so September and October are kept back; a stop that reached them was wrong."""
    case = single(office)
    drawn(office, *MONTHS[:4])
    returned(office, case, "2025-08", "2025-08-20")
    drawn(office, *MONTHS[4:])
    assert kept(office, case) == ["2025-09", "2025-10"]
    stopped(office, case, "S05", "2025-08-10", "2025-11-03")
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="重名，错停")
    return case


def test_what_a_wrong_stop_kept_back_is_paid_after_another_stop(office: TrialOffice) -> None:
    case = held_and_restored(office)
    by_request(office, case, "2025-11-24")
    assert kept(office, case) == ["2025-09", "2025-10"]
    office.do("ChangeAccount", "handler", case, on="2025-11-25", account="6217 00000001", holder="m1")
    assert kept(office, case) == []


def ahead(office: TrialOffice) -> str:
    """On hold; December is drawn ahead in November; then stopped from December on."""
    case = single(office)
    drawn(office, *MONTHS)
    office.do("SetHold", "county", case, on="2025-10-20", ground="check", until="2025-12-20")
    drawn(office, "2025-11")
    office.do("Draw", "payer", division=COUNTY, month="2025-12", area="rural")
    close(office, "2025-12")
    by_request(office, case, "2025-11-06")
    award = office.case(case).award
    assert award is not None
    assert award.ends == "2025-12"
    return case


def test_a_stop_sends_no_month_from_which_it_works(office: TrialOffice) -> None:
    assert kept(office, ahead(office)) == ["2025-12"]


def test_a_restore_sends_no_month_that_it_leaves_without_aid(office: TrialOffice) -> None:
    case = ahead(office)
    office.do("Restore", "decider", case, on="2025-12-20", code="I05", reason="错停", from_month="2026-01")
    assert kept(office, case) == ["2025-12"]


def test_a_restore_sends_the_months_that_it_gives_back(office: TrialOffice) -> None:
    case = ahead(office)
    office.do("Restore", "decider", case, on="2025-12-20", code="I05", reason="错停")
    assert kept(office, case) == []


def test_what_is_kept_back_for_good_is_not_claimed(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS[:3])
    office.do("SetHold", "county", case, on="2025-07-20", ground="account", until="2025-12-20")
    drawn(office, *MONTHS[3:])
    detected(office, case, "2025-10-28", hidden("2025-06-12", None))
    office.do("ReportDeath", "county", on="2025-11-03", division=COUNTY, died="2025-10-25", source="V14",
              person=office.case(case).members[MemberKey("m1")].person)  # fmt: skip
    assert "2025-08" in kept(office, case)
    lines = office.case(case).findings[InstanceId("finding.1")].lines
    assert [(one.month, one.over) for one in lines] == [
        ("2025-07", 8_000), ("2025-08", 0), ("2025-09", 0), ("2025-10", 0),
    ]  # fmt: skip
    office.do("HearFinding", "county", case, on="2025-11-05", words="其子知道了")
    assert decide(office, case)["claimed"] == 8_000
    assert office.case(case).drawn[Month("2025-08")].standing == 50_000


def test_a_month_that_a_stop_keeps_back_for_good_is_not_added_to(office: TrialOffice) -> None:
    """A raise not drawn yet adds nothing to a month that the end should have reached."""
    case = single(office)
    drawn(office, *MONTHS[:4])
    returned(office, case, "2025-08", "2025-08-20")
    drawn(office, *MONTHS[4:])
    raised(office, 70_000, "2025-10", case, "2025-11-02")
    stopped(office, case, "S05", "2025-08-10", "2025-11-03")
    office.do("ChangeAccount", "handler", case, on="2025-11-04", account="6217 00000001", holder="m1")
    assert drawn(office, "2025-11")["arrears_amount"] == 0
    assert kept(office, case) == ["2025-09", "2025-10"]


def on_hold(office: TrialOffice) -> str:
    """Found to have a wage since June, of 80.00; August on was drawn, and kept back."""
    case = single(office)
    drawn(office, *MONTHS[:3])
    office.do("SetHold", "county", case, on="2025-07-20", ground="account", until="2025-12-20")
    drawn(office, *MONTHS[3:])
    detected(office, case, "2025-10-28", hidden("2025-06-12", None))
    office.do("FindDifference", "county", case, on="2025-10-28")
    office.do("HearFinding", "county", case, on="2025-10-28", words="是")
    assert decide(office, case, on="2025-10-29")["claimed"] == 8_000
    return case


def test_what_was_never_sent_is_not_claimed_whatever_stop_comes_after(office: TrialOffice) -> None:
    case = on_hold(office)
    elsewhere = {"kind": "other", "happened": "2025-07-10", "source": "V24"}
    office.do("DetectChange", "county", case, on="2025-11-03", **elsewhere)
    stopped_by(office, case, "S05")
    assert kept(office, case) == list(MONTHS[3:])
    findings = office.case(case).findings
    assert [(one.id, one.claim) for one in findings.values()] == [("finding.1", 8_000)]


def figures(office: TrialOffice, month: str) -> dict[str, Any]:
    office.doudi.projector.catch_up()
    return month_table(office.doudi.projector.rows("statistics"), "dibao", COUNTY, Month(month))["rural"]


def let_go(office: TrialOffice, case: str) -> list[tuple[str, int]]:
    return [(one.month, one.withheld) for one in office.events(case) if isinstance(one, LineReleased)]


def test_of_what_was_found_too_much_only_what_is_due_is_sent(office: TrialOffice) -> None:
    case = on_hold(office)
    office.do("EndHold", "county", case, on="2025-11-03")
    assert kept(office, case) == []
    assert let_go(office, case) == [(month, 8_000) for month in MONTHS[3:]]
    assert office.refused("FindDifference", "county", case, on="2025-11-03") == ["nothing-over"]
    paylist = office.case(case).drawn[Month("2025-08")].list
    now = standing(office.case(case), paylist)
    assert (now.drawn, now.pending, now.held, now.withheld) == (50_000, {"2025-08": 42_000}, 0, 8_000)
    assert office.case(case).drawn[Month("2025-08")].shares == {"m1": 42_000}


def test_what_is_withheld_is_a_correction_of_the_month_in_which_it_is(office: TrialOffice) -> None:
    case = on_hold(office)
    before = figures(office, "2025-08")
    office.do("EndHold", "county", case, on="2025-11-03")
    now, november = figures(office, "2025-08"), figures(office, "2025-11")
    assert (before["paid"], before["held_amount"], before["withheld"]) == (50_000, 50_000, 0)
    assert (now["paid"], now["held_amount"], now["pending"], now["withheld"]) == (50_000, 0, 42_000, 8_000)
    assert (november["corrections"], november["correction_person_times"]) == (-3 * 8_000, 0)


def test_what_was_withheld_is_due_again_once_the_finding_falls(office: TrialOffice) -> None:
    case = on_hold(office)
    office.do("EndHold", "county", case, on="2025-11-03")
    wage = next(key for key, one in office.case(case).facts.items() if one.unreported)
    office.do("WithdrawFact", "handler", case, on="2025-11-04", fact=wage, reason="认错人")
    office.do("MakeGood", "decider", case, on="2025-11-05", reason="认错人")
    assert office.case(case).findings[InstanceId("finding.1")].claim == 0
    assert drawn(office, "2025-11")["arrears_amount"] == 3 * 8_000
    assert {one.standing for one in office.case(case).drawn.values()} == {50_000}


def test_of_what_a_stop_for_fraud_kept_back_what_is_due_goes_out_when_it_is_decided(
    office: TrialOffice,
) -> None:
    """A wage of 80.00 since June, hidden; August to October were kept back whole until somebody knew."""
    case = single(office)
    drawn(office, *MONTHS[:3])
    office.do("SetHold", "county", case, on="2025-07-20", ground="check", until="2025-12-20")
    drawn(office, *MONTHS[3:])
    detected(office, case, "2025-11-03", hidden("2025-06-12", None))
    stopped_by(office, case, "S13")
    lines = office.case(case).findings[InstanceId("finding.1")].lines
    assert [(one.month, one.over) for one in lines] == [
        ("2025-07", 8_000), ("2025-08", 0), ("2025-09", 0), ("2025-10", 0),
    ]  # fmt: skip
    assert kept(office, case) == list(MONTHS[3:])
    office.do("HearFinding", "county", case, on="2025-11-04", words="知道了")
    assert decide(office, case, on="2025-11-04")["claimed"] == 8_000
    assert let_go(office, case) == [(month, 8_000) for month in MONTHS[3:]]
    assert kept(office, case) == []
    assert drawn(office, "2025-11")["arrears_amount"] == 0


def test_what_a_dropped_finding_kept_back_goes_out_whole(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS[:3])
    office.do("SetHold", "county", case, on="2025-07-20", ground="check", until="2025-12-20")
    drawn(office, *MONTHS[3:])
    detected(office, case, "2025-11-03", hidden("2025-06-12", None))
    stopped_by(office, case, "S13")
    office.do("DropFinding", "county", case, on="2025-11-05", reason="认错人")
    assert let_go(office, case) == [(month, 0) for month in MONTHS[3:]]


def stopped_by(office: TrialOffice, case: str, code: str) -> None:
    change = {"on": "2025-11-03", "instance": list(office.case(case).changes)[-1]}
    office.do("Hear", "county", case, words="知道了", **change)
    office.do("ProposeChange", "county", case, effect="stop", code=code, **change)
    office.do("DecideChange", "decider", case, **change)


def test_a_difference_kept_back_hides_no_line_that_was_paid(office: TrialOffice) -> None:
    """November is kept back whole; of August to October only what a raise added."""
    case = single(office)
    drawn(office, *MONTHS)
    office.do("SetHold", "county", case, on="2025-10-20", ground="check", until="2025-12-20")
    raised(office, 70_000, "2025-08", case, "2025-10-25")
    drawn(office, "2025-11")
    assert kept(office, case) == ["2025-08", "2025-09", "2025-10", "2025-11"]
    decided = stopped(office, case, "S05", "2025-07-10", "2025-11-20")
    assert decided["findings"] == ["2025-08", "2025-09", "2025-10", "2025-11"]
    assert [(one["month"], one["over"]) for one in decided["lines"]] == [
        ("2025-08", 50_000), ("2025-09", 50_000), ("2025-10", 50_000),
    ]  # fmt: skip
    assert decide(office, case, on="2025-11-21")["claimed"] == 150_000
    assert office.refused("FindDifference", "county", case, on="2025-11-22") == ["nothing-over"]
    assert kept(office, case) == ["2025-08", "2025-09", "2025-10", "2025-11"]


def test_nor_in_a_month_after_a_death(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    office.do("SetHold", "county", case, on="2025-10-20", ground="check", until="2025-12-20")
    raised(office, 70_000, "2025-09", case, "2025-10-25")
    drawn(office, "2025-11")
    office.do("ReportDeath", "county", on="2025-11-20", division=COUNTY, died="2025-08-25", source="V14",
              person=office.case(case).members[MemberKey("m1")].person)  # fmt: skip
    lines = office.case(case).findings[InstanceId("finding.1")].lines
    assert [(one.month, one.over) for one in lines] == [("2025-09", 50_000), ("2025-10", 50_000)]


def on_hold_and_stopped(office: TrialOffice, code: str) -> tuple[str, list[tuple[str, int]]]:
    """A wage of 80.00 since June came to light, then what has stopped the award since July; of August to October only
    what a raise added is kept back. The case, and what the stop finds by month."""
    case = single(office)
    drawn(office, *MONTHS)
    office.do("SetHold", "county", case, on="2025-10-20", ground="check", until="2025-12-20")
    raised(office, 70_000, "2025-08", case, "2025-10-25")
    drawn(office, "2025-11")
    detected(office, case, "2025-11-19", hidden("2025-06-12", None))
    elsewhere = {"kind": "other", "happened": "2025-07-10", "source": "V24"}
    office.do("DetectChange", "county", case, on="2025-11-20", **elsewhere)
    change = {"on": "2025-11-20", "instance": list(office.case(case).changes)[-1]}
    office.do("Hear", "county", case, words="知道了", **change)
    office.do("ProposeChange", "county", case, effect="stop", code=code, **change)
    lines = office.do("DecideChange", "decider", case, **change).data["lines"]
    office.do("HearFinding", "county", case, on="2025-11-20", words="知道了")
    return case, [(one["month"], one["over"]) for one in lines if one["over"]]


@pytest.mark.parametrize("code", ["S05", "S09", "S17"])
def test_a_concealed_wage_makes_no_month_due_that_a_stop_should_have_reached(
    office: TrialOffice, code: str
) -> None:
    case, lines = on_hold_and_stopped(office, code)
    assert lines == [("2025-07", 8_000), ("2025-08", 50_000), ("2025-09", 50_000), ("2025-10", 50_000)]
    assert decide(office, case, on="2025-11-21")["claimed"] == 158_000
    assert [amount(office, case, month) for month in ("2025-07", "2025-08", "2025-10")] == [42_000, 0, 0]
    assert office.refused("FindDifference", "county", case, on="2025-11-22") == ["nothing-over"]
    assert kept(office, case) == ["2025-08", "2025-09", "2025-10", "2025-11"]


def test_once_restored_the_wage_alone_is_claimed(office: TrialOffice) -> None:
    case, _ = on_hold_and_stopped(office, "S09")
    decide(office, case, on="2025-11-21")
    office.do("Restore", "decider", case, on="2025-11-25", code="I05", reason="重名，错停")
    assert [amount(office, case, month) for month in ("2025-07", "2025-08", "2025-10")] == [
        42_000,
        52_000,
        52_000,
    ]
    assert office.case(case).findings[InstanceId("finding.1")].claim == 4 * 8_000
    assert kept(office, case) == []
