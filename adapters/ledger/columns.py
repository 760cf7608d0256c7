"""What each column of a sheet is taken for: proposed from its heading and its values, or as the office says."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import msgspec

from adapters.ledger.cells import Cell, Numeric, at, letter
from adapters.ledger.fields import (
    FIELDS,
    MONEY,
    OF_MEMBER,
    Unit,
    field_of,
    member_of,
    normalise,
    rank_of,
    spans_months,
    unit_of,
)
from adapters.ledger.headers import Header
from adapters.ledger.values import QUOTES, given, plain
from domain.errors import BadValue

Shape = Literal["long", "wide", "cell", "single"]
NOT_TAKEN = "-"
_SAMPLE = 60
AGAIN = frozenset(
    {
        "amount",
        "total",
        "uplift",
        "standard",
        "start",
        "insured",
        "account",
        "holder",
        "bank",
        "category",
        "status",
    }
    | {"ended", "address", "phone"}
)
"""Fields that several columns of a ledger may speak of."""
_OF_HOUSEHOLD = ("seq", "household", "amount", "total", "certificate", "insured", "address")
_IDENTITY = re.compile(r"\d{15}|\d{17}[\dXx]|\d\.\d+E\+?1[4-7]")


class BadMapping(BadValue):
    """A mapping that names a heading or a field that isn't there."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """`fields`: field → column; `members`: place → field → column, of members that stand beside the head;
    `unknown`: columns of which nothing is known. `shape` long: a row a person; wide: members beside the head;
    cell: all in one; single: only who heads the household."""

    headings: tuple[str, ...]
    fields: dict[str, int]
    again: dict[str, tuple[int, ...]] = {}
    """Further columns of a field, by which its cells can be held against each other."""
    members: dict[int, dict[str, int]] = {}
    extras: tuple[int, ...] = ()
    units: dict[int, Unit] = {}
    unused: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    stacked: int | None = None
    """The column whose cells are merged over the rows of a household, where nothing else says who heads it."""

    @property
    def shape(self) -> Shape:
        if self.members:
            return "wide"
        if "members" in self.fields:
            return "cell"
        own = "name" in self.fields
        told = "relation" in self.fields or "head" in self.fields or self.stacked is not None
        return "long" if own and told else "single"

    def heading(self, column: int) -> str:
        """`G 身份证号码`: the column's letter and heading."""
        name = self.headings[column].replace("\n", " ") if column < len(self.headings) else ""
        return f"{letter(column)} {name}".rstrip()

    def proposed(self) -> list[tuple[str, str]]:
        """(column, field) as it would be given back with --map."""
        found = {column: field for field, column in self.fields.items()}
        for place, fields in self.members.items():
            found.update({column: f"member.{place}.{field}" for field, column in fields.items()})
        found.update({column: field for field, columns in self.again.items() for column in columns})
        found.update(dict.fromkeys(self.extras, "extra"))
        found.update(dict.fromkeys(self.unused, NOT_TAKEN))
        found.update(dict.fromkeys(self.unknown, "?"))
        return [(self.heading(column), found[column]) for column in sorted(found)]


def columns_of(
    header: Header,
    rows: Sequence[Sequence[Cell]],
    said: Mapping[str, str],
    merged_down: Collection[int] = (),
    said_over: Collection[str] = (),
) -> Columns:
    """`said`: heading (or a column's letter) → field, before what is proposed. `merged_down`: columns with cells that
    are merged over several rows of data. `said_over`: titles and names. Raises `BadMapping`."""
    names = header.names
    own = {**_certificates(names, rows), **_said(names, said)}
    fields: dict[str, int] = {}
    again: dict[str, list[int]] = {}
    members: dict[int, dict[str, int]] = {}
    extras: list[int] = []
    unused: list[int] = []
    unknown: list[int] = []
    seen: dict[str, int] = {}
    pairs = _bare_pairs(names, own)
    for column, name in enumerate(names):
        if not name:
            continue
        beside = pairs.get(column) or (None if column in own else _beside(name))
        field = own.get(column) or (None if beside else _field(name))
        if beside is not None:
            members.setdefault(beside[0], {})[beside[1]] = column
        elif field is None:
            unknown.append(column)
        elif field == NOT_TAKEN:
            unused.append(column)
        elif field == "extra":
            extras.append(column)
        elif field not in fields:
            fields[field] = column
        elif field in AGAIN and not {column, fields[field]} & own.keys():
            if rank_of(last_of(name)) < rank_of(last_of(names[fields[field]])):
                fields[field], column = column, fields[field]
            again.setdefault(field, []).append(column)
        elif column in own and fields[field] not in own and field in AGAIN:
            unused.append(fields[field])
            fields[field] = column
        elif field in OF_MEMBER and _pairs(names, field, fields, column, rows):
            place = seen[field] = seen.get(field, 0) + 1
            members.setdefault(place, {})[field] = column
        else:
            unused.append(column)
    stacked: int | None = None
    if "name" in fields and "head" not in fields and "relation" not in fields:
        over = [fields[one] for one in _OF_HOUSEHOLD if fields.get(one) in merged_down]
        stacked = over[0] if over and not members else None
        if stacked is None:
            fields["head"] = fields.pop("name")
    if members and "head" not in fields and "name" in fields:
        fields["head"] = fields.pop("name")
    if "head_id" in fields and "id" not in fields:
        fields["id"] = fields.pop("head_id")
    money = {column for field, column in fields.items() if field in MONEY} | set(extras)
    money |= {column for field, columns in again.items() if field in MONEY for column in columns}
    spans = spans_months("\n".join(said_over))
    return Columns(
        headings=names,
        fields=fields,
        again={field: tuple(columns) for field, columns in again.items()},
        members={place: members[place] for place in sorted(members) if "name" in members[place]},
        extras=tuple(extras),
        units={
            column: unit_of(names[column], header.note, spans and column != fields.get("standard"))
            for column in money
        },
        unused=tuple(unused),
        unknown=tuple(unknown),
        stacked=stacked,
    )


