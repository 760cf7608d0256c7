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
