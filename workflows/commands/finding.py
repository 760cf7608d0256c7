"""多发核定与追回: what was paid too much is looked into, heard, decided with reasons, paid back or let go."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.case.finding import Outcome
from domain.case.intake import Paper
from domain.days import Month
from domain.ids import FactKey, InstanceId
from workflows.command import Command, InstanceCommand, command
from workflows.commands.amount import fen
from workflows.commands.intake import Short, Text

Sum = Annotated[int, fen(ge=1, le=10**13)]


class InstalmentEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part to be paid back by a day."""

    due: date
    amount: Sum


Plan = Annotated[tuple[InstalmentEntry, ...], msgspec.Meta(max_length=240)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]


@command(life="finding")
class FindDifference(Command, frozen=True, kw_only=True):
    """What late truth makes of the months drawn: those paid too much become a finding, to be heard and decided."""

    words: Text | None = None


@command(life="finding")
class NoticeFinding(InstanceCommand, frozen=True, kw_only=True):
    """L18 beforehand: the months and sums; the household has `notice_days` to answer."""


@command(life="finding")
class HearFinding(InstanceCommand, frozen=True, kw_only=True):
    """What the household says to it."""

    words: Text


@command(life="finding")
class NotReachForFinding(InstanceCommand, frozen=True, kw_only=True):
    """Nobody was reached in a way of service; two ways tried, with proof, count as heard."""

    way: Short
    proof: Paper | None = None


@command(life="finding")
class DecideFinding(InstanceCommand, frozen=True, kw_only=True):
    """Recover all, part (`amount`) or nothing, with the reason. Paid back by `plan` (the parts make up what is
    claimed), or set off at `set_off_percent` of each month's line; with neither, in `repay_days`."""

    outcome: Outcome
    reason: Text
    amount: Sum | None = None
    plan: Plan = ()
    set_off_percent: Percent | None = None


@command(life="finding")
class DropFinding(InstanceCommand, frozen=True, kw_only=True):
    """Nothing was paid too much after all."""

    reason: Text


@command(life="finding")
class RecordRepayment(InstanceCommand, frozen=True, kw_only=True):
    """Money that came back; `reference` is the bank's or cashier's own: the same one counts once."""

    amount: Sum
    reference: Short
    way: Literal["transfer", "cash", "other"] = "transfer"


@command(life="finding")
class PlanRecovery(InstanceCommand, frozen=True, kw_only=True):
    """How the rest is paid back, anew: by instalments that make it up, or set off from each month's line."""

    reason: Text
    plan: Plan = ()
    set_off_percent: Percent | None = None


@command(life="finding")
class WriteOff(InstanceCommand, frozen=True, kw_only=True):
    """What is still open is let go, with the reason."""

    reason: Text


@command(life="change")
class MakeGood(Command, frozen=True, kw_only=True):
    """纠错补发: months that were paid too little by an error are put right; the next draw has each as arrears."""

    reason: Text


@command(life="change")
class CarryOutAppeal(Command, frozen=True, kw_only=True):
    """What an appeal's outcome comes to: facts that don't count, or the amount a month, over a span of months.

    It stands in whatever is computed later.
    """

    appeal: InstanceId
    from_month: Month
    reason: Text
    until_month: Month | None = None
    leaves_out: tuple[FactKey, ...] = ()
    amount: Annotated[int, fen(ge=0, le=10**13)] | None = None
