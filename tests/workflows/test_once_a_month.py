"""Whatever households do, each person is paid once a month by one award, and none is missed.

A small office: people leave and apply by themselves, come back, join others, are born, go to prison, move between
townships; what a change asks for is decided at once or only after the next draw. Each month is drawn.
"""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.case import Case
from domain.days import Month, add_month, months
from domain.ids import DivisionCode, PersonRef
from tests.harness import COUNTY, STAFF, T1, T2, V1, TrialOffice, person
from tests.workflows.awards import living
from tests.workflows.moves import V21

FIRST, MONTHS = Month("2025-05"), 5
PEOPLE = {
    "甲": ("1970-01-01", 11),
    "乙": ("1972-01-01", 12),
    "丙": ("1995-01-01", 13),
    "丁": ("1975-01-01", 21),
    "戊": ("1996-01-01", 22),
}
BORN = 31


def who(name: str, key: str, kinship: str = "") -> dict[str, str]:
    born, serial = PEOPLE[name]
    kinship = kinship or ("02" if key == "m1" else "20")
    return person(key, born, serial, f"周{name}", kinship)


class Town:
    """The office with two households that are paid from May; `month` is the one that was drawn last."""

    def __init__(self, folder: Path) -> None:
        self.office = TrialOffice(folder)
        for staff, (desk, division) in STAFF.items():
            if division.startswith(T1) and desk != "village":
                self.office.appoint(staff, desk, T2)
        self.office.appoint("village", "village", V21)
        one = [who("甲", "m1", "02"), who("乙", "m2", "12"), who("丙", "m3")]
        self.cases = [
            living(self.office, one, []),
            living(self.office, [who("丁", "m1"), who("戊", "m2")], []),
        ]
        self.month = add_month(FIRST, -1)
        self.children = 0
        self.draws = 0
        self.waiting: list[tuple[str, str, str, str]] = []

    def on(self, day: int) -> str:
        return f"{self.month}-{day:02d}"

    def case(self, number: str) -> Case:
        return self.office.case(number)

    def draw(self) -> None:
        self.month = add_month(self.month, 1)
        self._draw(5)

    def _draw(self, day: int) -> None:
        self.draws += 1
        self.office.clock(self.on(day))
        drawn = self.office.doudi.draw.draw(COUNTY, self.month, "rural", id=f"d{self.draws}", actor="payer")
        assert drawn.status == "done"

    def living(self) -> list[str]:
        return [one for one in self.cases if self.case(one).state("award") == "living"]

    def here(self, number: str) -> list[str]:
        """Members who live with the household and are paid by it."""
        found = self.case(number)
        assert found.award is not None
        terms = found.award.terms[-1]
        return [key for key in terms.covered if found.members[key].left is None and key not in found.taken]

    def cared_for(self, number: str, key: str) -> bool:
        """Whether an adult stays when somebody goes: a child alone can't be head."""
        return any(self.name_of(number, one) in PEOPLE for one in self.here(number) if one != key)

    def name_of(self, number: str, key: str) -> str:
        member = self.case(number).members[key]  # type: ignore[index]
        return member.name.text.removeprefix("周")

    def propose(self, number: str, effect: str, code: str, late: bool) -> None:
        """Decided at once, or only after the next draw."""
        self.waiting.append((number, self.change(number), effect, code))
        if not late:
            self.settle(6)

    def change(self, number: str) -> str:
        return list(self.case(number).changes)[-1]

    def settle(self, day: int) -> None:
        for number, change, effect, code in self.waiting:
            about = {"on": self.on(day), "instance": change}
            if self.case(number).state("award") != "living" or self.case(number).changes[change].decided:  # type: ignore[index]
                continue
            self._head(number, day)
            said = self.office.say("ProposeChange", "handler", number, effect=effect, code=code, **about)
            if said.status == "done":
                said = self.office.say("DecideChange", "decider", number, **about)
            if said.status == "refused":
                self.office.do("DropChange", "handler", number, reason="不成立", **about)
        self.waiting = []

    def _head(self, number: str, day: int) -> None:
        """Somebody who stays is head and holds the account."""
        found = self.case(number)
        staying = [key for key, one in found.members.items() if one.left is None and one.born.year < 2000]
        if staying and found.members[found.head].left is not None:
            self.office.do("ChangeHead", "handler", number, on=self.on(day), head=staying[0])

    def leave(self, number: str, key: str) -> None:
        on = self.on(6)
        self.office.do("ReportChange", "handler", number, on=on, kind="left", happened=on, member=key)
        self.office.do(
            "LeaveMember", "handler", number, on=on, member=key, reason="D02", instance=self.change(number)
        )

    def split(self, number: str, key: str, late: bool) -> None:
        name = self.name_of(number, key)
        if name not in PEOPLE or not self.cared_for(number, key):
            return
        division = self.case(number).division
        self.leave(number, key)
        change = self.change(number)
        new = living(
            self.office,
            [who(name, "m1", "01")],
            [],
            accepted=self.on(6),
            came_from=number,
            came_by="split",
            division=division,
        )
        self.cases.append(new)
        self.waiting.append((number, change, "reduce", "D02"))
        if not late:
            following = self.month
            self.month = add_month(self.month, 1)
            self.settle(4)
            self.month = following

    def join(self, number: str, other: str, key: str, late: bool) -> None:
        """Somebody comes from another household's award into this one: married, or back again."""
        name = self.name_of(other, key)
        alone = len(self.here(other)) == 1
        if number == other or name not in PEOPLE or not (alone or self.cared_for(other, key)):
            return
        on = self.on(6)
        if not alone:
            self.leave(other, key)
            self.waiting.append((other, self.change(other), "reduce", "D02"))
        self.office.do("ReportChange", "handler", number, on=on, kind="joined", happened=on)
        change = self.change(number)
        member = who(name, f"m{len(self.case(number).members) + 1}", "20")
        self.office.do(
            "JoinMember",
            "handler",
            number,
            on=on,
            instance=change,
            member=member,
            reason="return",
            from_case=other,
        )
        self.waiting.insert(0, (number, change, "increase", "I02"))
        if not late:
            self.settle(7)

    def birth(self, number: str, late: bool) -> None:
        self.children += 1
        on = self.on(6)
        self.office.do("ReportChange", "handler", number, on=on, kind="birth", happened=on)
        key = f"m{len(self.case(number).members) + 1}"
        child = person(key, on, BORN + self.children, f"周小{self.children}", "20")
        self.office.do("JoinMember", "handler", number, on=on, member=child, reason="birth")
        self.propose(number, "increase", "I02", late)

    def prison(self, number: str, key: str, late: bool) -> None:
        if len(self.here(number)) < 2:
            return
        on = self.on(6)
        status = {"kind": "status", "code": "prison", "member": key, "since": on, "source": "V15"}
        self.office.do("ReportChange", "handler", number, on=on, kind="other", happened=on, member=key)
        self.office.do("StateFacts", "handler", number, on=on, facts=[status])
        change = self.change(number)
        notice = {"effect": "reduce", "code": "D07", "instance": change}
        self.office.do("GivePriorNotice", "handler", number, on=on, **notice)
        self.office.do("Hear", "handler", number, on=on, words="知道了", instance=change)
        self.propose(number, "reduce", "D07", late)

    def move(self, number: str) -> None:
        there = self.case(number).division
        to: DivisionCode = V21 if there.startswith(T1) else V1
        self.office.do("HandOver", "handler", number, on=self.on(6), to=to)
        self.office.do("ReceiveMove", "window", number, on=self.on(7), division=to)

    def end(self) -> None:
        self.settle(20)
        self.settle(20)
        self._draw(21)
        self.draw()

    def paid(self) -> dict[tuple[PersonRef, Month], list[str]]:
        """Which cases drew a person's share in a month; a line held back counts."""
        found: dict[tuple[PersonRef, Month], list[str]] = {}
        for number in self.cases:
            case = self.case(number)
            for month, line in case.drawn.items():
                for key in line.shares:
                    found.setdefault((case.members[key].person, month), []).append(number)
        return found

    def found_too_much(self) -> set[tuple[PersonRef, Month]]:
        """Months drawn for somebody before it was decided that he goes: a finding each."""
        found: set[tuple[PersonRef, Month]] = set()
        for number in self.cases:
            case = self.case(number)
            lines = [line for one in case.findings.values() for line in one.lines]
            found.update((case.members[key].person, line.month) for line in lines for key in line.gone)
        return found

    def claimed(self) -> dict[tuple[PersonRef, Month], list[str]]:
        """Which cases' awards claim a person in a month that was drawn."""
        found: dict[tuple[PersonRef, Month], list[str]] = {}
        people = {one.person for number in self.cases for one in self.case(number).members.values()}
        for ref in people:
            for claim in self.office.doudi.office.world.person(ref).claims:
                if claim.kind == "award" and claim.from_month is not None:
                    for month in months(claim.from_month, min(claim.until or self.month, self.month)):
                        found.setdefault((ref, month), []).append(claim.case)
        return found


