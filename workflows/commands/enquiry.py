"""调查核对: verification by the centre, the household survey, facts, the sheet (57 art. 13–18; rules.md §3, §4)."""

from datetime import date
from typing import Annotated

import msgspec

from domain.case.intake import Paper
from domain.facts import FactKind
from domain.ids import FactKey, MemberKey, StaffId
from workflows.command import Command, InstanceCommand, command
from workflows.commands.amount import fen, fen_at
from workflows.commands.intake import Short, Text

Surveyors = Annotated[tuple[StaffId, ...], msgspec.Meta(min_length=1, max_length=10)]


@command(life="verification")
class BeginVerification(Command, frozen=True, kw_only=True):
    """A further verification of a living case: at a review, or after a change (57 art. 31)."""


@command(life="verification")
class AskVerification(InstanceCommand, frozen=True, kw_only=True):
    """The township asks the county to compare with these offices (V…); again after a contest.

    `supporters`: facts of kind supporter whose people are compared too; each has consented himself.
    """

    sources: Annotated[tuple[Short, ...], msgspec.Meta(min_length=1, max_length=50)]
    supporters: tuple[FactKey, ...] = ()


@command(life="verification")
class StartVerification(InstanceCommand, frozen=True, kw_only=True):
    """The centre begins (within 3 working days of being asked)."""


@command(life="verification")
class AnswerVerification(InstanceCommand, frozen=True, kw_only=True):
    """An office's answer by code; `data_day`: the day its data are of; a hit is a difference to be looked at.

    `round`: which asking it answers, where the office says so (a contest begins a new one).
    """

    source: Short
    answer: Short
    data_day: date | None = None
    hit: bool = False
    member: MemberKey | None = None
    words: Text | None = None
    round: Annotated[int, msgspec.Meta(ge=1, le=99)] | None = None


@command(life="verification")
class IssueReport(InstanceCommand, frozen=True, kw_only=True):
    """核对报告: a number and a validity. With answers still out only with a reason."""

    report: Short
    reason: Text | None = None


@command(life="verification")
class TellHit(InstanceCommand, frozen=True, kw_only=True):
    """The applicant is told what differs (L04)."""


@command(life="verification")
class Contest(InstanceCommand, frozen=True, kw_only=True):
    """核对异议: the applicant brings proof against an answer; it is asked again."""

    words: Text


@command(life="verification")
class RenewVerification(InstanceCommand, frozen=True, kw_only=True):
    """The report or its data are older than their validity: to be asked again."""


@command(life="verification")
class CloseVerification(InstanceCommand, frozen=True, kw_only=True):
    """A verification that nothing waits for any more."""


@command(life="survey")
class Visit(Command, frozen=True, kw_only=True):
    """入户调查 by two who are named; signed by them and the members present. `result`: code of survey_result."""

    surveyors: Surveyors
    result: Short
    way: Short = "visit"
    present: tuple[MemberKey, ...] = ()
    papers: tuple[Paper, ...] = ()
    words: Text | None = None


@command(life="survey")
class NobodyHome(Command, frozen=True, kw_only=True):
    """Nobody was there, or (`turned_away`) the two were not let in. Twice nobody is non-cooperation."""

    surveyors: Surveyors
    turned_away: bool = False


@command(life="survey")
class AskNeighbours(Command, frozen=True, kw_only=True):
    """邻里访问: how many were asked, and what came of it."""

    surveyors: Surveyors
    asked: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    result: Short
    words: Text | None = None


@command(life="survey")
class SendInquiry(Command, frozen=True, kw_only=True):
    """信函索证: a letter under a number of its own asks an employer or an office."""

    inquiry: Short
    to: Text


@command(life="survey")
class AnswerInquiry(Command, frozen=True, kw_only=True):
    """What the letter of inquiry brought; `inquiry`: its number."""

    inquiry: Short
    words: Text


class FactEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fact as stated (domain.facts says what each kind holds). `amount`: for the whole span
    `since`–`until`, or a month if it has no end. `source`: code V… of source, or one of fact_source.
    `item`: which of several alike, as a second job, account or car. `unreported`: it came to light late and works
    from the month after it began; its amount is a month's. `monthly`: so is this one's, though it has an end."""

    kind: FactKind
    code: Short
    since: date
    source: Short = "declared"
    until: date | None = None
    member: MemberKey | None = None
    item: Annotated[int, msgspec.Meta(ge=1, le=99)] = 1
    amount: Annotated[int, fen()] | None = None
    received: date | None = None
    numbers: Annotated[dict[str, int], fen_at("income")] = {}
    exempt: Short | None = None
    note: Text | None = None
    unreported: bool = False
    monthly: bool = False


FACT_DESKS = ("window", "surveyor", "handler", "centre")


@command(who=(*FACT_DESKS, "bureau"))
class StateFacts(Command, frozen=True, kw_only=True):
    """New facts while the application, a review or a change is open; they get the keys f1, f2 …"""

    facts: Annotated[tuple[FactEntry, ...], msgspec.Meta(min_length=1, max_length=500)]


@command(who=FACT_DESKS)
class CorrectFact(Command, frozen=True, kw_only=True):
    """The same fact put right: same kind, member and first day; the old one stays in the history."""

    fact: FactKey
    corrected: FactEntry


@command(who=FACT_DESKS)
class EndFact(Command, frozen=True, kw_only=True):
    """A fact holds no longer than `until`, its last day."""

    fact: FactKey
    until: date


@command(who=FACT_DESKS)
class WithdrawFact(Command, frozen=True, kw_only=True):
    """A fact that never was: entered in error, or found to be another's. It stays in the history."""

    fact: FactKey
    reason: Text


@command(life="application")
class Assess(Command, frozen=True, kw_only=True):
    """核算: compute the amount from what is stated; what isn't stated is named."""
