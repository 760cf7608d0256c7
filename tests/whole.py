"""What holds after any story: each case told again is the live one, each decision comes out the same, all is whole."""

from adapters.check import check
from adapters.replay import recorded, replay
from domain.ids import CaseNo
from tests.harness import TrialOffice


def case_numbers(office: TrialOffice) -> list[CaseNo]:
    found = office.store.database.connection.execute(
        "SELECT DISTINCT stream FROM events WHERE stream LIKE 'case:%' ORDER BY stream"
    )
    return [CaseNo(stream.partition(":")[2]) for (stream,) in found]


def assert_whole(office: TrialOffice) -> int:
    """How many decisions were decided again."""
    decisions = 0
    for number in case_numbers(office):
        again = replay(recorded(office.store, number))
        assert again.case == office.case(number)
        assert [one.differences for one in again.decisions if one.differences] == []
        decisions += len(again.decisions)
    found = [each for one in check(office.store, office.doudi.projector) for each in one.findings]
    assert found == []
    return decisions
