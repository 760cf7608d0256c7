"""`doudi projections`: how far each is, what waits in it, folding anew, and running them as a process."""

import signal
from collections.abc import Iterable
from threading import Event
from typing import Any

import click
from msgspec.structs import asdict

from adapters.check import grouped, verified
from adapters.cli.session import REFUSED, Session, session
from adapters.projecting.worker import Worker
from adapters.projector import Difference, Rebuilt, UnknownProjection
from adapters.store.access_log import Access
from adapters.store.meta import from_micros
from domain.days import china_day, show_instant
from domain.ids import parse_case_no
from domain.text import check_text
from workflows.refusal import refuse
from workflows.world import ROOT, case_stream

STATUS = ("projection", "version", "position", "behind", "state", "parked", "beat", "stopped")
REBUILT = ("projection", "position", "rows", "seconds", "differences")
PARKED = ("projection", "case", "position", "type", "state", "reason", "since", "by")


@click.group(no_args_is_help=True)
def projections() -> None:
    """What is folded from the events. Example: doudi projections status"""


@projections.command()
def status() -> None:
    """How far each projection is, whether somebody runs it, and how many cases wait in it.

    Example: doudi projections status
    """
    now = session()
    rows = []
    for one in now.doudi.projector.status():
        beat = show_instant(from_micros(one.beat)) if one.beat is not None else None
        state = one.state if now.form == "json" else now.text(f"projections.{one.state}")
        rows.append({**asdict(one), "projection": one.name, "beat": beat, "state": state})
    now.show(STATUS, rows, position=now.doudi.store.head())


@projections.command()
@click.argument("name", required=False)
def rebuild(name: str | None) -> None:
    """Fold one projection, or all, from nothing; the old rows serve meanwhile and are compared with the new.

    Example: doudi projections rebuild register
    """
    now = session()
    _show_rebuilt(now, (now.doudi.projector.rebuild(one) for one in _named(name)))


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


@projections.command()
@click.option("--until-head", is_flag=True, help="end when all are at the head")
@click.option(
    "--verify-every",
    type=click.IntRange(min=1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="when there is nothing to do, compare one projection more with the log",
)
def run(until_head: bool, verify_every: int) -> None:
    """Run all that nobody else runs, woken by each commit, until stopped; others stand by.

    Example: doudi projections run --until-head
    """
    now = session()

    def tell(name: str, found: list[Difference]) -> None:
        for each in grouped(name, found):
            click.echo(now.text(each.code, **each.params), err=True)

    worker = Worker(now.doudi.projector, verify_every * 1_000_000, tell)
    if until_head:
        while worker.step():
            pass
        worker.leave()
        now.note(now.doudi.store.head())
        return
    stop = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    worker.run(stop)


@projections.command()
def parked() -> None:
    """Cases that wait in a projection because it can't take one of their events, and events set aside.

    Example: doudi projections parked
    """
    now = session()
    _for_administrators(now)
    projector = now.doudi.projector
    rows: list[dict[str, Any]] = [
        {**asdict(one), "state": "parked", "since": _instant(one.since)} for one in projector.parked()
    ]
    rows += [
        {**asdict(each), "state": "set-aside", "since": _instant(each.at), "by": each.actor}
        for each in projector.set_aside()
    ]
    for row in rows:
        row["case"] = row["stream"].removeprefix("case:")
        if now.form != "json":
            row["state"] = now.text(f"projections.{row['state']}")
    now.show(PARKED, rows, position=now.doudi.store.head())


@projections.command()
@click.argument("case", metavar="CASE")
def retry(case: str) -> None:
    """Take again what waits of a case; what still can't be taken is named, and it goes on waiting.

    Example: doudi projections retry 11010120250000012
    """
    now = session()
    stream = _waiting(now, case)
    _note(now, stream, "projection-retry", "tried")
    _show_rebuilt(now, now.doudi.projector.retry(stream))


@projections.command("set-aside")
@click.argument("case", metavar="CASE")
@click.option(
    "--reason",
    required=True,
    help="why projections may go on without the event; kept in the open, so name nobody in it",
)
def set_aside(case: str, reason: str) -> None:
    """Go on without the event that a case waits at; its later events are taken. Who said so and why is kept.

    Example: doudi --as admin projections set-aside 11010120250000012 --reason "entered twice"
    """
    now = session()
    stream, said = _waiting(now, case), check_text(reason, "reason")
    _note(now, stream, "projection-set-aside", "set-aside")
    _show_rebuilt(now, now.doudi.projector.go_on_without(stream, said, now.actor))


@projections.command()
def migrate() -> None:
    """Take from the read tables what only an older release used; once none of it runs any more.

    Example: doudi projections migrate
    """
    now = session()
    rows = [
        {"projection": name, "version": version}
        for name, versions in now.doudi.projector.migrate().items()
        for version in versions
    ]
    now.show(("projection", "version"), rows, position=now.doudi.store.head())


def _show_rebuilt(now: Session, found: Iterable[Rebuilt]) -> None:
    rows, counts = [], []
    for one in found:
        compared = one.compared
        rows.append(
            {
                "projection": one.projection,
                "position": one.position,
                "rows": one.rows,
                "seconds": f"{one.seconds:.1f}",
                "differences": compared.differences if compared else None,
            }
        )
        if now.form == "table":
            text = now.text("projections.rebuilt", projection=one.projection, position=one.position)
            click.echo(text, err=True)
        for (table, how), count in (compared.counts if compared else {}).items():
            code = "projections.differed" if one.same_fold else "projections.changed"
            counts.append(now.text(code, projection=one.projection, table=table, how=how, count=count))
    now.show(REBUILT, rows, position=now.doudi.store.head())
    for text in counts:
        click.echo(text, err=True)


def _named(name: str | None) -> list[str]:
    names = [one.name for one in session().doudi.projector.status()]
    if name is None:
        return names
    if name not in names:
        raise UnknownProjection(projection=name)
    return [name]


def _instant(micros: int) -> str:
    return show_instant(from_micros(micros))


def _for_administrators(now: Session) -> None:
    """Cases of the whole office are named, and read tables are changed."""
    world = now.doudi.office.world
    world.refresh()
    today = china_day(now.doudi.store.clock.now())
    if not any(desk == "administrator" for desk, _ in world.desks(now.actor, ROOT, today)):
        raise refuse("not-your-desk", "actor", actor=now.actor, desks="administrator")


def _waiting(now: Session, case: str) -> str:
    """The stream of a case, or a stream by its own name."""
    _for_administrators(now)
    return case if ":" in case else case_stream(parse_case_no(case))


def _note(now: Session, stream: str, purpose: str, outcome: str) -> None:
    now.doudi.access_log.note(
        Access(
            at=now.doudi.store.clock.now(),
            actor=now.actor,
            case=stream.removeprefix("case:"),
            purpose=purpose,
            outcome=outcome,
        )
    )


COMMANDS: list[click.Command] = [projections]
