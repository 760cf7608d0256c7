from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import TrialOffice
from tests.whole import assert_whole


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TrialOffice]:
    """Every story ends with its cases told again: the same states, the same decisions, nothing broken."""
    office = TrialOffice(tmp_path)
    yield office
    assert_whole(office)
