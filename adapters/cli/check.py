"""`doudi check`: are log and projections whole?"""

import sys

import click
from rich.console import Console
from rich.progress import Progress

from adapters.check import check as look_through
from adapters.cli.session import REFUSED, session

COLUMNS = ("looked_at", "count", "finding")


@click.command()
def check() -> None:
    """Look the whole log through, and each projection against it; what is wrong is named and ends with 1.

    Example: doudi check
    """
    now = session()
    store = now.doudi.store
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(now.text("check.events"), total=store.head())
        found = look_through(
            store, now.doudi.projector, lambda position: progress.update(task, completed=position)
        )
    rows = [
        {
            "looked_at": one.what if now.form == "json" else now.text(f"check.{one.what}"),
            "count": one.count,
            "finding": len(one.findings),
        }
        for one in found
    ]
    findings = [each for one in found for each in one.findings]
    said = [{"code": one.code, **one.params, "message": now.text(one.code, **one.params)} for one in findings]
    headings = {"finding": "column.findings_count"}
    now.show(COLUMNS, rows, headings=headings, position=store.head(), whole=not findings, findings=said)
    for one in said:
        click.echo(one["message"], err=True)
    if findings:
        raise SystemExit(REFUSED)
    click.echo(now.text("check.whole"), err=True)


COMMANDS: list[click.Command] = [check]
