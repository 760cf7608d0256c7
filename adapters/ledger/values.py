"""Values that a spreadsheet or a hand has ruined: repaired where that is certain, refused where it is not.

Each function takes a cell and gives the value with the code of the repair ("" where it was whole). Raises `BadValue`
with a code of the catalogue; the value itself never stands in it.
"""

import re
import unicodedata
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from adapters.ledger.cells import Cell, Numeric, shown
from adapters.ledger.fields import Unit
from domain.days import Month, add_month, month_of, parse_month
from domain.errors import BadValue
from domain.identity import (
    BadNumber,
    ResidentNumber,
    check_number,
    normalise_name,
    normalise_number,
    widen_15,
)
from domain.money import Fen, parse_yuan
from domain.text import check_text

MOST_A_PERSON = 500_000
"""Fen a month: more for one person is an amount of another unit."""
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?E\+?\d+", re.IGNORECASE)
_MASKED = re.compile(r"[*×xX]{2,}|[*﹡※]")
QUOTES = "'`‘’＇"
MOST_STANDARD = 250_000
"""Fen a month: no standard is higher, and one by year of which nobody says so would be."""
_EARLIEST = "1950-01"
"""No aid is older: an earlier first month is a slip, or a number read as a day's serial."""
_RARE = {
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE831: 0x215D7,
    0xE832: 0x9FB8,
    0xE83B: 0x2298F,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE855: 0x241FE,
    0xE864: 0x9FBB,
}
"""Characters of GB18030 that had no place of their own in Unicode once, and where they are since."""
_DAMAGED = re.compile("[?？□■◇◆\ufffd\ue000-\uf8ff]")
_NOT_OF_NAME = re.compile(r"[()（）\[\]【】{}<>《》/\\、，,;；:：=+#!！&|\"“”]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_SERIAL_MOST = 60_000


class BadCell(BadValue):
    """A cell that can't be taken as it is."""


def plain(cell: Cell) -> str:
    """A cell's text: half width, blanks of every kind as one, nothing around it."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.isascii() and cell.isalnum():
        return cell
    return cell.text if isinstance(cell, Numeric) else _plain(cell if isinstance(cell, str) else shown(cell))


@lru_cache(maxsize=65_536)
def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u200b", "").split())


_NOTHING = frozenset(("", "-", "--", "—", "无", "/", "\\"))


def given(cell: Cell) -> bool:
    return cell is not None and plain(cell) not in _NOTHING


def identity(cell: Cell, today: date) -> tuple[ResidentNumber, str]:
    """A resident number. Of a numeric cell only fifteen digits are whole: eighteen have lost the last three."""
    if isinstance(cell, Numeric):
        if cell.whole and len(cell.text) == 15:
            return _widened(cell.text), "numeric-fifteen"
        raise BadCell("ledger-number-numeric", "id")
    text = shown(cell).strip().strip(QUOTES)
    number = normalise_number(text)
    if _SCIENTIFIC.fullmatch(number):
        raise BadCell("ledger-number-scientific", "id")
    if "*" in number or "×" in number:
        raise BadCell("ledger-masked", "id")
    if len(number) == 15 and number.isdigit() and number.isascii():
        return _widened(number), "fifteen"
    found = check_number(number, today, "id")
    return found, "" if found == shown(cell) else "spelling"


def _widened(text: str) -> ResidentNumber:
    try:
        return widen_15(text, "id")
    except BadNumber as error:
        raise BadCell(error.code, "id") from None


def name(cell: Cell) -> tuple[str, str]:
    if isinstance(cell, Numeric | date):
        raise BadCell("ledger-name-not-text", "name")
    found = normalise_name(shown(cell).strip().strip(QUOTES).translate(_RARE), "name")
    if _MASKED.search(found):
        raise BadCell("ledger-masked", "name")
    if _DAMAGED.search(found):
        raise BadCell("ledger-name-damaged", "name")
    if re.search(r"\d", found) or _NOT_OF_NAME.search(found):
        raise BadCell("ledger-name-not-text", "name")
    return found, "" if found == shown(cell) else "spelling"


def account(cell: Cell) -> tuple[str, str]:
    """An account is told digit by digit: a numeric cell may have lost its first and its last."""
    if isinstance(cell, Numeric):
        raise BadCell("ledger-account-numeric", "account")
    text = plain(cell).replace(" ", "").replace("-", "").strip(QUOTES)
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("ledger-account-scientific", "account")
    if _MASKED.search(text):
        raise BadCell("ledger-masked", "account")
    if not re.fullmatch(r"[0-9A-Za-z]{6,32}", text):
        raise BadCell("ledger-account-shape", "account")
    return text, "" if text == shown(cell) else "spelling"


def phone(cell: Cell) -> tuple[str, str]:
    """A numeric cell holds a mobile's eleven digits or a local number whole; an area code has lost its 0."""
    text = plain(cell)
    if isinstance(cell, Numeric):
        if cell.whole and (_MOBILE.fullmatch(text) or len(text) in (7, 8)):
            return text, "numeric-phone"
        raise BadCell("ledger-phone-numeric", "phone")
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("ledger-phone-numeric", "phone")
    if not re.fullmatch(r"[0-9+()\-/、,; ]{5,60}", text):
        raise BadCell("ledger-phone-shape", "phone")
    return text, "" if text == shown(cell) else "spelling"


def words(cell: Cell, field: str, longest: int = 500) -> str:
    return check_text(shown(cell), field, longest=longest)


def yuan(cell: Cell, unit: Unit) -> tuple[Fen, str]:
    """Fen a month. Of an amount by year or quarter that doesn't divide to the fen nothing is guessed."""
    if isinstance(cell, date | bool):
        raise BadCell("ledger-amount-shape", "amount")
    fen, text = _fen(plain(cell), unit)
    repair = "unit" if unit != _MONTHLY else "" if text == shown(cell) else "spelling"
    return fen, repair


_MONTHLY = Unit()


@lru_cache(maxsize=16_384)
def _fen(said: str, unit: Unit) -> tuple[Fen, str]:
    """Fen a month, and the digits it was read from."""
    if not unit.months:
        raise BadCell("ledger-amount-period", "amount")
    text = re.sub(r"[¥￥元整]|/月|/户|人民币", "", said).replace(" ", "")
    if unit.yuan == 1:
        exact = Fraction(parse_yuan(text, field="amount"), 100)
    else:
        exact = _decimal(text)
    fen = unit.fen(exact)
    if fen.denominator != 1:
        raise BadCell("ledger-amount-uneven", "amount", months=unit.months)
    return int(fen), text


def _decimal(text: str) -> Fraction:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,8})?", text):
        raise BadCell("amount-not-a-number", "amount")
    return Fraction(text)


