"""Rows of a table as households: each whole with all that is typed of it, or refused whole with all that is wrong."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from adapters.ledger import codes, values
from adapters.ledger.amounts import Amounts
from adapters.ledger.cells import Numeric, at
from adapters.ledger.checks import Checks
from adapters.ledger.fields import STARTS
from adapters.ledger.persons import Persons
from adapters.ledger.reader import Household, Person, Read, Trouble
from adapters.ledger.tables import Table, table_of, tables_of
from adapters.ledger.values import BadCell, given, plain
from domain.days import Month

__all__ = ["Household", "Person", "Read", "Reading", "Table", "Trouble", "table_of", "tables_of"]


class Reading(Persons, Amounts, Checks):
    """Reads the groups of a table. `today`: nobody is born later."""

    def __init__(self, table: Table, today: date) -> None:
        super().__init__(table, today)
        titles, _, stem = table.said.partition("\n")
        self.area = codes.area(titles) or codes.area(stem)
        """What titles and names say of all."""

    def each(self) -> Iterator[Read]:
        for group in self.table.groups:
            yield self.read(group)

    def read(self, group: Sequence[int]) -> Read:
        read = Read(rows=tuple(row + 1 for row in group))
        persons = self._persons(group, read)
        of = self._first(group)
        if not read.troubles:
            self._counts(group, persons, read)
        amount = self._amount(group, persons, read)
        household = Household(
            sheet=self.table.sheet.place,
            rows=read.rows,
            persons=tuple(persons),
            amount=amount or 0,
            from_month=self._start(of, group, read),
            standard=self._standard(of, group, read),
            area=self._area(of, group),
            township=plain(of("area")),
            village=plain(of("village")),
            division=plain(of("division")).replace(" ", ""),
            review_class=codes.grade(plain(of("grade"))) or self._first_of(group, "category", codes.grade),
            address=self._words(of("address"), "address", group, read),
            phone=self._one("phone", values.phone, of, group, read) or "",
            account=self._one("account", values.account, of, group, read) or "",
            holder=self._holder(persons, group, read),
            bank=self._words(of("bank"), "bank", group, read, 100),
            certificate=self._certificate(of, group, read),
            remarks=self._words(of("remarks"), "remarks", group, read),
            causes=codes.causes(of("cause")) if given(of("cause")) else (),
        )
        read.from_month, read.area = household.from_month, household.area
        self._paid(group, persons, amount, read)
        self._agree(group, read)
        self._whole(group, read)
        if not read.troubles:
            read.household = household
        return read

    def _certificate(self, of: Any, group: Sequence[int], read: Read) -> str:
        """Kept as it stands; a numeric cell of more digits than a sheet keeps has lost some."""
        cell = of("certificate")
        if isinstance(cell, Numeric) and len(cell.text) > 15:
            self._wrong(read, group[0], self.fields["certificate"], "ledger-certificate-numeric")
            return ""
        if isinstance(cell, Numeric):
            read.repairs["numeric-certificate"] += 1
        return plain(self._words(cell, "certificate", group, read, 100))

    def _counts(self, group: Sequence[int], persons: Sequence[Person], read: Read) -> None:
        """Who is named must be as many as the ledger says are covered; where it doesn't say, all of the household."""
        column = self.fields.get("insured")
        if not any(given(at(self.rows[row], column)) for row in group):
            self._size(group, persons, read)
            return
        for row in group:
            cell = at(self.rows[row], column)
            if not given(cell):
                continue
            try:
                said = values.count(cell)
            except BadCell as error:
                self._wrong(read, row, column, error)
                return
            covered = sum(one.covered for one in persons)
            if said != covered and not (self.columns.shape == "long" and said == 1 and covered == len(group)):
                code = "ledger-members-missing" if said > covered else "ledger-members-more"
                self._wrong(read, row, column, code, said=said, named=covered)
            return

    def _size(self, group: Sequence[int], persons: Sequence[Person], read: Read) -> None:
        """Of a household with more persons than are named nobody knows whom the amount is for."""
        column = self.fields.get("size")
        row = next((row for row in group if given(at(self.rows[row], column))), None)
        if row is None:
            return
        try:
            said = values.count(at(self.rows[row], column))
        except BadCell:
            return
        if said > len(persons):
            self._wrong(read, row, column, "ledger-members-missing", said=said, named=len(persons))

    def _start(self, of: Any, group: Sequence[int], read: Read) -> Month | None:
        """The first month in aid: as the ledger has it; else the month after it was approved or registered."""
        for field in STARTS:
            if not given(of(field)):
                continue
            month: Month | None = self._one(field, values.first_month, of, group, read, self.from_1904)
            if month is None or field == "start":
                return month
            read.repairs[f"start-{field}"] += 1
            return values.month_after(month)
        return None

    def _area(self, of: Any, group: Sequence[int]) -> str | None:
        """As a column says, else a line over the rows, titles and names, else the kind of the head's registration."""
        section = codes.area(self.table.sections.get(group[0], ""))
        told = self._first_of(group, "category", codes.area) or section or self.area
        return told or codes.hukou(plain(of("hukou")))

    def _first_of(self, group: Sequence[int], field: str, reader: Callable[[str], str | None]) -> str | None:
        """What the first of a field's columns says that says anything."""
        for column in self._columns(field):
            for row in group:
                found = reader(plain(at(self.rows[row], column)))
                if found:
                    return found
        return None

    def _holder(self, persons: Sequence[Person], group: Sequence[int], read: Read) -> int:
        """Whose account it is, by the name beside it, else by the member's row in which it stands; somebody who isn't
        of the household needs an agreement that is filed first."""
        column = self.fields.get("account")
        row = next((row for row in group if given(at(self.rows[row], column))), None)
        if column is None or row is None:
            return 0
        said = at(self.rows[row], self.fields.get("holder"))
        if not given(said):
            mine = (place for place, one in enumerate(persons) if one.row == row + 1)
            return next(mine, 0) if self.columns.shape == "long" else 0
        who = plain(said).replace(" ", "")
        for place, one in enumerate(persons):
            if one.name.replace(" ", "") == who:
                return place
        if persons and not read.troubles:
            self._wrong(read, row, self.fields["holder"], "ledger-holder-outside")
        return 0
