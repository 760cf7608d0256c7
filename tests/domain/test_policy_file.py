"""A policy file is taken whole or refused whole, with the field that is wrong."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadValue
from domain.ids import DivisionCode
from domain.policy import Policy
from domain.policy_file import read_policy

BASE = Path(__file__).parents[2] / "adapters/seed/policy/base.json"


def _file(**row: Any) -> dict[str, Any]:
    return {
        "programme": "dibao",
        "division": "110199",
        "since": "2025-01-01",
        "parameters": [{"name": "standard", "value": "600.00", **row}],
    }


def test_the_base_reads_and_holds() -> None:
    settings = read_policy(json.loads(BASE.read_text(encoding="utf-8")))
    county = DivisionCode("110199")
    policy = Policy(
        [each.parameter(f"policy:110199/dibao#{n}") for n, each in enumerate(settings, 1)],
        (county,),
        "dibao",
        "rural",
    )
    day = date(2025, 3, 1)
    assert policy.value("standard", day) == 60000
    assert policy.get("standard", day).unit == "yuan/month"
    assert policy.number("work_cost_cap", day) == 0
    assert policy.words("deposit_codes", day) == ("A1",)


def test_another_division_may_load_it() -> None:
    (only,) = read_policy(_file(), DivisionCode("120199"))
    assert only.division == "120199"


def test_a_standard_may_be_for_a_year_and_nothing_else() -> None:
    (only,) = read_policy(_file(unit="yuan/year"))
    assert only.unit == "yuan/year"


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ({"name": "standrd"}, "parameter-unknown", "parameters[0].name"),
        ({"unit": "yuan/day"}, "parameter-unit", "parameters[0].unit"),
        ({"area": "town"}, "parameter-area", "parameters[0].area"),
        ({"since": "2025-1-1"}, "day-not-a-day", "parameters[0].since"),
        ({"until": "2024-12-31"}, "parameter-span", "parameters[0].until"),
        ({"vaule": "1"}, "policy-field-unknown", "parameters[0].vaule"),
        ({"value": "1.234"}, "parameter-kind", "standard"),
        ({"value": 68050}, "amount-not-text", "standard"),
        ({"value": 680}, "amount-not-text", "standard"),
        ({"name": "uplift_C01", "value": 100}, "amount-not-text", "uplift_C01"),
    ],
)
def test_what_is_wrong_is_named(row: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(BadValue) as wrong:
        read_policy(_file(**row))
    assert (wrong.value.code, wrong.value.field) == (code, field)


def test_a_missing_value_is_not_an_end() -> None:
    document = _file()
    del document["parameters"][0]["value"]
    with pytest.raises(BadValue) as wrong:
        read_policy(document)
    assert wrong.value.code == "policy-field-missing"


@pytest.mark.parametrize("document", [[], {"parameters": {}}, {"parameters": [], "extra": 1}])
def test_another_shape_is_no_policy_file(document: Any) -> None:
    with pytest.raises(BadValue):
        read_policy(document)
