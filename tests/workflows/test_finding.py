"""多发核定: what was paid too much is found line by line, heard, decided by another hand, paid back or let go."""

from typing import Any

import pytest

from adapters.papers.month import roll
from domain.case.award import AmountChanged
from domain.case.finding import FindingDecided, FindingOpened, SetOff
from domain.case.payment import standing
from domain.days import Month
from domain.ids import StreamId
from tests.harness import COUNTY, TrialOffice, person
from tests.workflows.awards import amount, draw, income, living
from tests.workflows.test_difference import arrears, drawn

REASON = "隐瞒工资，应退"
MONTHS = ("2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10")


def single(office: TrialOffice, **more: Any) -> str:
    """PA-5: one person with 100.00: 500.00 from May."""
    members = [person("m1", "1980-01-01", 11, "周一", "02")]
    return living(office, members, [income("m1", 60_000, "2024-09-01", "2025-02-28")], **more)


def hidden(since: str = "2025-06-12", until: str | None = "2025-08-11", fen: int = 8_000) -> dict[str, Any]:
    """A wage that came to light late, by the month."""
    fact = {
        "kind": "income", "code": "W3", "member": "m1", "since": since, "amount": fen, "source": "V03",
        "unreported": True, "item": 2,
    }  # fmt: skip
    return {**fact, "until": until} if until else fact


def detected(office: TrialOffice, case: str, on: str, fact: dict[str, Any]) -> None:
    happened = {"kind": "income", "happened": fact["since"], "source": "V03", "member": "m1"}
    office.do("DetectChange", "county", case, on=on, **happened)
    office.do("StateFacts", "handler", case, on=on, facts=[fact])


def found(office: TrialOffice, case: str, on: str = "2025-11-03", **fact: Any) -> str:
    detected(office, case, on, hidden(**fact))
    answer = office.do("FindDifference", "county", case, on=on).data
    return str(answer["finding"])


