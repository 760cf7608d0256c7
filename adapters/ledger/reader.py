"""What a group of rows comes to, and how a reader takes its cells and notes what is wrong."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from adapters.ledger import values
from adapters.ledger.cells import Cell, at
from adapters.ledger.fields import Unit
from adapters.ledger.tables import Table
from adapters.ledger.values import given
from domain.days import Month
from domain.errors import BadValue
from domain.identity import ResidentNumber
from domain.money import Fen

Params = dict[str, str | int]


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong in a row: a code of the catalogue with what it names. `row` as the spreadsheet counts,
    `column` from 0 (None: the whole row)."""

    row: int
    column: int | None
    code: str
    params: Params = {}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    number: ResidentNumber | None
    kinship: str
    covered: bool = True
    born: date | None = None
    sex: str | None = None
    uplift: Fen = 0
    facts: tuple[tuple[str, str], ...] = ()
    row: int = 0


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """A household as its ledger has it; the first of `persons` is the head. Amounts in fen a month."""

    sheet: int
    rows: tuple[int, ...]
    persons: tuple[Person, ...]
    amount: Fen
    from_month: Month | None
    standard: Fen | None = None
    area: str | None = None
    township: str = ""
    village: str = ""
    division: str = ""
    review_class: str | None = None
    address: str = ""
    phone: str = ""
    account: str = ""
    holder: int = 0
    """Whose the account is: the place among `persons`."""
    bank: str = ""
    certificate: str = ""
    remarks: str = ""
    causes: tuple[str, ...] = ()


class Read(msgspec.Struct, kw_only=True):
    """What a group came to: a household, or what is wrong with it; and what was repaired, by its code.

    `from_month`, `area`: of the household, though something else is wrong with it.
    """

    rows: tuple[int, ...]
    household: Household | None = None
    from_month: Month | None = None
    area: str | None = None
    troubles: list[Trouble] = []
    repairs: Counter[str] = msgspec.field(default_factory=Counter)


class Reader:
    """Takes the cells of a table. `today`: nobody is born later."""

    def __init__(self, table: Table, today: date) -> None:
        self.table = table
        self.today = today
        self.columns = table.columns
        self.fields = table.columns.fields
        self.rows = table.sheet.rows
        self.from_1904 = table.sheet.from_1904

    def _unit(self, column: int) -> Unit:
        return self.columns.units.get(column, Unit())

    def _first(self, group: Sequence[int]) -> Any:
        """What a household's column says: in its first row, else in the first that says anything."""

        def of(field: str) -> Cell:
            column = self.fields.get(field)
            if column is None:
                return None
            return next((cell for row in group if given(cell := at(self.rows[row], column))), None)

        return of

    def _wrong(
        self, read: Read, row: int, column: int | None, error: BadValue | str, **params: str | int
    ) -> None:
        code = error if isinstance(error, str) else error.code
        said = params if isinstance(error, str) else {**error.params, **params}
        read.troubles.append(Trouble(row=row + 1, column=column, code=code, params=said))

    def _take(self, read: Read, row: int, column: int | None, reader: Any, *more: Any) -> Any:
        try:
            found, repair = reader(at(self.rows[row], column), *more)
        except BadValue as error:
            self._wrong(read, row, column, error)
            return None
        if repair:
            read.repairs[repair] += 1
        return found

    def _one(self, field: str, reader: Any, of: Any, group: Sequence[int], read: Read, *more: Any) -> Any:
        column = self.fields.get(field)
        if column is None or not given(of(field)):
            return None
        row = next(row for row in group if given(at(self.rows[row], column)))
        return self._take(read, row, column, reader, *more)

    def _words(self, cell: Cell, field: str, group: Sequence[int], read: Read, longest: int = 500) -> str:
        if not given(cell):
            return ""
        try:
            return values.words(cell, field, longest)
        except BadValue as error:
            self._wrong(read, group[0], self.fields.get(field), error)
            return ""
