"""`doudi keys`, `forget`, `persons`: what opens personal data, who is forgotten, who has a number or name."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from msgspec.structs import asdict

from adapters.bootstrap import open_doudi
from adapters.cli.likeness import LEAST_DIGITS, likeness
from adapters.cli.reading import in_scope, note_look
from adapters.cli.scope import division_in_scope
from adapters.cli.session import Session, session
from adapters.keys import upkeep
from adapters.store.errors import StoreError
from domain.codes import code_list
from domain.identity import normalise_name
from domain.ids import CaseNo, DivisionCode, PersonRef, within
from domain.person import Person
from projections.register import Register
from workflows.refusal import refuse
from workflows.world import ROOT


@click.command()
@click.argument("person")
@click.option("--reason", required=True, metavar="CODE", help=", ".join(code_list("forgotten")))
@click.option("--division", help="whose administrator you are; default: the whole office's")
def forget(person: str, reason: str, division: str | None) -> None:
    """Drop a person's key: what is personal can't be opened any more, by nobody and with no way back.

    History, amounts and statistics stay. Example: doudi forget p-2x… --reason F02
    """
    session().send("Forget", person=person, reason=reason, **({"division": division} if division else {}))


@click.command()
@click.option("--number", help="a resident number, whole")
@click.option("--name", help="a name, whole")
@click.option(
    "--like", help="a part of a name, its pinyin or initials (zhangsan, zs), or the end of a number"
)
@click.option("--division", metavar="CODE", help="with --like: where to look; all below it too")
def persons(number: str | None, name: str | None, like: str | None, division: str | None) -> None:
    """Who has a number or name: reference and cases, those in your divisions.

    Example: doudi persons --name 张三; doudi persons --like zhangs --division 110199
    """
    now = session()
    if sum(one is not None for one in (number, name, like)) != 1 or (like is None) != (division is None):
        raise click.UsageError("give --number, or --name, or --like with --division")
    store = now.doudi.store
    if like is not None:
        found = _alike(now, like, division_in_scope(now, division or ""))
    elif number is not None:
        found = [one for one in (store.person_of(number.strip().upper()),) if one is not None]
    else:
        found = store.persons_named(normalise_name(name or "", "name"))
    note_look(now, "persons")
    sees = in_scope(now)
    rows = []
    for ref in found:
        state: Person = now.doudi.office.world.person(ref)
        cases = [case for case in state.cases if sees(_division(now, case))]
        if cases or sees(ROOT):
            rows.append(_row(ref, state, cases))
    now.show(("person", "name", "born", "died", "cases"), rows, position=store.head())


def _alike(now: Session, typed: str, division: DivisionCode) -> list[PersonRef]:
    """Persons of the division's cases whose name or number is like what is typed; opened for this look alone."""
    like = likeness(typed)
    if like is None:
        raise refuse("search-short", "like", least=LEAST_DIGITS)
    rows, tables = now.rows(Register.name), Register.households
    cases = {row["case_no"] for row in rows.select(tables.case) if within(division, row["division"])}
    found = {
        PersonRef(row["person"])
        for row in rows.select(tables.member)
        if row["case_no"] in cases
        and like(row["name"].opened() or "", row["number"].opened() if row["number"] else None)
    }
    return sorted(found)


def _division(now: Session, case: CaseNo) -> str:
    found = now.doudi.office.world.case(case)
    return found.division if found is not None else ROOT


def _row(ref: PersonRef, person: Person, cases: list[CaseNo]) -> dict[str, Any]:
    return {
        "person": ref,
        "name": person.name.masked() if person.name else None,
        "born": person.born,
        "died": person.died,
        "cases": cases,
    }


@click.group(no_args_is_help=True)
def keys() -> None:
    """The keys that open personal data; they stand apart from the log. Example: doudi keys status"""


@keys.command("status")
def keys_status() -> None:
    """Where keys and master key stand, and how many there are. Example: doudi keys status"""
    now = session()
    found = upkeep.standing(now.doudi.store.keyring)
    now.show(found.__struct_fields__, [asdict(found)], position=now.doudi.store.head())


@keys.command("rotate")
@click.option(
    "--to", metavar="ADDRESS", help="file:PATH, env:NAME, kms:PROGRAM; default: where the old one is"
)
def keys_rotate(to: str | None) -> None:
    """Wrap all keys under a new master key; nothing in the log changes, and old copies of the keys open no more.

    Example: doudi keys rotate --to file:/etc/doudi/master
    """
    now = session()
    _who(now)
    count = upkeep.rotate(now.doudi.store.keyring, to)
    _told(now, "keys.rotate")
    click.echo(now.text("keys.rotated", count=count, address=now.doudi.store.keyring.place.address))


@keys.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def keys_backup(file: Path) -> None:
    """Copy the keys as they stand, wrapped, while others work. Keep it apart from the log's backups.

    Example: doudi keys backup /mnt/keys/2025-03-06.keys
    """
    now = session()
    _who(now)
    upkeep.back_up(now.doudi.store.keyring.keys, file)
    _told(now, "keys.backup")
    click.echo(now.text("keys.backed-up", path=file))


@keys.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--master", metavar="ADDRESS", help="the master key of the backup's time, if it is another now")
def keys_restore(file: Path, master: str | None) -> None:
    """Take the keys that are missing from a backup; who was forgotten since stays so. The index is built anew.

    Example: doudi keys restore /mnt/keys/2025-03-06.keys
    """
    now = session()
    with suppress(StoreError):  # without its keys the store doesn't open
        _who(now)
    taken = upkeep.restore(now.url, file, master)
    store = open_doudi(now.url).store
    numbers, names = upkeep.index_anew(store.keyring, store.all())
    _told(now, "keys.restore")
    click.echo(now.text("keys.restored", count=taken, numbers=numbers, names=names))


def _who(now: Session) -> str:
    """Who acts is known before anything is done; a real store refuses without --as."""
    return now.actor


def _told(now: Session, purpose: str) -> None:
    """What is done to keys is noted like a look."""
    note_look(now, purpose)


COMMANDS: list[click.Command] = [forget, persons, keys]
