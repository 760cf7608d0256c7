import json
from pathlib import Path

import jsonschema_rs
import pytest

from adapters.docs.__main__ import ROOT, stale, write
from adapters.docs.commands import schema_of_commands
from adapters.docs.lives import page
from workflows.definition import shipped


def test_generated_pages_follow_what_they_are_made_from() -> None:
    assert stale(ROOT) == []


def test_a_page_that_was_amended_by_hand_is_found_and_written_anew(tmp_path: Path) -> None:
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    write(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "docs/commands.md").write_text("by hand", encoding="utf-8")
    (tmp_path / "docs/life-cycles/gone@1.md").write_text("for nothing", encoding="utf-8")
    assert sorted(stale(tmp_path)) == ["docs/commands.md", "docs/life-cycles/gone@1.md"]


@pytest.mark.parametrize("definition", shipped().values(), ids=lambda one: one.id)
def test_a_life_cycle_page_names_each_state_with_owner_and_deadlines(definition) -> None:  # type: ignore[no-untyped-def]
    text = page(definition)
    for state in definition.states:
        assert f"| `{state.name}` | {state.zh} |" in text
        assert all(f"**{deadline.name}**" in text for deadline in state.deadlines)


def test_the_schema_takes_a_true_line_and_refuses_a_wrong_one() -> None:
    schema = jsonschema_rs.validator_for(json.loads(json.dumps(schema_of_commands())))
    line = {"id": "1", "type": "SayMissing", "actor": "w", "case": "x", "data": {"items": ["户口本"]}}
    assert schema.is_valid(line)
    assert not schema.is_valid({**line, "data": {"items": []}})
    assert not schema.is_valid({**line, "type": "Saymissing"})
