from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import BadAmount, Fen, parse_yuan, rmb_upper, round_once, show_yuan

FEN = st.integers(-(10**15) + 1, 10**15 - 1)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("680", 68_000),
        ("680.5", 68_050),
        ("680.05", 68_005),
        ("1,234.56", 123_456),
        ("１，２３４．５６", 123_456),
        (" 0.01\u00a0", 1),
        ("0", 0),
        ("007", 700),
    ],
)
def test_reads_yuan_exactly(text: str, fen: Fen) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount-empty"),
        (" \u3000", "amount-empty"),
        ("1.234", "amount-decimals"),
        ("640.030", "amount-decimals"),
        ("-1", "amount-negative"),
        ("+1", "amount-not-a-number"),
        ("NaN", "amount-not-a-number"),
        ("Infinity", "amount-not-a-number"),
        ("1e3", "amount-not-a-number"),
        ("1.10101E+17", "amount-not-a-number"),
        ("12,34", "amount-not-a-number"),
        ("1.", "amount-not-a-number"),
        (".5", "amount-not-a-number"),
        ("1 000", "amount-not-a-number"),
        ("٣", "amount-not-a-number"),
        ("一百", "amount-not-a-number"),
        ("9" * 14, "amount-too-large"),
    ],
)
def test_refuses_what_is_no_amount(text: str, code: str) -> None:
    with pytest.raises(BadAmount) as refused:
        parse_yuan(text, field="income")
    assert (refused.value.code, refused.value.field) == (code, "income")


def test_takes_a_minus_only_if_asked() -> None:
    assert parse_yuan("-1.50", signed=True) == -150
    assert parse_yuan("−1.50", signed=True) == -150
    with pytest.raises(BadAmount, match="amount-not-a-number"):
        parse_yuan("--1", signed=True)


@given(FEN)
def test_shown_yuan_are_read_back(fen: Fen) -> None:
    assert parse_yuan(show_yuan(fen), signed=True) == fen


def test_shows_thousands_and_two_decimals() -> None:
    assert [show_yuan(f) for f in (123_456, 0, -5, 100)] == ["1,234.56", "0.00", "-0.05", "1.00"]


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (1_050, "壹拾元伍角整"),
        (100_650, "壹仟零陆元伍角整"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (10_005_000, "壹拾万零伍拾元整"),
        (100_000_000, "壹佰万元整"),
        (10_000_000_000, "壹亿元整"),
        (1_010_100_000_000, "壹佰零壹亿零壹佰万元整"),
        (1_000_010_001, "壹仟万零壹佰元零壹分"),
        (-150, "负壹元伍角整"),
    ],
)
def test_capital_amounts(fen: Fen, text: str) -> None:
    assert rmb_upper(fen) == text


def _read_upper(text: str) -> Fen:
    """An independent reader of capital amounts: every unit multiplies what stands before it."""
    digits = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = 0
    sign = -1 if text.startswith("负") else 1
    for c in text.removeprefix("负").removesuffix("整"):
        if c in digits:
            digit = digits[c]
        elif c in units:
            section, digit = section + digit * units[c], 0
        elif c == "万":
            high, total = divmod(total, 10**12)
            total, section, digit = (high * 10**12) + (total + section + digit) * 10**4, 0, 0
        elif c == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif c == "元":
            total, section, digit = (total + section + digit) * 100, 0, 0
        elif c == "角":
            total, digit = total + digit * 10, 0
        elif c == "分":
            total, digit = total + digit, 0
    return sign * total


@given(st.integers(-(10**13) + 1, 10**13 - 1))
def test_capital_amounts_say_the_same_sum(fen: Fen) -> None:
    text = rmb_upper(fen)
    assert "零零" not in text
    assert text.endswith(("分", "整"))
    parts = text.removeprefix("负").split("亿")
    low = _read_upper(parts[-1])
    high = _read_upper(parts[0] + "元") * 10**8 if len(parts) == 2 else 0
    assert (high + low) * (-1 if fen < 0 else 1) == fen


def test_rounds_once_in_each_direction() -> None:
    exact = Fraction(90_170)
    assert round_once(exact, 100, "down") == 90_100
    assert round_once(exact, 100, "up") == 90_200
    assert round_once(Fraction(90_150), 100, "nearest") == 90_200
    assert round_once(Fraction(90_149), 100, "nearest") == 90_100
    assert round_once(Fraction(200, 3), 1, "down") == 66
    assert round_once(Fraction(-1, 2), 1, "down") == -1


@given(st.fractions(-(10**6), 10**6, max_denominator=997), st.sampled_from([1, 10, 100, 1000]))
def test_rounding_brackets_the_exact_amount(exact: Fraction, unit: Fen) -> None:
    down, up = round_once(exact, unit, "down"), round_once(exact, unit, "up")
    assert down <= exact <= up
    assert up - down in (0, unit)
    assert round_once(exact, unit, "nearest") in (down, up)
    assert abs(round_once(exact, unit, "nearest") - exact) * 2 <= unit


def test_refuses_a_unit_of_nothing() -> None:
    with pytest.raises(BadAmount, match="rounding-unit"):
        round_once(Fraction(1), 0, "down")
