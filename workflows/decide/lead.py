"""线索: who was refused or stopped and would now be below the standard; somebody goes and tells him (rules.md §6)."""

from datetime import date

from domain.case import Case
from domain.case.lead import LeadClosed, LeadOpened
from domain.days import Month, add_months, month_of, parse_month
from domain.means import Assessment
from workflows.command import Decision, decides
from workflows.commands.raising import CloseLead, OpenLead, Raise
from workflows.context import Context
from workflows.decide.assessing import assess_case
from workflows.decide.papers import words
from workflows.decide.persons import GROUP
from workflows.engine import guard
from workflows.refusal import Reason, reason, refuse

REACHABLE = ("R01", "S01", "S04", "S15", "S18")
"""Refused or stopped because of an income that a higher standard may lie above."""


@guard
def lead_new(context: Context, command: OpenLead) -> Reason | None:
    """One lead a raise; none where the household has an award or an application."""
    case = context.case
    if any(one.from_month == command.from_month for one in case.leads.values()):
        return reason("lead-known", "case", month=command.from_month)
    if case.ended is None or case.ended_code not in REACHABLE:
        return reason("lead-not-ended", "case")
    group = GROUP[case.programme]
    for member in case.members.values():
        person = context.person(member.person)
        elsewhere = person.applying(group) or person.awarded(group, month_of(context.on))
        if elsewhere is not None:
            return reason("already-aided", "case", case=elsewhere)
    return None


def recent(context: Context, case: Case) -> bool:
    """Refused or stopped for income not longer ago than a raise looks back."""
    if case.ended is None or case.ended_code not in REACHABLE:
        return False
    return case.ended >= add_months(context.on, -context.policy.number("lead_months", context.on))


def reached(context: Context, month: Month) -> Assessment | None:
    """What a household would be due at the parameters of a month, on the facts of its refusal or stop."""
    case = context.case
    anchor: date = case.ended if case.award is not None and case.ended else case.intake.accepted or context.on
    found = assess_case(context, anchor=anchor, month=month, survey_done=True)
    return found if found.eligible and found.amount > 0 else None


@decides(OpenLead)
def open_lead(context: Context, command: OpenLead) -> Decision:
    month = parse_month(command.from_month, "data.from_month")
    found = reached(context, max(month, month_of(context.on)))
    if found is None:
        raise refuse("lead-not-reached", "case", month=month)
    event = LeadOpened(
        on=context.on, lead=context.instance, kind="raise", from_month=month, amount=found.amount
    )
    return Decision(events=[event], answer={"lead": context.instance, "amount": found.amount})


@decides(CloseLead)
def close_lead(context: Context, command: CloseLead) -> Decision:
    event = LeadClosed(
        on=context.on,
        lead=context.instance,
        outcome=command.outcome,
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event])


@decides(Raise)
def raise_all(context: Context, command: Raise) -> Decision:
    """Its parts have raised; `workflows.processes.raising` says what they came to."""
    return Decision()
