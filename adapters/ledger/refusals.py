"""The workbook of refused rows: as they stand in the ledger, under its own header, to be mended and sent again; and
a sheet that says of each what is wrong and what to do.

A cell keeps its kind: a ruined number stays a number, so that it isn't taken for whole when nobody mended it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import xlsxwriter

from adapters.ledger.cells import Cell, Numeric, letter
from adapters.ledger.fields import PERSONAL
from adapters.ledger.households import Read, Table, Trouble

Said = Callable[[str, dict[str, Any]], str]
"""A code with its params as text."""
_TEXT_FIELDS = (*PERSONAL, "certificate")


_OURS = b"doudi: refused rows"
"""Stands at the end of a workbook as it was written; a program in which somebody mends it leaves it out."""


def refusals_path(ledger: Path, word: str) -> Path:
    """Beside the ledger, a name that isn't there yet, or of a workbook that nobody has touched since."""
    turn = 1
    while True:
        tail = f"-{turn}" if turn > 1 else ""
        path = ledger.with_name(f"{ledger.stem}-{word}{tail}.xlsx")
        if not path.exists() or _untouched(path):
            return path
        turn += 1


def _untouched(path: Path) -> bool:
    try:
        with ZipFile(path) as found:
            return found.comment == _OURS
    except (BadZipFile, OSError):
        return False


def write_refusals(
    path: Path, refused: Sequence[tuple[Table, Read]], said: Said, headings: Sequence[str]
) -> int:
    """How many rows it holds. `headings`: the name of the sheet of problems, then those of its columns."""
    from_1904 = any(table.sheet.from_1904 for table, _ in refused)
    book = xlsxwriter.Workbook(str(path), {"date_1904": from_1904, "strings_to_numbers": False})
    forms = {
        "bold": book.add_format({"bold": True, "text_wrap": True}),
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrong": book.add_format({"bg_color": "#FFE699", "num_format": "@"}),
        "wrong_day": book.add_format({"bg_color": "#FFE699", "num_format": "yyyy-mm-dd"}),
    }
    tables = list(dict.fromkeys(id(table) for table, _ in refused))
    found: list[tuple[str, int, int, Trouble, Table]] = []
    count = 0
    for place, key in enumerate(tables, 1):
        reads = [(table, read) for table, read in refused if id(table) == key]
        table = reads[0][0]
        name = f"{place}"
        sheet = book.add_worksheet(name)
        line = _head(sheet, table, forms)
        section = ""
        for _, read in reads:
            over = table.sections.get(read.rows[0] - 1, "")
            if over != section:
                sheet.write_string(line, 0, over)
                section, line = over, line + 1
            wrong = {(one.row, one.column): one for one in read.troubles}
            for row in read.rows:
                if row - 1 in table.sheet.hidden_rows:
                    sheet.set_row(line, None, None, {"hidden": True})
                _row(sheet, line, table, table.sheet.rows[row - 1], row, wrong, forms)
                found.extend((name, line + 1, row, one, table) for one in read.troubles if one.row == row)
                line += 1
                count += 1
    _problems(book, found, said, headings, forms)
    book.close()
    with ZipFile(path, "a") as written:
        written.comment = _OURS
    return count


def _head(sheet: Any, table: Table, forms: dict[str, Any]) -> int:
    """Titles as they stand, then the header in one row; the first row of data."""
    titles, stem = "\n".join(table.header.titles), table.said.partition("\n")[2]
    line = 0
    for title in (
        *table.header.titles,
        *(one for one in (table.sheet.name, stem) if one and one not in titles),
    ):
        sheet.write_string(line, 0, title)
        line += 1
    for column, name in enumerate(table.columns.headings):
        sheet.write_string(line, column, name, forms["bold"])
    texts = [column for field, column in table.columns.fields.items() if field in _TEXT_FIELDS]
    texts += [
        column for own in table.columns.members.values() for field, column in own.items() if field in PERSONAL
    ]
    for column in texts:
        sheet.set_column(column, column, 20, forms["text"])
    return line + 1


def _row(
    sheet: Any,
    line: int,
    table: Table,
    cells: Sequence[Cell],
    row: int,
    wrong: dict[tuple[int, int | None], Trouble],
    forms: dict[str, Any],
) -> None:
    for column in range(max(len(cells), len(table.columns.headings))):
        cell = cells[column] if column < len(cells) else None
        marked = (row, column) in wrong
        if isinstance(cell, Numeric):
            sheet.write_number(line, column, float(cell.text), forms["wrong"] if marked else None)
        elif isinstance(cell, bool):
            sheet.write_boolean(line, column, cell, forms["wrong"] if marked else None)
        elif isinstance(cell, date):
            sheet.write_datetime(line, column, cell, forms["wrong_day" if marked else "day"])
        elif cell is not None:
            sheet.write_string(line, column, cell, forms["wrong" if marked else "text"])
        elif marked:
            sheet.write_blank(line, column, None, forms["wrong"])


def _problems(
    book: Any,
    found: Sequence[tuple[str, int, int, Trouble, Table]],
    said: Said,
    headings: Sequence[str],
    forms: dict[str, Any],
) -> None:
    sheet = book.add_worksheet(headings[0][:31])
    for column, text in enumerate(headings[1:]):
        sheet.write_string(0, column, text, forms["bold"])
    for line, (name, here, there, trouble, table) in enumerate(found, 1):
        where = table.columns.heading(trouble.column) if trouble.column is not None else ""
        texts = (
            f"{name}!{letter(trouble.column or 0)}{here}",
            table.sheet.name or str(table.sheet.place),
            str(there),
            where,
            said(trouble.code, trouble.params),
            said(f"{trouble.code}.remedy", trouble.params),
        )
        for column, text in enumerate(texts):
            sheet.write_string(line, column, text)
    for column, width in enumerate((10, 14, 8, 24, 50, 60)):
        sheet.set_column(column, column, width)
