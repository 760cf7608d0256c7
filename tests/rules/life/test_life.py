"""The examples of the life cycle's rules, and that each rule, guard, command and due day has its page."""

import re
from pathlib import Path

import pytest
from pytest_bdd import scenarios

from domain.catalogue import CATALOGUE
from workflows.definition import OLD_LAW, predicates, shipped
from workflows.rulebook import book, deadlines, rules, transitions

HERE = Path(__file__).parent
scenarios(".")


def test_each_rule_has_an_example_that_is_done_and_one_that_is_refused() -> None:
    files = {path.stem: path.read_text(encoding="utf-8") for path in HERE.glob("*.feature")}
    assert set(files) == set(rules())
    few = [name for name, text in files.items() if len(re.findall(r"^\s*场景", text, re.M)) < 2]
    assert few == []
    assert [name for name, text in files.items() if "被拒绝" not in text] == []


def _of_definitions() -> dict[str, set[str]]:
    ways = [way for one in shipped().values() for way in one.transitions]
    spans = [due.span for one in shipped().values() for state in one.states for due in state.deadlines]
    return {
        "guards": {name for way in ways for name in (*way.needs, *predicates((way,)))},
        "commands": {way.trigger for way in ways},
        "due_days": {span[1:] for span in spans if span.startswith("@")},
    }


@pytest.mark.parametrize("kind", ["guards", "commands", "due_days"])
def test_whatever_a_definition_names_stands_on_one_page_or_has_its_reason(kind: str) -> None:
    named = [name for one in (*rules().values(), *book().elsewhere) for name in getattr(one, kind)]
    assert sorted(named) == sorted(set(named))
    assert set(named) == _of_definitions()[kind]


def test_the_span_of_each_limit_is_a_parameter_of_some_rule_and_none_is_unknown() -> None:
    named = {name for rule in rules().values() for name in rule.parameters}
    assert named <= set(CATALOGUE)
    spans = {due.span for one in shipped().values() for state in one.states for due in state.deadlines}
    assert {span for span in spans if not span.startswith("@")} - named == {"lead_days"}


def test_what_carries_a_rule_out_is_found_in_the_definitions() -> None:
    publicity = rules()["life.publicity"]
    assert {way.trigger for _, way in transitions(publicity)} >= {
        "Post",
        "TakeDown",
        "Confirm",
        "ConfirmOpinion",
    }
    found = {(one.id, state.name, due.name) for one, state, due in deadlines(publicity)}
    assert ("application@1", "posted", "take_down") in found
    assert ("application@220", "county_posted", "take_down") in found
    old = [one.law for one, _ in transitions(rules()["life.old_cycle"])]
    assert set(old) == {OLD_LAW}
