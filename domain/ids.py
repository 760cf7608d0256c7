"""Names of things: typed text, so that one kind is never taken for another. None holds anything personal."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NewType, TypeAlias

from domain.errors import BadValue

PersonRef = NewType("PersonRef", str)
"""A random reference of a person."""
CaseNo = NewType("CaseNo", str)
"""Number of a case: unique in the nation, never changed; nothing is read from it."""
HouseholdRef = NewType("HouseholdRef", str)
StaffId = NewType("StaffId", str)
CommandId = NewType("CommandId", str)
DivisionCode = NewType("DivisionCode", str)
"""GB/T 2260 and GB/T 10114, what is significant: 2, 4, 6 (county), 9 (township) or 12 (village) digits."""
FactKey = NewType("FactKey", str)
InstanceId = NewType("InstanceId", str)
"""An instance of a life cycle within its case."""
MemberKey = NewType("MemberKey", str)
"""`m1`, `m2` …: a member's short key within its case."""
StreamId = NewType("StreamId", str)
LogId = NewType("LogId", str)

Level: TypeAlias = Literal["province", "city", "county", "township", "village"]

_LEVELS: dict[int, Level] = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
_CITIES_WITHOUT_COUNTIES = frozenset({"441900", "442000", "460400", "620200"})
_CASE_NO = re.compile(r"\d{16}[0-9X]", re.ASCII)


class BadId(BadValue):
    """A text that is no identifier of its kind."""


def mod_11_2(digits: str) -> str:
    """Check character of ISO 7064 MOD 11-2 (0–9 or X) for a text of digits."""
    remainder = 0
    for digit in digits:
        remainder = (remainder + int(digit)) * 2 % 11
    return "0123456789X"[(12 - remainder) % 11]


def make_case_no(county: DivisionCode, year: int, serial: int) -> CaseNo:
    """County of entry (6 digits), year (4), serial (6) and a check character: 17 characters.

    The check is MOD 11-2, the one of identity numbers: one character that finds every single wrong digit and
    every two neighbours exchanged; MOD 97 would find more but costs a second character.
    """
    if level_of(county) != "county":
        raise BadId("case-no-county", "county")
    if not 1900 <= year <= 9999:
        raise BadId("case-no-year", "year", year=year)
    if not 1 <= serial <= 999_999:
        raise BadId("case-no-serial", "serial", serial=serial)
    digits = f"{county}{year:04d}{serial:06d}"
    return CaseNo(digits + mod_11_2(digits))


@lru_cache(maxsize=16_384)
def parse_case_no(text: str, field: str = "case") -> CaseNo:
    """A case number as somebody wrote it (full width, spaces, small x); raises `BadId`."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not _CASE_NO.fullmatch(plain):
        raise BadId("case-no-shape", field)
    if mod_11_2(plain[:16]) != plain[16]:
        raise BadId("case-no-check-digit", field)
    return CaseNo(plain)


def parse_division(text: str, field: str = "division") -> DivisionCode:
    """A division's code; one filled up with zeros (`110199000000`, `110000`) is cut to what is significant.

    An unknown code is well formed or not, never looked up. Raises `BadId`.
    """
    code = "".join(unicodedata.normalize("NFKC", text).split())
    if not re.fullmatch(r"[1-9]\d*", code, re.ASCII) or len(code) not in _LEVELS:
        raise BadId("division-code", field)
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    if len(code) == 6 and code.endswith("00") and code not in _CITIES_WITHOUT_COUNTIES:
        code = code[:4]
    if len(code) == 4 and code.endswith("00"):
        code = code[:2]
    return DivisionCode(code)


def level_of(code: DivisionCode) -> Level:
    """Level by the code's length; raises `BadId`."""
    level = _LEVELS.get(len(code))
    if level is None or not (code.isascii() and code.isdigit()):
        raise BadId("division-code", "division")
    return level


def parent_of(code: DivisionCode) -> DivisionCode | None:
    """The division above, None above a province."""
    shorter = {12: 9, 9: 6, 6: 4, 4: 2}.get(len(code))
    return DivisionCode(code[:shorter]) if shorter else None


def county_of(code: DivisionCode) -> DivisionCode:
    """The county a division lies in (itself if it is one); raises `BadId` for a city or province."""
    if level_of(code) in ("province", "city"):
        raise BadId("division-above-county", "division")
    return DivisionCode(code[:6])


def within(outer: DivisionCode, inner: DivisionCode) -> bool:
    """Whether `inner` is `outer` or lies below it, by their codes."""
    return inner.startswith(outer)
