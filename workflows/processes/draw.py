"""The draw of a month: over all cases that may be payable, in chunks, each one transaction (rules.md §7).

First time is brought to today. A chunk is named by the draw and by its own content, so a draw that was broken off
and is said again goes on where it stopped; a case that moved meanwhile is loaded and decided again, alone.
"""

from collections import Counter
from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any

from domain.days import Month, add_month, china_day, first_day
from domain.ids import CaseNo, CommandId, DivisionCode, StreamId, county_of, within
from domain.policy import AREAS
from workflows.authority import CLOCK_ACTOR
from workflows.chunks import chunks
from workflows.command import Answer, Command, Request
from workflows.commands.pay import Draw as DrawCommand
from workflows.commands.pay import DrawChunk, OpenList
from workflows.office import Office
from workflows.ports import Cases, Conflict, Due
from workflows.processes.deadlines import Deadlines
from workflows.refusal import Refused, refuse
from workflows.world import list_stream, month_stream

A_CHUNK = 400
LOOKED_BACK = 24
"""Months before the one drawn for which somebody may have been overlooked, as who was taken over late is."""
SUMS = (
    "households",
    "persons",
    "amount",
    "held",
    "supplementary",
    "arrears_lines",
    "arrears_person_times",
    "arrears_amount",
    "repeated_lines",
    "repeated_amount",
    "set_off",
)
PAYS = ("award/", "hold.")
"""Timers that change what a month pays."""


