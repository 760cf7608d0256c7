"""Parameters of the rules: dated, by division × programme × area, inherited from above (rules.md §2–§5, §10).

Money among the values is whole fen, whatever unit of time the parameter's `unit` names (`yuan/month`,
`yuan/year`): the unit is kept and nothing is divided before the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from domain.catalogue import CATALOGUE, ParameterSpec, ParameterValue
from domain.errors import BadValue
from domain.event import Value
from domain.ids import DivisionCode
from domain.money import BadAmount, parse_yuan, show_yuan

__all__ = [
    "AREAS",
    "CATALOGUE",
    "BadParameter",
    "Parameter",
    "ParameterSpec",
    "ParameterValue",
    "Policy",
    "PolicyGap",
    "check_value",
    "parse_value",
    "show_value",
]

Area: TypeAlias = Literal["urban", "rural"]
AREAS: tuple[Area, ...] = ("urban", "rural")
FROM_EVER = date(1, 1, 1)


class BadParameter(BadValue):
    """A parameter nobody knows, or a value that isn't of its kind."""


class PolicyGap(BadValue):
    """A day on which a parameter without a default has no value: calculation stops (rules.md §2).

    `ended`: the last day of the value before, `next`: the first day of the one after; None if there is none.
    """

    def __init__(self, name: str, day: date, ended: date | None, next: date | None) -> None:
        params: dict[str, str | int] = {
            "name": name,
            "day": day.isoformat(),
            "ended": ended.isoformat() if ended else "–",
            "next": next.isoformat() if next else "–",
        }
        super().__init__("policy-gap", name, **params)
        self.name = name
        self.day = day
        self.ended = ended
        self.next = next


