from datetime import date

import pytest

from tests.harness import TrialOffice
from tests.workflows.awards import amount, plain
from tests.workflows.stages import NEXT_DAY, negative

SERVED = "2025-05-20"


def refused(office: TrialOffice) -> str:
    """J5's end: refused, the letter served on 20 May."""
    case = negative(office)
    office.do("Forward", "handler", case, on=NEXT_DAY)
    office.do("SignHand", "chief", case, on="2025-05-15", favourable=False)
    office.do("Refuse", "decider", case, on="2025-05-19", grounds=["R01"], words="收入不低于标准")
    office.do("Serve", "handler", case, on=SERVED, letter="L09", way="direct")
    return case


@pytest.mark.parametrize(
    ("kind", "last", "late"),
    [("reconsideration", "2025-07-19", "2025-07-20"), ("lawsuit", "2025-11-20", "2025-11-21")],
)
def test_an_appeal_runs_from_service(office: TrialOffice, kind: str, last: str, late: str) -> None:
    case = refused(office)
    office.quiet("FileAppeal", "window", case, on=last, kind=kind)
    assert office.case(case).state("appeal.1") == "filed"
    assert office.refused("FileAppeal", "window", case, on=late, kind=kind) == ["appeal-late"]
    assert office.refused("FileAppeal", "village", case, on=last, kind=kind) == ["not-your-desk"]
    assert office.refused("FileAppeal", "window", case, on=last, kind=kind, against="change.7") == [
        "decision-unknown"
    ]


def test_j5_upheld_changes_nothing(office: TrialOffice) -> None:
    case = refused(office)
    office.do("FileAppeal", "window", case, on="2025-07-01", kind="reconsideration")
    assert office.refused("DecideAppeal", "county", case, on="2025-08-26", outcome="great") == [
        "code-unknown"
    ]
    answer = office.quiet("DecideAppeal", "county", case, on="2025-08-26", outcome="upheld")
    assert not answer.data["to_carry_out"]
    found = office.case(case)
    assert found.appeals["appeal.1"].decided == date(2025, 8, 26)  # type: ignore[index]
    assert (found.state("appeal.1"), found.state("application"), found.award) == ("decided", "refused", None)
    assert office.refused(
        "DecideAppeal", "county", case, on="2025-08-27", outcome="upheld", instance="appeal.1"
    ) == ["already-over"]


def test_an_appeal_does_not_stop_execution_and_has_no_term_before_service(office: TrialOffice) -> None:
    case = plain(office)
    office.do("ReportChange", "window", case, on="2025-08-20", kind="moved_out", happened="2025-08-20")
    office.do("ProposeChange", "handler", case, on="2025-08-20", effect="stop", code="S05")
    office.do("DecideChange", "decider", case, on="2025-08-21")
    office.do("FileAppeal", "county", case, on="2025-12-20", kind="reconsideration", against="change.1")
    assert amount(office, case, "2025-09") is None
