"""An office moved to another store is the same office: positions, ids, answers, numbers, looks, keys."""

import sqlite3
from pathlib import Path

import pytest

from adapters.backup import back_up, restore
from adapters.bootstrap import Doudi, open_doudi
from adapters.check import check
from adapters.copy import TABLES, SourceMoved, copy_office
from adapters.keys.errors import KeysExist
from adapters.keys.upkeep import back_up as back_up_keys
from adapters.store.errors import StoreExists, StoreMissing
from domain.ids import CommandId
from tests.adapters import trials
from tests.adapters.told import ask
from tests.faults.hooks import hooked
from tests.harness import COUNTY, TrialOffice, person
from tests.workflows import awards


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    office = TrialOffice(folder)
    case = awards.living(office, [person("m1", "1980-01-01", 1)], [], accepted="2025-04-03", area="rural")
    office.clock("2025-05-08")
    office.do("Draw", "payer", division=COUNTY, month="2025-05")
    url = f"sqlite:///{folder}/office.sqlite"
    assert ask(url, "case", "show", case).code == 0
    office.doudi.close()
    return folder / "office.sqlite"


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    try:
        return {
            table: sorted(connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall())
            for table, columns in TABLES.items()
        } | {"meta": sorted(connection.execute("SELECT * FROM meta").fetchall())}
    finally:
        connection.close()


def reads(doudi: Doudi) -> dict[str, list[dict[str, object]]]:
    doudi.projector.catch_up()
    register = doudi.projector.rows("register")
    return {name: list(register.select(name)) for name in ("register_segment", "register_hold")}


def test_what_was_is_there_byte_for_byte(lived: Path, tmp_path: Path) -> None:
    made = copy_office(f"sqlite:///{lived}", f"sqlite:///{tmp_path}/new.sqlite")
    before, after = tables(lived), tables(tmp_path / "new.sqlite")
    assert before == after
    assert all(before[table] for table in ("events", "commands", "access"))
    assert (made.events, made.commands, made.looks) == tuple(
        len(before[table]) for table in ("events", "commands", "access")
    )
    assert made.keys > 0
    old, new = open_doudi(f"sqlite:///{lived}"), open_doudi(f"sqlite:///{tmp_path}/new.sqlite")
    assert (old.store.log_id, old.store.head()) == (new.store.log_id, new.store.head())
    assert old.store.keyring.keys.bound() == new.store.keyring.keys.bound()
    assert not [finding for one in check(new.store, new.projector) for finding in one.findings]
    assert reads(old) == reads(new)


def test_the_office_goes_on_where_it_was_and_answers_what_it_answered(lived: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite"
    copy_office(f"sqlite:///{lived}", url)
    old, new = open_doudi(f"sqlite:///{lived}").store, open_doudi(url).store
    ids = [
        CommandId(name) for (name,) in old.database.connection.execute("SELECT id FROM commands").fetchall()
    ]
    assert ids
    assert [old.answer(one) for one in ids] == [new.answer(one) for one in ids]
    head = new.head()
    assert ask(url, "clock", "set", "2025-06-03").code == 0
    assert new.head() == head + 1
    assert ask(url, "--as", "payer", "pay", "draw", "--division", COUNTY, "--month", "2025-06").code == 0
    assert ask(url, "check").code == 0


def test_a_copy_of_a_store_that_went_on_says_what_it_lacks(lived: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.sqlite"
    copy_office(f"sqlite:///{lived}", f"sqlite:///{source}")
    head = open_doudi(f"sqlite:///{source}").store.head()

    def meanwhile(point: str) -> bool:
        if point == "copy.loaded":
            assert ask(f"sqlite:///{source}", "clock", "set", "2025-07-01").code == 0
        return False

    with hooked(meanwhile), pytest.raises(SourceMoved) as caught:
        copy_office(f"sqlite:///{source}", f"sqlite:///{tmp_path}/target.sqlite")
    assert caught.value.params == {"position": head, "head": head + 1}
    assert len(tables(tmp_path / "target.sqlite")["events"]) == head


def test_nothing_is_copied_onto_or_from_nothing(lived: Path, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/new.sqlite"
    copy_office(f"sqlite:///{lived}", target)
    with pytest.raises(StoreExists):
        copy_office(f"sqlite:///{lived}", target)
    with pytest.raises(StoreMissing):
        copy_office(f"sqlite:///{tmp_path}/none.sqlite", f"sqlite:///{tmp_path}/x.sqlite")
    TrialOffice(tmp_path).doudi.close()
    (tmp_path / "office.sqlite.keys").rename(tmp_path / "y.sqlite.keys")
    connection = sqlite3.connect(tmp_path / "y.sqlite.keys")
    with connection:
        connection.execute("UPDATE marks SET value = 'another' WHERE name = 'log_id'")
    connection.close()
    with pytest.raises(KeysExist):
        copy_office(f"sqlite:///{lived}", f"sqlite:///{tmp_path}/y.sqlite")
    with pytest.raises(StoreMissing):
        open_doudi(f"sqlite:///{tmp_path}/y.sqlite")


def test_from_the_command_line(lived: Path, tmp_path: Path) -> None:
    source, target = f"sqlite:///{lived}", f"sqlite:///{tmp_path}/new.sqlite"
    made = ask(source, "--format", "json", "copy", "--from", source, "--to", target).json
    assert made["position"] == open_doudi(source).store.head()
    said = ask(source, "copy", "--from", source, "--to", target)
    assert (said.code, "new.sqlite" in said.err) == (1, True)


def test_from_sqlite_to_postgresql_and_back_it_is_the_same_office(lived: Path, folder: Path) -> None:
    """Over whichever database the folder's stores are in."""
    over, back = trials.url(folder), f"sqlite:///{folder}/back.sqlite"
    made = copy_office(f"sqlite:///{lived}", over)
    new = open_doudi(over)
    old = open_doudi(f"sqlite:///{lived}")
    assert (new.store.head(), new.store.log_id, made.position) == (
        old.store.head(),
        old.store.log_id,
        old.store.head(),
    )
    assert not [finding for one in check(new.store, new.projector) for finding in one.findings]
    assert old.store.keyring.keys.bound() == new.store.keyring.keys.bound()
    assert reads(old) == reads(new)
    assert [one.event for one in old.store.all()] == [one.event for one in new.store.all()]
    copy_office(over, back)
    assert tables(lived) == tables(folder / "back.sqlite")
    assert ask(over, "clock", "set", "2025-06-03").code == 0
    assert new.store.head() == made.position + 1
    assert ask(over, "--as", "payer", "pay", "draw", "--division", COUNTY, "--month", "2025-06").code == 0
    assert ask(over, "check").code == 0
    made_backup = back_up(over, folder / "over.backup")
    back_up_keys(new.store.keyring.keys, folder / "over.keys")
    restored = restore(
        folder / "over.backup", trials.url(folder / "again"), until=made.position, keys=folder / "over.keys"
    )
    assert (made_backup.position, restored.position) == (new.store.head(), made.position + 1)
    assert ask(trials.url(folder / "again"), "check").code == 0
