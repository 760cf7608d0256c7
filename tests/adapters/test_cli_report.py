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


def verdicts(told: Told, path: str, *more: str) -> dict[int, tuple[str, str]]:
    """line → (counted, verdict)"""
    said = told.ask("report", "compare", "--figures", path, "--report", "X", "--format", "json", *more)
    return {row["line"]: (row["counted"], row["verdict"]) for row in said.json["rows"]}


PARTS = (
    "X,dibao,all_west,persons,M2,3,person,1",
    "X,dibao,urban_east,persons,M2,3,person,1",
    "X,dibao,all_west,paid,M1-M3,1,yuan,1",
    "X,dibao,all_north,persons,M2,2,person,1",
)


def test_parts_are_counted_for_the_divisions_that_are_said(told: Told, tmp_path: Path) -> None:
    path = figures(tmp_path, *PARTS)
    whole = verdicts(told, figures(tmp_path, "X,dibao,all,persons,M2,5,person,1"))
    path = figures(tmp_path, *PARTS)
    found = verdicts(told, path, "--part", "west=110199001", "--part", "east=110199002")
    assert int(found[2][0]) + int(found[3][0]) == int(whole[2][0])
    assert found[5] == ("", "not_understood")
    both = verdicts(told, path, "--part", "west=110199001,110199002")
    span = verdicts(told, path, "--part", "west=110199001..110199002")
    again = verdicts(told, path, "--part", "west=110199001", "--part", "west=110199002")
    assert both[2] == span[2] == again[2] == (whole[2][0], "differs")
    assert verdicts(told, path, "--division", "110199002", "--part", "east=110199002")[3] == found[3]


@pytest.mark.parametrize(
    "part", ["west", "west=", "west=x", "west=110199999", "West!=110199001", "=110199001"]
)
def test_a_part_that_is_no_division_is_refused(told: Told, tmp_path: Path, part: str) -> None:
    path = figures(tmp_path, *PARTS)
    said = told.ask("report", "compare", "--figures", path, "--report", "X", "--part", part)
    assert said.code == 1
    assert "NAME=CODE" in said.err


def test_a_part_out_of_what_is_counted_is_refused(told: Told, tmp_path: Path) -> None:
    path = figures(tmp_path, *PARTS)
    asked = ("--division", "110199002", "--part", "west=110199001")
    assert told.ask("report", "compare", "--figures", path, "--report", "X", *asked).code == 1


def test_what_is_not_understood_is_told_with_what_to_say(told: Told, tmp_path: Path) -> None:
    lines = (
        "X,dibao,all_west,persons,M2,5,person,1",
        "X,dibao,all,reviewed_households,campaign,5,household,1",
        "X,dibao,all,persons,year,5,person,1",
        "X,dibao,all,towns,M12,5,count,1",
        "X,dibao,all,paid,winter,5,yuan,1",
        "X,dibao,all,paid,3y,5,yuan,1",
    )
    said = told.ask("report", "compare", "--figures", figures(tmp_path, *lines), "--report", "X")
    assert said.code == 0
    for words in (
        "line 2: say which division west is: --part west=CODE",
        "line 3: no campaign is known; say its months: --campaign YYYY-MM..YYYY-MM",
        "line 4 is not understood: measure persons, period year",
        "line 5 is not understood: measure towns",
        "line 6 is not understood: period winter",
        "not understood 5 · not yet counted 1",
    ):
        assert words in said.out


def test_a_campaign_is_counted_over_its_months(told: Told, tmp_path: Path) -> None:
    lines = (
        "X,dibao,urban,new_persons,campaign,3,person,1",
        "X,dibao,all,reviewed_households,campaign,0,household,1",
        "X,dibao,urban,new_persons,M2-M3,3,person,1",
    )
    path = figures(tmp_path, *lines)
    found = verdicts(told, path, "--campaign", "2025-02..2025-03")
    assert [verdict for _, verdict in found.values()] == ["meets"] * 3
    assert verdicts(told, path, "--campaign", "2025-03")[2][1] == "differs"
    said = told.ask(
        "report",
        "compare",
        "--figures",
        path,
        "--report",
        "X",
        "--campaign",
        "2025-02..2025-03",
        "--format",
        "json",
    )
    assert said.json["campaign"] == ["2025-02", "2025-03"]
    for wrong in ("2025", "2025-03..2025-02", "M2-M3"):
        said = told.ask("report", "compare", "--figures", path, "--report", "X", "--campaign", wrong)
        assert (said.code, "no span of months" in said.err) == (1, True)


def test_a_part_is_named_by_its_code_alone(told: Told, tmp_path: Path) -> None:
    lines = ("X,dibao,all_110199001,persons,M2,3,person,1", "X,dibao,all_110199999,persons,M2,3,person,1")
    path = figures(tmp_path, *lines, "X,dibao,all_west,persons,M2,3,person,1")
    found = verdicts(told, path, "--part", "west=110199001")
    assert found[2] == found[4]
    assert found[3] == ("", "not_understood")


