"""Finding the header of a sheet: one to three rows under titles and notes, groups over merged cells."""

import re
from collections.abc import Collection, Sequence

import msgspec

from adapters.ledger.cells import Cell, Sheet, at, blank
from adapters.ledger.fields import field_of, member_of, normalise

DEEPEST = 12
"""Rows in which a header may begin."""
_LEAST = 3
"""So many columns must be known for a row to be a header."""
_NOTES = re.compile(r"单位|制表|填报|日期")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """`first`..`last`: its rows (from 0); `names`: a heading for each column, of a group and a part joined by a
    line break; `titles`: what stands above it."""

    first: int
    last: int
    names: tuple[str, ...]
    titles: tuple[str, ...]

    @property
    def note(self) -> str:
        """The line above that says units and who keeps the table."""
        return " ".join(one for one in self.titles if _NOTES.search(normalise(one)))


def find_header(
    sheet: Sheet, said: Collection[str] = (), begin: int = 0, end: int | None = None
) -> Header | None:
    """The header that knows most columns; None where no row of the sheet looks like one. Of two that know as many the
    deeper one where its last row holds headings alone. `said`: headings that the office knows; `begin`, `end`: the
    rows of the table."""
    own = frozenset(map(normalise, said))
    best: tuple[int, int, Header] | None = None
    end = len(sheet.rows) if end is None else end
    for first in range(begin, min(begin + DEEPEST, end)):
        own_words = any(_known(str(cell), own) for cell in sheet.rows[first] if not blank(cell))
        for depth in (1, 2, 3) if own_words else ():
            last = first + depth - 1
            if last >= end or not _texts_only(sheet.rows[last]):
                break
            names = _names(sheet, first, last)
            score = sum(_known(name, own) for name in names)
            deep = depth if _headings_only(sheet.rows[last], own) else -depth
            header = Header(first=first, last=last, names=names, titles=_titles(sheet, begin, first))
            if score >= _LEAST and (best is None or (score, deep) > best[:2]):
                best = (score, deep, header)
    return _with_units(sheet, best[2]) if best else None


def parts_of(sheet: Sheet, said: Collection[str] = ()) -> list[tuple[int, int]]:
    """First row and the one after the last of each table of a sheet: where headings come again that are others, or
    stand otherwise, another begins, with the lines of text over them."""
    own = frozenset(map(normalise, said))
    begins, between = [0], False
    before: set[tuple[str, ...]] = set()
    for row, cells in enumerate(sheet.rows):
        texts = _headings_of(cells, own)
        if not texts:
            between = between or not _between(cells)
            continue
        if before and between and texts not in before:
            begins.append(_with_titles(sheet, row))
            before = set()
        before.add(texts)
        between = False
    return list(zip(begins, (*begins[1:], len(sheet.rows)), strict=True))


def _between(cells: Sequence[Cell]) -> bool:
    """Whether a row is blank or holds words alone: no data, as titles, notes and headings are none."""
    return all(blank(cell) for cell in cells) or _texts_only(cells)


def _headings_of(row: Sequence[Cell], own: Collection[str]) -> tuple[str, ...]:
    """The texts of a row of headings, as they stand; none of any other row."""
    if sum(isinstance(cell, str) for cell in row) < _LEAST or not _texts_only(row):
        return ()
    known = sum(_known(str(cell), own) for cell in row if not blank(cell))
    filled = sum(not blank(cell) for cell in row)
    if known < _LEAST or known * 2 < filled:
        return ()
    texts = [normalise(_text(cell)) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _with_titles(sheet: Sheet, row: int) -> int:
    """The first of the lines of text right over a row, blank ones between."""
    first = row
    while first > 0 and row - first < DEEPEST - 1:
        above = sheet.rows[first - 1]
        if not _between(above):
            break
        first -= 1
    return first


_UNIT_TEXT = re.compile(
    r"[(\[]?(?:单位:?)?(?:万?元|人|户|岁|亩|%|年月?|年/月|平方米)(?:[/、,·.每]?(?:人|户|年|月|季度?|半年|元)){0,3}[)\]]?"
)


def _with_units(sheet: Sheet, header: Header) -> Header:
    """The row below it where that holds nothing but units: each belongs to the heading over it."""
    row = sheet.rows[header.last + 1] if header.last + 1 < len(sheet.rows) else []
    texts = [normalise(cell) if isinstance(cell, str) else "" for cell in row]
    filled = [text for text, cell in zip(texts, row, strict=True) if not blank(cell)]
    if not filled or not all(_UNIT_TEXT.fullmatch(text) for text in filled):
        return header
    texts += [""] * (len(header.names) - len(texts))
    names = tuple(
        f"{name}({text.strip('()[]')})" if name and text else name
        for name, text in zip(header.names, texts, strict=False)
    )
    return msgspec.structs.replace(header, last=header.last + 1, names=names)


def _texts_only(row: Sequence[Cell]) -> bool:
    """A header holds words: no number that is none of a heading, no day, nothing as long as an identity number."""
    filled = [cell for cell in row if not blank(cell)]
    if not filled or not all(isinstance(cell, str) for cell in filled):
        return False
    return not any(re.search(r"\d{8,}", normalise(str(cell))) for cell in filled)


def _headings_only(row: Sequence[Cell], own: Collection[str]) -> bool:
    return all(_known(str(cell), own) for cell in row if not blank(cell))


def _known(name: str, own: Collection[str]) -> int:
    parts = name.split("\n")
    if normalise(parts[-1]) in own or normalise(name) in own:
        return 1
    found = field_of(parts[-1]) or (field_of("".join(parts)) if len(parts) > 1 else None)
    return 1 if found or member_of(parts[-1]) or member_of("".join(parts)) else 0


def _names(sheet: Sheet, first: int, last: int) -> tuple[str, ...]:
    width = max(len(row) for row in sheet.rows[first : last + 1])
    levels = [_level(sheet, row, width, row < last) for row in range(first, last + 1)]
    names = []
    for column in range(width):
        parts: list[str] = []
        for level in levels:
            text = level[column]
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        names.append("\n".join(parts))
    return tuple(names)


def _level(sheet: Sheet, row: int, width: int, group: bool) -> list[str]:
    """The texts of a header row, merged ones over all their columns. A group that isn't merged reaches up to the
    next text, where something stands under it."""
    cells = [_text(cell) for cell in sheet.rows[row]]
    cells += [""] * (width - len(cells))
    merged = [False] * width
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom:
            text = _text(at(sheet.rows[top], left))
            for column in range(left, min(right, width - 1) + 1):
                merged[column] = True
                cells[column] = text if not cells[column] else cells[column]
    if group and not any(merged) and row + 1 < len(sheet.rows):
        below = sheet.rows[row + 1]
        for column in range(1, width):
            under = column < len(below) and not blank(below[column])
            if not cells[column] and under and cells[column - 1]:
                cells[column] = cells[column - 1]
    return cells


def _text(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _titles(sheet: Sheet, begin: int, first: int) -> tuple[str, ...]:
    return tuple(_text(cell) for row in sheet.rows[begin:first] for cell in row if _text(cell))