def _said(names: Sequence[str], said: Mapping[str, str]) -> dict[int, str]:
    own: dict[int, str] = {}
    for heading, field in said.items():
        if field not in FIELDS and field != NOT_TAKEN:
            raise BadMapping("ledger-map-field", "map", named=field[:40], known=", ".join(FIELDS))
        wanted = normalise(heading)
        found = [
            column
            for column, name in enumerate(names)
            if name and wanted in (normalise(name), normalise(name.split("\n")[-1]), letter(column))
        ]
        if not found:
            raise BadMapping("ledger-map-heading", "map", named=field)
        own[found[0]] = field
    return own


def _beside(name: str) -> tuple[int, str] | None:
    parts = name.split("\n")
    return member_of(parts[-1]) or (member_of("".join(parts)) if len(parts) > 1 else None)


def _bare_pairs(names: Sequence[str], own: Mapping[int, str]) -> dict[int, tuple[int, str]]:
    """Members beside a head who has a name and number of his own: each name begins the next one."""
    known = {column: own.get(column) or _field(name) for column, name in enumerate(names) if name}
    heads = [column for column, field in known.items() if field == "head"]
    numbers = [column for column, field in known.items() if field == "id"]
    if not heads or len(numbers) < 2:
        return {}
    found: dict[int, tuple[int, str]] = {}
    place = 0
    for column in sorted(known):
        field = known[column]
        if column <= numbers[0] or column in own:
            continue
        if field == "name":
            place += 1
        if place and field in OF_MEMBER and (place, field) not in found.values():
            found[column] = (place, field)
    return found if any(field == "id" for _, field in found.values()) else {}


def _field(name: str) -> str | None:
    parts = name.split("\n")
    last = field_of(parts[-1])
    if len(parts) > 1:
        group = normalise(parts[0])
        if "户主" in group and last in ("name", "id"):
            return "head" if last == "name" else "id"
        return last or field_of("".join(parts)) or field_of(parts[0])
    return last


def _pairs(
    names: Sequence[str], field: str, fields: Mapping[str, int], column: int, rows: Sequence[Sequence[Cell]]
) -> bool:
    """Whether a heading that comes again is of a member beside the head: a name or number, or what follows one."""
    if field == "id":
        return _like_identity(rows, column) or not any(given(at(row, column)) for row in rows)
    if field == "name":
        return True
    return column > max((fields[one] for one in ("name", "head", "id") if one in fields), default=column)


def _certificates(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[int, str]:
    """`证件号码` may be the certificate's: what the values look like decides, never the heading alone."""
    last = [normalise(name.split("\n")[-1]) for name in names]
    found = {}
    for column, name in enumerate(last):
        if name in ("证件号码", "证件号") and not _like_identity(rows, column):
            others = any(one.startswith(("身份证", "公民身份", "户主身份证")) for one in last)
            if others or any(given(at(row, column)) for row in rows):
                found[column] = "certificate"
    return found


def _like_identity(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    """Most of its first values have the shape of an identity number, whole or ruined."""
    values = [cell for row in rows[: _SAMPLE * 3] if given(cell := at(row, column))][:_SAMPLE]
    like = sum(
        (isinstance(cell, Numeric) and len(cell.text) >= 15)
        or bool(_IDENTITY.fullmatch(plain(cell).replace(" ", "").strip(QUOTES)))
        for cell in values
    )
    return bool(values) and like * 2 >= len(values)


def last_of(name: str) -> str:
    return name.split("\n")[-1]
