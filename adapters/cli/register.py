"""`doudi register`: who receives on a day, as known at an instant."""

from typing import Any

import click

from adapters.cli.known import rows_known
from adapters.cli.measures import name_of
from adapters.cli.reading import in_scope, note_look
from adapters.cli.scope import division_in_scope
from adapters.cli.session import Session, session
from domain.days import parse_day
from domain.money import show_yuan
from projections.base import Row
from projections.register import as_of, summary

COLUMNS = ("case", "head", "persons", "amount", "from_month", "until_month", "division", "area", "held")


@click.command()
@click.option("--division", required=True, metavar="CODE")
@click.option("--as-of", "day", required=True, metavar="YYYY-MM-DD")
@click.option("--known-at", metavar="DAY|INSTANT", help="as it was known then; a day means its end")
@click.option("--area", type=click.Choice(["urban", "rural"]), help="one area alone")
@click.option("--summary", "only", is_flag=True, help="the sums alone, without the households")
def register(division: str, day: str, known_at: str | None, area: str | None, only: bool) -> None:
    """Households that receive on a day: masked head, persons covered, amount a month; and their cross-cuts.

    Example: doudi register --division 110199 --as-of 2025-12-31
    """
    now = session()
    code, asked = division_in_scope(now, division), parse_day(day, "as_of")
    note_look(now, "register")
    rows, position = rows_known(now, "register", known_at)
    seen = in_scope(now)
    found = [row for row in as_of(rows, code, asked, area) if seen(row["now_in"])]
    sums = summary(found)
    lines = [] if only else [_line(now, row) for row in found]
    if now.form != "table":
        about: dict[str, Any] = {
            "division": code,
            "as_of": asked,
            "known_at": known_at,
            "area": area,
            "summary": sums,
        }
        now.show(COLUMNS, lines, position=position, **about)
        return
    title = now.text("register.title", day=asked, division=name_of(now, code), count=len(found))
    if not only:
        now.show(COLUMNS, lines, title=title)
    shown = [
        {"name": now.text(f"measure.{name}"), "value": show_yuan(value) if name == "amount" else str(value)}
        for name, value in sums.items()
        if value or name in ("households", "persons", "amount")
    ]
    now.show(("name", "value"), shown, title=title if only else "", position=position)


def _line(now: Session, row: Row) -> dict[str, Any]:
    return {
        "case": row["case_no"],
        "head": row["head"]["name"].masked(),
        "persons": row["persons"],
        "amount": now.money(row["amount"]),
        "from_month": row["from_month"],
        "until_month": row["until_month"],
        "division": row["division"],
        "area": now.text(f"column.{row['area']}") if now.form == "table" else row["area"],
        "held": now.mark(row["held"]),
    }


COMMANDS: list[click.Command] = [register]
