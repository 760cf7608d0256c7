"""`doudi check`: a whole store says so; each kind of damage is found and named, with nothing personal in it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest

from adapters.bootstrap import open_doudi
from adapters.check import check
from tests.adapters.told import Said, ask
from tests.harness import TrialOffice
from tests.workflows import stages

Damage = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one case, its projections brought to the head."""
    folder = tmp_path_factory.mktemp("whole")
    office = TrialOffice(folder)
    stages.confirmed(office)
    office.doudi.projector.catch_up()
    office.doudi.close()
    return folder / "office.sqlite"


@pytest.fixture
def damaged(store: Path, tmp_path: Path) -> Callable[[Damage], Said]:
    def damage(by: Damage) -> Said:
        path = tmp_path / "damaged.sqlite"
        for ending in ("", ".keys"):
            copyfile(f"{store}{ending}", f"{path}{ending}")
        connection = sqlite3.connect(path)
        connection.execute("ATTACH ? AS keys", (f"{path}.keys",))
        with connection:
            by(connection)
        connection.close()
        return ask(f"sqlite:///{path}", "--format", "json", "check")

    return damage


def run(*statements: str) -> Damage:
    def execute(connection: sqlite3.Connection) -> None:
        for statement in statements:
            assert connection.execute(statement).rowcount, statement

    return execute


def codes(said: Said) -> list[str]:
    assert said.code == 1
    assert said.json["whole"] is False
    return [one["code"] for one in said.json["findings"]]


def test_a_whole_store_says_what_was_looked_at(store: Path) -> None:
    said = ask(f"sqlite:///{store}", "--format", "json", "check")
    assert said.code == 0
    assert (said.json["whole"], said.json["findings"]) == (True, [])
    counts = {row["looked_at"]: row["count"] for row in said.json["rows"]}
    connection = sqlite3.connect(store)

    def count(what: str) -> int:
        found: int = connection.execute(f"SELECT count({what}").fetchone()[0]
        return found

    events = count("*) FROM events")
    assert counts == {
        "events": events,
        "streams": count("DISTINCT stream) FROM events"),
        "recorded": events,
        "payloads": events,
        "commands": count("*) FROM commands"),
        "persons": 3,
        "numbers": 3,
        "keys": 23,
        "projections": count("*) FROM projections"),
        "months": 0,
        "files": 1,
    }
    connection.close()


def test_as_a_table_it_ends_with_words(store: Path) -> None:
    said = ask(f"sqlite:///{store}", "check")
    assert said.code == 0
    assert "log and projections are whole" in said.err


DAMAGE = (
    ("check.position-gap", "DELETE FROM events WHERE position = 40"),
    (
        "check.version-gap",
        "UPDATE events SET version = 99 WHERE position = (SELECT max(position) FROM events)",
    ),
    ("check.recorded-back", "UPDATE events SET recorded_at = 1 WHERE position = 60"),
    ("check.unreadable", "UPDATE events SET payload = '{}' WHERE type = 'Posted'"),
    ("check.unreadable", "UPDATE events SET type = 'Nothing' WHERE type = 'Posted'"),
    ("check.unreadable", "UPDATE events SET type_version = 9 WHERE type = 'Posted'"),
    (
        "check.misfit",
        """UPDATE events SET type = 'Lapsed', payload = '{"on":"2025-05-06"}' WHERE type = 'PersonRegistered'""",
    ),
    ("check.command-missing", "DELETE FROM commands WHERE first = 40 OR last = 60"),
    ("check.command-span", "UPDATE commands SET last = last - 1 WHERE last > first"),
    ("check.command-span", "UPDATE commands SET first = NULL, last = NULL WHERE last = 60"),
    (
        "check.number-other",
        "UPDATE keys.numbers SET person = 'p' WHERE hash = (SELECT min(hash) FROM keys.numbers)",
    ),
    ("check.number-unbound", "DELETE FROM keys.numbers WHERE hash = (SELECT min(hash) FROM keys.numbers)"),
    ("check.number-surplus", "INSERT INTO keys.numbers VALUES (x'00', 'p-other', 'init')"),
    ("check.key-missing", "DELETE FROM keys.keys WHERE name = 'admin'"),
    ("check.row", "UPDATE read_worklist_due SET desk = 'window'"),
    ("check.row", "DELETE FROM read_worklist_due"),
    (
        "check.row",
        "INSERT INTO read_worklist_case SELECT 'other', division, area, handed_to FROM read_worklist_case LIMIT 1",
    ),
    ("check.projection", "UPDATE projections SET stream = 'case:other' WHERE name = 'worklist'"),
)


