"""What stands in a sheet: text as text, a number by the digits it shows, a day; nothing is guessed here."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

import msgspec


class Numeric(NamedTuple):
    """A numeric cell by its decimal digits, at most the fifteen that a spreadsheet keeps: `680.5`,
    `110199195507180000`. It may have lost leading zeros and everything after the fifteenth digit."""

    text: str

    @property
    def whole(self) -> bool:
        return "." not in self.text


Cell: TypeAlias = str | Numeric | date | bool | None

Merged: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet as it stands: `rows[0]` is row 1. `place` from 1. `from_1904`: its serial days count from 1904.
    `hidden`: the sheet itself; `hidden_rows`: from 0."""

    name: str
    place: int
    rows: list[list[Cell]]
    merged: tuple[Merged, ...] = ()
    from_1904: bool = False
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """A file's sheets; `file` is its sha256 in hex, `name` its name, `stem` that without the ending. `form`: xlsx | xls
    | csv."""

    file: str
    name: str
    stem: str
    form: str
    sheets: tuple[Sheet, ...]


def numeric(value: int | float) -> Numeric:
    """The digits a spreadsheet shows, never an exponent: what binary fractions add beyond fifteen is no part."""
    if isinstance(value, int):
        return Numeric(str(value))
    if value.is_integer() and abs(value) < 1e15:
        return Numeric(str(int(value)))
    digits, _, exponent = f"{value:.14e}".partition("e")
    shift = int(exponent)
    sign = "-" if digits.startswith("-") else ""
    plain = digits.lstrip("-").replace(".", "")
    if shift >= 0:
        plain = plain.ljust(shift + 1, "0")
        whole, rest = plain[: shift + 1], plain[shift + 1 :]
    else:
        whole, rest = "0", "0" * (-shift - 1) + plain
    rest = rest.rstrip("0")
    return Numeric(f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}")


_ERROR = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")


def broken(cell: Cell) -> str:
    """`error` of a cell whose formula failed, `formula` of one that was never computed; "" of any other."""
    if not isinstance(cell, str) or cell[:1] not in ("#", "="):
        return ""
    return "formula" if cell[0] == "=" else "error" if _ERROR.match(cell) else ""


def at(cells: Sequence[Cell], column: int | None) -> Cell:
    return cells[column] if column is not None and column < len(cells) else None


def blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: Cell) -> str:
    """A cell as text, for whoever mends it."""
    if cell is None:
        return ""
    if isinstance(cell, Numeric):
        return cell.text
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return cell.isoformat() if isinstance(cell, date) else cell


def letter(column: int) -> str:
    """`A` for 0, `AB` for 27."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
