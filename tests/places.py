"""Where stores can stand in tests: an address for each database that is there."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

Place = Callable[[], str]
"""A fresh address each time it is asked."""

STORES = ("sqlite",)


def available(kind: str) -> bool:
    return kind == "sqlite"


def place_of(kind: str, folder: Path) -> Place:
    numbers = count(1)
    assert kind == "sqlite"
    return lambda: f"sqlite:///{folder}/store-{next(numbers)}.db"


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_of(request.param, tmp_path)
