"""Closed months told: figures as they were reported, and the correction lines known of them since."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from adapters.cli.measures import CORE, line_of, name_of, name_of_measure, value_of
from adapters.cli.session import Session
from adapters.closing import closing_of, closings
from domain.codes import known, label
from domain.days import Month
from domain.ids import DivisionCode, county_of, level_of
from domain.month import MonthClosed, read_table
from projections.base import Row, Rows
from projections.closings import CLOSED, corrections
from projections.figures import AREAS, unit_of
from projections.month_tables import correction_lines, number_of, summed
from projections.places import LAST, Places
from projections.statistics import CELL
from workflows.refusal import refuse

COLUMNS = ("known", "on", "month", "division", "area", "figure", "name", "old", "new", "why", "position")
SHOWN = tuple(name for name in COLUMNS if name != "figure")
HEADINGS = {"name": "column.figure"}
CODED = {"I": "increase", "D": "reduce", "S": "stop", "K": "bank_return"}


class Reported(NamedTuple):
    """What was reported of a division's month: by its county's closing, or above counties by the sum of theirs."""

    division: DivisionCode
    month: Month
    closings: tuple[MonthClosed, ...]
    figures: Mapping[str, Mapping[str, int | str]]

    @property
    def closing(self) -> MonthClosed | None:
        """Its county's."""
        return None if _above(self.division) else self.closings[0]


def _above(division: DivisionCode) -> bool:
    return level_of(division) in ("province", "city")


def check_county(division: DivisionCode) -> None:
    """Refused above a county (`month-county`): no one closing covers it."""
    if _above(division):
        raise refuse("month-county", "division", division=division, county="–")


def counties(rows: Rows, division: DivisionCode, programme: str) -> list[DivisionCode]:
    """A division's county; above counties those within that closed a month."""
    if not _above(division):
        return [county_of(division)]
    found = {row["division"] for row in rows.select(CLOSED, programme=programme)}
    return [DivisionCode(one) for one in sorted(found) if one.startswith(division)]


def reported_in(
    now: Session, rows: Rows, division: DivisionCode, programme: str, month: Month, position: int
) -> Reported | None:
    """What was reported of a month, as far as it was known at a position."""
    found = [
        event
        for one in counties(rows, division, programme)
        if (event := closing_of(now.doudi.store, one, programme, month, position)) is not None
    ]
    if not found:
        return None
    if _above(division):
        figures = summed(read_table(one.table).rows.get(one.division, {}) for one in found)
    else:
        figures = read_table(found[0].table).rows.get(division, {})
    return Reported(division, month, tuple(found), figures)


def reported(
    now: Session, rows: Rows, division: DivisionCode, programme: str, month: Month, position: int
) -> Reported:
    found = reported_in(now, rows, division, programme, month, position)
    if found is None:
        for old in Places(rows).joined(division, LAST):
            if reported_in(now, rows, old, programme, month, position) is not None:
                raise refuse("month-closed-before", "division", month=month, division=old)
        raise refuse("month-not-closed", "month", month=month, county=division)
    return found


def known_of_others(
    now: Session, rows: Rows, division: DivisionCode, programme: str, month: Month, position: int
) -> list[dict[str, Any]]:
    """Correction lines of other months that stand in this one."""
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
    joined, told = Places(rows).joined(division, until or LAST), Lines(rows, programme)
    return [
        line
        for one in (division, *joined)
        for county in counties(rows, one, programme)
        for event in closings(now.doudi.store, county, programme, position)
        if of in (None, event.month)
        for line in told.of(one if one.startswith(county) else county, event)
    ]


class Lines:
    """Correction lines of a programme's closed months; the corrections of a month are read once for all divisions."""

    def __init__(self, rows: Rows, programme: str) -> None:
        self._rows, self._programme = rows, programme
        self._months: dict[Month, list[Row]] = {}

    def of(self, division: DivisionCode, event: MonthClosed) -> list[dict[str, Any]]:
        """Of a county or a division below it, for its closing."""
        among = self._months.get(event.month)
        if among is None:
            found = corrections(self._rows, self._programme, "", month=event.month)
            among = self._months[event.month] = list(found)
        figures: Mapping[str, Mapping[str, int | str]] = event.figures
        if division != event.division:
            figures = read_table(event.table).rows.get(division, {})
        told = correction_lines(self._rows, self._programme, division, event.month, figures, among)
        return [{**line, "division": division} for line in told]


def later(rows: Rows, programme: str, of: Reported) -> list[dict[str, Any]]:
    """The correction lines of what was reported, above counties each county's own."""
    above, told = _above(of.division), Lines(rows, programme)
    return [line for one in of.closings for line in told.of(one.division if above else of.division, one)]


def show_closed(
    now: Session, rows: Rows, programme: str, of: Reported, area: str | None, position: int
) -> None:
    """A division's figures as they were reported, with the correction lines that are known of them."""
    found, known_later = of.figures, later(rows, programme, of)
    areas = (area,) if area else AREAS
    measures = dict.fromkeys(name for one in areas for name in found.get(one, {}))
    shown = [
        line_of(now, name, {one: number_of(found.get(one, {}).get(name, 0)) for one in areas})
        for name in measures
    ]
    if now.form == "table":
        shown = [line for line in shown if line["measure"] in CORE or any(line[one] != "0" for one in areas)]
        shown = [{**line, "unit": now.text(f"unit.{line['unit']}")} for line in shown]
    columns = ("name", "unit", *areas) if now.form == "table" else ("measure", "name", "unit", *areas)
    open_counties = _open(rows, of, programme)
    about: dict[str, Any] = {
        "programme": programme,
        "division": of.division,
        "month": of.month,
        "month_closed": about_closing(of.closing) if of.closing is not None else None,
        "counties": [{"division": one.division, **about_closing(one)} for one in of.closings],
        "not_closed": open_counties,
        "corrections": [shown_line(now, line) for line in known_later],
    }
    now.show(columns, shown, title=_title(now, of, open_counties), position=position, **about)
    if now.form == "table":
        tell_corrections(now, known_later)


def _open(rows: Rows, of: Reported, programme: str) -> list[str]:
    """Counties within that have figures of the month and didn't close it."""
    if not _above(of.division):
        return []
    there = {row["division"][:6] for row in rows.select(CELL, programme=programme, month=of.month)}
    closed_there = {one.division for one in of.closings}
    return sorted(one for one in there - closed_there if one.startswith(of.division))


def _title(now: Session, of: Reported, open_counties: list[str]) -> str:
    division = name_of(now, of.division)
    if of.closing is not None:
        closing = of.closing
        about = {"on": closing.on, "digest": closing.digest[:12]}
        return now.text("month.title", month=of.month, division=division, **about)
    missing = ", ".join(open_counties) or now.text("value.none")
    return now.text(
        "month.title-sum", month=of.month, division=division, count=len(of.closings), missing=missing
    )


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
