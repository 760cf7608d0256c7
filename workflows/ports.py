"""What the workflows need from outside, as small ports; adapters give them their real form."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

import msgspec

from domain.event import Event
from domain.ids import CaseNo, CommandId, DivisionCode, LogId, PersonRef, StreamId
from domain.month import MonthTable


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event with its envelope, as it stands in the log; `type` as it was written."""

    position: int
    stream: StreamId
    version: int
    type: str
    command: CommandId
    actor: str
    division: DivisionCode
    recorded_at: datetime
    event: Event
    causation: str | None = None


class Commit(msgspec.Struct, kw_only=True):
    """All that one command writes: its row, its events, the numbers it binds. Whole or not at all.

    `expected` is the version of each stream that the decision read and relies on (0: not there yet);
    events of a stream get the versions that follow it. `digest` is keyed, it tells equal content only.
    """

    command: CommandId
    digest: bytes
    answer: bytes
    actor: str
    division: DivisionCode
    expected: dict[StreamId, int]
    events: list[tuple[StreamId, Event]]
    numbers: list[tuple[str, PersonRef]] = msgspec.field(default_factory=list)
    causation: str | None = None
    at: int | None = None
    """The log's last position when all that `expected` names was current: if it still is, nothing moved since."""


class Conflict(Exception):
    """A stream moved on since it was read, or a number was bound meanwhile: load and decide again."""

    def __init__(self, stream: StreamId) -> None:
        super().__init__(f"stream moved on: {stream}")
        self.stream = stream


class CommandTaken(Conflict):
    """The command was written meanwhile, by another: its answer is there (`Store.answer`)."""

    def __init__(self, command: CommandId) -> None:
        super().__init__(StreamId(f"command:{command}"))
        self.command = command


class Store(Protocol):
    """The log with its command table and identity index."""

    log_id: LogId
    trial: bool

    def load(self, stream: StreamId, after: int = 0) -> list[Recorded]:
        """Events of one stream with version > after, in order."""

    def page(self, after: int, limit: int) -> list[Recorded]:
        """Events of the log with position > after, in order, at most `limit`."""

    def head(self) -> int:
        """The last position, 0 for an empty log."""

    def known_at(self, instant: datetime) -> int:
        """The last position with recorded_at ≤ instant (0: none)."""

    def last_recorded_at(self) -> datetime | None: ...

    def answer(self, command: CommandId) -> tuple[bytes, bytes] | None:
        """(digest, answer) of a command taken before, else None."""

    def digest(self, content: bytes) -> bytes:
        """Keyed digest of a command's content."""

    def person_of(self, number: str) -> PersonRef | None:
        """Who has this resident number, by the keyed index."""

    def keeps(self, person: PersonRef) -> bool:
        """Whether anything personal is kept under a reference."""

    def write(self, commit: Commit) -> int:
        """Append one command's events atomically; the last position. Raises Conflict.

        Every stream of `events` stands in `expected`. Within a batch a conflict undoes this commit alone.
        """

    def batch(self) -> AbstractContextManager[None]:
        """Hold one transaction over many writes (a simulated day); reads see what was written."""


class Clock(Protocol):
    def now(self) -> datetime: ...

    def set(self, when: datetime) -> None:
        """A trial's clock goes there, in the transaction that is open; a real one refuses."""


class Randomness(Protocol):
    def tokens(self, command: CommandId) -> Callable[[str], str]:
        """The source of one command's fresh unguessable references: `new = tokens(id); new("p")`.

        In a trial store they follow from its seed, the command's id and their order alone.
        """


class DueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline of a case of which a step may have come on `day`: a warning, an escalation, its firing."""

    case: CaseNo
    key: str
    day: date
    division: DivisionCode
    timer: bool = False


class Due(Protocol):
    """Deadlines of all cases, brought to the head of the log. A row that no longer holds costs only a look."""

    def due(self, until: date) -> Sequence[DueRow]:
        """Deadlines whose next step may have come by `until`, by the day of that step; one row each."""

    def provisional(self) -> Sequence[DueRow]:
        """Deadlines reckoned over a year without a calendar, by their due day."""


class Cases(Protocol):
    def cases(self, division: DivisionCode, programme: str, area: str, month: str) -> Sequence[CaseNo]:
        """Cases that may be payable in the month or still owed an earlier one, by number, brought to the head;
        a stale row costs only a look."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A month's table as of a position. `living`: areas where awards live in the month; `waiting`: how many cases
    the figures can't follow."""

    table: MonthTable
    position: int
    living: tuple[str, ...] = ()
    waiting: int = 0


class Tables(Protocol):
    def taken(self, division: DivisionCode, programme: str, month: str) -> Taken:
        """A county's figures of a month with those of each division below it, brought to the head of the log."""
