"""定期核查: reviews by class from the award's first day, each ending with its outcome (57 art. 31; rules.md §3)."""

from datetime import date

from domain.case.change import ReviewScheduled
from domain.case.opinion import ReviewClass
from domain.days import Month, add_months, first_day
from domain.ids import InstanceId
from workflows.context import Context
from workflows.engine import instances


def first_review(context: Context, review_class: ReviewClass, from_month: Month) -> ReviewScheduled:
    """The review that begins with an award: one period of its class after the award's first day."""
    return _scheduled(context, review_class, first_day(from_month), first_day(from_month))


def next_review(context: Context, review_class: ReviewClass) -> ReviewScheduled:
    """The next review: k × period from the award's first day, after the last one's due day and after today."""
    case = context.case
    assert case.award is not None
    last = max((one.due for one in case.reviews.values()), default=first_day(case.award.began))
    return _scheduled(context, review_class, first_day(case.award.began), max(last, context.on))


def _scheduled(context: Context, review_class: ReviewClass, first: date, after: date) -> ReviewScheduled:
    period = context.limit(f"review_months_{review_class}")
    ordinal = 1
    while add_months(first, ordinal * period) <= after:
        ordinal += 1
    return ReviewScheduled(
        on=context.on,
        review=InstanceId(f"review.{len(instances(context.case, 'review')) + 1}"),
        due=add_months(first, ordinal * period),
        ordinal=ordinal,
    )
