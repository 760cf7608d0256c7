"""The amounts of a household: its part and the additions, held against the sum where the ledger gives one."""

from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.ledger import values
from adapters.ledger.fields import Unit
from adapters.ledger.reader import Person, Read, Reader
from adapters.ledger.tables import at
from adapters.ledger.values import given
from domain.errors import BadValue
from domain.money import Fen


class Amounts(Reader):
    """Fen a month, whatever unit a heading names."""

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
            if given(at(self.rows[row], column)):
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
            if given(at(self.rows[row], column)):
                try:
                    return values.yuan(
                        at(self.rows[row], column), self.columns.units.get(column or 0, Unit())
                    )[0]
                except BadValue:
                    return None
        return None

    def _extra(self, column: int, group: Sequence[int], read: Read) -> Fen:
        for row in group:
            if given(at(self.rows[row], column)):
                return self._take(read, row, column, values.yuan, self.columns.units.get(column, Unit())) or 0
        return 0

    def _whose(self, addition: Fen, group: Sequence[int], persons: list[Person]) -> None:
        """Whose the addition is: of the covered member in whose row it stands; else the first covered one's."""
        own: dict[int, Fen] = {}
        column = self.fields["uplift"]
        if self.columns.shape == "long":
            unit = self.columns.units.get(column, Unit())
            for row in group:
                if given(at(self.rows[row], column)):
                    own[row + 1] = values.yuan(at(self.rows[row], column), unit)[0]
        theirs = [own.get(one.row, 0) if one.covered else 0 for one in persons]
        if sum(theirs) != addition:
            first = next((place for place, one in enumerate(persons) if one.covered), 0)
            theirs = [addition if place == first else 0 for place in range(len(persons))]
        persons[:] = [
            msgspec.structs.replace(one, uplift=fen) for one, fen in zip(persons, theirs, strict=True)
        ]

    def _standard(self, of: Any, group: Sequence[int], read: Read) -> Fen | None:
        column = self.fields.get("standard")
        if column is None or not given(of("standard")):
            return None
        row = next(row for row in group if given(at(self.rows[row], column)))
        found: Fen | None = self._take(read, row, column, values.yuan, self.columns.units.get(column, Unit()))
        return found or None
