"""Values that a spreadsheet or a hand has ruined: repaired where that is certain, refused where it is not.

Each function takes a cell and gives the value with the code of the repair ("" where it was whole). Raises `BadValue`
with a code of the catalogue; the value itself never stands in it.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from adapters.ledger.cells import Cell, Numeric, shown
from adapters.ledger.fields import Unit
from domain.codes import code_list, known
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
_QUOTES = "'`‘’＇"
_MOBILE = re.compile(r"1[3-9]\d{9}")
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_SERIAL_MOST = 60_000


class BadCell(BadValue):
    """A cell that can't be taken as it is."""


def plain(cell: Cell) -> str:
    """A cell's text: half width, blanks of every kind as one, nothing around it."""
    if cell is None:
        return ""
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
    text = shown(cell).strip().strip(_QUOTES)
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
    found = normalise_name(shown(cell), "name")
    if _MASKED.search(found):
        raise BadCell("ledger-masked", "name")
    if re.search(r"\d", found):
        raise BadCell("ledger-name-not-text", "name")
    return found, "" if found == shown(cell) else "spelling"


def account(cell: Cell) -> tuple[str, str]:
    """An account is told digit by digit: a numeric cell may have lost its first and its last."""
    if isinstance(cell, Numeric):
        raise BadCell("ledger-account-numeric", "account")
    text = plain(cell).replace(" ", "").replace("-", "").strip(_QUOTES)
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
    if not re.fullmatch(r"\d{1,3}", text):
        raise BadCell("ledger-count-shape", "count")
    return int(text)


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
        if len(text) not in (6, 8):
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


def month_after(found: Month) -> Month:
    return add_month(found, 1)


_YES = {"是", "√", "✓", "1", "享受", "y", "yes", "true", "有", "保障", "在保"}
_NO = {"否", "×", "0", "不享受", "n", "no", "false", "不保障", "不是", "不"}


def yes(cell: Cell) -> bool:
    text = ("true" if cell else "false") if isinstance(cell, bool) else plain(cell).lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise BadCell("ledger-yes-no", "covered")


def area(text: str) -> str | None:
    """`urban` or `rural` as a heading, title or name says; None where it says both or nothing."""
    urban = bool(re.search(r"城市|城镇|非农|居民户口|城低|城市低保", text))
    rural = bool(re.search(r"农村|农低|(?<!非)农业", text))
    return None if urban == rural else "urban" if urban else "rural"


def grade(text: str) -> str | None:
    """A, B or C of `A类`, `一类`."""
    match = re.fullmatch(r"([ABCabc])类?户?", text)
    return match[1].upper() if match else None


_KINSHIP: Mapping[str, str] = {
    **dict.fromkeys(("户主", "户主本人", "本人", "户主/本人", "本人/户主"), "02"),
    **dict.fromkeys(("配偶", "夫妻", "爱人"), "10"),
    **dict.fromkeys(("夫", "丈夫"), "11"),
    **dict.fromkeys(("妻", "妻子", "媳妇"), "12"),
    **dict.fromkeys(("子", "儿子", "儿"), "20"),
    "独生子": "21",
    "长子": "22",
    "大儿子": "22",
    "次子": "23",
    "二儿子": "23",
    "二子": "23",
    "三子": "24",
    "四子": "25",
    "五子": "26",
    "养子": "27",
    "继子": "27",
    "女婿": "28",
    "婿": "28",
    "子/婿": "29",
    **dict.fromkeys(("女", "女儿"), "30"),
    "独生女": "31",
    "长女": "32",
    "大女儿": "32",
    "次女": "33",
    "二女儿": "33",
    "二女": "33",
    "三女": "34",
    "四女": "35",
    "五女": "36",
    "养女": "37",
    "继女": "37",
    "儿媳": "38",
    "媳": "38",
    "儿媳妇": "38",
    "女/媳": "39",
    **dict.fromkeys(("孙子女", "(外)孙子女", "孙子、孙女", "孙辈", "孙子女/外孙子女"), "40"),
    "孙子": "41",
    "孙": "41",
    "长孙": "41",
    "孙女": "42",
    "外孙": "43",
    "外孙子": "43",
    "外孙女": "44",
    "孙媳": "45",
    "孙媳妇": "45",
    "孙女婿": "46",
    "曾孙": "47",
    "曾孙子": "47",
    "曾孙女": "48",
    **dict.fromkeys(("父母", "父母/岳父母/公婆", "父(母)亲"), "50"),
    "父": "51",
    "父亲": "51",
    "母": "52",
    "母亲": "52",
    "公公": "53",
    "婆婆": "54",
    "岳父": "55",
    "岳母": "56",
    "继父": "57",
    "养父": "57",
    "继母": "58",
    "养母": "58",
    **dict.fromkeys(("祖父母", "(外)祖父母", "祖父母/外祖父母"), "60"),
    "祖父": "61",
    "爷爷": "61",
    "祖母": "62",
    "奶奶": "62",
    "外祖父": "63",
    "外公": "63",
    "姥爷": "63",
    "外祖母": "64",
    "外婆": "64",
    "姥姥": "64",
    **dict.fromkeys(("兄弟姐妹", "兄弟姊妹", "兄弟", "姐妹"), "70"),
    "兄": "71",
    "哥哥": "71",
    "哥": "71",
    "嫂": "72",
    "嫂子": "72",
    "弟": "73",
    "弟弟": "73",
    "弟媳": "74",
    "姐": "75",
    "姐姐": "75",
    "姐夫": "76",
    "妹": "77",
    "妹妹": "77",
    "妹夫": "78",
    "伯父": "81",
    "叔父": "83",
    "叔叔": "83",
    "舅父": "85",
    "舅舅": "85",
    "姨母": "88",
    "姑母": "90",
    "姑姑": "90",
    "侄子": "93",
    "侄儿": "93",
    "侄": "93",
    "侄女": "94",
    "外甥": "95",
    "外甥女": "96",
    **dict.fromkeys(("其他", "其它", "其他亲属", "其他关系"), "97"),
    "非亲属": "99",
}
HEAD, OTHER = "02", "97"
_LABELS = {plain(entry.zh): code for code, entry in code_list("kinship").items()}


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MALE = _codes("11 20 21 22 23 24 25 26 28 41 43 46 47 51 53 55 57 61 63 71 73 76 78 81 83 85 93 95")
_FEMALE = _codes("12 30 31 32 33 34 35 36 37 38 42 44 45 48 52 54 56 58 62 64 72 74 75 77 88 90 94 96")


