from pathlib import Path

import pytest

from tests.harness import TrialOffice


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)
