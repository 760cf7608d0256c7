"""Each line of arrears is somebody's: its shares add up to it, whatever a finding, a raise and the bank did before
(rules.md §7)."""

from domain.ids import InstanceId
from tests.harness import TrialOffice
from tests.workflows.test_difference import differences, drawn, raised
from tests.workflows.test_finding import MONTHS, decide, found, single, stopped
from tests.workflows.test_returned_months import returned


def explained(office: TrialOffice, case: str) -> int:
    """The arrears drawn, each line of which is its members' shares; what counts as paid is theirs too."""
    lines = differences(office, case)
    assert [sum(one.shares.values()) for one in lines] == [one.amount for one in lines]
    for line in office.case(case).drawn.values():
        assert sum(line.shares.values()) == line.standing
    return sum(one.amount for one in lines)


def test_a_raise_not_drawn_yet_that_a_finding_lowers_is_shared(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    raised(office, 70_000, "2025-07", case, "2025-11-02")
    finding = found(office, case)
    assert [one.over for one in office.case(case).findings[InstanceId(finding)].lines] == [0, 0]
    office.do("HearFinding", "county", case, on="2025-11-04", words="是")
    decide(office, case)
    drawn(office, "2025-11")
    assert explained(office, case) == 2 * 2_000 + 2 * 10_000


def test_a_month_that_came_back_partly_and_rises_again_is_shared(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    raised(office, 70_000, "2025-09", case, "2025-11-02")
    drawn(office, "2025-11")
    returned(office, case, "2025-09", "2025-11-20")
    office.do("ChangeAccount", "handler", case, on="2025-11-20", account="6217 00000001", holder="m1")
    assert stopped(office, case, "S09", "2025-08-10", "2025-11-21")["over"] == 130_000
    decide(office, case, on="2025-11-24")
    office.do("Restore", "decider", case, on="2025-11-25", code="I05", reason="重名，错停")
    drawn(office, "2025-12")
    explained(office, case)
