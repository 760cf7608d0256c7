"""Each ledger of the corpus: what must be taken, repaired and refused, cell by cell; then whole, out and in again."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.ledger.cells import letter
from adapters.ledger.places import Places
from adapters.ledger.reading import read_book
from adapters.ledger.taking import Ledger, Options
from domain.days import Month
from domain.ids import DivisionCode
from tests.ledger.corpus import Case, Taken, corpus

TODAY = date(2025, 6, 10)
KNOWN = [
    (DivisionCode("110199"), "乙县"),
    (DivisionCode("110199001"), "丙镇"),
    (DivisionCode("110199002"), "戊街道"),
    (DivisionCode("110199001001"), "丁村"),
    (DivisionCode("110199001002"), "己村"),
]
CASES = corpus()


def options(case: Case) -> Options:
    said: dict[str, Any] = {"division": "110199001", **case.options}
    return Options(
        division=DivisionCode(said["division"]),
        paid_until=Month("2025-06"),
        area=said.get("area"),
        since=said.get("since"),
        said=said.get("said", {}),
    )


def read(case: Case, folder: Path) -> Ledger:
    asked = options(case)
    return Ledger(read_book(case.write(folder)), asked, Places(asked.division, KNOWN), TODAY)


def names(case: Case) -> str:
    return case.file


def test_there_are_enough() -> None:
    assert len(CASES) >= 25
    assert {Path(case.file).suffix.lower() for case in CASES} >= {".xlsx", ".xls", ".csv"}


@pytest.mark.parametrize("case", CASES, ids=names)
def test_what_is_taken(case: Case, tmp_path: Path) -> None:
    ledger = read(case, tmp_path)
    commands = [ledger.command(*one) for one in ledger.ready]
    assert len(commands) == len(case.taken), ledger.outcome.refused
    for command, wanted in zip(commands, case.taken, strict=True):
        persons = [(one.name, one.number, one.kinship, one.covered) for one in command.members]
        assert persons == wanted.persons
        assert command.amount == wanted.amount
        assert command.from_month == (wanted.start or case.options["since"])
        assert command.area == wanted.area
        assert sum(one.uplift for one in command.members) == wanted.uplift
        _same(command, wanted)


def _same(command: Any, wanted: Taken) -> None:
    if wanted.account:
        assert command.account == wanted.account
    if wanted.certificate:
        assert command.certificate == wanted.certificate
    if wanted.division:
        assert command.division == wanted.division
    for name, value in wanted.more.items():
        if name == "facts":
            assert tuple((one.kind, one.code) for one in command.members[0].facts) == value
        else:
            assert getattr(command, name) == value


@pytest.mark.parametrize("case", CASES, ids=names)
def test_what_is_refused(case: Case, tmp_path: Path) -> None:
    found = {
        (table.sheet.place, one.row, letter(one.column) if one.column is not None else "", one.code)
        for table, each in read(case, tmp_path).outcome.refused
        for one in each.troubles
    }
    assert found == case.refused


@pytest.mark.parametrize("case", CASES, ids=names)
def test_what_is_repaired_and_skipped(case: Case, tmp_path: Path) -> None:
    outcome = read(case, tmp_path).outcome
    assert dict(outcome.repairs) == case.repairs
    assert list(outcome.skipped) == case.skipped
