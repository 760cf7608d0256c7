"""定期核查: reviews by class from the award's first day, each ending with its outcome (57 art. 31; rules.md §3).

Where a division has campaign months (`review_campaign_months`), everybody's is due with each campaign instead.
A late review never stops pay. What isn't clear (`clear_change_percent` of counted income) changes nothing.
"""

from datetime import date
from fractions import Fraction

from domain.campaign import campaign_after, campaign_due
from domain.case import Case
from domain.case.award import Terms
from domain.case.change import ChangeOpened, Review, ReviewConcluded, ReviewOpened, ReviewScheduled
from domain.case.opinion import ReviewClass
from domain.days import Month, add_months, first_day, last_day
from domain.event import CaseEvent
from domain.explain import Explanation
from domain.ids import InstanceId
from domain.means import Assessment
from workflows.command import Decision, decides
from workflows.commands.review import ConcludeReview, OpenReview, VisitForReview
from workflows.context import Context
from workflows.decide.assessing import month_after
from workflows.decide.consent import unconsented
from workflows.decide.enquiry import visited
from workflows.decide.papers import needed_words
from workflows.decide.terms import assess_now, award_of, income_of, latest_terms, still
from workflows.engine import due_day, guard, next_of, pick
from workflows.refusal import Reason, reason


def first_review(context: Context, review_class: ReviewClass, from_month: Month) -> ReviewScheduled:
    """The review that begins with an award: one period of its class after the award's first day."""
    return _scheduled(context, review_class, first_day(from_month), first_day(from_month))


def next_review(context: Context, review_class: ReviewClass) -> ReviewScheduled:
    """The next review: k × period from the award's first day, after the last one's due day and after today."""
    first = first_day(award_of(context.case).began)
    last = max((one.due for one in context.case.reviews.values()), default=first)
    return _scheduled(context, review_class, first, max(last, context.on))


def scheduled_after(context: Context, review_class: ReviewClass, first: date) -> ReviewScheduled:
    """The next review of an award that began long ago: k × period from its first day, after today."""
    return _scheduled(context, review_class, first, max(first, context.on))


def _scheduled(context: Context, review_class: ReviewClass, first: date, after: date) -> ReviewScheduled:
    """By anniversary; or with the first campaign that begins after that day, whatever the class."""
    if campaign := campaign_months(context):
        ordinal, due = len(context.case.reviews) + 1, last_day(campaign_after(campaign, after)[1])
    else:
        period = context.limit(f"review_months_{review_class}")
        ordinal = 1
        while add_months(first, ordinal * period) <= after:
            ordinal += 1
        due = add_months(first, ordinal * period)
    return ReviewScheduled(on=context.on, review=next_of(context.case, "review"), due=due, ordinal=ordinal)


def campaign_months(context: Context) -> tuple[str, ...]:
    """The division's campaign months as set on the day; () by anniversary. What was scheduled keeps its day."""
    return context.policy.words("review_campaign_months", context.on)


def _opens(context: Context, review: Review) -> date:
    campaign = campaign_due(campaign_months(context), review.due)
    if campaign is not None:
        return first_day(campaign[0])
    return add_months(review.due, -context.limit("review_ahead_months"))


@due_day
def review_opens(context: Context, case: Case, instance: InstanceId) -> date:
    """`review_ahead_months` before it is due; in campaign months with the campaign's first day."""
    return _opens(context, case.reviews[instance])


@due_day
def review_due(context: Context, case: Case, instance: InstanceId) -> date:
    """Its due day; one opened late has a month from its opening."""
    due = case.reviews[instance].due
    return due if due > context.on else add_months(context.on, 1)


def _review(context: Context, command: object) -> Review:
    return context.case.reviews[pick(context.case, "review", command)[1]]  # type: ignore[arg-type]


@guard
def review_may_open(context: Context, command: OpenReview) -> Reason | None:
    review = _review(context, command)
    opens = _opens(context, review)
    if context.on >= opens or award_of(context.case).as_in_ledger(month_after(context.on)):
        return None
    return reason("review-early", "data.on", opens=opens.isoformat(), due=review.due.isoformat())


@guard
def review_visited(context: Context, command: ConcludeReview) -> Reason | None:
    """Two visited since it was opened, unless it can't be held."""
    opened = _review(context, command).opened
    if command.impossible or any(
        visit.why == "review" and opened is not None and visit.on >= opened for visit in context.case.visits
    ):
        return None
    return reason("review-not-visited", "case", opened=str(opened))


