"""Closed months told: figures as they were reported, and the correction lines known of them since."""

from collections.abc import Mapping
from typing import Any

import click

from adapters.cli.measures import CORE, line_of, name_of, name_of_measure, value_of
from adapters.cli.session import Session
from adapters.closing import closing_of, closings
from domain.codes import known, label
from domain.days import Month
from domain.ids import DivisionCode, county_of, level_of
from domain.month import MonthClosed, read_table
from projections.base import Rows
from projections.figures import AREAS, unit_of
from projections.month_tables import correction_lines as lines
from projections.month_tables import number_of
from projections.places import Places
from workflows.refusal import refuse

COLUMNS = ("known", "on", "month", "division", "area", "figure", "name", "old", "new", "why", "position")
SHOWN = tuple(name for name in COLUMNS if name != "figure")
HEADINGS = {"name": "column.figure"}
LAST = Month("9999-12")
CODED = {"I": "increase", "D": "reduce", "S": "stop", "K": "bank_return"}


def county(division: DivisionCode) -> DivisionCode:
    """Whose closing covers a division; refused above a county (`month-county`)."""
    if level_of(division) in ("province", "city"):
        raise refuse("month-county", "division", division=division, county="–")
    return county_of(division)


def closed_months(now: Session, division: DivisionCode, programme: str, position: int) -> list[MonthClosed]:
    """What its county closed, as far as it was known at a position."""
    return list(closings(now.doudi.store, county(division), programme, position))


def closed_month(
    now: Session, rows: Rows, division: DivisionCode, programme: str, of: Month, position: int
) -> MonthClosed:
    found = closing_of(now.doudi.store, county(division), programme, of, position)
    if found is None:
        for old in Places(rows).joined(division, LAST):
            if closing_of(now.doudi.store, county(old), programme, of, position) is not None:
                raise refuse("month-closed-before", "division", month=of, division=old)
        raise refuse("month-not-closed", "month", month=of, county=county(division))
    return found


def closing_in(
    now: Session, division: DivisionCode, programme: str, of: Month, position: int
) -> MonthClosed | None:
    if level_of(division) in ("province", "city"):
        return None
    return closing_of(now.doudi.store, county_of(division), programme, of, position)


def known_of_others(
    now: Session, rows: Rows, division: DivisionCode, programme: str, month: Month, position: int
) -> list[dict[str, Any]]:
    """Correction lines of other months that stand in this one."""
    if level_of(division) in ("province", "city"):
        return []
    found = corrections_of(now, rows, division, programme, position, month)
    return [line for line in found if line["known"] == month and line["month"] != month]


def corrections_of(
    now: Session,
    rows: Rows,
    division: DivisionCode,
    programme: str,
    position: int,
    until: Month | None = None,
    of: Month | None = None,
) -> list[dict[str, Any]]:
    """The lines of its closed months, and of those of the divisions whose figures join its own by `until`."""
    joined = Places(rows).joined(division, until or LAST)
    return [
        line
        for one in (division, *joined)
        for event in closed_months(now, one, programme, position)
        if of in (None, event.month)
        for line in correction_lines(rows, one, event)
    ]


def correction_lines(rows: Rows, division: DivisionCode, event: MonthClosed) -> list[dict[str, Any]]:
    reported = read_table(event.table).rows.get(division, {})
    found = lines(rows, event.programme, division, event.month, reported)
    return [{**line, "division": division} for line in found]


def show_closed(
    now: Session,
    division: DivisionCode,
    event: MonthClosed,
    area: str | None,
    later: list[dict[str, Any]],
    position: int,
) -> None:
    """A division's figures of a closed table, with the correction lines that are known of them."""
    reported = read_table(event.table).rows.get(division, {})
    areas = (area,) if area else AREAS
    measures = dict.fromkeys(name for one in areas for name in reported.get(one, {}))
    shown = [
        line_of(now, name, {one: number_of(reported.get(one, {}).get(name, 0)) for one in areas})
        for name in measures
    ]
    if now.form == "table":
        shown = [line for line in shown if line["measure"] in CORE or any(line[one] != "0" for one in areas)]
        shown = [{**line, "unit": now.text(f"unit.{line['unit']}")} for line in shown]
    columns = ("name", "unit", *areas) if now.form == "table" else ("measure", "name", "unit", *areas)
    about: dict[str, Any] = {
        "programme": event.programme,
        "division": division,
        "month": event.month,
        "month_closed": about_closing(event),
        "corrections": [shown_line(now, line) for line in later],
    }
    title = now.text(
        "month.title",
        month=event.month,
        division=name_of(now, division),
        on=event.on,
        digest=event.digest[:12],
    )
    now.show(columns, shown, title=title, position=position, **about)
    if now.form == "table":
        tell_corrections(now, later)


def tell_corrections(now: Session, found: list[dict[str, Any]], title: str = "month.later") -> None:
    if found:
        click.echo()
        lines = [shown_line(now, line) for line in found]
        now.table(SHOWN, lines, title=now.text(title), headings=HEADINGS)


def about_closing(event: MonthClosed) -> dict[str, Any]:
    return {"on": event.on, "by": event.by, "position": event.position, "digest": event.digest}


def shown_line(now: Session, line: Mapping[str, Any]) -> dict[str, Any]:
    """json: whole numbers, money in fen; else yuan as text."""
    money = unit_of(line["figure"]) == "fen"
    area = line["area"] if now.form == "json" else now.text(f"column.{line['area']}")
    why = line["why"] if now.form == "json" else _why(now, line["why"])
    return {
        **line,
        "area": area,
        "name": name_of_measure(now, line["figure"]),
        "old": value_of(now, line["old"], money=money),
        "new": value_of(now, line["new"], money=money),
        "why": why,
    }


def _why(now: Session, why: str) -> str:
    listed = CODED.get(why[:1])
    if listed is not None and known(listed, why):
        return f"{why} {label(listed, why, now.catalogue.lang)}"
    return now.text(f"why.{why}") if now.catalogue.has(f"why.{why}") else why
