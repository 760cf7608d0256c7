"""Refusals: everything that stands in the way, each as a code with its field, who may, until when, the remedy."""

from collections.abc import Iterable

import msgspec

from domain.errors import BadValue


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that stands in the way. `code` and `code.remedy` are messages of the catalogue."""

    code: str
    field: str = ""
    params: dict[str, str | int] = {}

    @property
    def remedy(self) -> str:
        return f"{self.code}.remedy"


class Refused(Exception):
    """A command that is not taken: nothing was written. Holds no personal value."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__("; ".join(f"{reason.field}: {reason.code}" for reason in reasons))
        self.reasons = reasons


def field_name(key: object) -> str:
    """A key from outside as it may be shown: an identifier as it is, anything else (it may be personal) as …"""
    text = str(key)
    return text if len(text) <= 40 and text.isascii() and text.isidentifier() else "…"


def refuse(code: str, field: str = "", **params: str | int) -> Refused:
    """`raise refuse("not-a-member", "member", member=key)`."""
    return Refused(reason(code, field, **params))


def reason(code: str, field: str = "", **params: str | int) -> Reason:
    return Reason(code=code, field=field, params=params)


def refuse_all(reasons: Iterable[Reason | None]) -> None:
    """Raise with all reasons that are there, else return."""
    found = tuple(one for one in reasons if one is not None)
    if found:
        raise Refused(*found)


def from_bad_value(error: BadValue) -> Reason:
    return Reason(code=error.code, field=error.field, params=dict(error.params))
