"""发放名单: a month's list of one division, programme and area: opened, drawn, signed by maker and checker, closed.

The lines stand in the cases' own streams (MonthDrawn), so (case, month) is unique; the list has the totals.
rules.md §7, §8.
"""

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from domain.days import Month
from domain.event import Event
from domain.ids import DivisionCode, StaffId
from domain.money import Fen


class ListOpened(Event, frozen=True, kw_only=True):
    division: DivisionCode
    programme: str
    area: str
    month: Month


class ListDrawn(Event, frozen=True, kw_only=True):
    """What a part of a draw added, in one transaction with its lines: so a list's totals are always the sum of
    its lines. After the first signature it is supplementary. `held` are among the households; `left_out`: living
    awards without a line, nothing payable or kept back by a check."""

    households: int
    persons: int
    amount: Fen
    held: int = 0
    left_out: int = 0
    supplementary: bool = False
    arrears_lines: int = 0
    """Lines of earlier months, beside the month's own."""
    arrears_person_times: int = 0
    arrears_amount: Fen = 0
    repeated_lines: int = 0
    """What had come back from earlier lists and is paid again."""
    repeated_amount: Fen = 0
    set_off: Fen = 0
    """What decisions take from the month's own lines for what is to be paid back: drawn and not sent."""


class ListSigned(Event, frozen=True, kw_only=True):
    by: StaffId
    hand: Literal["maker", "checker"]


class ListClosed(Event, frozen=True, kw_only=True):
    """After this only a supplementary line, closed in its turn; the totals are those of all lines so far."""

    households: int
    persons: int
    amount: Fen
    arrears_lines: int = 0
    arrears_person_times: int = 0
    arrears_amount: Fen = 0
    repeated_lines: int = 0
    repeated_amount: Fen = 0


class PayList(msgspec.Struct, frozen=True, kw_only=True):
    division: DivisionCode = DivisionCode("")
    programme: str = ""
    area: str = ""
    month: Month = Month("")
    opened: date | None = None
    drawn_on: date | None = None
    draws: int = 0
    households: int = 0
    persons: int = 0
    amount: Fen = 0
    arrears_lines: int = 0
    arrears_person_times: int = 0
    arrears_amount: Fen = 0
    repeated_lines: int = 0
    repeated_amount: Fen = 0
    set_off: Fen = 0
    maker: StaffId | None = None
    checker: StaffId | None = None
    signed: bool = False
    """Whether anybody ever signed it: what is drawn from then on is supplementary."""
    closed: date | None = None
    """The day it was first closed."""
    settled: bool = False
    """Whether all its lines stand on what was closed."""


def _drawn(paylist: PayList, event: ListDrawn) -> PayList:
    return replace(
        paylist,
        drawn_on=event.on,
        draws=paylist.draws + 1,
        households=paylist.households + event.households,
        persons=paylist.persons + event.persons,
        amount=paylist.amount + event.amount,
        arrears_lines=paylist.arrears_lines + event.arrears_lines,
        arrears_person_times=paylist.arrears_person_times + event.arrears_person_times,
        arrears_amount=paylist.arrears_amount + event.arrears_amount,
        repeated_lines=paylist.repeated_lines + event.repeated_lines,
        repeated_amount=paylist.repeated_amount + event.repeated_amount,
        set_off=paylist.set_off + event.set_off,
        maker=None,
        checker=None,
        settled=False,
    )


def _signed(paylist: PayList, event: ListSigned) -> PayList:
    if event.hand == "maker":
        return replace(paylist, maker=event.by, signed=True)
    return replace(paylist, checker=event.by, signed=True)


_EVOLVE: dict[type[Event], Any] = {
    ListOpened: lambda paylist, event: replace(
        paylist,
        division=event.division,
        programme=event.programme,
        area=event.area,
        month=event.month,
        opened=event.on,
    ),
    ListDrawn: _drawn,
    ListSigned: _signed,
    ListClosed: lambda paylist, event: replace(paylist, closed=paylist.closed or event.on, settled=True),
}


def evolve_list(paylist: PayList, event: Event) -> PayList:
    changed: PayList = _EVOLVE[type(event)](paylist, event)
    return changed
