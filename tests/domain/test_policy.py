"""Parameters: who is nearest, what holds on a day, what stops, and what a value may be."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import CATALOGUE
from domain.ids import DivisionCode
from domain.policy import (
    BadParameter,
    Parameter,
    Policy,
    PolicyGap,
    check_value,
    parse_value,
    show_value,
)

COUNTY, CITY, PROVINCE = DivisionCode("110199"), DivisionCode("1101"), DivisionCode("11")
CHAIN = (COUNTY, CITY, PROVINCE)
DAY = date(2025, 5, 1)


def made(name: str, value: Any, **fields: Any) -> Parameter:
    return Parameter(
        **{
            "ref": "policy:110199/dibao#1",
            "name": name,
            "value": value,
            "unit": CATALOGUE[name].unit,
            "since": date(2025, 1, 1),
            "division": COUNTY,
            "programme": "dibao",
            **fields,
        }
    )


def policy(*parameters: Parameter, area: Any = "rural") -> Policy:
    return Policy(parameters, CHAIN, "dibao", area)


def test_nearest_division_wins() -> None:
    own = made("standard", 60000)
    above = made("standard", 70000, division=PROVINCE, since=date(2025, 4, 1))
    assert policy(own, above).value("standard", DAY) == 60000
    assert policy(above).value("standard", DAY) == 70000
    assert policy(made("standard", 70000, division=DivisionCode("12")), above).value("standard", DAY) == 70000


def test_the_areas_own_goes_before_the_general_one() -> None:
    general = made("standard", 60000, since=date(2025, 4, 1))
    rural = made("standard", 50000, area="rural")
    assert policy(general, rural).value("standard", DAY) == 50000
    assert policy(general, rural, area="urban").value("standard", DAY) == 60000


def test_the_programmes_own_goes_before_that_for_all() -> None:
    everyone = made("tell_days", 5, programme="*", since=date(2025, 4, 1))
    assert policy(made("tell_days", 4), everyone).value("tell_days", DAY) == 4
    assert policy(made("tell_days", 4, programme="tekun"), everyone).value("tell_days", DAY) == 5


def test_same_first_day_is_a_correction_a_later_one_a_change() -> None:
    first, correction = made("standard", 60000), made("standard", 68000, ref="policy:110199/dibao#2")
    later = made("standard", 72000, since=date(2025, 7, 1))
    held = policy(later, first, correction)
    assert held.get("standard", DAY).ref == "policy:110199/dibao#2"
    assert held.value("standard", date(2025, 7, 1)) == 72000
    assert held.value("standard", date(2025, 6, 30)) == 68000


def test_E11_a_gap_stops_and_names_both_sides() -> None:
    held = policy(
        made("standard", 60000, until=date(2025, 12, 31)), made("standard", 65000, since=date(2026, 4, 1))
    )
    with pytest.raises(PolicyGap) as stopped:
        held.get("standard", date(2026, 2, 1))
    gap = stopped.value
    assert (gap.name, gap.day, gap.ended, gap.next) == (
        "standard",
        date(2026, 2, 1),
        date(2025, 12, 31),
        date(2026, 4, 1),
    )


def test_a_null_value_ends_and_gives_way_to_what_lies_above() -> None:
    ended = made("standard", None, since=date(2025, 3, 1))
    with pytest.raises(PolicyGap) as stopped:
        policy(made("standard", 60000), ended).get("standard", DAY)
    assert stopped.value.ended == date(2025, 2, 28)
    above = made("standard", 55000, division=CITY)
    assert policy(made("standard", 60000), ended, above).value("standard", DAY) == 55000


def test_an_ended_value_is_never_used_again() -> None:
    older = made("tell_days", 9, since=date(2020, 1, 1))
    short = made("tell_days", 8, since=date(2025, 1, 1), until=date(2025, 3, 31))
    assert policy(older, short).get("tell_days", DAY).ref == "default"


def test_defaults_hold_with_their_spans() -> None:
    held = policy()
    assert held.value("whole_days", DAY) == 30
    assert held.get("whole_days", DAY).ref == "default"
    assert held.flag("basic_pension_excluded", date(2025, 12, 31))
    assert not held.flag("basic_pension_excluded", date(2026, 1, 1))
    assert not held.flag("basic_pension_excluded", date(2020, 12, 31))


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(BadParameter) as wrong:
        policy().get("standrd", DAY)
    assert wrong.value.code == "parameter-unknown"


def test_only_the_standard_has_no_default() -> None:
    assert [name for name, spec in CATALOGUE.items() if not spec.defaults] == ["standard"]


def test_every_default_is_of_its_kind_and_reads_back() -> None:
    for name, spec in CATALOGUE.items():
        for span in spec.defaults:
            check_value(name, span.value)
            assert parse_value(name, show_value(name, span.value)) == span.value, name


@given(st.sampled_from(sorted(CATALOGUE)), st.data())
def test_what_is_shown_reads_back(name: str, data: st.DataObject) -> None:
    spec = CATALOGUE[name]
    values: dict[str, st.SearchStrategy[Any]] = {
        "money": st.integers(0, 10**8),
        "number": st.integers(spec.least, 120),
        "flag": st.booleans(),
        "choice": st.sampled_from(spec.choices or ("",)),
        "ratio": st.sampled_from(["1", "1.5", "2.25"]),
        "share": st.sampled_from(["0", "20%", "104.00"]),
        "words": st.lists(st.sampled_from(spec.choices or ("X1", "C04", "tekun")), unique=True).map(tuple),
        "table": st.sampled_from([(), ("wheat 520.00",), ("300.00 400.00", "600.00 200.00")]),
    }
    value = data.draw(values[spec.kind])
    assert parse_value(name, show_value(name, value)) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("standard", "six hundred"),
        ("standard", "-1.00"),
        ("standard", "600.001"),
        ("whole_days", "thirty"),
        ("whole_days", 0),
        ("whole_days", 1.5),
        ("whole_days", True),
        ("whole_days", 3661),
        ("review_campaign_months", "13"),
        ("review_months_A", 121),
        ("standard", "1000000.01"),
        ("township_decides", "yes"),
        ("gap_or_tier", "both"),
        ("near_threshold", "0"),
        ("near_threshold", "1/0"),
        ("uplift_C01", "20 %%"),
        ("uplift_C01", "2000%"),
        ("tiers", ["300.00"]),
        ("tiers", ["300.00 x"]),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadParameter) as wrong:
        parse_value(name, value)
    assert (wrong.value.code, wrong.value.field) == ("parameter-kind", name)
