"""多发核定 of months whose money came back: what the household never had isn't claimed (rules.md §7, §10.8)."""

from datetime import date
from typing import Any

from domain.case.payment import PaymentReturned
from domain.days import Month
from domain.ids import InstanceId, StreamId
from tests.harness import COUNTY, TrialOffice
from tests.workflows.test_difference import asked, drawn
from tests.workflows.test_finding import MONTHS, claimed, decide, detected, found, hidden, single, stopped
from workflows.decide.recompute import is_fixed
from workflows.world import case_stream


def returned(office: TrialOffice, case: str, month: str, on: str) -> None:
    office.do("ReturnPayment", "payer", case, month=month, on=on, code="K01")


def test_a_stop_claims_no_month_that_the_bank_returned(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    returned(office, case, "2025-09", "2025-10-20")
    answer = stopped(office, case, "S05", "2025-08-10", "2025-11-03")
    assert [(one["month"], one["over"]) for one in answer["lines"]] == [("2025-09", 0), ("2025-10", 50_000)]
    decide(office, case, on="2025-11-04")
    office.do("ChangeAccount", "handler", case, on="2025-11-05", account="6217 00000001", holder="m1")
    assert drawn(office, "2025-11")["repeated_amount"] == 0


def test_who_is_to_be_paid_again_is_said_as_far_as_it_is_due(office: TrialOffice, capsys: Any) -> None:
    """A stop says that nothing is due of September, which came back; taken back, it is."""

    def waiting() -> list[tuple[str, int]]:
        rows = asked(office, capsys.readouterr, "pay", "returned", "--division", COUNTY)["rows"]
        return [(row["month"], row["amount"]) for row in rows]

    case = single(office)
    drawn(office, *MONTHS)
    returned(office, case, "2025-07", "2025-10-20")
    returned(office, case, "2025-09", "2025-10-20")
    assert waiting() == [("2025-07", 50_000), ("2025-09", 50_000)]
    stopped(office, case, "S05", "2025-08-10", "2025-11-03")
    decide(office, case, on="2025-11-04")
    assert waiting() == [("2025-07", 50_000)]
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert waiting() == [("2025-07", 50_000), ("2025-09", 50_000)]


def test_a_month_that_came_back_is_paid_again_up_to_what_a_reduction_says(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    returned(office, case, "2025-09", "2025-10-20")
    office.do("ChangeAccount", "handler", case, on="2025-10-20", account="6217 00000001", holder="m1")
    detected(office, case, "2025-11-03", {**hidden("2025-08-10", None, 60_000), "unreported": False})
    office.do("GivePriorNotice", "county", case, on="2025-11-03", effect="reduce", code="D03")
    office.do("Hear", "county", case, on="2025-11-03", words="知道了")
    office.do("ProposeChange", "county", case, on="2025-11-03", effect="reduce", code="D03")
    answer = office.do("DecideChange", "decider", case, on="2025-11-03").data
    due = answer["amount"]
    assert 0 < due < 50_000
    assert [(one["month"], one["over"]) for one in answer["lines"]] == [
        ("2025-09", 0),
        ("2025-10", 50_000 - due),
    ]
    decide(office, case, on="2025-11-04")
    assert drawn(office, "2025-11")["repeated_amount"] == due
    assert drawn(office, "2025-12")["arrears_lines"] == 0


def test_a_month_that_came_back_is_paid_again_up_to_what_a_fact_leaves_of_it(office: TrialOffice) -> None:
    """And only once the household was heard about it: what is due less isn't made good."""
    case = single(office)
    drawn(office, *MONTHS)
    returned(office, case, "2025-07", "2025-10-20")
    detected(office, case, "2025-11-03", hidden())
    assert office.refused("MakeGood", "decider", case, on="2025-11-03", reason="x") == ["nothing-owed"]
    answer = office.do("FindDifference", "county", case, on="2025-11-03").data
    assert [(one["month"], one["over"]) for one in answer["lines"]] == [("2025-07", 0), ("2025-08", 8_000)]
    office.do("HearFinding", "county", case, on="2025-11-04", words="是")
    assert decide(office, case, on="2025-11-04")["claimed"] == 8_000
    office.do("ChangeAccount", "handler", case, on="2025-11-05", account="6217 00000001", holder="m1")
    assert drawn(office, "2025-11")["repeated_amount"] == 42_000
    assert drawn(office, "2025-12")["arrears_lines"] == 0
    assert office.refused("FindDifference", "county", case, on="2025-12-10") == ["nothing-over"]


def test_what_comes_back_before_a_finding_is_decided_is_not_claimed(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    assert stopped(office, case, "S05", "2025-08-10", "2025-11-03")["over"] == 100_000
    returned(office, case, "2025-09", "2025-11-03")
    assert decide(office, case, on="2025-11-04")["claimed"] == 50_000


def test_an_appeal_s_amount_is_told_beside_what_the_household_had(office: TrialOffice) -> None:
    case = claimed(office)
    back = PaymentReturned(
        on=date(2025, 11, 21),
        list=StreamId("list:110199/dibao/rural/2025-09"),
        months={Month("2025-09"): 50_000},
        amount=50_000,
        code="K01",
    )
    office.write([(case_stream(case), back)])
    office.do("DecideAppeal", "county", case, on="2025-12-09", outcome="changed")
    ruling = {"appeal": "appeal.1", "from_month": "2025-09", "until_month": "2025-09", "reason": "多算一月"}
    answer = office.do("CarryOutAppeal", "decider", case, on="2025-12-10", **ruling, amount=46_000).data
    assert [(one["paid"], one["due"]) for one in answer["lines"]] == [(0, 46_000)]


def test_what_comes_back_after_it_was_claimed_is_claimed_no_more(office: TrialOffice) -> None:
    """The account was closed, the bank says so weeks later: the household never had October, and owes September."""
    case = single(office)
    drawn(office, *MONTHS)
    assert stopped(office, case, "S05", "2025-08-10", "2025-11-03")["over"] == 100_000
    decide(office, case, on="2025-11-04")
    returned(office, case, "2025-10", "2025-11-10")
    finding = office.case(case).findings[InstanceId("finding.1")]
    assert finding.claimed == {"2025-09": 50_000}
    office.do("ChangeAccount", "handler", case, on="2025-11-11", account="6217 00000001", holder="m1")
    assert drawn(office, "2025-11")["repeated_amount"] == 0
    returned(office, case, "2025-09", "2025-11-20")
    assert office.case(case).state("finding.1") == "settled"
    assert office.case(case).findings[InstanceId("finding.1")].open == 0


def test_what_was_paid_back_of_a_month_that_then_comes_back_is_paid_again(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    stopped(office, case, "S05", "2025-08-10", "2025-11-03")
    decide(office, case, on="2025-11-04")
    office.do("RecordRepayment", "payer", case, on="2025-11-05", amount=100_000, reference="B1")
    returned(office, case, "2025-10", "2025-11-10")
    office.do("ChangeAccount", "handler", case, on="2025-11-11", account="6217 00000001", holder="m1")
    assert drawn(office, "2025-11")["repeated_amount"] == 50_000


def test_a_month_claimed_in_part_comes_back(office: TrialOffice) -> None:
    """What it is due is paid again, and nothing of it is claimed any more."""
    case = single(office)
    drawn(office, *MONTHS)
    found(office, case)
    office.do("HearFinding", "county", case, on="2025-11-04", words="是")
    assert decide(office, case)["claimed"] == 16_000
    returned(office, case, "2025-07", "2025-11-10")
    assert office.case(case).findings[InstanceId("finding.1")].claimed == {"2025-08": 8_000}
    office.do("ChangeAccount", "handler", case, on="2025-11-11", account="6217 00000001", holder="m1")
    assert drawn(office, "2025-11")["repeated_amount"] == 42_000


def test_a_month_that_a_stop_took_back_stays_so_when_its_money_comes_back(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    stopped(office, case, "S05", "2025-08-10", "2025-11-03")
    decide(office, case, on="2025-11-04")
    returned(office, case, "2025-10", "2025-11-10")
    assert is_fixed(office.case(case), Month("2025-10"))
    office.do("Restore", "decider", case, on="2025-11-13", code="I05", reason="重名，错停")
    assert not is_fixed(office.case(case), Month("2025-10"))
    office.do("ChangeAccount", "handler", case, on="2025-11-14", account="6217 00000001", holder="m1")
    found = drawn(office, "2025-11")
    assert (found["arrears_amount"], found["repeated_amount"]) == (0, 50_000)
    assert office.case(case).findings[InstanceId("finding.1")].claimed == {}
