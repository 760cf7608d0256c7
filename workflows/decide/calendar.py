"""A year of the official calendar; the due days that waited for it are moved after (rules.md §5, §10.11)."""

from domain.calendar import check_year
from domain.office import YearLoaded
from workflows.command import Decision, decides
from workflows.commands.office import LoadCalendar
from workflows.context import Context
from workflows.world import calendar_stream


@decides(LoadCalendar)
def load_calendar(context: Context, command: LoadCalendar) -> Decision:
    year = check_year(command.year, command.days_off, command.workdays, command.document)
    stream = calendar_stream(year.year)
    before = context.world.state(stream)
    event = YearLoaded(
        on=context.on,
        year=year.year,
        days_off=tuple(sorted(year.days_off)),
        workdays=tuple(sorted(year.workdays)),
        document=year.document,
    )
    same = before is not None and (before.days_off, before.workdays, before.document) == (
        event.days_off,
        event.workdays,
        event.document,
    )
    return Decision(others=[] if same else [(stream, event)], answer={"year": year.year, "changed": not same})