@guard
def consents_renewed(context: Context, command: ConcludeReview) -> Reason | None:
    """Consent runs while aid runs: each adult's still does, or was renewed (rules.md §3 verification)."""
    missing = [] if command.impossible else unconsented(context.case, context.on)
    return reason("consent-missing", "members", members=", ".join(missing)) if missing else None


@decides(OpenReview)
def open_review(context: Context, command: OpenReview) -> Decision:
    """An award as in the ledger may be looked at any day: nothing of it is computed before."""
    review = context.case.reviews[context.instance]
    if context.on < _opens(context, review):
        sooner = ReviewScheduled(on=context.on, review=review.id, due=context.on, ordinal=review.ordinal)
        return Decision(events=[sooner, ReviewOpened(on=context.on, review=context.instance)])
    return Decision(events=[ReviewOpened(on=context.on, review=context.instance)])


@decides(VisitForReview)
def visit_for_review(context: Context, command: VisitForReview) -> Decision:
    return Decision(events=[visited(context, command, "review", context.instance)])


@decides(ConcludeReview)
def conclude_review(context: Context, command: ConcludeReview) -> Decision:
    """Unchanged ends here; else a change is opened with what the facts propose. The next review is scheduled."""
    case = context.case
    review_class: ReviewClass = command.review_class or case.review_class  # type: ignore[assignment]
    found: Assessment | None = None
    outcome, clear = "impossible", True
    why_not = needed_words(context, command.impossible, "data.impossible") if command.impossible else None
    if why_not is None:
        opened = case.reviews[context.instance].opened
        assert opened is not None
        award, month = award_of(case), month_after(context.on)
        terms = latest_terms(award, month)
        kept = terms.household_part if award.gradual_until is not None else None
        found = assess_now(context, opened, month, kept)
        clear = is_clear(context, found, terms)
        outcome = _outcome(found, terms) if clear else "unchanged"
    change = _opened(context, outcome)
    concluded = ReviewConcluded(
        on=context.on,
        review=context.instance,
        outcome=outcome,
        review_class=review_class,
        change=change.change if change else None,
        explanation=found.explanation if found else None,
        clear=clear,
        words=why_not,
    )
    events: list[CaseEvent] = [concluded, next_review(context, review_class)]
    if change is not None:
        events.append(change)
    answer: dict[str, object] = {"outcome": outcome, "clear": clear}
    if found is not None:
        answer |= {"amount": found.amount, "grounds": list(found.grounds)}
        if change is not None:
            answer |= {"change": change.change, "proposal": _proposal(outcome, found)}
    return Decision(
        events=events,
        begins=("change",) if change else (),
        moves=still(case),
        answer=answer,
    )


def _outcome(found: Assessment, terms: Terms) -> str:
    if not found.eligible:
        return "stop"
    if found.amount == terms.amount:
        return "unchanged"
    return "increase" if found.amount > terms.amount else "reduce"


def _proposal(outcome: str, found: Assessment) -> dict[str, object]:
    """What ProposeChange may be sent with."""
    codes = {"increase": "I03", "reduce": "D03", "stop": "S02" if "R02" in found.grounds else "S01"}
    return {
        "effect": outcome,
        "code": codes[outcome],
        "amount": found.amount if found.eligible else 0,
        "shares": dict(found.shares) if found.eligible else {},
    }


def _opened(context: Context, outcome: str) -> ChangeOpened | None:
    """The change that a review's outcome opens. It counts its income back from the day the review opened."""
    if outcome in ("unchanged", "impossible"):
        return None
    opened = context.case.reviews[context.instance].opened
    return ChangeOpened(
        on=context.on,
        change=next_of(context.case, "change"),
        kind="review",
        happened=opened or context.on,
        source=context.instance,
    )


def is_clear(context: Context, found: Assessment, terms: Terms) -> bool:
    """Whether a change counts: who is counted or covered, additions, another ground, or income by the percentage."""
    if set(found.grounds) - {"R01"}:
        return True
    counted, covered = set(terms.counted or terms.covered), set(terms.covered)
    if set(found.counted) != counted or set(found.covered) != covered:
        return True
    if found.eligible and {one.member: one.amount for one in found.uplifts} != terms.uplifts:
        return True
    return clear_income(context, context.case.decided_income, found.explanation)


def clear_income(context: Context, before: Explanation | None, after: Explanation) -> bool:
    """At least `clear_change_percent` of the income counted before; any change of an income of 0 is clear."""
    if before is None:
        return True
    old, new = Fraction(*income_of(before)), Fraction(*income_of(after))
    percent = context.limit("clear_change_percent")
    return old != new and abs(new - old) * 100 >= percent * old
