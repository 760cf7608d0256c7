"""`doudi letter`, `changes`, `roll`: papers out of the case."""

import click
from msgspec.structs import asdict

from adapters.cli.reading import in_scope, note_look
from adapters.cli.scope import case_in_scope, division_in_scope
from adapters.cli.session import session
from adapters.papers import letters, month
from domain.days import parse_month
from domain.money import show_yuan


@click.command()
@click.argument("case")
@click.argument("kind", metavar="L01…")
def letter(case: str, kind: str) -> None:
    """A letter or notice of a case by its code, in Chinese, with what its reader may see.

    Example: doudi letter 11019920250000017 L08
    """
    now = session()
    number = case_in_scope(now, case, f"letter {kind}")
    found = letters.compose(now.doudi, number, kind)
    if now.form == "table":
        click.echo(f"{found.title}\n\n{found.text}".rstrip())
        now.note(now.doudi.store.head())
    else:
        rows = [{"field": name, "value": value} for name, value in found.fields.items()]
        about = {name: value for name, value in asdict(found).items() if name not in ("fields", "text")}
        now.show(("field", "value"), rows, position=now.doudi.store.head(), **about, text=found.text)


def _month_options(command: click.Command) -> click.Command:
    for option in (
        click.Option(["--division"], required=True, metavar="CODE"),
        click.Option(["--month", "of"], required=True, metavar="YYYY-MM"),
        click.Option(["--area"], type=click.Choice(["urban", "rural"])),
    ):
        command.params.append(option)
    return command


@_month_options
@click.command()
def changes(division: str, of: str, area: str | None) -> None:
    """增减变动表: new, more, less and ended of a month, with the reasons; then the sums.

    Example: doudi changes --division 110199 --month 2025-05
    """
    now = session()
    code, asked = division_in_scope(now, division), parse_month(of)
    projector = now.doudi.projector
    now.catch_up("register", "statistics")
    note_look(now, "changes")
    seen = in_scope(now)
    rows = month.changes(projector.rows("register"), projector.rows("statistics"), code, asked, area, seen)
    sums = month.summary(rows)
    if now.form == "json":
        now.show(month.CHANGES, rows, position=now.doudi.store.head(), month=asked, summary=sums)
        return
    now.show(month.CHANGES, [_yuan(row) for row in rows], title=f"{asked} 增减变动表", position=None)
    if now.form == "table":
        now.show(month.SUMMARY, [_yuan(row) for row in sums], position=now.doudi.store.head())


@_month_options
@click.command()
def roll(division: str, of: str, area: str | None) -> None:
    """发放花名册: a line a household as drawn for the month, for the payer and the bank.

    Example: doudi --as payer roll --division 110199 --month 2025-05
    """
    now = session()
    code, asked = division_in_scope(now, division), parse_month(of)
    projector = now.doudi.projector
    now.catch_up("register", "statistics")
    note_look(now, "roll")
    rows = month.roll(
        projector.rows("register"), projector.rows("statistics"), code, asked, area, in_scope(now)
    )
    shown = rows if now.form == "json" else [_yuan(row) for row in rows]
    now.show(month.ROLL, shown, title=f"{asked} 发放花名册", position=now.doudi.store.head(), month=asked)


def _yuan(row: dict[str, object]) -> dict[str, object]:
    return {
        key: show_yuan(value) if key in month.MONEY and isinstance(value, int) else value
        for key, value in row.items()
    }


COMMANDS: list[click.Command] = [letter, changes, roll]
