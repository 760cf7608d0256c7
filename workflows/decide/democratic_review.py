"""民主评议: delegates judge whether the survey is true and complete; never a veto (220 art. 21–24; rules.md §3 review).

After an objection in publicity, or of every case where a division wants it (`review_of_all`).
"""

from fractions import Fraction
from math import ceil

from domain.case.enquiry import DemocraticReviewHeld
from domain.codes import check_code
from workflows.command import Decision, decides
from workflows.commands.opinion import HoldDemocraticReview
from workflows.context import Context
from workflows.decide.papers import words
from workflows.decide.relations import check_staff
from workflows.engine import guard, unfinished
from workflows.refusal import Reason, reason, refuse

THIRDS = {33: Fraction(1, 3), 67: Fraction(2, 3)}
"""Percentages that stand for thirds."""


@guard
def something_to_review(context: Context, command: HoldDemocraticReview) -> Reason | None:
    """Only after an objection in publicity, or of all cases where the division wants it."""
    if unfinished(context.case, "objection"):
        return None
    if not context.rule("review_of_all"):
        return reason("review-not-due", "case")
    return reason("instance-unknown", "data.instance", life="objection") if command.instance else None


@guard
def delegates_enough(context: Context, command: HoldDemocraticReview) -> Reason | None:
    """At least two thirds of those who take part (民发〔2012〕220号 art. 22)."""
    percent = context.limit("review_delegates_percent")
    least = ceil(command.participants * THIRDS.get(percent, Fraction(percent, 100)))
    if command.delegates < max(least, 1):
        return reason(
            "delegates-few",
            "data.delegates",
            delegates=command.delegates,
            least=max(least, 1),
            participants=command.participants,
        )
    return None


@guard
def all_signed(context: Context, command: HoldDemocraticReview) -> Reason | None:
    if command.signed == command.participants:
        return None
    return reason("not-all-signed", "data.signed", signed=command.signed, participants=command.participants)


@guard
def reviewed_where_due(context: Context, command: object) -> Reason | None:
    """A review of every case where the division wants it; disputed, it leads to another survey."""
    case = context.case
    if not context.rule("review_of_all"):
        return None
    if not any(one.objection is None for one in case.meetings):
        return reason("review-missing", "case", desks="handler, leader")
    return surveyed_since_dispute(context, command)


@guard
def surveyed_since_dispute(context: Context, command: object) -> Reason | None:
    """What a review disputed is surveyed again before it is reviewed or advised on."""
    held = [one for one in context.case.meetings if one.objection is None]
    if not held or held[-1].outcome != "disputed":
        return None
    since = held[-1].on
    if any(visit.on >= since for visit in context.case.visits if visit.why in ("survey", "resurvey")):
        return None
    return reason("review-disputed", "case", on=since.isoformat())


@decides(HoldDemocraticReview)
def hold_review(context: Context, command: HoldDemocraticReview) -> Decision:
    if command.delegates > command.participants:
        raise refuse("delegates-many", "data.delegates", participants=command.participants)
    check_staff(context, (command.chair,), "data.chair")
    still = unfinished(context.case, "objection")
    about = command.instance
    if about is not None and about not in still:
        raise refuse("instance-unknown", "data.instance", life="objection")
    if about is None and len(still) > 1:
        raise refuse("instance-which", "data.instance", open=", ".join(still))
    event = DemocraticReviewHeld(
        on=context.on,
        participants=command.participants,
        delegates=command.delegates,
        signed=command.signed,
        chair=command.chair,
        outcome=check_code("review_outcome", command.outcome, "data.outcome"),
        objection=about or (still[0] if still else None),
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event])
