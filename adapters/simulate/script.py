"""What a planned household's life is played with: steps on working days, said by members of staff as commands."""

from collections.abc import Generator
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

from domain.calendar import Calendar
from domain.case.intake import Paper
from domain.days import Month, first_day, last_day
from domain.ids import CaseNo, DivisionCode, FactKey, MemberKey, StaffId
from workflows.command import Answer, Command
from workflows.definition import TODAYS_LAW


class Step(NamedTuple):
    """One command on its day, by somebody, about a case (None: it makes one, or is the office's)."""

    day: date
    actor: str
    data: Command
    case: CaseNo | None = None


Script: TypeAlias = Generator[Step, Answer, None]
"""Steps in the order of their days; each is sent its answer. It is begun on the day it was put down for."""


class Start(NamedTuple):
    """A script with its name, from which its commands' ids are made, and the day it begins."""

    day: date
    name: str
    script: Script


class Desks(NamedTuple):
    """Who does the work of one village: its own desk, the township's, the county's."""

    window: StaffId
    handler: StaffId
    leader: StaffId
    surveyors: tuple[StaffId, StaffId]
    others: tuple[StaffId, StaffId]
    """Two who survey again after an objection."""
    village: StaffId
    centre: StaffId
    county: StaffId
    chief: StaffId
    decider: StaffId


class House:
    """A household under way: its case and where its income facts stand."""

    __slots__ = ("case", "consented", "desks", "incomes", "law", "name")

    def __init__(self, name: str, desks: Desks, law: str = TODAYS_LAW) -> None:
        self.name = name
        self.desks = desks
        self.law = law
        self.case = CaseNo("")
        self.consented: set[MemberKey] = set()
        self.incomes: dict[tuple[MemberKey, str], FactKey] = {}
        """By member and code."""

    def says(self, day: date, actor: StaffId, data: Command) -> Step:
        return Step(day, actor, data, self.case)


class Days:
    """The office's calendar, from month and place to working days."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def after(self, day: date, n: int) -> date:
        """The n-th working day after a day."""
        return self.calendar.add_working_days(day, n).day

    def back(self, day: date, n: int) -> date:
        return self.calendar.working_days_before(day, n)

    def on_or_after(self, day: date) -> date:
        return day if self.calendar.is_working(day) else self.after(day, 1)

    def of(self, month: Month) -> list[date]:
        """The month's working days in order."""
        first, last = first_day(month), last_day(month)
        return [day for day in self.calendar.working_days(first.year) if first <= day <= last]

    def nth(self, month: Month, n: int) -> date:
        """The month's n-th working day from 0, counted from its end if negative; never outside the month."""
        days = self.of(month)
        return days[max(-len(days), min(n, len(days) - 1))]

    def within(self, month: Month, start: date, steps: int) -> list[date]:
        """Days for so many steps, a working day apart from `start` on, pressed together at the month's end."""
        last = self.nth(month, -1)
        first = min(self.on_or_after(start), last)
        return [min(self.after(first, n), last) for n in range(steps)]


def calendar_days(day: date, n: int) -> date:
    return day + timedelta(days=n)


def photo(name: str) -> Paper:
    """A picture that nobody took: its name stands for its content."""
    from hashlib import sha256

    return Paper(sha256=sha256(name.encode()).hexdigest(), type="image/jpeg", size=240_000)


def board(division: DivisionCode) -> str:
    return "村务公开栏" if int(division[9:]) >= 200 else "社区公示栏"
