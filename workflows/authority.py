"""Who may act: scope by division, desks, recusal (rules.md §1; 民发〔2021〕57号 art. 11, 20).

Out of scope a case does not exist; within scope the wrong desk is told who may.
"""

from domain.case import Case
from domain.ids import DivisionCode
from workflows.context import Context
from workflows.refusal import Refused, refuse

CLOCK_ACTOR = "clock"
"""The deadline process. No door lets it in from outside."""
STAND_INS = {"county_handler": "handler", "section_chief": "leader"}
"""Who takes the county's desks where the township decides."""


def case_unknown() -> Refused:
    return refuse("case-unknown", "case")


def in_scope(context: Context, division: DivisionCode) -> bool:
    return context.actor == CLOCK_ACTOR or bool(context.desks(context.actor, division, context.today))


def handed_to(case: Case) -> DivisionCode | None:
    """Where the case is handed over to, while nobody there received it."""
    if case.ended is not None:
        return None
    return next((one.to for one in case.transfers.values() if one.open), None)


def sees_case(context: Context, case: Case) -> bool:
    """Whether the actor holds a desk over the case's division, or over the one it is handed to."""
    to = handed_to(case)
    return in_scope(context, case.division) or (to is not None and in_scope(context, to))


def authorise(context: Context, who: tuple[str, ...], division: DivisionCode, case: Case | None) -> None:
    """Refuses who is out of scope, at the wrong desk, or handles a near relative's case."""
    if context.actor == CLOCK_ACTOR:
        if CLOCK_ACTOR not in who:
            raise refuse("not-your-desk", "actor", desks=", ".join(who), actor=context.actor)
        return
    held = context.desks(context.actor, division, context.today)
    if not held and case is not None and in_scope(context, case.division):
        raise refuse("not-your-desk", "actor", desks=", ".join(who), actor=context.actor)
    if not held:
        raise (
            case_unknown()
            if case is not None and case.number
            else refuse("out-of-scope", "actor", division=division)
        )
    if not any(_fits(context, desk, at, who, case) for desk, at in held):
        raise refuse("not-your-desk", "actor", desks=", ".join(who), actor=context.actor)
    if case is not None and is_relative(context, case):
        raise refuse("recusal", "actor", actor=context.actor)


def _fits(context: Context, desk: str, at: DivisionCode, who: tuple[str, ...], case: Case | None) -> bool:
    if case is None or ("decider" not in who and not set(who) & STAND_INS.keys()):
        return desk in who
    if not context.rule("township_decides"):
        return desk in who and not (desk == "decider" and len(at) > 6)
    stands = {STAND_INS.get(name, name) for name in who}
    return desk in stands and not (desk == "decider" and len(at) <= 6)


def is_relative(context: Context, case: Case) -> bool:
    """Whether the actor, by his own or another's filing, is a near relative of somebody in the household."""
    return relative_of(context, case, context.actor)


def relative_of(context: Context, case: Case, who: str) -> bool:
    """The same of any member of staff."""
    if any(relation.staff == who for relation in case.relations):
        return True
    for roster in context.world.rosters(case.division):
        relations = roster.relations
        if relations and any(
            staff == who for member in case.members.values() for staff, _ in relations.get(member.person, ())
        ):
            return True
    return False
