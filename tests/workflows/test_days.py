"""A day told of lies at the latest on the act's own day."""

from typing import Any

import pytest

from tests.harness import TrialOffice
from tests.workflows.awards import plain


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("RecordDeath", {"member": "m1", "died": "2025-06-11", "source": "village"}, "died-later"),
        ("ReportChange", {"kind": "other", "happened": "2025-06-11"}, "happened-later"),
    ],
)
def test_both_days_are_named(office: TrialOffice, kind: str, data: dict[str, Any], code: str) -> None:
    case = plain(office)
    answer = office.say(kind, "window", case, on="2025-06-10", **data)
    assert [(one.code, dict(one.params)) for one in answer.reasons] == [
        (code, {"on": "2025-06-11", "today": "2025-06-10"})
    ]
    office.do(kind, "window", case, on="2025-06-11", **data)
