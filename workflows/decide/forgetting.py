"""遗忘: the person's key is dropped with this event; the key of a case with its last person."""

from domain.codes import check_code
from domain.days import month_of
from domain.ids import CaseNo, within
from domain.person import Person, PersonForgotten
from workflows.authority import in_scope
from workflows.command import Decision, decides
from workflows.commands.forgetting import Forget
from workflows.context import Context
from workflows.refusal import refuse
from workflows.world import person_stream

EVEN_LIVING = frozenset({"F03", "F04"})
"""Reasons that stand above an application under way or a living award."""


@decides(Forget)
def forget(context: Context, command: Forget) -> Decision:
    reason = check_code("forgotten", command.reason, "data.reason")
    person = context.person(command.person)
    if not person.ref and not context.keeps(command.person):
        raise refuse("person-not-there", "data.person")
    for number in person.cases:
        case = context.other_case(number)
        if case is None or not in_scope(context, case.division):
            raise refuse("person-not-there", "data.person")
        if command.division is not None and not within(command.division, case.division):
            raise refuse("person-elsewhere", "data.division", division=command.division)
    if person.forgotten is not None:
        return Decision(answer={"person": command.person, "cases": 0})
    living = _living(context, person)
    if living is not None and reason not in EVEN_LIVING:
        raise refuse("person-living", "data.person", case=living)
    words = tuple(number for number in person.cases if _last(context, number, command))
    event = PersonForgotten(on=context.on, person=command.person, reason=reason, words=words)
    return Decision(
        others=[(person_stream(command.person), event)],
        answer={"person": command.person, "cases": len(words)},
    )


def _living(context: Context, person: Person) -> CaseNo | None:
    """A case that is under way or pays this month or later."""
    this_month = month_of(context.on)
    return next(
        (
            claim.case
            for claim in person.claims
            if claim.kind == "applying" or claim.until is None or claim.until >= this_month
        ),
        None,
    )


def _last(context: Context, number: CaseNo, command: Forget) -> bool:
    """Whether everybody else who ever belonged to the case is forgotten."""
    case = context.other_case(number)
    return case is not None and all(
        context.person(member.person).forgotten is not None
        for member in case.members.values()
        if member.person != command.person
    )
