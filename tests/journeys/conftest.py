from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.lives import Life


@pytest.fixture
def life(tmp_path: Path) -> Callable[[str], Life]:
    """A journey by its name, on a new office."""
    return lambda name: Life(tmp_path / name, name)
