"""暂缓: pay is kept back on a ground up to a day; the months drawn meanwhile are held lines (rules.md §3 hold)."""

from datetime import date, timedelta

from msgspec.structs import replace

from domain.case import Case
from domain.case.award import HoldEnded, HoldSet
from domain.ids import InstanceId
from workflows.command import Decision, decides
from workflows.commands.award import EndHold, SetHold
from workflows.context import Context
from workflows.decide.award import released
from workflows.decide.papers import words
from workflows.engine import due_day
from workflows.refusal import refuse


@due_day
def hold_end(context: Context, case: Case, instance: InstanceId) -> date:
    """The day after the last on which pay is kept back."""
    return case.holds[instance] + timedelta(days=1)


@decides(SetHold)
def set_hold(context: Context, command: SetHold) -> Decision:
    if command.until <= context.on:
        raise refuse("hold-until-past", "data.until", on=context.on.isoformat())
    if command.ground == "other" and not command.words:
        raise refuse("words-needed", "data.words", ground=command.ground)
    event = HoldSet(
        on=context.on,
        hold=context.instance,
        ground=command.ground,
        until=command.until,
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event], answer={"hold": context.instance})


@decides(EndHold)
def end_hold(context: Context, command: EndHold) -> Decision:
    case = context.case
    left = {key: until for key, until in case.holds.items() if key != context.instance}
    return Decision(
        events=[
            HoldEnded(on=context.on, hold=context.instance),
            *released(context, replace(case, holds=left)),
        ]
    )
