"""`doudi backup|restore|copy`: a store as one file, a store of it again, a store in another place."""

from datetime import datetime
from pathlib import Path

import click
import orjson
from msgspec.structs import asdict

from adapters.backup import back_up
from adapters.backup import restore as restore_backup
from adapters.bootstrap import ADMINISTRATOR
from adapters.cli.reading import END_OF_DAY
from adapters.cli.session import Session, session
from adapters.copy import copy_office
from domain.days import CHINA, parse_day, parse_instant

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=_FILE)
def backup(file: Path) -> None:
    """Write the store to a new file, whole as of one moment, while others work. Its keys are kept apart.

    Example: doudi backup /mnt/backup/2025-03-06.sqlite
    """
    now = session()
    made = back_up(now.url, file)
    _told(now, asdict(made), "backup.done", **asdict(made))


@click.command()
@click.argument("file", type=_FILE)
@click.option("--to", required=True, metavar="URL", help="where the store is to be; none may be there")
@click.option("--until", metavar="POSITION|DAY|INSTANT", help="only what was recorded by then")
@click.option("--keys", type=_FILE, help="a backup of the keys, where none stand at the new place")
def restore(file: Path, to: str, until: str | None, keys: Path | None) -> None:
    """Make a store of a backup, under a new log id; who read the old one stops. Fire what is overdue by a tick.

    Example: doudi restore 2025-03-06.sqlite --to sqlite:///office.sqlite --until 2025-03-05
    """
    now = session()
    made = restore_backup(
        file,
        to,
        until=_moment(until),
        keys=keys,
        actor=now.named_actor or ADMINISTRATOR,
    )
    _told(now, asdict(made), "backup.restored", url=to, **asdict(made))


@click.command()
@click.option("--from", "source", required=True, metavar="URL")
@click.option("--to", required=True, metavar="URL", help="where the store is to be; none may be there")
def copy(source: str, to: str) -> None:
    """Move an office to another store: positions, ids, commands, numbers, looks and keys as they are.

    Example: doudi copy --from sqlite:///office.sqlite --to postgresql:///office
    """
    now = session()
    made = copy_office(source, to)
    _told(now, asdict(made), "copy.done", url=to, **asdict(made))


def _told(now: Session, row: dict[str, object], code: str, /, **params: object) -> None:
    if now.form == "json":
        click.echo(orjson.dumps(row).decode())
    else:
        click.echo(now.text(code, **params))


def _moment(asked: str | None) -> int | datetime | None:
    """A position, an instant, or a day up to its end in China."""
    if asked is None or asked.isdigit():
        return None if asked is None else int(asked)
    if "T" in asked:
        return parse_instant(asked, "until")
    return datetime.combine(parse_day(asked, "until"), END_OF_DAY, CHINA)


COMMANDS: list[click.Command] = [backup, restore, copy]
