"""What is held against the rows of a household before it is taken: that it is paid now and of this programme, that two
columns of one thing agree, that its cells can be read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from adapters.ledger import values
from adapters.ledger.cells import Cell, at, broken, letter
from adapters.ledger.reader import Person, Read, Reader
from adapters.ledger.registers import ended, other_programme
from adapters.ledger.tables import Table
from adapters.ledger.values import given, plain
from domain.errors import BadValue
from domain.money import Fen

Compared: TypeAlias = Callable[["Checks", Cell, int], Any]


class Checks(Reader):
    """Each adds to what is wrong with a read; nothing is mended here."""

    def __init__(self, table: Table, today: date) -> None:
        super().__init__(table, today)
        seen = {
            column for field, column in self.fields.items() if field not in ("seq", "age", "size", "village")
        }
        for columns in (
            *self.columns.again.values(),
            *(own.values() for own in self.columns.members.values()),
        ):
            seen.update(columns)
        self._seen = sorted(seen | set(self.columns.extras))
        told = {"category", "status", "ended"} & self.fields.keys()
        self._tells_state = bool(told or table.sheet.hidden_rows)

    def _columns(self, field: str) -> tuple[int, ...]:
        own = self.fields.get(field)
        return () if own is None else (own, *self.columns.again.get(field, ()))

    def _paid(self, group: Sequence[int], persons: Sequence[Person], amount: Fen | None, read: Read) -> None:
        """That the household is of this programme and paid now, as far as the ledger says."""
        for row in group if self._tells_state else ():
            cells = self.rows[row]
            for column in self._columns("category"):
                if other_programme(plain(at(cells, column))):
                    self._wrong(read, row, column, "ledger-row-other-programme")
            for column in self._columns("status"):
                if ended(plain(at(cells, column))):
                    self._wrong(read, row, column, "ledger-not-paid")
            for column in self._columns("ended"):
                if given(at(cells, column)):
                    self._wrong(read, row, column, "ledger-ended")
            if row in self.table.sheet.hidden_rows:
                self._wrong(read, row, None, "ledger-row-hidden")
        if amount == 0 and persons:
            self._wrong(
                read, group[0], self.fields.get("amount", self.fields.get("total")), "ledger-amount-zero"
            )

    def _agree(self, group: Sequence[int], read: Read) -> None:
        """Two columns of one thing must say the same."""
        for field, reader in _COMPARED.items() if self.columns.again else ():
            first = self.fields.get(field)
            if first is None or ("低保" in self.columns.headings[first] and field == "account"):
                continue
            for column in self.columns.again.get(field, ()):
                row = next((row for row in group if self._differ(row, first, column, reader)), None)
                if row is not None:
                    heading = self.columns.heading(first)
                    self._wrong(read, row, column, "ledger-two-columns", other=heading, letter=letter(column))

    def _differ(
        self, row: int, first: int, second: int, reader: Callable[["Checks", Cell, int], Any]
    ) -> bool:
        one, other = at(self.rows[row], first), at(self.rows[row], second)
        if not given(one) or not given(other):
            return False
        try:
            return bool(reader(self, one, first) != reader(self, other, second))
        except BadValue:
            return plain(one) != plain(other)

    def _whole(self, group: Sequence[int], read: Read) -> None:
        """That the rows are readable and known to be this household's; of a broken cell nothing else is said."""
        wrong: dict[tuple[int, int | None], str] = {}
        for row in group:
            cells = self.rows[row]
            for column in self._seen:
                if why := broken(at(cells, column)):
                    wrong[row + 1, column] = _BROKEN[why]
        if wrong:
            read.troubles = [one for one in read.troubles if (one.row, one.column) not in wrong]
            for (line, place), code in wrong.items():
                self._wrong(read, line - 1, place, code)
        if self.columns.shape != "long":
            for row in group[1:]:
                self._wrong(read, row, None, "ledger-row-whose")
        elif self.table.doubtful:
            self._wrong(read, group[0], self.fields.get("relation"), "ledger-head-not-first")


_BROKEN = {"error": "ledger-cell-error", "formula": "ledger-cell-formula"}
_COMPARED: Mapping[str, Compared] = {
    "amount": lambda reading, cell, column: values.yuan(cell, reading._unit(column))[0],
    "total": lambda reading, cell, column: values.yuan(cell, reading._unit(column))[0],
    "start": lambda reading, cell, column: values.month(cell, reading.from_1904)[0],
    "insured": lambda reading, cell, column: values.count(cell),
    "account": lambda reading, cell, column: values.account(cell)[0],
}
