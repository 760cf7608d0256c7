"""`doudi case replay`: a case told again from its events, each decision decided once more."""

from collections.abc import Iterator
from typing import Any

import click
import orjson

from adapters.casefile import CaseText
from adapters.cli.cases import case, deadlines, lives, purpose_option, short, state_tables, timeline
from adapters.cli.reading import known_at
from adapters.cli.scope import case_in_scope
from adapters.cli.session import REFUSED, Session, session
from adapters.replay import Decided, Replay, done_by, recorded
from adapters.replay import replay as told_again
from domain.case.enquiry import FactEnded, FactsStated
from domain.days import parse_day
from domain.event import Event
from domain.explain import Explanation
from domain.money import show_yuan
from projections.dependencies import explained, reference

STEPS = ("version", "recorded_at", "on", "actor", "text", "facts", "parameters", "moves")


@case.command("replay")
@click.argument("number", metavar="CASE")
@click.option("--as-of", metavar="YYYY-MM-DD", help="what was done or held by the end of this day")
@click.option(
    "--known-at", "known", metavar="DAY|INSTANT", help="what was recorded by then; never later than now"
)
@purpose_option
def replay(number: str, as_of: str | None, known: str | None, purpose: str) -> None:
    """State, each step, who, why, on which facts; each decision is decided again and must come out the same.

    A difference is shown and ends with 1. Example: doudi case replay 11019920250000017 --as-of 2025-05-19
    """
    now = session()
    day = parse_day(as_of, "as_of") if as_of else None
    position = known_at(now, known)
    events = recorded(now.doudi.store, case_in_scope(now, number, purpose), position)
    if day is not None:
        events = done_by(events, day)
    again = told_again(events)
    if now.form == "json":
        about = {"as_of": as_of, "known_at": known}
        click.echo(orjson.dumps(_told(now, again, position, about), option=orjson.OPT_INDENT_2).decode())
        now.note(position)
    else:
        now.show(STEPS, _steps(now, again), position=position)
        if now.form == "table":
            state_tables(now, again.case, CaseText.of(now.catalogue, again.case))
    if not again.same:
        for one in again.decisions:
            _differs(now, one)
        raise SystemExit(REFUSED)
    click.echo(now.text("replay.same", count=len(again.decisions)), err=True)


def _steps(now: Session, again: Replay) -> Iterator[dict[str, Any]]:
    """Who did what on which day, and on which facts and parameters; in a table defaults are only counted."""
    rows = timeline(now, again.case, list(again.entries))
    for line, row in zip(again.entries, rows, strict=True):
        explanation = explained(line.event)
        read = explanation.parameters if explanation else ()
        parameters = list(dict.fromkeys(reference(one) for one in read))
        yield {
            **row,
            "facts": ", ".join(_facts(line.event, explanation)),
            "parameters": short(now, parameters) if now.form == "table" else ", ".join(parameters),
        }


def _facts(event: Event, explanation: Explanation | None) -> list[str]:
    if isinstance(event, FactsStated):
        return [fact.key for fact in event.facts]
    if isinstance(event, FactEnded):
        return [event.fact]
    return [fact.key for fact in explanation.facts] if explanation else []


def _told(now: Session, again: Replay, position: int, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "trial": now.trial,
        "position": position,
        **about,
        "case": again.case.number,
        "lives": lives(again.case),
        "deadlines": deadlines(again.case),
        "rows": list(_steps(now, again)),
        "decisions": [
            {
                "decision": one.ordinal,
                "version": one.entry.version,
                "type": one.entry.type,
                "on": one.entry.on.isoformat(),
                "month": one.explanation.month,
                "result": one.explanation.result,
                "same": not one.differences,
                "differences": [
                    {"field": each.field, "kept": each.kept, "again": each.again} for each in one.differences
                ],
            }
            for one in again.decisions
        ],
    }


def _differs(now: Session, one: Decided) -> None:
    for each in one.differences:
        kept, again = (_shown(each.field, value) for value in (each.kept, each.again))
        said = now.text(
            "replay.differs",
            decision=one.ordinal,
            type=now.decision(one.entry.type),
            field=each.field,
            kept=kept,
            again=again,
        )
        click.echo(said, err=True)


def _shown(field: str, value: Any) -> str:
    if field in ("result", "amount") and isinstance(value, int):
        return show_yuan(value)
    return str(value)


COMMANDS: list[click.Command] = []
"""It stands among the `case` commands."""
