"""Keys beside a store: killed between two files, backed up, restored, nothing personal outside (PR-3, EN-39)."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfile
from typing import Any

import orjson
import pytest

from adapters.bootstrap import begin, open_doudi
from adapters.keys.errors import KeyMissing, KeysExist, KeysForeign, KeysLost, MasterMissing, MasterWrong
from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.store.access_log import AccessLog
from domain.ids import CaseNo
from tests.adapters.told import ask
from tests.harness import TrialOffice, number
from tests.house.files import ROOT
from tests.workflows.stages import confirmed, household
from workflows.world import case_stream, person_stream

ADMIN = "admin"
PERSONAL = {
    "name": "欧阳无名",
    "other": "买买提·无名",
    "number": number("1985-03-04", 555),
    "phone": "13912345678",
    "address": "甲省乙县丙镇丁村99号",
    "account": "6217001234567890123",
    "words": "长期卧床无法行走",
}


def members(serial: int = 1) -> list[dict[str, str]]:
    found = household(serial)
    found[0] |= {"name": PERSONAL["name"], "number": PERSONAL["number"]}
    found[1] |= {"name": PERSONAL["other"]}
    return found


def personal(office: TrialOffice) -> str:
    """A case with something of each kind in it."""
    contact = {key: PERSONAL[key] for key in ("address", "phone", "account")}
    case = office.enter(members(), on="2025-03-03", **contact)
    office.do("Withdraw", "window", case, on="2025-03-04", reason=PERSONAL["words"])
    return case


def texts(office: TrialOffice) -> list[str]:
    return [*PERSONAL.values(), *(member["number"] for member in household())]


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


# nothing personal outside


def test_a_dump_shows_no_personal_datum_pr3(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    personal(office)
    confirmed(office, serial=7)
    office.doudi.projector.catch_up()
    assert {"office.sqlite", "office.sqlite-wal", "office.sqlite.keys"} <= {
        p.name for p in tmp_path.iterdir()
    }
    for closed in (False, True):
        if closed:
            office.doudi.close()
        dump = files(tmp_path)
        assert "王芳".encode() not in dump
        for text in texts(office):
            assert text.encode() not in dump, text
            assert text.encode("ascii", "backslashreplace") not in dump, text
            assert text[-12:].encode() not in dump, text


def test_refused_commands_tell_nothing_personal_pr3(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    personal(office)
    url = office.url
    office.doudi.close()
    wrong = {**members()[0], "number": PERSONAL["number"][:-1] + "?"}
    entries: list[dict[str, Any]] = [
        {"members": [wrong]},
        {"members": [{**members()[0], "name": PERSONAL["words"] + "\x00"}]},
        {"members": [{**members()[0], PERSONAL["name"]: 1}]},
        {"members": [members()[0], {**members()[0], "key": "m2"}]},
        {"members": [{**members()[0], "name": PERSONAL["other"]}]},
        {"members": PERSONAL["number"]},
        {"members": [members()[0]], "account": {"text": PERSONAL["account"]}},
    ]
    lines = tmp_path / "lines.jsonl"
    with lines.open("wb") as file:
        for place, entry in enumerate(entries):
            data = {"division": "110199001001", "area": "rural", "applicant": "m1", "near_relative": False}
            line = {"id": f"w{place}", "type": "Enter", "actor": "window", "data": {**data, **entry}}
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        file.write(f'{{"id": "{PERSONAL["number"]}", "type": "{PERSONAL["name"]}"\n'.encode())
    for lang in ("zh", "en"):
        said = ask(url, "do", str(lines), lang=lang)
        assert said.code == 1
        assert said.out.count('"refused"') == len(entries) + 1
        shown = said.out + said.err
        for text in (*PERSONAL.values(), wrong["number"]):
            assert text not in shown, text
    lines.unlink()
    store = open_doudi(url).store
    noted = [str(entry) for entry in AccessLog(store.database).entries()]
    assert noted
    assert not [text for text in texts(office) if any(text in entry for entry in noted)]
    store.close()
    dump = files(tmp_path)
    assert not [text for text in texts(office) if text.encode() in dump]


def test_events_hold_no_hash_of_a_number(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    personal(office)
    keyring: SealedKeyring = office.store.keyring
    office.doudi.close()
    log = (tmp_path / "office.sqlite").read_bytes()
    for hashed in (keyring.index(PERSONAL["number"]), keyring.index_name(PERSONAL["name"])):
        assert hashed not in log
        assert hashed.hex().encode() not in log
        assert hashed in (tmp_path / "office.sqlite.keys").read_bytes()


# forgetting


class Undone(Exception):
    pass


@contextmanager
def undone(office: TrialOffice) -> Iterator[None]:
    """A batch that fails at its end."""
    with suppress(Undone), office.doudi.office.batch():
        yield
        raise Undone


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All read tables as they stand in the file."""
    doudi = open_doudi(url)
    doudi.projector.catch_up()
    run = doudi.store.database.connection.execute
    names = [
        name for (name,) in run("SELECT name FROM sqlite_master WHERE name GLOB 'read_*' AND type = 'table'")
    ]
    found = {name: run(f'SELECT * FROM "{name}"').fetchall() for name in names}
    doudi.close()
    return found