class Draw:
    """Draws lists for an office; its parts are commands of who draws, caused by his.

    `parked`: cases that some projection can't follow. They get no line until that is settled.
    """

    def __init__(
        self,
        office: Office,
        cases: Cases,
        deadlines: Deadlines,
        due: Due,
        size: int = A_CHUNK,
        parked: Callable[[], Collection[CaseNo]] = tuple,
    ) -> None:
        self.office = office
        self._cases = cases
        self._deadlines = deadlines
        self._due = due
        self._size = size
        self._parked = parked

    def parts(self, request: Request) -> dict[str, Any]:
        """The parts of the command Draw; counts by area, with the fired deadlines beside."""
        command = request.data
        assert isinstance(command, DrawCommand)
        today = china_day(self.office.clock.now())
        ticked = self._deadlines.run(today)
        self._nothing_unfired(command)
        counts: dict[str, Any] = {"month": command.month, "ticked": ticked}
        for area in (command.area,) if command.area else AREAS:
            counts[area] = self._draw(request, command, area)
        return counts

    def draw(
        self,
        division: DivisionCode,
        month: str,
        area: str | None = None,
        *,
        id: str,
        actor: str = CLOCK_ACTOR,
        programme: str = "dibao",
    ) -> Answer:
        """Draw a county's lists of a month; the answer's data are the counts by area."""
        command = DrawCommand(division=division, month=month, area=area, programme=programme)  # type: ignore[arg-type]
        return self.office.handle(Request(id=CommandId(id), actor=actor, data=command))

    def _nothing_unfired(self, command: DrawCommand) -> None:
        """Nothing that changes an award by the month's first day may still wait (rules.md §7)."""
        waiting = [
            row.case
            for row in self._due.due(first_day(command.month))
            if row.timer and row.key.startswith(PAYS) and within(command.division, row.division)
        ]
        if waiting:
            some = ", ".join(sorted(set(waiting))[:5])
            raise refuse("unfired", "data.month", month=command.month, count=len(waiting), cases=some)

    def _draw(self, request: Request, command: DrawCommand, area: str) -> dict[str, Any]:
        sums: Counter[str] = Counter(dict.fromkeys(SUMS, 0))
        left_out: Counter[str] = Counter()
        if self._too_late(command, area):
            return {**sums, "left_out": {}}
        self._open(request, command, area)
        cases = self._cases.cases(command.division, command.programme, area, command.month)
        parked = frozenset(self._parked())
        if parked:
            left_out["parked"] = sum(self._would_be_drawn(case, command, area) for case in parked)
            cases = [case for case in cases if case not in parked]
        alone: list[CaseNo] = []
        for chunk in chunks(cases, self._size):
            for answer in self._chunk(request, command, area, chunk, alone):
                _add(answer, sums, left_out)
        for case in alone:
            _add(self._whole(request, self._part(command, area, (case,)), "alone"), sums, left_out)
        counts = {**sums, "left_out": dict(sorted((+left_out).items()))}
        missed = self._missed(command, area)
        return {**counts, "undrawn": missed} if missed else counts

    def _missed(self, command: DrawCommand, area: str) -> Month | None:
        """The earliest month before, where awards live that nobody drew a list for: it is drawn by its own name."""
        for back in range(LOOKED_BACK, 0, -1):
            month = add_month(Month(command.month), -back)
            if self._is_open(list_stream(command.division, command.programme, area, month)):
                continue
            cases = self._cases.cases(command.division, command.programme, area, month)
            if any(self._would_be_drawn(case, command, area, month) for case in cases):
                return month
        return None

    def _would_be_drawn(
        self, number: CaseNo, command: DrawCommand, area: str, month: Month | None = None
    ) -> bool:
        """By its own events, since what lists payable cases may not have followed it."""
        month = month or Month(command.month)
        case = self.office.world.case(number)
        return (
            case is not None
            and case.programme == command.programme
            and county_of(case.division) == command.division
            and case.area_in(month) == area
            and month not in case.drawn
            and case.award is not None
            and case.award.at(month) is not None
            and month > case.award.paid_until
        )

    def _too_late(self, command: DrawCommand, area: str) -> bool:
        """The month is closed and had no list of this area: what is due comes as arrears, with an open month."""
        if self._is_open(list_stream(command.division, command.programme, area, command.month)):
            return False
        closings = self.office.world.state(month_stream(command.division, command.programme))
        return closings is not None and Month(command.month) in closings.months

    def _open(self, request: Request, command: DrawCommand, area: str) -> None:
        """Another draw may open it at the same moment: what counts is that it is open."""
        stream = list_stream(command.division, command.programme, area, command.month)
        if self._is_open(stream):
            return
        part = OpenList(
            on=command.on,
            division=command.division,
            programme=command.programme,
            area=area,  # type: ignore[arg-type]
            month=command.month,
        )
        answer = self.office.handle(self._request(request, part, f"open/{area}"))
        if not self._is_open(stream):
            self._done(answer)

    def _is_open(self, stream: StreamId) -> bool:
        self.office.world.refresh()
        return self.office.world.state(stream) is not None

    def _chunk(
        self,
        request: Request,
        command: DrawCommand,
        area: str,
        cases: tuple[CaseNo, ...],
        alone: list[CaseNo],
    ) -> list[Answer]:
        """Write a chunk; a case that moved meanwhile leaves it, the rest is tried again."""
        while cases:
            part = self._part(command, area, cases)
            named = self._request(request, part, _content(part))
            try:
                return [self._done(self.office.attempt(named))]
            except Conflict as conflict:
                moved = CaseNo(conflict.stream.removeprefix("case:"))
                if moved not in cases:
                    return [self._done(self.office.handle(named))]
                alone.append(moved)
                cases = tuple(case for case in cases if case != moved)
        return []

    def _part(self, command: DrawCommand, area: str, cases: tuple[CaseNo, ...]) -> DrawChunk:
        return DrawChunk(
            on=command.on,
            division=command.division,
            programme=command.programme,
            area=area,  # type: ignore[arg-type]
            month=command.month,
            cases=cases,
        )

    def _whole(self, request: Request, part: Command, name: str) -> Answer:
        if isinstance(part, DrawChunk):
            name = f"{name}/{_content(part)}"
        return self._done(self.office.handle(self._request(request, part, name)))

    def _request(self, request: Request, part: Command, name: str) -> Request:
        return Request(
            id=CommandId(f"{request.id}/{name}"), actor=request.actor, data=part, causation=request.id
        )

    @staticmethod
    def _done(answer: Answer) -> Answer:
        if answer.status == "refused":
            raise Refused(*answer.reasons)
        return answer


def _content(part: DrawChunk) -> str:
    return f"{part.area}/{sha256(','.join(part.cases).encode()).hexdigest()[:16]}"


def _add(answer: Answer, sums: Counter[str], left_out: Counter[str]) -> None:
    for name in SUMS:
        sums[name] += answer.data[name]
    left_out.update(answer.data["left_out"])
