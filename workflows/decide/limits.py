"""Due days of the whole application and of the first opinion, and how they move (57 art. 22; rules.md §3, §5)."""

from datetime import date

from msgspec.structs import replace

from domain.calendar import Due
from domain.case import Case
from domain.case.change import DeadlineMoved
from domain.event import CaseEvent
from domain.ids import InstanceId
from workflows.context import Context
from workflows.engine import BEFORE_DECISION, DUE_DAYS, definition_of, due_day, instances

WHOLE, OPINION = "application/whole", "application/opinion"


@due_day
def whole_limit(context: Context, case: Case, instance: InstanceId) -> Due:
    """The last day for the decision, from acceptance on."""
    return whole_due(context, case)


def whole_due(context: Context, case: Case) -> Due:
    """30 working days in all, 20 where the township decides, 45 once extended or objected to (57 art. 22; 83)."""
    accepted = case.intake.accepted or context.on
    if case.intake.extended is not None or case.objections:
        return context.due_by("whole_days_extended", accepted)
    return context.due_by(
        "whole_days_township" if context.rule("township_decides") else "whole_days", accepted
    )


@due_day
def opinion_limit(context: Context, case: Case, instance: InstanceId) -> Due:
    """5 days after survey and report. Until both are in, after the latest day on which they may come."""
    return opinion_due(context, case)


@due_day
def papers_over(context: Context, case: Case, instance: InstanceId) -> date:
    """The day after the last on which what is missing may be brought: the application lapses."""
    until = case.intake.missing_until or context.due_by("papers_days", context.on).day
    return date.fromordinal(until.toordinal() + 1)


def opinion_due(context: Context, case: Case, asked_again: date | None = None) -> Due:
    """`asked_again`: the day on which a report was set aside, so that another is to come."""
    accepted = case.intake.accepted or context.on
    days = [
        report_day(context, case, asked_again),
        survey_day(case) or _plus(context, "start_days", accepted),
    ]
    due = context.due_by("opinion_days", max(days))
    return min(due, whole_due(context, case), key=lambda one: one.day)


def survey_day(case: Case) -> date | None:
    """The day of the last visit of the survey, None before the first."""
    return max((visit.on for visit in case.visits if visit.why in ("survey", "resurvey")), default=None)


def report_day(context: Context, case: Case, asked_again: date | None = None) -> date:
    """The day of the report; before there is one, the latest day on which it may come."""
    found = instances(case, "verification")
    if not found:
        state, since = "to_ask", case.intake.accepted or context.on
    else:
        life = case.lives[found[-1]]
        one = case.verifications.get(found[-1])
        if one is not None and one.reported is not None and asked_again is None:
            return one.reported
        state, since = ("to_ask", asked_again) if asked_again else (life.state, life.since)
    spans = {"asked": ("start_days", "answer_days"), "started": ("answer_days",)}
    for name in spans.get(state, ("start_days", "start_days", "answer_days")):
        since = _plus(context, name, since)
    return since


def _plus(context: Context, name: str, start: date) -> date:
    return context.due_by(name, start).day


def enquiry_done(case: Case) -> bool:
    """Surveyed, and the last verification's report issued."""
    found = instances(case, "verification")
    one = case.verifications.get(found[-1]) if found else None
    return case.surveyed and one is not None and one.reported is not None


def shift(context: Context, case: Case, key: str, due: Due, cause: str) -> list[CaseEvent]:
    """Move a running limit; nothing where it isn't running or stands there already."""
    standing = case.deadlines.get(key)
    if standing is None or (standing.due, standing.provisional) == (due.day, due.provisional):
        return []
    warn = context.warning_day(due.day, (due.day - context.on).days)
    moved = DeadlineMoved(on=context.on, key=key, due=due.day, warn=warn, cause=cause)
    if due.provisional:
        days = context.calendar.working_days_between(context.on, due.day)
        moved = replace(moved, provisional=True, start=context.on, days=days)
    return [moved]


def extended_whole(context: Context, cause: str) -> list[CaseEvent]:
    """The whole limit moves to 45 working days from acceptance, and with it the steps that it had cut short.

    [] where it lies there already. `cause`: objection, or the ground of an extension.
    """
    case = context.case
    whole = case.deadlines.get(WHOLE)
    if whole is None:
        return []
    extended = replace(case, intake=replace(case.intake, extended=cause))
    due = whole_due(context, extended)
    if due.day <= whole.due:
        return []
    events = shift(context, case, WHOLE, due, cause)
    for key, deadline in case.deadlines.items():
        if deadline.kind == "limit" and deadline.due == whole.due and key != WHOLE:
            own = _uncut(context, extended, key)
            if own is not None:
                events += shift(context, case, key, min(own, due, key=lambda one: one.day), cause)
    return events


def _uncut(context: Context, case: Case, key: str) -> Due | None:
    """The due day a step would have without the whole limit; None for one that isn't under it."""
    name, _, short = key.partition("/")
    instance = InstanceId(name)
    if name.split(".")[0] not in BEFORE_DECISION or instance not in case.lives:
        return None
    state = definition_of(case, instance).state(case.lives[instance].state)
    spec = next((one for one in state.deadlines if one.name == short), None)
    if spec is None:
        return None
    if not spec.span.startswith("@"):
        return context.due_by(spec.span, case.lives[instance].since)
    found = DUE_DAYS[spec.span[1:]](context, case, instance)
    return Due(found) if isinstance(found, date) else found
