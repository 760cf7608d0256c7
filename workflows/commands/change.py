"""动态管理: changes reported or detected, the hearing, proposal and decision (57 art. 31–35; L26 art. 48)."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.case.change import Effect
from domain.case.intake import Paper
from domain.days import Month
from domain.ids import CaseNo, MemberKey
from workflows.command import Command, InstanceCommand, command
from workflows.commands.intake import MemberEntry, Short, Text

Kind = Literal[
    "birth",
    "joined",
    "marriage",
    "left",
    "divorce",
    "income",
    "work",
    "property",
    "category",
    "moved_out",
    "own_request",
    "refused_work",
    "no_cooperation",
    "lost_contact",
    "double_aid",
    "other_programme",
    "standard",
    "correction",
    "appeal",
    "other",
]
"""What changed. Births and joinings count from the month after, in time; the rest is said by the code decided."""


@command(life="change")
class ReportChange(Command, frozen=True, kw_only=True):
    """The household, or the village for it, says what changed and on which day it happened."""

    kind: Kind
    happened: date
    member: MemberKey | None = None
    reported_by: Literal["household", "village"] = "household"
    words: Text | None = None


@command(life="change")
class DetectChange(Command, frozen=True, kw_only=True):
    """What a source (V…) shows and nobody reported: evidence to be looked into, never a verdict."""

    kind: Kind
    happened: date
    source: Short
    member: MemberKey | None = None
    words: Text | None = None


@command(life="change")
class JoinMember(InstanceCommand, frozen=True, kw_only=True):
    """Who joins the household on the day the change happened; covered from what is then decided.

    Who returns is the same person under a new key. `from_case`: the case whose award pays him until this one's does
    (并户); it ends, or changes, from the same month.
    """

    member: MemberEntry
    reason: Literal["birth", "marriage", "return", "released", "adoption", "other"]
    from_case: CaseNo | None = None


@command(life="change")
class LeaveMember(InstanceCommand, frozen=True, kw_only=True):
    """Who leaves the household on the day the change happened: D02 moved, split off, married; D06; D07."""

    member: MemberKey
    reason: Literal["D02", "D06", "D07"]


@command(life="change")
class GivePriorNotice(InstanceCommand, frozen=True, kw_only=True):
    """L13: what is intended and by which code; the household has `notice_days` to answer."""

    effect: Effect
    code: Short


@command(life="change")
class Hear(InstanceCommand, frozen=True, kw_only=True):
    """What the household says to it."""

    words: Text


@command(life="change")
class NotReach(InstanceCommand, frozen=True, kw_only=True):
    """Nobody was reached in a way of service; two ways tried, with proof, count as heard."""

    way: Short
    proof: Paper | None = None


@command(life="change")
class ProposeChange(InstanceCommand, frozen=True, kw_only=True):
    """What the township proposes: amount, shares and first month are computed. `member`: whose share is cut (D05).
    `months`: of a gradual exit, at most `gradual_exit_months`."""

    effect: Effect
    code: Short
    member: MemberKey | None = None
    months: Annotated[int, msgspec.Meta(ge=1, le=24)] | None = None
    words: Text | None = None


@command(life="change")
class DecideChange(InstanceCommand, frozen=True, kw_only=True):
    """The deciding organ's hand on what is proposed, computed anew for the month in which it begins."""

    words: Text | None = None


@command(life="change")
class DropChange(InstanceCommand, frozen=True, kw_only=True):
    """Nothing is changed: not true, not clear, or withdrawn."""

    reason: Text


@command(life="change")
class Restore(Command, frozen=True, kw_only=True):
    """A wrongly stopped award lives again (I05 error, I06 appeal), with what was not paid as arrears by month."""

    code: Literal["I05", "I06"]
    reason: Text
    from_month: Month | None = None
