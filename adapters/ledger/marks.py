"""What stands in a workbook beside its values: hidden rows, cells whose formula failed or was never computed.

A reader of values gives such cells as empty, and hidden rows as any other.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree
from zipfile import ZipFile

import msgspec
from xlrd.compdoc import CompDoc

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*\shidden=\"(?:1|true)\"[^>]*)>")
_CELL_ERROR = re.compile(rb"<(?:\w+:)?c\b([^>]*\st=\"e\"[^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_NUMBER, _REFERENCE = re.compile(rb"\sr=\"(\d+)\""), re.compile(rb"\sr=\"([A-Z]+)(\d+)\"")
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class Marks(msgspec.Struct, frozen=True):
    """Of one sheet, rows and columns from 0: hidden rows, and broken cells as (row, column) → what stands there."""

    hidden: frozenset[int] = frozenset()
    broken: Mapping[tuple[int, int], str] = {}


def in_part(part: bytes) -> Marks:
    """Of the text of a worksheet in an .xlsx."""
    hidden: set[int] = set()
    broken: dict[tuple[int, int], str] = {}
    if b"hidden=" in part:
        for found in _ROW.finditer(part):
            number = _NUMBER.search(found[1])
            if number:
                hidden.add(int(number[1]) - 1)
    if b't="e"' in part:
        broken.update((place, "#REF!") for place, _ in _cells(_CELL_ERROR, part))
    if b"<f" in part or b":f" in part:
        broken.update((place, f"={text}") for place, text in _cells(_UNCOMPUTED, part))
    return Marks(frozenset(hidden), broken)


def _cells(pattern: re.Pattern[bytes], part: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for found in pattern.finditer(part):
        where = _REFERENCE.search(found[1])
        if where is None:
            continue
        column = 0
        for letter in where[1]:
            column = column * 26 + letter - 64
        yield (int(where[2]) - 1, column - 1), (found[2] or b"").decode("utf-8", "replace")


def by_sheet(archive: ZipFile, of_parts: Mapping[str, Marks]) -> dict[str, Marks]:
    """The marks of parts by the name of the sheet each is of."""
    names = {one.lower(): one for one in archive.namelist()}
    book = next((real for name, real in names.items() if name.endswith("xl/workbook.xml")), None)
    links = next((real for name, real in names.items() if name.endswith("xl/_rels/workbook.xml.rels")), None)
    if book is None or links is None:
        return {}
    targets = {one.get("Id"): one.get("Target", "") for one in ElementTree.fromstring(archive.read(links))}
    found = {}
    for one in ElementTree.fromstring(archive.read(book)).iter():
        if one.tag.endswith("}sheet"):
            tail = targets.get(one.get(_R), "").rpartition("/")[2]
            part = next((name for name in of_parts if name.rpartition("/")[2] == tail), None)
            if part is not None:
                found[one.get("name", "")] = of_parts[part]
    return found


def of_old_form(content: bytes) -> list[Marks]:
    """Of each sheet of an .xls, in its order (BIFF8 records: ROW, BOOLERR, FORMULA)."""
    stream, start, size = CompDoc(content, logfile=_Silent()).locate_named_stream("Workbook")
    if stream is None:
        return []
    book = bytes(stream[start : start + size])
    offsets = [struct.unpack_from("<I", data)[0] for kind, data in _records(book, 0) if kind == 0x0085]
    return [_of_substream(book, offset) for offset in offsets]


def _of_substream(book: bytes, offset: int) -> Marks:
    hidden: set[int] = set()
    broken: dict[tuple[int, int], str] = {}
    for kind, data in _records(book, offset):
        if kind == 0x0208 and len(data) >= 14 and data[12] & 0x20:
            hidden.add(struct.unpack_from("<H", data)[0])
        elif kind == 0x0205 and len(data) >= 8 and data[7]:
            broken[struct.unpack_from("<HH", data)] = _ERRORS.get(data[6], "#REF!")
        elif kind == 0x0006 and len(data) >= 14 and data[12:14] == b"\xff\xff" and data[6] == 2:
            broken[struct.unpack_from("<HH", data)] = _ERRORS.get(data[8], "#REF!")
    return Marks(frozenset(hidden), broken)


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of a substream, those of what is embedded in it left out."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        if kind == 0x0809:
            depth += 1
        elif kind == 0x000A:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length


class _Silent:
    def write(self, text: str) -> int:
        return len(text)
