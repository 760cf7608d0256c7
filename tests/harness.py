"""A trial office to test in: a county C with townships T1, T2, its staff at their desks, the Base's policy.

`office.do("Accept", "window", case, on="2025-03-06")` answers done or fails; `office.refused(...)` gives the codes.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from adapters.bootstrap import Doudi, begin
from domain.case import Case
from domain.days import CHINA
from domain.event import CaseEvent, Event
from domain.ids import CaseNo, CommandId, DivisionCode, StaffId, StreamId, mod_11_2
from domain.office import ParameterSet
from domain.personal import Name
from domain.staff import Appointed
from workflows.command import Answer
from workflows.ports import Commit
from workflows.world import case_stream, policy_stream, staff_stream

COUNTY = DivisionCode("110199")
T1 = DivisionCode("110199001")
T2 = DivisionCode("110199002")
V1 = DivisionCode("110199001001")
V2 = DivisionCode("110199001002")
LONG_AGO = date(2000, 1, 1)
STAFF: dict[str, tuple[str, DivisionCode]] = {
    "window": ("window", T1),
    "handler": ("handler", T1),
    "handler2": ("handler", T1),
    "leader": ("leader", T1),
    "village": ("village", V1),
    "surveyor": ("surveyor", T1),
    "surveyor2": ("surveyor", T1),
    "surveyor3": ("surveyor", T1),
    "surveyor4": ("surveyor", T1),
    "window-t2": ("window", T2),
    "handler-t2": ("handler", T2),
    "centre": ("centre", COUNTY),
    "county": ("county_handler", COUNTY),
    "county2": ("county_handler", COUNTY),
    "chief": ("section_chief", COUNTY),
    "decider": ("decider", COUNTY),
    "payer": ("payer", COUNTY),
    "checker": ("checker", COUNTY),
    "auditor": ("auditor", COUNTY),
}


def number(born: str, serial: int) -> str:
    """A resident number that is nobody's: `number("1980-05-01", 17)`; the serial's oddness is the sex."""
    digits = f"110199{born.replace('-', '')}{serial:03d}"
    return digits + mod_11_2(digits)


def _appointed(staff: str, desk: str, division: DivisionCode) -> tuple[StreamId, Event]:
    return (
        staff_stream(division),
        Appointed(
            on=LONG_AGO,
            staff=StaffId(staff),
            name=Name(staff, staff),
            desk=desk,  # type: ignore[arg-type]
            division=division,
            since=LONG_AGO,
        ),
    )


def at(text: str) -> datetime:
    """`2025-03-03` (nine in the morning) or `2025-03-03T23:50` in China."""
    instant = datetime.fromisoformat(text)
    if "T" not in text:
        instant = instant.replace(hour=9)
    return instant.replace(tzinfo=CHINA)


class TrialOffice:
    def __init__(
        self, folder: Path, today: str = "2025-03-03", url: str | None = None, **parameters: Any
    ) -> None:
        self.url = url or f"sqlite:///{folder / 'office.sqlite'}"
        self.doudi: Doudi = begin(self.url, trial=True, seed=1, clock=at(today))
        self._ids = count(1)
        self._people()
        base = {"standard": 60000}
        self.set_policy(**{**base, **parameters})

    @property
    def store(self) -> Any:
        return self.doudi.store

    def clock(self, day: str) -> None:
        self.doudi.store.clock.set(at(day))

    def write(self, events: Iterable[tuple[StreamId, Event]]) -> None:
        """Given: events that stand before the story begins."""
        events = list(events)
        self.doudi.office.world.refresh()
        expected = {stream: self.doudi.office.world.version(stream) for stream, _ in events}
        name = CommandId(f"given-{next(self._ids)}")
        self.doudi.store.write(
            Commit(
                command=name,
                digest=b"",
                answer=b'{"id":"","status":"done"}',
                actor="given",
                division=COUNTY,
                expected=expected,
                events=events,
            )
        )

    def _people(self) -> None:
        self.write(_appointed(staff, desk, division) for staff, (desk, division) in STAFF.items())

    def appoint(self, staff: str, desk: str, division: DivisionCode) -> None:
        """One more desk of somebody."""
        self.doudi.office.world.refresh()
        self.write([_appointed(staff, desk, division)])

    def set_policy(self, area: str | None = None, since: date = LONG_AGO, **values: Any) -> None:
        from domain.catalogue import CATALOGUE

        self.doudi.office.world.refresh()
        self.write(
            (
                policy_stream(COUNTY, "dibao"),
                ParameterSet(
                    on=LONG_AGO,
                    division=COUNTY,
                    programme="dibao",
                    name=name,
                    value=value,
                    unit=CATALOGUE[name].unit,
                    since=since,
                    document="Base",
                    area=area,  # type: ignore[arg-type]
                ),
            )
            for name, value in values.items()
        )

    def say(
        self, kind: str, actor: str, case: str | None = None, /, *, id: str | None = None, **data: Any
    ) -> Answer:
        """Send a command; the clock first goes to `on` if that lies later."""
        on = data.get("on")
        if on and self.doudi.store.clock.now() < at(on):
            self.clock(on)
        line: dict[str, Any] = {"id": id or f"t{next(self._ids)}", "type": kind, "actor": actor, "data": data}
        if case is not None:
            line["case"] = case
        return self.doudi.office.take(line)

    def do(self, kind: str, actor: str, case: str | None = None, /, **data: Any) -> Answer:
        answer = self.say(kind, actor, case, **data)
        assert answer.status == "done", [(r.code, r.field, r.params) for r in answer.reasons]
        return answer

    def refused(self, kind: str, actor: str, case: str | None = None, /, **data: Any) -> list[str]:
        """The codes of a refusal; nothing was written."""
        head = self.store.head()
        answer = self.say(kind, actor, case, **data)
        assert answer.status == "refused", answer
        assert self.store.head() == head
        return [reason.code for reason in answer.reasons]

    def quiet(self, kind: str, actor: str, case: str | None = None, /, **data: Any) -> Answer:
        """Done once and said again with the same id: the same answer, nothing more written."""
        name = f"q{next(self._ids)}"
        first = self.say(kind, actor, case, id=name, **data)
        assert first.status == "done", [(r.code, r.field, r.params) for r in first.reasons]
        head = self.store.head()
        assert self.say(kind, actor, case, id=name, **data) == first
        assert self.store.head() == head
        return first

    def case(self, number: str) -> Case:
        self.doudi.office.world.refresh()
        found = self.doudi.office.world.case(CaseNo(number))
        assert found is not None
        return found

    def events(self, number: str) -> list[Event]:
        return [recorded.event for recorded in self.store.load(case_stream(number))]

    def due(self, number: str, key: str) -> date:
        return self.case(number).deadlines[key].due

    def enter(self, members: list[dict[str, Any]], **data: Any) -> str:
        """A rural application at T1's window; the case's number."""
        values = {"division": V1, "area": "rural", "applicant": "m1", "near_relative": False, **data}
        answer = self.do("Enter", "window", members=members, **values)
        assert answer.case is not None
        return answer.case

    def accepted(self, members: list[dict[str, Any]], on: str, **data: Any) -> str:
        """Entered, all consented, accepted on a day."""
        case = self.enter(members, on=on, **data)
        for member in self.case(case).members:
            self.do("Consent", "window", case, on=on, member=member, until="2035-12-31")
        self.do("Accept", "window", case, on=on)
        return case


def person(key: str, born: str, serial: int, name: str = "张三", kinship: str = "") -> dict[str, str]:
    """`kinship`: to the head, who is `m1` where nothing else is said; of others another relative's."""
    kinship = kinship or ("01" if key == "m1" else "97")
    return {"key": key, "name": name, "kinship": kinship, "number": number(born, serial)}


__all__ = ["COUNTY", "T1", "T2", "V1", "V2", "CaseEvent", "TrialOffice", "at", "number", "person"]
