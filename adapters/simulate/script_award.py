"""A living award: reviewed, raised, reduced, stopped, ended by a death, as its plan says (rules.md §3)."""

from collections.abc import Iterable
from datetime import date

from adapters.simulate.facts import conditions, income, incomes, moved, possessions, since_of
from adapters.simulate.plan import Change, Household, Property, Review, Standard, Stop, standard_at
from adapters.simulate.script import Days, House, Script, Start, calendar_days
from adapters.simulate.script_application import adult, consent, entry_of, note_incomes
from domain.case.change import Effect
from domain.days import Month, add_month, first_day, month_of, months_between
from domain.ids import InstanceId, MemberKey
from domain.money import Fen
from workflows.commands import change as changing
from workflows.commands.award import RecordDeath
from workflows.commands.decision import Serve
from workflows.commands.enquiry import EndFact, FactEntry, StateFacts
from workflows.commands.review import ConcludeReview, VisitForReview

KINDS: dict[str, changing.Kind] = {
    "I03": "income",
    "D03": "income",
    "S01": "income",
    "S15": "income",
    "S02": "property",
    "S16": "property",
    "S05": "moved_out",
    "S06": "own_request",
    "S07": "other_programme",
    "S17": "marriage",
    "S04": "work",
    "D02": "left",
    "I02": "joined",
}
SEEN_BY = {"S15": "V03", "S01": "V02", "S02": "V07", "S16": "V04"}
TOLD = ("S05", "S06", "D02")
"""Asked for or reported by the household itself: told, not heard."""
OVER = 130
"""Percent of the standard that an income over it comes to; a gradual exit's stays below half above it."""


