"""What late truth does to a case is of that case alone: the one asked about, not the one a command found."""

from datetime import date
from typing import Any

import pytest

from adapters.late import late, looking
from adapters.replay import recorded, replay
from domain.days import Month
from domain.ids import CaseNo, MemberKey
from tests.harness import COUNTY, TrialOffice, person
from tests.workflows.awards import amount, draw, living, plain
from tests.workflows.test_difference import drawn
from tests.workflows.test_finding import REASON, detected, hidden, single
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


# the month to come: what is looked at, what is decided, what is drawn


def lines(office: TrialOffice, case: str) -> list[tuple[str, bool, int]]:
    office.doudi.office.world.refresh()
    return [
        (one.line.month, one.line.drawn, one.line.new) for one in late(office.doudi, CaseNo(case), "handler")
    ]


def claimed(office: TrialOffice, case: str) -> None:
    office.do("FindDifference", "county", case, on="2025-07-20")
    office.do("NoticeFinding", "county", case, on="2025-07-20")
    office.do("HearFinding", "county", case, on="2025-07-20", words="没想到要报")
    office.do("DecideFinding", "decider", case, on="2025-07-20", outcome="recover", reason=REASON)


def hear(office: TrialOffice, case: str, **change: Any) -> None:
    office.do("GivePriorNotice", "handler", case, on="2025-07-20", **change)
    office.do("Hear", "handler", case, on="2025-07-20", words="没想到要报")


LESS, STOP = {"effect": "reduce", "code": "D03"}, {"effect": "stop", "code": "S01"}


@pytest.mark.parametrize("change_first", [False, True])
@pytest.mark.parametrize(("wage", "due", "change"), [(20_000, 30_000, LESS), (60_000, 0, STOP)])
def test_a_hidden_wage_is_decided_and_drawn_as_it_was_looked_at(
    office: TrialOffice, wage: int, due: int, change: dict[str, Any], change_first: bool
) -> None:
    case = single(office)
    drawn(office, "2025-05", "2025-06", "2025-07")
    detected(office, case, "2025-07-20", hidden("2025-05-20", None, wage))
    seen = [("2025-06", True, due), ("2025-07", True, due), ("2025-08", False, due)]
    office.clock("2025-07-20")
    assert lines(office, case) == seen
    if not change_first:
        claimed(office, case)
        assert lines(office, case) == seen[2:]
    hear(office, case, **change)
    said = office.do("ProposeChange", "handler", case, on="2025-07-20", **change).data
    assert (said["from_month"], said["amount"] or 0) == ("2025-08", due)
    office.do("DecideChange", "decider", case, on="2025-07-20")
    if change_first:
        assert lines(office, case) == seen[:2]
    assert amount(office, case, "2025-08") == (due or None)
    if not change_first:
        assert lines(office, case) == []
    office.do("Draw", "payer", on="2025-08-05", division=COUNTY, month="2025-08")
    line = office.case(case).drawn.get(Month("2025-08"))
    assert (line.amount if line else 0) == due
    assert replay(recorded(office.store, CaseNo(case))).same


def test_a_change_that_is_not_borne_out_names_the_months_counted(office: TrialOffice) -> None:
    """The wage has ended: the month to come is due what it was."""
    case = single(office)
    drawn(office, "2025-05", "2025-06", "2025-07")
    detected(office, case, "2025-07-20", hidden("2025-05-20", "2025-07-18", 20_000))
    assert [month for month, _, _ in lines(office, case)] == ["2025-06", "2025-07"]
    hear(office, case, **LESS)
    answer = office.say("ProposeChange", "handler", case, on="2025-07-20", **LESS)
    (why,) = answer.reasons
    assert why.code == "effect-not-borne-out"
    counted = {key: why.params[key] for key in ("month", "amount", "before", "income", "since", "until")}
    assert counted == {
        "month": "2025-08",
        "amount": "500.00",
        "before": "500.00",
        "income": "100.00",
        "since": "2024-09",
        "until": "2025-02",
    }
