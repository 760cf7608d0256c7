"""Rows of a sheet as households: each whole with all that is typed of it, or refused whole with all that is wrong."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from adapters.ledger import values
from adapters.ledger.cells import Cell, Numeric, Sheet, blank
from adapters.ledger.columns import Columns, columns_of
from adapters.ledger.fields import Unit, normalise
from adapters.ledger.headers import Header, find_header
from adapters.ledger.values import BadCell, given, plain
from domain.days import Month
from domain.errors import BadValue
from domain.identity import ResidentNumber, born, sex
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


class Table(msgspec.Struct, kw_only=True):
    """A sheet that is a ledger: its header and columns, the rows of data in groups."""

    sheet: Sheet
    header: Header
    columns: Columns
    groups: list[list[int]]
    """Rows of the sheet from 0, a group a household."""
    said: str
    """Titles and names from which area is told: of the sheet, else of the file."""


class Read(msgspec.Struct, kw_only=True):
    """What a group came to: a household, or what is wrong with it; and what was repaired, by its code."""

    rows: tuple[int, ...]
    household: Household | None = None
    troubles: list[Trouble] = []
    repairs: Counter[str] = msgspec.field(default_factory=Counter)


def table_of(sheet: Sheet, stem: str, said: Mapping[str, str]) -> Table | None:
    """The ledger of a sheet; None where it has no header of one (a list of codes, a summary)."""
    header = find_header(sheet, said.keys())
    if header is None:
        return None
    headings = frozenset(plain(name.split("\n")[-1]).replace(" ", "") for name in header.names if name)
    data = [row for row in range(header.last + 1, len(sheet.rows)) if _is_data(sheet, row, headings)]
    columns = columns_of(header, [sheet.rows[row] for row in data[:200]], said)
    if not {"head", "name"} & columns.fields.keys() or not {"amount", "total"} & columns.fields.keys():
        return None
    data = [row for row in data if not _is_sum(sheet.rows[row], columns)]
    return Table(
        sheet=sheet,
        header=header,
        columns=columns,
        groups=list(_groups(sheet, columns, data)),
        said=" ".join((*header.titles, sheet.name)) + "\n" + stem,
    )


_SUM = re.compile(r"^(合计|小计|总计|共计|总合计|本页小计|本页合计)")
_FOOT = re.compile(
    r"^(制表人?|审核人?|单位负责人|填表人|负责人|制表时间|填报人|经办人|备注|注|说明|签字|分管领导|领导签)"
)
_SAMPLE = re.compile(r"^[\[【(（]?(示例|样例|例)[\]】)）]?")


def _is_data(sheet: Sheet, row: int, headings: frozenset[str]) -> bool:
    """Not blank, not a sample, a foot, the header once more, or a row that numbers the columns."""
    filled = [plain(cell).replace(" ", "") for cell in sheet.rows[row] if not blank(cell)]
    if not filled or _SAMPLE.match(filled[0]):
        return False
    if len(filled) <= 3 and (_FOOT.match(filled[0]) or (len(filled) == 1 and len(filled[0]) > 12)):
        return False
    return sum(map(headings.__contains__, filled)) < 3 and not _numbered(filled)


def _numbered(filled: Sequence[str]) -> bool:
    """A row that numbers the columns: 1 2 3 4 …, or 甲 乙 1 2 …"""
    if len(filled) < 4 or filled[-1] not in ("4", "5", "6") and len(filled[-1]) > 2:
        return False
    rest = [one for one in filled if one not in "甲乙丙丁戊"]
    return rest == [str(one) for one in range(1, len(rest) + 1)]


def _is_sum(cells: Sequence[Cell], columns: Columns) -> bool:
    words = [plain(cell).replace(" ", "") for cell in cells[:6] if not blank(cell)]
    number = columns.fields.get("id")
    own = _at(cells, number) if number is not None else None
    return any(_SUM.match(word) for word in words) and not given(own)


def _at(cells: Sequence[Cell], column: int | None) -> Cell:
    return cells[column] if column is not None and column < len(cells) else None


def _groups(sheet: Sheet, columns: Columns, data: Iterable[int]) -> Iterator[list[int]]:
    """Members as rows under their head: he is named by his relation, by the household's key, or by a name that
    changes. Beside him or in a cell: a row a household."""
    if columns.shape != "long":
        for row in data:
            yield [row]
        return
    group: list[int] = []
    for row in data:
        if group and _begins(sheet, columns, group, row):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _begins(sheet: Sheet, columns: Columns, group: Sequence[int], row: int) -> bool:
    fields = columns.fields
    cells, first = sheet.rows[row], sheet.rows[group[0]]
    for key in ("household", "certificate"):
        if key in fields and given(_at(cells, fields[key])) and given(_at(first, fields[key])):
            return plain(_at(cells, fields[key])) != plain(_at(first, fields[key]))
    if "relation" in fields:
        try:
            kin = values.kinship(_at(cells, fields["relation"]))
        except BadValue:
            kin = ""
        if kin == values.HEAD:
            return True
    if "head" in fields and given(_at(cells, fields["head"])):
        return plain(_at(cells, fields["head"])) != plain(_at(first, fields["head"]))
    if "relation" not in fields and "head" not in fields and "seq" in fields:
        return given(_at(cells, fields["seq"]))
    return False


class Reading:
    """Reads the groups of a table. `today`: nobody is born later."""

    def __init__(self, table: Table, today: date) -> None:
        self.table = table
        self.today = today
        self.columns = table.columns
        self.fields = table.columns.fields
        self.rows = table.sheet.rows
        self.from_1904 = table.sheet.from_1904
        self.area = next(
            (found for said in reversed(table.said.split("\n")) if (found := values.area(said))), None
        )
        titles = table.said.split("\n")[0]
        self.area = values.area(titles) or self.area

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
            area=self._area(of),
            township=plain(of("area")),
            village=plain(of("village")),
            division=plain(of("division")).replace(" ", ""),
            review_class=values.grade(plain(of("grade"))) or values.grade(plain(of("category"))),
            address=self._words(of("address"), "address", group, read),
            phone=self._one("phone", values.phone, of, group, read) or "",
            account=self._one("account", values.account, of, group, read) or "",
            holder=self._holder(of, persons, group, read),
            bank=self._words(of("bank"), "bank", group, read, 100),
            certificate=self._certificate(of, group, read),
            remarks=self._words(of("remarks"), "remarks", group, read),
            causes=values.causes(of("cause")) if given(of("cause")) else (),
        )
        if not read.troubles:
            read.household = household
        return read

    def _first(self, group: Sequence[int]) -> Any:
        """What a household's column says: in its first row, else in the first that says anything."""

        def of(field: str) -> Cell:
            column = self.fields.get(field)
            if column is None:
                return None
            return next((cell for row in group if given(cell := _at(self.rows[row], column))), None)

        return of

    def _wrong(
        self, read: Read, row: int, column: int | None, error: BadValue | str, **params: str | int
    ) -> None:
        code = error if isinstance(error, str) else error.code
        said = params if isinstance(error, str) else {**error.params, **params}
        read.troubles.append(Trouble(row=row + 1, column=column, code=code, params=said))

    def _take(self, read: Read, row: int, column: int | None, reader: Any, *more: Any) -> Any:
        try:
            found, repair = reader(_at(self.rows[row], column), *more)
        except BadValue as error:
            self._wrong(read, row, column, error)
            return None
        if repair:
            read.repairs[repair] += 1
        return found

    def _one(self, field: str, reader: Any, of: Any, group: Sequence[int], read: Read) -> Any:
        column = self.fields.get(field)
        if column is None or not given(of(field)):
            return None
        row = next(row for row in group if given(_at(self.rows[row], column)))
        return self._take(read, row, column, reader)

    def _words(self, cell: Cell, field: str, group: Sequence[int], read: Read, longest: int = 500) -> str:
        if not given(cell):
            return ""
        try:
            return values.words(cell, field, longest)
        except BadValue as error:
            self._wrong(read, group[0], self.fields.get(field), error)
            return ""

    def _certificate(self, of: Any, group: Sequence[int], read: Read) -> str:
        """Kept as it stands; a numeric cell of more digits than a sheet keeps has lost some."""
        cell = of("certificate")
        if isinstance(cell, Numeric) and len(cell.text) > 15:
            self._wrong(read, group[0], self.fields["certificate"], "ledger-certificate-numeric")
            return ""
        return self._words(cell, "certificate", group, read, 100)

    # persons

    def _persons(self, group: Sequence[int], read: Read) -> list[Person]:
        shape = self.columns.shape
        if shape == "long":
            found = self._long(group, read)
        else:
            found = [self._person(group[0], self._own(), values.HEAD, read)]
            if shape == "wide":
                found += self._beside(group[0], read)
            elif shape == "cell":
                found += self._in_cell(group[0], read)
        persons = [one for one in found if one is not None]
        self._once(persons, group, read)
        return persons

    def _own(self) -> dict[str, int]:
        """Whose columns are the head's, in a table with a row a household."""
        own = {name: column for name, column in self.fields.items() if name in _OF_HEAD}
        own["name"] = self.fields.get("head", self.fields.get("name", -1))
        if "head_covered" in self.fields:
            own["covered"] = self.fields["head_covered"]
        return own

    def _long(self, group: Sequence[int], read: Read) -> list[Person | None]:
        own = {name: column for name, column in self.fields.items() if name in _OF_PERSON}
        found = []
        heads = 0
        for row in group:
            kin = self._kinship(row, read, own)
            heads += kin == values.HEAD
            found.append(self._person(row, own, kin, read))
        if heads != 1:
            self._wrong(
                read,
                group[0],
                self.fields.get("relation"),
                "ledger-no-head" if not heads else "ledger-two-heads",
            )
        return sorted(found, key=lambda one: one is None or one.kinship != values.HEAD)

    def _kinship(self, row: int, read: Read, own: Mapping[str, int]) -> str:
        column = own.get("relation")
        if column is not None:
            try:
                return values.kinship(_at(self.rows[row], column))
            except BadValue as error:
                self._wrong(read, row, column, error)
                return ""
        cells = self.rows[row]
        head = _at(cells, self.fields.get("head"))
        name = _at(cells, own["name"])
        if given(head) and plain(head) == plain(name):
            return values.HEAD
        read.repairs["kinship-unknown"] += 1
        return values.OTHER

    def _beside(self, row: int, read: Read) -> list[Person | None]:
        found = []
        for own in self.columns.members.values():
            cells = self.rows[row]
            if not any(given(_at(cells, column)) for column in own.values()):
                continue
            kin = values.OTHER
            if "relation" in own and given(_at(cells, own["relation"])):
                kin = self._kinship(row, read, own)
            else:
                read.repairs["kinship-unknown"] += 1
            if kin == values.HEAD:
                continue
            found.append(self._person(row, own, kin, read))
        return found

    def _in_cell(self, row: int, read: Read) -> list[Person | None]:
        """All members in one cell, their numbers in another, in the same order."""
        column = self.fields["members"]
        names = _parts(_at(self.rows[row], column))
        numbers = _parts(_at(self.rows[row], self.fields.get("members_id")))
        if not names:
            return []
        if "members_id" not in self.fields or len(names) != len(numbers):
            self._wrong(
                read,
                row,
                self.fields.get("members_id", column),
                "ledger-members-uneven",
                names=len(names),
                numbers=len(numbers),
            )
            return []
        found = []
        for name, number in zip(names, numbers, strict=True):
            try:
                who, how = values.name(name)
                of, repaired = values.identity(number, self.today)
            except BadValue as error:
                self._wrong(read, row, column if error.field == "name" else self.fields["members_id"], error)
                continue
            read.repairs.update(one for one in (how, repaired, "kinship-unknown") if one)
            found.append(Person(name=who, number=of, kinship=values.OTHER, row=row + 1))
        head = self._own()["name"]
        return [one for one in found if one.name != plain(_at(self.rows[row], head)).replace(" ", "")]

    def _person(self, row: int, own: Mapping[str, int], kin: str, read: Read) -> Person | None:
        cells = self.rows[row]
        before = len(read.troubles)
        column = own["name"]
        if not given(_at(cells, column)):
            self._wrong(read, row, column, "ledger-name-missing")
            return None
        who = self._take(read, row, column, values.name)
        number = self._number(row, own, read)
        birth = self._born(row, own, number, read)
        of = self._sex(row, own, number, kin, read)
        if number is None and len(read.troubles) == before and (birth is None or of is None):
            self._wrong(read, row, own.get("id"), "ledger-number-missing")
        covered = self._covered(row, own, read)
        if len(read.troubles) > before:
            return None
        return Person(
            name=who,
            number=number,
            kinship=kin,
            covered=covered,
            born=None if number else birth,
            sex=None if number else of,
            uplift=0,
            facts=self._facts(cells, own),
            row=row + 1,
        )

    def _number(self, row: int, own: Mapping[str, int], read: Read) -> ResidentNumber | None:
        column = own.get("id")
        if column is None or not given(_at(self.rows[row], column)):
            return None
        found: ResidentNumber | None = self._take(read, row, column, values.identity, self.today)
        return found

    def _born(
        self, row: int, own: Mapping[str, int], number: ResidentNumber | None, read: Read
    ) -> date | None:
        column = own.get("born")
        cell = _at(self.rows[row], column)
        if column is None or not given(cell):
            return None
        if _month_only(cell):
            month = self._take(read, row, column, values.month, self.from_1904)
            if month and number and born(number).isoformat()[:7] != month:
                self._wrong(read, row, column, "born-contradicts-number")
            return None
        found: date | None = self._take(read, row, column, values.day, self.from_1904, number)
        if found is not None and number is not None and born(number) != found:
            self._wrong(read, row, column, "born-contradicts-number")
        return found

    def _sex(
        self, row: int, own: Mapping[str, int], number: ResidentNumber | None, kin: str, read: Read
    ) -> str | None:
        column = own.get("sex")
        said: str | None = None
        if column is not None and given(_at(self.rows[row], column)):
            try:
                said = values.sex(_at(self.rows[row], column))
            except BadValue as error:
                self._wrong(read, row, column, error)
        if said and number and sex(number) != said:
            self._wrong(read, row, column, "sex-contradicts-number")
        of = sex(number) if number else said
        if of and values.contradicts(kin, of):
            self._wrong(read, row, own.get("relation"), "ledger-kinship-sex")
        return of

    def _covered(self, row: int, own: Mapping[str, int], read: Read) -> bool:
        column = own.get("covered")
        if column is None or not given(_at(self.rows[row], column)):
            return True
        try:
            return values.yes(_at(self.rows[row], column))
        except BadValue as error:
            self._wrong(read, row, column, error)
            return True

    @staticmethod
    def _facts(cells: Sequence[Cell], own: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
        found = []
        disability = values.disability(
            _at(cells, own.get("disability_kind")), _at(cells, own.get("disability_grade"))
        )
        if disability:
            found.append(("disability", disability))
        labour = values.labour(_at(cells, own.get("labour")))
        if labour:
            found.append(("labour", labour))
        return tuple(found)

    def _once(self, persons: Sequence[Person], group: Sequence[int], read: Read) -> None:
        counts = Counter(one.number for one in persons if one.number)
        for one in persons:
            if one.number and counts[one.number] > 1:
                self._wrong(read, one.row - 1, self.fields.get("id"), "person-twice")

    # amounts

    def _amount(self, group: Sequence[int], persons: list[Person], read: Read) -> Fen | None:
        """Household part and addition, held against the sum where the ledger gives one."""
        base = self._of_household("amount", group, read)
        addition = self._of_household("uplift", group, read)
        total = self._of_household("total", group, read)
        if base is None and total is None:
            if not read.troubles:
                column = self.fields.get("amount", self.fields.get("total"))
                self._wrong(read, group[0], column, "ledger-amount-missing")
            return None
        extras = sum(self._extra(column, group, read) for column in self.columns.extras)
        amount = self._summed(base, addition or 0, total, extras, group, read)
        covered = sum(one.covered for one in persons)
        if amount is not None and amount > values.MOST_A_PERSON * max(covered, 1):
            column = self.fields.get("amount", self.fields.get("total"))
            self._wrong(read, group[0], column, "ledger-amount-unlikely", persons=covered)
        if addition and persons:
            self._whose(addition, group, persons)
        return amount

    def _summed(
        self,
        base: Fen | None,
        addition: Fen,
        total: Fen | None,
        extras: Fen,
        group: Sequence[int],
        read: Read,
    ) -> Fen | None:
        if base is None:
            return total - extras if total is not None and total >= extras else total
        if total is None or total == base + addition + extras:
            return base + addition
        if addition <= base and total == base + extras:
            return base
        if total == base + addition:
            return base + addition
        self._wrong(read, group[0], self.fields["total"], "ledger-sum-differs")
        return None

    def _of_household(self, field: str, group: Sequence[int], read: Read) -> Fen | None:
        """Given once, or the same in each row; of amounts that differ the sum, where another column says it."""
        column = self.fields.get(field)
        if column is None:
            return None
        found: list[Fen] = []
        unit = self.columns.units.get(column, Unit())
        for row in group:
            if given(_at(self.rows[row], column)):
                fen = self._take(read, row, column, values.yuan, unit)
                if fen is None:
                    return None
                found.append(fen)
        if not found:
            return None
        choices = {found[0]} if len(set(found)) == 1 and len(found) in (1, len(group)) else set()
        said = self._said("total", group)
        alike = field == "uplift" or (
            field == "amount" and (choices or (said is not None and said >= sum(found)))
        )
        if alike and len(found) > 1:
            choices.add(sum(found))
        if len(choices) == 2:
            choices = self._by_total(field, choices, group)
        if len(choices) == 1:
            return choices.pop()
        self._wrong(read, group[0], column, "ledger-amounts-differ")
        return None

    def _by_total(self, field: str, choices: set[Fen], group: Sequence[int]) -> set[Fen]:
        """The same sum in each row is the household's; it may be each one's only where another column says so."""
        once, summed = sorted(choices)
        said = self._said("total", group)
        if field == "amount":
            return {summed} if said is not None and said >= summed else {once}
        base = self._said("amount", group)
        if said is None or base is None:
            return choices
        fits = {one for one in choices if said == base + one}
        return fits or choices

    def _said(self, field: str, group: Sequence[int]) -> Fen | None:
        column = self.fields.get(field)
        for row in group:
            if given(_at(self.rows[row], column)):
                try:
                    return values.yuan(
                        _at(self.rows[row], column), self.columns.units.get(column or 0, Unit())
                    )[0]
                except BadValue:
                    return None
        return None

    def _extra(self, column: int, group: Sequence[int], read: Read) -> Fen:
        for row in group:
            if given(_at(self.rows[row], column)):
                return self._take(read, row, column, values.yuan, self.columns.units.get(column, Unit())) or 0
        return 0

    def _whose(self, addition: Fen, group: Sequence[int], persons: list[Person]) -> None:
        """Whose the addition is: of the member in whose row it stands; of all, the first covered one's."""
        column = self.fields["uplift"]
        own: dict[int, Fen] = {}
        if self.columns.shape == "long":
            for row in group:
                if given(_at(self.rows[row], column)):
                    own[row + 1] = values.yuan(
                        _at(self.rows[row], column), self.columns.units.get(column, Unit())
                    )[0]
        if sum(own.values()) != addition or any(not one.covered for one in persons if own.get(one.row)):
            first = next((one for one in persons if one.covered), persons[0])
            own = {id(first): addition}
            persons[:] = [
                msgspec.structs.replace(one, uplift=addition) if one is first else one for one in persons
            ]
            return
        persons[:] = [msgspec.structs.replace(one, uplift=own.get(one.row, 0)) for one in persons]

    def _standard(self, of: Any, group: Sequence[int], read: Read) -> Fen | None:
        column = self.fields.get("standard")
        if column is None or not given(of("standard")):
            return None
        row = next(row for row in group if given(_at(self.rows[row], column)))
        found: Fen | None = self._take(read, row, column, values.yuan, self.columns.units.get(column, Unit()))
        return found or None

    # counts, start, area, account

    def _counts(self, group: Sequence[int], persons: Sequence[Person], read: Read) -> None:
        """Who is named must be as many as the ledger says are covered."""
        column = self.fields.get("insured")
        if column is None:
            return
        for row in group:
            cell = _at(self.rows[row], column)
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

    def _start(self, of: Any, group: Sequence[int], read: Read) -> Month | None:
        """The first month in aid: as the ledger has it; else the month after it was approved or registered."""
        for field in ("start", "approved", "registered"):
            column = self.fields.get(field)
            if column is None or not given(of(field)):
                continue
            row = next(row for row in group if given(_at(self.rows[row], column)))
            month: Month | None = self._take(read, row, column, values.month, self.from_1904)
            if month is None or field == "start":
                return month
            read.repairs[f"start-{field}"] += 1
            return values.month_after(month)
        return None

    def _area(self, of: Any) -> str | None:
        return values.area(plain(of("category"))) or self.area

    def _holder(self, of: Any, persons: Sequence[Person], group: Sequence[int], read: Read) -> int:
        """Whose account it is; somebody who isn't of the household needs an agreement that is filed first."""
        if not given(of("holder")) or not given(of("account")):
            return 0
        who = plain(of("holder")).replace(" ", "")
        for place, one in enumerate(persons):
            if one.name.replace(" ", "") == who:
                return place
        if persons and not read.troubles:
            self._wrong(read, group[0], self.fields["holder"], "ledger-holder-outside")
        return 0


_OF_PERSON = (
    "name",
    "id",
    "relation",
    "sex",
    "born",
    "covered",
    "disability_kind",
    "disability_grade",
    "labour",
)
_OF_HEAD = ("id", "sex", "born", "covered", "disability_kind", "disability_grade", "labour")


def _month_only(cell: Cell) -> bool:
    text = plain(cell).replace(" ", "")
    if isinstance(cell, Numeric):
        return len(text) == 6 and text[:2] in ("19", "20")
    return bool(re.fullmatch(r"(19|20)\d\d([-/.年]\d{1,2}月?|\d{2})", text))


def _parts(cell: Cell) -> list[str]:
    return [one for one in re.split(r"[、,，;；/\s]+", plain(cell)) if one]
