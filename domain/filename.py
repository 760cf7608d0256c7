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
    "街道|社区|"
    "[县区市镇乡村]"
)
"""The longest first."""
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
    plain = unicodedata.normalize("NFKC", text)
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
    """Words that are known stay, and what stands before the word of a place (`丙镇`)."""
    found, end = "", 0
    for match in _KNOWN.finditer(part):
        before = part[end : match.start()]
        place = match[0] in ("街道", "社区") or len(match[0]) == 1
        found += (before if place and len(before) <= _LONGEST_PLACE else _stars(before)) + match[0]
        end = match.end()
    return found + _stars(part[end:])


def _stars(text: str) -> str:
    return "*" * len(text)
