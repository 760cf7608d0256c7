"""提标: an award's months anew at the parameters of a document, forward or back; it admits nobody and lowers nothing.

Told, not heard (57 art. 32; rules.md §3): what was paid less is owed by month, and drawn as arrears.
"""

from collections.abc import Sequence

import msgspec

from domain.case.award import AmountChanged, Terms
from domain.case.decision import LetterIssued
from domain.days import Month, add_month, month_of, parse_month
from domain.ids import StaffId
from domain.money import Fen
from workflows.command import Decision, decides
from workflows.commands.award import RaiseStandard
from workflows.context import Context
from workflows.decide import ledger
from workflows.decide.recompute import Due, anew, is_ruled
from workflows.decide.terms import assess_again, award_of, terms_of
from workflows.engine import next_of
from workflows.refusal import refuse


@decides(RaiseStandard)
def raise_standard(context: Context, command: RaiseStandard) -> Decision:
    """From the month in which the document begins, also an earlier one: what was paid less is owed by month."""
    first = parse_month(command.from_month, "data.from_month")
    award = award_of(context.case)
    events = raises(context, first)
    if not events:
        raise refuse("nothing-raised", "data.from_month", month=first)
    raised = events[0]
    letter = LetterIssued(on=context.on, letter="L16", about=next_of(context.case, "telling"))
    as_in_ledger = award.as_in_ledger(raised.terms.from_month)
    looked_at, moves = ledger.review_first(context) if as_in_ledger else ([], {})
    return Decision(
        events=[*events, letter, *looked_at],
        moves=moves,
        answer={
            **({"as_in_ledger": True} if as_in_ledger else {}),
            "before": raised.before,
            "amount": raised.terms.amount,
            "from_month": raised.terms.from_month,
            "arrears": [one.month for one in owed(context, events) if one.drawn],
        },
    )


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """What a month of a household rises by; `drawn` False: the next month to draw, and those after it."""

    month: Month
    more: Fen
    drawn: bool


def owed(context: Context, events: Sequence[AmountChanged]) -> tuple[Owed, ...]:
    """By month drawn what a raise adds to what was drawn and promised; and for the next to draw what it rises by."""
    case, award = context.case, award_of(context.case)
    raised = award
    for event in events:
        raised = raised.with_terms(event.terms)
    drawn_next = add_month(max(case.drawn, default=add_month(award.began, -1)), 1)
    next_one = max(month_of(context.on), drawn_next, events[0].terms.from_month)
    found: list[Owed] = []
    for month in (*sorted(case.drawn), next_one):
        before, then, line = award.at(month), raised.at(month), case.drawn.get(month)
        if before is None or then is None:
            continue
        more = then.amount - max(before.amount, line.standing if line is not None else 0)
        if more > 0:
            found.append(Owed(month=month, more=more, drawn=line is not None))
    return tuple(found)


def raises(context: Context, first: Month) -> list[AmountChanged]:
    """The months of an award anew from one on; [] where nothing rises. Refuses (`amount-ruled`) where nothing does
    because an appeal said the amount: whether it should rise is for a decision of its own."""

    def due(month: Month, before: Terms) -> Due | None:
        terms, explanation = _raised(context, month)
        rises = terms.amount > before.amount
        same = (terms.amount, terms.shares) == (before.amount, before.shares)
        return (terms, explanation) if rises or same else None

    case = context.case
    raised = anew(context, first, due, by=StaffId(context.actor), under=award_of(case).under)
    month = max(first, month_of(context.on))
    if not raised and is_ruled(case, month) and award_of(case).at(month) is not None:
        raise refuse("amount-ruled", "case", month=month)
    return raised


def _raised(context: Context, month: Month) -> Due:
    """What a month is due at its parameters; of an amount as in the ledger what the standard adds to it."""
    if award_of(context.case).as_in_ledger(month):
        return ledger.raised(context, month)
    found = assess_again(context, month)
    return terms_of(found, month, "I01", context.on), found.explanation