def count(cell: Cell) -> int:
    text = re.sub(r"[人口名个]", "", plain(cell))
    if not re.fullmatch(r"\d{1,3}(\.0+)?", text):
        raise BadCell("ledger-count-shape", "count")
    return int(text.partition(".")[0])


def day(cell: Cell, from_1904: bool, number: ResidentNumber | None = None) -> tuple[date, str]:
    """A day of birth: a day, a serial of the book's epoch, or text. Two digits of a year only by the number."""
    if isinstance(cell, date):
        return cell, ""
    text = plain(cell)
    if isinstance(cell, Numeric):
        if not cell.whole:
            raise BadCell("ledger-day-shape", "born")
        if len(text) != 8:
            return serial(int(text), from_1904), "serial"
    parts = re.fullmatch(r"(\d{4}|\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0{1,2}:00(:00)?)?", text)
    if parts is None:
        parts = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if parts is None:
        raise BadCell("ledger-day-shape", "born")
    year, month, number_of = parts[1], int(parts[2]), int(parts[3])
    repair = "" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "spelling"
    if len(year) == 2:
        if number is None or number[8:10] != year:
            raise BadCell("ledger-year-two-digits", "born")
        year, repair = number[6:10], "year-by-number"
    try:
        return date(int(year), month, number_of), repair
    except ValueError:
        raise BadCell("ledger-day-shape", "born") from None


def serial(days: int, from_1904: bool) -> date:
    if not 1 <= days <= _SERIAL_MOST:
        raise BadCell("ledger-day-shape", "born")
    if from_1904:
        return _EPOCH_1904 + timedelta(days=days)
    return _EPOCH + timedelta(days=days + (1 if days < 60 else 0))


def month(cell: Cell, from_1904: bool) -> tuple[Month, str]:
    """A month: of a day, a serial, or text as `2015年3月`, `2015.3`, `201503`. A numeric `2015.1` may be October."""
    if isinstance(cell, date):
        return month_of(cell), ""
    text = plain(cell).replace(" ", "")
    if isinstance(cell, Numeric):
        if not cell.whole:
            return _of_numeric(text), "spelling"
        if len(text) not in (4, 6, 8):
            return month_of(serial(int(text), from_1904)), "serial"
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})(?:月|月份)?(?:起|至今|开始)?", text)
    parts = parts or re.fullmatch(r"(\d{4})(\d{2})", text) or re.fullmatch(r"(\d{4})(\d{2})\d{2}", text)
    parts = parts or re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月]\d{1,2}日?(?:0{1,2}:00(?::00)?)?", text)
    if parts is None:
        raise BadCell("ledger-month-shape", "start")
    found = f"{parts[1]}-{int(parts[2]):02d}"
    return _month(found), "" if found == text else "spelling"


def _of_numeric(text: str) -> Month:
    year, _, part = text.partition(".")
    if len(year) != 4 or part == "1" or len(part) > 2:
        raise BadCell("ledger-month-shape", "start")
    return _month(f"{year}-{int(part):02d}")


def _month(text: str) -> Month:
    try:
        return parse_month(text, "start")
    except BadValue:
        raise BadCell("ledger-month-shape", "start") from None


def first_month(cell: Cell, from_1904: bool) -> tuple[Month, str]:
    """A month in which aid may have begun."""
    found, repair = month(cell, from_1904)
    if found < _EARLIEST:
        raise BadCell("ledger-month-early", "start", first=_EARLIEST)
    return found, repair


def month_after(found: Month) -> Month:
    return add_month(found, 1)
