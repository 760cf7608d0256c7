"""Lines kept back: what is due goes out once nothing keeps it, what isn't never does, and nobody is asked for money
that was never sent (rules.md §3 hold, wrongly stopped; §7)."""

from domain.days import Month
from domain.ids import InstanceId, MemberKey
from tests.harness import COUNTY, TrialOffice
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
    change = {"on": "2025-11-03", "instance": list(office.case(case).changes)[-1]}
    office.do("Hear", "county", case, words="知道了", **change)
    office.do("ProposeChange", "county", case, effect="stop", code="S05", **change)
    office.do("DecideChange", "decider", case, **change)
    assert kept(office, case) == list(MONTHS[3:])
    findings = office.case(case).findings
    assert [(one.id, one.claim) for one in findings.values()] == [("finding.1", 8_000)]


def test_what_is_sent_after_it_was_found_too_much_is_found_then(office: TrialOffice) -> None:
    case = on_hold(office)
    office.do("EndHold", "county", case, on="2025-11-03")
    assert kept(office, case) == []
    lines = office.do("FindDifference", "county", case, on="2025-11-03").data["lines"]
    assert [(one["month"], one["over"]) for one in lines] == [(month, 8_000) for month in MONTHS[3:]]


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
