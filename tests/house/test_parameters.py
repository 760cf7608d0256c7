"""A parameter that can be set is read: one without effect would promise what nobody keeps."""

from pathlib import Path

from domain.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
BY_PART_OF_NAME = ("uplift_", "review_months_")
"""Read by a name made of this and a code."""


def test_every_parameter_is_read_somewhere() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("domain", "workflows")
        for pattern in ("*.py", "definitions/*.toml")
        for path in (ROOT / folder).rglob(pattern)
    ]
    text = "\n".join(sources)
    unread = [name for name in CATALOGUE if not name.startswith(BY_PART_OF_NAME) and f'"{name}"' not in text]
    assert unread == []
