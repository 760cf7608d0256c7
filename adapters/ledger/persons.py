"""The persons of a household: as rows under their head, beside him, or all in one cell."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from adapters.ledger import codes, values
from adapters.ledger.cells import Cell, Numeric, at
from adapters.ledger.reader import Person, Read, Reader
from adapters.ledger.values import given, plain
from domain.errors import BadValue
from domain.identity import ResidentNumber, born, sex
from workflows.decide.composition import SPOUSES

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


class Persons(Reader):
    """Each as the ledger names him; what contradicts his number is wrong, never mended silently."""

    def _persons(self, group: Sequence[int], read: Read) -> list[Person]:
        shape = self.columns.shape
        if shape == "long":
            found = self._long(group, read)
        else:
            found = [self._person(group[0], self._own(), codes.HEAD, read)]
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
            first = self.columns.stacked is not None and row == group[0]
            kin = codes.HEAD if first else self._kinship(row, read, own)
            heads += kin == codes.HEAD
            found.append(self._person(row, own, kin, read))
        if heads != 1:
            self._wrong(
                read,
                group[0],
                self.fields.get("relation"),
                "ledger-no-head" if not heads else "ledger-two-heads",
            )
        couple = [row for row, one in zip(group, found, strict=True) if one and one.kinship in SPOUSES]
        if len(couple) > 1:
            self._wrong(read, couple[1], self.fields.get("relation"), "ledger-two-spouses")
        return sorted(found, key=lambda one: one is None or one.kinship != codes.HEAD)

    def _kinship(self, row: int, read: Read, own: Mapping[str, int]) -> str:
        column = own.get("relation")
        if column is not None:
            try:
                return codes.kinship(at(self.rows[row], column))
            except BadValue as error:
                self._wrong(read, row, column, error)
                return ""
        cells = self.rows[row]
        head = at(cells, self.fields.get("head"))
        name = at(cells, own["name"])
        if given(head) and plain(head) == plain(name):
            return codes.HEAD
        read.repairs["kinship-unknown"] += 1
        return codes.OTHER

    def _beside(self, row: int, read: Read) -> list[Person | None]:
        found = []
        for own in self.columns.members.values():
            cells = self.rows[row]
            if not any(given(at(cells, column)) for column in own.values()) or self._head_again(row, own):
                continue
            kin = codes.OTHER
            if "relation" in own and given(at(cells, own["relation"])):
                kin = self._kinship(row, read, own)
            else:
                read.repairs["kinship-unknown"] += 1
            if kin == codes.HEAD:
                continue
            found.append(self._person(row, own, kin, read))
        return found

    def _head_again(self, row: int, own: Mapping[str, int]) -> bool:
        """Whether what stands beside the head is himself once more, by name and number."""
        cells, head = self.rows[row], self._own()
        pairs = ((at(cells, head.get(one)), at(cells, own.get(one))) for one in ("name", "id"))
        return all(
            given(one) and plain(one).replace(" ", "") == plain(other).replace(" ", "")
            for one, other in pairs
        )

    def _in_cell(self, row: int, read: Read) -> list[Person | None]:
        """All members in one cell, their numbers in another, in the same order."""
        column = self.fields["members"]
        told = _told(at(self.rows[row], column))
        if told and "members_id" not in self.fields:
            return [
                self._of_cell(one, row, column, read)
                for one in told
                if not self._is_head(row, one[0], one[2])
            ]
        names = _parts(at(self.rows[row], column))
        numbers = _parts(at(self.rows[row], self.fields.get("members_id")))
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
            found.append(Person(name=who, number=of, kinship=codes.OTHER, row=row + 1))
        return [one for one in found if not self._is_head(row, one.name, one.number or "")]

    def _of_cell(self, told: tuple[str, str, str], row: int, column: int, read: Read) -> Person | None:
        """Of `李二（妻）1101…`: name, relation and number."""
        name, relation, number = told
        try:
            who, how = values.name(name)
            of, repaired = values.identity(number, self.today)
            kin = codes.kinship(relation) if relation else codes.OTHER
        except BadValue as error:
            self._wrong(read, row, column, error)
            return None
        read.repairs.update(one for one in (how, repaired, "" if relation else "kinship-unknown") if one)
        if codes.contradicts(kin, sex(of)):
            self._wrong(read, row, column, "ledger-kinship-sex")
        return Person(name=who, number=of, kinship=kin, row=row + 1)

    def _is_head(self, row: int, name: str, number: str) -> bool:
        own = self._own()
        head, of_head = (plain(at(self.rows[row], own.get(one))).replace(" ", "") for one in ("name", "id"))
        return (name, number.upper()) == (head, of_head.upper())

    def _person(self, row: int, own: Mapping[str, int], kin: str, read: Read) -> Person | None:
        cells = self.rows[row]
        before = len(read.troubles)
        column = own["name"]
        if not given(at(cells, column)):
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
        if column is None or not given(at(self.rows[row], column)):
            return None
        found: ResidentNumber | None = self._take(read, row, column, values.identity, self.today)
        return found

    def _born(
        self, row: int, own: Mapping[str, int], number: ResidentNumber | None, read: Read
    ) -> date | None:
        column = own.get("born")
        cell = at(self.rows[row], column)
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
        if column is not None and given(at(self.rows[row], column)):
            try:
                said = codes.sex(at(self.rows[row], column))
            except BadValue as error:
                self._wrong(read, row, column, error)
        if said and number and sex(number) != said:
            self._wrong(read, row, column, "sex-contradicts-number")
        of = sex(number) if number else said
        if of and codes.contradicts(kin, of):
            self._wrong(read, row, own.get("relation"), "ledger-kinship-sex")
        return of

    def _covered(self, row: int, own: Mapping[str, int], read: Read) -> bool:
        column = own.get("covered")
        if column is None or not given(at(self.rows[row], column)):
            return True
        try:
            return codes.yes(at(self.rows[row], column))
        except BadValue as error:
            self._wrong(read, row, column, error)
            return True

    @staticmethod
    def _facts(cells: Sequence[Cell], own: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
        found = []
        disability = codes.disability(
            at(cells, own.get("disability_kind")), at(cells, own.get("disability_grade"))
        )
        if disability:
            found.append(("disability", disability))
        labour = codes.labour(at(cells, own.get("labour")))
        if labour:
            found.append(("labour", labour))
        return tuple(found)

    def _once(self, persons: Sequence[Person], group: Sequence[int], read: Read) -> None:
        counts = Counter(one.number for one in persons if one.number)
        for one in persons:
            if one.number and counts[one.number] > 1:
                self._wrong(read, one.row - 1, self.fields.get("id"), "person-twice")


def _month_only(cell: Cell) -> bool:
    text = plain(cell).replace(" ", "")
    if isinstance(cell, Numeric):
        return len(text) == 6 and text[:2] in ("19", "20")
    return bool(re.fullmatch(r"(19|20)\d\d([-/.年]\d{1,2}月?|\d{2})", text))


_TOLD = re.compile(
    r"[\s、,;/]*(?:([^\d\s:、,;/()]{1,6}):)?\s*([^\d\s:、,;/()]{2,15})\s*(?:\(([^\d()]{1,6})\))?\s*:?\s*(\d{17}[\dXx]|\d{15})"
)


def _told(cell: Cell) -> list[tuple[str, str, str]]:
    """(name, relation, number) of each in a cell that tells all of them; nothing where it doesn't wholly."""
    text, found, end = plain(cell), [], 0
    while match := _TOLD.match(text, end):
        found.append((match[2], match[1] or match[3] or "", match[4]))
        end = match.end()
    return [] if text[end:].strip(" 、,;/") else found


def _parts(cell: Cell) -> list[str]:
    return [one for one in re.split(r"[、,，;；/\s]+", plain(cell)) if one]
