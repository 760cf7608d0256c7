from pathlib import Path

import pytest

from tests.journeys.lives import Outside
from tests.places import place

__all__ = ["place"]

DOORS = ("do", "case")


@pytest.fixture
def office(tmp_path: Path) -> Outside:
    return Outside(tmp_path / "office")


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    """Each way a command comes in."""
    found: str = request.param
    return found
