"""The amounts of a household: its part and the additions, held against the sum where the ledger gives one.

An amount that stands in several rows of a household may be the household's, printed again, or each one's. The total
tells, else the heading or the counts; where none does it is refused, never guessed.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Literal, NamedTuple

import msgspec

from adapters.ledger import values
from adapters.ledger.cells import at
from adapters.ledger.fields import normalise
from adapters.ledger.reader import Person, Read, Reader
from adapters.ledger.values import given
from domain.errors import BadValue
from domain.money import Fen

_EACH = re.compile(r"/人|每人|人均|人月")


class Said(NamedTuple):
    """What a column says of a household, in fen a month: `ways` however it may be read, `likely` as its heading or the
    counts say."""

    column: int
    ways: frozenset[Fen]
    likely: frozenset[Fen]


class Amounts(Reader):
    """Fen a month, whatever unit a heading names."""

    def _amount(self, group: Sequence[int], persons: list[Person], read: Read) -> Fen | None:
        """Household part and addition, held against the sum where the ledger gives one."""
        before = len(read.troubles)
        covered = max(sum(one.covered for one in persons), 1)
        total = self._said("total", self.fields.get("total"), group, covered, read)
        base = self._said("amount", self.fields.get("amount"), group, covered, read, total is not None)
        own = self.fields.get("uplift")
        additions = () if own is None else (own, *self.columns.again.get("uplift", ()))
        kinds = [self._said("uplift", column, group, covered, read) for column in additions]
        addition = _together([one for one in kinds if one])
        extras = [self._said("extra", column, group, covered, read) for column in self.columns.extras]
        if len(read.troubles) > before:
            return None
        column = self.fields.get("amount", self.fields.get("total"))
        if base is None and total is None:
            if not read.troubles:
                self._wrong(read, group[0], column, "ledger-amount-missing")
            return None
        found = self._certain(base, addition, total, [one for one in extras if one], group, read)
        if found is None:
            return None
        amount, added = found
        if amount > values.MOST_A_PERSON * covered:
            self._wrong(read, group[0], column, "ledger-amount-unlikely", persons=covered)
        if added and persons:
            self._whose(added, group, persons)
        return amount

    def _certain(
        self,
        base: Said | None,
        addition: Said | None,
        total: Said | None,
        extras: Sequence[Said],
        group: Sequence[int],
        read: Read,
    ) -> tuple[Fen, Fen] | None:
        """The amount and the addition in it, where all ways to read the columns that agree come to the same."""
        columns = [base, total, addition, *extras]
        found = set(_agreeing([one and one.ways for one in columns]))
        if not found and total is not None:
            self._wrong(read, group[0], total.column, "ledger-sum-differs")
            return None
        if len(found) > 1:
            found = set(_agreeing([one and one.likely for one in columns]))
        if len(found) != 1:
            column = next(one.column for one in columns if one and len(one.ways) > 1)
            self._wrong(read, group[0], column, "ledger-amounts-differ")
            return None
        return found.pop()

    def _said(
        self,
        field: Literal["amount", "uplift", "extra", "total"],
        column: int | None,
        group: Sequence[int],
        covered: int,
        read: Read,
        held: bool = False,
    ) -> Said | None:
        """None where the column says nothing or what it says is wrong. `held`: against a total."""
        if column is None:
            return None
        cells: list[Fen] = []
        for row in group:
            if given(at(self.rows[row], column)):
                fen = self._take(read, row, column, values.yuan, self._unit(column))
                if fen is None:
                    return None
                cells.append(fen)
        if not cells:
            return None
        told = [fen for fen in cells if fen] or cells[:1]
        once, each = told[0], sum(told)
        alike = len(set(told)) == 1
        whose = self._told_whose(column, group, covered) if len(told) > 1 else ""
        if not alike and (field == "total" or (field == "amount" and not held)) and whose != "each":
            self._wrong(read, group[0], column, "ledger-amounts-differ")
            return None
        if field == "uplift":
            summed = not (alike and len(told) == len(group))
        else:
            summed = field != "extra" and not alike
        ways = {each} if summed else {once, each}
        likely = ways & ({once} if whose == "household" else {each} if whose == "each" else ways) or ways
        if self._by_person(column) and len(told) < covered:
            ways = likely = {*ways, once * covered}
        return Said(column, frozenset(ways), frozenset(likely))

    def _told_whose(self, column: int, group: Sequence[int], covered: int) -> str:
        """`household` or `each` as the heading says, else as the counts of covered in the rows do; "" for neither."""
        if self._by_person(column):
            return "each"
        heading = self._heading(column).replace("户主", "")
        if "户" in heading or "家庭" in heading:
            return "household"
        insured = self.fields.get("insured")
        cells = [cell for row in group if given(cell := at(self.rows[row], insured))]
        try:
            counts = {values.count(cell) for cell in cells}
        except BadValue:
            return ""
        if len(cells) < 2 or covered < 2:
            return ""
        return "each" if counts == {1} else "household" if counts == {covered} else ""

    def _by_person(self, column: int) -> bool:
        heading = self._heading(column)
        return bool(_EACH.search(heading)) and "户" not in heading

    def _heading(self, column: int) -> str:
        return normalise(self.columns.headings[column].split("\n")[-1])

    def _whose(self, addition: Fen, group: Sequence[int], persons: list[Person]) -> None:
        """Whose the addition is: of the covered member in whose row it stands; else the first covered one's."""
        own: dict[int, Fen] = {}
        columns = (self.fields["uplift"], *self.columns.again.get("uplift", ()))
        if self.columns.shape == "long":
            for row in group:
                for column in columns:
                    if given(at(self.rows[row], column)):
                        fen = values.yuan(at(self.rows[row], column), self._unit(column))[0]
                        own[row + 1] = own.get(row + 1, 0) + fen
        theirs = [own.get(one.row, 0) if one.covered else 0 for one in persons]
        if sum(theirs) != addition:
            first = next((place for place, one in enumerate(persons) if one.covered), 0)
            theirs = [addition if place == first else 0 for place in range(len(persons))]
        persons[:] = [
            msgspec.structs.replace(one, uplift=fen) for one, fen in zip(persons, theirs, strict=True)
        ]

    def _standard(self, of: Any, group: Sequence[int], read: Read) -> Fen | None:
        unit = self._unit(self.fields.get("standard", -1))
        found: Fen | None = self._one("standard", values.yuan, of, group, read, unit)
        if found and found > values.MOST_STANDARD:
            self._wrong(read, group[0], self.fields["standard"], "ledger-standard-unlikely")
        return found or None


