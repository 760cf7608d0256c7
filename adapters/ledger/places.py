"""Which division a household lives in: by the ledger's code, else by the names of its township and village."""

import re
from collections.abc import Iterable

from domain.errors import BadValue
from domain.ids import DivisionCode, level_of, parse_division, within

_SUFFIX = re.compile(
    r"(街道办事处|街道|民族乡|镇|乡|村民委员会|村委会|行政村|村|社区居委会|社区|居民委员会|居委会)$"
)


class UnknownPlace(BadValue):
    """No division of the ledger's names is known below the one that is imported."""


class Places:
    """Divisions that are known below `base`, by name."""

    def __init__(self, base: DivisionCode, known: Iterable[tuple[DivisionCode, str]]) -> None:
        self.base = base
        self.level = level_of(base)
        below = [(code, _bare(name)) for code, name in known if within(base, code)]
        self._townships = [one for one in below if len(one[0]) == 9]
        self._villages = [one for one in below if len(one[0]) == 12]
        self._found: dict[tuple[str, str, str, str], DivisionCode] = {}

    def of(self, code: str, township: str, village: str, where: str = "") -> DivisionCode:
        """`where`: titles and names that may name the place, a line each, the nearest first. Raises `UnknownPlace`;
        a code that is no code raises `BadId`."""
        key = (code, township, village, where)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._nearer(code, township, village, where)
        return found

    def _nearer(self, code: str, township: str, village: str, where: str) -> DivisionCode:
        """What the columns say, else what stands over them; a line over them may name the village of their township."""
        lines = where.split("\n")
        try:
            found = self._of(code, township, village)
        except UnknownPlace:
            towns = next((towns for line in lines if (towns := _titled(self._townships, line))), [])
            if code or township or len(towns) != 1:
                only = [] if code or township else _first_titled(self._villages, lines)
                if len(only) == 1:
                    return only[0]
                raise
            found = towns[0]
        if code or village or level_of(found) != "township":
            return found
        below = _first_titled([one for one in self._villages if within(found, one[0])], lines)
        return below[0] if len(below) == 1 else found

    def _of(self, code: str, township: str, village: str) -> DivisionCode:
        if code:
            parsed = parse_division(code, "division")
            if within(self.base, parsed) and level_of(parsed) in ("township", "village"):
                return parsed
            raise UnknownPlace("ledger-division-outside", "division", division=self.base)
        text = township + village
        towns = _named(self._townships, text)
        if len(towns) == 1:
            inside = [one for one in self._villages if within(towns[0], one[0])]
            villages = _named(inside, village or text)
            return villages[0] if len(villages) == 1 else towns[0]
        if self.level in ("township", "village") and not (township and towns):
            villages = _named(self._villages, village or text)
            return villages[0] if len(villages) == 1 else self.base
        villages = _named(self._villages, text)
        if len(villages) == 1:
            return villages[0]
        raise UnknownPlace("ledger-division-unknown", "area", division=self.base)


def _named(known: list[tuple[DivisionCode, str]], text: str) -> list[DivisionCode]:
    """Those whose name stands in the text; of several the longest name."""
    found = [(code, name) for code, name in known if name and name in text]
    longest = max((len(name) for _, name in found), default=0)
    return [code for code, name in found if len(name) == longest]


def _first_titled(known: list[tuple[DivisionCode, str]], lines: list[str]) -> list[DivisionCode]:
    return next((found for line in lines if (found := _titled(known, line))), [])


def _titled(known: list[tuple[DivisionCode, str]], line: str) -> list[DivisionCode]:
    """Those that a title or a sheet's name means: `和平村`, or `和平` alone, but no village by that of `和平镇`."""
    plain = "".join(line.split())
    return [code for code, name in known if name and (_bare(plain) == name or _kind(code, name, plain))]


def _kind(code: DivisionCode, name: str, line: str) -> bool:
    kinds = ("村", "社区", "居委") if len(code) == 12 else ("镇", "乡", "街道", "民族乡")
    return any(f"{name}{kind}" in line or (name.endswith(kind) and name in line) for kind in kinds)


def _bare(name: str) -> str:
    plain = "".join(name.split())
    short = _SUFFIX.sub("", plain)
    return short if len(short) >= 2 else plain
