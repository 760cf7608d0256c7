"""Where a ledger may have the first month in aid, though its heading doesn't say so."""

from adapters.ledger.cells import Cell, at
from adapters.ledger.tables import Table
from adapters.ledger.values import BadCell, given, month

_SAMPLE = 60
_FIRST, _LAST = "1993-01", "2100-01"
"""No aid of this kind is older; a count read as a day's serial is."""


def months_in(table: Table) -> int | None:
    """The first column of an unknown heading in which most values are months since 1993."""
    rows = [table.sheet.rows[row] for group in table.groups for row in group]
    for column in table.columns.unknown:
        cells = [cell for row in rows if given(cell := at(row, column))][:_SAMPLE]
        found = sum(_is_month(cell, table.sheet.from_1904) for cell in cells)
        if cells and found * 2 > len(cells):
            return column
    return None


def _is_month(cell: Cell, from_1904: bool) -> bool:
    try:
        found, _ = month(cell, from_1904)
    except BadCell:
        return False
    return _FIRST <= found < _LAST
