"""审核确认: forwarding, the county's hands and visit, the decision, letters and their service (57 art. 20–24)."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.case.intake import Paper
from domain.ids import InstanceId, MemberKey
from workflows.command import Command, InstanceCommand, command
from workflows.commands.enquiry import Surveyors
from workflows.commands.intake import Short, Text


@command(life="application")
class Forward(Command, frozen=True, kw_only=True):
    """上报, the day after publicity at the earliest, with the opinion for or against."""


@command(life="application")
class ReturnFile(Command, frozen=True, kw_only=True):
    """退回补充: what is missing; the ten days begin anew when it comes again, the whole limit runs on."""

    missing: Annotated[tuple[Short, ...], msgspec.Meta(min_length=1)]
    words: Text | None = None


@command(life="application")
class CountyVisit(Command, frozen=True, kw_only=True):
    """The county looks for itself: two of its own, neither of whom decides."""

    surveyors: Surveyors
    result: Short
    way: Short = "visit"
    present: tuple[MemberKey, ...] = ()
    papers: tuple[Paper, ...] = ()
    words: Text | None = None


@command(life="application")
class SignHand(Command, frozen=True, kw_only=True):
    """A county hand before the decider's: for or against."""

    favourable: bool = True
    words: Text | None = None


@command(who=("leader", "section_chief", "decider"))
class Override(Command, frozen=True, kw_only=True):
    """A rule of hands is set aside, on record and with its reason; the county must visit then."""

    rule: Literal["leader_surveyed", "decider_surveyed"]
    reason: Text


@command(life="application")
class ProposeApproval(Command, frozen=True, kw_only=True):
    """拟批准: the county means to approve and posts it again (民发〔2012〕220号 art. 27–29)."""

    words: Text | None = None


@command(life="application")
class Confirm(Command, frozen=True, kw_only=True):
    """确认: the amount is computed anew, for the month after; it must be what the opinion says."""

    words: Text | None = None


@command(life="application")
class Refuse(Command, frozen=True, kw_only=True):
    """不予确认 on coded grounds (R…), with reasons."""

    grounds: Annotated[tuple[Short, ...], msgspec.Meta(min_length=1)]
    words: Text


@command(life="telling")
class IssueLetter(Command, frozen=True, kw_only=True):
    """A letter (L…) goes out and is to be served; `about`: the instance that it is about."""

    letter: Short
    about: InstanceId | None = None


@command(life="telling")
class TryToServe(InstanceCommand, frozen=True, kw_only=True):
    """A way of service that reached nobody."""

    letter: Short
    way: Short
    proof: Paper | None = None


@command(life="telling")
class Serve(InstanceCommand, frozen=True, kw_only=True):
    """送达 of a letter: its way, its day, its proof. Public notice only after two other ways."""

    letter: Short
    way: Short
    proof: Paper | None = None


@command(life="announcement")
class Announce(Command, frozen=True, kw_only=True):
    """公布: applicant, members counted, amount, at a place and until a day."""

    place: Short
    until: date
