"""The members of a case as projections need them: who they are, and the facts that statistics count by.

A fold keeps them in two tables of its own (`<name>_case`, `<name>_member`), so it stands by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.case.award import AccountChanged, AreaChanged, HeadChanged, MemberDied
from domain.case.change import ChangeDropped, MemberJoined, MemberLeft
from domain.case.enquiry import FactEnded, FactsStated
from domain.case.intake import ApplicantReplaced, ApplicationEntered, Member
from domain.case.move import DivisionFollowed, MoveReceived
from domain.case.takeover import TakenOver
from domain.days import Month, age_on
from domain.event import Event
from domain.facts import Fact
from domain.person import NumberAdded, PersonCorrected
from projections.base import Row, Rows, Table

COUNTED_FACTS = ("labour", "cause", "disability", "category")
WHOLE_HOUSEHOLD = "*"
ELDERLY, ADVANCED, ADULT = 60, 70, 18


class Households:
    """Tables and fold of cases with their members, under a projection's name."""

    def __init__(self, name: str) -> None:
        self.case = f"{name}_case"
        self.member = f"{name}_member"
        self.tables = (
            Table(
                name=self.case,
                columns={
                    "case_no": "text",
                    "programme": "text",
                    "area": "text",
                    "areas": "json",
                    "division": "text",
                    "divisions": "json",
                    "household": "text",
                    "came_from": "text",
                    "head": "text",
                    "head_name": "personal",
                    "heads": "json",
                    "address": "personal",
                    "account": "personal",
                    "account_holder": "text",
                    "entered": "day",
                    "facts": "json",
                },
                key=("case_no",),
                indexes=(("division",), ("came_from",)),
            ),
            Table(
                name=self.member,
                columns={
                    "case_no": "text",
                    "member": "text",
                    "person": "text",
                    "name": "personal",
                    "number": "personal",
                    "sex": "text",
                    "born": "day",
                    "kinship": "text",
                    "joined": "day",
                    "joined_reason": "text",
                    "left_on": "day",
                    "left_reason": "text",
                    "died": "day",
                },
                key=("case_no", "member"),
                indexes=(("person",),),
            ),
        )

    def apply(self, case: str, event: Event, rows: Rows) -> bool:
        """Take an event of a case; whether it changed what is kept here."""
        change = _CHANGES.get(type(event))
        if change is None:
            return False
        change(self, case, event, rows)
        return True

    def apply_person(self, person: str, event: Event, rows: Rows) -> None:
        """A person's name corrected, or his number added, in every case he is a member of."""
        if isinstance(event, NumberAdded):
            changes: dict[str, Any] = {"number": event.number}
        elif isinstance(event, PersonCorrected):
            changes = {"name": event.name}
        else:
            return
        for row in list(rows.select(self.member, person=person)):
            rows.put(self.member, {**row, **changes})
            case = self.of(row["case_no"], rows)
            if isinstance(event, PersonCorrected) and case["head"] == row["member"]:
                rows.put(self.case, {**case, "head_name": event.name})

    def of(self, case: str, rows: Rows) -> Row:
        row = rows.get(self.case, (case,))
        assert row is not None
        return row

    def members(self, case: str, rows: Rows) -> dict[str, Row]:
        return {row["member"]: row for row in rows.select(self.member, case_no=case)}

    def _put_member(self, case: str, member: Member, reason: str | None, rows: Rows) -> None:
        rows.put(
            self.member,
            {
                "case_no": case,
                "member": member.key,
                "person": member.person,
                "name": member.name,
                "number": member.number,
                "sex": member.sex,
                "born": member.born,
                "kinship": member.kinship,
                "joined": member.joined,
                "joined_reason": reason,
                "left_on": member.left,
                "left_reason": member.left_reason,
                "died": member.died,
            },
        )

    def _entered(self, case: str, event: ApplicationEntered | TakenOver, rows: Rows) -> None:
        head = next(member for member in event.members if member.key == event.head)
        rows.put(
            self.case,
            {
                "case_no": case,
                "programme": event.programme,
                "area": event.area,
                "areas": [["", event.area]],
                "division": event.division,
                "divisions": [["", event.division]],
                "household": event.household,
                "came_from": event.came_from if isinstance(event, ApplicationEntered) else None,
                "head": event.head,
                "head_name": head.name,
                "heads": [[event.on.isoformat(), event.head]],
                "address": event.address,
                "account": event.account,
                "account_holder": event.account_holder,
                "entered": event.on,
                "facts": {},
            },
        )
        for member in event.members:
            self._put_member(case, member, None, rows)

    def _taken_over(self, case: str, event: TakenOver, rows: Rows) -> None:
        """The head stands from the ledger's first month on, as the award does."""
        self._entered(case, event, rows)
        facts = {fact.key: _kept(fact) for fact in event.facts if fact.kind in COUNTED_FACTS}
        rows.put(self.case, {**self.of(case, rows), "facts": facts})

    def _stated(self, case: str, event: FactsStated, rows: Rows) -> None:
        counted = [fact for fact in event.facts if fact.kind in COUNTED_FACTS]
        if not counted and not event.replaces:
            return
        row = self.of(case, rows)
        facts = {key: fact for key, fact in row["facts"].items() if key not in event.replaces}
        facts.update({fact.key: _kept(fact) for fact in counted})
        rows.put(self.case, {**row, "facts": facts})

    def _fact_ended(self, case: str, event: FactEnded, rows: Rows) -> None:
        row = self.of(case, rows)
        fact = row["facts"].get(event.fact)
        if fact is not None:
            facts = {**row["facts"], event.fact: [*fact[:4], event.until.isoformat()]}
            rows.put(self.case, {**row, "facts": facts})

    def _head(self, case: str, event: HeadChanged | ApplicantReplaced, rows: Rows) -> None:
        row, member = self.of(case, rows), rows.get(self.member, (case, event.head))
        assert member is not None
        heads = [*row["heads"], [event.on.isoformat(), event.head]]
        rows.put(self.case, {**row, "head": event.head, "head_name": member["name"], "heads": heads})

    def _account(self, case: str, event: AccountChanged, rows: Rows) -> None:
        changed = {"account": event.account, "account_holder": event.holder}
        rows.put(self.case, {**self.of(case, rows), **changed})

    def _area(self, case: str, event: AreaChanged, rows: Rows) -> None:
        row = self.of(case, rows)
        areas = [*row["areas"], [event.from_month, event.area]]
        rows.put(self.case, {**row, "area": event.area, "areas": areas})

    def _relocated(self, case: str, event: MoveReceived | DivisionFollowed, rows: Rows) -> None:
        row = self.of(case, rows)
        divisions = [*row["divisions"], [event.on.isoformat(), event.division]]
        changed: dict[str, Any] = {"division": event.division, "divisions": divisions}
        if isinstance(event, MoveReceived) and event.address is not None:
            changed["address"] = event.address
        rows.put(self.case, {**row, **changed})

    def _joined(self, case: str, event: MemberJoined, rows: Rows) -> None:
        self._put_member(case, event.member, event.reason, rows)

    def _left(self, case: str, event: MemberLeft, rows: Rows) -> None:
        self._change_member(case, event.member, rows, left_on=event.left, left_reason=event.reason)

    def _dropped(self, case: str, event: ChangeDropped, rows: Rows) -> None:
        for key in event.here:
            self._change_member(case, key, rows, left_on=None, left_reason=None)
        for key in event.never:
            self._change_member(case, key, rows, left_on=event.on, left_reason=None)

    def _died(self, case: str, event: MemberDied, rows: Rows) -> None:
        self._change_member(case, event.member, rows, left_on=event.died, left_reason="D01", died=event.died)

    def _change_member(self, case: str, member: str, rows: Rows, **changes: Any) -> None:
        row = rows.get(self.member, (case, member))
        assert row is not None
        rows.put(self.member, {**row, **changes})


