"""The name of an office's file as it may be kept: a file may be called after somebody (`张三家庭.xlsx`).

Kept are the words of offices, names of places and dates; all else is stars.
"""

import re
import unicodedata
from functools import lru_cache

_KNOWN = re.compile(
    "最低生活保障|社会救助|花名册|登记册|备案表|发放表|签字表|明细表|汇总表|统计表|"
    "公示表|审批表|上半年|下半年|居委会|村委会|民政局|民政所|民政办|办事处|待更正|"
    "农村|城市|城镇|城乡|低保|保障|对象|家庭|成员|人员|信息|名单|名册|台账|台帐|"
    "备案|发放|明细|汇总|统计|公示|年度|季度|月份|更正|新增|在册|在保|最新|最终|"
    "定稿|终稿|修改|副本|导出|导入|移交|上报|报送|底册|全县|全区|全市|全镇|全乡|"
    "人民政府|"
    "(?P<place>街道|社区|[县区市镇乡村])"
)
"""The longest first."""
_NUMBER = re.compile(
    r"\d{6}[\W_]?\d{4}[\W_]?\d{2}[\W_]?\d{2}[\W_]?\d{3}[\dXx]|"
    r"[3-9]\d{3}(?:[\W_]\d{4}){3}(?:[\W_]\d{1,3})?|"
    r"\d{10,17}[\W_]?\d{1,8}[Xx]?|"
    r"(?<!\d)1[3-9]\d[\W_]?\d{4}[\W_]?\d{4}(?!\d)"
)
"""Of a person, an account or a telephone, parted as people part it: `110101-19900307-7715`, `138 1234 5678`."""
_LATIN = re.compile(
    "register|refused|ledger|list|sheet|export|import|dibao|copy|new|old|final|out|csv|xls|xlsx|tsv|txt",
    re.IGNORECASE,
)
_AFTER_DIGITS = re.compile(r"年度?|月份?|日|号|期|批|季度")
_PARTS = re.compile(r"[A-Za-z]+|\d+|[^\W\d_A-Za-z]+|.", re.DOTALL)
_LONGEST, _LONGEST_PLACE = 80, 4


@lru_cache(maxsize=256)
def masked_file_name(text: str) -> str:
    """At most 80 characters. Masking again changes nothing."""
    found = _once(text)
    while (again := _once(found)) != found:  # what is starred now may part a number
        found = again
    return found


def _once(text: str) -> str:
    plain = _NUMBER.sub(lambda number: _stars(number[0]), unicodedata.normalize("NFKC", text))
    found, digits = "", False
    for part in _PARTS.findall(plain):
        found += _masked(part, digits)
        digits = part.isdigit()
    return found[:_LONGEST]


def _masked(part: str, after_digits: bool) -> str:
    if part.isdigit():
        return part if len(part) <= 8 else _stars(part)
    if part.isascii() and part.isalpha():
        return part if len(part) == 1 or _LATIN.fullmatch(part) else _stars(part)
    if not part[0].isalpha():
        return part if part.isprintable() else "*"
    unit = _AFTER_DIGITS.match(part) if after_digits else None
    return (unit[0] if unit else "") + _masked_words(part[unit.end() :] if unit else part)


def _masked_words(part: str) -> str:
    """Words that are known stay, and what stands before the word of a place (`丙镇`) where nothing, or another such
    place or word, follows at once: `李镇江` is somebody."""
    found, begins, keeps = "", len(part), False
    for match in reversed(list(_KNOWN.finditer(part))):
        between = part[match.end() : begins]
        stays = keeps and len(between) <= _LONGEST_PLACE
        found = match[0] + (between if stays else _stars(between)) + found
        begins, keeps = match.start(), bool(match["place"]) and (stays or not between)
    first = part[:begins]
    return (first if keeps and len(first) <= _LONGEST_PLACE else _stars(first)) + found


def _stars(text: str) -> str:
    return "*" * len(text)
