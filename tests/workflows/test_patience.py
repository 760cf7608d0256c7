"""A command that others always overtake is decided with the log held; it isn't sent away."""

from pathlib import Path
from typing import Any

import pytest

from adapters.bootstrap import open_doudi
from tests.harness import TrialOffice
from tests.workflows.stages import household
from workflows.office import PATIENT


def test_a_command_that_is_always_overtaken_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = TrialOffice(tmp_path)
    other = open_doudi(office.url)
    write, overtaken = office.store.write, 0

    def overtake(commit: Any) -> int:
        """Somebody else enters an application first, unless the log is held."""
        nonlocal overtaken
        if not office.store.database.session().exclusive:
            overtaken += 1
            line = {
                "id": f"other-{overtaken}",
                "type": "Enter",
                "actor": "window",
                "data": {**entered, "members": household(overtaken + 1)},
            }
            assert other.office.take(line).status == "done"
        return int(write(commit))

    entered = {
        "division": "110199001001",
        "area": "rural",
        "applicant": "m1",
        "near_relative": False,
        "on": "2025-03-03",
    }
    monkeypatch.setattr(office.doudi.store, "write", overtake)
    case = office.enter(household(), on="2025-03-03")
    assert overtaken == PATIENT
    assert office.case(case).number == case
    other.close()