_CHANGES: dict[type[Event], Any] = {
    ApplicationEntered: Households._entered,
    TakenOver: Households._taken_over,
    FactsStated: Households._stated,
    FactEnded: Households._fact_ended,
    HeadChanged: Households._head,
    ApplicantReplaced: Households._head,
    AccountChanged: Households._account,
    AreaChanged: Households._area,
    MoveReceived: Households._relocated,
    DivisionFollowed: Households._relocated,
    MemberJoined: Households._joined,
    MemberLeft: Households._left,
    ChangeDropped: Households._dropped,
    MemberDied: Households._died,
}
HOUSEHOLD_EVENTS: tuple[type[Event], ...] = (*_CHANGES, NumberAdded, PersonCorrected)


def _kept(fact: Fact) -> list[str | None]:
    """[kind, code, member, since, until] of a fact that statistics count by."""
    return [
        fact.kind,
        fact.code,
        fact.member or WHOLE_HOUSEHOLD,
        fact.since.isoformat(),
        fact.until.isoformat() if fact.until else None,
    ]


def area_in(household: Row, month: Month) -> str:
    """The area whose list a month's line is on."""
    found: str = next(area for first, area in reversed(household["areas"]) if first <= month)
    return found


def division_on(household: Row, day: date) -> str:
    """The division the household was in on a day."""
    found: str = next(one for since, one in reversed(household["divisions"]) if since <= day.isoformat())
    return found


