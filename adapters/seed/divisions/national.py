"""The national file: every province, city, county and township as of a day, and what changed from year to year.

A code was given anew to another place hundreds of times, and a place got another code thousands of times: what a code
named is asked with its year, never by the code alone (GB/T 2260, GB/T 10114). Villages are an office's own.
"""

import csv
import io
import lzma
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from adapters.seed.divisions import DivisionRow
from domain.ids import DivisionCode, level_of, parent_of, within


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became another between the end of a year and that of the one before. A code or name that is not known: \"\".

    `kind`: 更名, 撤县设区 … as the source names it; `document`: the State Council's number, where known.
    """

    year: int
    kind: str
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    document: str
    detail: str


def _rows(name: str) -> list[dict[str, str]]:
    packed = (files("adapters") / "seed" / "divisions" / name).read_bytes()
    return list(csv.DictReader(io.StringIO(lzma.decompress(packed).decode())))


@cache
def as_of() -> date:
    """The day on which the present divisions were read from the ministry's base of place names."""
    text = (files("adapters") / "seed" / "divisions" / "as-of.txt").read_text(encoding="utf-8")
    return date.fromisoformat(text.strip())


@cache
def national() -> dict[DivisionCode, str]:
    """Code → name of all divisions down to townships."""
    return {DivisionCode(row["code"]): row["name"] for row in _rows("national.csv.xz")}


def national_within(above: DivisionCode) -> list[DivisionRow]:
    """A division and all below it, and what it lies in, each with the nearest one above that is in the file."""
    found = national()
    codes = [code for code in found if within(above, code) or within(code, above)]
    return [DivisionRow(code, found[code], level_of(code), _parent(code)) for code in sorted(codes)]


def _parent(code: DivisionCode) -> DivisionCode | None:
    above = parent_of(code)
    while above is not None and above not in national():
        above = parent_of(above)
    return above


@cache
def changes() -> tuple[Change, ...]:
    """All changes by year."""
    found = [
        Change(
            year=int(row["year"]),
            kind=row["kind"],
            old_code=row["old_code"],
            old_name=row["old_name"],
            new_code=row["new_code"],
            new_name=row["new_name"],
            document=row["document"],
            detail=row["detail"],
        )
        for row in _rows("changes.csv.xz")
    ]
    return tuple(sorted(found, key=lambda one: one.year))


@cache
def _by_code() -> dict[str, tuple[Change, ...]]:
    found: dict[str, list[Change]] = {}
    for one in changes():
        for code in dict.fromkeys((one.old_code, one.new_code)):
            if code:
                found.setdefault(code, []).append(one)
    return {code: tuple(some) for code, some in found.items()}


def changes_of(code: str) -> tuple[Change, ...]:
    """What happened to a code, by year: both where it was left and where it was taken."""
    return _by_code().get(code, ())
