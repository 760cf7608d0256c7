"""IE-1: what a spreadsheet did to long numbers is refused with row and column, never guessed, never merged."""

from pathlib import Path

from tests.ledger.conftest import desk
from tests.ledger.office import LedgerOffice
from tests.ledger.papers import Sheet, Value, write
from tests.ledger.test_taking import rows_of

__all__ = ["desk"]

ROWS: list[list[Value]] = [
    ["姓名", "身份证号", "户月保障金", "起始保障年月", "银行账号"],
    ["甲", "110101195507160004", 300, "2015-03", "6217000000000001"],
    ["乙", "1.10101E+17", 300, "2015-03", "6217000000000002"],
    ["丙", 110199195507180019, 300, "2015-03", "6217000000000003"],
    ["丁", 110199195507180027, 300, "2015-03", "6217000000000004"],
    ["戊", "110101198504020018", 300, "2015-03", 12345678],
]


def test_IE_1_ruined_numbers_are_refused_and_the_round_trip_is_identical(
    desk: LedgerOffice, tmp_path: Path
) -> None:
    path = write(desk.folder / "农村低保.xlsx", [Sheet(ROWS)])
    found = desk.take(path)
    assert (found["households"], found["persons"]) == (1, 1)
    assert found["problems"] == {
        "ledger-number-scientific": 1,
        "ledger-number-numeric": 2,
        "ledger-account-numeric": 1,
    }
    problems = rows_of(desk.folder / found["refusals"])[1][1:]
    assert [(row[2], row[3]) for row in problems] == [
        ("3", "B 身份证号"),
        ("4", "B 身份证号"),
        ("5", "B 身份证号"),
        ("6", "E 银行账号"),
    ]
    assert all("numeric cell" in row[4] for row in problems[1:])
    out = desk.export("out.xlsx")
    (sheet,) = rows_of(out)
    head, first = sheet[1], sheet[2]
    assert first[head.index("身份证号码")] == "110101195507160004"
    assert first[head.index("银行账号")] == "6217000000000001"
    (tmp_path / "other").mkdir()
    other = LedgerOffice(tmp_path / "other")
    assert other.take(out)["households"] == 1
    assert rows_of(other.export("out.xlsx")) == [sheet]
    other.office.doudi.close()
