"""`doudi case late`, `doudi case findings`: what late truth makes of months gone by, and what came of it."""

from datetime import date
from typing import Any

import click
import msgspec

from adapters import strict_json
from adapters.casefile import CaseText
from adapters.cli.cases import case, purpose_option
from adapters.cli.scope import case_in_scope
from adapters.cli.session import Session, session
from adapters.cli.yuan import in_fen
from adapters.late import as_in_ledger, late, looking
from domain.days import parse_day
from domain.ids import MemberKey
from workflows.commands.enquiry import FactEntry
from workflows.decide.recompute import Recomputed
from workflows.refusal import refuse

LINES = ("month", "drawn", "old", "new", "over", "code", "facts", "members")
FINDINGS = (
    "finding",
    "state",
    "opened",
    "over",
    "decided",
    "outcome",
    "claimed",
    "repaid",
    "set_off",
    "written_off",
    "open",
)
LATE_HEADINGS = {"old": "column.was_paid", "new": "column.is_due", "members": "column.reached"}


@case.command("late")
@click.argument("number", metavar="CASE")
@click.option("--died", "deaths", multiple=True, metavar="MEMBER=DAY", help="as if this death were recorded")
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="JSON",
    help="as if this fact were stated, not reported in time; its amount is yuan as text",
)
@purpose_option
def case_late(number: str, deaths: tuple[str, ...], facts: tuple[str, ...], purpose: str) -> None:
    """Each month that is due something else than was paid for it: month, old, new, why. Nothing is written.

    Example: doudi case late 11019920250000017 --died m1=2025-03-20
    """
    now = session()
    found = case_in_scope(now, number, purpose)
    lines = late(
        now.doudi,
        found,
        now.actor,
        died=dict(_death(one) for one in deaths),
        facts=[_fact(one) for one in facts],
    )
    context = looking(now.doudi, found, now.actor)
    text = CaseText.of(now.catalogue, context.case)
    rows = [_row(now, text, one) for one in lines]
    over = sum(one.line.over for one in lines if one.line.drawn)
    columns = (*LINES, "explanation") if now.form == "json" else LINES
    stands = as_in_ledger(context.case, context.on)
    position = now.doudi.store.head()
    now.show(
        columns,
        rows,
        headings=LATE_HEADINGS,
        position=position,
        case=found,
        over=over,
        as_in_ledger=stands,
    )
    if stands and now.form != "json":
        click.echo(now.text("late.as-in-ledger"), err=True)


def _death(said: str) -> tuple[MemberKey, date]:
    member, _, day = said.partition("=")
    return MemberKey(member), parse_day(day, "died")


def _fact(said: str) -> FactEntry:
    try:
        return msgspec.convert(in_fen(FactEntry, strict_json.read(said), "fact"), FactEntry)
    except msgspec.ValidationError:
        raise refuse("field-wrong", "fact") from None


def _row(now: Session, text: CaseText, one: Recomputed) -> dict[str, Any]:
    line, as_json = one.line, now.form == "json"
    return {
        "month": line.month,
        "drawn": now.yes(line.drawn),
        "old": now.money(line.old),
        "new": now.money(line.new),
        "over": now.money(line.over),
        "code": line.code if as_json else text.code(line.code),
        "facts": line.facts,
        "members": line.members if as_json else [text.member(key) for key in line.members],
        "explanation": msgspec.to_builtins(line.explanation) if line.explanation else None,
    }


@case.command("findings")
@click.argument("number", metavar="CASE")
@purpose_option
def case_findings(number: str, purpose: str) -> None:
    """What was found paid too much, where it stands, what came back; as json with its months.

    Example: doudi case findings 11019920250000017
    """
    now = session()
    found = case_in_scope(now, number, purpose)
    of = looking(now.doudi, found, now.actor).case
    rows, text, as_json = [], CaseText.of(now.catalogue, of), now.form == "json"
    for key, one in of.findings.items():
        row: dict[str, Any] = {
            "finding": key if as_json else text.life(key, of.lives[key].life),
            "state": of.state(key) if as_json else text.state(of.lives[key].life, of.lives[key].state),
            "opened": one.on.isoformat(),
            "over": now.money(one.over),
            "decided": one.decided.isoformat() if one.decided else None,
            "outcome": text.word("outcome", one.outcome) if one.outcome and not as_json else one.outcome,
            "claimed": now.money(one.claim),
            "repaid": now.money(one.repaid),
            "set_off": now.money(one.set_off),
            "written_off": now.money(one.written_off),
            "open": now.money(one.open),
        }
        if as_json:
            row["lines"] = [
                {"month": line.month, "old": line.old, "new": line.new, "over": line.over, "code": line.code}
                for line in one.lines
            ]
            row["plan"] = [{"due": each.due.isoformat(), "amount": each.amount} for each in one.plan]
        rows.append(row)
    columns = (*FINDINGS, "lines", "plan") if as_json else FINDINGS
    now.show(columns, rows, position=now.doudi.store.head(), case=found)


COMMANDS: list[click.Command] = []
"""They stand among the `case` commands."""
