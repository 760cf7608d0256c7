"""`doudi report compare`: each figure of a published report beside the one counted from events."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click

from adapters.cli.known import figures_in_scope, rows_known
from adapters.cli.session import REFUSED, Session, session
from adapters.report.compare import Comparison, Row, compare
from adapters.report.counted import Parts, counted
from adapters.report.grammar import Figure, load_figures, of_report, shipped_figures, split_area
from adapters.report.policy import PolicyOf, Values, in_force, single, usual_campaign
from domain.campaign import Campaign
from domain.days import BadDay, china_day, parse_month
from domain.ids import DivisionCode, StreamId
from domain.policy import Parameter, Policy
from projections.base import Rows
from projections.office import DIVISION
from projections.statistics import CELL
from workflows.refusal import Reason, refuse
from workflows.world import FOLDS, ROOT, policy_stream

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
@click.option("--year", type=click.IntRange(1000, 9999), metavar="YYYY", help="default: the clock's")
@click.option("--known-at", metavar="DAY|INSTANT", help="as it was known then; a day means its end")
@click.option(
    "--part",
    "said",
    metavar="NAME=CODES",
    multiple=True,
    help="which divisions a part of an area is (urban_NAME): a code, several by comma, or FIRST..LAST; repeatable",
)
@click.option(
    "--campaign",
    "span",
    metavar="YYYY-MM..YYYY-MM",
    help="the campaign's months; default: the last one over by the report's last month, by review_campaign_months",
)
def compare_report(
    figures: str | None,
    name: str,
    division: str | None,
    year: int | None,
    known_at: str | None,
    said: tuple[str, ...],
    span: str | None,
) -> None:
    """Each printed figure beside the counted one; ends with 1 if one differs.

    Example: doudi report compare --report Y --part city=110199001..110199004 --part county_a=110199005
    """
    now = session()
    if figures is not None and not Path(figures).is_file():
        raise click.BadParameter(f"no such file: {figures}", param_hint="--figures")
    code = figures_in_scope(now, division) if division else _everything(now)
    printed = of_report(load_figures(Path(figures)) if figures else shipped_figures(), name)
    year = year or china_day(now.doudi.store.clock.now()).year
    rows, position = rows_known(now, "statistics", known_at)
    places = _places(now, rows, code)
    parts = {**_named_parts(printed, places), **_parts(now, said, places)}
    policy_of = _policy_of(now, position)
    campaign = _campaign(now, span) or usual_campaign(policy_of, places, year, _last_month(printed))
    policies = in_force(_own(printed), policy_of, places, year, parts=parts, campaign=campaign)
    found = compare(
        printed,
        {**counted(rows, PROGRAMME, code, year, parts=parts, campaign=campaign), **single(policies)},
        parts=parts,
        varying=[key for key, values in policies.items() if len(values) > 1],
        campaign=campaign is not None,
    )
    lines = [_line(now, row) for row in found.rows]
    title = now.text("report.title", report=name, year=year)
    now.show(
        COLUMNS,
        lines,
        title=title,
        position=position,
        report=name,
        year=year,
        known_at=known_at,
        parts=parts,
        campaign=list(campaign) if campaign else None,
        contradictions=_contradictions(found),
        not_understood=[
            {"line": row.figure.line, "columns": list(row.unclear)} for row in found.rows if row.unclear
        ],
    )
    if now.form == "table":
        _tell(now, found, policies)
    if found.differs:
        raise SystemExit(REFUSED)


def _places(now: Session, rows: Rows, code: str) -> list[DivisionCode]:
    """Divisions in scope that were added, or in which something was counted, with those above them."""
    counted_in = {row["division"] for row in rows.select(CELL, programme=PROGRAMME)}
    added = {row["code"] for row in now.rows("office").select(DIVISION)}
    found = added | {one[:length] for one in counted_in for length in (6, 9, 12)}
    return sorted(DivisionCode(one) for one in found if one.startswith(code))


def _own(printed: Sequence[Figure]) -> list[Figure]:
    return [one for one in printed if one.programme == PROGRAMME]


def _last_month(printed: Sequence[Figure]) -> int:
    """Of the report's figures of the programme; a standard that holds for the year says nothing of it."""
    told = [one.period.last for one in _own(printed) if not one.measure.startswith(("standard", "uplift"))]
    return max(told, default=0) or 12