def test_one_of_two_is_forgotten_and_nothing_else_changes_en39(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = confirmed(office)
    office.doudi.projector.catch_up()
    first, second, _ = (member.person for member in office.case(case).members.values())
    log = office.store.database.connection.execute("SELECT * FROM events ORDER BY position").fetchall()
    before = rows(office.url)
    shown = {
        what: ask(office.url, "--format", "csv", *what.split()).out
        for what in (
            "stats --division 110199 --month 2025-05",
            f"case explain {case}",
            f"case replay {case}",
        )
    }
    assert all(shown.values())

    office.do("Forget", ADMIN, person=first, reason="F03")
    after_log = office.store.database.connection.execute("SELECT * FROM events ORDER BY position").fetchall()
    assert after_log[:-1] == log
    assert rows(office.url) == before
    for what, said in shown.items():
        again = ask(office.url, "--format", "csv", *what.split()).out
        assert again == said.replace("王*", "(forgotten)"), what
        assert (again == said) is not what.startswith("case replay")

    for projection in office.doudi.projector.status():
        office.doudi.projector.rebuild(projection.name)
    assert rows(office.url) == before
    assert ask(office.url, "check").code == 0
    assert ask(office.url, "projections", "verify").code == 0
    entered = office.events(case)[0]
    assert [one.name.forgotten for one in entered.members] == [True, False, False]  # type: ignore[attr-defined]
    assert "(forgotten)" in ask(office.url, "case", "show", case).out
    assert "（已遗忘）" in ask(office.url, "case", "show", case, lang="zh").out
    assert office.case(case).members["m2"].person == second  # type: ignore[index]


def test_a_restored_backup_does_not_revive_the_forgotten_en39(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = personal(office)
    first, second, _ = (member.person for member in office.case(case).members.values())
    backup = tmp_path / "keys.backup"
    assert ask(office.url, "keys", "backup", str(backup)).code == 0
    assert ask(office.url, "keys", "backup", str(backup)).code == 1
    office.do("Forget", ADMIN, person=first, reason="F01")
    later = office.enter(household(3), on="2025-03-05")
    office.doudi.close()

    def opened() -> list[str | None]:
        doudi = open_doudi(office.url)
        entered: Any = doudi.store.load(case_stream(CaseNo(case)))[0].event
        found = [one.name.opened() for one in entered.members]
        bound = doudi.store.person_of(PERSONAL["number"])
        doudi.close()
        assert bound is None
        return found

    assert opened() == [None, PERSONAL["other"], "李红"]
    keys = tmp_path / "office.sqlite.keys"
    copyfile(backup, keys)
    assert opened() == [None, PERSONAL["other"], "李红"]
    keys.unlink()
    said = ask(office.url, "keys", "status")
    assert (said.code, "keys restore" in said.err) == (1, True)
    assert ask(office.url, "keys", "restore", str(backup)).code == 0
    assert opened() == [None, PERSONAL["other"], "李红"]
    assert second in ask(office.url, "persons", "--name", PERSONAL["other"]).out
    held = KeyFile(keys)
    assert held.key(first) is None
    assert first not in str(held.bound())
    held.close()
    missing = ask(office.url, "--format", "json", "check")
    codes = {one["code"] for one in missing.json["findings"]}
    assert codes == {"check.key-missing"}
    unopened = open_doudi(office.url).office.world.case(CaseNo(later))
    assert unopened
    with pytest.raises(KeyMissing):
        unopened.members["m1"].name.opened()  # type: ignore[index]


def test_the_index_is_built_anew_by_unsealing(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    personal(office)
    before = office.store.keyring.keys.bound()
    assert len(before[0]) == len(before[1]) == 3
    backup = tmp_path / "keys.backup"
    ask(office.url, "keys", "backup", str(backup))
    office.store.keyring.keys.index_anew((), ())
    assert office.store.person_of(PERSONAL["number"]) is None
    said = ask(office.url, "keys", "restore", str(backup))
    assert "3 numbers, 3 names" in said.out
    assert office.store.keyring.keys.bound() == before
    assert ask(office.url, "check").code == 0


# killed between the two files

KILLED = """
import sys
from tests.faults.hooks import Armed, hooked
from adapters.bootstrap import open_doudi
from tests.adapters.test_keys_store import line
point, nth, url, kind, *rest = sys.argv[1:]
doudi = open_doudi(url)
with hooked(Armed(point=point, how="kill", nth=int(nth))):
    print(doudi.office.take(line(kind, *rest)))
"""


def line(kind: str, name: str = "", *data: str) -> dict[str, Any]:
    if kind == "Forget":
        return {"id": name, "type": kind, "actor": ADMIN, "data": {"person": data[0], "reason": "F01"}}
    entry = {"division": "110199001001", "area": "rural", "applicant": "m1", "near_relative": False}
    return {"id": name, "type": "Enter", "actor": "window", "data": {**entry, "members": members()}}


def killed(point: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, point, "1", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, (done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("point", "written"),
    [
        ("write.bound", False),
        ("keys.kept", False),
        ("transaction.before-commit", False),
        ("transaction.committed", True),
    ],
)
def test_index_and_log_agree_after_a_death_anywhere(tmp_path: Path, point: str, written: bool) -> None:
    office = TrialOffice(tmp_path)
    head = office.store.head()
    office.doudi.close()
    killed(point, office.url, "Enter", "e1")
    doudi = open_doudi(office.url)
    assert (doudi.store.head() > head) is written
    assert (doudi.store.person_of(PERSONAL["number"]) is not None) is written
    assert len(doudi.store.persons_named(PERSONAL["name"])) == int(written)
    assert ask(office.url, "check").code == 0
    other = doudi.office.take(line("Enter", "e2"))
    assert (other.status, [one.code for one in other.reasons]) == (
        ("refused", ["already-applying"]) if written else ("done", [])
    )
    again = doudi.office.take(line("Enter", "e1"))
    assert again.status == ("done" if written else "refused")
    person = doudi.store.person_of(PERSONAL["number"])
    assert person
    assert doudi.office.world.person(person).number.text == PERSONAL["number"]  # type: ignore[union-attr]
    assert ask(office.url, "check").code == 0
    doudi.close()


@pytest.mark.parametrize(
    ("point", "forgotten"),
    [
        ("transaction.before-commit", False),
        ("forget.told", True),
        ("forget.dropped", True),
        ("transaction.committed", True),
    ],
)
def test_who_the_log_says_is_forgotten_is_after_a_death_anywhere(
    tmp_path: Path, point: str, forgotten: bool
) -> None:
    office = TrialOffice(tmp_path)
    case = personal(office)
    first = office.case(case).members["m1"].person  # type: ignore[index]
    office.doudi.close()
    killed(point, office.url, "Forget", "f1", first)
    doudi = open_doudi(office.url)
    told = doudi.store.load(person_stream(first))[-1].event
    assert (type(told).__name__ == "PersonForgotten") is forgotten
    assert (doudi.store.keyring.keys.key(first) is None) is forgotten
    assert (doudi.store.person_of(PERSONAL["number"]) is None) is forgotten
    assert ask(office.url, "check").code == 0
    assert doudi.office.take(line("Forget", "f1", first)).status == "done"
    assert doudi.store.keyring.keys.key(first) is None
    doudi.close()


def test_a_forgetting_that_is_undone_drops_nothing(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = personal(office)
    first = office.case(case).members["m1"].person  # type: ignore[index]
    with undone(office):
        office.do("Forget", ADMIN, person=first, reason="F01")
    assert office.store.keyring.keys.key(first)
    with office.doudi.office.batch():
        office.do("Forget", ADMIN, person=first, reason="F01")
        assert office.store.keyring.keys.key(first)
    assert office.store.keyring.keys.key(first) is None


def test_a_batch_that_is_undone_leaves_no_value_without_its_key(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    with undone(office):
        office.enter(members(), on="2025-03-03")
    assert office.store.person_of(PERSONAL["number"]) is None
    case = office.enter(members(), on="2025-03-03")
    office.doudi.close()
    assert open_doudi(office.url).office.world.case(CaseNo(case)).members["m1"].name.text == PERSONAL["name"]  # type: ignore[union-attr,index]
    assert ask(office.url, "check").code == 0


# real stores


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    monkeypatch.delenv("DOUDI_MASTER_KEY", raising=False)

    def make() -> str:
        url = f"sqlite:///{tmp_path / 'real.sqlite'}"
        begin(url).close()
        return url

    return make


def test_a_real_store_makes_its_master_key_and_needs_it(real: Callable[[], str], tmp_path: Path) -> None:
    url = real()
    master = tmp_path / "real.sqlite.master"
    assert open_doudi(url).office.world.roster("00").appointments[0].name.text == ADMIN  # type: ignore[arg-type]
    key = master.read_bytes()
    master.unlink()
    with pytest.raises(MasterMissing):
        open_doudi(url)
    master.write_text("A" * 43 + "=\n")
    with pytest.raises(MasterWrong):
        open_doudi(url)
    master.write_bytes(key)
    said = ask(url, "--as", ADMIN, "--format", "json", "keys", "status")
    assert said.json["rows"][0]["master_at"] == f"file:{master}"
    assert said.json["rows"][0]["keys"] == 1


def test_the_master_key_is_rotated_to_another_place(
    real: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, elsewhere = real(), tmp_path / "safe" / "master"
    backup = tmp_path / "old.keys"
    ask(url, "--as", ADMIN, "keys", "backup", str(backup))
    said = ask(url, "--as", ADMIN, "keys", "rotate", "--to", f"file:{elsewhere}")
    assert said.code == 0, said.err
    assert ask(url, "--as", ADMIN, "keys", "status").code == 1
    monkeypatch.setenv("DOUDI_MASTER_KEY", f"file:{elsewhere}")
    assert ask(url, "--as", ADMIN, "keys", "status").code == 0
    assert ask(url, "--as", ADMIN, "keys", "rotate").code == 0
    (tmp_path / "real.sqlite.keys").unlink()
    refused = ask(url, "--as", ADMIN, "keys", "restore", str(backup))
    assert (refused.code, "--master" in refused.err) == (1, True)
    old = f"file:{tmp_path / 'real.sqlite.master'}"
    assert ask(url, "--as", ADMIN, "keys", "restore", str(backup), "--master", old).code == 0
    assert open_doudi(url).office.world.roster("00").appointments[0].name.text == ADMIN  # type: ignore[arg-type]


def test_keys_of_another_store_are_refused(real: Callable[[], str], tmp_path: Path) -> None:
    url = real()
    other = tmp_path / "other" / "real.sqlite"
    begin(f"sqlite:///{other}").close()
    (tmp_path / "real.sqlite").rename(tmp_path / "gone")
    with pytest.raises(KeysExist):
        begin(url)
    (tmp_path / "gone").rename(tmp_path / "real.sqlite")
    copyfile(f"{other}.keys", tmp_path / "real.sqlite.keys")
    with pytest.raises(KeysForeign):
        open_doudi(url)
    said = ask(url, "--as", ADMIN, "keys", "restore", f"{other}.keys")
    assert said.code == 1
    (tmp_path / "real.sqlite.keys").unlink()
    with pytest.raises(KeysLost):
        open_doudi(url)


def test_two_real_stores_seal_the_same_differently(tmp_path: Path) -> None:
    sealed = set()
    for name in ("one", "two"):
        doudi = begin(f"sqlite:///{tmp_path / name}.sqlite")
        appointed: Any = doudi.store.page(0, 2)[1].event
        assert appointed.name.text == ADMIN
        sealed.add(appointed.name.sealed)
        doudi.close()
    assert len(sealed) == 2


def test_what_is_read_or_kept_in_memory_is_sealed_until_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = TrialOffice(tmp_path)
    case = confirmed(office)
    kept = office.doudi.office.world.case(CaseNo(case))
    assert kept
    assert all(member.name.sealed for member in kept.members.values())
    assert "王" not in repr(kept)
    office.doudi.close()

    def opened(*given: object) -> str:
        raise AssertionError("opened")

    monkeypatch.setattr(SealedKeyring, "open", opened)
    doudi = open_doudi(office.url)
    assert len(list(doudi.store.all())) == doudi.store.head()
    doudi.projector.catch_up()
    for projection in doudi.projector.status():
        doudi.projector.rebuild(projection.name)
        assert doudi.projector.verify(projection.name) == []
    with pytest.raises(AssertionError, match="opened"):
        str(doudi.office.world.case(CaseNo(case)).members["m1"].name)  # type: ignore[union-attr,index]
    doudi.close()
