"""A death told by number: recorded in each case of the division that the dead lives in (83; rules.md §3 death)."""

from typing import Any

from msgspec.structs import replace

from domain.case import Case
from domain.days import china_day
from domain.identity import check_number
from domain.ids import CommandId, DivisionCode, MemberKey, PersonRef, within
from workflows.command import Command, Request
from workflows.commands.award import RecordDeath, ReportDeath
from workflows.commands.intake import RecordMemberDeath
from workflows.engine import unfinished
from workflows.office import Office
from workflows.refusal import Reason, Refused, refuse


class Deaths:
    """Its parts are commands of who told it, caused by his; told again they change nothing."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def parts(self, request: Request) -> dict[str, Any]:
        """Counts: `cases` in which it is recorded now, `known` where it was, `findings`: months paid too much."""
        command = request.data
        assert isinstance(command, ReportDeath)
        person = self.person(command)
        counts = {"cases": 0, "known": 0, "findings": 0}
        found = [
            (case, key) for case in self.cases(person, command.division) if (key := living_in(case, person))
        ]
        recorded = [case.members[key].died for case, key in found]
        for died in (self.office.world.person(person).died, *recorded):
            if died not in (None, command.died):
                raise refuse("death-day-differs", "data.died", on=died.isoformat())
        why: list[Reason] = []
        for case, key in found:
            if case.members[key].died is not None:
                counts["known"] += 1
                continue
            part = _part(case, key, command)
            if part is None:
                continue
            name = CommandId(f"{request.id}/{case.number}")
            answer = self.office.handle(replace(request, id=name, case=case.number, data=part, said=None))
            if answer.status == "refused":
                why += answer.reasons
                continue
            counts["cases"] += 1
            counts["findings"] += len(answer.data.get("findings", ()))
        if why:
            raise Refused(*why)
        return counts

    def person(self, command: ReportDeath) -> PersonRef:
        """Who died, a member of a case in the division. Refuses (`person-unknown`) who isn't."""
        today = china_day(self.office.clock.now())
        if (command.number is None) == (command.person is None):
            raise refuse("number-or-person", "data.number")
        person = command.person
        if command.number is not None:
            person = self.office.store.person_of(check_number(command.number, today, "data.number"))
        if person is None or not self.cases(person, command.division):
            raise refuse("person-unknown", "data.number" if command.number else "data.person")
        return person

    def cases(self, person: PersonRef, division: DivisionCode) -> list[Case]:
        """The cases within the division that ever claimed him, in order."""
        world = self.office.world
        found = (world.case(number) for number in world.person(person).cases)
        return [case for case in found if case is not None and within(division, case.division)]


def living_in(case: Case, person: PersonRef) -> MemberKey | None:
    """Under which key somebody lives in a household or is paid with it, or was recorded dead in it."""
    covered = case.award.terms[-1].covered if case.award is not None else ()
    keys = [
        key
        for key, one in case.members.items()
        if one.person == person and (one.left is None or one.died is not None or key in covered)
    ]
    return keys[-1] if keys else None


def _part(case: Case, key: MemberKey, told: ReportDeath) -> Command | None:
    """What records it in a case; nothing where no application is under way, nor was aid ever given."""
    if unfinished(case, "application"):
        return RecordMemberDeath(on=told.on, member=key, died=told.died, source=told.source)
    if case.award is not None:
        return RecordDeath(on=told.on, member=key, died=told.died, source=told.source)
    return None
