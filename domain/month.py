"""结账: a month's table of a county and programme as it was reported, kept for ever with its digest (rules.md §8).

One table has the county and each division below it, so what a township or village reported comes from the same
snapshot. What becomes known after `position` never changes it: it is a correction in the month of knowing.
"""

from datetime import date
from hashlib import sha256
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from domain.days import Month
from domain.event import Event, Value
from domain.ids import DivisionCode, StaffId

Figures: TypeAlias = dict[str, int]
"""Figure → a whole number; money in fen."""


class MonthTable(Value, frozen=True, kw_only=True):
    """Figures by division and area (urban | rural | all) as reported; an average is its exact fraction of fen as text.

    What is nothing is left out below the county. `lists`: the day each area's list was first closed; `counted_by`: the
    version of the fold that counted it, for a later one may count more kinds of figures.
    """

    division: DivisionCode
    programme: str
    month: Month
    counted_by: int
    lists: dict[str, date]
    rows: dict[DivisionCode, dict[str, dict[str, int | str]]]

    def text(self) -> str:
        """Its one spelling: the same table is always the same bytes."""
        return msgspec.json.encode(self, order="sorted").decode()


def read_table(text: str) -> MonthTable:
    return msgspec.json.decode(text, type=MonthTable)


def digest_of(text: str) -> str:
    """SHA-256 of the table's bytes, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


class MonthClosed(Event, frozen=True, kw_only=True):
    """`table` is the `MonthTable` in its one spelling, `digest` that of its bytes, `position` the last event it
    counts. `figures`: area → the county's own whole numbers of it; what is nothing is left out."""

    division: DivisionCode
    programme: str
    month: Month
    by: StaffId
    position: int
    figures: dict[str, Figures]
    table: str
    digest: str


class ClosedMonth(Value, frozen=True, kw_only=True):
    on: date
    position: int
    digest: str


class Closings(msgspec.Struct, frozen=True, kw_only=True):
    """What a county closed of a programme, in the order of the months."""

    months: dict[Month, ClosedMonth] = {}

    @property
    def last(self) -> Month | None:
        return max(self.months, default=None)


def evolve_closings(closings: Closings, event: Event) -> Closings:
    assert isinstance(event, MonthClosed)
    one = ClosedMonth(on=event.on, position=event.position, digest=event.digest)
    return replace(closings, months={**closings.months, event.month: one})
