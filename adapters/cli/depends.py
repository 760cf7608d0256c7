"""`doudi depends`: the decisions that read a parameter, or a fact of a case: what a new value touches."""

from typing import Any

import click
import msgspec

from adapters.cli.reading import in_scope, note_look
from adapters.cli.scope import case_in_scope
from adapters.cli.session import session
from domain.catalogue import CATALOGUE
from domain.days import parse_month
from domain.ids import parse_division
from projections.dependencies import touched_by
from workflows.refusal import refuse

COLUMNS = ("case", "division", "decision", "type", "on", "month", "result")


@click.command("depends")
@click.option("--parameter", metavar="NAME", help="a parameter by its name, whatever its value")
@click.option("--ref", metavar="REF", help="one setting of a parameter, as `case explain` names it")
@click.option("--fact", metavar="KEY", help="a fact of a case (f3)")
@click.option("--case", "number", metavar="CASE", help="whose fact")
@click.option("--division", default="", metavar="CODE", help="this division and those below it")
@click.option("--since", default="", metavar="YYYY-MM", help="decisions for months from this one on")
def depends(
    parameter: str | None, ref: str | None, fact: str | None, number: str | None, division: str, since: str
) -> None:
    """The decisions that read a parameter or a fact, each with its case, month and result.

    Example: doudi depends --parameter standard --division 110199 --since 2025-07
    """
    now = session()
    if sum(one is not None for one in (parameter, ref, fact)) != 1:
        raise click.UsageError("one of --parameter, --ref, --fact")
    if (fact is None) != (number is None):
        raise click.UsageError("--fact goes with --case")
    if parameter is not None and parameter not in CATALOGUE:
        raise refuse("parameter-unknown", "parameter", name=parameter)
    within = parse_division(division) if division else ""
    month = parse_month(since) if since else ""
    case = None
    if number is not None:
        case = case_in_scope(now, number, "depends")
    else:
        note_look(now, "depends")
    now.catch_up("dependencies")
    found = touched_by(
        now.doudi.projector.rows("dependencies"),
        ref=ref,
        name=parameter,
        case=case,
        fact=fact,
        division=within,
        since=month,
    )
    seen = in_scope(now)
    rows: list[dict[str, Any]] = []
    for one in found:
        if not seen(one.division):
            continue
        row = msgspec.to_builtins(one)
        rows.append(
            {
                **{key: row[key] for key in ("case", "division", "on", "month")},
                "type": now.decision(one.type),
                "decision": one.ordinal,
                "result": now.money(one.result),
            }
        )
    now.show(
        COLUMNS,
        rows,
        position=now.doudi.projector.position("dependencies"),
        decisions=len(rows),
        cases=len({row["case"] for row in rows}),
    )


COMMANDS: list[click.Command] = [depends]
