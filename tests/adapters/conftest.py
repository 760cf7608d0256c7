"""Both databases for the tests of the store."""

from pathlib import Path

import pytest

from tests.adapters.trials import ON_POSTGRESQL
from tests.postgres import server


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `trials.url` makes stores: files in the folder, or databases that belong to it."""
    if request.param == "postgresql":
        (tmp_path / ON_POSTGRESQL).write_text(str(server().folder))
        monkeypatch.setenv("DOUDI_MASTER_KEY", f"file:{tmp_path}/master")
    return tmp_path