@pytest.mark.parametrize(("expected", "damage"), DAMAGE, ids=[what for what, _ in DAMAGE])
def test_damage_is_found(damaged: Callable[[Damage], Said], expected: str, damage: str) -> None:
    said = damaged(run(damage))
    assert expected in codes(said)
    assert not [text for text in ("王芳", "李明", "198503040100") if text in said.out + said.err]


def test_a_finding_names_where_it_is(damaged: Callable[[Damage], Said]) -> None:
    said = damaged(run("UPDATE read_worklist_due SET desk = 'window'"))
    (found,) = said.json["findings"]
    assert (found["projection"], found["table"], found["how"]) == ("worklist", "worklist_due", "other")
    assert "projection worklist: " in said.err


def test_a_projection_behind_the_log_is_no_damage(damaged: Callable[[Damage], Said]) -> None:
    back = (
        "UPDATE projections SET position = 0, stream = '', stream_version = 0 WHERE name = 'persons'",
        "DELETE FROM read_persons_person",
        "DELETE FROM read_persons_claim",
    )
    assert damaged(run(*back)).code == 0


def test_a_file_that_no_backup_would_be_made_of_is_found(damaged: Callable[[Damage], Said]) -> None:
    """An index that says other than its table: every row reads well."""

    def crooked(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(recorded_at)', '(version)')"
            " WHERE name = 'events_recorded_at'"
        )
        assert connection.execute("SELECT changes()").fetchone()[0]

    said = damaged(crooked)
    assert codes(said) == ["check.file-damaged"]


def test_every_kind_at_once_is_all_found(damaged: Callable[[Damage], Said]) -> None:
    said = damaged(
        run(
            "UPDATE events SET recorded_at = 1 WHERE position = 60",
            "INSERT INTO keys.numbers VALUES (x'00', 'p-other', 'init')",
            "UPDATE commands SET last = last - 1 WHERE last = 60",
        )
    )
    assert sorted(codes(said)) == ["check.command-span", "check.number-surplus", "check.recorded-back"]


def test_it_tells_how_far_it_is(store: Path) -> None:
    doudi = open_doudi(f"sqlite:///{store}")
    told: list[int] = []
    assert not any(one.findings for one in check(doudi.store, doudi.projector, told.append))
    assert told == sorted(told)
    doudi.close()


# projections


def test_projections_status_rebuild_verify(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.sqlite"
    for ending in ("", ".keys"):
        copyfile(f"{store}{ending}", f"{path}{ending}")
    url = f"sqlite:///{path}"
    status = ask(url, "--format", "json", "projections", "status").json
    assert {"register", "statistics", "worklist", "timeline"} <= {row["projection"] for row in status["rows"]}
    assert {(row["position"], row["behind"]) for row in status["rows"]} == {(status["position"], 0)}
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("DELETE FROM read_worklist_due")
    connection.close()
    assert ask(url, "projections", "verify", "timeline").code == 0
    said = ask(url, "projections", "verify")
    assert said.code == 1
    assert "worklist_due" in said.err
    rebuilt = ask(url, "--format", "json", "projections", "rebuild", "worklist").json
    assert [(row["projection"], row["position"]) for row in rebuilt["rows"]] == [
        ("worklist", status["position"])
    ]
    assert rebuilt["rows"][0]["differences"] > 0
    assert ask(url, "projections", "verify").code == 0
    everything = ask(url, "--format", "json", "projections", "rebuild").json["rows"]
    assert [row["projection"] for row in everything] == [row["projection"] for row in status["rows"]]


def test_an_unknown_projection_is_refused(store: Path) -> None:
    said = ask(f"sqlite:///{store}", "projections", "rebuild", "nothing")
    assert said.code == 1
    assert "no projection called nothing" in said.err
