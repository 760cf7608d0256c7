"""Cases that may be payable: never one too few; one too many costs a look."""

from pathlib import Path

import pytest

from adapters.payable import PayableCases
from domain.case.award import AreaChanged
from domain.days import Month
from domain.ids import DivisionCode
from tests.harness import COUNTY, TrialOffice, at, person
from tests.workflows import awards
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
