"""From the log to public messages: a fold, so that the same log always gives the same messages."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

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
from domain.case.move import RELOCATED, DivisionFollowed, MembersTaken
from domain.case.payment import PaymentRepeated
from domain.case.takeover import UNDONE, TakenOver, TakeOverUndone
from domain.days import china_day, month_of
from domain.division import DivisionAdded, DivisionReplaced
from domain.event import CaseEvent, Event
from domain.ids import CaseNo, DivisionCode, PersonRef, StreamId, within
from domain.month import MonthClosed
from domain.payment import ListClosed, ListDrawn
from domain.person import NumberAdded, PersonForgotten, PersonRegistered
from domain.subscriber import PublicKey, SubscriberAdmitted, SubscriberEnded
from projections.awards import Awards
from projections.base import Key, Row, Seen
from projections.public import coverage, facts, lists
from projections.public.beside import BESIDE, Older
from projections.public.coverage import FOREVER, Shares, shares_of, township
from projections.public.message import Message, Public
from projections.public.persons import Approved, Exited, Recipient, Span, Subject
from projections.public.places import covers
from projections.public.state import Known, Right, State, Totals

LINES = (MonthDrawn, DifferenceDrawn, PaymentRepeated)
AWARDED = (
    AwardBegan,
    AmountChanged,
    Stopped,
    GradualExitGranted,
    AreaChanged,
    HoldSet,
    HoldEnded,
    TakenOver,
    TakeOverUndone,
    MembersTaken,
    *RELOCATED,
)
FOLLOWED = frozenset((*LINES, *AWARDED, MemberJoined))
"""Events of a case that say more than that they happened."""
_ENTERED = (ApplicationEntered, TakenOver)
TAKEN = {"split": "D02", "moved": "S05", "merged": "S19"}
"""The reason of an exit into another case's award."""
UNSAID = {"S12": "S99", "S13": "S99", "D07": "D99"}
"""Reasons that say of somebody what no other office needs: prison, detox, fraud."""
COMPACTED = ("recipients",)
CLOCK = "clock"
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_FIRED = re.compile(r"clock:([^/]+)/(.+)/(\d{4}-\d\d-\d\d)/fire(#\d+)?", re.ASCII)
_DIGEST = 2**256


class Recorded(Seen, Protocol):
    """An event as the store gives it."""

    @property
    def command(self) -> str: ...
    @property
    def causation(self) -> str | None: ...


Load = Callable[[StreamId, int], Sequence[Recorded]]
"""(stream, version) → the stream's events after it: a command's own are there as soon as its first is."""


class _OneRow(dict[tuple[str, Key], Row]):
    """The rows that `Awards` asks for: a case's award."""

    def get(self, table: str, key: Key) -> Row | None:  # type: ignore[override]
        return super().get((table, key))

    def put(self, table: str, row: Row) -> None:
        self[table, (row["case_no"],)] = row

    def delete(self, table: str, key: Key) -> None:
        self.pop((table, key), None)


