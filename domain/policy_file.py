"""A policy file: parameters of one programme as a division would hand them over, checked whole before any is taken.

`{"programme", "division"?, "since", "document", "parameters": [{"name", "value", "unit"?, "area"?, "since"?,
"until"?, "document"?}]}`; money in yuan as text, days `YYYY-MM-DD`, a null value ends the parameter.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.catalogue import CATALOGUE
from domain.days import parse_day
from domain.errors import BadValue
from domain.event import Value
from domain.ids import DivisionCode, parse_division
from domain.policy import Area, BadParameter, Parameter, ParameterValue, parse_value

_HEAD = {"programme", "division", "since", "document", "parameters"}
_ROW = {"name", "value", "unit", "area", "since", "until", "document"}


class Setting(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One parameter to set: what a `Parameter` is before it has the reference of its event."""

    name: str
    value: ParameterValue | None
    unit: str
    since: date
    division: DivisionCode
    programme: str
    until: date | None = None
    area: Area | None = None
    document: str = ""

    def parameter(self, ref: str) -> Parameter:
        return Parameter(
            ref=ref,
            name=self.name,
            value=self.value,
            unit=self.unit,
            since=self.since,
            division=self.division,
            programme=self.programme,
            until=self.until,
            area=self.area,
            document=self.document,
        )


def setting(row: Mapping[str, Any], *, division: DivisionCode, programme: str, where: str = "") -> Setting:
    """One parameter as it is written; raises `BadValue` with the field's name."""
    for key in row:
        if key not in _ROW:
            raise BadParameter("policy-field-unknown", f"{where}{key}", name=key)
    name = row.get("name")
    if not isinstance(name, str) or name not in CATALOGUE:
        raise BadParameter("parameter-unknown", f"{where}name", name=str(name))
    if "value" not in row:
        raise BadParameter("policy-field-missing", f"{where}value", name="value")
    spec = CATALOGUE[name]
    unit = row.get("unit") or spec.unit
    if unit not in (spec.units or (spec.unit,)):
        raise BadParameter("parameter-unit", f"{where}unit", name=name, unit=str(unit))
    area = row.get("area")
    if area not in (None, "urban", "rural"):
        raise BadParameter("parameter-area", f"{where}area", name=name)
    since = parse_day(str(row.get("since", "")), f"{where}since")
    until = parse_day(str(row["until"]), f"{where}until") if row.get("until") else None
    if until is not None and until < since:
        raise BadParameter("parameter-span", f"{where}until", name=name)
    return Setting(
        name=name,
        value=parse_value(name, row["value"]),
        unit=str(unit),
        since=since,
        until=until,
        division=division,
        programme=programme,
        area=area,
        document=str(row.get("document", "")),
    )


def read_policy(document: Any, division: DivisionCode | None = None) -> tuple[Setting, ...]:
    """The settings of a policy file that was decoded from JSON or TOML; `division` goes before the file's own.

    Raises the first `BadValue`; nothing of a bad file is taken.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("parameters"), list):
        raise BadValue("policy-file-shape", "parameters")
    for number, row in enumerate(document["parameters"]):
        if not isinstance(row, Mapping):
            raise BadValue("policy-file-shape", f"parameters[{number}]")
    for key in document:
        if key not in _HEAD:
            raise BadParameter("policy-field-unknown", str(key), name=str(key))
    owner = division or parse_division(str(document.get("division", "")))
    common = {key: document[key] for key in ("since", "document") if key in document}
    programme = str(document.get("programme", "dibao"))
    return tuple(
        setting({**common, **row}, division=owner, programme=programme, where=f"parameters[{number}].")
        for number, row in enumerate(document["parameters"])
    )
