"""From the log to public messages: a fold, so that the same log always gives the same messages.

The events of one command are mapped together (`by_command`): between them nothing holds that anybody should act on.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import msgspec

from domain.case.award import (
    AmountChanged,
    AreaChanged,
    AwardBegan,
    DifferenceDrawn,
    GradualExitGranted,
    HoldEnded,
    HoldSet,
    MonthDrawn,
    Stopped,
)
from domain.case.change import MemberJoined
from domain.case.intake import ApplicationEntered
from domain.days import china_day, month_of
from domain.event import CaseEvent, Event
from domain.ids import CaseNo, PersonRef
from domain.payment import ListClosed, ListDrawn
from domain.person import NumberAdded, PersonForgotten, PersonRegistered
from projections.awards import Awards
from projections.base import Key, Row, Seen
from projections.public import coverage, facts, lists
from projections.public.coverage import FOREVER, Shares, shares_of
from projections.public.message import Message, Public
from projections.public.persons import Approved, Exited, Recipient, Span
from projections.public.state import Known, State, Totals

LINES = (MonthDrawn, DifferenceDrawn)
AWARDED = (AwardBegan, AmountChanged, Stopped, GradualExitGranted, AreaChanged, HoldSet, HoldEnded)
UNSAID = {"S12": "S99", "S13": "S99", "D07": "D99"}
"""Reasons that say of somebody what no other office needs: prison, detox, fraud."""
COMPACTED = ("recipients", "subjects")
CLOCK = "clock"
_OWN = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_DIGEST = 2**256

Older = Mapping[type[Public], tuple[type[Public], Callable[[Any], Public]]]
"""A public event → its older version and how it is made, while both are published."""


class Recorded(Seen, Protocol):
    """An event as the store gives it."""

    @property
    def command(self) -> str: ...
    @property
    def causation(self) -> str | None: ...


R = TypeVar("R", bound=Recorded)


class Unmappable(Exception):
    """A command's events that don't fit what the log said before. `key`: of what."""

    def __init__(self, stream: str, position: int) -> None:
        super().__init__(f"can't be mapped: {stream} at position {position}")
        self.stream, self.position = stream, position


def by_command(pages: Iterable[Sequence[R]]) -> Iterator[list[R]]:
    """The log's events by the command that wrote them, in order.

    A command is written whole: what the pages end with, if they go to the head, is a whole command too.
    """
    group: list[R] = []
    for page in pages:
        for seen in page:
            if group and seen.command != group[0].command:
                yield group
                group = []
            group.append(seen)
    if group:
        yield group


class _OneRow(dict[tuple[str, Key], Row]):
    """The rows that `Awards` asks for: a case's award."""

    def get(self, table: str, key: Key) -> Row | None:  # type: ignore[override]
        return super().get((table, key))

    def put(self, table: str, row: Row) -> None:
        self[table, (row["case_no"],)] = row


class Publishing:
    """The fold. `apply` takes every command of the log from the first on; `dump` and `load` keep where it stands."""

    awards = Awards("public")

    def __init__(self, state: State | None = None, older: Older | None = None) -> None:
        self.state = state or State()
        self._older = dict(older or {})

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self.state)

    @classmethod
    def load(cls, data: bytes, older: Older | None = None) -> "Publishing":
        return cls(msgspec.msgpack.decode(data, type=State), older)

    def apply(self, group: Sequence[Recorded]) -> list[Message]:
        """The messages of one command's events, in the order of the log; none is of an earlier or later one."""
        return _Group(self, group).messages()

    def snapshot(self, last: Recorded) -> list[Message]:
        """The present state of every recipient, as messages of the event that the fold stands at."""
        made = _Group(self, [last])
        return [
            message
            for key in sorted(self.state.live)
            for message in made.recipient(key, made.record(key), last)
        ]

    def older(self, kind: type[Public]) -> tuple[type[Public], Callable[[Any], Public]] | None:
        """The older version that is published beside a public event, and how it is made."""
        return self._older.get(kind)


