"""`doudi notices`: the notice board of a village, a community or a township, as anybody may read it there."""

from typing import Any

import click

from adapters.cli.scope import division_in_scope
from adapters.cli.session import session
from adapters.replay import today
from domain.codes import label
from domain.ids import level_of, parse_division
from domain.money import show_yuan
from projections.notices import Notice, board
from workflows.refusal import refuse

COLUMNS = ("letter", "division", "head", "members", "amount", "posted", "until")


@click.command()
@click.option(
    "--division", required=True, metavar="CODE", help="a village, a community, or a township of yours"
)
def notices(division: str) -> None:
    """What hangs today: head's name, members counted, amount; nothing once its time is over.

    A village's board is public; that of a whole township is for its staff.
    Example: doudi notices --division 110199001001
    """
    now = session()
    where = parse_division(division)
    if level_of(where) not in ("village", "township"):
        raise refuse("notices-too-wide", "division", division=where)
    if level_of(where) == "township":
        where = division_in_scope(now, where)
    now.catch_up("notices")
    day = today(now.doudi.store)
    unnamed = now.text("notice.unnamed")
    rows = [
        _row(one, unnamed, None if now.form == "json" else now.catalogue.lang)
        for one in board(now.doudi.projector.rows("notices"), day, where)
    ]
    title = now.text("notices.title", division=where, day=day.isoformat())
    now.show(COLUMNS, rows, title=title, position=now.doudi.projector.position("notices"))


def _row(one: Notice, unnamed: str, lang: Any) -> dict[str, Any]:
    """The head's name stands in full: that is what a notice is for (民发〔2021〕57号 art. 19)."""
    name = one.name.text if one.name else None
    return {
        "letter": one.letter if lang is None else f"{one.letter} {label('letter', one.letter, lang)}",
        "division": one.division,
        "head": name if lang is None else name or unnamed,
        "members": one.members,
        "amount": one.amount if lang is None else show_yuan(one.amount),
        "posted": one.posted,
        "until": one.until,
    }


COMMANDS: list[click.Command] = [notices]