class Award:
    """A household's planned award with what its steps need to know."""

    def __init__(self, plan: Household, house: House, days: Days, standards: Iterable[Standard]) -> None:
        self.plan = plan
        self.house = house
        self.days = days
        self.standard = standard_at(standards, plan.area, plan.division)

    @property
    def head(self) -> MemberKey:
        return self.plan.members[0].key

    def starts(self) -> Iterable[Start]:
        name = self.plan.key
        for number, review in enumerate(self.plan.reviews, start=1):
            opens = add_month(review.month, -1)
            place = 3 + int(name[1:]) % 9 if review.outcome == "unchanged" else -6
            day = self.days.nth(opens, place)
            yield Start(day, f"{name}/review.{number}", self._review(review, day))
        for change in self.plan.changes:
            if change.origin != "review":
                day = self._heard_of(change)
                yield Start(day, f"{name}/change", self._change(change, day))
        stop = self.plan.stop
        if stop is not None and stop.grace_from is not None:
            month = add_month(stop.grace_from, -1)
            day = self.days.nth(month, 4)
            yield Start(day, f"{name}/gradual", self._gradual(stop, day))
        elif stop is not None and stop.origin != "review":
            day = self._known(stop)
            yield Start(day, f"{name}/stop", self._stop(stop, day))

    def _heard_of(self, change: Change) -> date:
        """Income is decided in the month it changed; a death or a member's coming and going soon after it."""
        happened = change.happened_on
        if change.code in ("I03", "D03"):
            month = add_month(change.from_month, -1)
            return self.days.within(month, happened, 1)[0]
        return self.days.after(happened, 1)

    def _known(self, stop: Stop) -> date:
        if stop.code == "S03":
            return self.days.after(stop.happened_on, 1)
        return self.days.within(add_month(stop.from_month, -1), stop.happened_on, 1)[0]

    def _review(self, review: Review, day: date) -> Script:
        """Two visit, what they find is stated, the outcome follows; what it opens is decided in its month."""
        house, desks = self.house, self.house.desks
        visit = VisitForReview(surveyors=desks.surveyors, result="true", present=(self.head,))
        yield house.says(day, desks.surveyors[0], visit)
        concluded = self.days.after(day, 2)
        for one in self.plan.members:
            if one.key not in house.consented and one.from_month is None and adult(one, concluded):
                yield consent(house, one.key, day)
        if review.outcome == "unchanged":
            yield house.says(concluded, desks.handler, ConcludeReview())
            return
        code = self._code(review)
        yield from self._state(code, day, concluded)
        answer = yield house.says(concluded, desks.handler, ConcludeReview())
        assert answer.data["outcome"] == review.outcome, (self.plan.key, answer.data)
        instance = InstanceId(str(answer.data["change"]))
        heard, proposed, decided = (self.days.nth(review.month, place) for place in (1, 5, 6))
        if review.outcome != "increase":
            notice = changing.GivePriorNotice(instance=instance, effect=review.outcome, code=code)
            yield house.says(heard, desks.handler, notice)
            yield house.says(heard, desks.handler, Serve(letter="L13", way="direct"))
            yield house.says(proposed, desks.handler, changing.Hear(instance=instance, words="无异议"))
        yield from self._decide(instance, review.outcome, code, proposed, decided)

    def _code(self, review: Review) -> str:
        if review.outcome == "stop":
            assert self.plan.stop is not None
            return self.plan.stop.code
        return self.plan.changes[0].code

    def _state(self, code: str, anchor: date, day: date) -> Script:
        """The facts that a change of income or property stands on; `anchor`: the day income is counted back from."""
        since = since_of(anchor)
        if code in ("I03", "D03"):
            before, after = self.plan.pieces
            ended, come = moved(before.incomes, after.incomes)
            for key in ended:
                fact = self.house.incomes.pop(key)
                last = calendar_days(since, -1)
                yield self.house.says(day, self.house.desks.handler, EndFact(fact=fact, until=last))
            yield from self._say(incomes(come, since), day)
        elif code in ("S01", "S15"):
            yield from self._say([income(self.head, self._over(code), self._above(), since)], day)
        elif code in ("S02", "S16"):
            yield from self._say(possessions(self._too_much(code), self.head, first_day(month_of(day))), day)

    def _say(self, facts: list[FactEntry], day: date) -> Script:
        if facts:
            data = StateFacts(facts=tuple(facts))
            answer = yield self.house.says(day, self.house.desks.handler, data)
            note_incomes(self.house, facts, answer.data["facts"])

    def _over(self, code: str) -> str:
        return "T1" if code == "S15" else "W1" if self.plan.area == "urban" else "W3"

    def _above(self) -> Fen:
        """More than the standard of all who are counted, whatever else they have."""
        return self.standard * len(self.plan.pieces[-1].members) * OVER // 100

    def _too_much(self, code: str) -> tuple[Property, ...]:
        if code == "S02":
            return (Property("A7", count=1),)
        return (Property("A1", amount=self.standard * len(self.plan.pieces[-1].members) * 40),)

    def _change(self, change: Change, day: date) -> Script:
        """Reported, looked into, decided; a death is recorded and told."""
        house, desks = self.house, self.house.desks
        if change.code == "D01":
            assert change.member is not None
            yield from self._death(change.member, change.happened_on, day)
            return
        born = self._newborn(change)
        kind = "birth" if born else KINDS[change.code]
        leaving = change.member if change.code == "D02" else None
        happened = min(change.happened_on, day)
        report = changing.ReportChange(kind=kind, happened=happened, member=leaving)
        answer = yield house.says(day, desks.window, report)
        instance = InstanceId(str(answer.data["change"]))
        if change.code == "D02":
            assert change.member is not None
            leave = changing.LeaveMember(instance=instance, member=change.member, reason="D02")
            yield house.says(day, desks.window, leave)
        elif change.code == "I02":
            yield from self._join(instance, change, day, born=born)
        else:
            yield from self._state(change.code, day, day)
        effect: Effect = "increase" if change.code.startswith("I") else "reduce"
        in_month = change.code in ("I03", "D03")
        heard, proposed, decided = self._apart(day, add_month(change.from_month, -1) if in_month else None)
        if change.code == "D03":
            yield house.says(heard, desks.handler, changing.Hear(instance=instance, words="情况属实"))
        yield from self._decide(instance, effect, change.code, proposed, decided)

    def _apart(self, day: date, month: Month | None) -> tuple[date, date, date]:
        """The days to hear, propose and decide; within the month, where one is given."""
        if month is not None:
            _, heard, proposed, decided = self.days.within(month, day, 4)
            return heard, proposed, decided
        return self.days.after(day, 1), self.days.after(day, 1), self.days.after(day, 2)

    def _newborn(self, change: Change) -> bool:
        return any(
            one.key == change.member and one.person.born == change.happened_on for one in self.plan.members
        )

    def _join(self, instance: InstanceId, change: Change, day: date, *, born: bool) -> Script:
        house, desks = self.house, self.house.desks
        one = next(one for one in self.plan.members if one.key == change.member)
        joining = changing.JoinMember(
            instance=instance, member=entry_of(one), reason="birth" if born else "return"
        )
        yield house.says(day, desks.window, joining)
        if adult(one, day):
            yield consent(house, one.key, day)
        own = [item for item in self.plan.pieces[-1].incomes if item.member == one.key]
        since = since_of(first_day(self.plan.award_from))
        stated = [*conditions([one], since), *incomes(own, since)]
        yield from self._say(stated, day)

    def _decide(
        self,
        instance: InstanceId,
        effect: Effect,
        code: str,
        proposed: date,
        decided: date,
        months: int | None = None,
    ) -> Script:
        house, desks = self.house, self.house.desks
        proposal = changing.ProposeChange(instance=instance, effect=effect, code=code, months=months)
        yield house.says(proposed, desks.handler, proposal)
        yield house.says(decided, desks.decider, changing.DecideChange(instance=instance))
        yield from self._serve("L15" if effect == "gradual_exit" else "L14", decided)

    def _serve(self, letter: str, day: date) -> Script:
        yield self.house.says(
            self.days.after(day, 1), self.house.desks.handler, Serve(letter=letter, way="direct")
        )

    def _death(self, member: MemberKey, died: date, day: date) -> Script:
        data = RecordDeath(member=member, died=died, source="village")
        yield self.house.says(day, self.house.desks.handler, data)
        yield from self._serve("L14", day)

    def _stop(self, stop: Stop, day: date) -> Script:
        house, desks = self.house, self.house.desks
        if stop.code == "S03":
            yield from self._death(self.head, stop.happened_on, day)
            return
        happened = min(stop.happened_on, day)
        kind, source = KINDS[stop.code], SEEN_BY.get(stop.code)
        if stop.origin == "detected" and source is not None:
            detected = changing.DetectChange(kind=kind, happened=happened, source=source)
            answer = yield house.says(day, desks.handler, detected)
        else:
            reported = changing.ReportChange(kind=kind, happened=happened)
            answer = yield house.says(day, desks.window, reported)
        instance = InstanceId(str(answer.data["change"]))
        yield from self._state(stop.code, day, day)
        heard, proposed, decided = self._apart(day, add_month(stop.from_month, -1))
        if stop.code not in TOLD:
            yield house.says(heard, desks.handler, changing.Hear(instance=instance, words="无异议"))
        yield from self._decide(instance, "stop", stop.code, proposed, decided)

    def _gradual(self, stop: Stop, day: date) -> Script:
        """Work was found: the award goes on for its months, then the clock ends it."""
        assert stop.grace_from is not None
        house, desks = self.house, self.house.desks
        month = month_of(day)
        happened = self.days.nth(month, 2)
        reported = changing.ReportChange(kind="work", happened=happened)
        answer = yield house.says(day, desks.window, reported)
        instance = InstanceId(str(answer.data["change"]))
        yield from self._say([income(self._worker(), "W1", self._near(), happened)], day)
        heard, proposed, decided = self._apart(day, month)
        yield house.says(heard, desks.handler, changing.Hear(instance=instance, words="无异议"))
        months = months_between(stop.grace_from, stop.from_month)
        yield from self._decide(instance, "gradual_exit", "S04", proposed, decided, months)

    def _worker(self) -> MemberKey:
        able = [one.key for one in self.plan.members if one.labour in ("1", "2") and one.until_month is None]
        return able[0] if able else self.head

    def _near(self) -> Fen:
        """A wage that lifts the household over the standard and leaves it under the line of a gradual exit."""
        piece = self.plan.pieces[-1]
        return self.standard * len(piece.members) * 120 // 100 - piece.income
