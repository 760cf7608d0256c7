"""Who a person is on paper: resident number (GB 11643), name, and how each is masked wherever it is shown."""

import re
import unicodedata
from datetime import date
from typing import Literal, NewType, TypeAlias

from domain.errors import BadValue
from domain.ids import mod_11_2
from domain.text import BadText, check_text

ResidentNumber = NewType("ResidentNumber", str)
"""18 characters, half width, upper-case X, checked."""
Part: TypeAlias = Literal["length", "characters", "date", "check_digit"]
Sex: TypeAlias = Literal["1", "2"]
"""GB/T 2261.1: 1 male, 2 female."""

_NUMBER = re.compile(r"\d{17}[0-9X]", re.ASCII)
_FIRST_BIRTH = date(1900, 1, 1)
_LONGEST_NAME = 50


class BadNumber(BadValue):
    """A resident number that can't be one; `part` says which part of it fails."""

    def __init__(self, code: str, part: Part, field: str = "number") -> None:
        super().__init__(code, field, part=part)
        self.part: Part = part


def normalise_number(text: str) -> str:
    """Half width, upper case, without blanks of any kind: one person has one spelling. Checks nothing."""
    if text.isascii() and text.isalnum():
        return text.upper()
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf").upper()


def _birth(digits: str, field: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise BadNumber("number-date", "date", field) from None


def check_number(text: str, today: date, field: str = "number") -> ResidentNumber:
    """The number in its one spelling; raises `BadNumber` naming the part that fails.

    Born between 1900 and `today`. The address code is not looked up: people keep withdrawn codes for life.
    """
    number = normalise_number(text)
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise BadNumber("number-fifteen", "length", field)
    if len(number) != 18:
        raise BadNumber("number-length", "length", field)
    if not _NUMBER.fullmatch(number):
        raise BadNumber("number-characters", "characters", field)
    if not _FIRST_BIRTH <= _birth(number[6:14], field) <= today:
        raise BadNumber("number-date", "date", field)
    if mod_11_2(number[:17]) != number[17]:
        raise BadNumber("number-check-digit", "check_digit", field)
    return ResidentNumber(number)


def widen_15(text: str, field: str = "number") -> ResidentNumber:
    """A number of the first generation (15 digits, births of 1900–1999) as the 18 that replaced it."""
    number = normalise_number(text)
    if len(number) != 15:
        raise BadNumber("number-length", "length", field)
    if not (number.isascii() and number.isdigit()):
        raise BadNumber("number-characters", "characters", field)
    digits = f"{number[:6]}19{number[6:]}"
    _birth(digits[6:14], field)
    return ResidentNumber(digits + mod_11_2(digits))


def born(number: ResidentNumber) -> date:
    return _birth(number[6:14], "number")


def sex(number: ResidentNumber) -> Sex:
    return "1" if int(number[16]) % 2 else "2"


_DOTS = str.maketrans(dict.fromkeys("・•‧∙⋅．", "·"))
_HAN_GAP = re.compile(
    r"(?<=[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])\s+(?=[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)


def normalise_name(text: str, field: str = "name") -> str:
    """A name in one spelling: one middle dot `·`, NFC (never NFKC), no blanks between Chinese characters.

    Raises `BadText`: empty, longer than 50 code points, NUL, lone surrogates, control characters.
    """
    name = check_text(text.translate(_DOTS), field, longest=_LONGEST_NAME, lines=False)
    name = re.sub(r"\s*·\s*", "·", _HAN_GAP.sub("", re.sub(r"\s+", " ", name)))
    if not name:
        raise BadText("text-empty", field)
    return name


def _clusters(text: str) -> list[str]:
    """Characters as seen: a variation selector or accent belongs to the one before it."""
    seen: list[str] = []
    for character in text:
        if seen and unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf"):
            seen[-1] += character
        else:
            seen.append(character)
    return seen


def mask_name(name: str) -> str:
    """`张` as `*`, `张三` as `张*`, longer as first, stars, last: `欧**明`. At least one is always hidden."""
    seen = _clusters(name)
    if len(seen) <= 2:
        return "".join(seen[: len(seen) - 1]) + "*" if seen else ""
    return seen[0] + "*" * (len(seen) - 2) + seen[-1]


def _ends(text: str, head: int, tail: int) -> str:
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def mask_number(number: str) -> str:
    """`1101**********0004`; of 15 digits, or of what is no resident number, only the first four stay."""
    if _NUMBER.fullmatch(number):
        return _ends(number, 4, 4)
    return _ends(number, 4, 0) if len(number) >= 15 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """`138****5678`; of a shorter one only the last two stay, of less than seven none."""
    if len(phone) >= 11:
        return _ends(phone, 3, 4)
    return _ends(phone, 0, 2) if len(phone) >= 7 else "*" * len(phone)


def mask_account(account: str) -> str:
    """Only the last four characters stay, of less than twelve the last two, of less than eight none."""
    return _ends(account, 0, 4 if len(account) >= 12 else 2 if len(account) >= 8 else 0)


_DIVISIONS = re.compile(
    r"(?:[^\d\s]{2,8}?(?:省|自治区|特别行政区))?"
    r"(?:[^\d\s]{2,10}?(?:自治州|(?<!超)(?<!夜)市|州|盟|地区))?"
    r"(?:[^\d\s]{1,10}?(?:县|旗|(?<![小社园院校景厂库])区|(?<!超)(?<!夜)市))?"
    r"(?:[^\d\s]{1,10}?(?:街道|镇|乡))?"
)


def mask_address(address: str) -> str:
    """The divisions it begins with, down to the township, then `***` whatever the rest: 甲省乙县丙镇***."""
    if not address:
        return ""
    match = _DIVISIONS.match(address)
    return (match.group() if match else "") + "***"
