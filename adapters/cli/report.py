"""`doudi report compare`: each figure of a published report beside the one counted from events."""

from pathlib import Path
from typing import Any

import click

from adapters.cli.known import figures_in_scope, rows_known
from adapters.cli.session import REFUSED, Session, session
from adapters.report.compare import Comparison, Row, compare
from adapters.report.counted import counted
from adapters.report.grammar import load_figures, of_report, shipped_figures
from domain.days import china_day
from domain.ids import DivisionCode
from workflows.refusal import refuse
from workflows.world import ROOT

PROGRAMME = "dibao"
COLUMNS = ("line", "programme", "area", "measure", "period", "unit", "printed", "counted", "verdict")


@click.group(no_args_is_help=True)
def report() -> None:
    """Published reports. Example: doudi report compare --report D"""


@report.command("compare")
@click.option("--figures", metavar="FILE", help="figures as csv; default: those that come with doudi")
@click.option("--report", "name", required=True, metavar="R", help="which report of the file")
@click.option(
    "--division", metavar="CODE", help="counted in this division alone; default: in the whole store"
)
def compare_report(figures: str | None, name: str, division: str | None) -> None:
    """Each printed figure beside the counted one, for the year of the store's clock; ends with 1 if one differs.

    Example: doudi report compare --figures figures.csv --report D
    """
    now = session()
    if figures is not None and not Path(figures).is_file():
        raise click.BadParameter(f"no such file: {figures}", param_hint="--figures")
    code = figures_in_scope(now, division) if division else _everything(now)
    printed = of_report(load_figures(Path(figures)) if figures else shipped_figures(), name)
    year = china_day(now.doudi.store.clock.now()).year
    rows, position = rows_known(now, "statistics", None)
    found = compare(printed, counted(rows, PROGRAMME, code, year))
    lines = [_line(now, row) for row in found.rows]
    title = now.text("report.title", report=name, year=year)
    sets = _contradictions(found)
    now.show(COLUMNS, lines, title=title, position=position, report=name, year=year, contradictions=sets)
    if now.form == "table":
        _tell(now, found)
    if found.differs:
        raise SystemExit(REFUSED)


def _everything(now: Session) -> DivisionCode:
    """The whole store: for who holds a desk above all, and where nobody is named."""
    today = china_day(now.doudi.store.clock.now())
    actor = now.named_actor
    if actor is not None and not now.doudi.office.world.roster(ROOT).desks(actor, today):
        raise refuse("out-of-scope", "division", division=ROOT)
    return DivisionCode("")


def _line(now: Session, row: Row) -> dict[str, Any]:
    figure = row.figure
    return {
        "line": figure.line,
        "programme": figure.programme,
        "area": figure.area,
        "measure": figure.measure,
        "period": figure.period.text,
        "unit": figure.unit,
        "printed": figure.shown,
        "counted": "" if row.counted is None else figure.show(row.counted),
        "verdict": row.verdict if now.form == "json" else now.text(f"verdict.{row.verdict}"),
    }


def _contradictions(found: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "lines": sorted(figure.line for figure in one.figures),
            "gives_way": one.gives_way.line,
            "sums": list(one.sum_lines),
        }
        for one in found.contradictions
    ]


def _tell(now: Session, found: Comparison) -> None:
    """Printed figures that can't all be true, with their sum; then how many of each verdict."""
    for one in found.contradictions:
        lines = ", ".join(map(str, sorted(figure.line for figure in one.figures)))
        way = f"{one.gives_way.line} ({one.gives_way.measure} {one.gives_way.shown})"
        click.echo(now.text("report.contradictory", lines=lines, gives_way=way))
        for line in one.sum_lines:
            click.echo(f"  {line}")
    verdicts = [row.verdict for row in found.rows]
    counts = [f"{now.text(f'verdict.{one}')} {verdicts.count(one)}" for one in dict.fromkeys(verdicts)]
    click.echo(" · ".join(counts))


COMMANDS: list[click.Command] = [report]
