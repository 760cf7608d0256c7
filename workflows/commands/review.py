"""定期核查: a review is opened, the home is visited, its outcome is computed (57 art. 31; rules.md §3)."""

from typing import Literal

from domain.case.intake import Paper
from domain.ids import MemberKey
from workflows.command import InstanceCommand, command
from workflows.commands.enquiry import Surveyors
from workflows.commands.intake import Short, Text


@command(life="review")
class OpenReview(InstanceCommand, frozen=True, kw_only=True):
    """By the clock, or by hand up to a month before it is due (`review_ahead_months`)."""


@command(life="review")
class VisitForReview(InstanceCommand, frozen=True, kw_only=True):
    """Two who are named visit; `way` and `result` are codes of survey_way and survey_result."""

    surveyors: Surveyors
    result: Short
    way: Short = "visit"
    present: tuple[MemberKey, ...] = ()
    papers: tuple[Paper, ...] = ()
    words: Text | None = None


@command(life="review")
class ConcludeReview(InstanceCommand, frozen=True, kw_only=True):
    """The outcome follows from the facts: unchanged, or a change is opened for it. `impossible`: why it couldn't
    be held. `review_class`: the class from now on, where it changes."""

    review_class: Literal["A", "B", "C"] | None = None
    impossible: Text | None = None