def _policy_of(now: Session, position: int) -> PolicyOf:
    """What was set by a position of the log."""

    @cache
    def parameters(stream: StreamId) -> tuple[Parameter, ...]:
        known = [one for one in now.doudi.store.load(stream) if one.position <= position]
        state: tuple[Parameter, ...] = ()
        for one in known:
            state = FOLDS["policy"](state, one.event, stream, one.version)
        return state

    @cache
    def policy(division: DivisionCode, area: str) -> Policy:
        chain = now.doudi.office.world.chain(division)
        streams = [policy_stream(one, name) for one in chain for name in (PROGRAMME, "*")]
        found = [one for stream in streams for one in parameters(stream)]
        return Policy(found, chain, PROGRAMME, area)  # type: ignore[arg-type]

    return policy


def _named_parts(printed: Sequence[Figure], places: Sequence[DivisionCode]) -> Parts:
    """A part that is named by its code needs no explaining: `rural_110199001`."""
    named = {split[1] for one in printed if (split := split_area(one.area)) is not None}
    return {one: (one,) for one in places if one in named}


def _parts(now: Session, said: Sequence[str], places: Sequence[DivisionCode]) -> Parts:
    """`city=110199001,110199002` or `city=110199001..110199009` → the divisions; the same name again adds to it."""
    found: dict[str, tuple[str, ...]] = {}
    for one in said:
        name, _, words = one.partition("=")
        codes = [code for word in words.split(",") for code in _codes(word, places)]
        if not codes or split_area(f"all_{name}") is None:
            now.refuse(Reason(code="report.bad-part", field="--part", params={"value": one}))
        found[name] = tuple(dict.fromkeys([*found.get(name, ()), *codes]))
    return found


def _codes(word: str, places: Sequence[DivisionCode]) -> list[DivisionCode]:
    first, _, last = word.partition("..")
    last = last or first
    return [one for one in places if len(first) == len(one) == len(last) and first <= one <= last]


def _campaign(now: Session, span: str | None) -> Campaign | None:
    if span is None:
        return None
    first, _, last = span.partition("..")
    try:
        months = parse_month(first), parse_month(last or first)
    except BadDay:
        months = None
    if months is None or months[1] < months[0]:
        now.refuse(Reason(code="report.bad-campaign", field="--campaign", params={"value": span}))
    return months


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


def _tell(now: Session, found: Comparison, policies: Mapping[Any, Values]) -> None:
    """What can't all be true, with its sum; what isn't understood and what to say; how many of each verdict."""
    for one in found.contradictions:
        lines = ", ".join(map(str, sorted(figure.line for figure in one.figures)))
        way = f"{one.gives_way.line} ({one.gives_way.measure} {one.gives_way.shown})"
        click.echo(now.text("report.contradictory", lines=lines, gives_way=way))
        for line in one.sum_lines:
            click.echo(f"  {line}")
    for row in found.rows:
        if row.unclear:
            click.echo(_asked(now, row))
        elif row.verdict == "varies":
            values = ", ".join(row.figure.show(value) for value in policies[row.figure.key])
            area = row.figure.area
            click.echo(now.text("report.varies", line=row.figure.line, area=area, values=values))
    verdicts = [row.verdict for row in found.rows]
    counts = [f"{now.text(f'verdict.{one}')} {verdicts.count(one)}" for one in dict.fromkeys(verdicts)]
    click.echo(" · ".join(counts))


def _asked(now: Session, row: Row) -> str:
    figure, split = row.figure, split_area(row.figure.area)
    if row.unclear == ("area",) and split is not None:
        return now.text("report.which-part", line=figure.line, part=split[1])
    if row.unclear == ("period",) and figure.period.kind == "campaign":
        return now.text("report.which-campaign", line=figure.line)
    words = {name: getattr(figure, name) for name in ("programme", "area", "measure", "unit")}
    words["period"] = figure.period.text
    columns = ", ".join(f"{column} {words[column]}" for column in row.unclear)
    return now.text("report.not-understood", line=figure.line, columns=columns)


COMMANDS: list[click.Command] = [report]