class _Group:
    def __init__(self, fold: Publishing, group: Sequence[Recorded]) -> None:
        self.fold = fold
        self.state = fold.state
        self.group = group
        self.first = group[0]
        self.today = china_day(self.first.recorded_at)
        self.month = month_of(self.today)
        self.out: list[Message] = []
        self.before: dict[CaseNo, Shares] = {}
        self.last: dict[CaseNo, Recorded] = {}
        self.cause: dict[CaseNo, str] = {}
        self.fired = _fired(self.first)
        self.touched: dict[str, Recorded] = {}
        """Recipients whose state may be another now."""
        self.changed: dict[PersonRef, Recorded] = {}
        """Persons whom a subscriber may now have to be told of, or no more."""

    def messages(self) -> list[Message]:
        for seen in self.group:
            try:
                self._take(seen)
            except (LookupError, AssertionError, TypeError, StopIteration) as error:
                raise Unmappable(seen.stream, seen.position) from error
        for seen in self.group:
            if isinstance(seen.event, ListDrawn | ListClosed):
                self._list(seen, seen.event)
        for number, seen in self.last.items():
            self._persons(number, seen)
        self._recipients()
        self._over()
        self.state.position = self.group[-1].position
        return self.out

    # One event

    def _take(self, seen: Recorded) -> None:
        event = seen.event
        if isinstance(event, CaseEvent):
            self._case(seen, event, CaseNo(seen.stream.partition(":")[2]))
        elif isinstance(event, ListDrawn):
            _draw(self.state.lists.setdefault(seen.stream, Totals()), event)
        elif isinstance(event, PersonRegistered | NumberAdded):
            if event.number is not None:
                self._numbered(PersonRef(seen.stream.partition(":")[2]), seen)
        elif isinstance(event, PersonForgotten):
            self._forget(event.person, seen)

    def _case(self, seen: Recorded, event: CaseEvent, number: CaseNo) -> None:
        if isinstance(event, ApplicationEntered):
            self.state.cases[number] = _entered(event)
        case = self.state.cases[number]
        common: dict[str, Any] = {
            "case": number,
            "programme": case.programme,
            "division": case.division,
            "on": event.on,
        }
        kind = type(event)
        life = facts.LIFE.get(kind)
        if life is not None:
            states = {one.instance: one.state for one in event.moved}
            fact = life[0](**common, states=states, **facts.extra(event, life[1]))
            self.say(fact, number, number, seen)
        elif (step := facts.DEADLINES.get(kind)) is not None:
            self.say(step(**common, **facts.deadline(event)), number, number, seen)
        if self.fired and self.fired.startswith(f"{number}/"):
            key, _, due = self.fired.removeprefix(f"{number}/").rpartition("/")
            self.fired = ""
            self.say(
                lists.DeadlineFired(**common, deadline=key, due=date.fromisoformat(due)), number, number, seen
            )
        if isinstance(event, MemberJoined):
            case.members[event.member.key] = event.member.person
        elif isinstance(event, LINES):
            _line(self.state.lists.setdefault(event.list, Totals()), number, event)
        elif isinstance(event, AWARDED):
            self._award(number, case, event, seen)

    def _award(self, number: CaseNo, case: Known, event: Event, seen: Recorded) -> None:
        if number not in self.before:
            self.before[number] = shares_of(number, case)
        self.last[number] = seen
        if isinstance(event, HoldSet):
            case.holds = [*case.holds, event.hold]
        elif isinstance(event, HoldEnded):
            case.holds = [one for one in case.holds if one != event.hold]
        elif isinstance(event, AreaChanged):
            case.areas = [*case.areas, [event.from_month, event.area]]
        else:
            rows = _OneRow()
            if case.award is not None:
                rows.put(self.fold.awards.name, case.award)
            case.award = self.fold.awards.apply(number, event, rows)  # type: ignore[arg-type]
            if isinstance(event, AwardBegan):
                self.cause[number] = event.cause

    # Persons

    def _persons(self, number: CaseNo, seen: Recorded) -> None:
        case = self.state.cases[number]
        before, after = self.before[number], shares_of(number, case)
        for person in sorted(before.keys() | after.keys()):
            if person not in before and number not in self.state.awarded.get(person, ()):
                self.state.awarded.setdefault(person, []).append(number)
            was, now = before.get(person, []), after.get(person, [])
            if was == now:
                continue
            self._came_or_went(number, case, person, was, now, seen)
            self.touched[recipient_key(person, case.programme)] = seen

    def _recipients(self) -> None:
        for key, seen in self.touched.items():
            earlier, record = self._record(key, before=True), self.record(key)
            if earlier != record or not record.spans:
                self.out += self.recipient(key, record, seen)
                self.changed.setdefault(record.person, seen)

    def _came_or_went(
        self, number: CaseNo, case: Known, person: PersonRef, was: list[Span], now: list[Span], seen: Recorded
    ) -> None:
        assert case.award is not None
        had, has = coverage.runs(was), coverage.runs(now)
        common: dict[str, Any] = {"person": person, "case": number, "programme": case.programme}
        common["on"] = seen.event.on
        key = recipient_key(person, case.programme)
        for place, (first, _) in enumerate(coverage.without(had, has)):
            span = coverage.at(was, first)
            again = next((start for start, _ in has if start > first), None)
            code = coverage.code_at(case.award, first)
            gone = Exited(
                **common,
                division=span.division,
                area=span.area,
                from_month=first,
                until_month=coverage.month_before(again) if again else None,
                reason=UNSAID.get(code, code),
            )
            self.say(gone, key, key, seen, person, place)
        for place, (first, _) in enumerate(coverage.without(has, had)):
            span = coverage.at(now, first)
            until = next(last for start, last in has if start <= first <= last)
            come = Approved(
                **common,
                division=span.division,
                area=span.area,
                amount=span.amount,
                from_month=first,
                until_month=coverage.ended(until),
                reason=self.cause.get(number) or coverage.code_at(case.award, first),
            )
            self.say(come, key, key, seen, person, place)

    def record(self, key: str) -> Recipient:
        return self._record(key, before=False)

    def _record(self, key: str, before: bool) -> Recipient:
        """What a person has of a programme from this month on, of all his cases."""
        person, _, programme = key.rpartition("/")
        found: list[Span] = []
        for number in self.state.awarded.get(PersonRef(person), ()):
            case = self.state.cases[number]
            if case.programme == programme:
                shares = (self.before if before else {}).get(number)
                found += (shares_of(number, case) if shares is None else shares).get(PersonRef(person), [])
        left = sorted(
            (one for one in found if (one.until_month or FOREVER) >= self.month),
            key=lambda one: (one.from_month, one.case),
        )
        return Recipient(person=PersonRef(person), programme=programme, spans=tuple(left))

    def recipient(self, key: str, record: Recipient, seen: Recorded) -> list[Message]:
        """The present state of a recipient, or its tombstone; [] where there is nothing to take back."""
        state = self.state
        if not record.spans or record.person in state.forgotten:
            if key not in state.live:
                return []
            state.live.discard(key)
            self.changed.setdefault(record.person, seen)
            return self.make(Recipient, None, key, key, seen, key)
        state.live.add(key)
        until = max(one.until_month or FOREVER for one in record.spans)
        if until != FOREVER:
            state.ending.setdefault(until, set()).add(key)
        return self.make(Recipient, record, key, key, seen, key)

    def _over(self) -> None:
        """Months that went by since the last command: what ended with them is taken back."""
        if self.month <= self.state.month:
            return
        self.state.month = self.month
        for month in sorted(one for one in self.state.ending if one < self.month):
            for key in sorted(self.state.ending.pop(month)):
                record = self.record(key)
                if not record.spans:
                    self.out += self.recipient(key, record, self.first)

    def _numbered(self, person: PersonRef, seen: Recorded) -> None:
        self.state.numbered.add(person)
        self.changed.setdefault(person, seen)

    def _forget(self, person: PersonRef, seen: Recorded) -> None:
        self.state.forgotten.add(person)
        self.changed.setdefault(person, seen)
        programmes = {self.state.cases[one].programme for one in self.state.awarded.get(person, ())}
        for programme in sorted(programmes):
            key = recipient_key(person, programme)
            self.out += self.recipient(key, self.record(key), seen)

    # Lists

    def _list(self, seen: Recorded, event: ListDrawn | ListClosed) -> None:
        stream = seen.stream.partition(":")[2]
        division, programme, area, month = stream.split("/")
        totals = self.state.lists[seen.stream]
        said: dict[str, Any] = msgspec.structs.asdict(totals)
        said.update(division=division, programme=programme, area=area, month=month, on=event.on)
        said["digest"] = totals.digest or "0" * 64
        fact: Public
        if isinstance(event, ListDrawn):
            fact = lists.ListDrawn(**said, supplementary=event.supplementary)
        else:
            fact = lists.ListClosed(**said)
        self.say(fact, stream, stream, seen)

    # Messages

    def say(
        self,
        data: Public,
        key: str,
        subject: str,
        seen: Recorded,
        person: str = "",
        place: int = 0,
    ) -> None:
        about = f"{person}#{place + 1}" if place else person
        self.out += self.make(type(data), data, key, subject, seen, about)

    def make(
        self, kind: type[Public], data: Public | None, key: str, subject: str, seen: Recorded, about: str = ""
    ) -> list[Message]:
        """The messages of one thing said: one, or two where an older version is published beside."""
        said: list[tuple[type[Public], Public | None]] = [(kind, data)]
        lower = self.fold.older(kind)
        if lower is not None:
            said.append((lower[0], lower[1](data) if data is not None else None))
        causation = seen.causation
        return [
            Message(
                topic=one.TOPIC
                if one is kind or one.TOPIC not in COMPACTED
                else f"{one.TOPIC}.v{one.VERSION}",
                key=key,
                id=f"{seen.stream}@{seen.version}/{one.TYPE}.v{one.VERSION}{'/' if about else ''}{about}",
                type=one.TYPE,
                version=one.VERSION,
                subject=subject,
                time=seen.recorded_at,
                sequence=seen.position,
                correlation=self.first.position,
                causation=causation if causation and _OWN.fullmatch(causation) else None,
                data=value,
            )
            for one, value in said
        ]


def recipient_key(person: str, programme: str) -> str:
    """Key of the messages about a person."""
    return f"{person}/{programme}"


def _fired(first: Recorded) -> str:
    """`case/deadline/due` of the timer whose day came, where the clock says so: the id of its command names it."""
    found = re.fullmatch(r"clock:(.+)/fire(#\d+)?", first.command) if first.actor == CLOCK else None
    return found[1] if found else ""


def _entered(event: ApplicationEntered) -> Known:
    return Known(
        programme=event.programme,
        division=event.division,
        areas=[["", event.area]],
        members={one.key: one.person for one in event.members},
    )


def _draw(totals: Totals, event: ListDrawn) -> None:
    totals.households += event.households
    totals.persons += event.persons
    totals.amount += event.amount
    totals.arrears_lines += event.arrears_lines
    totals.arrears_person_times += event.arrears_person_times
    totals.arrears_amount += event.arrears_amount


def _line(totals: Totals, number: CaseNo, event: MonthDrawn | DifferenceDrawn) -> None:
    line = sha256(f"{number}|{event.month}|{event.amount}".encode()).digest()
    total = (int(totals.digest or "0", 16) + int.from_bytes(line, "big")) % _DIGEST
    totals.digest = f"{total:064x}"
