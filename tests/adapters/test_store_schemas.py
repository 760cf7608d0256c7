"""Both databases keep the same things under the same names."""

from pathlib import Path

import pytest

from adapters.keys.file import KeyFile
from adapters.store.sqlite import SQLiteDatabase
from tests.adapters.trials import trial
from tests.postgres import server

ONLY_POSTGRESQL = {"migrations": ["number", "at"], "log_end": ["position", "recorded_at"]}
"""SQLite notes its schema's version and its last position itself."""
KEYS_ONLY_POSTGRESQL = {"changes": ["number"]}


@pytest.fixture(scope="module")
def in_postgresql(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    folder = tmp_path_factory.mktemp("schemas")
    (folder / "on-postgresql").write_text(str(server().folder))
    found: dict[str, dict[str, list[str]]] = {"doudi": {}, "doudi_keys": {}}
    rows = trial(folder).database.connection.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE table_schema IN ('doudi', 'doudi_keys') ORDER BY ordinal_position"
    )
    for schema, table, column in rows:
        found[schema].setdefault(table, []).append(column)
    return found


def test_the_log_and_what_stands_beside_it(
    tmp_path: Path, in_postgresql: dict[str, dict[str, list[str]]]
) -> None:
    database = SQLiteDatabase(tmp_path / "store.db")
    database.migrate()
    run = database.connection.execute
    names = [name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table'")]
    here = {
        name: [row[1] for row in run(f"PRAGMA table_info({name})")]
        for name in names
        if not name.startswith("sqlite_")
    }
    assert {**here, **ONLY_POSTGRESQL} == in_postgresql["doudi"]


def test_the_keys(tmp_path: Path, in_postgresql: dict[str, dict[str, list[str]]]) -> None:
    with KeyFile(tmp_path / "keys").changing() as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        here = {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in names}
    assert {**here, **KEYS_ONLY_POSTGRESQL} == in_postgresql["doudi_keys"]