def test_another_year_is_compared_and_what_was_known_then(tmp_path: Path) -> None:
    """A report printed in 2025 is compared two years later, also as it was known when it was printed."""
    told = Told(tmp_path, today="2025-12-31")
    told.tell(year())
    told.office.do("SetParameter", "admin", **STANDARD, value="600.00", since="2024-01-01", document="1号")
    told.office.clock("2027-03-01")
    told.office.do("SetParameter", "admin", **STANDARD, value="620.00", since="2025-06-01", document="2号")
    lines = ("X,dibao,rural,standard,year,600,yuan/person/month,1", "X,dibao,all,persons,M2,5,person,1")
    path = figures(tmp_path, *lines)
    assert verdicts(told, path)[3] == ("0", "differs")
    assert verdicts(told, path, "--year", "2025") == {2: ("620.00", "differs"), 3: ("5", "meets")}
    then = verdicts(told, path, "--year", "2025", "--known-at", "2026-01-31")
    assert then == {2: ("600.00", "meets"), 3: ("5", "meets")}
    told.office.doudi.close()


STANDARD = {"division": COUNTY, "name": "standard", "area": "rural"}


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


STANDARDS = (
    "X,dibao,rural,standard,year,600,yuan/person/month,1",
    "X,dibao,rural,standard,M12,8400,yuan/person/year,1",
    "X,dibao,rural,standard_before,M7,600,yuan/person/month,1",
    "X,dibao,rural,standard,M6,600,yuan/person/month,1",
    "X,dibao,all,standard,M6,600,yuan/person/month,1",
    "X,dibao,rural_west,standard,year,700,yuan/person/month,1",
    "X,dibao,rural_east,standard,year,650,yuan/person/month,1",
    "X,dibao,rural,uplift_min,year,10,percent,1",
    "X,dibao,rural,uplift_max,year,20,percent,1",
    "X,dibao,rural,uplift_max,M1,0,percent,1",
)


def test_standards_and_additions_are_those_in_force(tmp_path: Path) -> None:
    """600 in the county, from July on 700 in one township and 650 in the other: no one standard for the year."""
    told = Told(tmp_path)
    told.tell(year())

    def set_(name: str, value: str, division: str, since: str, area: str | None = "rural") -> None:
        about = {"division": division, "name": name, "value": value, "since": since, "area": area}
        told.office.do("SetParameter", "admin", **about, document="县府办〔2025〕3号")

    set_("standard", "600.00", COUNTY, "2024-01-01")
    set_("standard", "700.00", "110199001", "2025-07-01")
    set_("standard", "650.00", "110199002", "2025-07-01")
    set_("uplift_C01", "20%", COUNTY, "2025-02-01", None)
    set_("uplift_C04", "70.00", "110199001", "2025-02-01", None)
    set_("uplift_C05", "10%", COUNTY, "2025-02-01", None)
    path = figures(tmp_path, *STANDARDS)
    parts = ("--part", "west=110199001", "--part", "east=110199002")
    found = verdicts(told, path, *parts)
    told_urban = found.pop(6)
    assert found == {
        2: ("", "varies"),
        3: ("", "varies"),
        4: ("600.00", "meets"),
        5: ("600.00", "meets"),
        7: ("700.00", "meets"),
        8: ("650.00", "meets"),
        9: ("10", "meets"),
        10: ("20", "meets"),
        11: ("", "not_yet_counted"),
    }
    assert told_urban[1] in ("meets", "varies")
    said = told.ask("report", "compare", "--figures", path, "--report", "X", *parts)
    assert "line 2: the places of rural have 650.00, 700.00" in said.out
    one = verdicts(told, figures(tmp_path, STANDARDS[1]), "--division", "110199001")
    assert one[2] == ("8400.00", "meets")
    told.office.doudi.close()


def test_the_usual_campaign_is_the_last_one_over_by_the_reports_last_month(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.tell(year())
    row = "X,dibao,all,reviewed_households,campaign,0,household,1"
    standard = "X,dibao,all,standard,year,600,yuan/person/month,1"

    def campaign(*lines: str) -> list[str] | None:
        path = figures(tmp_path, row, standard, *lines)
        said = told.ask("report", "compare", "--figures", path, "--report", "X", "--format", "json")
        found: list[str] | None = said.json["campaign"]
        return found

    assert campaign() is None
    about = {"name": "review_campaign_months", "value": "10,11", "since": "2024-01-01"}
    told.office.do("SetParameter", "admin", division=COUNTY, **about, document="集中核查")
    assert campaign() == ["2025-10", "2025-11"]
    assert campaign("X,dibao,all,persons,M9,0,person,1") == ["2024-10", "2024-11"]
    told.office.doudi.close()
