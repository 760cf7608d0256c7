"""What a decision says of months that no fact computes, beside what comes to light before a finding is decided."""

from domain.days import Month
from domain.ids import InstanceId
from tests.harness import TrialOffice, person
from tests.workflows.awards import amount, draw, living
from tests.workflows.test_finding import MONTHS, decide, stopped
from tests.workflows.test_kept_back import by_request


def couple(office: TrialOffice) -> str:
    """1,200.00 from May; a reduction that reaches October is said and not yet decided."""
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    case = living(office, members, [])
    draw(office, case, *MONTHS)
    wage = {"kind": "income", "code": "W1", "member": "m1", "since": "2025-05-01", "source": "V02"}
    office.do(
        "DetectChange", "county", case, on="2025-11-03", kind="income", happened="2025-09-05", source="V02"
    )
    office.do("StateFacts", "handler", case, on="2025-11-03", facts=[{**wage, "amount": 40_000}])
    office.do("Hear", "county", case, on="2025-11-03", words="知道了")
    office.do("ProposeChange", "county", case, on="2025-11-03", effect="reduce", code="D03")
    office.do("DecideChange", "decider", case, on="2025-11-03")
    lines = office.case(case).findings[InstanceId("finding.1")].lines
    assert [(line.month, line.new, line.said) for line in lines] == [("2025-10", 80_000, True)]
    return case


def test_a_death_that_was_known_meanwhile_stays_one(office: TrialOffice) -> None:
    """The share of who had died isn't due again by a decision about the others, who weren't heard about more."""
    case = couple(office)
    office.do("RecordDeath", "handler", case, on="2025-11-04", member="m2", died="2025-08-20", source="V14")
    award = office.case(case).award
    assert award is not None
    before = award.at(Month("2025-10"))
    assert before is not None
    assert before.covered == ("m1",)
    office.do("HearFinding", "county", case, on="2025-11-05", instance="finding.1", words="知道了")
    heard_about = decide(office, case, on="2025-11-05", instance="finding.1")["claimed"]
    assert heard_about == office.case(case).findings[InstanceId("finding.1")].claim == 40_000
    office.do("HearFinding", "county", case, on="2025-11-05", instance="finding.2", words="知道了")
    decide(office, case, instance="finding.2")
    office.do("FindDifference", "county", case, on="2025-11-06")
    office.do("HearFinding", "county", case, on="2025-11-06", words="知道了")
    decide(office, case, on="2025-11-06", instance="finding.3")
    found = office.case(case).award
    assert found is not None
    for month in MONTHS[4:]:
        terms = found.at(Month(month))
        assert terms is not None
        assert terms.covered == ("m1",)
        assert office.case(case).drawn[Month(month)].standing == terms.amount


def test_what_a_reduction_said_stays_when_another_stop_is_taken_back(office: TrialOffice) -> None:
    case = couple(office)
    office.do("HearFinding", "county", case, on="2025-11-04", words="知道了")
    decide(office, case, on="2025-11-04")
    by_request(office, case, "2025-11-06")
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert [amount(office, case, month) for month in ("2025-09", "2025-10", "2025-12")] == [
        120_000, 80_000, 80_000,
    ]  # fmt: skip
    assert office.case(case).findings[InstanceId("finding.1")].claim == 40_000


def test_nor_is_a_reductions_finding_dropped(office: TrialOffice) -> None:
    case = couple(office)
    by_request(office, case, "2025-11-06")
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert office.case(case).state("finding.1") == "found"


def test_what_a_reduction_said_comes_back_when_a_stop_of_its_month_is_taken_back(office: TrialOffice) -> None:
    case = couple(office)
    office.do("HearFinding", "county", case, on="2025-11-04", words="知道了")
    decide(office, case, on="2025-11-04")
    stopped(office, case, "S10", "2025-08-10", "2025-11-06")
    decide(office, case, on="2025-11-06", instance="finding.2")
    assert [amount(office, case, month) for month in MONTHS[4:]] == [0, 0]
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert [amount(office, case, month) for month in (*MONTHS[4:], "2025-12")] == [120_000, 80_000, 80_000]
    findings = office.case(case).findings
    assert [one.claim for one in findings.values()] == [40_000, 0]
    assert findings[InstanceId("finding.1")].lines[0].said
