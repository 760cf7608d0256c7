"""Coded lists: each a csv beside this file (code, zh, en, source, and columns of its own).

`source`: S a national standard (GB/T 4761, 2261, 4658, 26341), T the text of a rule, P common practice,
M the standard as commonly quoted. An unknown code is kept and shown as it is, never dropped.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

import msgspec

from domain.errors import BadValue

Lang: TypeAlias = Literal["zh", "en"]
IncomeKind: TypeAlias = Literal["wage", "business", "property", "transfer", "minus", "excluded"]

_HERE = Path(__file__).parent
_INCOME_KINDS: Mapping[str, IncomeKind] = {
    "wage": "wage",
    "business": "business",
    "property": "property",
    "transfer": "transfer",
    "minus": "minus",
    "excluded": "excluded",
}


class BadCode(BadValue):
    """A list that doesn't exist, or a code where only a known one will do."""


class Code(msgspec.Struct, frozen=True):
    """One entry; `extra` holds the list's own columns as text."""

    code: str
    zh: str
    en: str
    source: str
    extra: Mapping[str, str]


@lru_cache(maxsize=1)
def list_names() -> tuple[str, ...]:
    """Names of all coded lists, sorted."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.csv")))


@lru_cache(maxsize=64)
def code_list(name: str) -> Mapping[str, Code]:
    """A list's entries by code, in its order; raises `BadCode` for a list that doesn't exist."""
    if name not in list_names():
        raise BadCode("code-list-unknown", "list", list=name)
    entries: dict[str, Code] = {}
    with (_HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code, zh, en, source = (row.pop(column) for column in ("code", "zh", "en", "source"))
            entries[code] = Code(code, zh, en, source, MappingProxyType(row))
    return MappingProxyType(entries)


def known(name: str, code: str) -> bool:
    return code in code_list(name)


def label(name: str, code: str, lang: Lang = "zh") -> str:
    """The code's words; an unknown code itself."""
    entry = code_list(name).get(code)
    if entry is None:
        return code
    return entry.zh if lang == "zh" else entry.en


def check_code(name: str, code: str, field: str) -> str:
    """The code, if it is known; raises `BadCode` naming the list."""
    if not known(name, code):
        raise BadCode("code-unknown", field, list=name)
    return code


def needs_words(name: str, code: str) -> bool:
    """Whether it is a list's 99 other, which stands only with words."""
    return name != "kinship" and code.endswith("99") and known(name, code)


def is_near_relative(kinship: str) -> bool:
    """By blood, marriage, adoption or step; no in-laws, uncles or aunts (民发〔2012〕220号 art. 14)."""
    entry = code_list("kinship").get(kinship)
    return entry is not None and entry.extra["near"] == "1"


def income_kind(code: str) -> IncomeKind:
    """What an income code counts as (民发〔2021〕57号 art. 13); raises `BadCode` for an unknown one."""
    entry = code_list("income").get(code)
    if entry is None:
        raise BadCode("code-unknown", "income", list="income")
    return _INCOME_KINDS[entry.extra["kind"]]
