"""Where an application's people come from: another case they left, whose award pays them until theirs does.

What is named there is looked up, never taken on trust (rules.md §3 split, merge, move to another county).
"""

from collections.abc import Iterable, Sequence

import msgspec

from domain.case import Case
from domain.case.intake import Member, Paper
from domain.case.move import Cause
from domain.days import month_of
from domain.ids import CaseNo, DivisionCode, MemberKey, PersonRef, county_of, parse_case_no
from domain.person import Person
from workflows.authority import sees_case
from workflows.commands.intake import Enter
from workflows.context import Context
from workflows.decide.papers import check_paper
from workflows.decide.passing import paid_by
from workflows.decide.persons import GROUP
from workflows.refusal import refuse
from workflows.world import numbers_stream


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The case an application's people come out of, if they do; `case` None: another store's."""

    number: CaseNo | None = None
    cause: Cause | None = None
    certificate: Paper | None = None
    case: Case | None = None

    @property
    def splits(self) -> bool:
        """A household of its own begins."""
        return self.cause == "split"

    def source(self, context: Context, person: Person, ref: PersonRef, field: str) -> CaseNo | None:
        """Whose award may pay a member until this case's does; refuses who didn't leave the household he is of."""
        if self.case is None or person.ref == "":
            return None
        there = [one for one in self.case.members.values() if one.person == ref]
        if self.splits and any(one.here(context.on) and one.left is None for one in there):
            raise refuse("not-left", field, case=self.case.number)
        if self.cause != "merged":
            return self.number if there else None
        living = person.awarded(GROUP[context.case.programme], month_of(context.on))
        old = context.other_case(living) if living is not None else None
        return living if old is not None and sees_case(context, old) else None

    def check(self, members: Sequence[Member], applicant: MemberKey) -> None:
        """Who applies is of the household it comes from; of those that merge, one at least."""
        if self.case is None:
            return
        there = {one.person for one in self.case.members.values()}
        whose = members if self.cause == "merged" else [one for one in members if one.key == applicant]
        if not any(one.person in there for one in whose):
            raise refuse("not-of-that-case", "data.came_from", case=self.case.number)


def origin_of(context: Context, command: Enter) -> Origin:
    """What `came_from` names, checked: cause and number stand together; a case this store can know is there and
    seen by who enters or handed over to him; another county's comes with its certificate."""
    if command.came_from is None:
        if command.came_by is not None or command.certificate is not None:
            raise refuse("came-from-missing", "data.came_from")
        return Origin()
    number = parse_case_no(command.came_from, "data.came_from")
    if command.came_by is None:
        raise refuse("came-by-missing", "data.came_by")
    certificate = check_paper(command.certificate, "data.certificate")
    moved = command.came_by == "moved"
    if moved and certificate is None:
        raise refuse("certificate-missing", "data.certificate")
    if not moved and certificate is not None:
        raise refuse("certificate-of-a-move", "data.certificate")
    case = context.other_case(number)
    if case is None:
        if not moved or _ours(context, number, command.division):
            raise refuse("came-from-unknown", "data.came_from")
        return Origin(number=number, cause="moved", certificate=certificate)
    if not sees_case(context, case) or case.programme != command.programme:
        raise refuse("came-from-unknown", "data.came_from")
    inside = county_of(case.division) == county_of(command.division)
    if moved and inside:
        raise refuse("moved-inside", "data.came_by", case=number)
    if not moved and not inside:
        raise refuse("moved-outside", "data.came_by", case=number)
    return Origin(number=number, cause=command.came_by, certificate=certificate, case=case)


def _ours(context: Context, number: CaseNo, division: DivisionCode) -> bool:
    """Whether a number of that county and year would be of a case in this store."""
    county, year = DivisionCode(number[:6]), int(number[6:10])
    return county == county_of(division) or context.world.state(numbers_stream(county, year)) is not None


def sources(context: Context, covered: Iterable[MemberKey]) -> dict[MemberKey, CaseNo]:
    """By member the case whose award may be left for this one: the one it comes from; by a merger any in which he is
    paid."""
    case = context.case
    if case.came_by is None or case.came_from is None:
        return {}
    if case.came_by != "merged":
        return dict.fromkeys(covered, case.came_from)
    found: dict[MemberKey, CaseNo] = {}
    for key in covered:
        living = paid_by(context, case.members[key].person, month_of(context.on))
        if living is not None:
            found[key] = living
    return found
