"""`doudi stats`: a month's figures of a division and all below it, or the county table of 31 columns."""

import sys
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from adapters.cli.closed import (
    about_closing,
    known_of_others,
    later,
    reported,
    reported_in,
    show_closed,
    shown_line,
    tell_corrections,
)
from adapters.cli.known import figures_in_scope, rows_known
from adapters.cli.measures import CORE, exact, line_of, name_of
from adapters.cli.session import Session, session
from adapters.report import t2
from domain.days import Month, parse_month
from domain.ids import DivisionCode
from projections.base import Rows
from projections.figures import AREAS, lists_closed, month_table

PROGRAMME = "dibao"
NEVER_CUT = 10_000
"""Columns of a table that goes to a file or a program: nobody's screen ends there."""


@click.command()
@click.option("--division", required=True, metavar="CODE")
@click.option("--month", "of", required=True, metavar="YYYY-MM")
@click.option("--area", type=click.Choice(["urban", "rural"]), help="one area alone")
@click.option("--known-at", metavar="DAY|INSTANT", help="as it was known then; a day means its end")
@click.option("--table", type=click.Choice(["T2"]), help="the county table of 31 columns")
@click.option("--closed", is_flag=True, help="as it was reported when the month was closed")
def stats(
    division: str, of: str, area: str | None, known_at: str | None, table: str | None, closed: bool
) -> None:
    """Households, persons, money, who came and went and why, cross-cuts, steps done; with the balance.

    A month's figures are those of its closed list. Example: doudi stats --division 110199 --month 2025-12
    """
    now = session()
    code, month = figures_in_scope(now, division), parse_month(of)
    if closed and table:
        raise click.UsageError("--closed tells the month's figures; the county table is counted, not kept")
    rows, position = rows_known(now, "statistics", known_at)
    if closed:
        show_closed(
            now, rows, PROGRAMME, reported(now, rows, code, PROGRAMME, month, position), area, position
        )
        return
    if table == "T2":
        _county_table(now, rows, position, code, month, area or "all")
        return
    found = month_table(rows, PROGRAMME, code, month)
    areas = (area,) if area else AREAS
    measures = dict.fromkeys(name for one in areas for name in found[one])
    lines = [line_of(now, name, {one: found[one].get(name, 0) for one in areas}) for name in measures]
    if now.form == "table":
        lines = [line for line in lines if line["measure"] in CORE or any(line[one] != "0" for one in areas)]
        lines = [{**line, "unit": now.text(f"unit.{line['unit']}")} for line in lines]
    columns = ("name", "unit", *areas) if now.form == "table" else ("measure", "name", "unit", *areas)
    lists = {name: day.isoformat() for name, day in lists_closed(rows, PROGRAMME, code, month).items()}
    title = now.text("stats.title", month=month, division=name_of(now, code), closed=_closed(now, lists))
    about: dict[str, Any] = {
        "programme": PROGRAMME,
        "division": code,
        "month": month,
        "known_at": known_at,
        "closed": lists,
    }
    kept = reported_in(now, rows, code, PROGRAMME, month, position)
    known_later = later(rows, PROGRAMME, kept) if kept is not None else []
    closing = kept.closing if kept is not None else None
    others = known_of_others(now, rows, code, PROGRAMME, month, position)
    about |= {
        "month_closed": about_closing(closing) if closing is not None else None,
        "corrections": [shown_line(now, line) for line in known_later],
        "corrections_known": [shown_line(now, line) for line in others],
    }
    now.show(columns, lines, title=title, position=position, **about)
    if now.form == "table":
        tell_corrections(now, known_later)
        tell_corrections(now, others, "month.known")


def _closed(now: Session, closed: Mapping[str, str]) -> str:
    if not closed:
        return now.text("stats.open")
    return ", ".join(
        f"{now.text('column.' + name.partition('/')[2])} {day}" for name, day in sorted(closed.items())
    )


def _county_table(
    now: Session, rows: Rows, position: int, division: DivisionCode, month: Month, area: str
) -> None:
    table = t2.county_table(rows, PROGRAMME, division, month, area)
    total: dict[str, Any] = {"division": "", "name": now.text("t2.total"), **table.total}
    lines: list[dict[str, Any]] = [
        {"division": code, "name": name_of(now, DivisionCode(code)).removesuffix(f" {code}"), **line}
        for code, line in table.rows.items()
    ]
    title = now.text(
        "t2.title", month=month, division=name_of(now, division), area=now.text(f"column.{area}")
    )
    if now.form == "json":
        about: dict[str, Any] = {"table": "T2", "division": division, "month": month, "area": area}
        checks = [
            {
                "check": check.name,
                "division": check.division,
                "left": check.left,
                "right": check.right,
                "holds": check.holds,
            }
            for check in table.checks
        ]
        whole = [{name: exact(value) for name, value in line.items()} for line in (*lines, total)]
        now.show(("division", "name", *t2.COLUMNS), whole, position=position, **about, checks=checks)
        return
    printed = [
        {**line, **{name: t2.shown(name, line[name]) for name in t2.COLUMNS}} for line in (*lines, total)
    ]
    if now.form == "csv":
        now.show(("division", "name", *t2.COLUMNS), printed, position=position)
        return
    _print(now, title, printed)
    _tell_checks(now, table)
    now.note(position)


def _print(now: Session, title: str, lines: list[dict[str, Any]]) -> None:
    """In two bands, so that it stays legible: persons and their cross-cuts; who came and went, and money."""
    click.echo(title)
    for columns in (t2.COLUMNS[: t2.BAND], t2.COLUMNS[t2.BAND :]):
        table = Table(show_edge=False, pad_edge=False)
        table.add_column(now.text("column.division"), overflow="fold")
        for name in columns:
            heading = f"{t2.COLUMNS.index(name) + 1} {now.text(f't2.{name}')}"
            table.add_column(heading, justify="right", overflow="fold", min_width=_widest(lines, name))
        for line in lines:
            table.add_row(line["name"], *(line[name] for name in columns))
        width = None if sys.stdout.isatty() else NEVER_CUT
        Console(width=width, highlight=False).print(table)
        click.echo()


def _widest(lines: list[dict[str, Any]], name: str) -> int:
    return max(len(line[name]) for line in lines)


def _tell_checks(now: Session, table: t2.CountyTable) -> None:
    """By the columns' names; for the total row, and how many rows of divisions hold."""
    for check in table.checks:
        if check.division:
            continue
        below = [one for one in table.checks if one.name == check.name and one.division]
        mark = "✓" if all(one.holds for one in (check, *below)) else "✗"
        sign = "≤" if check.at_most else "="
        sides = f"{check.left} {sign if check.holds else '≠'} {check.right}"
        click.echo(f"{mark} {now.text(f't2.check.{check.name}')}: {sides}")
        for one in below:
            if not one.holds:
                click.echo(f"  ✗ {one.division}: {one.left} ≠ {one.right}")


COMMANDS: list[click.Command] = [stats]
