"""`doudi import …`, `doudi export …`: an office's own ledgers come in, and the register goes out in the same form."""

from pathlib import Path
from typing import Any

import click

from adapters.cli.reading import note_look
from adapters.cli.scope import division_in_scope, sees
from adapters.cli.session import REFUSED, Session, session
from adapters.holding import holding
from adapters.ledger.export import write_register
from adapters.ledger.places import Places
from adapters.ledger.reading import read_book
from adapters.ledger.refusals import refusals_path, write_refusals
from adapters.ledger.taking import Ledger, Options, Outcome, Taking, problems
from adapters.replay import recorded, state
from adapters.seed.divisions.national import national_within
from domain.days import china_day, month_of, parse_day, parse_month
from domain.ids import CaseNo, DivisionCode
from domain.money import show_yuan
from projections.imports import cases_of, imports
from projections.office import DIVISION
from projections.register import as_of
from workflows.refusal import refuse

MAPPED = ("sheet", "column", "field")
CAME_TO = ("name", "value")
PROBLEMS = ("problem", "count")
PROBLEM_SHEET = ("sheet", "cell", "of", "row", "column", "what", "remedy")
"""The name of the sheet of problems, then of its columns."""
IMPORTS = ("import", "name", "file", "households", "undone")


@click.group("import", no_args_is_help=True)
def import_() -> None:
    """Take an office's own ledgers over, or undo that.

    Example: doudi import register 农村低保台账.xlsx --division 110199001 --paid-until 2025-06 --dry-run
    """


