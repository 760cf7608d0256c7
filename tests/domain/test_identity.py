from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.identity import (
    BadNumber,
    ResidentNumber,
    born,
    check_number,
    mask_account,
    mask_address,
    mask_name,
    mask_number,
    mask_phone,
    normalise_name,
    normalise_number,
    sex,
    widen_15,
)
from domain.text import BadText, check_text

TODAY = date(2026, 1, 31)
BIRTHS = st.dates(date(1900, 1, 1), TODAY)


def _number(address: int, birth: date, serial: int) -> str:
    digits = f"{address:06d}{birth:%Y%m%d}{serial:03d}"
    total = sum(
        int(d) * w for d, w in zip(digits, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    return digits + "10X98765432"[total % 11]


@pytest.mark.parametrize(
    "text",
    [
        "11010119850402000X",
        "11010119850402000x",
        "１１０１０１１９８５０４０２０００Ｘ",
        "１１０１０１１９８５０４０２０００ｘ",
        "11010119850402000X\u00a0",
        " 110101 19850402 000X\u3000",
        "\ufeff11010119850402000X\u200b",
    ],
)
def test_in1_one_person_has_one_spelling(text: str) -> None:
    assert check_number(text, TODAY) == "11010119850402000X"


def _part(text: str) -> str:
    with pytest.raises(BadNumber) as refused:
        check_number(text, TODAY)
    assert not text or text not in str(refused.value)
    return refused.value.part


def test_in1_the_part_that_fails_is_named() -> None:
    assert _part("110101198504020000") == "check_digit"
    assert _part("1101011985040200") == "length"
    assert _part("") == "length"
    assert _part("1.10101E+17") == "length"
    assert _part("1101011985O402000X") == "characters"
    assert _part("X10101198504020000") == "characters"
    assert _part("110101198502300001") == "date"
    assert _part("110101189912310001") == "date"
    assert _part("110101202602010001") == "date"


def test_rg3_a_withdrawn_address_code_passes() -> None:
    assert check_number("37028419500315000X", TODAY) == "37028419500315000X"


def test_ie1_distinct_numbers_stay_distinct() -> None:
    for text in ("110199195507180019", "110199195507180027", "110199202505060016", "110199202505060024"):
        assert check_number(text, TODAY) == text


@given(st.integers(100_000, 999_999), BIRTHS, st.integers(0, 999))
def test_every_well_made_number_passes_and_tells_birth_and_sex(
    address: int, birth: date, serial: int
) -> None:
    number = check_number(_number(address, birth, serial), TODAY)
    assert born(number) == birth
    assert sex(number) == ("1" if serial % 2 else "2")


@given(BIRTHS, st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_character_is_refused(birth: date, serial: int, place: int, other: str) -> None:
    number = _number(110199, birth, serial)
    assume(number[place] != other)
    with pytest.raises(BadNumber):
        check_number(number[:place] + other + number[place + 1 :], TODAY)


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digits_are_refused_and_can_be_widened(birth: date, serial: int) -> None:
    whole = _number(110101, birth, serial)
    short = whole[:6] + whole[8:17]
    with pytest.raises(BadNumber, match="number-fifteen") as refused:
        check_number(short, TODAY)
    assert refused.value.part == "length"
    assert refused.value.remedy == "number-fifteen.remedy"
    assert widen_15(short) == whole


def test_nothing_else_is_widened() -> None:
    for text, part in (
        ("11010185040200", "length"),
        ("11010185O402000", "characters"),
        ("110101850230000", "date"),
    ):
        with pytest.raises(BadNumber) as refused:
            widen_15(text)
        assert refused.value.part == part


def test_normalising_alone_checks_nothing() -> None:
    assert normalise_number(" ａb\u00a01 ") == "AB1"


def test_masks_are_the_same_everywhere() -> None:
    assert mask_number("110101195507160004") == "1101**********0004"
    assert mask_number("11010119850402000X") == "1101**********000X"
    assert mask_phone("13812345678") == "138****5678"
    assert mask_account("6222020200112233445") == "***************3445"
    assert [mask_name(n) for n in ("张", "张三", "王小明", "欧阳小明")] == ["*", "张*", "王*明", "欧**明"]


@given(st.text("0123456789", min_size=15, max_size=15))
def test_of_fifteen_digits_none_of_the_last_nine_is_shown(number: str) -> None:
    assert mask_number(number)[6:] == "*" * 9


@given(BIRTHS, st.integers(0, 999), st.integers(0, 17))
def test_a_mistyped_number_shows_no_more_than_a_right_one(birth: date, serial: int, lost: int) -> None:
    number = _number(110199, birth, serial)
    mistyped = number[:lost] + number[lost + 1 :]
    assert set(mask_number(mistyped)[4:]) == {"*"}
    assert set(mask_number(number + "0")[4:]) == {"*"}


NAMES = st.text(st.characters(codec="utf-8", categories=["Lo", "Lu", "Ll", "Mn"]), min_size=1, max_size=12)


@given(NAMES)
def test_every_name_hides_a_character(name: str) -> None:
    masked = mask_name(name)
    assert "*" in masked
    assert masked != name
    assert mask_name(name) == masked


def test_a_variant_of_one_character_is_one_character() -> None:
    assert mask_name("葛\U000e0100") == "*"
    assert mask_name("𠅤三") == "𠅤*"


@given(st.text("0123456789", max_size=19))
def test_accounts_and_phones_show_a_small_end_only(text: str) -> None:
    assert len(mask_account(text).replace("*", "")) <= 4
    if text:
        assert mask_account(text).count("*") * 2 >= len(text)
    assert len(mask_phone(text).replace("*", "")) <= 7
    assert len(mask_phone(text)) == len(mask_account(text)) == len(text)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("甲省乙市丙县丁镇幸福村3组12号", "甲省乙市丙县丁镇***"),
        ("云南省昆明市五华区黑林铺街道平安社区3号", "云南省昆明市五华区黑林铺街道***"),
        ("试点区青石镇上河村8号", "试点区青石镇***"),
        ("幸福小区3号楼2单元", "***"),
        ("平安路12号", "***"),
        ("某某超市对面", "***"),
        ("", ""),
    ],
)
def test_an_address_ends_at_its_township(address: str, masked: str) -> None:
    assert mask_address(address) == masked


def test_names_have_one_dot_and_no_gaps() -> None:
    for dot in "・•‧∙⋅．·":
        assert normalise_name(f"阿卜杜拉{dot}买买提") == "阿卜杜拉·买买提"
    assert normalise_name(" 张\u3000三 ") == "张三"
    assert normalise_name("John  Smith") == "John Smith"
    assert normalise_name("e\u0301") == "é"
    assert normalise_name("ＡＢ") == "ＡＢ"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "text-empty"),
        ("  ", "text-empty"),
        ("张\x00三", "text-control"),
        ("张\ud800", "text-surrogate"),
        ("张\n三", "text-control"),
        ("张\u202e三", "text-control"),
        ("张" * 51, "text-too-long"),
    ],
)
def test_no_office_could_have_meant_such_a_name(name: str, code: str) -> None:
    with pytest.raises(BadText) as refused:
        normalise_name(name)
    assert (refused.value.code, refused.value.field) == (code, "name")


@given(NAMES)
def test_a_name_in_its_spelling_stays(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(once) == once


def test_free_text_keeps_its_lines() -> None:
    assert check_text("  甲\r\n乙\t丙 ", "note") == "甲\n乙\t丙"
    assert check_text("", "note") == ""
    with pytest.raises(BadText) as refused:
        check_text("甲" * 11, "note", longest=10)
    assert refused.value.params == {"longest": 10, "length": 11}


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_free_text_is_stored_as_it_can_be_read(text: str) -> None:
    try:
        clean = check_text(text, "note")
    except BadText:
        return
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert "\x00" not in clean
    assert check_text(clean, "note") == clean


def test_a_birth_today_is_a_birth() -> None:
    number = _number(110199, TODAY, 1)
    assert check_number(number, TODAY) == ResidentNumber(number)
    with pytest.raises(BadNumber, match="number-date"):
        check_number(number, TODAY - timedelta(1))
