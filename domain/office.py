"""What an office as a whole knows: parameters set, calendars loaded, numbers given, time seen."""

from datetime import date, datetime
from typing import Literal

from domain.event import Event
from domain.ids import CaseNo, DivisionCode


class ParameterSet(Event, frozen=True, kw_only=True):
    """A parameter of a division × programme (× area) from a day on, with its document (architecture 10).

    `value` None ends the parameter on `since`. Money is fen; a unit of yuan/year is kept as such.
    """

    division: DivisionCode
    programme: str
    name: str
    value: bool | int | str | tuple[int | str, ...] | None
    unit: str
    since: date
    document: str
    until: date | None = None
    area: Literal["urban", "rural"] | None = None


class YearLoaded(Event, frozen=True, kw_only=True):
    """The official calendar of a year: days off beyond weekends, weekends worked (调休), its notice."""

    year: int
    days_off: tuple[date, ...]
    workdays: tuple[date, ...]
    document: str


class NumberGiven(Event, frozen=True, kw_only=True):
    serial: int
    case: CaseNo


class TimeSeen(Event, frozen=True, kw_only=True):
    """The deadline process has seen time up to the end of `until`; only grows (architecture 14)."""

    until: date


class ClockSet(Event, frozen=True, kw_only=True):
    """A trial store's clock; a real store refuses it."""

    to: datetime


class StoreBegun(Event, frozen=True, kw_only=True):
    trial: bool
    log: str


class StoreRestored(Event, frozen=True, kw_only=True):
    """A new log begins from another's events up to `position`; what that one had after them is not in this.

    `log`: the new log's id; `before`: that of the one it was taken from, whose backup reached to `head`.
    """

    log: str
    before: str
    position: int
    head: int