@import_.command("register")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--division", required=True, metavar="CODE", help="whose ledger it is")
@click.option("--programme", default="dibao", show_default=True, type=click.Choice(["dibao"]))
@click.option(
    "--paid-until", required=True, metavar="YYYY-MM", help="the last month paid by who kept the ledger"
)
@click.option("--area", type=click.Choice(["urban", "rural"]), help="where the ledger doesn't say")
@click.option("--since", metavar="YYYY-MM", help="first month in aid, where the ledger has none")
@click.option(
    "--map",
    "said",
    multiple=True,
    metavar="HEADING=FIELD",
    help="what a column is (its heading or letter); `-`: not taken",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="say what would happen, take nothing; the workbook of refused rows is written",
)
def register(
    file: Path,
    division: str,
    programme: str,
    paid_until: str,
    area: str | None,
    since: str | None,
    said: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Take over the living register of a workbook (.xlsx, .xls) or csv; refused rows go to a workbook beside it.

    That workbook is written anew as long as nobody has mended it; then the next gets another name.
    A household is taken whole or refused whole; mended rows alone, or the whole file, may be sent again: nothing
    comes in twice. Ends with 1 if any row was refused.
    Example: doudi import register 农村低保台账.xlsx --division 110199001 --paid-until 2025-06 --map 证号=certificate
    """
    now = session()
    code = division_in_scope(now, division)
    options = Options(
        division=code,
        paid_until=parse_month(paid_until, "paid_until"),
        programme=programme,  # type: ignore[arg-type]
        area=area,  # type: ignore[arg-type]
        since=parse_month(since, "since") if since else None,
        said=_said(said),
    )
    note_look(now, "import register")
    book = read_book(file)
    now.catch_up()
    today = china_day(now.doudi.store.clock.now())
    ledger = Ledger(book, options, _places(now, code), today)
    taking = Taking(now.doudi.office, now.actor, let_go=now.doudi.store.keyring.let_go)
    with now.waiting():
        outcome = taking.take(ledger, dry=dry_run)
    refusals = _write_refusals(now, file, outcome)
    _show(now, outcome, dry_run, refusals)
    if outcome.refused:
        raise SystemExit(REFUSED)


def _said(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        heading, equals, field = text.rpartition("=")
        if not equals or not heading or not field:
            raise click.BadParameter("HEADING=FIELD", param_hint="--map")
        found[heading] = field
    return found


def _places(now: Session, base: DivisionCode) -> Places:
    """The office's own divisions; townships it hasn't entered by the national file."""
    rows = list(now.doudi.projector.rows("office").select(DIVISION))
    own = {row["code"] for row in rows}
    known = [(DivisionCode(row["code"]), row["name"]) for row in rows if not row.get("by")]
    return Places(
        base, [*known, *((one.code, one.name) for one in national_within(base) if one.code not in own)]
    )


def _write_refusals(now: Session, file: Path, outcome: Outcome) -> Path | None:
    if not outcome.refused:
        return None
    path = refusals_path(file, now.text("ledger.refused"))
    headings = [now.text(f"ledger.problems.{name}") for name in PROBLEM_SHEET]
    write_refusals(path, outcome.refused, lambda code, params: now.text(code, **params), headings)
    return path


def _show(now: Session, outcome: Outcome, dry: bool, refusals: Path | None) -> None:
    mapped = [
        {"sheet": table.sheet.name or str(table.sheet.place), "column": column, "field": field}
        for table in outcome.tables
        for column, field in table.columns.proposed()
    ]
    wrong = dict(sorted(problems(outcome.refused).items()))
    about: dict[str, Any] = {
        "import": outcome.name,
        "dry_run": dry,
        "households": outcome.households,
        "persons": outcome.persons,
        "amount": outcome.amount,
        "already": outcome.already,
        "refused_households": len(outcome.refused),
        "refused_rows": sum(len(read.rows) for _, read in outcome.refused),
        "repaired": dict(sorted(outcome.repairs.items())),
        "problems": wrong,
        "refusals": refusals.name if refusals else None,
        "skipped_sheets": {sheet: code for sheet, (code, _) in outcome.skipped.items()},
    }
    position = now.doudi.store.head()
    if now.form != "table":
        now.show(MAPPED, mapped, position=position, **about)
        return
    now.table(MAPPED, mapped, title=now.text("ledger.mapping"))
    shown = [
        {"name": now.text(f"ledger.{name}"), "value": show_yuan(value) if name == "amount" else str(value)}
        for name, value in about.items()
        if name
        in ("import", "households", "persons", "amount", "already", "refused_households", "refused_rows")
    ]
    shown += [
        {"name": now.text(f"ledger.repair.{name}"), "value": str(count)}
        for name, count in sorted(outcome.repairs.items())
    ]
    title = now.text("ledger.would" if dry else "ledger.did")
    if wrong:
        counts = [
            {"problem": now.text(code, **_params(outcome, code)), "count": count}
            for code, count in wrong.items()
        ]
        now.table(PROBLEMS, counts, title=now.text("ledger.problems"))
    now.show(CAME_TO, shown, title=title, position=position)
    for sheet, (code, params) in outcome.skipped.items():
        click.echo(now.text("ledger.skipped", sheet=sheet, why=now.text(code, **params)), err=True)
    if refusals:
        click.echo(now.text("ledger.refusals", file=refusals.name), err=True)


def _params(outcome: Outcome, code: str) -> dict[str, Any]:
    """Of several the first one's words stand for all."""
    return next((one.params for _, read in outcome.refused for one in read.troubles if one.code == code), {})


@import_.command("list")
def list_imports() -> None:
    """Imports, with the households of each that stand.

    Example: doudi import list
    """
    now = session()
    rows = now.rows("imports")
    found = [
        one for one in imports(rows) if all(sees(now, DivisionCode(place)) for place in one["divisions"])
    ]
    now.show(
        IMPORTS,
        found,
        headings={"name": "column.file", "file": "column.file_sha256"},
        position=now.doudi.projector.position("imports"),
    )


@import_.command("undo")
@click.argument("name", metavar="IMPORT")
def undo(name: str) -> None:
    """Undo an import as a whole, while nothing else has touched its cases.

    Example: doudi import undo imp-0f3a9b2c4d5e6f70
    """
    now = session()
    rows = now.rows("imports")
    cases = [CaseNo(one) for one in cases_of(rows, name)]
    if not cases:
        raise refuse("import-unknown", "import")
    count = Taking(now.doudi.office, now.actor).undo(name, cases)
    now.show(("import", "undone"), [{"import": name, "undone": count}], position=now.doudi.store.head())


@click.group(no_args_is_help=True)
def export() -> None:
    """Write what the office holds in the form in which it comes in.

    Example: doudi export register --division 110199 --out register.xlsx
    """


@export.command("register")
@click.option("--division", required=True, metavar="CODE", help="this division and those below it")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.xlsx")
@click.option("--as-of", "day", metavar="YYYY-MM-DD", help="default: today")
@click.option("--force", is_flag=True, help="write over a file that is there")
def export_register(division: str, out: Path, day: str | None, force: bool) -> None:
    """The living register as a ledger that `import register` takes back. It is not masked: keep it as a ledger.

    Example: doudi --as county export register --division 110199 --out register.xlsx
    """
    now = session()
    code = division_in_scope(now, division)
    if out.exists() and not force:
        raise refuse("file-there", "out")
    today = china_day(now.doudi.store.clock.now())
    asked = parse_day(day, "as_of") if day else today
    month = month_of(asked)
    note_look(now, "export register")
    rows = now.rows("register")
    numbers = [CaseNo(row["case_no"]) for row in as_of(rows, code, asked)]
    loaded = (recorded(now.doudi.store, number) for number in numbers)
    cases = ((state(events), events) for events in loaded)
    living = (
        (case, month, holding((each.event for each in events), month))
        for case, events in cases
        if case.living(month)
    )
    try:
        households, count = write_register(out, living)
    except OSError as error:
        raise refuse("file-unwritable", "out", reason=type(error).__name__) from None
    shown = [{"file": out.name, "households": households, "rows": count}]
    now.show(("file", "households", "rows"), shown, position=now.doudi.projector.position("register"))


COMMANDS: list[click.Command] = [import_, export]
