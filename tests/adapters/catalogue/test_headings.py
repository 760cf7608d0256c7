"""Every column that a table can show has its heading in each language."""

import pkgutil
from importlib import import_module

import pytest

import adapters.cli
from adapters.catalogue import LANGS, Catalogue, Lang
from adapters.papers import month
from adapters.report import t2
from adapters.store.codec import known_events
from domain.catalogue import CATALOGUE

MODULES = [
    *(import_module(f"adapters.cli.{one.name}") for one in pkgutil.iter_modules(adapters.cli.__path__)
      if one.name != "__main__"),
    month,
    t2,
]  # fmt: skip
NO_COLUMNS = {"NEXT", "CORE", "_PARTS", "COMMANDS", "PROBLEM_SHEET"}
TABLES = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if name.isupper() and name not in NO_COLUMNS and isinstance(value, tuple)
    if value
    and all(isinstance(one, str) and one.replace("_", "").isalnum() and one.islower() for one in value)
}


def test_tables_are_found() -> None:
    assert {
        "adapters.cli.register.COLUMNS",
        "adapters.papers.month.ROLL",
        "adapters.report.t2.COLUMNS",
    } <= set(TABLES)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", sorted(TABLES))
def test_each_column_has_a_heading(table: str, lang: Lang) -> None:
    catalogue = Catalogue(lang)
    assert [key for key in TABLES[table] if not catalogue.has(f"column.{key}")] == []


@pytest.mark.parametrize("lang", LANGS)
def test_each_unit_of_a_parameter_has_its_words(lang: Lang) -> None:
    units = {one for spec in CATALOGUE.values() for one in (spec.unit, *spec.units) if one}
    assert "yuan/month" in units
    assert [one for one in sorted(units) if not Catalogue(lang).has(f"value.unit.{one}")] == []


@pytest.mark.parametrize("lang", LANGS)
def test_each_decision_that_is_explained_has_its_name(lang: Lang) -> None:
    kinds = {kind.__name__ for kind in known_events() if "explanation" in kind.__struct_fields__}
    assert {"Confirmed", "TakenOver"} <= kinds
    assert [one for one in sorted(kinds) if not Catalogue(lang).has(f"decision.{one}")] == []
