"""`doudi init`, `clock`: the store itself."""

from datetime import datetime

import click

from adapters.bootstrap import ADMINISTRATOR, begin
from adapters.cli.session import session
from adapters.clock import OPENING
from domain.days import CHINA, parse_day, parse_instant, show_instant


@click.command()
@click.option("--trial", is_flag=True, help="with a clock of its own and seeded ids")
@click.option("--seed", type=click.IntRange(min=0), default=1, help="of a trial's ids")
@click.option("--clock", "day", metavar="YYYY-MM-DD", help="a trial's first day")
def init(trial: bool, seed: int, day: str | None) -> None:
    """Make a store: the shipped calendars are loaded, one administrator stands.

    Example: doudi init --trial
    """
    now = session()
    if day is not None and not trial:
        raise click.UsageError("--clock goes with --trial")
    made = begin(now.url, trial=trial, seed=seed, clock=_instant(day) if day else None)
    click.echo(now.text("store.made", url=now.url, log=made.store.log_id))
    if not trial:
        click.echo(now.text("store.administrator", staff=ADMINISTRATOR))
    now.note()


@click.group(no_args_is_help=True)
def clock() -> None:
    """A store's clock; a trial's can be set. Example: doudi clock set 2025-03-06"""


@clock.command("show")
def clock_show() -> None:
    """The store's now, and until when time has been seen. Example: doudi clock show"""
    now = session()
    row = {
        "now": show_instant(now.doudi.store.clock.now()),
        "seen_until": now.doudi.office.world.seen_until(),
    }
    now.show(list(row), [row], position=now.doudi.store.head())


@clock.command("set")
@click.argument("to", metavar="DAY|INSTANT")
def clock_set(to: str) -> None:
    """Set a trial's clock, forward or back; nothing fires by itself. Example: doudi clock set 2025-03-06"""
    now = session()
    now.send("SetClock", to=show_instant(_instant(to)))


def _instant(text: str) -> datetime:
    return parse_instant(text) if "T" in text else datetime.combine(parse_day(text), OPENING, CHINA)


COMMANDS: list[click.Command] = [init, clock]
