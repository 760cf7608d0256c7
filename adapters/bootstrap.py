"""The one place that knows which store, clock and randomness are in use."""

from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

import workflows.commands
import workflows.decide  # noqa: F401
from adapters.closing import MonthTables
from adapters.due import DueRows
from adapters.ended import EndedCases, ReadingCases
from adapters.faults import reach
from adapters.payable import PayableCases
from adapters.places import PlacesOf
from adapters.projector import Projector
from adapters.seed.calendars import shipped_calendars
from adapters.store.access_log import Access
from adapters.store.open import access_log_of, init_store, open_store, randomness_of
from adapters.store.store import EventStore
from domain.days import china_day
from domain.event import Event
from domain.ids import CaseNo, CommandId, StaffId, StreamId
from domain.office import StoreBegun, YearLoaded
from domain.personal import Name
from domain.staff import Appointed
from projections.base import Projection
from projections.dependencies import Dependencies
from projections.due import Due
from projections.imports import Imports
from projections.notices import Notices
from projections.office import Offices
from projections.payable import Payable
from projections.payments import Outcomes
from projections.persons import Persons
from projections.register import Register
from projections.statistics import Statistics
from projections.timeline import Timeline
from projections.worklist import Worklist
from workflows.command import Answer, Request
from workflows.office import Office
from workflows.ports import Commit
from workflows.processes.deadlines import Deadlines
from workflows.processes.deaths import Deaths
from workflows.processes.draw import Draw
from workflows.processes.raising import Raising
from workflows.processes.replacing import Replacing
from workflows.world import CLOCK, ROOT, calendar_stream, staff_stream

ADMINISTRATOR = StaffId("admin")
PROJECTIONS: tuple[Projection, ...] = (
    Register(),
    Statistics(),
    Due(),
    Payable(),
    Worklist(),
    Notices(),
    Timeline(),
    Dependencies(),
    Persons(),
    Offices(),
    Outcomes(),
    Imports(),
)
FOR_PROCESSES: tuple[Projection, ...] = (Due(), Payable())


class Doudi:
    """An open store with all that works on it."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.access_log = access_log_of(store)
        self.office = Office(store, store.clock, randomness_of(store), self._note_refusal)
        self.office.world.tables = MonthTables(store, lambda: self.projector)
        self.office.processes["Tick"] = self._tick
        self.office.processes["Draw"] = self._draw
        self.office.processes["Raise"] = lambda request: self.raising.parts(request)
        self.office.processes["ReplaceDivision"] = lambda request: self.replacing.parts(request)
        self.office.processes["ReportDeath"] = Deaths(self.office).parts
        self.office.after["LoadCalendar"] = lambda request: self.deadlines.move_provisional()

    @cached_property
    def projector(self) -> Projector:
        """All projections; a read first lets them catch up."""
        return Projector(self.store, PROJECTIONS)

    @cached_property
    def _waiting(self) -> Projector:
        """What processes look at, brought to the head apart from what is only read."""
        return Projector(self.store, FOR_PROCESSES)

    @cached_property
    def deadlines(self) -> Deadlines:
        return Deadlines(self.office, DueRows(self.store, self._waiting))

    @cached_property
    def draw(self) -> Draw:
        cases = PayableCases(self.store, self._waiting)
        due = DueRows(self.store, self._waiting)
        return Draw(self.office, cases, self.deadlines, due, parked=self._parked)

    @cached_property
    def raising(self) -> Raising:
        cases = PayableCases(self.store, self._waiting)
        ended = EndedCases(self.store, lambda: self.projector)
        return Raising(self.office, cases, ended, ReadingCases(lambda: self.projector))

    @cached_property
    def replacing(self) -> Replacing:
        return Replacing(self.office, PlacesOf(self.store, lambda: self.projector))

    def _parked(self) -> list[CaseNo]:
        """Cases that a projection can't follow; nobody is paid by rows that may be wrong."""
        streams = (one.stream.partition(":") for one in self._waiting.parked())
        return [CaseNo(number) for kind, _, number in streams if kind == "case"]

    def _tick(self, request: Request) -> dict[str, Any]:
        reach("tick.begun")
        counts = self.deadlines.tick(request)
        return self.deadlines.tick(request) if reach("tick.parts") else counts

    def _draw(self, request: Request) -> dict[str, Any]:
        reach("draw.begun")
        counts = self.draw.parts(request)
        return self.draw.parts(request) if reach("draw.parts") else counts

    def _note_refusal(self, request: Request, answer: Answer) -> None:
        self.access_log.note(
            Access(
                at=self.store.clock.now(),
                actor=request.actor,
                case=answer.case or request.case,
                purpose=type(request.data).__name__,
                outcome=",".join(reason.code for reason in answer.reasons),
                command=request.id,
            )
        )

    def fresh_id(self) -> CommandId:
        """An id for a command that came without one; in a trial it follows from what was written so far."""
        if not self.store.trial:
            return CommandId(f"cli-{uuid4()}")
        return CommandId(f"cli-{self.store.head()}-{self.store.commands()}")

    def close(self) -> None:
        self.store.close()


def begin(url: str, *, trial: bool = False, seed: int = 1, clock: datetime | None = None) -> Doudi:
    """Make a store: the shipped calendars are loaded and one administrator stands at the top."""
    return Doudi(init_store(url, trial=trial, seed=seed, clock=clock, first=_first_events))


def _first_events(store: EventStore) -> None:
    today = china_day(store.clock.now())
    administrator = Appointed(
        on=today,
        staff=ADMINISTRATOR,
        name=Name(ADMINISTRATOR, ADMINISTRATOR),
        desk="administrator",
        division=ROOT,
        since=date(1999, 1, 1),
    )
    events: list[tuple[StreamId, Event]] = [
        (CLOCK, StoreBegun(on=today, trial=store.trial, log=store.log_id)),
        (staff_stream(ROOT), administrator),
    ]
    for year in shipped_calendars():
        loaded = YearLoaded(
            on=today,
            year=year.year,
            days_off=tuple(sorted(year.days_off)),
            workdays=tuple(sorted(year.workdays)),
            document=year.document,
        )
        events.append((calendar_stream(year.year), loaded))
    store.write(
        Commit(
            command=CommandId("init"),
            digest=store.digest(b"init"),
            answer=b'{"id":"init","status":"done"}',
            actor=ADMINISTRATOR,
            division=ROOT,
            expected={stream: 0 for stream, _ in events},
            events=events,
        )
    )


def open_doudi(url: str) -> Doudi:
    return Doudi(open_store(url))
