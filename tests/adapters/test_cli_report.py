"""`doudi report compare`: printed beside counted; 1 where one differs; sets that can't be true don't count."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from adapters.report.counted import counted
from tests.adapters.told import Told
from tests.projections.county import COUNTY, V1, V3, County
from tests.projections.test_figures import year

HEADER = "report,programme,area,measure,period,value,unit,step"
TRUE = (
    "X,dibao,rural,households,M2,1,household,1",
    "X,dibao,all,persons,M3,5,person,1",
    "X,dibao,urban,paid,M1-M3,2100,yuan,100",
    "X,dibao,all,paid,M2,1700,yuan,100",
    "X,dibao,all,average_supplement,M2,340,yuan/person,1",
    "X,dibao,urban,average_supplement,M1-M3,300,yuan/person-time,1",
    "X,dibao,all,person_times,year,13,person-time,1",
    "X,dibao,urban,new_persons,M2-M3,3,person,1",
    "X,dibao,urban,exits_households,M1-M3,1,household,1",
    "X,dibao,urban,exits_persons,year,1,person,1",
    "X,dibao,all,households,end,0,household,1",
    "X,tekun,all,persons,M12,9,person,1",
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    office = Told(tmp_path_factory.mktemp("report"))
    office.tell(year())
    yield office
    office.office.doudi.close()


def figures(folder: Path, *lines: str) -> str:
    path = folder / "figures.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    return str(path)


def test_all_that_is_counted_is_met(told: Told, tmp_path: Path) -> None:
    said = told.ask(
        *("report", "compare", "--figures", figures(tmp_path, *TRUE), "--report", "X", "--format", "json")
    )
    assert said.code == 0
    assert said.json["year"] == 2025
    verdicts = [(row["measure"], row["verdict"]) for row in said.json["rows"] if row["verdict"] != "meets"]
    assert verdicts == [("persons", "not_yet_counted")]


def test_one_that_differs_ends_with_1(told: Told, tmp_path: Path) -> None:
    wrong = "X,dibao,rural,persons,M2,3,person,1"
    said = told.ask("report", "compare", "--figures", figures(tmp_path, *TRUE, wrong), "--report", "X")
    assert said.code == 1
    line = next(line for line in said.out.splitlines() if "differs" in line and "│" in line)
    assert [cell.strip() for cell in line.split("│")] == [
        *("14", "dibao", "rural", "persons", "M2", "person", "3", "2", "differs")
    ]


def test_a_set_that_cannot_be_true_is_told_with_its_sum_and_excused(told: Told, tmp_path: Path) -> None:
    lines = (
        "X,dibao,all,persons,M2,5,person,1",
        "X,dibao,all,paid,M2,1700,yuan,100",
        "X,dibao,all,average_supplement,M2,100,yuan/person,100",
    )
    said = told.ask("report", "compare", "--figures", figures(tmp_path, *lines), "--report", "X")
    assert said.code == 0
    assert "lines 2, 3, 4 can't all be true; what gives way is line 4" in said.out
    assert "1700.00 ÷ 5 = 340.00 ≠ 100.00" in said.out


def test_the_shipped_reports_are_at_hand(told: Told) -> None:
    said = told.ask("report", "compare", "--report", "D", "--format", "json")
    assert said.code == 1
    rows = {
        (row["area"], row["measure"], row["period"]): row
        for row in said.json["rows"]
        if row["programme"] == "dibao"
    }
    assert rows["urban", "persons", "M12"]["printed"] == "5155"
    assert said.json["contradictions"][0]["gives_way"] == rows["rural", "average_supplement", "M12"]["line"]


def test_a_part_is_counted_alone(told: Told, tmp_path: Path) -> None:
    path = figures(tmp_path, "X,dibao,all,persons,M2,2,person,1")
    assert told.ask("report", "compare", "--figures", path, "--report", "X", "--division", V1).code == 0
    assert told.ask("report", "compare", "--figures", path, "--report", "X").code == 1


def test_only_who_sees_all_compares_all(told: Told) -> None:
    assert "scope" in told.ask("--as", "county", "report", "compare", "--report", "D").err
    said = told.ask("--as", "county", "report", "compare", "--report", "D", "--division", COUNTY)
    assert "scope" not in said.err


@pytest.mark.parametrize(
    "lines", [["X,dibao,all,persons,M2,two,person,1"], ["Y,dibao,all,persons,M2,2,person,1"]]
)
def test_a_file_that_says_nothing_is_refused(told: Told, tmp_path: Path, lines: list[str]) -> None:
    said = told.ask("report", "compare", "--figures", figures(tmp_path, *lines), "--report", "X")
    assert (said.code, said.out) == (1, "")


def test_a_file_that_is_not_there_is_wrong_use(told: Told) -> None:
    assert told.ask("report", "compare", "--figures", "/nowhere.csv", "--report", "X").code == 2


def test_months_have_the_list_alone_and_spans_their_arrears() -> None:
    county = County()
    county.award("a", "2025-01")
    county.award("b", "2025-01", division=V3)
    county.draw("2025-01", "a")
    county.close("2025-01")
    county.draw("2025-01", "b", on="2025-02-20")
    county.run("2025-02")
    found = counted(county.statistics, "dibao", COUNTY, 2025)
    assert found["dibao", "rural", "paid", "M2"] == 60000
    assert found["dibao", "rural", "paid", "M1-M2"] == 120000
    assert found["dibao", "rural", "person_times", "M1-M12"] == 4
    assert found["dibao", "rural", "average_supplement", "M2"] == Fraction(30000)
    assert ("dibao", "rural", "average_supplement", "M3") not in found
    assert ("dibao", "rural", "paid", "3y") not in found


def test_three_years_are_counted_where_they_are_there() -> None:
    county = County()
    county.award("a", "2023-01")
    county.run("2023-01", "2024-05", "2025-12")
    found = counted(county.statistics, "dibao", COUNTY, 2025)
    assert found["dibao", "all", "person_times", "3y"] == 3
    assert found["dibao", "all", "person_times", "M1-M12"] == 1
