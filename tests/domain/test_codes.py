import csv
from pathlib import Path

import pytest

from domain import codes
from domain.codes import (
    BadCode,
    check_code,
    code_list,
    income_kind,
    is_near_relative,
    known,
    label,
    list_names,
    needs_words,
)

FOLDER = Path(codes.__file__).parent
REASONS = {
    "refuse": ("R", 10),
    "not_accepted": ("N", 3),
    "ended": ("E", 6),
    "stop": ("S", 21),
    "reduce": ("D", 10),
    "increase": ("I", 8),
    "category": ("C", 27),
    "bank_return": ("K", 15),
}


@pytest.mark.parametrize("name", list_names())
def test_each_entry_is_whole_and_stands_once(name: str) -> None:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    entries = code_list(name)
    assert [row["code"] for row in rows] == list(entries)
    assert len({entry.zh for entry in entries.values()}) == len(rows)
    assert len({entry.en for entry in entries.values()}) == len(rows)
    assert all(entry.source in {"S", "T", "P", "M"} for entry in entries.values())
    assert all(value and value.strip() == value for row in rows for value in row.values())


@pytest.mark.parametrize(("name", "letter", "last"), [(n, c, k) for n, (c, k) in REASONS.items()])
def test_a_reason_list_is_numbered_and_has_its_99(name: str, letter: str, last: int) -> None:
    assert list(code_list(name)) == [f"{letter}{k:02d}" for k in (*range(1, last + 1), 99)]
    assert needs_words(name, f"{letter}99")
    assert not needs_words(name, f"{letter}01")


def test_an_unknown_code_is_kept_and_shown() -> None:
    assert not known("stop", "S77")
    assert label("stop", "S77") == label("stop", "S77", "en") == "S77"
    assert not needs_words("stop", "X99")


def test_labels_in_both_languages() -> None:
    assert label("stop", "S03") == "死亡"
    assert label("letter", "L13", "en") == "prior notice of a reduce or stop"


def test_an_unknown_list_is_refused() -> None:
    for name in ("nothing", "../codes/stop", ""):
        with pytest.raises(BadCode, match="code-list-unknown"):
            code_list(name)


def test_where_only_a_known_code_will_do() -> None:
    assert check_code("refuse", "R01", "reason") == "R01"
    with pytest.raises(BadCode) as refused:
        check_code("refuse", "R77", "reason")
    assert (refused.value.field, refused.value.params) == ("reason", {"list": "refuse"})


def test_near_relatives_by_blood_marriage_adoption_and_step() -> None:
    near = {code for code in code_list("kinship") if is_near_relative(code)}
    spans = [
        (10, 12),
        (20, 27),
        (29, 37),
        (39, 44),
        (50, 52),
        (57, 58),
        (60, 64),
        (70, 71),
        (73, 73),
        (75, 75),
    ]
    expected = {str(k) for first, last in [*spans, (77, 77), (79, 79)] for k in range(first, last + 1)}
    assert near == expected
    assert not is_near_relative("28")
    assert not is_near_relative("97")
    assert not is_near_relative("nobody")


def test_a_persons_kin_of_none_needs_no_words() -> None:
    assert not needs_words("kinship", "99")


def test_income_counts_by_its_kind() -> None:
    kinds = {code: income_kind(code) for code in code_list("income")}
    assert kinds["W1"] == "wage"
    assert kinds["B5"] == "business"
    assert kinds["P4"] == "property"
    assert kinds["T6"] == "transfer"
    assert kinds["M5"] == "minus"
    assert kinds["X5"] == "excluded"
    assert {code[0] for code, kind in kinds.items() if kind == "excluded"} == {"X"}
    with pytest.raises(BadCode):
        income_kind("Z1")
