"""结账: a county's month of a programme is closed once, whole, in order (rules.md §8).

The county closes, for the lists are its own and it signs the table; townships and villages stand in the same table,
so what they reported comes from the same snapshot and none of them closes apart. Payments may still be pending.
"""

from domain.days import Month, add_month, last_day
from domain.ids import DivisionCode, StaffId, county_of, level_of, parse_division
from domain.month import Closings, MonthClosed, digest_of
from domain.payment import PayList
from domain.policy import AREAS
from workflows.command import Decision, decides
from workflows.commands.pay import CloseMonth
from workflows.context import Context
from workflows.decide.division import division_of
from workflows.ports import Taken
from workflows.refusal import Reason, reason, refuse, refuse_all
from workflows.world import list_stream, month_stream


@decides(CloseMonth)
def close_month(context: Context, command: CloseMonth) -> Decision:
    division, month = parse_division(command.division, "data.division"), Month(command.month)
    if level_of(division) != "county":
        below = level_of(division) in ("township", "village")
        county = county_of(division) if below else ""
        raise refuse("month-county", "data.division", division=division, county=county or "–")
    stream = month_stream(division, command.programme)
    closings: Closings = context.world.state(stream) or Closings()
    before = closings.months.get(month)
    if before is not None:
        raise refuse("month-closed", "data.month", month=month, on=before.on.isoformat())
    lists: dict[str, PayList] = {area: _list(context, division, command, area) for area in AREAS}
    refuse_all(
        (
            *_order(context, _last(context, division, command.programme), month),
            *_unclosed(context, lists, month),
        )
    )
    tables = context.world.tables
    assert tables is not None
    taken = tables.taken(division, command.programme, month)
    refuse_all((*_undrawn(lists, taken), *_waiting(taken)))
    text = taken.table.text()
    event = MonthClosed(
        on=context.on,
        division=division,
        programme=command.programme,
        month=month,
        by=StaffId(context.actor),
        position=taken.position,
        figures={
            area: {name: value for name, value in row.items() if isinstance(value, int) and value}
            for area, row in taken.table.rows.get(division, {}).items()
        },
        table=text,
        digest=digest_of(text),
    )
    answer = {"month": month, "digest": event.digest, "position": event.position}
    return Decision(others=[(stream, event)], answer=answer)


def _last(context: Context, division: DivisionCode, programme: str) -> Month | None:
    """The last month closed; of a county's new code, the first of those to which its old ones are closed."""
    closings: Closings | None = context.world.state(month_stream(division, programme))
    if closings is not None and closings.months:
        return closings.last
    known = division_of(context.world, division)
    before = [_last(context, old, programme) for old, _ in known.of] if known is not None else []
    return min((one for one in before if one is not None), default=None)


def _order(context: Context, last: Month | None, month: Month) -> list[Reason]:
    """After the month's last day; months follow each other without a gap from the first that was closed."""
    found = []
    if context.on < last_day(month):
        found.append(reason("month-not-over", "data.month", month=month, until=last_day(month).isoformat()))
    if last is not None:
        following = add_month(last, 1)
        if month > following:
            found.append(reason("month-earlier-open", "data.month", month=month, earlier=following))
        if month < following:
            found.append(reason("month-later-closed", "data.month", month=month, last=last))
    return found


def _list(context: Context, division: str, command: CloseMonth, area: str) -> PayList:
    stream = list_stream(division, command.programme, area, command.month)
    found: PayList | None = context.world.state(stream)
    return found or PayList()


def _unclosed(context: Context, lists: dict[str, PayList], month: Month) -> list[Reason]:
    """What is drawn is signed and closed, supplements too."""
    found = []
    for area, paylist in lists.items():
        if paylist.draws and not paylist.settled:
            found.append(reason("list-not-closed", "data.month", month=month, area=area))
        elif paylist.closed is not None and context.on < paylist.closed:
            since = paylist.closed.isoformat()
            found.append(reason("on-before", "data.on", on=context.on.isoformat(), since=since))
    if all(paylist.opened is None for paylist in lists.values()):
        found.append(reason("list-not-open", "data.month", month=month, area=", ".join(lists)))
    return found


def _undrawn(lists: dict[str, PayList], taken: Taken) -> list[Reason]:
    """Where awards live there is a list, if only to say why nobody is on it."""
    return [
        reason(
            "list-not-open" if lists[area].opened is None else "list-not-closed",
            "data.month",
            month=taken.table.month,
            area=area,
        )
        for area in taken.living
        if lists[area].closed is None
    ]


def _waiting(taken: Taken) -> list[Reason]:
    return [reason("month-waiting", "data.month", count=taken.waiting)] if taken.waiting else []
