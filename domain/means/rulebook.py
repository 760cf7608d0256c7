"""The rules of the means test as data: what an explanation's lines name and the rule book prints."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from domain.event import Value


class Words(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    title: str
    text: str


class Rule(Value, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A rule: its words, where it stands, the kinds of fact and the parameters it reads."""

    id: str
    zh: Words
    en: Words
    section: str
    source: str
    facts: tuple[str, ...]
    parameters: tuple[str, ...]


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """All rules by id, in the order of a calculation."""
    text = files("domain.means").joinpath("rules.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            name: Rule(
                id=name,
                zh=Words(**row["zh"]),
                en=Words(**row["en"]),
                section=row["section"],
                source=row["source"],
                facts=tuple(row["facts"]),
                parameters=tuple(row["parameters"]),
            )
            for name, row in tomllib.loads(text).items()
        }
    )
