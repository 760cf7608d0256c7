"""A division is replaced: all that lies in it follows, place by place, then its cases in chunks.

Each part is named by the replacement and its own content: broken off and said again it goes on where it stopped.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Protocol

from domain.ids import CaseNo, CommandId, DivisionCode, parse_division, within
from workflows.command import Answer, Command, Request
from workflows.commands.division import FollowCases, FollowDivision, ReplaceDivision
from workflows.context import Context
from workflows.decide.division import check_following, division_of
from workflows.office import Office
from workflows.refusal import Refused, refuse

A_CHUNK = 500


class Places(Protocol):
    """What lies in a division, brought to the head of the log."""

    def divisions(self, above: DivisionCode) -> Sequence[DivisionCode]:
        """Known divisions: it and all below it, by code."""

    def cases(self, above: DivisionCode) -> Sequence[tuple[CaseNo, DivisionCode]]:
        """Cases in it and below, with the division each is in, by number."""


class Replacing:
    """Replaces divisions of an office."""

    def __init__(self, office: Office, places: Places, size: int = A_CHUNK) -> None:
        self.office = office
        self._places = places
        self._size = size

    def parts(self, request: Request) -> dict[str, Any]:
        """The parts of the command ReplaceDivision; how many divisions and cases followed."""
        command = request.data
        assert isinstance(command, ReplaceDivision)
        context = Context(self.office.world, request, self.office.clock.now(), None, lambda prefix: prefix)
        code, by = check_following(context, command)
        if within(code, by) or within(by, code):
            raise refuse("division-level", "data.by", division=by, level="")
        below = {
            parse_division(old, "data.below"): parse_division(new, "data.below")
            for old, new in command.below.items()
        }
        cases = self._places.cases(code)
        known = [
            one for one in self._places.divisions(code) if one == code or not self._went(context, one, by)
        ]
        places = sorted({*known, code, *(division for _, division in cases)})
        goes = {place: below.get(place, DivisionCode(by + place[len(code) :])) for place in places}
        self._check(context, code, by, goes, below)
        counts: Counter[str] = Counter(divisions=0, cases=0)
        for place in known if code in known else (code, *known):
            part = FollowDivision(
                on=context.on,
                code=place,
                by=goes[place],
                document=command.document,
                name=command.name if place == code else None,
            )
            self._take(request, part, f"place/{place}")
            counts["divisions"] += 1
        for place in places:
            inside = [number for number, division in cases if division == place]
            for start in range(0, len(inside), self._size):
                chunk = tuple(inside[start : start + self._size])
                cases_part = FollowCases(on=context.on, code=place, by=goes[place], cases=chunk)
                named = sha256(",".join(chunk).encode()).hexdigest()[:16]
                counts["cases"] += self._take(request, cases_part, f"cases/{place}/{named}").data["cases"]
        return dict(counts)

    def _went(self, context: Context, place: DivisionCode, by: DivisionCode) -> bool:
        """Whether it merged into another before: then it stays where it went, and follows that one."""
        found = division_of(context.world, place)
        return found is not None and found.by is not None and not within(by, found.by)

    def _check(
        self,
        context: Context,
        code: DivisionCode,
        by: DivisionCode,
        goes: dict[DivisionCode, DivisionCode],
        below: dict[DivisionCode, DivisionCode],
    ) -> None:
        """Nothing goes to another place's code unless it is said to, nor to two levels, nor out of the new one."""
        for place, to in goes.items():
            if place == code:
                continue
            if not within(by, to) or len(to) != len(place):
                raise refuse("division-parent", "data.below", division=to, parent=by)
            here, there = division_of(context.world, place), division_of(context.world, to)
            if here is not None and here.by not in (None, to):
                raise refuse("division-replaced", "data.code", division=place, by=str(here.by))
            mine = there is not None and any(of == place for of, _ in there.of)
            if there is not None and not mine and place not in below:
                raise refuse("division-taken", "data.below", division=place, to=to, name=there.name)

    def _take(self, request: Request, part: Command, name: str) -> Answer:
        answer = self.office.handle(
            Request(
                id=CommandId(f"{request.id}/{name}"), actor=request.actor, data=part, causation=request.id
            )
        )
        if answer.status == "refused":
            raise Refused(*answer.reasons)
        return answer
