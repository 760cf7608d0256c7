"""A figure as people read it: its measure's name, its unit, its value."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from adapters.casefile import CaseText
from adapters.cli.session import Session
from adapters.report.grammar import show
from domain.codes import known, label
from domain.ids import DivisionCode
from projections.figures import Number, unit_of
from workflows.world import division_stream

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


def line_of(now: Session, measure: str, values: Mapping[str, Number]) -> dict[str, Any]:
    """json: whole numbers, money in fen, an average as its exact fraction of fen; else yuan as text."""
    unit = unit_of(measure)
    cells = {one: value_of(now, value, money=unit == "fen") for one, value in values.items()}
    shown_unit = "yuan" if unit == "fen" and now.form != "json" else unit
    return {"measure": measure, "name": name_of_measure(now, measure), "unit": shown_unit, **cells}


def value_of(now: Session, value: Number, *, money: bool) -> Any:
    return exact(value) if now.form == "json" else _shown(value, money=money)


def exact(value: Any) -> Any:
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
    if "/" in reason:
        return CaseText(now.catalogue).deadline(reason)
    return now.text(f"measure.reason.{reason}") if now.catalogue.has(f"measure.reason.{reason}") else reason


def name_of(now: Session, division: DivisionCode) -> str:
    """The division's name with its code, or the code alone."""
    found = now.doudi.office.world.state(division_stream(division))
    return f"{found.name} {division}" if found is not None else division