def head_on(household: Row, members: dict[str, Row], day: date) -> Row:
    """The head of the household on a day (before the application: the first)."""
    heads = household["heads"]
    key = next((one for since, one in reversed(heads) if since <= day.isoformat()), heads[0][1])
    return members[key]


CROSS_CUTS = (
    *("women", "elderly", "elderly_70", "minors", "disabled", "severely_disabled", "students", "unemployed"),
    *(f"labour_{code}" for code in "1234"),
    *(f"cause_{code}" for code in "123456"),
)
"""Cross-cuts of the same persons, never summed (rules.md §8); labour ability and cause as in the county table."""
_DISABLED = {"C01", "C02", "C03"}
_STUDENTS = {"C10", "C11", "C12"}

Facts = Mapping[str, list[str | None]]


def cross_cuts(facts: Facts, members: Sequence[Row], day: date) -> dict[str, int]:
    """How many of the members are counted under each cross-cut on the day.

    Everybody has one labour ability: the stated one or, without one, by age (none under 18 and from 60 on, able
    between). Everybody has a cause: his own, else those of the household, else other; several count several times.
    """
    found = dict.fromkeys(CROSS_CUTS, 0)
    holding = holding_on(facts, day)
    codes: dict[str | None, dict[str | None, list[str]]] = {}
    for kind, code, whose, _, _ in holding:
        codes.setdefault(whose, {}).setdefault(kind, []).append(str(code))
    shared = codes.get(WHOLE_HOUSEHOLD, {})
    family = {str(fact[1]) for fact in holding if fact[0] == "cause"}
    for member in members:
        mine = codes.get(member["member"], {})
        age = age_on(member["born"], max(day, member["born"]))
        disabilities = mine.get("disability", ())
        categories = {*mine.get("category", ()), *shared.get("category", ())}
        found["women"] += member["sex"] == "2"
        found["elderly"] += age >= ELDERLY
        found["elderly_70"] += age >= ADVANCED
        found["minors"] += age < ADULT
        found["disabled"] += bool(disabilities or categories & _DISABLED)
        found["severely_disabled"] += "C01" in categories or any(
            one[-2:] in ("-1", "-2") for one in disabilities
        )
        found["students"] += bool(categories & _STUDENTS)
        found["unemployed"] += "C20" in categories
        found[f"labour_{_labour(mine.get('labour'), age)}"] += 1
        causes = {*mine.get("cause", ()), *shared.get("cause", ())} or family
        for cause in {code if code in "12345" else "6" for code in causes} or {"6"}:
            found[f"cause_{cause}"] += 1
    return found


def holding_on(facts: Facts, day: date) -> list[list[str | None]]:
    """The facts that hold on a day, by their first day."""
    today = day.isoformat()
    holding = [
        fact for fact in facts.values() if str(fact[3]) <= today and (fact[4] is None or today <= fact[4])
    ]
    return sorted(holding, key=lambda fact: str(fact[3]))


def _labour(stated: list[str] | None, age: int) -> str:
    if stated and stated[-1] in ("1", "2", "3", "4"):
        return stated[-1]
    return "4" if age < ADULT or age >= ELDERLY else "1"


def main_cause(facts: Facts, day: date) -> str:
    """The household's cause of hardship that was stated first; `6` other."""
    causes = (str(fact[1]) for fact in holding_on(facts, day) if fact[0] == "cause")
    return next(causes, "6")
