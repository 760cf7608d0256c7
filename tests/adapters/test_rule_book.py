"""The rule book follows the rules, their examples and the catalogue; what doesn't is named."""

import shutil
from pathlib import Path

import jsonschema_rs
import msgspec
import orjson
import pytest

from adapters.docs.__main__ import main, stale, write
from adapters.docs.rules import pages
from domain.catalogue import CATALOGUE
from domain.explain import Exact, Explanation, Line

ROOT = Path(__file__).parents[2]


def test_an_amended_example_is_found_and_written(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/rules", tmp_path / "tests/rules")
    write(tmp_path)
    feature = tmp_path / "tests/rules/features/means.shares.feature"
    feature.write_text(feature.read_text(encoding="utf-8").replace("333.34", "334.34"), encoding="utf-8")
    (tmp_path / "docs/rules/means.gone.md").write_text("left over", encoding="utf-8")
    assert stale(tmp_path) == ["docs/rules/means.shares.md", "docs/rules/means.gone.md"]
    write(tmp_path)
    assert stale(tmp_path) == []
    assert "334.34" in (tmp_path / "docs/rules/means.shares.md").read_text(encoding="utf-8")


def test_wrong_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chek"]) == 2
    assert "usage" in capsys.readouterr().err


def test_every_parameter_stands_on_the_page() -> None:
    page = pages(ROOT)["docs/parameters.md"]
    assert [name for name in CATALOGUE if f"| `{name}` |" not in page] == []


def test_the_schema_takes_an_explanation_and_refuses_another_shape() -> None:
    schema = orjson.loads(pages(ROOT)["docs/explanation.schema.json"])
    validator = jsonschema_rs.validator_for(schema)
    line = Line(rule="means.amount.result", text="amount", section="amount", op="=", amount=Exact(0))
    good = Explanation(
        version=1, month="2025-05", anchor="2025-03-06", decided_on="2025-04-02", eligible=False,  # type: ignore[arg-type]
        grounds=("R01",), lines=(line,), facts=(), parameters=(), result=0,
    )  # fmt: skip
    written = orjson.loads(msgspec.json.encode(good))
    assert validator.is_valid(written)
    assert not validator.is_valid({**written, "result": 0.5})
