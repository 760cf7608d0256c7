"""`doudi stats`: a month's figures of a division and all below it, or the county table of 31 columns."""

import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from adapters.cli.known import figures_in_scope, rows_known
from adapters.cli.session import Session, session
from adapters.report import t2
from adapters.report.grammar import show
from domain.codes import known, label
from domain.days import Month, parse_month
from domain.ids import DivisionCode
from projections.base import Rows
from projections.figures import AREAS, Number, lists_closed, month_table, unit_of
from workflows.world import division_stream

PROGRAMME = "dibao"
CODES = {
    "new_households": "cause",
    "new_persons": "cause",
    "exits_households": "stop",
    "exits_persons": "stop",
    "joined_persons": "increase",
    "left_persons": "reduce",
    "steps.not_accepted": "not_accepted",
    "steps.terminated": "ended",
    "steps.refused_grounds": "refuse",
    "steps.objections_settled": "objection_outcome",
    "steps.served": "letter",
    "steps.reviews": "periodic_outcome",
    "steps.appeals_decided": "appeal_outcome",
}
"""Of which coded list a measure's reasons are."""
CORE = ("households", "persons", "person_times", "paid", "average_supplement", "balance_persons")
"""Shown in the table even where they are nothing."""


@click.command()
@click.option("--division", required=True, metavar="CODE")
@click.option("--month", "of", required=True, metavar="YYYY-MM")
@click.option("--area", type=click.Choice(["urban", "rural"]), help="one area alone")
@click.option("--known-at", metavar="DAY|INSTANT", help="as it was known then; a day means its end")
@click.option("--table", type=click.Choice(["T2"]), help="the county table of 31 columns")
def stats(division: str, of: str, area: str | None, known_at: str | None, table: str | None) -> None:
    """Households, persons, money, who came and went and why, cross-cuts, steps done; with the balance.

    A month's figures are those of its closed list. Example: doudi stats --division 110199 --month 2025-12
    """
    now = session()
    code, month = figures_in_scope(now, division), parse_month(of)
    rows, position = rows_known(now, "statistics", known_at)
    if table == "T2":
        _county_table(now, rows, position, code, month, area or "all")
        return
    found = month_table(rows, PROGRAMME, code, month)
    areas = (area,) if area else AREAS
    measures = dict.fromkeys(name for one in areas for name in found[one])
    lines = [_line(now, name, {one: found[one].get(name, 0) for one in areas}) for name in measures]
    if now.form == "table":
        lines = [line for line in lines if line["measure"] in CORE or any(line[one] != "0" for one in areas)]
        lines = [{**line, "unit": now.text(f"unit.{line['unit']}")} for line in lines]
    columns = ("name", "unit", *areas) if now.form == "table" else ("measure", "name", "unit", *areas)
    closed = {name: day.isoformat() for name, day in lists_closed(rows, PROGRAMME, code, month).items()}
    title = now.text("stats.title", month=month, division=name_of(now, code), closed=_closed(now, closed))
    about = {"programme": PROGRAMME, "division": code, "month": month, "known_at": known_at, "closed": closed}
    now.show(columns, lines, title=title, position=position, **about)


def _line(now: Session, measure: str, values: Mapping[str, Number]) -> dict[str, Any]:
    """json: whole numbers, money in fen, an average as its exact fraction of fen; else yuan as text."""
    unit = unit_of(measure)
    if now.form == "json":
        cells: dict[str, Any] = {one: _exact(value) for one, value in values.items()}
    else:
        cells = {one: _shown(value, money=unit == "fen") for one, value in values.items()}
    shown_unit = "yuan" if unit == "fen" and now.form != "json" else unit
    return {"measure": measure, "name": name_of_measure(now, measure), "unit": shown_unit, **cells}


def _exact(value: Any) -> Any:
    return str(value) if isinstance(value, Fraction) else value


def _shown(value: Number, *, money: bool) -> str:
    if value is None:
        return ""
    return "0" if value == 0 else show(Fraction(value), money=money)


def name_of_measure(now: Session, measure: str) -> str:
    """`exits_persons.S01` → the measure's name with the reason's words."""
    name, point, reason = measure.partition(".")
    if name == "steps":
        step, point, reason = reason.partition(".")
        name = f"steps.{step}"
    text = now.text(f"measure.{name}")
    if not point:
        return text
    listed = CODES.get(name)
    if listed is not None and known(listed, reason):
        return f"{text}: {reason} {label(listed, reason, now.catalogue.lang)}"
    return f"{text}: {_worded(now, reason)}"


def _worded(now: Session, reason: str) -> str:
    return now.text(f"measure.reason.{reason}") if now.catalogue.has(f"measure.reason.{reason}") else reason


def name_of(now: Session, division: DivisionCode) -> str:
    """The division's name with its code, or the code alone."""
    found = now.doudi.office.world.state(division_stream(division))
    return f"{found.name} {division}" if found is not None else division


def _closed(now: Session, closed: Mapping[str, str]) -> str:
    if not closed:
        return now.text("stats.open")
    return ", ".join(f"{name.partition('/')[2]} {day}" for name, day in sorted(closed.items()))


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
        about = {"table": "T2", "division": division, "month": month, "area": area}
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
        exact = [{name: _exact(value) for name, value in line.items()} for line in (*lines, total)]
        now.show(("division", "name", *t2.COLUMNS), exact, position=position, **about, checks=checks)
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
        Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)
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
