import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import (
    BadId,
    DivisionCode,
    county_of,
    level_of,
    make_case_no,
    parent_of,
    parse_case_no,
    parse_division,
    within,
)

COUNTY = DivisionCode("110199")
SERIALS = st.integers(1, 999_999)
YEARS = st.integers(1990, 2100)


def test_a_case_number_has_its_parts_and_a_check() -> None:
    number = make_case_no(COUNTY, 2025, 42)
    assert number[:16] == "1101992025000042"
    assert len(number) == 17
    assert parse_case_no(number) == number


@given(YEARS, SERIALS)
def test_case_numbers_are_read_as_people_write_them(year: int, serial: int) -> None:
    number = make_case_no(COUNTY, year, serial)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    assert parse_case_no(wide) == parse_case_no(f" {number[:6]} {number[6:].lower()}\u00a0") == number


@given(YEARS, SERIALS, st.integers(0, 15), st.integers(1, 9))
def test_any_wrong_digit_is_found(year: int, serial: int, place: int, by: int) -> None:
    number = make_case_no(COUNTY, year, serial)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(BadId, match="case-no-check-digit"):
        parse_case_no(wrong)


@given(YEARS, SERIALS, st.integers(0, 14))
def test_any_exchange_of_neighbours_is_found(year: int, serial: int, place: int) -> None:
    number = make_case_no(COUNTY, year, serial)
    if number[place] == number[place + 1]:
        return
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    with pytest.raises(BadId, match="case-no-check-digit"):
        parse_case_no(wrong)


@pytest.mark.parametrize(
    "text", ["", "1101992025000042", "11019920250000420X", "X101992025000042X", "١" * 17]
)
def test_another_shape_is_no_case_number(text: str) -> None:
    with pytest.raises(BadId, match="case-no-shape"):
        parse_case_no(text)


@pytest.mark.parametrize(
    ("county", "year", "serial", "code"),
    [
        ("1101", 2025, 1, "case-no-county"),
        ("110199001", 2025, 1, "case-no-county"),
        ("110199", 25, 1, "case-no-year"),
        ("110199", 2025, 0, "case-no-serial"),
        ("110199", 2025, 1_000_000, "case-no-serial"),
    ],
)
def test_a_case_number_is_not_made_of_wrong_parts(county: str, year: int, serial: int, code: str) -> None:
    with pytest.raises(BadId, match=code):
        make_case_no(DivisionCode(county), year, serial)


@pytest.mark.parametrize(
    ("text", "code", "level"),
    [
        ("110000", "11", "province"),
        ("110100", "1101", "city"),
        ("110199", "110199", "county"),
        ("110199000000", "110199", "county"),
        ("110199001000", "110199001", "township"),
        ("110199001", "110199001", "township"),
        ("１１０１９９００１００２", "110199001002", "village"),
        ("441900", "441900", "county"),
        ("11", "11", "province"),
    ],
)
def test_a_division_is_kept_at_its_significant_length(text: str, code: str, level: str) -> None:
    assert parse_division(text) == code
    assert level_of(parse_division(text)) == level


@pytest.mark.parametrize("text", ["", "0", "11019", "1101990010020", "11O199", "011011"])
def test_a_malformed_division_is_refused(text: str) -> None:
    with pytest.raises(BadId) as refused:
        parse_division(text, "village")
    assert (refused.value.code, refused.value.field) == ("division-code", "village")


def test_divisions_know_what_lies_above() -> None:
    village = DivisionCode("110199001002")
    assert county_of(village) == COUNTY
    assert county_of(COUNTY) == COUNTY
    assert [parent_of(village), parent_of(COUNTY), parent_of(DivisionCode("11"))] == [
        "110199001",
        "1101",
        None,
    ]
    assert within(COUNTY, village)
    assert within(COUNTY, COUNTY)
    assert not within(village, COUNTY)
    assert not within(DivisionCode("110198"), village)
    with pytest.raises(BadId, match="division-above-county"):
        county_of(DivisionCode("1101"))
