"""Files that aren't what they are called: web pages as `.xls`, workbooks with a password, other papers."""

from pathlib import Path

import pytest

from adapters.ledger.cells import Sheet
from adapters.ledger.reading import BadFile, read_book

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="gb2312">
<style>td {mso-number-format:"\\@"}</style></head><body><table border=1>
<tr><th colspan=3>农村低保台账</th></tr>
<tr><td>户主姓名<td>身份证号</td><td>户月保障金<br>（元）</td></tr>
<tr><td rowspan="2">张&nbsp;三</td><td>110101195507160004</td><td>300</td></tr>
<tr><td>110101195507160020</td><td></td></tr>
</table><table><tr><td></td></tr></table></body></html>"""


def sheets(tmp_path: Path, content: bytes) -> tuple[Sheet, ...]:
    path = tmp_path / "导出.xls"
    path.write_bytes(content)
    return read_book(path).sheets


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_a_web_page_is_read_cell_by_cell(tmp_path: Path, encoding: str) -> None:
    (sheet,) = sheets(tmp_path, PAGE.encode(encoding))
    assert sheet.rows == [
        ["农村低保台账", None, None],
        ["户主姓名", "身份证号", "户月保障金\n（元）"],
        ["张\xa0三", "110101195507160004", "300"],
        [None, "110101195507160020", None],
    ]
    assert sheet.merged == ((0, 0, 0, 2), (2, 0, 3, 0))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "ledger-locked"),
        (b"%PDF-1.4\n", "ledger-not-read"),
        (b'<?xml version="1.0"?><Workbook></Workbook>', "ledger-not-read"),
        (b"Rar!\x1a\x07" + b"\0" * 50, "ledger-not-read"),
        (b"a,b\0c\n", "ledger-not-read"),
    ],
)
def test_what_is_no_ledger_is_named(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(BadFile) as refused:
        sheets(tmp_path, content)
    assert refused.value.code == code
