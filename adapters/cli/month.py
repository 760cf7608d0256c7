"""`doudi month close|show|corrections|list`: a month as it was reported, and what became known of it later."""

from typing import Any

import click

from adapters.cli.closed import (
    COLUMNS,
    HEADINGS,
    SHOWN,
    Lines,
    check_county,
    corrections_of,
    counties,
    reported,
    show_closed,
    shown_line,
)
from adapters.cli.known import figures_in_scope, rows_known
from adapters.cli.measures import name_of
from adapters.cli.session import session
from adapters.closing import closings
from domain.days import parse_month

PROGRAMMES = ["dibao"]
CLOSINGS = ("division", "month", "on", "by", "position", "digest", "lines")
_DIVISION = click.option("--division", required=True, metavar="CODE")
_MONTH = click.option("--month", "of", required=True, metavar="YYYY-MM")
_PROGRAMME = click.option("--programme", type=click.Choice(PROGRAMMES), default="dibao")
_KNOWN = click.option("--known-at", metavar="DAY|INSTANT", help="as it was known then; a day means its end")


@click.group(no_args_is_help=True)
def month() -> None:
    """结账: a month's table is kept as it is reported; what comes later stands as corrections.

    Example: doudi --as payer month close --division 110199 --month 2025-05
    """


@month.command("close")
@_DIVISION
@_MONTH
@_PROGRAMME
def month_close(division: str, of: str, programme: str) -> None:
    """Keep a county's table of a month, its townships and villages in it: once, after its last day, in order.

    Payments may still be pending. Example: doudi --as payer month close --division 110199 --month 2025-05
    """
    session().send("CloseMonth", division=division, month=of, programme=programme)


@month.command("show")
@_DIVISION
@_MONTH
@_PROGRAMME
@click.option("--area", type=click.Choice(["urban", "rural"]), help="one area alone")
@click.option("--raw", is_flag=True, help="the county's whole table, byte for byte as it was closed")
@_KNOWN
def month_show(
    division: str, of: str, programme: str, area: str | None, raw: bool, known_at: str | None
) -> None:
    """The figures as they were reported; above counties the sum of what its counties reported.

    Example: doudi month show --division 110199001 --month 2025-05
    """
    now = session()
    code = figures_in_scope(now, division)
    rows, position = rows_known(now, "statistics", known_at)
    found = reported(now, rows, code, programme, parse_month(of), position)
    if raw:
        check_county(code)
        (event,) = found.closings
        click.echo(event.table)
        click.echo(now.text("month.digest", digest=event.digest), err=True)
        return
    show_closed(now, rows, programme, found, area, position)


@month.command("corrections")
@_DIVISION
@_PROGRAMME
@click.option("--of", "of", metavar="YYYY-MM", help="of this closed month; default: of all")
@click.option("--known", "month_known", metavar="YYYY-MM", help="known in this month; default: in any")
@_KNOWN
def month_corrections(
    division: str, programme: str, of: str | None, month_known: str | None, known_at: str | None
) -> None:
    """What became known of closed months: figure, old, new, why; in the month of knowing, for nobody by name.

    Example: doudi month corrections --division 110199 --known 2025-06
    """
    now = session()
    code = figures_in_scope(now, division)
    rows, position = rows_known(now, "statistics", known_at)
    wanted = parse_month(of) if of else None
    at = parse_month(month_known, "known") if month_known else None
    found = [
        line
        for line in corrections_of(now, rows, code, programme, position, of=wanted)
        if at in (None, line["known"])
    ]
    shown = [shown_line(now, line) for line in sorted(found, key=lambda one: (one["known"], one["position"]))]
    about: dict[str, Any] = {
        "programme": programme,
        "division": code,
        "of": of,
        "known": month_known,
        "known_at": known_at,
    }
    title = now.text("month.corrections", division=name_of(now, code))
    columns = SHOWN if now.form == "table" else COLUMNS
    now.show(columns, shown, title=title, headings=HEADINGS, position=position, **about)


@month.command("list")
@_DIVISION
@_PROGRAMME
@_KNOWN
def month_list(division: str, programme: str, known_at: str | None) -> None:
    """Which months are closed, with their digests. Example: doudi month list --division 110199"""
    now = session()
    code = figures_in_scope(now, division)
    rows, position = rows_known(now, "statistics", known_at)
    told = Lines(rows, programme)
    shown = [
        {
            "division": event.division,
            "month": event.month,
            "on": event.on,
            "by": event.by,
            "position": event.position,
            "digest": event.digest,
            "lines": len(told.of(code if code.startswith(one) else one, event)),
        }
        for one in counties(rows, code, programme)
        for event in closings(now.doudi.store, one, programme, position)
    ]
    now.show(CLOSINGS, shown, position=position, programme=programme, division=code, known_at=known_at)


COMMANDS: list[click.Command] = [month]
