"""Who may look: a member of staff sees his divisions; out of scope a case does not exist. Looks are logged."""

from collections.abc import Iterator

from adapters.bootstrap import ADMINISTRATOR
from adapters.cli.session import Session
from adapters.store.access_log import Access
from domain.days import china_day
from domain.ids import CaseNo, DivisionCode, parse_case_no, parse_division
from domain.staff import SERVICE_DESKS
from projections.office import APPOINTMENT
from workflows.authority import handed_to
from workflows.decide.division import division_of
from workflows.refusal import refuse
from workflows.world import ROOT


def division_in_scope(now: Session, division: str) -> DivisionCode:
    """The division asked about; refused where the actor holds no desk over it (`out-of-scope`)."""
    code = parse_division(division)
    if not sees(now, code):
        somebody_here(now)
        raise refuse("out-of-scope", "division", division=code)
    return code


def case_in_scope(now: Session, case: str, purpose: str) -> CaseNo:
    """The case's number; an unknown one and one out of scope answer alike. The look is logged."""
    number = parse_case_no(case)
    actor = now.actor
    now.doudi.office.world.refresh()
    found = now.doudi.office.world.case(number)
    to = handed_to(found) if found is not None else None
    seen = found is not None and (sees(now, found.division) or (to is not None and sees(now, to)))
    now.doudi.access_log.note(
        Access(
            at=now.doudi.store.clock.now(),
            actor=actor,
            case=number,
            purpose=purpose,
            outcome="seen" if seen else "case-unknown",
            command=None,
        )
    )
    if not seen:
        somebody_here(now)
        raise refuse("case-unknown", "case")
    return number


def sees(now: Session, division: DivisionCode) -> bool:
    """Whether the actor holds a desk over it, or over what stands for it; another office's machine only sends, and
    looks at nothing."""
    actor = now.actor
    if actor == ADMINISTRATOR and now.trial:
        return True
    world = now.doudi.office.world
    today = china_day(now.doudi.store.clock.now())
    return any(
        world.roster(one).desks(actor, today) - SERVICE_DESKS
        for place in _standing(now, division)
        for one in world.chain(place)
    )


def _standing(now: Session, division: DivisionCode) -> Iterator[DivisionCode]:
    """A division, and those that stand for it one after another."""
    while True:
        yield division
        known = [division_of(now.doudi.office.world, one) for one in now.doudi.office.world.chain(division)]
        gone = next((one for one in known if one is not None and one.by is not None), None)
        if gone is None or gone.by is None:
            return
        division = DivisionCode(gone.by + division[len(gone.code) :])


def somebody_here(now: Session) -> None:
    """Refuses who holds no desk anywhere today (`staff-nobody`), perhaps by a slip. Nothing is told of a case."""
    if now.actor == ADMINISTRATOR and now.trial:
        return
    today = china_day(now.doudi.store.clock.now())
    held = now.rows("office").select(APPOINTMENT, staff=now.actor)
    if not any(one["since"] <= today and (one["until"] is None or today <= one["until"]) for one in held):
        raise refuse("staff-nobody", "as", actor=now.actor)


def for_administrators(now: Session) -> None:
    """Refuses who holds no administrator's desk at the top: cases of the whole office are named."""
    world = now.doudi.office.world
    world.refresh()
    today = china_day(now.doudi.store.clock.now())
    if not any(desk == "administrator" for desk, _ in world.desks(now.actor, ROOT, today)):
        raise refuse("not-your-desk", "actor", actor=now.actor, desks="administrator")
