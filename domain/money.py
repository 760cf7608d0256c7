"""Money as whole fen (分), never a float; exact amounts between as `Fraction` of fen (rules.md §4)."""

import re
import unicodedata
from fractions import Fraction
from math import ceil, floor
from typing import Literal, TypeAlias

from domain.errors import BadValue

Fen: TypeAlias = int
Direction: TypeAlias = Literal["down", "up", "nearest"]

_YUAN = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?", re.ASCII)
_MOST_DIGITS = 13


class BadAmount(BadValue):
    """A text that is no amount of yuan with at most two decimals."""


def parse_yuan(text: str, *, signed: bool = False, field: str = "amount") -> Fen:
    """Fen of a text of yuan such as `1,234.5`, `680`, `６８０．５０`; exact, nothing guessed or rounded.

    A minus is taken only if `signed`. Raises `BadAmount`: empty, more than two decimals, a sign, no number.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    if not plain:
        raise BadAmount("amount-empty", field)
    match = _YUAN.fullmatch(plain)
    if match is None:
        decimals = re.fullmatch(r"-?[\d,]+\.\d{3,}", plain, re.ASCII)
        raise BadAmount("amount-decimals" if decimals else "amount-not-a-number", field)
    sign, whole, cents = match.groups()
    if sign and not signed:
        raise BadAmount("amount-negative", field)
    whole = whole.replace(",", "")
    if len(whole) > _MOST_DIGITS:
        raise BadAmount("amount-too-large", field)
    fen = int(whole) * 100 + int((cents or "").ljust(2, "0"))
    return -fen if sign else fen


def show_yuan(fen: Fen) -> str:
    """`123456` as `1,234.56`; `parse_yuan` reads it back."""
    yuan, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{cents:02d}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def _four_upper(number: int) -> str:
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if zero else "") + _DIGITS[digit] + _PLACES[place]
        zero = digit == 0 and bool(text)
    return text


def _whole_upper(yuan: int) -> str:
    text, gap = "", False
    for group in range(len(_GROUPS) - 1, -1, -1):
        four = yuan // 10 ** (4 * group) % 10000
        if not four:
            gap = bool(text)
            continue
        if text and (gap or four < 1000):
            text += "零"
        name = _GROUPS[group]
        if name == "万亿" and yuan // 10**8 % 10000:
            name = "万"
        text += _four_upper(four) + name
        gap = False
    return text


def rmb_upper(fen: Fen) -> str:
    """The amount in capital characters as banks want it: `壹仟零陆拾元伍角整`, fen without 整."""
    yuan, cents = divmod(abs(fen), 100)
    jiao, odd = divmod(cents, 10)
    if yuan >= 10**16:
        raise BadAmount("amount-too-large", "amount")
    text = _whole_upper(yuan) + "元" if yuan else ""
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif odd and yuan:
        text += "零"
    text += _DIGITS[odd] + "分" if odd else "整" if text else "零元整"
    return ("负" if fen < 0 else "") + text


def round_once(exact: Fraction, unit: Fen, direction: Direction) -> Fen:
    """An exact amount (in fen) to a multiple of `unit` fen; the one rounding of a calculation.

    `down` and `up` go along the number line, also below zero; `nearest` takes a half up.
    """
    if unit < 1:
        raise BadAmount("rounding-unit", "unit")
    steps = exact / unit
    if direction == "down":
        return floor(steps) * unit
    if direction == "up":
        return ceil(steps) * unit
    if direction == "nearest":
        return floor(steps + Fraction(1, 2)) * unit
    raise BadAmount("rounding-direction", "direction")
