"""迁移: a case is handed over, received or sent back, and looked at by who received it (rules.md §3 move)."""

from datetime import date

from domain.case.intake import Paper
from domain.ids import DivisionCode, MemberKey
from workflows.command import Command, InstanceCommand, command
from workflows.commands.enquiry import Surveyors
from workflows.commands.intake import Short, Text


@command(life="move")
class HandOver(Command, frozen=True, kw_only=True):
    """转移函 L20 to where the household's hukou now is. `to`: a township or village; inside the county it takes the
    case over as it is, of another county it takes an application with our certificate (L22)."""

    to: DivisionCode
    moved_on: date | None = None
    paper: Paper | None = None


@command(life="move", seat="receiver")
class ReceiveMove(InstanceCommand, frozen=True, kw_only=True):
    """The receiving township takes the case over: from this day it is in `division`, a village or the township."""

    division: DivisionCode
    address: Text | None = None


@command(life="move", seat="receiver")
class SendBackMove(InstanceCommand, frozen=True, kw_only=True):
    """Who was to receive doesn't: the case stays where it is."""

    reason: Text


@command(life="move")
class TakeBackMove(InstanceCommand, frozen=True, kw_only=True):
    """Who handed over takes it back while nobody received it."""

    reason: Text


@command(life="move")
class VisitAfterMove(InstanceCommand, frozen=True, kw_only=True):
    """The receiver's look: two who are named visit; what they find different is a change of its own."""

    surveyors: Surveyors
    result: Short
    way: Short = "visit"
    present: tuple[MemberKey, ...] = ()
    papers: tuple[Paper, ...] = ()
    words: Text | None = None
