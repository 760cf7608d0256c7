"""The examples of the rule book, one feature for each rule; officers may amend their tables."""

from pathlib import Path

from pytest_bdd import scenarios

from domain.means.rulebook import rules

HERE = Path(__file__).parent
scenarios("features")


def test_each_rule_has_its_examples() -> None:
    assert {path.stem for path in (HERE / "features").glob("*.feature")} == set(rules())
