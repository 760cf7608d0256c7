"""Where stores can stand in tests: an address for each database that is there."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests import postgres

Place = Callable[[], str]
"""A fresh address each time it is asked."""

STORES = ("sqlite", "postgres")


def available(kind: str) -> bool:
    return kind == "sqlite" or postgres.binary("initdb") is not None


def place_of(kind: str, folder: Path) -> Place:
    """Within a folder, or in databases named by it; skips the test that asks for a server where there is none."""
    numbers = count(1)
    if kind == "sqlite":
        return lambda: f"sqlite:///{folder}/store-{next(numbers)}.db"
    server, name = postgres.server(), postgres.name_of(folder)
    return lambda: server.database(f"{name}-{next(numbers)}")


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_of(request.param, tmp_path)
