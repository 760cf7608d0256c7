"""A trial store's clock (architecture 15): what commands take as today moves, what was seen and recorded stays."""

from datetime import datetime, time

from domain.days import CHINA, parse_day, parse_instant, show_instant
from domain.office import ClockSet
from workflows.command import Decision, decides
from workflows.commands.office import SetClock
from workflows.context import Context
from workflows.refusal import refuse
from workflows.world import CLOCK

OPENING = time(9, 0)
FIRST, LAST = datetime(2000, 1, 1, tzinfo=CHINA), datetime(2100, 1, 1, tzinfo=CHINA)
"""A trial plays between these: before the first nobody holds a desk, after the last no calendar reaches."""


@decides(SetClock)
def set_clock(context: Context, command: SetClock) -> Decision:
    if not context.world.store.trial:
        raise refuse("clock-real", "data.to")
    if "T" in command.to:
        to = parse_instant(command.to, "data.to")
    else:
        to = datetime.combine(parse_day(command.to, "data.to"), OPENING, CHINA)
    if not FIRST <= to <= LAST:
        raise refuse("clock-out-of-range", "data.to", first=show_instant(FIRST), last=show_instant(LAST))
    answer = {"before": show_instant(context.now), "now": show_instant(to)}
    return Decision(others=[(CLOCK, ClockSet(on=context.on, to=to))], clock=to, answer=answer)
