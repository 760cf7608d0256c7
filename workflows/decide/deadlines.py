"""Steps of a deadline: warned, escalated, moved with its calendar, each once (architecture 14; rules.md §5)."""

from collections.abc import Collection
from datetime import date, timedelta

from domain.calendar import Calendar, Due
from domain.case import Case
from domain.case.change import DeadlineEscalated, DeadlineMoved, DeadlineWarned
from domain.event import Deadline
from domain.office import TimeSeen
from workflows.command import Decision, decides
from workflows.commands.deadlines import EscalateDeadline, MoveDeadline, SeeTime, Tick, WarnDeadline
from workflows.context import Context
from workflows.world import CLOCK

FIRE, WARN = "fire", "warn"
LEADER_AFTER, COUNTY_AFTER = 1, 3
"""A limit goes to its owner's leader the day after it is over, to the county 3 working days after."""


def open_steps(
    deadline: Deadline, taken: Collection[tuple[str, str]], calendar: Calendar
) -> list[tuple[str, date]]:
    """The steps of a deadline that were not taken yet, each with its day, in order."""
    if deadline.kind == "timer":
        return [(FIRE, deadline.due)]
    steps = [(WARN, deadline.warn)] if deadline.warn is not None else []
    steps.append(("escalate:leader", deadline.due + timedelta(days=LEADER_AFTER)))
    steps.append(("escalate:county", calendar.add_working_days(deadline.due, COUNTY_AFTER).day))
    return [(step, day) for step, day in steps if (deadline.key, step) not in taken]


def standing(case: Case, key: str, due: date) -> Deadline | None:
    """The deadline, if it still stands with this due day; else the case moved on."""
    deadline = case.deadlines.get(key)
    return deadline if deadline is not None and deadline.due == due else None


@decides(WarnDeadline)
def warn(context: Context, command: WarnDeadline) -> Decision:
    deadline = standing(context.case, command.key, command.due)
    if deadline is None or (command.key, WARN) in context.case.steps:
        return Decision()
    return Decision(events=[DeadlineWarned(on=context.on, key=command.key, owner=deadline.owner)])


@decides(EscalateDeadline)
def escalate(context: Context, command: EscalateDeadline) -> Decision:
    deadline = standing(context.case, command.key, command.due)
    if deadline is None or (command.key, f"escalate:{command.to}") in context.case.steps:
        return Decision()
    return Decision(events=[DeadlineEscalated(on=context.on, key=command.key, to=command.to)])


@decides(MoveDeadline)
def move_deadline(context: Context, command: MoveDeadline) -> Decision:
    deadline = standing(context.case, command.key, command.due)
    if deadline is None or not deadline.provisional:
        return Decision()
    due, days = reckon_again(deadline, context.calendar)
    if (due.day, due.provisional) == (deadline.due, True):
        return Decision()
    moved = DeadlineMoved(
        on=context.on,
        key=command.key,
        due=due.day,
        warn=context.warning_day(due.day, days) if deadline.warn is not None else None,
        cause="calendar",
        provisional=due.provisional,
        start=deadline.start if due.provisional else None,
        days=deadline.days if due.provisional else None,
    )
    return Decision(events=[moved])


def reckon_again(deadline: Deadline, calendar: Calendar) -> tuple[Due, int]:
    """Where a provisional limit lies by the calendar as it is now, and its length in working days.

    One that doesn't say where it is counted from began in a published year: then the working days that were
    guessed for its due day's year are counted again.
    """
    if deadline.start is not None and deadline.days is not None:
        return calendar.add_working_days(deadline.start, deadline.days), deadline.days
    year = deadline.due.year
    before = date(year - 1, 12, 31)
    guess = Calendar({known: loaded for known, loaded in calendar.years.items() if known != year})
    days = guess.working_days_between(before, deadline.due)
    return calendar.add_working_days(before, days), max(days, 6)


@decides(SeeTime)
def see_time(context: Context, command: SeeTime) -> Decision:
    seen = context.world.seen_until()
    if seen is not None and command.until <= seen:
        return Decision()
    return Decision(others=[(CLOCK, TimeSeen(on=context.on, until=command.until))])


@decides(Tick)
def tick(context: Context, command: Tick) -> Decision:
    return Decision()
