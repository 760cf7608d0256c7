"""`doudi projections`: how far each is, folding anew, and whether a rebuild would change anything."""

import click
from msgspec.structs import asdict

from adapters.check import verified
from adapters.cli.session import REFUSED, session
from adapters.projector import UnknownProjection

STATUS = ("projection", "version", "position", "behind")


@click.group(no_args_is_help=True)
def projections() -> None:
    """What is folded from the events. Example: doudi projections status"""


@projections.command()
def status() -> None:
    """How far each projection is, and how many events lie before it. Example: doudi projections status"""
    now = session()
    rows = [{**asdict(one), "projection": one.name} for one in now.doudi.projector.status()]
    now.show(STATUS, rows, position=now.doudi.store.head())


@projections.command()
@click.argument("name", required=False)
def rebuild(name: str | None) -> None:
    """Fold one projection, or all, from nothing; the old rows serve meanwhile.

    Example: doudi projections rebuild register
    """
    now = session()
    rows = []
    for one in _named(name):
        position = now.doudi.projector.rebuild(one)
        rows.append({"projection": one, "position": position})
        if now.form == "table":
            click.echo(now.text("projections.rebuilt", projection=one, position=position), err=True)
    now.show(("projection", "position"), rows, position=now.doudi.store.head())


@projections.command()
@click.argument("name", required=False)
def verify(name: str | None) -> None:
    """Whether a rebuild would give the same rows; what differs is named and ends with 1.

    Example: doudi projections verify
    """
    now = session()
    findings, rows = [], []
    for one in _named(name):
        found = verified(now.doudi.projector, one)
        findings += found
        rows.append({"projection": one, "differences": len(found)})
    now.show(("projection", "differences"), rows, position=now.doudi.store.head())
    for each in findings:
        click.echo(now.text(each.code, **each.params), err=True)
    if findings:
        raise SystemExit(REFUSED)
    click.echo(now.text("projections.whole"), err=True)


def _named(name: str | None) -> list[str]:
    names = [one.name for one in session().doudi.projector.status()]
    if name is None:
        return names
    if name not in names:
        raise UnknownProjection(projection=name)
    return [name]


COMMANDS: list[click.Command] = [projections]
