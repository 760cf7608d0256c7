"""A raise over a whole division: looked at first, then done in chunks that can be broken off and said again.

Each case is a command of its own, named by the raise and the case: said again it answers what it answered. Cases whose
amount doesn't rise stay as they are (57 art. 32; rules.md §3 told not heard, §6 leads).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from domain.case import Case
from domain.case.award import AmountChanged, Award
from domain.catalogue import CATALOGUE
from domain.days import Month, add_month, china_day, first_day, month_of, months
from domain.ids import CaseNo, CommandId, DivisionCode, county_of, within
from domain.money import Fen
from domain.policy import AREAS, Area, Parameter
from workflows.chunks import chunks
from workflows.command import Request
from workflows.commands.award import RaiseStandard
from workflows.commands.raising import OpenLead, Raise
from workflows.context import Context, policy_of
from workflows.decide.lead import reached, recent
from workflows.decide.raising import Owed, owed, raises
from workflows.decide.terms import award_of
from workflows.office import Office
from workflows.ports import Cases
from workflows.refusal import Refused, refuse

A_CHUNK = 200
STAYS = frozenset({"nothing-raised"})


class Ended(Protocol):
    def ended(self, division: DivisionCode, programme: str) -> Sequence[CaseNo]:
        """Cases of a division and below that ended, by number, brought to the head."""


class Reading(Protocol):
    def reading(self, parameter: str, division: DivisionCode) -> Collection[CaseNo]:
        """Cases of a division and below whose decisions read a parameter, brought to the head."""


class Rise(msgspec.Struct, frozen=True, kw_only=True):
    """A household that a raise changes."""

    case: CaseNo
    division: DivisionCode
    area: str
    before: Fen
    amount: Fen
    months: tuple[Owed, ...]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes and by how much; who can't be raised, with the codes; who would be reached by it."""

    rises: tuple[Rise, ...]
    unchanged: int
    not_raised: tuple[tuple[CaseNo, tuple[str, ...]], ...]
    leads: tuple[tuple[CaseNo, Fen], ...]

    def cost(self) -> list[dict[str, Any]]:
        """By month and division: households and fen; months drawn are arrears, the next is what a month costs more."""
        sums: dict[tuple[Month, DivisionCode, bool], list[int]] = {}
        for one in self.rises:
            for each in one.months:
                cell = sums.setdefault((each.month, one.division, each.drawn), [0, 0])
                cell[0] += 1
                cell[1] += each.more
        return [
            {"month": month, "division": division, "arrears": drawn, "households": cell[0], "more": cell[1]}
            for (month, division, drawn), cell in sorted(sums.items())
        ]