def test_a_concealed_income_is_a_finding_of_its_own_months_and_no_others(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    detected(office, case, "2025-11-03", hidden())
    answer = office.quiet("FindDifference", "county", case, on="2025-11-03").data
    assert answer["lines"] == [
        {"month": month, "paid": 50_000, "due": 42_000, "over": 8_000, "code": "D03"}
        for month in ("2025-07", "2025-08")
    ]
    assert answer["over"] == 16_000
    assert [amount(office, case, month) for month in MONTHS] == [50_000] * 6
    assert office.refused("FindDifference", "county", case, on="2025-11-03") == ["nothing-over"]
    assert office.case(case).state("finding.1") == "found"


def test_nothing_is_decided_before_the_household_was_heard_nor_by_who_found_it(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    found(office, case)
    decided = {"on": "2025-11-04", "outcome": "recover", "reason": REASON}
    assert office.refused("DecideFinding", "decider", case, **decided) == ["finding-not-heard"]
    answer = office.quiet("NoticeFinding", "county", case, on="2025-11-04").data
    assert answer["answer_until"] == "2025-11-11"
    assert office.refused("NoticeFinding", "county", case, on="2025-11-04") == ["not-now"]
    assert office.case(case).letters[-1].letter == "L18"
    assert office.refused("DecideFinding", "decider", case, **decided) == ["finding-not-heard"]
    office.quiet("HearFinding", "county", case, on="2025-11-05", words="打零工，没想到要报")
    assert office.refused("HearFinding", "county", case, on="2025-11-05", words=" ") == ["text-empty"]
    office.appoint("county", "decider", COUNTY)
    assert office.refused("DecideFinding", "county", case, **decided | {"on": "2025-11-05"}) == ["hand-twice"]
    office.quiet("DecideFinding", "decider", case, **decided | {"on": "2025-11-05"})
    assert office.case(case).state("finding.1") == "recovering"
    assert [amount(office, case, month) for month in (*MONTHS, "2025-11")] == [
        50_000, 50_000, 42_000, 42_000, 50_000, 50_000, 50_000,
    ]  # fmt: skip
    assert arrears(drawn(office, "2025-11")) == (0, 0, 0)


def test_the_term_to_answer_or_two_ways_tried_count_as_heard(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    found(office, case)
    office.do("NoticeFinding", "county", case, on="2025-11-04")
    proof = {"sha256": "ab" * 32, "type": "image/jpeg", "size": 1000}
    assert office.refused("NotReachForFinding", "county", case, on="2025-11-05", way="鸽子") == [
        "code-unknown"
    ]
    office.quiet("NotReachForFinding", "county", case, on="2025-11-05", way="direct", proof=proof)
    office.do("NotReachForFinding", "county", case, on="2025-11-06", way="post", proof=proof)
    decided = office.do(
        "DecideFinding", "decider", case, on="2025-11-06", outcome="waive", reason="数额小、有困难"
    )
    assert decided.data["claimed"] == 0
    assert office.case(case).state("finding.1") == "settled"


def heard(office: TrialOffice, case: str, on: str = "2025-11-05") -> None:
    found(office, case)
    office.do("HearFinding", "county", case, on=on, words="知道了")


def decide(office: TrialOffice, case: str, on: str = "2025-11-06", **data: Any) -> dict[str, Any]:
    said = {"on": on, "outcome": "recover", "reason": REASON}
    return office.do("DecideFinding", "decider", case, **said | data).data


def test_what_is_decided_is_what_is_claimed(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    heard(office, case)
    said = {"on": "2025-11-06", "outcome": "recover", "reason": REASON}
    plan = [{"due": "2025-12-31", "amount": 10_000}, {"due": "2025-11-30", "amount": 6_000}]

    def refused(**data: Any) -> list[str]:
        return office.refused("DecideFinding", "decider", case, **said | data)

    assert refused(outcome="waive", amount=100) == ["waived-claims-nothing"]
    assert refused(outcome="part") == ["part-of-it"]
    assert refused(outcome="part", amount=16_000) == ["part-of-it"]
    assert refused(plan=plan[:1]) == ["plan-not-the-claim"]
    assert refused(plan=plan) == ["plan-days"]
    assert refused(plan=plan, set_off_percent=10) == ["plan-or-set-off"]
    assert refused(set_off_percent=21) == ["set-off-too-much"]
    answer = decide(
        office, case, outcome="part", amount=10_000, plan=[{"due": "2025-12-31", "amount": 10_000}]
    )
    assert answer["claimed"] == 10_000
    event = next(one for one in office.events(case) if isinstance(one, FindingDecided))
    assert event.claimed == {"2025-07": 8_000, "2025-08": 2_000}
    assert office.due(case, "finding.1/instalment").isoformat() == "2025-12-31"


def test_money_that_comes_back_is_counted_once_and_to_the_end(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    heard(office, case)
    decide(office, case)
    assert office.due(case, "finding.1/instalment").isoformat() == "2025-12-06"
    part = {"on": "2025-11-20", "amount": 6_000, "reference": "B-1"}
    assert office.quiet("RecordRepayment", "payer", case, **part).data["open"] == 10_000
    assert office.refused("RecordRepayment", "payer", case, **part) == ["repayment-known"]
    assert office.refused(
        "RecordRepayment", "payer", case, **part | {"reference": "B-2", "amount": 10_001}
    ) == ["repaid-too-much"]
    plan = [{"due": "2025-12-31", "amount": 4_000}, {"due": "2026-01-31", "amount": 6_000}]
    office.quiet("PlanRecovery", "decider", case, on="2025-11-21", reason="分两次", plan=plan)
    assert office.refused("PlanRecovery", "decider", case, on="2025-11-21", reason="x", plan=plan[:1]) == [
        "plan-not-the-claim"
    ]
    assert office.due(case, "finding.1/instalment").isoformat() == "2025-12-31"
    office.do("RecordRepayment", "payer", case, on="2025-12-30", amount=4_000, reference="B-2")
    assert office.due(case, "finding.1/instalment").isoformat() == "2026-01-31"
    office.do("RecordRepayment", "payer", case, on="2026-01-30", amount=6_000, reference="B-3")
    assert office.case(case).state("finding.1") == "settled"
    assert not [key for key in office.case(case).deadlines if key.startswith("finding")]


def test_a_remainder_is_let_go_with_a_reason(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    heard(office, case)
    decide(office, case)
    office.do("RecordRepayment", "payer", case, on="2025-11-20", amount=6_000, reference="B-1")
    assert office.refused("WriteOff", "decider", case, on="2025-11-21", reason=" ") == ["text-empty"]
    assert (
        office.quiet("WriteOff", "decider", case, on="2025-11-21", reason="病重").data["written_off"]
        == 10_000
    )
    assert office.case(case).state("finding.1") == "settled"


def test_a_finding_that_is_none_is_dropped(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    found(office, case)
    assert office.refused("DropFinding", "county", case, on="2025-11-04", reason=" ") == ["text-empty"]
    office.quiet("DropFinding", "county", case, on="2025-11-04", reason="是同名的人")
    assert office.case(case).state("finding.1") == "dropped"


def test_a_set_off_takes_a_share_of_each_line_until_all_came_back(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    heard(office, case)
    decide(office, case, set_off_percent=20)
    counts = drawn(office, "2025-11")
    assert (counts["households"], counts["persons"], counts["amount"], counts["set_off"]) == (
        1,
        1,
        50_000,
        10_000,
    )
    assert drawn(office, "2025-12")["set_off"] == 6_000
    assert office.case(case).state("finding.1") == "settled"
    assert drawn(office, "2026-01")["set_off"] == 0
    taken = [(one.month, one.amount) for one in office.events(case) if isinstance(one, SetOff)]
    assert taken == [("2025-11", 10_000), ("2025-12", 6_000)]
    line = office.case(case).drawn[Month("2025-11")]
    assert (line.drawn, line.standing, line.set_off) == (50_000, 50_000, 10_000)
    office.doudi.projector.catch_up()
    tables = [office.doudi.projector.rows(name) for name in ("register", "statistics")]
    (row,) = roll(tables[0], tables[1], COUNTY, Month("2025-11"), "rural")
    assert (row["total"], row["arrears"], row["set_off"], row["sent"]) == (50_000, 0, 10_000, 40_000)


def test_the_bank_has_what_a_set_off_leaves_and_pays_it_again_when_it_came_back(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    heard(office, case)
    decide(office, case, set_off_percent=20)
    drawn(office, "2025-11")
    paylist = StreamId("list:110199/dibao/rural/2025-11")
    at_bank = standing(office.case(case), paylist)
    assert (at_bank.pending, at_bank.set_off, at_bank.drawn) == ({"2025-11": 40_000}, 10_000, 50_000)
    sent = {"month": "2025-11", "on": "2025-12-02"}
    assert (
        office.do("SettlePayment", "payer", case, **sent, reference="B-1", amount=40_000).data["amount"]
        == 40_000
    )
    office.do("ReturnPayment", "payer", case, **sent, code="K01", reference="B-1")
    office.do("ChangeAccount", "handler", case, on="2025-12-03", account="6217 00000001", holder="m1")
    counts = drawn(office, "2025-12")
    assert (counts["repeated_amount"], counts["set_off"]) == (40_000, 6_000)
    assert standing(office.case(case), paylist).repeated == 40_000


def test_a_raise_pays_in_full_a_month_that_was_claimed_back(office: TrialOffice) -> None:
    from tests.workflows.test_difference import raised

    case = single(office)
    draw(office, case, *MONTHS)
    heard(office, case)
    decide(office, case)
    raised(office, 65_000, "2025-07", case, "2025-11-20")
    assert [amount(office, case, month) for month in ("2025-06", "2025-07", "2025-08", "2025-09")] == [
        50_000, 47_000, 47_000, 55_000,
    ]  # fmt: skip
    assert arrears(drawn(office, "2025-11")) == (4, 0, 20_000)


def test_a_correction_and_its_reversal_leave_no_difference(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    office.do("ReportChange", "window", case, on="2025-11-03", kind="correction", happened="2025-11-03")
    wage = income("m1", 30_000, "2024-09-01", "2025-02-28")
    office.do("CorrectFact", "handler", case, on="2025-11-03", fact="f1", corrected=wage)
    office.quiet("MakeGood", "decider", case, on="2025-11-04", reason="工资录错")
    assert [amount(office, case, month) for month in (*MONTHS, "2025-11")] == [55_000] * 7
    assert arrears(drawn(office, "2025-11")) == (6, 0, 30_000)
    assert office.refused("MakeGood", "decider", case, on="2025-11-06", reason="x") == ["nothing-owed"]
    office.do("CorrectFact", "handler", case, on="2025-11-06", fact="f2", corrected=wage | {"amount": 60_000})
    answer = office.do("FindDifference", "county", case, on="2025-11-06").data
    assert [line["over"] for line in answer["lines"]] == [5_000] * 7
    office.do("HearFinding", "county", case, on="2025-11-07", words="原来是对的")
    decide(office, case, on="2025-11-07")
    office.do("RecordRepayment", "payer", case, on="2025-11-08", amount=35_000, reference="B-1")
    assert office.refused("FindDifference", "county", case, on="2025-11-08") == ["nothing-over"]
    assert office.refused("MakeGood", "decider", case, on="2025-11-08", reason="x") == ["nothing-owed"]


def test_facts_withdrawn_never_were(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    detected(office, case, "2025-11-03", hidden())
    fact = max(office.case(case).facts, key=lambda key: int(key[1:]))
    assert office.refused("WithdrawFact", "handler", case, on="2025-11-03", fact="f99", reason="x") == [
        "fact-unknown"
    ]
    office.quiet("WithdrawFact", "handler", case, on="2025-11-03", fact=fact, reason="同名")
    assert office.refused("FindDifference", "county", case, on="2025-11-03") == ["nothing-over"]


def test_a_change_that_is_not_clear_changes_nothing(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    detected(office, case, "2025-11-03", hidden(fen=900))
    assert office.refused("FindDifference", "county", case, on="2025-11-03") == ["nothing-over"]


def test_a_death_known_late_opens_a_finding(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    case = living(office, members, [])
    draw(office, case, *MONTHS)
    answer = office.do(
        "RecordDeath", "handler", case, on="2025-11-03", member="m2", died="2025-07-20", source="V14"
    )
    assert answer.data["finding"] == "finding.1"
    opened = next(one for one in office.events(case) if isinstance(one, FindingOpened))
    assert [(one.month, one.old, one.new, one.code, one.gone) for one in opened.lines] == [
        (month, 120_000, 60_000, "D01", ("m2",)) for month in ("2025-08", "2025-09", "2025-10")
    ]
    office.do("NoticeFinding", "county", case, on="2025-11-04")
    office.do("HearFinding", "county", case, on="2025-11-05", words="才办完丧事")
    decide(office, case, outcome="waive", reason="家属不知情")
    assert office.case(case).drawn[Month("2025-08")].standing == 60_000
    assert not [
        one for one in office.events(case) if isinstance(one, AmountChanged) and one.terms.code != "D01"
    ]


# what an appeal ruled


def claimed(office: TrialOffice) -> str:
    case = single(office)
    draw(office, case, *MONTHS)
    heard(office, case)
    decide(office, case)
    office.do(
        "Serve",
        "handler",
        case,
        on="2025-11-07",
        letter="L18",
        way="direct",
        proof={"sha256": "ab" * 32, "type": "image/jpeg", "size": 1000},
    )
    office.do("FileAppeal", "county", case, on="2025-11-20", kind="reconsideration", against="finding.1")
    return case


def test_an_appeal_s_outcome_stands_in_what_is_computed_later(office: TrialOffice) -> None:
    from tests.workflows.test_difference import raised

    case = claimed(office)
    office.do("RecordRepayment", "payer", case, on="2025-11-21", amount=6_000, reference="B-1")
    fact = next(key for key, one in office.case(case).facts.items() if one.unreported)
    ruling = {"appeal": "appeal.1", "from_month": "2025-07", "leaves_out": [fact], "reason": "不是他的工资"}
    assert office.refused("CarryOutAppeal", "decider", case, on="2025-12-10", **ruling) == [
        "no-appeal-granted"
    ]
    office.do("DecideAppeal", "county", case, on="2025-12-09", outcome="set_aside")
    office.quiet("CarryOutAppeal", "decider", case, on="2025-12-10", **ruling)
    assert office.case(case).state("finding.1") == "settled"
    assert [amount(office, case, month) for month in ("2025-07", "2025-08", "2025-09")] == [50_000] * 3
    counts = drawn(office, "2025-12")
    assert arrears(counts) == (1, 0, 6_000)
    assert office.refused("FindDifference", "county", case, on="2025-12-11") == ["nothing-over"]
    raised(office, 65_000, "2025-07", case, "2025-12-20")
    assert [amount(office, case, month) for month in ("2025-07", "2025-08", "2025-09")] == [55_000] * 3


def test_an_amount_that_an_appeal_set_stands(office: TrialOffice) -> None:
    from tests.workflows.test_difference import raised

    case = claimed(office)
    office.do("DecideAppeal", "county", case, on="2025-12-09", outcome="changed")
    ruling = {"appeal": "appeal.1", "from_month": "2025-07", "until_month": "2025-07", "reason": "只少算一月"}
    assert office.refused("CarryOutAppeal", "decider", case, on="2025-12-10", **ruling) == ["ruling-one-of"]
    office.do("CarryOutAppeal", "decider", case, on="2025-12-10", **ruling | {"amount": 46_000})
    assert [amount(office, case, month) for month in ("2025-06", "2025-07", "2025-08", "2025-09")] == [
        50_000, 46_000, 42_000, 50_000,
    ]  # fmt: skip
    assert office.case(case).findings["finding.1"].claim == 12_000  # type: ignore[index]
    raised(office, 65_000, "2025-06", case, "2025-12-20")
    assert [amount(office, case, month) for month in ("2025-06", "2025-07", "2025-08", "2025-09")] == [
        55_000, 46_000, 47_000, 55_000,
    ]  # fmt: skip


# what no fact computes


def stopped(office: TrialOffice, case: str, code: str, happened: str, on: str) -> dict[str, Any]:
    office.do("DetectChange", "county", case, on=on, kind="other", happened=happened, source="V24")
    office.do("GivePriorNotice", "county", case, on=on, effect="stop", code=code)
    office.do("Hear", "county", case, on=on, words="知道了")
    office.do("ProposeChange", "county", case, on=on, effect="stop", code=code)
    return office.do("DecideChange", "decider", case, on=on).data


def test_a_stop_that_no_fact_computes_says_its_months_and_they_stay_so(office: TrialOffice) -> None:
    from tests.workflows.test_difference import raised

    case = single(office)
    draw(office, case, *MONTHS)
    decided = stopped(office, case, "S09", "2025-08-10", "2025-11-03")
    assert (decided["finding"], decided["over"], decided["from_month"]) == ("finding.1", 100_000, "2025-11")
    answer = decide(office, case, on="2025-11-04")
    assert [(one["month"], one["paid"], one["due"], one["code"]) for one in answer["lines"]] == [
        ("2025-09", 50_000, 0, "S09"),
        ("2025-10", 50_000, 0, "S09"),
    ]
    assert arrears(drawn(office, "2025-11")) == (0, 0, 0)
    raised(office, 65_000, "2025-08", case, "2025-11-20")
    assert arrears(drawn(office, "2025-12")) == (1, 0, 5_000)


def test_what_a_wrong_stop_said_of_months_gone_by_is_taken_back_with_it(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    stopped(office, case, "S09", "2025-08-10", "2025-11-03")
    decide(office, case, on="2025-11-04")
    office.do("RecordRepayment", "payer", case, on="2025-11-10", amount=30_000, reference="B-1")
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="重名，错停")
    assert [amount(office, case, month) for month in (*MONTHS, "2025-11")] == [50_000] * 7
    assert office.case(case).state("finding.1") == "settled"
    counts = drawn(office, "2025-11")
    assert (counts["amount"], arrears(counts)) == (50_000, (1, 0, 30_000))
    assert office.refused("FindDifference", "county", case, on="2025-11-21") == ["nothing-over"]


def test_an_open_finding_of_a_wrong_stop_is_dropped_with_it(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    stopped(office, case, "S09", "2025-08-10", "2025-11-03")
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="重名，错停")
    assert office.case(case).state("finding.1") == "dropped"
    assert arrears(drawn(office, "2025-11")) == (0, 0, 0)


def test_a_spouse_nobody_spoke_of_is_counted_with_what_he_earned(office: TrialOffice) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    office.do(
        "DetectChange", "county", case, on="2025-11-03", kind="marriage", happened="2025-07-08", source="V13"
    )
    spouse = {**person("m2", "1980-02-01", 12, "吴二", "11"), "key": "m2"}
    office.do("JoinMember", "county", case, on="2025-11-03", member=spouse, reason="marriage")
    wage = {**hidden("2024-01-01", None, 100_000), "member": "m2", "item": 1}
    office.do("StateFacts", "handler", case, on="2025-11-03", facts=[wage])
    answer = office.do("FindDifference", "county", case, on="2025-11-03").data
    assert [(one["month"], one["due"]) for one in answer["lines"]] == [
        (month, 10_000) for month in ("2025-08", "2025-09", "2025-10")
    ]


def test_who_was_taken_to_be_in_prison_counts_again(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    prison = {"kind": "status", "code": "prison", "member": "m2", "since": "2025-01-01", "source": "V15"}
    case = living(office, members, [prison])
    assert amount(office, case, "2025-05") == 60_000
    draw(office, case, *MONTHS)
    office.do("ReportChange", "window", case, on="2025-11-03", kind="correction", happened="2025-11-03")
    key = next(key for key, one in office.case(case).facts.items() if one.kind == "status")
    office.do("WithdrawFact", "handler", case, on="2025-11-03", fact=key, reason="同名的人")
    office.do("MakeGood", "decider", case, on="2025-11-04", reason="不是他")
    assert [amount(office, case, month) for month in ("2025-05", "2025-11")] == [120_000, 120_000]
    assert arrears(drawn(office, "2025-11")) == (6, 6, 360_000)


def test_a_flat_nobody_declared_makes_its_months_not_due(office: TrialOffice) -> None:
    office.set_policy(dwellings_max=1)
    case = single(office)
    draw(office, case, *MONTHS)
    flat = {"kind": "property", "code": "A11", "member": "m1", "since": "2025-07-03", "numbers": {"count": 2}}
    office.do(
        "DetectChange", "county", case, on="2025-11-03", kind="property", happened="2025-07-03", source="V04"
    )
    office.do(
        "StateFacts", "handler", case, on="2025-11-03", facts=[{**flat, "source": "V04", "unreported": True}]
    )
    answer = office.do("FindDifference", "county", case, on="2025-11-03").data
    assert [(one["month"], one["due"], one["code"]) for one in answer["lines"]] == [
        (month, 0, "S02") for month in ("2025-08", "2025-09", "2025-10")
    ]


def test_a_certificate_that_had_ended_takes_back_its_addition_alone(office: TrialOffice) -> None:
    office.set_policy(uplift_C01="100.00")
    members = [person("m1", "1980-01-01", 11, "周一", "02")]
    card = {
        "kind": "disability",
        "code": "4-1",
        "member": "m1",
        "since": "2024-01-01",
        "source": "certificate",
    }
    case = living(office, members, [card])
    assert amount(office, case, "2025-05") == 70_000
    draw(office, case, *MONTHS)
    office.do(
        "DetectChange", "county", case, on="2025-11-03", kind="category", happened="2025-08-15", source="V17"
    )
    key = next(key for key, one in office.case(case).facts.items() if one.kind == "disability")
    office.do("EndFact", "handler", case, on="2025-11-03", fact=key, until="2025-08-15")
    answer = office.do("FindDifference", "county", case, on="2025-11-03").data
    assert [(one["month"], one["paid"], one["due"], one["code"]) for one in answer["lines"]] == [
        (month, 70_000, 60_000, "D04") for month in ("2025-09", "2025-10")
    ]


def test_an_income_that_ended_keeps_its_sum_a_month(office: TrialOffice) -> None:
    """One without an end is a month's; told its end it isn't spread over the years."""
    members = [person("m1", "1955-01-01", 11, "周一", "02")]
    pension = {
        "kind": "income",
        "code": "T1",
        "member": "m1",
        "since": "2020-01-01",
        "amount": 30_000,
        "source": "V03",
    }
    case = living(office, members, [pension])
    assert amount(office, case, "2025-05") == 30_000
    office.do("ReportChange", "window", case, on="2025-06-03", kind="income", happened="2025-05-31")
    office.do("EndFact", "handler", case, on="2025-06-03", fact="f1", until="2025-05-31")
    fact = office.case(case).facts["f1"]  # type: ignore[index]
    assert (fact.amount, fact.by_month) == (30_000, True)
    assert office.refused("MakeGood", "decider", case, on="2025-06-04", reason="x") == ["nothing-owed"]


def put_right(office: TrialOffice, case: str, on: str, fen: int) -> None:
    """The hidden wage was another sum; what was kept back by it is made good."""
    fact = max(office.case(case).facts, key=lambda key: int(key[1:]))
    office.do("CorrectFact", "handler", case, on=on, fact=fact, corrected=hidden(fen=fen))
    office.do("MakeGood", "decider", case, on=on, reason="工资录错")


def in_hand(office: TrialOffice, case: str) -> tuple[int, int]:
    """What the household has once it has paid all that is claimed, and what its months are due."""
    found = office.case(case)
    assert found.award is not None
    back = sum(one.repaid + one.set_off + one.open for one in found.findings.values())
    due = [terms.amount for month in found.drawn if (terms := found.award.at(month))]
    return sum(line.drawn for line in found.drawn.values()) - back, sum(due)


@pytest.mark.parametrize("repaid", [0, 20_000, 60_000])
@pytest.mark.parametrize("drawn_between", [True, False])
def test_a_claim_put_right_twice_gives_back_what_was_paid_each_time(
    office: TrialOffice, repaid: int, drawn_between: bool
) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    found(office, case, fen=30_000)
    office.do("HearFinding", "county", case, on="2025-11-04", words="是")
    decide(office, case, on="2025-11-04")
    if repaid:
        office.do("RecordRepayment", "payer", case, on="2025-11-05", amount=repaid, reference="B-1")
    put_right(office, case, "2025-11-06", 15_000)
    if drawn_between:
        drawn(office, "2025-11")
        has, due = in_hand(office, case)
        assert has == due == 320_000
    put_right(office, case, "2025-11-10", 5_000)
    drawn(office, "2025-12")
    has, due = in_hand(office, case)
    assert has == due


@pytest.mark.parametrize("repaid", [0, 20_000])
def test_two_findings_of_a_month_claim_together_what_was_too_much(office: TrialOffice, repaid: int) -> None:
    case = single(office)
    draw(office, case, *MONTHS)
    found(office, case, fen=10_000)
    for finding, on in (("finding.1", "2025-11-04"), ("finding.2", "2025-11-06")):
        office.do("HearFinding", "county", case, on=on, words="是")
        decide(office, case, on=on)
        if repaid:
            office.do(
                "RecordRepayment", "payer", case, on=on, amount=repaid, reference=finding, instance=finding
            )
        if finding == "finding.1":
            fact = max(office.case(case).facts, key=lambda key: int(key[1:]))
            office.do("CorrectFact", "handler", case, on=on, fact=fact, corrected=hidden(fen=20_000))
            office.do("FindDifference", "county", case, on=on)
    for fen, on, month in ((15_000, "2025-11-07", "2025-11"), (7_000, "2025-11-12", "2025-12")):
        put_right(office, case, on, fen)
        drawn(office, month)
        has, due = in_hand(office, case)
        assert has == due
