"""What a decision looks at besides its command: the case, the day, the calendar, the policy, the people."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from domain.calendar import Calendar, Due, due
from domain.case import Case
from domain.days import china_day, first_day, month_of
from domain.ids import CaseNo, DivisionCode, InstanceId, PersonRef
from domain.person import Person
from domain.policy import CATALOGUE, Parameter, Policy
from domain.staff import Roster
from workflows.command import Request
from workflows.world import World

UNIT_KIND = {"working days": "working", "calendar days": "calendar", "months": "months"}


class Context:
    """One command's view of the world. Reads through it are checked by version when the events are written."""

    def __init__(
        self, world: World, request: Request, now: datetime, case: Case | None, token: Callable[[str], str]
    ) -> None:
        self.world = world
        self.request = request
        self.now = now
        self.today = china_day(now)
        self.on: date = request.data.on or self.today
        self.token = token
        """A fresh random reference with a prefix."""
        self.case: Case = case or Case()
        self.instance: InstanceId = InstanceId("")
        """The instance of a life cycle that the command moves."""
        self.memo: dict[str, Any] = {}
        """What its guards computed and its decider takes up, so that it is computed once."""

    @property
    def actor(self) -> str:
        return self.request.actor

    @cached_property
    def calendar(self) -> Calendar:
        return self.world.calendar()

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.world, self.case)

    @property
    def procedure_day(self) -> date:
        """Limits and who decides are those of the day of acceptance (architecture 10)."""
        return self.case.intake.accepted or self.on

    def limit(self, name: str) -> int:
        return self.policy.number(name, self.procedure_day)

    def rule(self, name: str) -> bool:
        return self.policy.flag(name, self.procedure_day)

    def due_by(self, name: str, start: date) -> Due:
        """The due day of a parameter's span from `start` on; its unit says of which kind the days are."""
        return due(UNIT_KIND[CATALOGUE[name].unit], start, self.limit(name), self.calendar)  # type: ignore[arg-type]

    def warning_day(self, day: date, span: int) -> date:
        """The day to warn of a due day whose limit is `span` days long: a short one later (rules.md §5)."""
        short = span <= self.limit("warn_short_span")
        return self.calendar.working_days_before(
            day, self.limit("warn_days_short" if short else "warn_days_long")
        )

    def person(self, ref: PersonRef) -> Person:
        return self.world.person(ref)

    def person_of(self, number: str) -> PersonRef | None:
        return self.world.store.person_of(number)

    def keeps(self, ref: PersonRef) -> bool:
        """Whether anything personal is kept under a reference; of somebody who only objected nothing else is."""
        return self.world.store.keeps(ref)

    def other_case(self, number: CaseNo) -> Case | None:
        return self.world.case(number)

    def roster(self, division: DivisionCode) -> Roster:
        return self.world.roster(division)

    def desks(self, staff: str, division: DivisionCode, day: date) -> frozenset[tuple[str, DivisionCode]]:
        """(desk, division where it is held) of all desks a member of staff holds over a division that day."""
        return self.world.desks(staff, division, day)


def policy_of(world: World, case: Case, extra: tuple[Parameter, ...] = ()) -> Policy:
    """The policy of the case's division, programme and area; of days before it came there, of where it was.

    `extra`: as if these were set besides.
    """
    now = world.policy(case.division, case.programme, case.area, extra)
    came = {until for until, _ in case.divisions} | {first_day(month) for month, _ in case.areas[1:]}
    if not came:
        return now
    days = [(until, until - timedelta(days=1)) for until in sorted(came)]
    return now.through(
        [
            (until, world.policy(case.division_on(day), case.programme, case.area_in(month_of(day)), extra))
            for until, day in days
        ]
    )