def play(town: Town, data: st.DataObject) -> None:
    for _ in range(MONTHS):
        town.draw()
        town.settle(6)
        alive = [number for number in town.living() if town.here(number)]
        if not alive:
            continue
        number = data.draw(st.sampled_from(alive))
        key = data.draw(st.sampled_from(town.here(number)))
        late = data.draw(st.booleans())
        deed = data.draw(st.sampled_from(("split", "split", "join", "join", "birth", "prison", "move")))
        if deed == "split":
            town.split(number, key, late)
        elif deed == "join":
            town.join(data.draw(st.sampled_from(alive)), number, key, late)
        elif deed == "birth":
            town.birth(number, late)
        elif deed == "prison":
            town.prison(number, key, late)
        else:
            town.move(number)
    town.draw()
    town.end()


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.data())
def test_each_is_paid_once_a_month_and_none_is_missed(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder))
        play(town, data)
        paid, claimed = town.paid(), town.claimed()
        assert {at: cases for at, cases in paid.items() if len(cases) != 1} == {}
        assert {at: cases for at, cases in claimed.items() if len(cases) != 1} == {}
        assert claimed.items() <= paid.items()
        assert paid.keys() - claimed.keys() == town.found_too_much()
        town.office.doudi.close()


def test_a_town_where_all_of_it_happens(tmp_path: Any) -> None:
    town = Town(tmp_path)
    first, second = town.cases
    town.draw()
    town.split(first, "m3", late=True)
    town.draw()
    town.settle(6)
    town.join(second, town.cases[2], "m1", late=False)
    town.draw()
    town.move(second)
    town.birth(second, late=True)
    town.draw()
    town.settle(6)
    town.prison(first, "m2", late=False)
    town.draw()
    town.end()
    assert town.paid() == town.claimed()
    assert all(len(cases) == 1 for cases in town.paid().values())
    assert town.case(town.cases[2]).ended_code == "S19"
    shares = {number: town.case(number).award.terms[-1].covered for number in (first, second)}  # type: ignore[union-attr]
    assert shares == {first: ("m1",), second: ("m1", "m2", "m3", "m4")}
