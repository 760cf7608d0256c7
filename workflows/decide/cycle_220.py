"""What only the cycle of 民发〔2012〕220号 had: a review of every case, the county's own publicity (art. 18–31).

Its ways stand in `definitions/*_220.toml`; it holds for applications entered until 2021-06-30, later where a
division's parameter `law` says so.
"""

from hashlib import sha256

from domain.calendar import Due
from domain.case import Case
from domain.case.decision import ApprovalProposed, CountyVisitDue
from domain.event import CaseEvent
from domain.ids import InstanceId, StaffId
from workflows.command import Decision, decides
from workflows.commands.decision import ProposeApproval
from workflows.commands.opinion import HoldDemocraticReview
from workflows.context import Context
from workflows.decide.papers import words
from workflows.engine import APPLICATION, due_day, guard
from workflows.refusal import Reason, reason

SAMPLE = "sample"
_COUNTY_PUBLICITY = ("county_to_post", "county_posted", "decidable")


@guard
def disputed(context: Context, command: HoldDemocraticReview) -> Reason | None:
    """A review that disputes the survey leads to another one (art. 24)."""
    return None if command.outcome == "disputed" else reason("review-not-disputed", "data.outcome")


def _objected(case: Case) -> bool:
    posted = case.publicity
    return posted is not None and any(
        one.on >= posted.posted and one.outcome != "withdrawn" for one in case.objections.values()
    )


@guard
def objected_since_posting(context: Context, command: object) -> Reason | None:
    return None if _objected(context.case) else reason("nothing-objected", "case")


@guard
def posted_since_objection(context: Context, command: object) -> Reason | None:
    """An objection to the county's notice has it posted anew (art. 30)."""
    posted = context.case.publicity
    if posted is None or not _objected(context.case):
        return None
    return reason("post-again-after-objection", "case", on=posted.posted.isoformat())


@due_day
def advice_limit(context: Context, case: Case, instance: InstanceId) -> Due:
    """Survey, review and the township's advice, one after the other."""
    surveyed = context.due_by("survey_days_220", context.on)
    reviewed = context.due_by("review_days_220", surveyed.day)
    advised = context.due_by("opinion_days", reviewed.day)
    return Due(advised.day, surveyed.provisional or reviewed.provisional or advised.provisional)


@due_day
def settle_limit(context: Context, case: Case, instance: InstanceId) -> Due:
    """20 working days where the county's notice was objected to; the township's has no limit of its own."""
    county = case.state(APPLICATION) in _COUNTY_PUBLICITY
    return context.due_by("objection_days_220" if county else "objection_days", context.on)


def sampled(context: Context) -> list[CaseEvent]:
    """Files the county visits at random, so many in a hundred (art. 28); drawn when the file comes."""
    percent = context.limit("county_visit_percent_220")
    drawn = int.from_bytes(sha256(context.token("v").encode()).digest()[:8]) % 100
    return [CountyVisitDue(on=context.on, ground=SAMPLE)] if drawn < percent else []


@decides(ProposeApproval)
def propose_approval(context: Context, command: ProposeApproval) -> Decision:
    opinion = context.case.opinion
    assert opinion is not None
    proposed = ApprovalProposed(
        on=context.on,
        by=StaffId(context.actor),
        amount=opinion.amount,
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[proposed], answer={"amount": opinion.amount})
