"""Rows of a csv file with a fixed header; every fault names its row and column."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from domain.errors import BadValue


class BadRow(BadValue):
    """A row or header that can't be taken; `params` hold file, row (1 is the header) and column."""

    def __init__(self, code: str, path: Path, row: int, column: str, **params: str | int) -> None:
        super().__init__(code, column, file=path.name, row=row, column=column, **params)
        self.row = row
        self.column = column


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row's number in the file and its cells, stripped; the header must hold exactly `columns`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRow("file-not-utf8", path, 1, columns[0]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        for column in columns:
            if column not in header:
                raise BadRow("file-column-missing", path, 1, column)
        if len(header) != len(columns):
            raise BadRow(
                "file-column-unknown",
                path,
                1,
                next(c for c in header if c not in columns or header.count(c) > 1),
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise BadRow(
                    "file-row-length", path, reader.line_num, header[min(len(cells), len(header) - 1)]
                )
            yield reader.line_num, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    except csv.Error:
        raise BadRow("file-not-csv", path, reader.line_num, columns[0]) from None
