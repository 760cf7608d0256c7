"""What an appeal's outcome comes to, carried out: facts that don't count or an amount, over months; it stands for good.

L26 art. 76; rules.md §3 appeal. Money paid back beyond what is then still claimed is due again, by month.
"""

from domain.case import Case, fold
from domain.case.award import Terms
from domain.case.decision import LetterIssued
from domain.case.finding import Ruled
from domain.days import NEVER, Month, add_month, month_of
from domain.ids import StaffId
from domain.means.shares import split
from domain.money import Fen
from workflows.command import Decision, decides
from workflows.commands.finding import CarryOutAppeal
from workflows.context import Context
from workflows.decide.appeal import GRANTED
from workflows.decide.award import let_go
from workflows.decide.finding import corrected, shown
from workflows.decide.papers import needed_words
from workflows.decide.recompute import Recomputed, late_lines, line_of, restated
from workflows.decide.settling import closing, revisions
from workflows.decide.terms import award_of, still
from workflows.engine import guard
from workflows.refusal import Reason, reason, refuse


@guard
def award_begun(context: Context, command: object) -> Reason | None:
    return None if context.case.award is not None else reason("no-award", "case")


@decides(CarryOutAppeal)
def carry_out_appeal(context: Context, command: CarryOutAppeal) -> Decision:
    """Its months are computed anew; findings lose what no longer is too much; the rest of the appeal's money is
    drawn as arrears."""
    case = context.case
    appeal = case.appeals.get(command.appeal)
    if appeal is None or appeal.outcome not in GRANTED:
        raise refuse("no-appeal-granted", "data.appeal")
    _check(context, command)
    said = needed_words(context, command.reason, "data.reason")
    ruled = Ruled(
        on=context.on,
        appeal=command.appeal,
        by=StaffId(context.actor),
        from_month=command.from_month,
        until_month=command.until_month,
        leaves_out=command.leaves_out,
        amount=command.amount,
        reason=said,
    )
    as_ruled = fold(case, [ruled])
    found = _found(context, as_ruled, command)
    terms = restated(context, found, as_ruled)
    revised = revisions(context, fold(as_ruled, terms), command.appeal)
    gives_way = (as_ruled.changes, as_ruled.findings) != (case.changes, case.findings)
    if not terms and not revised and not gives_way:
        raise refuse("nothing-ruled", "case")
    done = fold(as_ruled, [*terms, *revised])
    closed = closing(case, done, revised)
    lines = [one.line for one in found]
    return Decision(
        events=[
            *corrected(context, "appeal", "I06", said),
            ruled,
            *terms,
            *revised,
            *let_go(context, done),
            LetterIssued(on=context.on, letter="L14", about=context.instance),
        ],
        moves={**(still(case) if terms else {}), **closed},
        answer={
            "lines": shown(lines),
            "findings": [{"finding": one.finding, "claimed": sum(one.claimed.values())} for one in revised],
        },
    )


def _check(context: Context, command: CarryOutAppeal) -> None:
    case = context.case
    if (command.amount is None) == (not command.leaves_out):
        raise refuse("ruling-one-of", "data.amount")
    unknown = [key for key in command.leaves_out if key not in case.facts and key not in case.replaced]
    if unknown:
        raise refuse("fact-unknown", "data.leaves_out", fact=", ".join(unknown))
    if command.until_month is not None and command.until_month < command.from_month:
        raise refuse("months-backward", "data.until_month", from_month=command.from_month)


def _found(context: Context, case: Case, command: CarryOutAppeal) -> list[Recomputed]:
    if command.amount is None:
        last = command.until_month or NEVER
        return [one for one in late_lines(context, case) if command.from_month <= one.line.month <= last]
    return [
        one
        for month in _months(context, case, command)
        if (one := _fixed(context, case, month, command.amount))
    ]


def _months(context: Context, case: Case, command: CarryOutAppeal) -> list[Month]:
    """The months of a ruling in which the award says something of its own, to the next one to draw."""
    award = award_of(case)
    next_one = max(month_of(context.on), add_month(max(case.drawn, default=award.began), 1))
    firsts = {command.from_month, *case.drawn, next_one, *(one.from_month for one in award.terms)}
    last = command.until_month or max(firsts)
    return [
        month
        for month in sorted(firsts)
        if command.from_month <= month <= last and award.at(month) is not None
    ]


def _fixed(context: Context, case: Case, month: Month, amount: Fen) -> Recomputed | None:
    terms = award_of(case).at(month)
    if terms is None or terms.amount == amount:
        return None
    shares = split(amount, terms.covered, {}, case.head)
    made = Terms(
        from_month=month,
        amount=amount,
        shares=shares,
        covered=terms.covered,
        code="I06" if amount > terms.amount else "D99",
        on=context.on,
        counted=terms.counted,
    )
    return Recomputed(line=line_of(case, month, amount, shares, made.code), terms=made)