class Publishing:
    """The fold. `apply` takes every event of the log from the first on, and gives what is told of it.

    What a command changed for whom is told with its last event about the award: in between, terms are taken back
    that the next event says again. `older`: versions that are published beside the present ones.
    """

    awards = Awards("public")

    def __init__(self, load: Load, older: Older = BESIDE, state: State | None = None) -> None:
        self.state = state or State()
        self._load = load
        self._older = dict(older)
        self._out: list[Message] = []
        self._fired: re.Match[str] | None = None
        self._before: dict[CaseNo, Shares] = {}
        self._cause: dict[CaseNo, str] = {}
        self._looked: set[PersonRef] = set()
        self._added = ("", DivisionCode(""))
        self._now: datetime | None = None

    @property
    def position(self) -> int:
        return self.state.position

    def apply(self, seen: Recorded) -> list[Message]:
        """The messages of an event, in order."""
        state, self._out = self.state, []
        state.position = seen.position
        self._looked.clear()
        if seen.command != state.command:
            state.command, state.first = seen.command, seen.position
            self._fired = _FIRED.fullmatch(seen.command) if seen.actor == CLOCK else None
        if seen.recorded_at != self._now:
            self._now = seen.recorded_at
            state.today = china_day(seen.recorded_at)
            state.this_month = month_of(state.today)
        self._take(seen, seen.event)
        if state.this_month > state.month:
            state.month = state.this_month
            self._over(seen)
        if state.rights:
            self._subjects(seen)
        return self._out

    def snapshot(self, last: Recorded) -> list[Message]:
        """The present state of every recipient, as messages of the event that the fold stands at."""
        self._out = []
        for key in sorted(self.state.live):
            self._recipient(key, self.record(key), last)
        return self._out

    def again(self, last: Recorded, told: Iterable[tuple[str, str]]) -> list[Message]:
        """What stands under keys of compacted topics, (topic, key), as messages of the event that the fold stands at:
        a tombstone where nothing does."""
        self._out = []
        for topic, key in sorted(told):
            if topic == Recipient.TOPIC:
                record = self.record(key) if key in self.state.live else None
                self._make(Recipient, record, key, key, last, key)
            else:
                name, person = topic.partition(".")[2], PersonRef(key)
                right = self.state.rights.get(name)
                given = right is not None and person in right.given
                self._subject(name, person, right.key if right is not None and given else None, last)
        return self._out

    # One event

    def _take(self, seen: Recorded, event: Event) -> None:
        if isinstance(event, CaseEvent):
            self._case(seen, event, CaseNo(seen.stream.partition(":")[2]))
        elif isinstance(event, facts.OTHERS):
            self._other(seen, event)

    def _other(self, seen: Recorded, event: Event) -> None:
        if isinstance(event, ListDrawn):
            totals = self.state.lists.setdefault(seen.stream, Totals())
            _draw(totals, event)
            self._list(seen, lists.ListDrawn, totals, supplementary=event.supplementary)
        elif isinstance(event, ListClosed):
            self._list(seen, lists.ListClosed, self.state.lists.setdefault(seen.stream, Totals()))
        elif isinstance(event, MonthClosed):
            name = seen.stream.partition(":")[2] + f"/{event.month}"
            self._say(_closed(event), name, name, seen)
        elif isinstance(event, PersonForgotten):
            self._forget(event.person, seen)
        elif isinstance(event, PersonRegistered | NumberAdded):
            if event.number is not None:
                person = PersonRef(seen.stream.partition(":")[2])
                self.state.numbered.add(person)
                self._looked.add(person)
        elif isinstance(event, SubscriberAdmitted):
            self._admit(event, seen)
        elif isinstance(event, SubscriberEnded):
            self._end(event.name, seen)
        elif isinstance(event, DivisionAdded):
            self._added = (seen.command, event.code)
        elif isinstance(event, DivisionReplaced):
            new = self._added == (seen.command, event.by) and not any(
                within(event.by, one.division) for one in self.state.cases.values()
            )
            self.state.replaced.take(event, new)

    def _case(self, seen: Recorded, event: CaseEvent, number: CaseNo) -> None:
        if isinstance(event, _ENTERED):
            self.state.cases[number] = self._entered(event)
        case = self.state.cases[number]
        self._tell_case(seen, event, number, case)
        if type(event) not in FOLLOWED:
            return
        if isinstance(event, MemberJoined):
            case.members[event.member.key] = event.member.person
        elif isinstance(event, LINES):
            _line(self.state.lists.setdefault(event.list, Totals()), number, event)
        else:
            if number not in self._before:
                self._before[number] = shares_of(number, case)
            self._award(number, case, event)
            if self._last(seen):
                self._persons(number, case, seen)

    def _entered(self, event: ApplicationEntered | TakenOver) -> Known:
        division = DivisionCode(event.division)
        return Known(
            programme=event.programme,
            division=division,
            areas=[["", event.area]],
            members={one.key: one.person for one in event.members},
            former=self.state.replaced.entered(division),
        )

    def _tell_case(self, seen: Recorded, event: CaseEvent, number: CaseNo, case: Known) -> None:
        life, step, fired = facts.LIFE.get(type(event)), facts.DEADLINES.get(type(event)), self._fired
        if life is None and step is None and fired is None:
            return
        common: dict[str, Any] = {
            "case": number,
            "programme": case.programme,
            "division": township(case.division),
            "on": event.on,
        }
        if life is not None:
            kind, fields = life
            states = {one.instance: one.state for one in event.moved}
            self._say(kind(**common, states=states, **facts.extra(event, fields)), number, number, seen)
        elif step is not None:
            self._say(step(**common, **facts.deadline(event)), number, number, seen)
        if fired is not None and fired[1] == number:
            self._fired = None
            due = date.fromisoformat(fired[3])
            self._say(lists.DeadlineFired(**common, deadline=fired[2], due=due), number, number, seen)

    def _award(self, number: CaseNo, case: Known, event: Event) -> None:
        if isinstance(event, HoldSet):
            case.holds = [*case.holds, event.hold]
        elif isinstance(event, HoldEnded):
            case.holds = [one for one in case.holds if one != event.hold]
        elif isinstance(event, RELOCATED):
            places = self.state.replaced
            case.former = (
                places.followed(case.former, case.division)
                if isinstance(event, DivisionFollowed)
                else places.entered(event.division)
            )
            case.division = event.division
            # A right may be of one village, while recipients are told of by township.
            self._looked.update(case.members.values())
        elif isinstance(event, MembersTaken):
            why = (event.from_month, TAKEN[event.cause])
            case.taken = {**case.taken, **dict.fromkeys(event.members, why)}
        elif isinstance(event, AreaChanged):
            case.areas = [*case.areas, [event.from_month, event.area]]
        else:
            rows = _OneRow()
            if case.award is not None:
                rows.put(self.awards.name, case.award)
            before, case.award = case.award, self.awards.apply(number, event, rows)  # type: ignore[arg-type]
            if before and case.award and before["began"] < case.award["began"]:
                ends = min(before["ends"] or case.award["began"], case.award["began"])
                case.past = [*case.past, {**before, "ends": ends}]
            if isinstance(event, AwardBegan | TakenOver):
                self._cause[number] = event.cause if isinstance(event, AwardBegan) else "taken_over"

    def _last(self, seen: Recorded) -> bool:
        """Whether its command says nothing more of the case's award."""
        return not any(
            isinstance(one.event, AWARDED)
            for one in self._load(StreamId(seen.stream), seen.version)
            if one.command == seen.command
        )

    # Persons

    def _persons(self, number: CaseNo, case: Known, seen: Recorded) -> None:
        before, after = self._before.pop(number), shares_of(number, case)
        cause = self._cause.pop(number, "")
        persons = sorted(before.keys() | after.keys())
        for person in persons:
            known = self.state.awarded.setdefault(person, [])
            if number not in known:
                known.append(number)
            self._came_or_went(number, case, person, before, after, cause, seen)
        for person in persons:
            key = recipient_key(person, case.programme)
            record = self.record(key)
            if not record.spans or record != self.record(key, number, before):
                self._recipient(key, record, seen)

    def _came_or_went(
        self,
        number: CaseNo,
        case: Known,
        person: PersonRef,
        before: Shares,
        after: Shares,
        cause: str,
        seen: Recorded,
    ) -> None:
        award = case.award
        was, now = before.get(person, []), after.get(person, [])
        had, has = coverage.runs(was), coverage.runs(now)
        key = recipient_key(person, case.programme)
        common: dict[str, Any] = {
            "person": person,
            "case": number,
            "programme": case.programme,
            "division": township(case.division),
            "on": seen.event.on,
        }
        for place, (first, _) in enumerate(coverage.without(had, has)):
            again = next((start for start, _ in has if start > first), None)
            code = coverage.code_at(award, first) if award is not None else UNDONE
            code = coverage.taken_code(case, person, first) or code
            gone = Exited(
                **common,
                area=coverage.at(was, first).area,
                from_month=first,
                until_month=coverage.month_before(again) if again else None,
                reason=UNSAID.get(code, code),
            )
            self._say(gone, key, key, seen, person, place)
        for place, (first, _) in enumerate(coverage.without(has, had)):
            until = next(last for start, last in has if start <= first <= last)
            span = coverage.at(now, first)
            come = Approved(
                **common,
                area=span.area,
                amount=span.amount,
                from_month=first,
                until_month=coverage.ended(until),
                reason=cause or coverage.code_at(award or {}, first),
            )
            self._say(come, key, key, seen, person, place)

    def record(self, key: str, but: CaseNo | None = None, shares: Shares | None = None) -> Recipient:
        """What a person has of a programme from this month on, of all his cases; `but` one, that has `shares`."""
        person, _, programme = key.rpartition("/")
        ref, this_month = PersonRef(person), self.state.this_month
        found: list[Span] = []
        for number in self.state.awarded.get(ref, ()):
            case = self.state.cases[number]
            if case.programme == programme:
                of = (shares or {}) if number == but else shares_of(number, case)
                found += (one for one in of.get(ref, []) if (one.until_month or FOREVER) >= this_month)
        found.sort(key=lambda one: (one.from_month, one.case))
        return Recipient(person=ref, programme=programme, spans=tuple(found))

    def _recipient(self, key: str, record: Recipient, seen: Recorded) -> None:
        """The present state of a recipient, or its tombstone where there is one to take back."""
        state = self.state
        self._looked.add(record.person)
        if record.spans and record.person not in state.forgotten:
            state.live.add(key)
            until = max(one.until_month or FOREVER for one in record.spans)
            if until != FOREVER:
                state.ending.setdefault(until, set()).add(key)
            self._make(Recipient, record, key, key, seen, key)
        elif key in state.live:
            state.live.discard(key)
            self._make(Recipient, None, key, key, seen, key)

    def _over(self, seen: Recorded) -> None:
        """Months went by since the event before: what ended with them is taken back."""
        for month in sorted(one for one in self.state.ending if one < self.state.month):
            for key in sorted(self.state.ending.pop(month)):
                record = self.record(key)
                if not record.spans:
                    self._recipient(key, record, seen)

    def _forget(self, person: PersonRef, seen: Recorded) -> None:
        self.state.forgotten.add(person)
        self._looked.add(person)
        for programme in sorted(
            {self.state.cases[one].programme for one in self.state.awarded.get(person, ())}
        ):
            key = recipient_key(person, programme)
            self._recipient(key, self.record(key), seen)

    # Who may know identities

    def _admit(self, event: SubscriberAdmitted, seen: Recorded) -> None:
        """He is told of everybody who is there; one whose right ended by its day is admitted anew.

        If nothing was recorded in between, whom he goes on knowing is told once, not taken back before.
        """
        before = self.state.rights.pop(event.name, None)
        right = self.state.rights[event.name] = Right(
            programmes=event.programmes, division=event.division, key=event.key, until=event.until
        )
        for person in sorted(before.given if before is not None else ()):
            if not self._may_know(right, person):
                self._subject(event.name, person, None, seen)
        self._looked.update(PersonRef(key.rpartition("/")[0]) for key in self.state.live)

    def _end(self, name: str, seen: Recorded) -> None:
        """What he was told is taken back."""
        right = self.state.rights.pop(name, None)
        for person in sorted(right.given if right is not None else ()):
            self._subject(name, person, None, seen)

    def _subjects(self, seen: Recorded) -> None:
        for name, right in sorted(self.state.rights.items()):
            if self._is_over(right):
                self._end(name, seen)
                continue
            for person in sorted(self._looked):
                may = self._may_know(right, person)
                if may and person not in right.given:
                    right.given.add(person)
                    self._subject(name, person, right.key, seen)
                elif not may and person in right.given:
                    right.given.discard(person)
                    self._subject(name, person, None, seen)

    def _may_know(self, right: Right, person: PersonRef) -> bool:
        """A recipient of his programmes in his division, by what is paid now or later; his number is there."""
        state = self.state
        if self._is_over(right) or person in state.forgotten or person not in state.numbered:
            return False
        return any(
            covers(right.division, case.division, case.former)
            for programme in right.programmes
            if (key := recipient_key(person, programme)) in state.live
            for case in (state.cases[span.case] for span in self.record(key).spans)
        )

    def _is_over(self, right: Right) -> bool:
        return right.until is not None and self.state.today > right.until

    def _subject(self, name: str, person: PersonRef, key: PublicKey | None, seen: Recorded) -> None:
        data = Subject(person=person, key=key) if key is not None else None
        self._make(Subject, data, person, person, seen, f"{name}/{person}", topic=f"{Subject.TOPIC}.{name}")

    # Lists

    def _list(self, seen: Recorded, kind: type[lists.ListFact], totals: Totals, **more: Any) -> None:
        stream = seen.stream.partition(":")[2]
        division, programme, area, month = stream.split("/")
        said: dict[str, Any] = {**msgspec.structs.asdict(totals), **more, "on": seen.event.on}
        said.update(division=division, programme=programme, area=area, month=month)
        self._say(kind(**said), stream, stream, seen)

    # Messages

    def _say(
        self, data: Public, key: str, subject: str, seen: Recorded, person: str = "", place: int = 0
    ) -> None:
        self._make(type(data), data, key, subject, seen, f"{person}#{place + 1}" if place else person)

    def _make(
        self,
        kind: type[Public],
        data: Public | None,
        key: str,
        subject: str,
        seen: Recorded,
        about: str,
        topic: str = "",
    ) -> None:
        """One thing said: a message, or two where an older version is published beside."""
        message = Message(
            topic=topic or kind.TOPIC,
            key=key,
            id=_message_id(seen, kind, about),
            type=kind.TYPE,
            version=kind.VERSION,
            subject=subject,
            time=seen.recorded_at,
            sequence=seen.position,
            correlation=self.state.first,
            causation=seen.causation if seen.causation and _ID.fullmatch(seen.causation) else None,
            data=data,
        )
        self._out.append(message)
        if kind in self._older:
            one, lowered = self._older[kind]
            beside = f"{one.TOPIC}.v{one.VERSION}" if one.TOPIC in COMPACTED else one.TOPIC
            older = replace(
                message,
                topic=topic or beside,
                id=_message_id(seen, one, about),
                type=one.TYPE,
                version=one.VERSION,
                data=lowered(data) if data is not None else None,
            )
            self._out.append(older)


