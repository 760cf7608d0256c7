"""A county told by its events alone: what happened is given, the projections and the truth are folded from it.

The truth is the cases' own state (domain.case) and the lines as drawn; nothing here asks a projection.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from adapters.rows import MemoryRows
from domain.case import Case, evolve
from domain.case.award import (
    AmountChanged,
    AreaChanged,
    AwardBegan,
    GradualExitGranted,
    MemberDied,
    MonthDrawn,
    Stopped,
    Terms,
)
from domain.case.change import MemberJoined, MemberLeft
from domain.case.enquiry import FactsStated
from domain.case.intake import ApplicationEntered, Member
from domain.days import CHINA, Month, first_day, last_day
from domain.event import CaseEvent, Event
from domain.facts import Fact
from domain.ids import CaseNo, DivisionCode, FactKey, HouseholdRef, MemberKey, PersonRef, StreamId
from domain.payment import ListClosed
from domain.personal import Name
from projections.base import Rows
from projections.register import Register
from projections.statistics import Statistics
from tests.adapters.keyrings import keyring_in_memory
from workflows.world import case_stream, list_stream

COUNTY = DivisionCode("110199")
V1, V2, V3 = (DivisionCode(code) for code in ("110199001001", "110199001002", "110199002001"))


@dataclass(frozen=True)
class Given:
    position: int
    stream: StreamId
    version: int
    event: Event
    actor: str = "given"
    division: str = COUNTY
    recorded_at: datetime = datetime(2025, 1, 1, tzinfo=CHINA)


def fold(projection: Any, log: list[Given]) -> MemoryRows:
    rows = MemoryRows(projection.tables, keyring_in_memory())
    for seen in log:
        projection.apply(seen, rows)
    return rows


class County:
    def __init__(self) -> None:
        self.log: list[Given] = []
        self.cases: dict[str, Case] = {}
        self.homes: dict[str, DivisionCode] = {}
        self.lines: list[MonthDrawn] = []
        self.closed: set[StreamId] = set()
        self._versions: dict[str, int] = {}

    def add(self, stream: StreamId, event: Event) -> None:
        self._versions[stream] = version = self._versions.get(stream, 0) + 1
        self.log.append(Given(len(self.log) + 1, stream, version, event))
        if isinstance(event, CaseEvent):
            number = stream.partition(":")[2]
            self.cases[number] = evolve(self.cases.get(number, Case()), event)
        if isinstance(event, MonthDrawn):
            self.lines.append(event)

    def to(self, case: str, event: Event) -> None:
        self.add(case_stream(case), event)

    def rows(self, projection: Any) -> Rows:
        return fold(projection, self.log)

    @property
    def statistics(self) -> Rows:
        return self.rows(Statistics())

    @property
    def register(self) -> Rows:
        return self.rows(Register())

    def enter(
        self,
        case: str,
        division: DivisionCode = V1,
        area: str = "rural",
        persons: int = 1,
        born: str = "1980-05-01",
        on: str = "2024-12-01",
        **fields: Any,
    ) -> str:
        """An application of `persons` members, women with an even key; the persons are `<case>-m1` …"""
        members = tuple(member(case, f"m{place}", born) for place in range(1, persons + 1))
        event = ApplicationEntered(
            on=date.fromisoformat(on),
            number=CaseNo(case),
            programme="dibao",
            area=area,  # type: ignore[arg-type]
            household=HouseholdRef(f"h-{case}"),
            division=division,
            applicant=MemberKey("m1"),
            head=MemberKey("m1"),
            members=fields.pop("members", members),
            **fields,
        )
        self.to(case, event)
        self.homes[case] = division
        return case

    def begin(self, case: str, month: str, each: int = 30000, cause: str = "new", **fields: Any) -> str:
        """The award begins with all members covered at `each` fen a month."""
        terms = self.terms(case, month, each, "new", **fields)
        self.to(case, AwardBegan(on=day_before(month), terms=terms, cause=cause))
        return case

    def ease_out_again(self, case: str, month: str, until: str) -> None:
        """A gradual exit that was wrongly stopped goes on."""
        terms = self.terms(case, month, 30000, "I05")
        last = Month(until)
        self.to(
            case,
            AwardBegan(on=day_before(month), terms=terms, cause="restored", until_month=last, code="S04"),
        )

    def award(self, case: str, month: str, **fields: Any) -> str:
        """Entered and awarded at once."""
        return self.begin(self.enter(case, **fields), month)

    def terms(
        self, case: str, month: str, each: int, code: str, covered: tuple[str, ...] | None = None
    ) -> Terms:
        keys = tuple(MemberKey(key) for key in covered or self.cases[case].members)
        return Terms(
            from_month=Month(month),
            amount=each * len(keys),
            shares=dict.fromkeys(keys, each),
            covered=keys,
            code=code,
            on=day_before(month),
        )

    def change(self, case: str, month: str, code: str, each: int = 30000, *covered: str) -> None:
        terms = self.terms(case, month, each, code, covered or None)
        self.to(case, AmountChanged(on=day_before(month), terms=terms, before=0))

    def stop(self, case: str, month: str, code: str = "S01") -> None:
        self.to(case, Stopped(on=day_before(month), code=code, from_month=Month(month)))

    def ease_out(self, case: str, month: str, until: str, each: int = 10000) -> None:
        terms = self.terms(case, month, each, "D03")
        granted = GradualExitGranted(on=day_before(month), terms=terms, until_month=Month(until), code="S04")
        self.to(case, granted)

    def join(self, case: str, key: str, month: str, reason: str = "I02", person: str = "") -> None:
        one = member(case, key, "2015-01-01", person)
        self.to(case, MemberJoined(on=day_before(month), member=one, reason=reason))
        covered = [one for one in self.covered(case, month) if one != key]
        self.change(case, month, reason, 30000, *covered, key)

    def leave(self, case: str, key: str, month: str, reason: str = "D02") -> None:
        on = day_before(month)
        if reason == "D01":
            self.to(case, MemberDied(on=on, member=MemberKey(key), died=on, source="V14"))
        else:
            self.to(case, MemberLeft(on=on, member=MemberKey(key), left=on, reason=reason))
        self.change(case, month, reason, 30000, *(one for one in self.covered(case, month) if one != key))

    def covered(self, case: str, month: str) -> list[str]:
        award = self.cases[case].award
        terms = award.at(Month(month)) if award else None
        return list(terms.covered) if terms else []

    def area(self, case: str, month: str, area: str) -> None:
        self.to(case, AreaChanged(on=day_before(month), area=area, from_month=Month(month)))

    def facts(self, case: str, *facts: tuple[str, str, str | None], since: str = "2024-01-01") -> None:
        """(kind, code, member or None for the household)"""
        known = len(self.cases[case].facts)
        stated = tuple(
            Fact(
                key=FactKey(f"f{known + place}"),
                kind=kind,  # type: ignore[arg-type]
                code=code,
                since=date.fromisoformat(since),
                source="V17",
                member=MemberKey(who) if who else None,
            )
            for place, (kind, code, who) in enumerate(facts, 1)
        )
        self.to(case, FactsStated(on=date(2024, 12, 1), facts=stated))

    def due(self, month: str) -> Iterator[str]:
        for number, case in self.cases.items():
            if case.living(Month(month)) and Month(month) not in case.drawn:
                yield number

    def draw(
        self,
        month: str,
        *cases: str,
        on: str | None = None,
        onto: str | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        """Lines of these cases (all that are due), on the month's list or onto a later one."""
        for number in list(cases or self.due(month)):
            if number in without:
                continue
            case = self.cases[number]
            terms = case.award.at(Month(month)) if case.award else None
            if terms is None:
                continue
            area = case.area_in(Month(month))
            stream = list_stream(COUNTY, "dibao", area, onto or month)
            line = MonthDrawn(
                on=date.fromisoformat(on) if on else first_day(Month(onto or month)),
                month=Month(month),
                list=stream,
                amount=terms.amount,
                shares=terms.shares,
                area=area,
                division=self.homes[number],
                arrears=onto is not None or stream in self.closed,
            )
            self.to(number, line)

    def close(self, month: str, *areas: str) -> None:
        for area in areas or ("urban", "rural"):
            stream = list_stream(COUNTY, "dibao", area, month)
            lines = [line for line in self.lines if line.list == stream]
            on = first_day(Month(month)) + timedelta(days=4)
            persons = sum(len(line.shares) for line in lines)
            amount = sum(line.amount for line in lines)
            self.add(stream, ListClosed(on=on, households=len(lines), persons=persons, amount=amount))
            self.closed.add(stream)

    def run(self, *months: str) -> None:
        """Draw and close these months."""
        for month in months:
            self.draw(month)
            self.close(month)


def member(case: str, key: str, born: str, person: str = "") -> Member:
    ref = PersonRef(person or f"{case}-{key}")
    return Member(
        key=MemberKey(key),
        person=ref,
        name=Name(ref, "张三"),
        number=None,
        sex="2" if int(key[1:]) % 2 == 0 else "1",
        born=date.fromisoformat(born),
        kinship="01",
    )


def day_before(month: str) -> date:
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 2, 12)
    return last_day(Month(f"{year:04d}-{number + 1:02d}"))
