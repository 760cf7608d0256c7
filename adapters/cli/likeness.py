"""Whether a name or number is like what is typed: a part of it, its pinyin, the end of a number.

Nothing is kept: values are unsealed for one search and compared in memory.
"""

import re
import unicodedata
from collections.abc import Callable

from pypinyin import Style, pinyin

LEAST_DIGITS = 4
_SPELT = re.compile(r"[a-z]+", re.ASCII)
_DIGITS = re.compile(r"\d+x?", re.ASCII)

Likeness = Callable[[str, str | None], bool]
"""(name, resident number) → whether they are like it."""


def likeness(typed: str) -> Likeness | None:
    """Letters are pinyin (`zhangsan`, `zhang s`, `zs`), digits the end of a number, all else a part of a name.

    None: too short to look for (fewer digits than `LEAST_DIGITS`, nothing at all).
    """
    plain = re.sub(r"[\s·'’.-]", "", unicodedata.normalize("NFKC", typed)).lower()
    if _SPELT.fullmatch(plain):
        return lambda name, number: _spells(name, plain)
    if _DIGITS.fullmatch(plain):
        if len(plain) < LEAST_DIGITS:
            return None
        return lambda name, number: number is not None and number.lower().endswith(plain)
    if not plain:
        return None
    return lambda name, number: plain in name.replace("·", "").lower()


def _spells(name: str, typed: str) -> bool:
    """From some character on, each gives the beginning of one of its readings, until all is spelt."""
    readings = [
        {one.lower() for one in found}
        for found in pinyin(name.replace("·", ""), Style.NORMAL, heteronym=True)
    ]
    open_from = {0}
    for begins in readings:
        reached = {0}
        for at in open_from:
            for reading in begins:
                for end in range(at + 1, min(at + len(reading), len(typed)) + 1):
                    if reading.startswith(typed[at:end]):
                        reached.add(end)
        if len(typed) in reached:
            return True
        open_from = reached
    return False
