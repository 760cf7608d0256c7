"""Tables of a web page that calls itself `.xls`: how many systems write what is downloaded from them."""

import re
from html.parser import HTMLParser

from adapters.ledger.cells import Cell, Merged, Sheet

_PAGE = re.compile(r"<(?:!doctype html|html|table)\b", re.IGNORECASE)
_MOST = 10_000
"""Rows or columns that one cell may span."""


def is_page(text: str) -> bool:
    return bool(_PAGE.search(text[:4096]))


def tables(text: str) -> list[Sheet]:
    """Each table as a sheet, every cell text; a table within another's cell is its own."""
    page = _Page()
    page.feed(text)
    page.close()
    found = [one for one in page.done if any(any(row) for row in one.rows)]
    return [
        Sheet(name="", place=place, rows=one.rows, merged=tuple(one.merged))
        for place, one in enumerate(found, 1)
    ]


class _Table:
    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.merged: list[Merged] = []
        self.column = 0
        self.taken: dict[tuple[int, int], bool] = {}

    def cell(self, down: int, right: int) -> None:
        if not self.rows:
            self.rows.append([])
        row = len(self.rows) - 1
        while self.taken.pop((row, self.column), False):
            self.column += 1
        if down > 1 or right > 1:
            self.merged.append((row, self.column, row + down - 1, self.column + right - 1))
            for below in range(row + 1, row + down):
                self.taken.update({(below, self.column + beside): True for beside in range(right)})
        cells = self.rows[row]
        cells.extend([None] * (self.column + right - len(cells)))
        self.at = (row, self.column)
        self.column += right

    def put(self, text: str) -> None:
        row, column = self.at
        self.rows[row][column] = text or None


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[_Table] = []
        self.done: list[_Table] = []
        self.texts: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "table":
            self.open.append(_Table())
            self.done.append(self.open[-1])
        elif tag == "tr" and self.open:
            self._end()
            self.open[-1].rows.append([])
            self.open[-1].column = 0
        elif tag in ("td", "th") and self.open:
            self._end()
            self.open[-1].cell(_span(said.get("rowspan")), _span(said.get("colspan")))
            self.texts.append([])
        elif tag == "br" and self.texts:
            self.texts[-1].append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._end()
        elif tag == "table" and self.open:
            self._end()
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1].append(data)

    def _end(self) -> None:
        if self.texts and self.open:
            self.open[-1].put("".join(self.texts.pop()).strip())


def _span(said: str | None) -> int:
    return min(max(int(said), 1), _MOST) if said and said.strip().isdecimal() else 1
