"""Ledgers as files: sheets of cells written as .xlsx, .xls or csv, each cell of the kind that is said."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt


@dataclass(frozen=True)
class Formula:
    """As a spreadsheet writes it with what it came to: `""` never computed, `#REF!` failed."""

    text: str
    came_to: str | int = ""


Value = str | int | float | date | Formula | None


@dataclass
class Sheet:
    """`rows[0]` is row 1; `merged`: first row, first column, last row, last column, from 0; `hidden_rows` from 0."""

    rows: list[list[Value]]
    name: str = "Sheet1"
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()


def write(
    path: Path, sheets: list[Sheet], *, encoding: str = "utf-8", separator: str = ",", from_1904: bool = False
) -> Path:
    kind = path.suffix.lower()
    if kind == ".xlsx":
        _xlsx(path, sheets, from_1904)
    elif kind == ".xls":
        _xls(path, sheets, from_1904)
    else:
        path.write_bytes(_csv(sheets[0], separator).encode(encoding))
    return path


def _xlsx(path: Path, sheets: list[Sheet], from_1904: bool) -> None:
    book = xlsxwriter.Workbook(str(path), {"date_1904": from_1904})
    day = book.add_format({"num_format": "yyyy/m/d"})
    for one in sheets:
        sheet = book.add_worksheet(one.name)
        for top, left, bottom, right in one.merged:
            sheet.merge_range(top, left, bottom, right, "")
        for row in one.hidden_rows:
            sheet.set_row(row, None, None, {"hidden": True})
        if one.hidden:
            sheet.hide()
        for row, cells in enumerate(one.rows):
            for column, value in enumerate(cells):
                if isinstance(value, Formula):
                    sheet.write_formula(row, column, value.text, None, value.came_to)
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, day)
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write_number(row, column, value)
    book.close()


def _xls(path: Path, sheets: list[Sheet], from_1904: bool) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = from_1904
    day = xlwt.easyxf(num_format_str="yyyy/m/d")
    for one in sheets:
        sheet = book.add_sheet(one.name, cell_overwrite_ok=True)
        for top, left, bottom, right in one.merged:
            sheet.merge(top, bottom, left, right)
        sheet.visibility = int(one.hidden)
        for row in one.hidden_rows:
            sheet.row(row).hidden = True
        for row, cells in enumerate(one.rows):
            for column, value in enumerate(cells):
                if isinstance(value, date):
                    sheet.write(row, column, value, day)
                elif value is not None:
                    sheet.write(row, column, value)
    book.save(str(path))


def _csv(sheet: Sheet, separator: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    for row in sheet.rows:
        writer.writerow(["" if cell is None else _plain(cell) for cell in row])
    return out.getvalue()


def _plain(cell: Any) -> str:
    return f"{cell.year}/{cell.month}/{cell.day}" if isinstance(cell, date) else str(cell)
