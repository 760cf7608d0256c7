"""行政区划: divisions are added, renamed, replaced by others (rules.md §9, §10.9)."""

from typing import Annotated

import msgspec

from domain.division import Level
from domain.ids import CaseNo, DivisionCode, parent_of
from workflows.command import Command, command
from workflows.commands.intake import Short, Text

TOP = DivisionCode("00")


def over(one: str, other: str) -> DivisionCode:
    """The nearest division above both; the top where nothing is."""
    above = parent_of(DivisionCode(one))
    while above is not None and not other.startswith(above):
        above = parent_of(above)
    return above or TOP


@command(target="office", who=("administrator",))
class AddDivision(Command, frozen=True, kw_only=True):
    """A division with its name and what it lies in; any well-formed code is taken."""

    code: DivisionCode
    name: Short
    level: Level
    parent: DivisionCode | None = None

    @property
    def division(self) -> DivisionCode | None:
        """Whose administrator may add it."""
        return self.parent or parent_of(self.code)


@command(target="office", who=("administrator",))
class RenameDivision(Command, frozen=True, kw_only=True):
    """更名 from the day it is said for, with its document; the code stays, letters before it keep the old name."""

    code: DivisionCode
    name: Short
    document: Text

    @property
    def division(self) -> DivisionCode | None:
        return parent_of(self.code)


class Following(Command, frozen=True, kw_only=True):
    """`code` is replaced by `by` of the same level from the day on."""

    code: DivisionCode
    by: DivisionCode

    @property
    def division(self) -> DivisionCode:
        """Whose administrator may replace it: that of the nearest division above both."""
        return over(self.code, self.by)


@command(target="office", who=("administrator",), process=True)
class ReplaceDivision(Following, frozen=True, kw_only=True):
    """撤并、撤县设区: one division merges into another, or is raised and gets another code, from a day on.

    What lies below follows with the digits it has there, unless `below` says another code (old → new): it must where
    that code is another place's. Desks, relations filed and cases follow; parameters do where the new division has
    none of its own. `name`: of a new division.
    """

    document: Text
    name: Short | None = None
    below: dict[DivisionCode, DivisionCode] = {}


@command(target="office", who=("administrator",))
class FollowDivision(Following, frozen=True, kw_only=True):
    """A part of a replacement: one division with its desks and parameters."""

    document: Text
    name: Short | None = None


@command(target="office", who=("administrator",))
class FollowCases(Following, frozen=True, kw_only=True):
    """A part of a replacement: the cases that lie in one division."""

    cases: Annotated[tuple[CaseNo, ...], msgspec.Meta(min_length=1, max_length=2000)]
