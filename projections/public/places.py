"""Whose right covers a case once divisions were replaced: it goes on for what lay there, and for nothing more.

A right names a division. Where that one, or one above it, was replaced, cases that followed from it are still heard
of. So are new ones under a code that stands for it alone; one that others were merged into as well has its own right.
"""

from collections.abc import Iterable

import msgspec

from domain.division import DivisionReplaced
from domain.ids import DivisionCode, within

EVERYWHERE = "00"


class Former(msgspec.Struct, frozen=True, array_like=True):
    """A code under which a case lay; rights of divisions whose codes have `least` characters or more go on."""

    code: DivisionCode
    least: int


class Replaced(msgspec.Struct):
    """`gone`: codes that are replaced; `alone`: code → the one it alone stands for."""

    gone: set[DivisionCode] = msgspec.field(default_factory=set)
    alone: dict[DivisionCode, Former] = {}

    def take(self, event: DivisionReplaced, new: bool) -> None:
        """`new`: the other code was never used before. What is above a division is replaced before it is."""
        self.gone.add(event.code)
        for place in _up(event.by):
            if place in self.alone and not within(self.alone[place].code, event.code):
                del self.alone[place]
        if new:
            self.alone[event.by] = self._former(event.code)

    def followed(self, former: list[Former], code: DivisionCode) -> list[Former]:
        """What a case lay under, once it follows from `code`; a right of a division that stays loses it."""
        last = self._former(code)
        return [*(Former(one.code, max(one.least, last.least)) for one in former), last]

    def entered(self, code: DivisionCode) -> list[Former]:
        """What a division is the same place as."""
        found: list[Former] = []
        least = 0
        while place := next((one for one in _up(code) if one in self.alone), None):
            before = self.alone[place]
            code, least = DivisionCode(before.code + code[len(place) :]), max(least, before.least)
            found.append(Former(code, least))
        return found

    def _former(self, code: DivisionCode) -> Former:
        gone = [len(one) for one in _up(code) if one in self.gone]
        return Former(code, min(gone, default=len(code) + 1))


def covers(right: DivisionCode, division: DivisionCode, former: Iterable[Former] = ()) -> bool:
    """Whether what lies in a division, and lay under other codes before, is in that of a right; the top has all."""
    return (
        right == EVERYWHERE
        or within(right, division)
        or any(within(right, one.code) and len(right) >= one.least for one in former)
    )


def _up(code: DivisionCode) -> list[DivisionCode]:
    """The code and those above it, the nearest first."""
    return [DivisionCode(code[:length]) for length in (12, 9, 6, 4, 2) if length <= len(code)]
