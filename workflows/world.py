"""What a command reads: the states of streams, folded once and kept fresh by the log's head."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from domain.calendar import Calendar, check_year
from domain.case import Case, evolve
from domain.division import evolve_division
from domain.event import CaseEvent, Event
from domain.ids import CaseNo, DivisionCode, PersonRef, StreamId, parent_of
from domain.month import Closings, evolve_closings
from domain.office import (
    ClockSet,
    NumberGiven,
    ParameterSet,
    StoreBegun,
    StoreRestored,
    TimeSeen,
    YearLoaded,
)
from domain.payment import PayList, evolve_list
from domain.person import Person, evolve_person
from domain.policy import Parameter, Policy
from domain.staff import Roster, evolve_roster
from domain.subscriber import Subscriber, evolve_subscriber
from workflows.ports import Store, Tables

FAR_BEHIND = 20_000
KEPT = 20_000


def case_stream(number: str) -> StreamId:
    return StreamId(f"case:{number}")


def person_stream(person: str) -> StreamId:
    return StreamId(f"person:{person}")


def staff_stream(division: str) -> StreamId:
    return StreamId(f"staff:{division}")


def division_stream(division: str) -> StreamId:
    return StreamId(f"division:{division}")


def policy_stream(division: str, programme: str) -> StreamId:
    return StreamId(f"policy:{division}/{programme}")


def list_stream(division: str, programme: str, area: str, month: str) -> StreamId:
    return StreamId(f"list:{division}/{programme}/{area}/{month}")


def month_stream(division: str, programme: str) -> StreamId:
    """Where the months stand that a county closed of a programme."""
    return StreamId(f"month:{division}/{programme}")


def numbers_stream(county: str, year: int) -> StreamId:
    return StreamId(f"numbers:{county}/{year}")


def subscriber_stream(name: str) -> StreamId:
    return StreamId(f"subscriber:{name}")


def calendar_stream(year: int) -> StreamId:
    return StreamId(f"calendar:{year}")


CLOCK = StreamId("clock")
ROOT = DivisionCode("00")
"""Above all provinces: national parameters, and the office that begins with one administrator."""


def _evolve_case(case: Case | None, event: Event, stream: str, version: int) -> Case:
    assert isinstance(event, CaseEvent)
    return evolve(case or Case(), event)


def _evolve_policy(
    parameters: tuple[Parameter, ...] | None, event: Event, stream: str, version: int
) -> tuple[Parameter, ...]:
    assert isinstance(event, ParameterSet)
    one = Parameter(
        ref=f"{stream}#{version}",
        name=event.name,
        value=event.value,
        unit=event.unit,
        since=event.since,
        until=event.until,
        division=event.division,
        programme=event.programme,
        area=event.area,
        document=event.document,
    )
    return (*(parameters or ()), one)


def _evolve_clock(seen: tuple[date | None, Any] | None, event: Event, stream: str, version: int) -> Any:
    until, clock = seen or (None, None)
    if isinstance(event, TimeSeen):
        return (max(until, event.until) if until else event.until, clock)
    assert isinstance(event, ClockSet | StoreBegun | StoreRestored)
    return (until, event.to if isinstance(event, ClockSet) else clock)


def _evolve_calendar(loaded: Any, event: Event, stream: str, version: int) -> YearLoaded:
    assert isinstance(event, YearLoaded)
    return event


def _evolve_numbers(serial: int | None, event: Event, stream: str, version: int) -> int:
    assert isinstance(event, NumberGiven)
    return event.serial


FOLDS: dict[str, Callable[[Any, Event, str, int], Any]] = {
    "case": _evolve_case,
    "person": lambda state, event, *_: evolve_person(state or Person(), event),
    "staff": lambda state, event, *_: evolve_roster(state or Roster(), event),
    "division": lambda state, event, *_: evolve_division(state, event),
    "subscriber": lambda state, event, *_: evolve_subscriber(state or Subscriber(), event),
    "list": lambda state, event, *_: evolve_list(state or PayList(), event),
    "month": lambda state, event, *_: evolve_closings(state or Closings(), event),
    "policy": _evolve_policy,
    "calendar": _evolve_calendar,
    "numbers": _evolve_numbers,
    "clock": _evolve_clock,
}


class World:
    """States of streams as of the log's head. `read` collects the versions a decision relies on.

    A stream kept here is current whenever `at` is the head; what others wrote meanwhile is folded in.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tables: Tables | None = None
        """What counts a month's figures, where there is something that does."""
        self.at = store.head()
        self.read: dict[StreamId, int] = {}
        self._states: dict[StreamId, tuple[int, Any]] = {}
        self._policies: dict[tuple[DivisionCode, str, str | None], tuple[Policy, dict[StreamId, int]]] = {}
        self._rosters: dict[DivisionCode, tuple[tuple[Roster, ...], dict[StreamId, int]]] = {}
        self._desks: dict[tuple[str, DivisionCode, date], frozenset[tuple[str, DivisionCode]]] = {}
        self._calendar: Calendar | None = None

    def refresh(self) -> None:
        """Bring what is kept to the head and forget what was read."""
        self.read = {}
        head = self.store.head()
        if head == self.at:
            return
        if head < self.at or head - self.at > FAR_BEHIND:
            self.forget()
        else:
            while self.at < head:
                page = self.store.page(self.at, 2_000)
                for recorded in page:
                    self._fold(recorded.stream, recorded.version, recorded.event)
                self.at = page[-1].position if page else head
        self.at = head

    def forget(self) -> None:
        self._states.clear()
        self._policies.clear()
        self._rosters.clear()
        self._desks.clear()
        self._calendar = None
        self.at = self.store.head()

    def wrote(self, events: list[tuple[StreamId, int, Event]], last: int) -> None:
        """Fold in what this process just wrote, if nobody wrote in between."""
        if last == self.at + len(events):
            for stream, version, event in events:
                self._fold(stream, version, event)
            self.at = last

    def _fold(self, stream: StreamId, version: int, event: Event) -> None:
        kind = stream.split(":", 1)[0]
        if kind == "policy":
            self._policies.clear()
        elif kind == "staff":
            self._rosters.clear()
            self._desks.clear()
        elif kind == "calendar":
            self._calendar = None
        kept = self._states.get(stream)
        if kept is not None and kept[0] == version - 1:
            self._states[stream] = (version, FOLDS[kind](kept[1], event, stream, version))

    def state(self, stream: StreamId) -> Any:
        """The stream's state (None: no events yet), noted as read."""
        kept = self._states.get(stream)
        if kept is None:
            kept = self._load(stream)
        self.read[stream] = kept[0]
        return kept[1]

    def _load(self, stream: StreamId) -> tuple[int, Any]:
        if len(self._states) > KEPT:
            self._states.clear()
        fold = FOLDS[stream.split(":", 1)[0]]
        version, state = 0, None
        for recorded in self.store.load(stream):
            version = recorded.version
            state = fold(state, recorded.event, stream, version)
        self._states[stream] = (version, state)
        return version, state

    def fresh(self, stream: StreamId) -> None:
        """Take a stream as not there yet, without looking: its name was drawn just now. Checked when written."""
        if stream not in self._states:
            self._states[stream] = (0, None)

    def version(self, stream: StreamId) -> int:
        self.state(stream)
        return self._states[stream][0]

    def case(self, number: CaseNo) -> Case | None:
        found: Case | None = self.state(case_stream(number))
        return found

    def person(self, ref: PersonRef) -> Person:
        found: Person | None = self.state(person_stream(ref))
        return found or Person()

    def roster(self, division: DivisionCode) -> Roster:
        found: Roster | None = self.state(staff_stream(division))
        return found or Roster()

    def rosters(self, division: DivisionCode) -> tuple[Roster, ...]:
        """Those of the division and of all above it, in the order of its chain."""
        found = self._rosters.get(division)
        if found is None:
            chain = self.chain(division)
            rosters = tuple(self.roster(one) for one in chain)
            found = self._rosters[division] = (rosters, self._read_of(map(staff_stream, chain)))
        self.read.update(found[1])
        return found[0]

    def desks(self, staff: str, division: DivisionCode, day: date) -> frozenset[tuple[str, DivisionCode]]:
        """(desk, division where it is held) of all desks a member of staff holds over a division that day."""
        rosters = self.rosters(division)
        key = (staff, division, day)
        found = self._desks.get(key)
        if found is None:
            if len(self._desks) > KEPT:
                self._desks.clear()
            found = self._desks[key] = frozenset(
                (desk, one)
                for one, roster in zip(self.chain(division), rosters, strict=True)
                for desk in roster.desks(staff, day)
            )
        return found

    def _read_of(self, streams: Iterable[StreamId]) -> dict[StreamId, int]:
        return {stream: self.version(stream) for stream in streams}

    def chain(self, division: DivisionCode) -> tuple[DivisionCode, ...]:
        """The division, then all above it."""
        return _chain(division)

    def policy(
        self, division: DivisionCode, programme: str, area: str | None, extra: tuple[Parameter, ...] = ()
    ) -> Policy:
        """`extra`: as if these were set last; of that nothing is kept."""
        key = (division, programme, area)
        found = None if extra else self._policies.get(key)
        if found is None:
            streams = [policy_stream(one, name) for one in self.chain(division) for name in (programme, "*")]
            parameters = [one for stream in streams for one in self.state(stream) or ()]
            policy = Policy([*parameters, *extra], self.chain(division), programme, area)  # type: ignore[arg-type]
            found = (policy, self._read_of(streams))
            if not extra:
                self._policies[key] = found
        self.read.update(found[1])
        return found[0]

    def calendar(self) -> Calendar:
        if self._calendar is None:
            years = {}
            for year in range(1999, 2100):
                loaded = self.state(calendar_stream(year))
                if loaded is not None:
                    years[year] = check_year(year, loaded.days_off, loaded.workdays, loaded.document)
            self._calendar = Calendar(years)
        return self._calendar

    def seen_until(self) -> date | None:
        found = self.state(CLOCK)
        return found[0] if found else None


_CHAINS: dict[DivisionCode, tuple[DivisionCode, ...]] = {}


def _chain(division: DivisionCode) -> tuple[DivisionCode, ...]:
    found = _CHAINS.get(division)
    if found is None:
        codes, above = [division], parent_of(division)
        while above is not None:
            codes.append(above)
            above = parent_of(above)
        if division != ROOT:
            codes.append(ROOT)
        found = _CHAINS[division] = tuple(codes)
    return found
