"""`lists`, `statistics`, `deadlines`: lists and months with their totals, steps of time limits; no person in them."""

from datetime import date
from typing import ClassVar

from domain.days import Month
from domain.ids import CaseNo, DivisionCode
from projections.public.message import Public, public


class ListFact(Public, frozen=True, kw_only=True):
    """`division`: the county; `area`: urban | rural."""

    TOPIC: ClassVar[str] = "lists"

    division: DivisionCode
    programme: str
    area: str
    month: Month
    on: date


@public
class ListDrawn(ListFact, frozen=True, kw_only=True):
    """Lines were drawn onto the list. Totals are those of all lines so far, money in fen.

    `arrears_…`: lines of earlier months, beside the month's own; `repeated_…`: what had come back from earlier lists
    and is paid again. `digest`: of all its lines, in any order: the sum
    modulo 2^256 of SHA-256 of each line's `case|month|amount` (UTF-8), as 64 hexadecimal digits.
    """

    TYPE: ClassVar[str] = "list-drawn"

    households: int
    persons: int
    amount: int
    arrears_lines: int = 0
    arrears_person_times: int = 0
    arrears_amount: int = 0
    repeated_lines: int = 0
    repeated_amount: int = 0
    supplementary: bool = False
    digest: str


@public
class ListClosed(ListFact, frozen=True, kw_only=True):
    """The list was signed by both hands and closed, with the same totals and digest as when it was last drawn."""

    TYPE: ClassVar[str] = "list-closed"

    households: int
    persons: int
    amount: int
    arrears_lines: int = 0
    arrears_person_times: int = 0
    arrears_amount: int = 0
    repeated_lines: int = 0
    repeated_amount: int = 0
    digest: str


@public
class MonthClosed(Public, frozen=True, kw_only=True):
    """A county closed a month of a programme: its figures as reported, which never change afterwards.

    `figures`: area (urban | rural | all) → figure → a whole number, money in fen; what is nothing is left out.
    `digest`: SHA-256 of the whole table in its one spelling; `position`: the last event it counts.
    """

    TYPE: ClassVar[str] = "month-closed"
    TOPIC: ClassVar[str] = "statistics"

    division: DivisionCode
    programme: str
    month: Month
    on: date
    position: int
    figures: dict[str, dict[str, int]]
    digest: str


class DeadlineFact(Public, frozen=True, kw_only=True):
    """`deadline` names it within its case: `instance/name`, as docs/life-cycles has them."""

    TOPIC: ClassVar[str] = "deadlines"

    case: CaseNo
    programme: str
    division: DivisionCode
    deadline: str
    on: date


@public
class DeadlineMoved(DeadlineFact, frozen=True, kw_only=True):
    """The due day moved."""

    TYPE: ClassVar[str] = "deadline-moved"

    due: date


@public
class DeadlineWarned(DeadlineFact, frozen=True, kw_only=True):
    """The desk that has to act was warned."""

    TYPE: ClassVar[str] = "deadline-warned"

    desk: str


@public
class DeadlineEscalated(DeadlineFact, frozen=True, kw_only=True):
    """The due day passed, and a desk above was told."""

    TYPE: ClassVar[str] = "deadline-escalated"

    desk: str


@public
class DeadlineFired(DeadlineFact, frozen=True, kw_only=True):
    """The day of a timer came, and what it stands for was done by itself."""

    TYPE: ClassVar[str] = "deadline-fired"

    due: date
