"""A wrongly stopped award is restored as it was, whatever was found of its months meanwhile (rules.md §3)."""

from domain.days import Month
from domain.ids import InstanceId, MemberKey
from tests.harness import COUNTY, TrialOffice, person
from tests.workflows.awards import amount, family, family_income, living
from tests.workflows.test_difference import drawn, raised
from tests.workflows.test_finding import MONTHS, decide, detected, hidden, single, stopped
from tests.workflows.test_kept_back import by_request, stopped_by
from tests.workflows.test_ruled_amounts import fixed
from tests.workflows.test_takeover import take


def found_out(office: TrialOffice, fen: int) -> str:
    """A wage since June that nobody reported; stopped by request meanwhile, so only months gone by are looked at."""
    case = single(office)
    drawn(office, *MONTHS)
    detected(office, case, "2025-11-03", hidden("2025-06-12", None, fen))
    by_request(office, case, "2025-11-04")
    office.do("HearFinding", "county", case, on="2025-11-05", words="是")
    decide(office, case)
    return case


def test_a_finding_between_a_stop_and_its_restoring_lowers_its_own_months_only(office: TrialOffice) -> None:
    case = found_out(office, 8_000)
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert [amount(office, case, month) for month in ("2025-10", "2025-12")] == [42_000, 50_000]


def test_nor_does_it_keep_it_from_being_restored(office: TrialOffice) -> None:
    case = found_out(office, 300_000)
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert [amount(office, case, month) for month in ("2025-10", "2025-12")] == [0, 50_000]


def test_what_an_appeal_said_of_a_month_comes_back_with_the_award(office: TrialOffice) -> None:
    case = single(office)
    fixed(office, case, 61_000, "2025-07", "2025-12")
    drawn(office, *MONTHS)
    stopped(office, case, "S10", "2025-08-10", "2025-11-03")
    decide(office, case, on="2025-11-04")
    assert amount(office, case, "2025-10") == 0
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert [amount(office, case, month) for month in ("2025-09", "2025-10", "2025-11")] == [61_000] * 3
    assert office.case(case).drawn[Month("2025-10")].standing == 61_000


def test_a_month_as_in_the_ledger_comes_back_as_it_was(office: TrialOffice) -> None:
    case = take(office, paid_until="2025-04")
    drawn(office, *MONTHS)
    stopped(office, case, "S10", "2025-08-10", "2025-11-03")
    decide(office, case, on="2025-11-04")
    assert amount(office, case, "2025-10") == 0
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert [amount(office, case, month) for month in ("2025-08", "2025-10", "2025-11")] == [70_000] * 3
    assert office.case(case).drawn[Month("2025-10")].standing == 70_000


def test_a_restore_takes_back_nothing_that_was_found_of_a_death_in_the_ledger(office: TrialOffice) -> None:
    case = take(office, paid_until="2025-04")
    drawn(office, *MONTHS)
    office.do("RecordDeath", "handler", case, on="2025-11-03", member="m2", died="2025-08-20", source="V14")
    office.do("HearFinding", "county", case, on="2025-11-03", words="才办完丧事")
    decide(office, case, on="2025-11-03")
    stopped(office, case, "S10", "2025-08-10", "2025-11-04")
    decide(office, case, on="2025-11-04", instance="finding.2")
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert [amount(office, case, month) for month in ("2025-08", "2025-09", "2025-10", "2025-11")] == [
        70_000, 35_000, 35_000, 35_000,
    ]  # fmt: skip
    of = office.case(case)
    assert [of.findings[InstanceId(f"finding.{one}")].claim for one in (1, 2)] == [70_000, 0]
    assert of.drawn[Month("2025-10")].standing == 35_000


