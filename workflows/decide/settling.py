"""What a decision on a finding settles: set off from lines, revised when a month is put right, taken back with a stop.

rules.md §7 set-off only by decision, §10.8; L26 art. 76.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from domain.case import Case, evolve, fold
from domain.case.award import Line, MonthDrawn
from domain.case.finding import Finding, FindingDropped, FindingRevised, LateLine, SetOff
from domain.case.payment import Months, PaymentReturned, paid_for
from domain.days import Month
from domain.event import CaseEvent, Moved
from domain.ids import InstanceId, MemberKey
from domain.means.shares import split
from domain.money import Fen
from domain.personal import Words
from workflows.context import Context, policy_of
from workflows.decide.award import since_restored
from workflows.decide.recompute import Recomputed, entitled, gone_by, is_fixed, known_now, restated
from workflows.decide.terms import award_of, dead_before, decided_case, terms_of
from workflows.refusal import refuse


def set_off(context: Context, case: Case, line: MonthDrawn) -> list[SetOff]:
    """What decisions take from a month's own line: together no more than the most of it, never what is kept back."""
    if line.held or line.arrears:
        return []
    left = line.amount * policy_of(context.world, case).number("set_off_percent_most", context.on) // 100
    found: list[SetOff] = []
    for one in case.findings.values():
        if case.state(one.id) != "recovering" or one.set_off_percent is None:
            continue
        take = min(one.open, line.amount * one.set_off_percent // 100, left)
        if take <= 0:
            continue
        left -= take
        event = SetOff(on=context.on, finding=one.id, month=line.month, list=line.list, amount=take)
        found.append(replace(event, moved=(settles(case, one.id),)) if take == one.open else event)
    return found


def settles(case: Case, finding: InstanceId) -> Moved:
    """All came back: the finding is done with."""
    meets = tuple(key for key in case.deadlines if key.startswith(f"{finding}/"))
    return Moved(instance=finding, state="settled", meets=meets)


def revisions(
    context: Context, case: Case, appeal: InstanceId | None = None, unsaid: Collection[Month] = ()
) -> list[FindingRevised]:
    """What is left of each decided finding, on the terms as they now are; the last decided lets go first.

    `unsaid`: months that a decision said the amount of, and says no more.
    """
    found: list[FindingRevised] = []
    decided = [name for name, one in case.findings.items() if one.outcome is not None]
    short = {month: _short(context, case, month) for name in decided for month in case.findings[name].settled}
    for name in reversed(decided):
        event = _revise(context, case, case.findings[name], short, appeal, unsaid)
        if event is not None:
            found.append(event)
            case = evolve(case, event)
    return found


def _revise(
    context: Context,
    case: Case,
    one: Finding,
    short: Months,
    appeal: InstanceId | None,
    unsaid: Collection[Month],
) -> FindingRevised | None:
    """What is no longer too much is no longer settled, but for what came back of it: that is due again.

    What it lets go of is taken from `short`.
    """
    settled: dict[Month, Fen] = {}
    claimed = dict(one.claimed)
    said = {line.month for line in _said_by_stop(case, one)}
    for month, fen in sorted(one.settled.items()):
        own = fen - one.again.get(month, 0)
        less = max(min(own, short[month]), 0)
        if less or month in said.intersection(unsaid):
            short[month] -= less
            settled[month] = case.drawn[month].settled - less
            claimed[month] = min(claimed.get(month, 0), own - less)
    if not settled:
        return None
    claimed = {month: fen for month, fen in claimed.items() if fen}
    came = one.repaid + one.set_off
    surplus = max(came - sum(claimed.values()), 0) - max(came - one.claim, 0)
    for month in settled:
        back = min(surplus, one.claimed.get(month, 0) - claimed.get(month, 0))
        settled[month] += back
        surplus -= back
    shares = {month: _shares(case, month, case.drawn[month], fen) for month, fen in settled.items()}
    released = {month: case.drawn[month].settled - fen for month, fen in settled.items()}
    gone = {line.month: line.gone for line in one.lines}
    return FindingRevised(
        on=context.on,
        finding=one.id,
        claimed=claimed,
        settled=settled,
        released=released,
        shares=shares,
        back={
            month: again
            for month, now in shares.items()
            if (again := tuple(key for key in gone[month] if key in now))
        },
        unsaid=tuple(
            line.month
            for line in one.lines
            if line.said
            and line.month in settled
            and (line.month in unsaid or _due(case, line.month) != line.new)
        ),
        appeal=appeal,
    )


def _due(case: Case, month: Month) -> Fen:
    terms = award_of(case).at(month)
    return terms.amount if terms is not None else 0


def _short(context: Context, case: Case, month: Month) -> Fen:
    """What a month is due beyond what counts as paid for it, but for what was paid back and waits to be drawn again."""
    line, due = case.drawn[month], _due(case, month)
    before = award_of(context.case).at(month)
    waits = max(before.amount - line.standing, 0) if before is not None else 0
    again = sum(one.again.get(month, 0) for one in case.findings.values())
    return due - paid_for(case, month) - min(again, waits)


def _shares(case: Case, month: Month, drawn: Line, settled: Fen) -> dict[MemberKey, Fen]:
    """The shares of what then counts as paid for a month: those it is due, cut to the sum."""
    terms = award_of(case).at(month)
    standing = drawn.standing + drawn.settled - settled
    if terms is None or not standing:
        return {}
    if terms.amount == standing:
        return dict(terms.shares)
    return split(standing, terms.covered, {}, case.head)


def came_back(context: Context, event: PaymentReturned) -> list[FindingRevised]:
    """What the bank sent back is claimed no more: the household never had it. What is then all paid back is settled."""
    case = evolve(context.case, event)
    revised = revisions(context, case)
    settled = closing(case, fold(case, revised), revised)
    return [
        replace(one, moved=(settles(case, one.finding),)) if one.finding in settled else one
        for one in revised
    ]


def closing(case: Case, done: Case, revised: Sequence[FindingRevised]) -> dict[str, str]:
    """The findings that a revision leaves nothing open of."""
    return {
        str(one.finding): "settled"
        for one in revised
        if case.state(one.finding) == "recovering" and done.findings[one.finding].open == 0
    }


def lifted(
    context: Context, case: Case, said: Words, code: str, appeal: InstanceId | None, since: Month
) -> tuple[list[CaseEvent], dict[str, str]]:
    """What the last stop said of months gone by, from `since` on, taken back with it when the award is restored: open
    findings are dropped, decided ones lose those months, which come back as they stood. `case`: with the award
    restored; `appeal`: the one that restored it."""
    events: list[CaseEvent] = []
    moves: dict[str, str] = {}
    back: list[tuple[Finding, LateLine]] = []
    last = since_restored(context.case)
    for one in context.case.findings.values():
        if one.cause not in last:
            continue
        months = [line for line in _said_by_stop(case, one) if line.month >= since]
        if months and one.decided is None:
            if len(months) < len(one.lines):
                raise refuse("finding-open", "data.from_month", finding=one.id, month=one.lines[0].month)
            events.append(FindingDropped(on=context.on, finding=one.id, reason=said))
            moves[one.id] = "dropped"
        elif months and one.outcome is not None:
            back += [(one, line) for line in months]
    stood = _as_it_stood(context, case, back)
    found = [_again(context, stood, line, code) for _, line in back]
    terms = restated(context, found, case)
    right = fold(case, terms)
    revised = revisions(context, right, appeal, [one.line.month for one in found])
    return [*events, *terms, *revised], {**moves, **closing(case, fold(right, revised), revised)}


def _said_by_stop(case: Case, one: Finding) -> list[LateLine]:
    """What a stop said of months gone by; what a reduction said stands, though another stop is taken back."""
    change = case.cause_of(one)
    if change is None or change.proposal is None or change.proposal.effect != "stop":
        return []
    return [line for line in one.lines if line.said]


def _as_it_stood(context: Context, case: Case, back: Sequence[tuple[Finding, LateLine]]) -> Case:
    """The case with its months as they stood before a stop said something of them."""
    award, findings = award_of(case), {**case.findings}
    for one, line in back:
        left = tuple(each for each in findings[one.id].lines if each.month != line.month)
        findings[one.id] = replace(findings[one.id], lines=left)
    put = [
        Recomputed(line=line, terms=one.before.get(line.month) or award.at(line.month)) for one, line in back
    ]
    return fold(replace(case, findings=findings), restated(context, put, case))


def _again(context: Context, stood: Case, line: LateLine, code: str) -> Recomputed:
    """What a month is due that comes back: on its facts, and where none compute it as it stood, less who died since."""
    month, terms = line.month, award_of(stood).at(line.month)
    if terms is None:
        return Recomputed(line=replace(line, new=0, code=code, said=False), terms=None)
    explanation = None
    if is_fixed(stood, month) or award_of(stood).as_in_ledger(month):
        terms = terms.without(dead_before(stood, terms, month), month, code, context.on)
    else:
        known, gone = known_now(stood, month).facts, gone_by(stood, month)
        found = entitled(context, stood, month, known, gone)
        decided = decided_case(stood, month).facts
        if not found.eligible and not entitled(context, stood, month, decided, gone).eligible:
            found = entitled(context, stood, month, known, gone, keep=True)
        terms, explanation = terms_of(found, month, code, context.on), found.explanation
    right = replace(terms, from_month=month, code=code, on=context.on)
    again = replace(line, new=right.amount, code=code, said=False, explanation=explanation)
    return Recomputed(line=again, terms=right)