class Raising:
    """Raises, and looks at what a raise would do."""

    def __init__(
        self, office: Office, cases: Cases, ended: Ended, reading: Reading, size: int = A_CHUNK
    ) -> None:
        self.office = office
        self._cases = cases
        self._ended = ended
        self._reading = reading
        self._size = size

    def parts(self, request: Request) -> dict[str, Any]:
        """The parts of the command Raise: counts, and what could not be raised by its codes."""
        command = request.data
        assert isinstance(command, Raise)
        counts: Counter[str] = Counter(raised=0, unchanged=0, arrears_months=0, leads=0)
        not_raised: list[dict[str, Any]] = []
        for chunk in chunks(self._whose(command), self._size):
            self._chunk(request, command, chunk, counts, not_raised)
        if command.leads:
            self._leads(request, command, counts)
        if not counts["raised"] and not counts["leads"] and not self._begins(command):
            raise refuse(
                "nothing-begins", "data.from_month", name=command.parameter, month=command.from_month
            )
        return {**counts, "not_raised": not_raised}

    def _begins(self, command: Raise) -> bool:
        """Whether what amounts stand on begins for the division in a month of the raise; else its id is not used up."""
        names = {command.parameter, "standard"}
        if command.parameter == "standard":
            names |= {name for name, spec in CATALOGUE.items() if spec.at == "month"}
        after, until = first_day(add_month(command.from_month, -1)), first_day(self._last(command))
        policies = (
            self.office.world.policy(command.division, command.programme, area) for area in _areas(command)
        )
        return any(policy.begins(names, after, until) for policy in policies)

    def _last(self, command: Raise) -> Month:
        """Months are raised up to the next one, or to that of the raise."""
        today = month_of(command.on) if command.on else month_of(_today(self.office))
        return max(add_month(today, 1), Month(command.from_month))

    def _chunk(
        self,
        request: Request,
        command: Raise,
        chunk: Sequence[CaseNo],
        counts: Counter[str],
        not_raised: list[dict[str, Any]],
    ) -> None:
        with self.office.batch():
            for number in chunk:
                case = self.office.world.case(number)
                assert case is not None
                first = _first(award_of(case), Month(command.from_month))
                part = RaiseStandard(on=command.on, from_month=first)
                answer = self.office.handle(_named(request, number, part))
                if answer.status == "done":
                    counts["raised"] += 1
                    counts["arrears_months"] += len(answer.data["arrears"])
                    continue
                codes = [one.code for one in answer.reasons]
                if set(codes) <= STAYS:
                    counts["unchanged"] += 1
                else:
                    not_raised.append({"case": number, "codes": codes})

    def _leads(self, request: Request, command: Raise, counts: Counter[str]) -> None:
        for number in self._recent(command, request):
            part = OpenLead(on=command.on, from_month=Month(command.from_month))
            answer = self.office.handle(_named(request, number, part))
            counts["leads"] += answer.status == "done"

    def preview(self, request: Request, standard: Fen | None = None, unit: str = "yuan/month") -> Preview:
        """What Raise would do now. `standard`: as if it were set from its month on. Nothing is written."""
        command = request.data
        assert isinstance(command, Raise)
        self.office.world.refresh()
        rises: list[Rise] = []
        not_raised: list[tuple[CaseNo, tuple[str, ...]]] = []
        unchanged = 0
        for number in self._whose(command):
            context = self._context(request, number, command, standard, unit)
            first = _first(award_of(context.case), Month(command.from_month))
            try:
                events = raises(context, first)
            except Refused as refused:
                not_raised.append((number, tuple(one.code for one in refused.reasons)))
                continue
            if not events:
                unchanged += 1
                continue
            rises.append(_rise(context, events))
        leads = []
        for number in self._recent(command, request) if command.leads else ():
            context = self._context(request, number, command, standard, unit)
            found = reached(context, max(Month(command.from_month), month_of(context.on)))
            if found is not None:
                leads.append((number, found.amount))
        return Preview(
            rises=tuple(rises), unchanged=unchanged, not_raised=tuple(not_raised), leads=tuple(leads)
        )

    def _whose(self, command: Raise) -> list[CaseNo]:
        """Awards of the division that live, or lived, in the area in the month of the raise or since, or begin in the
        next, and stand on a decision that reads the parameter; by number."""
        if command.parameter not in CATALOGUE:
            raise refuse("parameter-unknown", "data.parameter", name=command.parameter)
        found: set[CaseNo] = set()
        span, county = [*months(Month(command.from_month), self._last(command))], county_of(command.division)
        for area in _areas(command):
            for month in span:
                found.update(self._cases.cases(county, command.programme, area, month))
        found.intersection_update(self._reading.reading(command.parameter, command.division))
        kept = []
        for number in sorted(found):
            case = self.office.world.case(number)
            if case is None or case.award is None or not within(command.division, case.division):
                continue
            if command.area is not None and command.area not in map(case.area_in, span):
                continue
            if case.award.ends is None or case.award.ends > command.from_month:
                kept.append(number)
        return kept

    def _recent(self, command: Raise, request: Request) -> Iterator[CaseNo]:
        """Refused or stopped for income, not long ago, in the area asked for."""
        for number in self._ended.ended(command.division, command.programme):
            case = self.office.world.case(number)
            if case is None or (command.area is not None and case.area != command.area):
                continue
            if recent(self._context(request, number, command, None, ""), case):
                yield number

    def _context(
        self, request: Request, number: CaseNo, command: Raise, standard: Fen | None, unit: str
    ) -> Context:
        case = self.office.world.case(number)
        part = replace(request, case=number)
        context = Context(self.office.world, part, self.office.clock.now(), case, lambda prefix: prefix)
        if standard is not None and case is not None:
            mine = _as_if(case, command, standard, unit)
            context.policy = policy_of(self.office.world, case, mine)
        return context


def _areas(command: Raise) -> tuple[Area, ...]:
    return (command.area,) if command.area else AREAS


def _as_if(case: Case, command: Raise, standard: Fen, unit: str) -> tuple[Parameter, ...]:
    """The standard as the division of the raise would set it, in each area that the raise is for."""
    return tuple(
        Parameter(
            ref="preview",
            name="standard",
            value=standard,
            unit=unit,
            since=first_day(Month(command.from_month)),
            division=command.division,
            programme=case.programme,
            area=area,
            document="preview",
        )
        for area in _areas(command)
    )


def _first(award: Award, month: Month) -> Month:
    """The month of a raise, or the first that we pay of the award if that is later."""
    first = max(month, award.began)
    if award.paid_until and award.as_in_ledger(first):
        return max(first, add_month(award.paid_until, 1))
    return first


def _today(office: Office) -> date:
    return china_day(office.clock.now())


def _named(request: Request, number: CaseNo, part: RaiseStandard | OpenLead) -> Request:
    kind = "lead" if isinstance(part, OpenLead) else "raise"
    return Request(
        id=CommandId(f"{request.id}/{kind}/{number}"),
        actor=request.actor,
        data=part,
        case=number,
        causation=request.id,
    )


def _rise(context: Context, events: Sequence[AmountChanged]) -> Rise:
    return Rise(
        case=context.case.number,
        division=context.case.division,
        area=context.case.area_in(events[0].terms.from_month),
        before=events[0].before,
        amount=events[0].terms.amount,
        months=owed(context, events),
    )
