"""Plays a planned year through the commands of real work: day by day, each day written together.

A script says what somebody does on which day and hears the answer; the office's own months (time seen, the list
drawn, signed, closed) are scripts too. Nothing depends on the machine's clock or on the order of hashes.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from heapq import heapify, heappop, heappush
from typing import Any

import msgspec

from adapters.bootstrap import ADMINISTRATOR, Doudi, begin
from adapters.clock import OPENING
from adapters.seed.calendars import shipped_calendars
from adapters.simulate.diary import in_month
from adapters.simulate.office import CHECKER, PAYER, desks_of, set_up
from adapters.simulate.plan import Plan
from adapters.simulate.script import Days, House, Script, Start, Step
from adapters.simulate.script_application import Applicant, apply
from adapters.simulate.script_award import Award
from adapters.simulate.script_story import start_of
from domain.calendar import Calendar
from domain.days import CHINA, Month, add_month, months
from domain.errors import BadValue
from domain.ids import CommandId
from workflows.command import Answer, Request
from workflows.commands.deadlines import Tick
from workflows.commands.office import SetClock
from workflows.commands.pay import CloseList, Draw, SignList
from workflows.definition import TODAYS_LAW

DRAWN_ON = 7
"""The working day of a month, from 0, on which its list is drawn."""
WAITING = 8
"""One application in so many waits for papers."""


class Broken(BadValue):
    """The office refused what the plan wants, so one of the two is wrong: names the step and the codes."""

    def __init__(self, name: str, step: Step, answer: Answer) -> None:
        codes = ", ".join(f"{reason.code} {reason.field}".strip() for reason in answer.reasons)
        super().__init__(
            "simulate.broken",
            "command",
            step=name,
            day=step.day.isoformat(),
            command=type(step.data).__name__,
            codes=codes,
        )


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What was played: from when to when, how many commands, cases, events."""

    first: date
    last: date
    commands: int
    cases: int
    events: int


def shipped_days() -> Days:
    return Days(Calendar({one.year: one for one in shipped_calendars()}))


def play(
    plan: Plan, url: str, told: Callable[[float], object] = lambda part: None, law: str = TODAYS_LAW
) -> Played:
    """Make a trial store and play the plan on it until the last day of its year, where the clock then stands.

    `told` hears how much of the time has passed, from 0 to 1. Raises `StoreExists` where there is a store.
    """
    days = shipped_days()
    starts = list(_starts(plan, days, law))
    opens = min(one.day for one in starts)
    opened = begin(url, trial=True, seed=plan.seed, clock=datetime.combine(opens, OPENING, CHINA))
    try:
        with _seldom_collected():
            return Player(plan, opened, days, told).play(starts, law)
    finally:
        opened.close()


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """What is kept meanwhile is much and has no cycles: to walk it all again and again takes a seventh of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Player:
    """Takes the scripts of a plan through their days on an empty store."""

    def __init__(self, plan: Plan, doudi: Doudi, days: Days, told: Callable[[float], object]) -> None:
        self.plan = plan
        self.doudi = doudi
        self.days = days
        self.told = told
        self.commands = 0
        self.cases = 0
        self._waiting: list[tuple[date, int]] = []
        self._names: list[str] = []
        self._scripts: list[Script] = []
        self._next: dict[int, Step] = {}
        self._said: dict[int, int] = {}

    def play(self, starts: list[Start], law: str) -> Played:
        first = min(one.day for one in starts)
        last = date(self.plan.year, 12, 31)
        opening = [Start(first, "office", set_up(self.plan, first, law)), *self._months(first, last)]
        for start in (*opening, *starts):
            self._waiting.append((start.day, len(self._scripts)))
            self._names.append(start.name)
            self._scripts.append(start.script)
        heapify(self._waiting)
        span = max(1, (last - first).days)
        while self._waiting and self._waiting[0][0] <= last:
            day = self._waiting[0][0]
            with self.doudi.office.batch():
                self._day(day)
            self.told(((day - first).days + 1) / span)
        return Played(
            first=first,
            last=last,
            commands=self.commands,
            cases=self.cases,
            events=self.doudi.store.head(),
        )

    def _day(self, day: date) -> None:
        clock = SetClock(to=day.isoformat())
        self._send(f"clock/{day}", Step(day, ADMINISTRATOR, clock))
        while self._waiting and self._waiting[0][0] == day:
            _, which = heappop(self._waiting)
            self._go_on(which, day)

    def _go_on(self, which: int, day: date) -> None:
        """Take a script's steps of the day; what comes later waits for its own."""
        script, name = self._scripts[which], self._names[which]
        step = self._next.pop(which, None)
        try:
            if step is None:
                step = next(script)
            while step.day == day:
                number = self._said[which] = self._said.get(which, 0) + 1
                step = script.send(self._send(f"{name}/{number}", step))
        except StopIteration:
            return
        assert step.day > day, (name, step.day, day)
        self._next[which] = step
        heappush(self._waiting, (step.day, which))

    def _send(self, name: str, step: Step) -> Answer:
        request = Request(id=CommandId(name), actor=step.actor, data=step.data, case=step.case)
        answer = self.doudi.office.handle(request)
        self.commands += 1
        if answer.status != "done":
            raise Broken(name, step, answer)
        if step.case is None and answer.case is not None:
            self.cases += 1
        return answer

    def _months(self, first: date, last: date) -> Iterator[Start]:
        """Time is seen on the first working day of every month and on the last day; from the December before the
        year on, each month's list is drawn, signed by two, closed."""
        december = Month(f"{self.plan.year - 1}-12")
        for month in months(Month(f"{first:%Y-%m}"), Month(f"{last:%Y-%m}")):
            opening = self.days.nth(month, 0)
            if opening > first:
                yield Start(opening, f"tick/{month}", self._tick(opening))
            if month >= december:
                day = self.days.nth(month, DRAWN_ON)
                yield Start(day, f"list/{month}", self._list(month, day))
        yield Start(last, "tick/last", self._tick(last))

    def _tick(self, day: date) -> Script:
        yield Step(day, ADMINISTRATOR, Tick(until=day))

    def _list(self, month: Month, day: date) -> Script:
        county = self.plan.place.county
        for area in self.plan.books:
            about: dict[str, Any] = {"division": county, "area": area, "month": month}
            yield Step(day, PAYER, Draw(**about))
            yield Step(day, PAYER, SignList(**about, hand="maker"))
            yield Step(day, CHECKER, SignList(**about, hand="checker"))
            yield Step(day, PAYER, CloseList(**about))


def _starts(plan: Plan, days: Days, law: str) -> Iterator[Start]:
    for turn, household in enumerate(plan.households):
        house = House(household.key, desks_of(household.division), law)
        month = add_month(household.award_from, -1)
        diary = in_month(days, month, turn * 7, 2 if turn % WAITING == 0 else 0, law)
        first = [one for one in household.members if one.from_month is None]
        declared = household.pieces[0].incomes
        who = Applicant(house, household.area, household.division, household.contact, first, declared)
        script = apply(who, diary, household.review_class, household.objection)
        yield Start(diary.entered, household.key, script)
        yield from Award(household, house, days, plan.standards).starts()
    for story in plan.stories:
        yield start_of(story, House(story.key, desks_of(story.division), law), days)
