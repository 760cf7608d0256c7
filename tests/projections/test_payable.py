"""Cases that may be payable: never one too few; one too many costs a look."""

from pathlib import Path

import pytest

from adapters.payable import PayableCases
from domain.case.award import AreaChanged
from domain.days import Month
from domain.ids import DivisionCode
from tests.harness import COUNTY, TrialOffice, at, person
from tests.workflows import awards
from tests.workflows.test_difference import drawn, raised
from tests.workflows.test_finding import MONTHS, detected, hidden, single
from tests.workflows.test_kept_back import by_request, stopped_by
from tests.workflows.test_returned_months import returned
from workflows.world import case_stream

OTHER = DivisionCode("110198")


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


def living(office: TrialOffice, serial: int = 1, area: str = "rural") -> str:
    members = [person("m1", "1980-01-01", serial)]
    return awards.living(office, members, [], accepted="2025-04-03", area=area)


def payable(office: TrialOffice, month: str, area: str = "rural", county: str = COUNTY) -> list[str]:
    port = PayableCases(office.store, office.doudi.projector)
    return list(port.cases(DivisionCode(county), "dibao", area, month))


def test_an_award_is_payable_from_its_first_month_in_its_county_and_area(office: TrialOffice) -> None:
    case, urban = living(office, 1), living(office, 2, "urban")
    office.enter([person("m1", "1990-01-01", 3)])
    assert payable(office, "2025-04") == []
    assert payable(office, "2025-05") == [case]
    assert payable(office, "2030-01") == [case]
    assert payable(office, "2025-05", "urban") == [urban]
    assert payable(office, "2025-05", county=OTHER) == []


def test_a_stopped_award_is_looked_at_until_its_last_month_is_drawn(office: TrialOffice) -> None:
    case = living(office)
    office.clock("2025-05-08")
    office.do("Draw", "payer", division=COUNTY, month="2025-05")
    office.do("RecordDeath", "handler", case, on="2025-06-05", member="m1", died="2025-06-04", source="V14")
    assert payable(office, "2025-06") == [case]
    assert payable(office, "2025-07") == [case]
    office.do("Draw", "payer", division=COUNTY, month="2025-06")
    assert payable(office, "2025-06") == [case]
    assert payable(office, "2025-07") == []


def test_an_award_that_changes_its_area_is_on_the_new_list_and_still_on_the_old(office: TrialOffice) -> None:
    case = living(office)
    changed = AreaChanged(on=at("2025-06-10").date(), area="urban", from_month=Month("2025-07"))
    office.clock("2025-06-10")
    office.write([(case_stream(case), changed)])
    assert payable(office, "2025-06", "rural") == [case]
    assert payable(office, "2025-06", "urban") == []
    assert payable(office, "2025-07", "urban") == [case]
    office.clock("2025-07-05")
    drawn = {
        month: office.do("Draw", "payer", division=COUNTY, month=month).data
        for month in ("2025-06", "2025-07")
    }
    assert [drawn["2025-06"][area]["households"] for area in ("rural", "urban")] == [1, 0]
    assert [drawn["2025-07"][area]["households"] for area in ("rural", "urban")] == [0, 1]


def test_an_award_that_comes_back_to_an_area_is_still_owed_what_it_left_there(office: TrialOffice) -> None:
    case = living(office)
    for area, month in (("urban", "2025-07"), ("rural", "2025-08")):
        on = at(f"{month}-01").date()
        office.clock(on.isoformat())
        office.write([(case_stream(case), AreaChanged(on=on, area=area, from_month=Month(month)))])
    office.clock("2025-08-05")
    paid = [
        (month, area)
        for month in ("2025-08", "2025-07", "2025-06", "2025-05")
        for area in ("rural", "urban")
        if office.do("Draw", "payer", division=COUNTY, month=month, area=area).data[area]["households"]
    ]
    assert paid == [("2025-08", "rural"), ("2025-07", "urban"), ("2025-06", "rural"), ("2025-05", "rural")]


# what waits, behind a later month that was drawn on what it is due


def raised_and_over(office: TrialOffice, since: str) -> str:
    """October is the last month; a raise of it and of months before waits to be drawn."""
    case = single(office)
    drawn(office, *MONTHS)
    raised(office, 65_000, since, case, "2025-10-22")
    return case


def test_what_waited_for_a_finding_is_drawn_once_that_is_dropped(office: TrialOffice) -> None:
    case = raised_and_over(office, "2025-08")
    detected(office, case, "2025-11-03", hidden("2025-06-12", "2025-08-11"))
    stopped_by(office, case, "S13")
    assert drawn(office, "2025-11")["arrears_amount"] == 10_000
    assert payable(office, "2025-12") == []
    office.do("DropFinding", "county", case, on="2025-11-10", instance="finding.1", reason="查无此事")
    assert payable(office, "2025-12") == [case]
    assert drawn(office, "2025-12")["arrears_amount"] == 5_000


def test_what_waited_for_a_finding_is_drawn_once_an_appeal_says_the_month(office: TrialOffice) -> None:
    case = raised_and_over(office, "2025-08")
    detected(office, case, "2025-11-03", hidden("2025-06-12", "2025-08-11"))
    stopped_by(office, case, "S13")
    drawn(office, "2025-11")
    office.do("FileAppeal", "window", case, on="2025-11-05", kind="reconsideration", against="change.1")
    office.do("DecideAppeal", "county", case, on="2025-11-10", outcome="changed")
    said = {"appeal": "appeal.1", "from_month": "2025-08", "until_month": "2025-08", "amount": 60_000}
    office.do("CarryOutAppeal", "decider", case, on="2025-11-10", reason="复议决定", **said)
    assert payable(office, "2025-12") == [case]


def test_what_came_back_waits_for_an_account_behind_what_is_drawn_meanwhile(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    returned(office, case, "2025-09", "2025-10-20")
    raised(office, 65_000, "2025-10", case, "2025-10-22")
    by_request(office, case, "2025-10-25")
    assert drawn(office, "2025-11")["arrears_amount"] == 5_000
    office.do("ChangeAccount", "handler", case, on="2025-11-20", account="6217 00000001", holder="m1")
    assert drawn(office, "2025-12")["repeated_amount"] == 50_000
    assert payable(office, "2026-01") == []


def test_rebuilt_it_is_the_same(office: TrialOffice) -> None:
    living(office)
    office.clock("2025-05-08")
    office.do("Draw", "payer", division=COUNTY, month="2025-05")
    office.doudi.projector.catch_up()
    before = list(office.doudi.projector.rows("payable").select("payable"))
    assert [row["drawn"] for row in before] == ["2025-05"]
    assert office.doudi.projector.verify("payable") == []
    office.doudi.projector.rebuild("payable")
    assert list(office.doudi.projector.rows("payable").select("payable")) == before
