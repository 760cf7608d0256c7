"""`doudi simulate`: a trial store with a played year of an office of a published report's size."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import perf_counter

import click
from rich.console import Console
from rich.progress import Progress

from adapters.cli.session import session
from adapters.report.grammar import load_figures, shipped_figures
from adapters.seed.calendars import shipped_calendars
from adapters.simulate.plan import Plan
from adapters.simulate.play import play
from adapters.simulate.solve import solve
from domain.days import CHINA
from domain.ids import DivisionCode, make_case_no
from workflows.definition import OLD_LAW, TODAYS_LAW
from workflows.refusal import Reason

COLUMNS = ("report", "year", "seed", "first", "last", "cases", "commands", "events", "seconds")
BEFORE = 2
"""Years before the played one in which its stock applies."""
NEXT = (
    "report compare{figures} --report {report}{parts}{campaign}",
    "stats --division {county} --month {year}-12",
    "register --division {county} --as-of {year}-12-31",
    "case show {case}",
    "case explain {case}",
    "check",
)


@click.command()
@click.option("--figures", metavar="FILE", help="figures as csv; default: those that come with doudi")
@click.option("--report", "name", required=True, metavar="R", help="which report of the file")
@click.option("--year", type=int, help="which year; default: the last one that is past and has its calendar")
@click.option(
    "--law",
    type=click.Choice([TODAYS_LAW, OLD_LAW]),
    default=TODAYS_LAW,
    show_default=True,
    help="by which rules applications go their way: 民发〔2021〕57号 or 民发〔2012〕220号",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="which place")
def simulate(figures: str | None, name: str, year: int | None, law: str, seed: int) -> None:
    """Make a trial store and play a year of an office on it, all through commands, so that a report's dibao
    figures come out. The same seed gives the same events, another one another place.

    Example: doudi simulate --report D --seed 1 --store sqlite:///trial.sqlite
    """
    now = session()
    if figures is not None and not Path(figures).is_file():
        raise click.BadParameter(f"no such file: {figures}", param_hint="--figures")
    played_year = _year(year)
    began = perf_counter()
    printed = load_figures(Path(figures)) if figures else shipped_figures()
    plan = solve(printed, name, played_year, seed)
    looked_at = sys.stderr.isatty()
    if not looked_at:
        click.echo(now.text("simulate.began", year=played_year), err=True)
    with Progress(console=Console(stderr=True), transient=True, disable=not looked_at) as progress:
        task = progress.add_task(now.text("simulate.playing", year=played_year), total=1.0)
        played = play(plan, now.url, lambda part: progress.update(task, completed=part), law)
    row = {
        "report": name,
        "year": played_year,
        "seed": seed,
        "first": played.first,
        "last": played.last,
        "cases": played.cases,
        "commands": played.commands,
        "events": played.events,
        "seconds": round(perf_counter() - began, 1),
    }
    if not looked_at:
        click.echo(now.text("simulate.played", **row), err=True)
    now.show(
        COLUMNS,
        [row],
        position=played.events,
        parts=plan.parts,
        campaign=list(plan.campaign) if plan.campaign else None,
        left_out=list(plan.left_out),
    )
    if now.form == "table":
        county = plan.place.county
        case = make_case_no(county, played.first.year, 1)
        if plan.left_out:
            click.echo(now.text("simulate.left-out", lines=", ".join(map(str, plan.left_out))))
        click.echo(now.text("simulate.next"))
        for words in NEXT:
            said = words.format(
                report=name,
                county=county,
                year=played_year,
                case=case,
                figures=f" --figures {figures}" if figures else "",
                parts="".join(f" --part {part}={spans(plan, codes)}" for part, codes in plan.parts.items()),
                campaign=f" --campaign {'..'.join(plan.campaign)}" if plan.campaign else "",
            )
            click.echo(f"  doudi --store {now.url} {said}")


def spans(plan: Plan, codes: Sequence[str]) -> str:
    """Townships that stand side by side as `FIRST..LAST`."""
    ordered = sorted(row.code for row in plan.place.divisions if row.level == "township")
    runs: list[list[int]] = []
    for at in sorted(ordered.index(DivisionCode(code)) for code in codes):
        if runs and at == runs[-1][-1] + 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    ends = [(ordered[run[0]], ordered[run[-1]]) for run in runs]
    return ",".join(first if first == last else f"{first}..{last}" for first, last in ends)


def _year(year: int | None) -> int:
    """The year and the two before it have shipped calendars; by default the last such year that is past."""
    known = {one.year for one in shipped_calendars()}
    played = sorted(one for one in known if known >= {one - back for back in range(BEFORE + 1)})
    if year is None:
        past = datetime.now(CHINA).year
        return max((one for one in played if one < past), default=played[-1])
    if year not in played:
        session().refuse(
            Reason(code="simulate.year", field="--year", params={"first": played[0], "last": played[-1]})
        )
    return year


COMMANDS: list[click.Command] = [simulate]
