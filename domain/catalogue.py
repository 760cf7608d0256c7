"""The catalogue of parameters: every figure the rules use, with its unit, default and source."""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from domain.event import Value

ParameterValue: TypeAlias = bool | int | str | tuple[int | str, ...]
Kind: TypeAlias = Literal["money", "number", "flag", "choice", "ratio", "share", "words", "table"]
"""money: fen; share: `20%` of the standard or yuan a month; table: rows `key yuan`; ratio: `1.5`."""


class DefaultSpan(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A default with the days in which it holds."""

    value: ParameterValue
    since: date | None = None
    until: date | None = None


class ParameterSpec(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a parameter is. No `defaults`: a day without a set value stops calculation.

    `at`: whose day decides which value holds: that of `acceptance`, the first day of the `month` of an amount, or
    the day on which something is `done`.
    """

    name: str
    group: str
    unit: str
    kind: Kind
    section: str
    source: str
    zh: str
    en: str
    at: Literal["acceptance", "month", "done"] = "acceptance"
    defaults: tuple[DefaultSpan, ...] = ()
    choices: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    least: int = 0

    @property
    def default(self) -> ParameterValue | None:
        """The default that holds last; None if there is none."""
        return self.defaults[-1].value if self.defaults else None


def _plain(value: Any) -> ParameterValue:
    return tuple(value) if isinstance(value, list) else value


def _read(name: str, group: str, row: dict[str, Any]) -> ParameterSpec:
    spans = row.pop("spans", None)
    if spans is None and "default" in row:
        spans = [{"value": row.pop("default")}]
    defaults = tuple(DefaultSpan(**{**span, "value": _plain(span["value"])}) for span in spans or ())
    for listed in ("choices", "units"):
        row[listed] = tuple(row.get(listed, ()))
    return ParameterSpec(name=name, group=group, defaults=defaults, **row)


def _load() -> Mapping[str, ParameterSpec]:
    text = files("domain").joinpath("parameters.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            name: _read(name, group, {"at": "month" if group.startswith("means") else "acceptance", **row})
            for group, rows in tomllib.loads(text).items()
            for name, row in rows.items()
        }
    )


CATALOGUE: Mapping[str, ParameterSpec] = _load()