def _message_id(seen: Recorded, kind: type[Public], about: str) -> str:
    return f"{seen.stream}@{seen.version}/{kind.TYPE}.v{kind.VERSION}{'/' if about else ''}{about}"


def recipient_key(person: str, programme: str) -> str:
    """Key of the messages about a person."""
    return f"{person}/{programme}"


def _closed(event: MonthClosed) -> lists.MonthClosed:
    return lists.MonthClosed(
        division=event.division,
        programme=event.programme,
        month=event.month,
        on=event.on,
        position=event.position,
        figures=event.figures,
        digest=event.digest,
    )


def _draw(totals: Totals, event: ListDrawn) -> None:
    totals.households += event.households
    totals.persons += event.persons
    totals.amount += event.amount
    totals.arrears_lines += event.arrears_lines
    totals.arrears_person_times += event.arrears_person_times
    totals.arrears_amount += event.arrears_amount
    totals.repeated_lines += event.repeated_lines
    totals.repeated_amount += event.repeated_amount


def _line(totals: Totals, number: CaseNo, event: MonthDrawn | DifferenceDrawn | PaymentRepeated) -> None:
    months = event.months if isinstance(event, PaymentRepeated) else {event.month: event.amount}
    total = int(totals.digest, 16)
    for month, amount in months.items():
        line = sha256(f"{number}|{month}|{amount}".encode()).digest()
        total = (total + int.from_bytes(line, "big")) % _DIGEST
    totals.digest = f"{total:064x}"
