import csv
import runpy
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from adapters.seed.calendars import read_calendar, shipped_calendars
from adapters.seed.divisions import read_divisions, trial_divisions
from adapters.seed.rows import BadRow
from domain.calendar import BadCalendar
from domain.ids import county_of

ROOT = Path(__file__).parents[3]
YEAR = "year,day,kind,document,name\n"
HEAD = "code,name,level,parent\n"


def _file(folder: Path, text: str) -> Path:
    path = folder / "given.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_whole_years_are_shipped_each_with_its_notice() -> None:
    years = shipped_calendars()
    assert [loaded.year for loaded in years] == list(range(2004, 2027))
    assert all(str(loaded.year) in loaded.document for loaded in years)
    assert date(2026, 10, 10) in years[-1].workdays


def test_the_shipped_files_are_what_the_script_writes() -> None:
    script = runpy.run_path(str(ROOT / "script/seed-calendars"))

    def rows(path: str) -> list[list[str]]:
        with (ROOT / path).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))[1:]

    def text(made: list[list[object]]) -> list[list[str]]:
        return [[str(cell) for cell in row] for row in made]

    assert rows("domain/festivals.csv") == text(script["festival_rows"]())
    for year in range(2004, 2027):
        assert rows(f"adapters/seed/calendar/{year}.csv") == text(script["year_rows"](year))


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("year,day,kind,name\n", "file-column-missing", 1, "document"),
        (YEAR, "file-empty", 1, "day"),
        (YEAR + "2027,2027-02-30,off,x,n\n", "day-not-a-day", 2, "day"),
        (YEAR + "2027,2028-01-01,off,x,n\n", "calendar-other-year", 2, "year"),
        (YEAR + "2027,2027-01-01,holiday,x,n\n", "calendar-row-kind", 2, "kind"),
        (
            YEAR + "2027,2027-01-01,off,x,n\n\n2027,2027-05-01,off,y,n\n",
            "calendar-two-documents",
            4,
            "document",
        ),
        (YEAR + "2027,2027-01-01,off,x,n\n2027,2027-01-01,work,x,n\n", "calendar-day-twice", 3, "day"),
        (YEAR + "2027,2027-01-01,off,x\n", "file-row-length", 2, "name"),
    ],
)
def test_a_fault_in_a_calendar_names_row_and_column(
    tmp_path: Path, text: str, code: str, row: int, column: str
) -> None:
    with pytest.raises(BadRow) as refused:
        read_calendar(_file(tmp_path, text))
    assert (refused.value.code, refused.value.row, refused.value.column) == (code, row, column)


def test_one_row_makes_no_year(tmp_path: Path) -> None:
    with pytest.raises(BadCalendar, match="calendar-statutory-missing"):
        read_calendar(_file(tmp_path, YEAR + "2027,2027-01-01,off,x,元旦\n"))


def test_the_trial_county() -> None:
    divisions = trial_divisions()
    assert Counter(division.level for division in divisions) == {"county": 1, "township": 6, "village": 60}
    assert {county_of(division.code) for division in divisions} == {"110199"}
    codes = {division.code for division in divisions}
    assert all(division.parent in codes for division in divisions if division.level != "county")


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        (HEAD, "file-empty", 1, "code"),
        (HEAD + "11019,甲,county,\n", "division-code", 2, "code"),
        (HEAD + "110199,甲,county,\n110199000000,乙,county,\n", "division-twice", 3, "code"),
        (HEAD + "110199,,county,\n", "text-empty", 2, "name"),
        (HEAD + "110199,甲\x00,county,\n", "text-control", 2, "name"),
        (HEAD + "110199,甲,township,\n", "division-level", 2, "level"),
        (HEAD + "110199001,甲,township,\n", "division-parent-missing", 2, "parent"),
        (HEAD + "110199001,甲,township,110198\n", "division-parent", 2, "parent"),
        (HEAD + "110199,甲,county,,\n", "file-row-length", 2, "parent"),
        ("code,name,level,parent,extra\n", "file-column-unknown", 1, "extra"),
        ("", "file-column-missing", 1, "code"),
        (HEAD + '110199,"甲,county,\n', "file-not-csv", 2, "code"),
    ],
)
def test_a_fault_in_divisions_names_row_and_column(
    tmp_path: Path, text: str, code: str, row: int, column: str
) -> None:
    with pytest.raises(BadRow) as refused:
        read_divisions(_file(tmp_path, text))
    assert (refused.value.code, refused.value.row, refused.value.column) == (code, row, column)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes((HEAD + "110199,甲区,county,\n").encode("gbk"))
    with pytest.raises(BadRow, match="file-not-utf8"):
        read_divisions(path)


def test_an_unknown_place_is_well_formed(tmp_path: Path) -> None:
    (row,) = read_divisions(_file(tmp_path, "\ufeff" + HEAD + "999999001000,甲镇,township,999999000000\n"))
    assert (row.code, row.parent) == ("999999001", "999999")
