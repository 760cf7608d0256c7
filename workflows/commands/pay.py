"""发放名单: the month's list is opened, drawn, signed by maker and checker, closed (rules.md §7, §8)."""

from typing import Annotated, Literal

import msgspec

from domain.ids import CaseNo, DivisionCode
from domain.policy import Area
from domain.text import whole
from workflows.command import Command, command
from workflows.commands.amount import fen
from workflows.commands.intake import Short, Text

MonthText = Annotated[str, whole(r"[0-9]{4}-(0[1-9]|1[0-2])")]
Programme = Literal["dibao"]
Reference = Annotated[str, whole(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,63}")]
"""The bank's own mark of a transfer; nothing is read from it."""
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


class OutcomeCommand(Command, frozen=True, kw_only=True):
    """About what one list has of a case: the list's month, its area where the case stands on both.

    `amount`: of the transfer, as the bank has it; checked where it is given.
    """

    month: MonthText
    area: Area | None = None
    amount: Annotated[int, fen(ge=1)] | None = None


@command(target="case", who=("payer", "checker"), ended_too=True)
class SettlePayment(OutcomeCommand, frozen=True, kw_only=True):
    """The bank credited it on the day `on`, under its reference."""

    reference: Reference


@command(target="case", who=("payer", "checker"), ended_too=True)
class ReturnPayment(OutcomeCommand, frozen=True, kw_only=True):
    """It came back on the day `on`: owed again, held until the account is put right, paid with the next list.

    `code`: K…, 99 with `words`. `reference`: of the transfer that had been credited, where it was.
    """

    code: Short
    reference: Reference | None = None
    words: Text | None = None


@command(target="office", who=("payer", "checker", "section_chief"))
class CloseMonth(Command, frozen=True, kw_only=True):
    """结账: keep the month's table of a county as it is reported; once, after its last day, in order."""

    division: DivisionCode
    month: MonthText
    programme: Programme = "dibao"


@command(target="office", who=("payer", "clock"), process=True)
class Draw(Command, frozen=True, kw_only=True):
    """Draw what is due for a month, both areas unless one is named; again it adds only what was missed."""

    division: DivisionCode
    month: MonthText
    area: Area | None = None
    programme: Programme = "dibao"
