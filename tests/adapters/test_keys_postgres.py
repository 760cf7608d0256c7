"""Keys in PostgreSQL: a schema of their own, one commit with the log, out of an office's dump (PR-3, EN-39)."""

from pathlib import Path
from typing import Any

import pytest

from adapters.bootstrap import begin, open_doudi
from adapters.keys.errors import MasterMissing
from tests.adapters.test_keys_store import PERSONAL, personal
from tests.adapters.told import ask
from tests.harness import TrialOffice
from tests.places import place_of
from tests.workflows.stages import household
from workflows.world import person_stream

ADMIN = "admin"


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path, url=place_of("postgres", tmp_path)())


def rows(office: TrialOffice, *, keys: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of the office's, or of the keys'."""
    run = office.store.database.connection.execute
    found = run(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    names = [f'"{schema}"."{name}"' for schema, name in found if (schema == "doudi_keys") is keys]
    return {name: sorted(run(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}


def told(tables: dict[str, list[tuple[Any, ...]]]) -> str:
    """Everything as text, bytes as what they spell."""
    return "\n".join(
        cell.decode("utf-8", "replace") + cell.hex() if isinstance(cell, bytes) else str(cell)
        for table in tables.values()
        for row in table
        for cell in row
    )


def test_an_offices_tables_show_nothing_personal_pr3(office: TrialOffice) -> None:
    personal(office)
    office.doudi.projector.catch_up()
    shown = told(rows(office))
    assert len(shown) > 10_000
    assert not [text for text in PERSONAL.values() if text in shown or text.encode().hex() in shown]
    keyring = office.store.keyring
    for hashed in (keyring.index(PERSONAL["number"]), keyring.index_name(PERSONAL["name"])):
        assert hashed.hex() not in shown
        assert hashed.hex() in told(rows(office, keys=True))


def test_one_is_forgotten_and_nothing_else_changes_en39(office: TrialOffice) -> None:
    case = personal(office)
    office.doudi.projector.catch_up()
    first = office.case(case).members["m1"].person  # type: ignore[index]
    before = {name: table for name, table in rows(office).items() if "read_" in name}
    assert before
    office.do("Forget", ADMIN, person=first, reason="F01")
    office.doudi.projector.catch_up()
    assert {name: table for name, table in rows(office).items() if "read_" in name} == before
    assert type(office.store.load(person_stream(first))[-1].event).__name__ == "PersonForgotten"
    assert first not in told({"keys": rows(office, keys=True)['"doudi_keys"."keys"']})
    assert office.store.person_of(PERSONAL["number"]) is None
    assert office.store.persons_named(PERSONAL["name"]) == []
    names = [member.name.opened() for member in office.case(case).members.values()]
    assert names == [None, PERSONAL["other"], "李红"]
    assert ask(office.url, "check").code == 0


def test_a_restored_backup_of_keys_revives_nobody_en39(office: TrialOffice, tmp_path: Path) -> None:
    case = personal(office)
    first, second, _ = (member.person for member in office.case(case).members.values())
    backup = tmp_path / "keys.backup"
    assert ask(office.url, "keys", "backup", str(backup)).code == 0
    office.do("Forget", ADMIN, person=first, reason="F01")
    with office.store.database.transaction() as session:
        session.connection.execute("DELETE FROM doudi_keys.keys WHERE name NOT LIKE 'secret:%'")
    assert ask(office.url, "check").code == 1
    said = ask(office.url, "keys", "restore", str(backup))
    assert said.code == 0, said.err
    doudi = open_doudi(office.url)
    assert doudi.store.keyring.keys.key(first) is None
    assert doudi.store.persons_named(PERSONAL["other"]) == [second]
    doudi.close()
    assert ask(office.url, "check").code == 0


def test_a_batch_that_is_undone_leaves_no_key(office: TrialOffice) -> None:
    before = rows(office, keys=True)
    with pytest.raises(ZeroDivisionError), office.doudi.office.batch():
        _undone(office)
    assert rows(office, keys=True) == before
    personal(office)
    assert ask(office.url, "check").code == 0


def _undone(office: TrialOffice) -> None:
    office.enter(household(), on="2025-03-03")
    raise ZeroDivisionError


def test_a_real_office_names_its_master_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_of("postgres", tmp_path)
    monkeypatch.delenv("DOUDI_MASTER_KEY", raising=False)
    with pytest.raises(MasterMissing):
        begin(place())
    monkeypatch.setenv("DOUDI_MASTER_KEY", f"file:{tmp_path / 'master'}")
    url = place()
    begin(url).close()
    assert ask(url, "--as", ADMIN, "keys", "rotate").code == 0
    assert open_doudi(url).office.world.roster("00").appointments[0].name.text == ADMIN  # type: ignore[arg-type]
