"""Time as commands: the tick, and what the deadline process sends for a case."""

from datetime import date
from typing import Literal

from workflows.command import Command, command
from workflows.commands.intake import Short

CLOCK = ("clock",)


@command(target="office", who=("administrator", "clock"), process=True)
class Tick(Command, frozen=True, kw_only=True):
    """Fire what is due until the end of a day, never later than the clock's today."""

    until: date


@command(target="office", who=CLOCK)
class SeeTime(Command, frozen=True, kw_only=True):
    """Sent by the clock when everything due until the end of the day was fired."""

    until: date


@command(who=CLOCK, ended_too=True)
class WarnDeadline(Command, frozen=True, kw_only=True):
    """Sent by the clock: a limit is near."""

    key: Short
    due: date


@command(who=CLOCK, ended_too=True)
class EscalateDeadline(Command, frozen=True, kw_only=True):
    """Sent by the clock: a limit is over; its owner's leader is told, later the county."""

    key: Short
    due: date
    to: Literal["leader", "county"]


@command(who=CLOCK, ended_too=True)
class MoveDeadline(Command, frozen=True, kw_only=True):
    """Sent by the clock: the calendar that a provisional due day waited for is there."""

    key: Short
    due: date
