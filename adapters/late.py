"""Late truth looked at before anything is decided: what it makes of a case's months, as it is or as it would be."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from adapters.bootstrap import Doudi
from domain.case import Case, evolve
from domain.case.award import MemberDied
from domain.ids import CaseNo, CommandId, FactKey, MemberKey
from workflows.command import Command, Request
from workflows.commands.enquiry import FactEntry
from workflows.commands.finding import FindDifference
from workflows.context import Context
from workflows.decide.assessing import month_after
from workflows.decide.facts import as_stated, check_entry
from workflows.decide.recompute import Recomputed, late_lines
from workflows.refusal import refuse


def looking(doudi: Doudi, number: CaseNo, actor: str, command: Command | None = None) -> Context:
    """A look at a case as a decision of today would see it; nothing is written."""
    world = doudi.office.world
    world.refresh()
    case = world.case(number)
    if case is None:
        raise refuse("case-unknown", "case")
    request = Request(id=CommandId("look"), actor=actor, data=command or FindDifference(), case=number)
    return Context(world, request, doudi.store.clock.now(), case, lambda prefix: prefix)


def late(
    doudi: Doudi,
    number: CaseNo,
    actor: str,
    *,
    died: Mapping[MemberKey, date] | None = None,
    facts: Sequence[FactEntry] = (),
) -> list[Recomputed]:
    """Months that are due something else than what counts as paid for them, and the next to draw where it changes.

    `died` and `facts` are looked at as if they were recorded, the facts as not reported in time.
    """
    context = looking(doudi, number, actor)
    return late_lines(context, would_be(context.case, died or {}, facts))


def as_in_ledger(case: Case, on: date) -> bool:
    """Whether the award still stands on its office's ledger: nothing of it is computed before its first review."""
    return case.award is not None and case.award.as_in_ledger(month_after(on))


def would_be(case: Case, died: Mapping[MemberKey, date], facts: Sequence[FactEntry]) -> Case:
    for key, day in died.items():
        if key not in case.members:
            raise refuse("not-a-member", "died", member=key)
        case = evolve(case, MemberDied(on=day, member=key, died=day, source="look"))
    for place, entry in enumerate(facts):
        check_entry(case, entry, f"fact[{place}]")
        key_of = FactKey(f"f{case.fact_serial + 1}")
        fact = replace(as_stated(key_of, entry, None), unreported=True)
        case = replace(case, facts={**case.facts, key_of: fact}, fact_serial=case.fact_serial + 1)
    return case
