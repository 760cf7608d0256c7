"""The members of a case as projections need them: who they are, and the facts that statistics count by.

A fold keeps them in two tables of its own (`<name>_case`, `<name>_member`), so it stands by itself.
"""

from datetime import date
from typing import Any

from domain.case.award import AccountChanged, AreaChanged, HeadChanged, MemberDied
from domain.case.change import MemberJoined, MemberLeft
from domain.case.enquiry import FactEnded, FactsStated
from domain.case.intake import ApplicantReplaced, ApplicationEntered, Member
from domain.days import age_on
from domain.event import Event
from domain.facts import Fact
from projections.base import Row, Rows, Table

COUNTED_FACTS = ("labour", "cause", "disability", "category")
WHOLE_HOUSEHOLD = "*"
ELDERLY, ADULT = 60, 18


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
                    "division": "text",
                    "household": "text",
                    "head": "text",
                    "head_name": "personal",
                    "address": "personal",
                    "account": "personal",
                    "account_holder": "text",
                    "entered": "day",
                    "facts": "json",
                },
                key=("case_no",),
                indexes=(("division",),),
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
                    "left_on": "day",
                    "left_reason": "text",
                    "died": "day",
                },
                key=("case_no", "member"),
            ),
        )

    def apply(self, case: str, event: Event, rows: Rows) -> bool:
        """Take an event of a case; whether it changed what is kept here."""
        change = _CHANGES.get(type(event))
        if change is None:
            return False
        change(self, case, event, rows)
        return True

    def of(self, case: str, rows: Rows) -> Row:
        row = rows.get(self.case, (case,))
        assert row is not None
        return row

    def members(self, case: str, rows: Rows) -> dict[str, Row]:
        return {row["member"]: row for row in rows.select(self.member, case_no=case)}

    def _put_member(self, case: str, member: Member, rows: Rows) -> None:
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
                "left_on": member.left,
                "left_reason": member.left_reason,
                "died": member.died,
            },
        )

    def _entered(self, case: str, event: ApplicationEntered, rows: Rows) -> None:
        head = next(member for member in event.members if member.key == event.head)
        rows.put(
            self.case,
            {
                "case_no": case,
                "programme": event.programme,
                "area": event.area,
                "division": event.division,
                "household": event.household,
                "head": event.head,
                "head_name": head.name,
                "address": event.address,
                "account": event.account,
                "account_holder": event.account_holder,
                "entered": event.on,
                "facts": {},
            },
        )
        for member in event.members:
            self._put_member(case, member, rows)

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
        member = rows.get(self.member, (case, event.head))
        assert member is not None
        rows.put(self.case, {**self.of(case, rows), "head": event.head, "head_name": member["name"]})

    def _account(self, case: str, event: AccountChanged, rows: Rows) -> None:
        changed = {"account": event.account, "account_holder": event.holder}
        rows.put(self.case, {**self.of(case, rows), **changed})

    def _area(self, case: str, event: AreaChanged, rows: Rows) -> None:
        rows.put(self.case, {**self.of(case, rows), "area": event.area})

    def _joined(self, case: str, event: MemberJoined, rows: Rows) -> None:
        self._put_member(case, event.member, rows)

    def _left(self, case: str, event: MemberLeft, rows: Rows) -> None:
        self._change_member(case, event.member, rows, left_on=event.left, left_reason=event.reason)

    def _died(self, case: str, event: MemberDied, rows: Rows) -> None:
        self._change_member(case, event.member, rows, left_on=event.died, left_reason="D01", died=event.died)

    def _change_member(self, case: str, member: str, rows: Rows, **changes: Any) -> None:
        row = rows.get(self.member, (case, member))
        assert row is not None
        rows.put(self.member, {**row, **changes})


_CHANGES: dict[type[Event], Any] = {
    ApplicationEntered: Households._entered,
    FactsStated: Households._stated,
    FactEnded: Households._fact_ended,
    HeadChanged: Households._head,
    ApplicantReplaced: Households._head,
    AccountChanged: Households._account,
    AreaChanged: Households._area,
    MemberJoined: Households._joined,
    MemberLeft: Households._left,
    MemberDied: Households._died,
}


def _kept(fact: Fact) -> list[str | None]:
    """[kind, code, member, since, until] of a fact that statistics count by."""
    return [
        fact.kind,
        fact.code,
        fact.member or WHOLE_HOUSEHOLD,
        fact.since.isoformat(),
        fact.until.isoformat() if fact.until else None,
    ]


CROSS_CUTS = (
    "women",
    "elderly",
    "minors",
    "disabled",
    *(f"labour_{code}" for code in "1234"),
    *(f"cause_{code}" for code in "123456"),
)
"""Cross-cuts of the same persons, never summed (rules.md §8); labour ability and cause as in the county table."""


def cross_cuts(facts: dict[str, list[str | None]], members: list[Row], day: date) -> dict[str, int]:
    """How many of the members are counted under each cross-cut on the day.

    Labour ability stated or, where it isn't, by age: none under 18 and from 60 on, able between.
    """
    found = dict.fromkeys(CROSS_CUTS, 0)
    today = day.isoformat()
    holding = [
        fact for fact in facts.values() if str(fact[3]) <= today and (fact[4] is None or today <= fact[4])
    ]
    for member in members:
        mine = [fact for fact in holding if fact[2] in (member["member"], WHOLE_HOUSEHOLD)]
        age = age_on(member["born"], day)
        by_age = "4" if age < ADULT or age >= ELDERLY else "1"
        labour = next((fact[1] for fact in reversed(mine) if fact[0] == "labour"), by_age)
        found["women"] += member["sex"] == "2"
        found["elderly"] += age >= ELDERLY
        found["minors"] += age < ADULT
        found["disabled"] += any(fact[0] == "disability" for fact in mine)
        if f"labour_{labour}" in found:
            found[f"labour_{labour}"] += 1
        causes = {str(fact[1]) for fact in mine if fact[0] == "cause"} or {"6"}
        for cause in {code if code in "12345" else "6" for code in causes}:
            found[f"cause_{cause}"] += 1
    return found
