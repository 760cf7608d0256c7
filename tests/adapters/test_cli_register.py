"""`doudi register`: who receives on a day, masked, as known at an instant."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.told import Told
from tests.projections.county import COUNTY, V1, V3, County


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    county = County()
    county.award("a", "2025-01", persons=2)
    county.award("b", "2025-03", division=V3, area="urban", born="1950-01-01")
    county.stop("a", "2025-06")
    office = Told(tmp_path_factory.mktemp("register"))
    office.tell(county)
    yield office
    office.office.doudi.close()


def test_json_has_a_row_a_household_and_the_sums(told: Told) -> None:
    said = told.ask("register", "--division", COUNTY, "--as-of", "2025-05-31", "--format", "json")
    found = said.json
    assert [row["case"] for row in found["rows"]] == ["a", "b"]
    assert found["rows"][0] == {
        "case": "a",
        "head": "张*",
        "persons": 2,
        "amount": 60000,
        "from_month": "2025-01",
        "until_month": "2025-05",
        "division": V1,
        "area": "rural",
        "held": False,
    }
    assert (found["as_of"], found["position"]) == ("2025-05-31", told.office.store.head())
    summary = found["summary"]
    assert {name: summary[name] for name in ("households", "persons", "amount", "elderly_70", "women")} == {
        "households": 2,
        "persons": 3,
        "amount": 90000,
        "elderly_70": 1,
        "women": 1,
    }


def test_the_table_is_in_yuan_and_no_name_is_whole(told: Told) -> None:
    said = told.ask("register", "--division", COUNTY, "--as-of", "2025-06-01")
    assert "张三" not in said.out
    lines = [[cell.strip() for cell in line.split("│")] for line in said.out.splitlines()]
    assert ["b", "张*", "1", "300.00", "2025-03", "", V3, "urban", ""] in lines
    assert ["elderly (70 and over)", "1"] in lines
    assert ["amount a month", "300.00"] in lines


def test_sums_alone(told: Told) -> None:
    said = told.ask(
        "register", "--division", COUNTY, "--as-of", "2025-05-01", "--summary", "--format", "json"
    )
    assert (said.json["rows"], said.json["summary"]["persons"]) == ([], 3)


def test_one_area_and_a_part(told: Told) -> None:
    asked = ("register", "--as-of", "2025-05-01", "--format", "json", "--division")
    assert [row["case"] for row in told.ask(*asked, COUNTY, "--area", "urban").json["rows"]] == ["b"]
    assert [row["case"] for row in told.ask(*asked, "110199001").json["rows"]] == ["a"]


def test_what_was_known_then(tmp_path: Path) -> None:
    told = Told(tmp_path, today="2025-03-03")
    county = County()
    county.award("a", "2025-01", persons=2)
    told.tell(county)
    told.office.clock("2025-05-06")
    county.stop("a", "2025-05")
    told.tell(county)
    asked = ("register", "--division", COUNTY, "--as-of", "2025-05-31", "--format", "json")
    assert told.ask(*asked).json["rows"] == []
    assert len(told.ask(*asked, "--known-at", "2025-05-05").json["rows"]) == 1
    assert told.ask(*asked, "--known-at", "2025-03-02").json["rows"] == []
    assert told.ask(*asked, "--known-at", "2025-05-07").code == 1


def test_out_of_scope_it_is_refused_and_a_look_is_noted(told: Told) -> None:
    asked = ("register", "--as-of", "2025-05-01", "--division")
    assert told.ask("--as", "window", *asked, "110199002").code == 1
    assert told.ask("--as", "window", *asked, "110199001").code == 0
    noted = [look for look in told.office.doudi.access_log.entries() if look.actor == "window"]
    assert [(look.purpose, look.outcome) for look in noted] == [("register", "seen")]
