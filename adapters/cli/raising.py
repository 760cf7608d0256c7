"""`doudi raise preview|run`: a raise of the standard for a division, looked at and done."""

from typing import Any

import click

from adapters.cli.reading import note_look
from adapters.cli.scope import division_in_scope
from adapters.cli.session import session
from domain.days import parse_day, parse_month
from domain.ids import CommandId
from domain.money import parse_yuan, show_yuan
from workflows.command import Request
from workflows.commands.raising import Raise

COST = ("month", "division", "arrears", "households", "more")
HOUSEHOLDS = ("case", "division", "before", "amount", "more", "months", "arrears")
_DIVISION = click.option("--division", required=True, help="the county, or a division below it")
_MONTH = click.option(
    "--from-month", required=True, metavar="YYYY-MM", help="from which month the document works"
)
_PARAMETER = click.option(
    "--parameter", default="standard", metavar="NAME", help="only decisions that read it (default: standard)"
)
_AREA = click.option("--area", type=click.Choice(["urban", "rural"]), help="default: urban and rural")


@click.group("raise", no_args_is_help=True)
def raise_() -> None:
    """提标: a raise of the standard, forward or back-dated. First set it: `doudi policy set`.

    Example: doudi --as county raise preview --division 110199 --from-month 2025-07 --standard 650.00
    """


@raise_.command("preview")
@_DIVISION
@_MONTH
@_AREA
@_PARAMETER
@click.option("--standard", metavar="YUAN", help="as if this standard were set from that month on")
@click.option("--unit", type=click.Choice(["yuan/month", "yuan/year"]), default="yuan/month")
@click.option("--cases", "by_case", is_flag=True, help="a line a household, not by month and division")
def raise_preview(
    division: str,
    from_month: str,
    area: str | None,
    parameter: str,
    standard: str | None,
    unit: str,
    by_case: bool,
) -> None:
    """Who would change, by how much, what it costs by month and division, whom it would reach. Nothing is written.

    Example: doudi raise preview --division 110199 --from-month 2025-07 --standard 650.00
    """
    now = session()
    code = division_in_scope(now, division)
    note_look(now, "raise preview")
    command = Raise(division=code, from_month=parse_month(from_month), area=area, parameter=parameter)  # type: ignore[arg-type]
    request = Request(id=CommandId("look"), actor=now.actor, data=command)
    found = now.doudi.raising.preview(request, parse_yuan(standard) if standard else None, unit)
    arrears = sum(owed.more for one in found.rises for owed in one.months if owed.drawn)
    about: dict[str, Any] = {
        "changed": len(found.rises),
        "unchanged": found.unchanged,
        "arrears": arrears,
        "more": sum(owed.more for one in found.rises for owed in one.months if not owed.drawn),
        "not_raised": [{"case": case, "codes": list(codes)} for case, codes in found.not_raised],
        "leads": [{"case": case, "amount": amount} for case, amount in found.leads],
    }
    if now.form == "table":
        click.echo(
            now.text(
                "raise.preview",
                changed=about["changed"],
                unchanged=found.unchanged,
                arrears=show_yuan(arrears),
                more=show_yuan(about["more"]),
                leads=len(found.leads),
                not_raised=len(found.not_raised),
            )
        )
    if by_case:
        rows = [
            {
                "case": one.case,
                "division": one.division,
                "before": now.money(one.before),
                "amount": now.money(one.amount),
                "more": now.money(sum(owed.more for owed in one.months if not owed.drawn)),
                "months": len([owed for owed in one.months if owed.drawn]),
                "arrears": now.money(sum(owed.more for owed in one.months if owed.drawn)),
            }
            for one in found.rises
        ]
        headings = {"more": "column.more_a_month"}
        now.show(HOUSEHOLDS, rows, headings=headings, position=now.doudi.store.head(), **about)
        return
    rows = [
        {**row, "more": now.money(row["more"]), "arrears": now.yes(row["arrears"])} for row in found.cost()
    ]
    now.show(COST, rows, headings={"arrears": "column.for_past"}, position=now.doudi.store.head(), **about)


@raise_.command("run")
@_DIVISION
@_MONTH
@_AREA
@_PARAMETER
@click.option("--on", metavar="YYYY-MM-DD", help="the day it is done (default: today)")
@click.option("--id", "command_id", help="the same id again goes on where it was broken off")
@click.option("--leads/--no-leads", default=True, help="refusals and stops it would reach become leads")
def raise_run(
    division: str,
    from_month: str,
    area: str | None,
    parameter: str,
    on: str | None,
    command_id: str | None,
    leads: bool,
) -> None:
    """Raise every award of a division at the parameters of a month; what was paid less is owed by month.

    Example: doudi --as county raise run --division 110199 --from-month 2025-07 --id raise-2025
    """
    now = session()
    data: dict[str, Any] = {"division": division, "from_month": from_month, "leads": leads}
    data["parameter"] = parameter
    if area:
        data["area"] = area
    if on:
        data["on"] = parse_day(on, "on").isoformat()
    now.answer(
        now.doudi.office.take(
            {"id": command_id or now.doudi.fresh_id(), "type": "Raise", "actor": now.actor, "data": data}
        )
    )


COMMANDS: list[click.Command] = [raise_]