def kinship(cell: Cell) -> str:
    """GB/T 4761 of a word or of the code itself."""
    text = plain(cell).replace(" ", "")
    if isinstance(cell, Numeric) and cell.whole:
        text = text.zfill(2)
    if text in _KINSHIP:
        return _KINSHIP[text]
    by_label = _LABELS.get(text)
    if by_label is not None:
        return HEAD if by_label == "01" else by_label
    if known("kinship", text):
        return HEAD if text == "01" else text
    label = re.sub(r"[(（].*[)）]$", "", text)
    if label in _KINSHIP:
        return _KINSHIP[label]
    raise BadCell("ledger-kinship", "relation")


def contradicts(kin: str, sex: str) -> bool:
    """Whether a kinship that is a man's or a woman's stands with somebody of the other sex."""
    return (kin in _MALE and sex == "2") or (kin in _FEMALE and sex == "1")


def sex(cell: Cell) -> str:
    found = {"男": "1", "女": "2", "1": "1", "2": "2", "男性": "1", "女性": "2"}.get(plain(cell))
    if found is None:
        raise BadCell("ledger-sex", "sex")
    return found


_CAUSES: tuple[tuple[str, str], ...] = (
    (r"因病|疾病|重病|大病|患病|^A", "1"),
    (r"因残|残疾|^B", "2"),
    (r"因学|教育|上学", "3"),
    (r"灾", "4"),
    (r"缺乏?劳(动)?力|劳动力", "5"),
)


def causes(cell: Cell) -> tuple[str, ...]:
    """Causes of hardship: of several every known one; other where none is known."""
    text = plain(cell)
    if re.fullmatch(r"(10|[1-9])", text):
        return (text,)
    found = tuple(code for pattern, code in _CAUSES if re.search(pattern, text))
    return found or ("6",)


_DISABILITIES = {"视力": "1", "听力": "2", "言语": "3", "肢体": "4", "智力": "5", "精神": "6", "多重": "7"}
_GRADES = {"一": "1", "二": "2", "三": "3", "四": "4", "1": "1", "2": "2", "3": "3", "4": "4"}


def disability(kind: Cell, of_grade: Cell) -> str | None:
    """`4-2` of 肢体残疾 and 二级; None where either says nothing known."""
    sort = next((code for word, code in _DISABILITIES.items() if word in plain(kind)), None)
    match = re.search(r"[一二三四1234]", plain(of_grade))
    return f"{sort}-{_GRADES[match[0]]}" if sort and match else None


def labour(cell: Cell) -> str | None:
    text = plain(cell)
    if "部分" in text:
        return "2"
    if "完全" in text:
        return "3"
    if text in ("无", "无劳动能力", "没有", "4"):
        return "4"
    return "1" if text in ("有", "有劳动能力", "1") else text if text in ("2", "3") else None