def _together(kinds: Sequence[Said]) -> Said | None:
    """Additions of several kinds as one."""
    if len(kinds) < 2:
        return kinds[0] if kinds else None
    ways, likely = (
        frozenset(sum(each) for each in product(*(getattr(one, said) for one in kinds)))
        for said in ("ways", "likely")
    )
    return Said(kinds[0].column, ways, likely)


def _agreeing(columns: Sequence[frozenset[Fen] | None]) -> Iterator[tuple[Fen, Fen]]:
    """(amount, addition) of each way to read the columns of amount, total, addition and other subsidies in which they
    agree."""
    nothing = frozenset((0,))
    bases, totals, additions, *others = columns
    of_others = {sum(each) for each in product(*(one or nothing for one in others))}
    for base, total, addition, rest in product(
        bases or (None,), totals or (None,), additions or nothing, of_others
    ):
        amount = _summed(base, total, addition, rest)
        if amount is not None:
            yield amount, addition


def _summed(base: Fen | None, total: Fen | None, addition: Fen, rest: Fen) -> Fen | None:
    """The total may hold the other subsidies or not, the amount its addition; None where they don't agree."""
    if base is None:
        return total - rest if total is not None and total >= rest + addition else None
    if total is None or total == base + addition + rest:
        return base + addition
    if addition <= base and total == base + rest:
        return base
    return base + addition if total == base + addition else None
