"""C, B, Y: a year of each report's office, simulated and compared by command, gives every printed figure of dibao.

C whole; B and Y scaled here, whole apart (`pytest -m soak`).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.bootstrap import open_doudi
from domain.case.award import AwardBegan
from domain.case.change import DeadlineEscalated
from tests.adapters.told import ask
from tests.journeys.scaled import scaled, written

YEAR = "2025"
Verdicts = dict[tuple[str, str, str], str]


def simulated(folder: Path, report: str, by: int = 1) -> tuple[str, dict[str, Any], list[str]]:
    """The store, what `simulate` said of it, and the arguments of `report compare` that it advises."""
    url = f"sqlite:///{folder / 'office.sqlite'}"
    given = ["--report", report]
    if by > 1:
        path = folder / "figures.csv"
        path.write_text(written(scaled(report, by)), encoding="utf-8")
        given += ["--figures", str(path)]
    said = ask(url, "simulate", *given, "--year", YEAR, "--format", "json")
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    assert found["left_out"] == []
    parts = [f"{name}={','.join(codes)}" for name, codes in found["parts"].items()]
    return url, found, [*given, *(word for part in parts for word in ("--part", part))]


def verdicts(url: str, arguments: list[str]) -> Verdicts:
    said = ask(url, "report", "compare", *arguments, "--format", "json")
    assert said.code == 0, said.out
    return {
        (row["area"], row["measure"], row["period"]): row["verdict"]
        for row in said.json["rows"]
        if row["programme"] == "dibao"
    }


def all_meet(found: Verdicts, rows: int) -> None:
    assert {key: verdict for key, verdict in found.items() if verdict != "meets"} == {}
    assert len(found) == rows


def test_C_with_its_campaign(tmp_path: Path) -> None:
    url, said, arguments = simulated(tmp_path, "C")
    assert said["campaign"] == ["2024-10", "2024-11"]
    found = verdicts(url, arguments)
    all_meet(found, 18)
    assert found["all", "review_exits_persons", "campaign"] == "meets"
    autumn = ask(url, "report", "compare", *arguments, "--campaign", "2025-10..2025-11", "--format", "json")
    rows = {row["measure"]: row for row in autumn.json["rows"] if row["period"] == "campaign"}
    assert autumn.code == 1
    assert rows["review_exits_households"]["counted"] == "0"
    doudi = open_doudi(url)
    assert not [one for one in doudi.store.page(0, 10**6) if isinstance(one.event, DeadlineEscalated)]
    doudi.close()


@pytest.mark.parametrize("by", [12, pytest.param(1, marks=pytest.mark.soak)])
def test_B_with_its_standard(tmp_path: Path, by: int) -> None:
    url, _, arguments = simulated(tmp_path, "B", by)
    all_meet(verdicts(url, arguments), 3)


@pytest.mark.parametrize("by", [240, pytest.param(1, marks=pytest.mark.soak)])
def test_Y_with_its_parts_and_additions(tmp_path: Path, by: int) -> None:
    url, said, arguments = simulated(tmp_path, "Y", by)
    assert sorted(said["parts"]) == ["city", "county_a", "county_b"]
    all_meet(verdicts(url, arguments), 11)
    if by == 1:
        return
    doudi = open_doudi(url)
    begun = [one.event for one in doudi.store.page(0, 10**6) if isinstance(one.event, AwardBegan)]
    doudi.close()
    percents = {
        (fen, standard)
        for event in begun
        for fen in event.terms.uplifts.values()
        for standard in (15000, 12700, 12000)
        if fen in (standard // 10, standard // 5)
    }
    assert {10, 20} <= {100 * fen // standard for fen, standard in percents}
    unsaid = verdicts(url, arguments[:4])
    assert {key[0] for key, verdict in unsaid.items() if verdict == "not_understood"} == {
        "urban_city", "urban_county_a", "urban_county_b",
    }  # fmt: skip


TOWNS = """report,programme,area,measure,period,value,unit,step
T,dibao,urban,persons,end,90,person,1
T,dibao,urban,paid,M12,27000,yuan,100
T,dibao,urban,standard,year,520,yuan/person/month,1
T,dibao,urban_east,households,M9,20,household,1
T,dibao,urban_east,paid,M1-M9,95000,yuan,1000
T,dibao,urban_west,persons,M12,30,person,1
T,dibao,urban_west,standard,year,500,yuan/person/month,1
T,dibao,rural,covered_persons,M12,40,person,1
T,dibao,rural,exits_persons,year,5,person,1
T,dibao,all,reviewed_households,campaign,82,household,1
T,dibao,all,review_exits_persons,campaign,3,person,1
T,dibao,urban,paid,3y,700000,yuan,10000
T,dibao,urban,happiness,year,3,person,1
T,dibao,all,persons,year,3,person,1
"""


def test_a_file_by_town_with_other_periods(tmp_path: Path) -> None:
    """Rows 13 (three years, of which one is played), 14 and 15 are named, the rest comes out."""
    path = tmp_path / "towns.csv"
    path.write_text(TOWNS, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'towns.sqlite'}"
    given = ["--report", "T", "--figures", str(path)]
    said = ask(url, "simulate", *given, "--year", YEAR)
    assert said.code == 0, said.err
    assert "lines 13, 14, 15 are not planned for" in said.out
    (advised,) = [line for line in said.out.splitlines() if "--store" in line and "report compare" in line]
    arguments = advised.split("report compare ")[1].split()
    assert arguments[:4] == ["--figures", str(path), "--report", "T"]
    assert arguments[-2:] == ["--campaign", "2024-10..2024-11"]
    found = ask(url, "report", "compare", *arguments, "--format", "json")
    assert found.code == 0, found.out
    assert {row["line"]: row["verdict"] for row in found.json["rows"] if row["verdict"] != "meets"} == {
        2 + 11: "not_yet_counted", 2 + 12: "not_understood", 2 + 13: "not_understood", 4: "varies",
    }  # fmt: skip
    assert found.json["not_understood"] == [
        {"line": 14, "columns": ["measure"]},
        {"line": 15, "columns": ["measure", "period"]},
    ]
