"""Divisions from a small file: code, name, level, parent."""

from functools import lru_cache
from pathlib import Path

import msgspec

from adapters.seed.rows import BadRow, read_rows
from domain.ids import BadId, DivisionCode, Level, level_of, parent_of, parse_division
from domain.text import BadText, check_text

COLUMNS = ("code", "name", "level", "parent")
SHIPPED = Path(__file__).parent


class DivisionRow(msgspec.Struct, frozen=True):
    """One division; `parent` is None where the file doesn't reach higher."""

    code: DivisionCode
    name: str
    level: Level
    parent: DivisionCode | None


def read_divisions(path: Path) -> list[DivisionRow]:
    """Divisions in the file's order, codes cut to what is significant. An unknown code is well formed or not.

    Raises `BadRow` naming row and column: code, name, level against the code's length, parent against the
    code, a township or village without parent, a code twice. A parent need not be in the file.
    """
    found: dict[DivisionCode, DivisionRow] = {}
    for row, cells in read_rows(path, COLUMNS):
        code = _code(path, row, "code", cells["code"])
        if code in found:
            raise BadRow("division-twice", path, row, "code", division=code)
        try:
            name = check_text(cells["name"], "name", longest=100, lines=False)
        except BadText as error:
            raise BadRow(error.code, path, row, "name", **error.params) from None
        if not name:
            raise BadRow("text-empty", path, row, "name")
        level = level_of(code)
        if cells["level"] != level:
            raise BadRow("division-level", path, row, "level", division=code, level=level)
        parent = _code(path, row, "parent", cells["parent"]) if cells["parent"] else None
        if parent is None and level in ("township", "village"):
            raise BadRow("division-parent-missing", path, row, "parent", division=code)
        if parent is not None and parent not in _above(code):
            raise BadRow("division-parent", path, row, "parent", division=code)
        found[code] = DivisionRow(code, name, level, parent)
    if not found:
        raise BadRow("file-empty", path, 1, "code")
    return list(found.values())


def _above(code: DivisionCode) -> list[DivisionCode]:
    above: list[DivisionCode] = []
    while (parent := parent_of(code)) is not None:
        above.append(parent)
        code = parent
    return above


def _code(path: Path, row: int, column: str, text: str) -> DivisionCode:
    try:
        return parse_division(text, column)
    except BadId as error:
        raise BadRow(error.code, path, row, column) from None


@lru_cache(maxsize=1)
def _trial() -> tuple[DivisionRow, ...]:
    return tuple(read_divisions(SHIPPED / "trial.csv"))


def trial_divisions() -> list[DivisionRow]:
    """The invented county 110199 (unassigned code): a town, 5 subdistricts, 44 communities, 16 villages."""
    return list(_trial())
