"""The national file: all divisions of a day, and 5,276 changes from 1980 on."""

from collections import Counter

from adapters.seed.divisions.national import as_of, changes, changes_of, national, national_within
from domain.ids import DivisionCode, level_of


def test_every_division_down_to_townships_is_there() -> None:
    levels = Counter(level_of(code) for code in national())
    assert levels["province"] == 34
    assert levels["county"] > 2_840
    assert levels["township"] > 38_000
    assert levels["village"] == 0
    assert as_of().isoformat() == "2026-09-11"


def test_changes_are_counted_as_the_source_counts_them() -> None:
    kinds = Counter(one.kind for one in changes())
    assert len(changes()) == 5_276
    assert (kinds["同名改码"], kinds["码位改派"], kinds["撤县设区"]) == (2_221, 623, 153)


def test_a_county_comes_with_what_lies_above_and_below() -> None:
    rows = national_within(DivisionCode("130102"))
    assert [(one.code, one.name, one.parent) for one in rows[:3]] == [
        ("13", "河北省", None),
        ("1301", "石家庄市", "13"),
        ("130102", "长安区", "1301"),
    ]
    assert all(one.parent == "130102" for one in rows[3:])
    assert ("130102001", "建北街道") in [(one.code, one.name) for one in rows]


def test_a_code_knows_where_it_came_from_and_what_took_its_place() -> None:
    assert [(one.year, one.old_code, one.new_code) for one in changes_of("370284")] == [
        (1995, "379016", "370284"),
        (2012, "370284", "370211"),
    ]
    assert changes_of("999999") == ()