def test_what_was_said_ahead_comes_back_with_an_award_of_which_months_were_found(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    raised(office, 70_000, "2026-02", case, "2025-10-20")
    detected(office, case, "2025-11-03", hidden("2025-06-12", None))
    by_request(office, case, "2025-11-04")
    office.do("HearFinding", "county", case, on="2025-11-05", words="是")
    decide(office, case)
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert [amount(office, case, month) for month in ("2025-10", "2025-12", "2026-01", "2026-02")] == [
        42_000, 50_000, 50_000, 60_000,
    ]  # fmt: skip


def test_a_share_cut_for_refusing_work_hides_no_income(office: TrialOffice) -> None:
    """It is computed on the facts of the decision: what came to light before it still does for its months."""
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    case = living(office, members, [])
    drawn(office, *MONTHS[:3])
    detected(office, case, "2025-07-20", hidden("2025-06-12", None, 20_000))
    for day in ("2025-07-21", "2025-07-22", "2025-07-23"):
        office.do("RefuseWork", "handler", case, on=day, member="m2")
    office.do("DetectChange", "county", case, on="2025-07-24", kind="refused_work", happened="2025-07-23",
              source="V24", member="m2")  # fmt: skip
    change = {"on": "2025-07-24", "instance": list(office.case(case).changes)[-1]}
    office.do("Hear", "county", case, words="是", **change)
    office.do("ProposeChange", "county", case, effect="reduce", code="D05", member="m2", **change)
    office.do("DecideChange", "decider", case, **change)
    drawn(office, "2025-08")
    assert amount(office, case, "2025-08") == 60_000
    lines = office.do("FindDifference", "county", case, on="2025-08-20").data["lines"]
    assert [(one["month"], one["over"]) for one in lines] == [("2025-08", 10_000)]


def test_a_death_known_while_it_was_stopped_is_in_its_case_when_it_is_restored(office: TrialOffice) -> None:
    case = living(office, family(), family_income(wages=240_000), review_class="B")
    drawn(office, *MONTHS[:3])
    by_request(office, case, "2025-07-10")
    son = office.case(case).members[MemberKey("m3")].person
    told = {"division": COUNTY, "died": "2025-07-20", "source": "V14", "person": son}
    assert office.do("ReportDeath", "county", on="2025-07-25", **told).data["cases"] == 1
    office.do("Restore", "decider", case, on="2025-08-01", code="I05", reason="错停")
    counts = drawn(office, "2025-08")
    assert (counts["households"], counts["persons"], counts["left_out"]) == (1, 2, {})
    assert counts["amount"] == amount(office, case, "2025-08") == 20_000


def test_whom_nobody_survived_is_not_restored(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS[:3])
    by_request(office, case, "2025-07-10")
    office.do("RecordDeath", "handler", case, on="2025-07-25", member="m1", died="2025-07-20", source="V14")
    assert office.refused("Restore", "decider", case, on="2025-08-01", code="I05", reason="错停") == [
        "nobody-to-restore"
    ]


def test_what_a_stop_said_is_said_no_more_though_the_facts_say_as_much(office: TrialOffice) -> None:
    """Found whole by a stop for double aid; a hidden wage leaves nothing due of them either, until it is withdrawn."""
    case = single(office)
    drawn(office, *MONTHS)
    detected(office, case, "2025-11-03", hidden("2025-06-12", None, 300_000))
    twice = {"kind": "other", "happened": "2025-07-10", "source": "V24"}
    office.do("DetectChange", "county", case, on="2025-11-03", **twice)
    stopped_by(office, case, "S09")
    office.do("HearFinding", "county", case, on="2025-11-04", words="知道了")
    decide(office, case, on="2025-11-04")
    office.do("Restore", "decider", case, on="2025-11-05", code="I05", reason="重名，错停")
    assert amount(office, case, "2025-09") == 0
    wage = next(key for key, one in office.case(case).facts.items() if one.unreported)
    correction = {"kind": "correction", "happened": "2025-11-06"}
    office.do("ReportChange", "window", case, on="2025-11-06", **correction)
    office.do("WithdrawFact", "handler", case, on="2025-11-06", fact=wage, reason="重名")
    office.do("MakeGood", "decider", case, on="2025-11-07", reason="重名")
    assert {amount(office, case, month) for month in MONTHS} == {50_000}
    assert office.case(case).findings[InstanceId("finding.1")].claim == 0
