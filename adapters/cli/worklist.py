"""`doudi worklist`: what waits for a desk, by due day."""

from typing import Any

import click
import msgspec

from adapters.casefile import CaseText
from adapters.cli.reading import in_scope, note_look
from adapters.cli.scope import somebody_here
from adapters.cli.session import session
from adapters.replay import today
from domain.codes import label
from domain.days import parse_day
from domain.ids import parse_division
from domain.staff import DESK_LEVEL
from projections.worklist import Work, work
from workflows.definition import shipped

COLUMNS = (
    "due",
    "late",
    "case",
    "division",
    "area",
    "instance",
    "state",
    "since",
    "deadline",
    "desk",
    "provisional",
    "warned",
    "escalated",
)


@click.command()
@click.option("--desk", type=click.Choice(list(DESK_LEVEL)), help="whose work; default: of all desks")
@click.option("--division", default="", metavar="CODE", help="this division and those below it")
@click.option("--village", default="", metavar="CODE", help="one village or community")
@click.option("--until", metavar="YYYY-MM-DD", help="what is due by then")
def worklist(desk: str | None, division: str, village: str, until: str | None) -> None:
    """What waits for a desk in your divisions, by due day; late ones are marked.

    Example: doudi --as handler worklist --desk handler --until 2025-05-31
    """
    now = session()
    within = (
        parse_division(village or division, "village" if village else "division")
        if village or division
        else ""
    )
    day = parse_day(until, "until") if until else None
    note_look(now, "worklist")
    now.catch_up("worklist")
    found = work(
        now.doudi.projector.rows("worklist"),
        today(now.doudi.store),
        desk=desk,
        division=within,
        until=day,
        in_scope=in_scope(now),
    )
    text = CaseText(now.catalogue)
    waiting = [one for one in found if not _rests(one)]
    if not waiting:
        somebody_here(now)
    shown = [msgspec.to_builtins(one) if now.form == "json" else _row(one, text) for one in waiting]
    title = now.text(
        "worklist.title",
        desk=text.desk(desk) if desk else "",
        division=within,
        day=today(now.doudi.store).isoformat(),
    )
    columns = Work.__struct_fields__ if now.form == "json" else COLUMNS
    now.show(columns, shown, title=title, position=now.doudi.projector.position("worklist"))


def _rests(one: Work) -> bool:
    """A living award's timers fire by themselves: no work of anybody."""
    return one.life in shipped() and shipped()[one.life].state(one.state).resting


def _row(one: Work, text: CaseText) -> dict[str, Any]:
    yes = text.catalogue.text("value.true")
    return {
        "due": one.due,
        "late": yes if one.late else None,
        "case": one.case,
        "division": one.division,
        "area": label("area", one.area, text.catalogue.lang),
        "instance": text.life(one.instance, one.life),
        "state": text.state(one.life, one.state),
        "since": one.since,
        "deadline": text.deadline(one.deadline).rpartition(" · ")[2],
        "desk": text.desk(one.desk),
        "provisional": yes if one.provisional else None,
        "warned": yes if one.warned else None,
        "escalated": text.desk(one.escalated) if one.escalated else None,
    }


COMMANDS: list[click.Command] = [worklist]