class Parameter(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One value as it was set. `value` None ends the parameter from `since` on (its `until` does so by a day).

    `ref` names the act of setting it (`policy:110199/dibao#3`), or is `default`. `programme` `*` is for all.
    """

    ref: str
    name: str
    value: ParameterValue | None
    unit: str
    since: date
    division: DivisionCode
    programme: str
    until: date | None = None
    area: Area | None = None
    document: str = ""


def _spec(name: str) -> ParameterSpec:
    spec = CATALOGUE.get(name)
    if spec is None:
        raise BadParameter("parameter-unknown", "name", name=name)
    return spec


@lru_cache(maxsize=1024)
def _defaults(name: str) -> tuple[Parameter, ...]:
    spec = _spec(name)
    return tuple(
        Parameter(
            ref="default",
            name=name,
            value=span.value,
            unit=spec.unit,
            since=span.since or FROM_EVER,
            until=span.until,
            division=DivisionCode(""),
            programme="*",
            document=spec.source,
        )
        for span in spec.defaults
    )


class Policy:
    """What holds for one division, programme and area. Immutable; answers are remembered.

    `chain` is the division itself, then what lies above it. `parameters` stand in the order they were set: of two
    with the same first day the later one is the correction.
    """

    __slots__ = ("_by_name", "_found", "area", "chain", "programme")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        chain: Sequence[DivisionCode],
        programme: str,
        area: Area | None,
    ) -> None:
        self.chain = tuple(chain)
        self.programme = programme
        self.area = area
        rank = {division: place for place, division in enumerate(self.chain)}
        groups: dict[str, dict[tuple[int, int, int], dict[date, Parameter]]] = {}
        for parameter in parameters:
            place = rank.get(parameter.division)
            if place is None or parameter.programme not in (programme, "*"):
                continue
            if parameter.area not in (None, area):
                continue
            key = (place, parameter.area is None, parameter.programme == "*")
            groups.setdefault(parameter.name, {}).setdefault(key, {})[parameter.since] = parameter
        self._by_name: dict[str, tuple[tuple[Parameter, ...], ...]] = {
            name: tuple(
                tuple(sorted(dated.values(), key=lambda p: p.since, reverse=True))
                for _, dated in sorted(levels.items())
            )
            for name, levels in groups.items()
        }
        self._found: dict[tuple[str, date], Parameter] = {}

    def get(self, name: str, day: date) -> Parameter:
        """The value in force that day: the nearest division's, then the area's own, then the later set.

        Raises `PolicyGap` where nothing holds and the catalogue has no default; `BadParameter` for an unknown name.
        """
        found = self._found.get((name, day))
        if found is None:
            found = self._find(name, day)
            self._found[name, day] = found
        return found

    def through(self, before: Sequence[tuple[date, "Policy"]]) -> "Policy":
        """The same, but each day up to one of `before` (day, policy until then) as that policy has it."""
        return _Through(self, before)

    def value(self, name: str, day: date) -> ParameterValue:
        value = self.get(name, day).value
        assert value is not None
        return value

    def number(self, name: str, day: date) -> int:
        """A whole number: a count, days, months, a percentage, or fen."""
        value = self.value(name, day)
        if not isinstance(value, int):
            raise BadParameter("parameter-kind", name, name=name)
        return int(value)

    def flag(self, name: str, day: date) -> bool:
        value = self.value(name, day)
        if not isinstance(value, bool):
            raise BadParameter("parameter-kind", name, name=name)
        return value

    def word(self, name: str, day: date) -> str:
        value = self.value(name, day)
        if not isinstance(value, str):
            raise BadParameter("parameter-kind", name, name=name)
        return value

    def words(self, name: str, day: date) -> tuple[str, ...]:
        value = self.value(name, day)
        if not isinstance(value, tuple):
            raise BadParameter("parameter-kind", name, name=name)
        return tuple(str(item) for item in value)

    def ratio(self, name: str, day: date) -> Fraction:
        """An exact ratio, written `1.5`."""
        return Fraction(self.word(name, day))

    def begins(self, names: Iterable[str], after: date, until: date) -> bool:
        """Whether a set value of one of the parameters begins after a day and by another; a default doesn't count."""
        return any(
            parameter.value is not None and after < parameter.since <= until
            for name in names
            for dated in self._by_name.get(name, ())
            for parameter in dated
        )

    def _find(self, name: str, day: date) -> Parameter:
        levels = self._by_name.get(name, ())
        for dated in (*levels, tuple(reversed(_defaults(name)))):
            for parameter in dated:
                if parameter.since <= day:
                    if parameter.value is not None and (parameter.until is None or day <= parameter.until):
                        return parameter
                    break
        raise self._gap(name, day, levels)

    def _gap(self, name: str, day: date, levels: tuple[tuple[Parameter, ...], ...]) -> PolicyGap:
        ends: list[date] = []
        begins: list[date] = []
        for dated in levels:
            upto: date | None = None
            for parameter in dated:
                if parameter.since > day:
                    if parameter.value is not None:
                        begins.append(parameter.since)
                elif parameter.value is None:
                    upto = upto or parameter.since - timedelta(days=1)
                else:
                    ends.append(min(end for end in (parameter.until, upto) if end is not None))
                    break
        return PolicyGap(name, day, max(ends, default=None), min(begins, default=None))


class _Through(Policy):
    """Of who was elsewhere before: what held where he was that day."""

    __slots__ = ("_before", "_policy")

    def __init__(self, now: Policy, before: Sequence[tuple[date, Policy]]) -> None:
        super().__init__((), now.chain, now.programme, now.area)
        self._policy = now
        self._before = tuple(sorted(before, key=lambda one: one[0]))

    def _find(self, name: str, day: date) -> Parameter:
        policy = next((policy for until, policy in self._before if day < until), self._policy)
        return policy.get(name, day)


def parse_value(name: str, text: Any) -> ParameterValue | None:
    """A value as a file or command gives it: money in yuan as text (`"600.00"`), else number, flag, word, list.

    None ends the parameter. Raises `BadParameter` naming the parameter and the kind it should be of; money as a
    number is none, it might be fen.
    """
    spec = _spec(name)
    if text is None:
        return None
    try:
        value = _parse(spec, text)
    except (BadAmount, ValueError, ZeroDivisionError) as error:
        if isinstance(error, BadParameter):
            raise
        raise BadParameter("parameter-kind", name, name=name, kind=spec.kind) from None
    check_value(name, value)
    return value


def _parse(spec: ParameterSpec, text: Any) -> ParameterValue:
    if spec.kind == "money":
        if isinstance(text, int) and not isinstance(text, bool):
            raise BadParameter("amount-not-text", spec.name)
        return parse_yuan(str(text))
    if spec.kind == "flag" and isinstance(text, str) and text in ("true", "false"):
        return text == "true"
    if spec.kind == "number" and isinstance(text, str):
        return int(text)
    if spec.kind in ("words", "table"):
        items = text.split(",") if isinstance(text, str) else text
        return tuple(" ".join(str(item).split()) for item in items if str(item).strip())
    if spec.kind == "share" and isinstance(text, int) and text and not isinstance(text, bool):
        raise BadParameter("amount-not-text", spec.name)
    if spec.kind in ("ratio", "share", "choice") and not isinstance(text, bool):
        return str(text).strip()
    if isinstance(text, bool | int | str):
        return text
    raise ValueError


def check_value(name: str, value: ParameterValue) -> None:
    """Whether a value is of its parameter's kind and within its choices; raises `BadParameter`."""
    spec = _spec(name)
    try:
        fits = _fits(spec, value)
    except (BadAmount, ValueError, ZeroDivisionError):
        fits = False
    if not fits:
        raise BadParameter("parameter-kind", name, name=name, kind=spec.kind)


def _most(spec: ParameterSpec) -> int:
    """No span is longer than ten years, no amount a month above a million yuan: more is a slip of the hand."""
    if spec.kind == "money":
        return 100_000_000
    return {"months": 120, "%": 1000}.get(spec.unit, 3660)


def _fits(spec: ParameterSpec, value: ParameterValue) -> bool:
    if spec.kind in ("money", "number"):
        return type(value) is int and spec.least <= value <= _most(spec)
    if spec.kind == "flag":
        return type(value) is bool
    if isinstance(value, str):
        if spec.kind == "choice":
            return value in spec.choices
        if spec.kind == "ratio":
            return Fraction(value) > 0
        return spec.kind == "share" and bool(read_share(value))
    if isinstance(value, tuple):
        if spec.kind == "table":
            return len(read_table(value)) == len(value)
        known = all(isinstance(word, str) and word in (spec.choices or value) for word in value)
        return spec.kind == "words" and known
    return False


@lru_cache(maxsize=256)
def read_share(text: str) -> tuple[Literal["percent", "fixed", "none"], int]:
    """An addition: `20%` of the standard, `104.00` yuan a month, or `0` for none; percent or fen."""
    plain = text.strip()
    if plain.endswith("%"):
        percent = int(plain[:-1])
        if not 0 <= percent <= 1000:
            raise ValueError(text)
        return ("percent", percent) if percent else ("none", 0)
    fen = parse_yuan(plain)
    return ("fixed", fen) if fen else ("none", 0)


@lru_cache(maxsize=256)
def read_table(rows: tuple[int | str, ...]) -> Mapping[str, int]:
    """A table of `key yuan` rows (`wheat 520.00`, `300.00 400.00`): key to fen."""
    table: dict[str, int] = {}
    for row in rows:
        key, yuan = str(row).split()
        table[key] = parse_yuan(yuan)
    return table


def show_value(name: str, value: ParameterValue | None) -> str:
    """The value as a reader meets it: yuan with two decimals, lists by comma; what `parse_value` reads."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if CATALOGUE[name].kind == "money" and isinstance(value, int):
        return show_yuan(value)
    return str(value)
