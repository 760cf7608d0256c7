"""发放名单: the month's list is opened, drawn, signed by maker and checker, closed (rules.md §7, §8)."""

from typing import Annotated, Literal

import msgspec

from domain.ids import CaseNo, DivisionCode
from domain.policy import Area
from workflows.command import Command, command

MonthText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Programme = Literal["dibao"]
A_CHUNK = 1_000


class ListCommand(Command, frozen=True, kw_only=True):
    """About one list: a county's, of a programme and area, for a month."""

    division: DivisionCode
    programme: Programme = "dibao"
    area: Area
    month: MonthText


@command(target="office", who=("payer", "clock"))
class OpenList(ListCommand, frozen=True, kw_only=True):
    """Begin a month's list; a draw opens it by itself."""


@command(target="office", who=("payer", "clock"))
class DrawChunk(ListCommand, frozen=True, kw_only=True):
    """A part of a draw: these cases, their lines and the list's totals in one transaction."""

    cases: Annotated[tuple[CaseNo, ...], msgspec.Meta(min_length=1, max_length=A_CHUNK)]


@command(target="case", who=("payer", "clock"), ended_too=True)
class DrawCase(Command, frozen=True, kw_only=True):
    """One case's line of a month, and what it is owed for earlier closed months."""

    month: MonthText


@command(target="office", who=("payer", "checker"))
class SignList(ListCommand, frozen=True, kw_only=True):
    """Signed by its maker, then by a checker who is somebody else."""

    hand: Literal["maker", "checker"]


@command(target="office", who=("payer", "checker"))
class CloseList(ListCommand, frozen=True, kw_only=True):
    """After this only supplementary lines."""


@command(target="office", who=("payer", "clock"), process=True)
class Draw(Command, frozen=True, kw_only=True):
    """Draw what is due for a month, both areas unless one is named; again it adds only what was missed."""

    division: DivisionCode
    month: MonthText
    area: Area | None = None
    programme: Programme = "dibao"
