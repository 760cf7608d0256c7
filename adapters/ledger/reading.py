"""Reading workbooks (.xlsx, .xls) and csv in the encodings offices use; each cell keeps what it was.

A file says what it is by its first bytes, not by its ending. Whatever can't be read is refused whole, by code.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import xlrd
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from adapters.ledger import marks, webpage
from adapters.ledger.cells import Book, Cell, Sheet, numeric
from adapters.ledger.marks import Marks
from domain.errors import BadValue

MOST_BYTES = 200 * 1024 * 1024
MOST_UNPACKED = 1024 * 1024 * 1024
_FAR = re.compile(rb'<c\b[^>]*\br="(?:[A-Za-z]{3,}\d+|[A-Za-z]+\d{7,})"[^>]*>\s*<(?:v|is|f)\b')
"""A cell with a value beyond column ZZ or row 999,999."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHERS = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")
_SEALED = "EncryptedPackage".encode("utf-16-le")
"""The stream in which an .xlsx with a password is kept."""
_ENCODINGS = ("utf-8-sig", "gb18030")
_SEPARATORS = (",", "\t", ";", "|")


class BadFile(BadValue):
    """A file that is no ledger anybody can read."""


def read_book(path: Path) -> Book:
    """All sheets of a file. Raises `BadFile`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile("file-unreadable", "file", reason=type(error).__name__) from None
    if not content:
        raise BadFile("ledger-empty", "file")
    if len(content) > MOST_BYTES:
        raise BadFile("ledger-too-large", "file", most=MOST_BYTES // 1024 // 1024)
    if content.startswith(_OTHERS):
        raise BadFile("ledger-not-read", "file")
    if content.startswith(_ZIP):
        form, sheets = "xlsx", tuple(_workbook(content, "xlsx", _marked(content)))
    elif content.startswith(_OLE):
        if _SEALED in content:
            raise BadFile("ledger-locked", "file")
        form, sheets = "xls", tuple(_workbook(content, "xls", {}))
    else:
        form, sheets = "csv", _text(content)
    return Book(file=sha256(content).hexdigest(), name=path.name, stem=path.stem, form=form, sheets=sheets)


def _marked(content: bytes) -> dict[str, Marks]:
    """The marks of each sheet, by its name. Refused before anything is laid out: one cell at the end of the world
    would make a sheet of billions."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise BadFile("ledger-unpacked", "file", most=MOST_UNPACKED // 1024 // 1024)
            found = {}
            for one in parts:
                if "/worksheets/" in one.filename and one.filename.endswith(".xml"):
                    part = archive.read(one)
                    if _FAR.search(part):
                        raise BadFile("ledger-too-wide", "file")
                    found[one.filename] = marks.in_part(part)
            return marks.by_sheet(archive, found)
    except BadFile:
        raise
    except (
        *(zipfile.BadZipFile, zlib.error, ElementTree.ParseError, NotImplementedError, RuntimeError),
        *(OSError, EOFError, KeyError, ValueError),
    ):  # none is the cause: its text can be a cell's
        raise BadFile("ledger-not-read", "file") from None


def _workbook(content: bytes, form: str, by_name: Mapping[str, Marks]) -> Iterator[Sheet]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        from_1904 = _epoch_of_xlsx(content) if form == "xlsx" else _epoch_of_xls(content)
        old = marks.of_old_form(content) if form == "xls" else []
        for place, about in enumerate(book.sheets_metadata):
            sheet = book.get_sheet_by_index(place)
            marked = old[place] if place < len(old) else by_name.get(about.name, Marks())
            yield Sheet(
                name=about.name,
                place=place + 1,
                rows=_with(_rows(sheet), marked),
                merged=tuple(
                    (first[0], first[1], last[0], last[1]) for first, last in sheet.merged_cell_ranges or ()
                ),
                from_1904=from_1904,
                hidden=about.visible != SheetVisibleEnum.Visible,
                hidden_rows=marked.hidden,
            )
    except BaseException as error:  # a reader of workbooks may stumble, even panic, over anything
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
            raise
        encrypted = "assword" in str(error) or "ncrypt" in str(error)
        raise BadFile("ledger-locked" if encrypted else "ledger-not-read", "file") from None


def _with(rows: list[list[Cell]], marked: Marks) -> list[list[Cell]]:
    """Broken cells stand as the text of what is wrong with them, never as empty."""
    for (row, column), text in marked.broken.items():
        if row < len(rows):
            cells = rows[row]
            cells.extend([None] * (column + 1 - len(cells)))
            if cells[column] is None:
                cells[column] = text
    return rows


def _rows(sheet: Any) -> list[list[Cell]]:
    down, right = sheet.start or (0, 0)
    rows: list[list[Cell]] = [[] for _ in range(down)]
    before: list[Cell] = [None] * right
    for found in sheet.iter_rows():
        cells = [_cell(value) for value in found]
        while cells and cells[-1] is None:
            cells.pop()
        rows.append([*before, *cells] if right and cells else cells)
    return rows


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return numeric(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return None if value is None else str(value)


def _epoch_of_xlsx(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next((one for one in archive.namelist() if one.endswith("/workbook.xml")), None)
        if name is None:
            return False
        head = archive.read(name)
    return b'date1904="1"' in head or b'date1904="true"' in head


def _epoch_of_xls(content: bytes) -> bool:
    with xlrd.open_workbook(file_contents=content, on_demand=True, logfile=io.StringIO()) as book:
        return bool(book.datemode)


def _text(content: bytes) -> tuple[Sheet, ...]:
    """csv by its own separator, or the tables of a web page. UTF-8 with or without BOM, GB18030 (and so GBK, GB2312),
    UTF-16."""
    text = _decoded(content)
    if text.lstrip().startswith("<?xml"):
        raise BadFile("ledger-not-read", "file")
    if webpage.is_page(text):
        return tuple(webpage.tables(text))
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=lambda one: _count(text, one))
    if not first:
        raise BadFile("ledger-empty", "file")
    if _ends_in_quotes(text, separator):
        raise BadFile("ledger-quote-open", "file")
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows: list[list[Cell]] = [[_unquoted(cell) for cell in row] for row in found]
    except csv.Error:
        raise BadFile("ledger-not-read", "file") from None
    return (Sheet(name="", place=1, rows=rows),)


def _ends_in_quotes(text: str, separator: str) -> bool:
    """An open quotation mark makes one cell of all that follows it: rows would vanish unseen."""
    end = f"\n{separator}end"
    *_, last = csv.reader(io.StringIO(text + end, newline=""), delimiter=separator)
    return last[-1:] != ["end"]


def _count(text: str, separator: str) -> int:
    return text[:20_000].count(separator)


def _unquoted(cell: str) -> Cell:
    """`="0012"` is how a text is kept from a spreadsheet's hands."""
    plain = cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell
    return plain or None


def _decoded(content: bytes) -> str:
    for name in _encodings(content):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise BadFile("ledger-encoding", "file")


def _encodings(content: bytes) -> tuple[str, ...]:
    """UTF-16 without its mark is told by the zero bytes of its separators and digits, all on one side."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\0" not in content:
        return _ENCODINGS
    first, second = content[::2].count(0), content[1::2].count(0)
    ends = b"\n\0" in content or b"\0\n" in content
    if len(content) % 2 or (first and second) or not ends:
        raise BadFile("ledger-not-read", "file")
    return ("utf-16-le",) if second else ("utf-16-be",)
