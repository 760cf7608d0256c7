from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.office import LedgerOffice


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LedgerOffice]:
    """A county's office on 10 June 2025, its divisions known by name, and its command line."""
    made = LedgerOffice(tmp_path)
    yield made
    made.office.doudi.close()
