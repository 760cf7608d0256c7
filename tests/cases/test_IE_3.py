"""IE-3: a day's serial counts from its own workbook's epoch; two digits of a year are never guessed."""

import pytest

from tests.ledger.conftest import desk
from tests.ledger.office import LedgerOffice
from tests.ledger.papers import Sheet, Value, write
from tests.ledger.test_taking import rows_of

__all__ = ["desk"]

NUMBER = "110101195507160004"


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
@pytest.mark.parametrize(
    ("value", "from_1904", "taken"),
    [
        (20286, False, True),
        (18824, True, True),
        (18824, False, False),
        ("55-07-16", False, True),
        ("1955/7/16", False, True),
    ],
)
def test_IE_3_the_day_of_birth(
    desk: LedgerOffice, value: Value, from_1904: bool, taken: bool, kind: str
) -> None:
    rows: list[list[Value]] = [
        ["姓名", "身份证号", "出生日期", "户月保障金", "起始保障年月"],
        ["甲", NUMBER, value, 300, "2015-03"],
    ]
    path = write(desk.folder / f"农村低保.{kind}", [Sheet(rows)], from_1904=from_1904)
    found = desk.take(path)
    assert found["households"] == int(taken)
    if not taken:
        assert found["problems"] == {"born-contradicts-number": 1}
        assert rows_of(desk.folder / found["refusals"])[1][1][2:4] == ["2", "C 出生日期"]
        return
    (sheet,) = rows_of(desk.export("out.xlsx"))
    assert sheet[2][sheet[1].index("出生日期")] == "1955-07-16"
