"""`doudi stats`: figures of a month; the county table; as known at an instant."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.catalogue import LANGS, Catalogue
from adapters.report.t2 import BAND, COLUMNS, county_table
from domain.days import Month
from projections.figures import month_table
from projections.statistics import CELL
from projections.steps import STEPS
from tests.adapters.told import Told, ask
from tests.projections.county import COUNTY, V1, V3, County
from tests.projections.test_figures import year
from tests.projections.test_statistics import MONTHS, lives


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    office = Told(tmp_path_factory.mktemp("stats"))
    office.tell(year())
    yield office
    office.office.doudi.close()


def rows(found: Any) -> dict[str, dict[str, Any]]:
    return {row["measure"]: row for row in found["rows"]}


def test_the_json_has_each_measure_with_its_areas(told: Told) -> None:
    said = told.ask("stats", "--division", COUNTY, "--month", "2025-02", "--format", "json")
    assert said.code == 0
    found = said.json
    assert (found["trial"], found["division"], found["month"]) == (True, COUNTY, "2025-02")
    assert found["position"] == told.office.store.head()
    assert found["closed"] == {f"{COUNTY}/rural": "2025-02-05", f"{COUNTY}/urban": "2025-02-05"}
    table = rows(found)
    assert table["persons"] == {
        "measure": "persons",
        "name": "persons",
        "unit": "persons",
        "urban": 3,
        "rural": 2,
        "all": 5,
    }
    assert (table["paid"]["unit"], table["paid"]["all"]) == ("fen", 170000)
    assert table["average_to_date"]["all"] == "32500"
    assert table["exits_persons.S03"]["name"] == "exits: persons: S03 last recipient died"
    assert table["balance_persons"]["all"] == 0


def test_the_table_is_in_yuan_and_leaves_out_what_is_nothing(told: Told) -> None:
    said = told.ask("stats", "--division", COUNTY, "--month", "2025-02", "--area", "urban")
    lines = [[cell.strip() for cell in line.split("│")] for line in said.out.splitlines()]
    assert ["average supplement of the month", "yuan", "300.00"] in lines
    assert ["paid to date", "yuan", "1200.00"] in lines
    assert "moved in" not in said.out
    assert "as of log position" in said.err


def test_csv_has_the_keys_first(told: Told) -> None:
    said = told.ask("stats", "--division", V1, "--month", "2025-01", "--format", "csv")
    assert said.out.splitlines()[:2] == [
        "measure,name,unit,urban,rural,all",
        "households,households,households,0,1,1",
    ]


def test_the_county_table_has_31_columns_a_row_a_township_and_the_total(told: Told) -> None:
    said = told.ask("stats", "--division", COUNTY, "--month", "2025-02", "--table", "T2", "--format", "json")
    found = said.json
    assert len(COLUMNS) == 31
    assert [row["division"] for row in found["rows"]] == ["110199001", "110199002", ""]
    total = found["rows"][-1]
    assert list(total) == ["division", "name", *COLUMNS]
    assert (total["persons"], total["new_persons"], total["exits_households"]) == (5, 3, 1)
    assert (total["to_date_total"], total["month_dibao"], total["average_supplement"]) == (
        260000,
        170000,
        "34000",
    )
    assert {check["check"] for check in found["checks"]} >= {"persons_by_labour", "persons_by_cause"}
    assert all(check["holds"] for check in found["checks"])


def test_the_county_table_prints_its_numbered_columns_and_checks_by_name(told: Told) -> None:
    said = told.ask("stats", "--division", COUNTY, "--month", "2025-02", "--table", "T2", "--area", "urban")
    for number in range(1, 32):
        assert f" {number} " in said.out.replace("\n", " "), number
    assert "✓ persons = sum by labour ability: 3 = 3" in said.out
    assert "✓ persons ≤ sum by cause of hardship: 3 ≤ 3" in said.out
    assert "✗" not in said.out


def test_a_division_nobody_knows_has_no_noughts(told: Told) -> None:
    for wrong in ("999999", "119999"):
        for kind in ("stats", "month show"):
            said = told.ask(*kind.split(), "--division", wrong, "--month", "2025-02")
            assert said.code == 1, kind
            assert f"division {wrong} is not known" in said.err
            assert said.out == ""
    assert told.ask("stats", "--division", "110101", "--month", "2025-02").code == 0


def test_a_county_table_that_goes_to_a_pipe_is_cut_nowhere(told: Told) -> None:
    asked = ("stats", "--division", COUNTY, "--month", "2025-02", "--table", "T2")
    for lang in ("zh", "en"):
        whole = ask(told.office.url, *asked, lang=lang).out
        assert "…" not in whole
        headings = [Catalogue(lang).text(f"t2.{name}") for name in COLUMNS]
        assert [one for one in headings if one not in whole] == []


def test_money_of_arrears_is_in_the_months_spending_and_not_in_its_average() -> None:
    county = County()
    county.award("a", "2025-01")
    county.award("b", "2025-01")
    county.draw("2025-01", "a")
    county.close("2025-01")
    county.draw("2025-01", "b", onto="2025-02")
    county.run("2025-02")
    table = county_table(county.statistics, "dibao", COUNTY, Month("2025-02"), "rural")
    assert (table.total["month_dibao"], table.total["average_supplement"]) == (90000, 30000)
    assert all(check.holds for check in table.checks)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(lives())
def test_the_county_tables_checks_hold_whatever_happens(county: County) -> None:
    found = county.statistics
    for division in (COUNTY, "110199001", V3):
        for area in ("urban", "rural", "all"):
            table = county_table(found, "dibao", division, Month(MONTHS[-1]), area)
            assert [check for check in table.checks if not check.holds] == []


def test_what_was_known_is_what_was_answered_then(tmp_path: Path) -> None:
    told = Told(tmp_path, today="2025-03-06")
    county = year()
    asked = ("stats", "--division", COUNTY, "--month", "2025-03", "--format", "json")
    told.tell(county)
    then = told.ask(*asked).json
    told.office.clock("2025-04-10")
    county.award("late", "2025-03", persons=2)
    county.draw("2025-03", "late", on="2025-04-10")
    told.tell(county)
    now, known = told.ask(*asked).json, told.ask(*asked, "--known-at", "2025-03-31").json
    assert (known["rows"], known["position"]) == (then["rows"], then["position"])
    before, after = rows(then), rows(now)
    assert {name for name in before if before[name] != after[name]} == {"due", "pending"}
    assert (before["due"]["rural"], after["due"]["rural"]) == (80000, 140000)
    april = ("stats", "--division", COUNTY, "--month", "2025-04", "--format", "json")
    assert rows(told.ask(*april).json)["corrections"]["all"] == 60000
    assert rows(told.ask(*april, "--known-at", "2025-03-31").json)["corrections"]["all"] == 0


@pytest.mark.parametrize("later", ["2025-12-31", "2026-01-05", "2025-12-31T09:00:01+08:00"])
def test_known_at_later_than_now_is_refused(told: Told, later: str) -> None:
    said = told.ask("stats", "--division", COUNTY, "--month", "2025-02", "--known-at", later)
    assert said.code == 1
    assert said.out == ""
    assert "later than now" in said.err


def test_now_is_the_later_of_the_clock_and_the_last_recorded(tmp_path: Path) -> None:
    told = Told(tmp_path, today="2025-06-02")
    told.tell(year())
    told.office.clock("2025-03-01")
    asked = ("stats", "--division", COUNTY, "--month", "2025-02", "--format", "json", "--known-at")
    assert rows(told.ask(*asked, "2025-06-02T09:00:00+08:00").json)["persons"]["all"] == 5
    assert told.ask(*asked, "2025-06-02T09:00:01+08:00").code == 1


def test_live_rows_are_those_of_a_rebuild(tmp_path: Path) -> None:
    told = Told(tmp_path)
    county = County()
    for month in ("2025-01", "2025-02", "2025-03"):
        county.award(f"n{month}", month, persons=2)
        if month == "2025-02":
            county.join("n2025-01", "m3", month)
            county.area("n2025-01", month, "urban")
        county.run(month)
        told.tell(county)
        told.ask("stats", "--division", COUNTY, "--month", month)
        told.ask("register", "--division", COUNTY, "--as-of", f"{month}-28")
    projector = told.office.doudi.projector
    for name in ("statistics", "register"):
        assert projector.position(name) == told.office.store.head()
        assert projector.verify(name) == []
    live = list(projector.rows("statistics").select(CELL))
    assert live == list(county.statistics.select(CELL))
    projector.rebuild("statistics")
    assert list(projector.rows("statistics").select(CELL)) == live


@pytest.mark.parametrize(
    ("staff", "division", "code"),
    [
        ("window", "110199001", 0),
        ("window", V1, 0),
        ("window", COUNTY, 1),
        ("window", "110199002", 1),
        ("county", COUNTY, 0),
        ("nobody", COUNTY, 1),
    ],
)
def test_a_member_of_staff_asks_about_his_divisions(told: Told, staff: str, division: str, code: int) -> None:
    said = told.ask("--as", staff, "stats", "--division", division, "--month", "2025-02")
    assert said.code == code
    if code:
        assert ("desk" if staff == "nobody" else "scope") in said.err


@pytest.mark.parametrize("wrong", [("--month", "2025-13"), ("--division", "x"), ("--known-at", "yesterday")])
def test_what_is_no_month_division_or_day_is_refused(told: Told, wrong: tuple[str, str]) -> None:
    options = {"--division": str(COUNTY), "--month": "2025-02", **dict([wrong])}
    said = told.ask("stats", *(part for pair in options.items() for part in pair))
    assert (said.code, said.out) == (1, "")


def test_an_unknown_option_is_wrong_use(told: Told) -> None:
    assert told.ask("stats", "--division", COUNTY).code == 2
    assert told.ask("stats", "--division", COUNTY, "--month", "2025-02", "--table", "T9").code == 2


@pytest.mark.parametrize("lang", LANGS)
def test_every_measure_and_column_has_a_name(lang: Any) -> None:
    catalogue = Catalogue(lang)
    found = month_table(year().statistics, "dibao", COUNTY, Month("2025-02"))["all"]
    names = {f"measure.{name}" for name in found if "." not in name}
    names |= {f"t2.{name}" for name in COLUMNS}
    steps = {"answers", "hits", "refused", "refused_grounds", "late"}
    for kind, counted in STEPS.items():
        if kind.__name__ not in ("Answered", "RefusedAid", "DeadlineEscalated"):
            steps |= {one.partition(".")[0] for one in counted(_Anything())}
    names |= {f"measure.steps.{step}" for step in steps}
    assert [name for name in sorted(names) if not catalogue.has(name)] == []
    assert COLUMNS.index("cause_6") + 1 == BAND


class _Anything:
    def __getattr__(self, name: str) -> str:
        return "x"
