"""What late truth does to a case is of that case alone: the one asked about, not the one a command found."""

from datetime import date

from adapters.late import late, looking
from domain.ids import CaseNo, MemberKey
from tests.harness import TrialOffice, person
from tests.workflows.awards import amount, draw, living, plain
from tests.workflows.test_finding import detected, hidden
from tests.workflows.test_review import reviewed
from workflows.context import Context
from workflows.decide.recompute import late_lines


def test_a_case_after_a_review_counts_back_from_the_review(office: TrialOffice) -> None:
    case = plain(office)
    before = office.case(case)
    reviewed(office, case, 396_000)
    office.do("ProposeChange", "handler", case, on="2025-10-10", effect="increase", code="I03")
    office.do("DecideChange", "decider", case, on="2025-10-13")
    assert [amount(office, case, month) for month in ("2025-10", "2025-11")] == [40_000, 54_000]
    draw(office, case, "2025-11")
    detected(office, case, "2025-12-03", hidden("2025-10-20", None, 20_000))
    office.doudi.office.world.refresh()
    context = looking(office.doudi, CaseNo(case), "county")
    earlier = Context(context.world, context.request, context.now, before, context.token)
    found = late_lines(context)
    assert [(one.line.month, one.line.new) for one in found] == [("2025-11", 34_000), ("2025-12", 34_000)]
    assert late_lines(earlier, office.case(case)) == found


def test_a_death_looked_at_is_what_its_record_finds(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    case = living(office, members, [])
    draw(office, case, "2025-05", "2025-06", "2025-07")
    office.clock("2025-07-20")
    seen = late(office.doudi, CaseNo(case), "handler", died={MemberKey("m2"): date(2025, 5, 20)})
    found = {one.line.month: one.line.new for one in seen if one.line.drawn}
    said = {"member": "m2", "died": "2025-05-20", "source": "V14"}
    answer = office.do("RecordDeath", "handler", case, on="2025-07-20", **said).data
    assert found == {one["month"]: one["due"] for one in answer["findings"]} != {}
