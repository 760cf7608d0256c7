"""多发核定: a finding is opened from what late truth touches, heard, decided by another hand, and paid back or let go.

Nothing is taken without it (L26 art. 48; rules.md §3 reduce / stop, §7 over-payment, §10.8).
"""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from domain.case import Case, fold
from domain.case.award import LIVING
from domain.case.change import ChangeDecided, ChangeOpened
from domain.case.decision import LetterIssued
from domain.case.finding import (
    Finding,
    FindingDecided,
    FindingDropped,
    FindingHeard,
    FindingNoticed,
    FindingNotReached,
    FindingOpened,
    Instalment,
    LateLine,
    RecoveryPlanned,
    RecoveryWrittenOff,
    Repaid,
    under_way,
)
from domain.case.payment import Months
from domain.days import Month
from domain.event import CaseEvent
from domain.ids import InstanceId, StaffId
from domain.money import Fen, show_yuan
from domain.personal import Words
from workflows.command import Decision, decides
from workflows.commands.finding import (
    DecideFinding,
    DropFinding,
    FindDifference,
    HearFinding,
    InstalmentEntry,
    MakeGood,
    NoticeFinding,
    NotReachForFinding,
    PlanRecovery,
    RecordRepayment,
    WriteOff,
)
from workflows.context import Context
from workflows.decide.award import let_go
from workflows.decide.effect import heard, stops_by_itself, tried_enough, way_tried
from workflows.decide.papers import needed_words, words
from workflows.decide.recompute import (
    Recomputed,
    late_lines,
    over,
    owing,
    restated,
    said_line,
    total,
)
from workflows.decide.settling import closing, revisions
from workflows.decide.terms import award_of, still
from workflows.engine import due_day, guard, next_of, pick
from workflows.refusal import Reason, Refused, reason, refuse


def _finding(context: Context, command: object) -> Finding:
    return context.case.findings[pick(context.case, "finding", command)[1]]  # type: ignore[arg-type]


@guard
def finding_heard(context: Context, command: DecideFinding) -> Reason | None:
    """Heard about it, or with the change it came out of; or the term to answer is over, or two ways were tried."""
    one = _finding(context, command)
    told = one.notice is not None and context.on > one.notice.answer_until
    if one.heard is not None or told or tried_enough(one.tried):
        return None
    change = context.case.cause_of(one)
    if change is not None and change.notice is not None and heard(change, context.on):
        return None
    until = one.notice.answer_until.isoformat() if one.notice else ""
    return reason("finding-not-heard", "case", until=until)


@guard
def finding_other_hand(context: Context, command: DecideFinding) -> Reason | None:
    """Who looked it up doesn't decide (rules.md §1)."""
    if _finding(context, command).found_by == context.actor:
        return reason("hand-twice", "actor", actor=context.actor, desks="decider")
    return None


@guard
def claims_nothing(context: Context, command: DecideFinding) -> Reason | None:
    nothing = command.outcome == "waive" or not _finding(context, command).over
    return None if nothing else reason("something-claimed", "data.outcome")


@guard
def pays_all_back(context: Context, command: RecordRepayment) -> Reason | None:
    one = _finding(context, command)
    return (
        None if command.amount >= one.open else reason("still-open", "data.amount", open=show_yuan(one.open))
    )


@due_day
def next_instalment(context: Context, case: Case, instance: InstanceId) -> date | None:
    """The first instalment that what came back doesn't cover; a set-off has none."""
    return case.findings[instance].next_due


def opened(context: Context, lines: Sequence[LateLine], cause: InstanceId | None) -> FindingOpened:
    """A finding of months paid too much, out of another decision."""
    return FindingOpened(
        on=context.on, finding=next_of(context.case, "finding"), lines=tuple(lines), cause=cause
    )


def shown(lines: Sequence[LateLine]) -> list[dict[str, object]]:
    """Lines as an answer names them: fen by month."""
    return [
        {"month": one.month, "paid": one.old, "due": one.new, "over": one.over, "code": one.code}
        for one in lines
    ]


@decides(FindDifference)
def find_difference(context: Context, command: FindDifference) -> Decision:
    """Line by line; months that a finding under way already has are left to it."""
    taken = under_way(context.case)
    lines = [one.line for one in over(late_lines(context)) if one.line.month not in taken]
    if not lines:
        raise _nothing_over(context)
    event = FindingOpened(
        on=context.on,
        finding=context.instance,
        lines=tuple(lines),
        by=StaffId(context.actor),
        words=words(context, command.words, "data.words"),
    )
    answer = {"finding": context.instance, "lines": shown(lines), "over": total(lines)}
    return Decision(events=[event], answer=answer)


@decides(NoticeFinding)
def notice_finding(context: Context, command: NoticeFinding) -> Decision:
    """L18: the term runs from today."""
    until = context.due_by("notice_days", context.on).day
    events: list[CaseEvent] = [
        FindingNoticed(on=context.on, finding=context.instance, answer_until=until),
        LetterIssued(on=context.on, letter="L18", about=context.instance),
    ]
    return Decision(events=events, answer={"answer_until": until.isoformat()})


@decides(HearFinding)
def hear_finding(context: Context, command: HearFinding) -> Decision:
    said = needed_words(context, command.words, "data.words")
    return Decision(events=[FindingHeard(on=context.on, finding=context.instance, words=said)])


@decides(NotReachForFinding)
def not_reach_for_finding(context: Context, command: NotReachForFinding) -> Decision:
    before = context.case.findings[context.instance].tried
    way, proof, enough = way_tried(command.way, command.proof, before)
    event = FindingNotReached(on=context.on, finding=context.instance, way=way, proof=proof)
    return Decision(events=[event], answer={"counts_as_heard": enough})


@decides(DecideFinding)
def decide_finding(context: Context, command: DecideFinding) -> Decision:
    """Computed anew: never more of a month than the household was heard about. The months' terms are put right."""
    one = context.case.findings[context.instance]
    found = _as_heard(context, one)
    lines = [each.line for each in found]
    claimed = _claimed(command, lines)
    claim = sum(claimed.values())
    decided = FindingDecided(
        on=context.on,
        finding=one.id,
        by=StaffId(context.actor),
        outcome=command.outcome,
        lines=tuple(lines),
        claimed=claimed,
        reason=needed_words(context, command.reason, "data.reason"),
        plan=_plan(context, command, claim),
        set_off_percent=_percent(context, command, claim),
    )
    terms = restated(context, found)
    letter = LetterIssued(on=context.on, letter="L18", about=one.id)
    events: list[CaseEvent] = [decided, *terms]
    return Decision(
        events=[*events, *let_go(context, fold(context.case, events)), letter],
        moves=still(context.case) if terms else {},
        answer={
            "finding": one.id,
            "lines": shown(lines),
            "over": total(lines),
            "claimed": claim,
            "plan": [{"due": each.due.isoformat(), "amount": each.amount} for each in decided.plan],
        },
    )


def _nothing_over(context: Context) -> Refused:
    """Of months as in the ledger nothing is computed, whatever came to light."""
    award = context.case.award
    standing = [month for month in sorted(context.case.drawn) if award and award.as_in_ledger(month)]
    late = any(fact.unreported for fact in context.case.facts.values()) or bool(context.case.replaced)
    if standing and late:
        return refuse("as-in-ledger", "case", month=standing[-1])
    return refuse("nothing-over", "case")


def _as_heard(context: Context, one: Finding) -> list[Recomputed]:
    """The finding's months as they now come out, up to what was heard about: the rest is another finding."""
    now = {each.line.month: each for each in over(late_lines(context))}
    change = context.case.cause_of(one)
    by_itself = change is not None and change.proposal is not None and stops_by_itself(change.proposal)
    found: list[Recomputed] = []
    for line in one.lines:
        each = now.get(line.month)
        if line.said and (each is None or by_itself or not each.line.facts):
            each = _as_said(context, line)
        if each is None:
            continue
        heard_about = each.line.new + min(each.line.over, line.over)
        found.append(replace(each, line=replace(each.line, old=heard_about)))
    if not found:
        raise refuse("nothing-over", "case")
    return found


def _as_said(context: Context, line: LateLine) -> Recomputed:
    """The month at what the decision says, where no fact computes it: without the shares of who isn't covered any more,
    and never more than its terms say by now."""
    case = context.case
    terms = award_of(case).at(line.month)
    if terms is None:
        return Recomputed(line=said_line(case, line.month, 0, {}, line.code), terms=None)
    shares = {key: fen for key, fen in line.shares.items() if key in terms.covered}
    due = sum(shares.values())
    if terms.amount <= due:
        again = said_line(case, line.month, terms.amount, terms.shares, terms.code)
        return Recomputed(line=replace(again, said=False), terms=terms)
    again = said_line(case, line.month, due, shares, line.code)
    shares = shares or dict.fromkeys(terms.covered, 0)
    said = replace(
        terms,
        from_month=line.month,
        amount=due,
        shares=shares,
        covered=tuple(shares),
        uplifts={},
        code=line.code,
        on=context.on,
    )
    return Recomputed(line=again, terms=said)


def _claimed(command: DecideFinding, lines: Sequence[LateLine]) -> Months:
    """What is claimed of each month; of a part the earliest months first."""
    whole = total(lines)
    if command.outcome == "waive":
        if command.amount is not None or command.plan or command.set_off_percent is not None:
            raise refuse("waived-claims-nothing", "data.outcome")
        return {}
    left = whole
    if command.outcome == "part":
        if command.amount is None or command.amount >= whole:
            raise refuse("part-of-it", "data.amount", over=show_yuan(whole))
        left = command.amount
    elif command.amount is not None and command.amount != whole:
        raise refuse("part-of-it", "data.amount", over=show_yuan(whole))
    claimed: Months = {}
    for line in lines:
        take = min(line.over, left)
        if take:
            claimed[line.month] = take
        left -= take
    return claimed


def _plan(context: Context, command: DecideFinding | PlanRecovery, claim: Fen) -> tuple[Instalment, ...]:
    """The instalments, which make up the claim; without any, and without set-off, all of it in `repay_days`."""
    if not claim or command.set_off_percent is not None:
        if command.plan:
            raise refuse("plan-or-set-off", "data.plan")
        return ()
    if not command.plan:
        return (Instalment(due=context.due_by("repay_days", context.on).day, amount=claim),)
    _check_plan(context, command.plan, claim)
    return tuple(Instalment(due=one.due, amount=one.amount) for one in command.plan)


def _check_plan(context: Context, plan: Sequence[InstalmentEntry], claim: Fen) -> None:
    if sum(one.amount for one in plan) != claim:
        raise refuse("plan-not-the-claim", "data.plan", claim=show_yuan(claim))
    days = [one.due for one in plan]
    if days != sorted(days) or days[0] < context.on:
        raise refuse("plan-days", "data.plan", on=context.on.isoformat())


def _percent(context: Context, command: DecideFinding | PlanRecovery, claim: Fen) -> int | None:
    if command.set_off_percent is None or not claim:
        return None
    most = context.policy.number("set_off_percent_most", context.on)
    if command.set_off_percent > most:
        raise refuse("set-off-too-much", "data.set_off_percent", most=most)
    if context.case.state("award") not in LIVING:
        raise refuse("nothing-to-set-off", "data.set_off_percent")
    return command.set_off_percent


@decides(DropFinding)
def drop_finding(context: Context, command: DropFinding) -> Decision:
    said = needed_words(context, command.reason, "data.reason")
    dropped = FindingDropped(on=context.on, finding=context.instance, reason=said)
    return Decision(events=[dropped, *let_go(context, fold(context.case, [dropped]))])


@decides(RecordRepayment)
def record_repayment(context: Context, command: RecordRepayment) -> Decision:
    one = context.case.findings[context.instance]
    if command.reference in one.references:
        raise refuse("repayment-known", "data.reference")
    if command.amount > one.open:
        raise refuse("repaid-too-much", "data.amount", open=show_yuan(one.open))
    event = Repaid(
        on=context.on,
        finding=one.id,
        amount=command.amount,
        way=command.way,
        reference=command.reference,
    )
    return Decision(events=[event], answer={"finding": one.id, "open": one.open - command.amount})


@decides(PlanRecovery)
def plan_recovery(context: Context, command: PlanRecovery) -> Decision:
    one = context.case.findings[context.instance]
    plan = _plan(context, command, one.open)
    if one.covered and plan:
        plan = (Instalment(due=one.on, amount=one.covered), *plan)
    event = RecoveryPlanned(
        on=context.on,
        finding=one.id,
        reason=needed_words(context, command.reason, "data.reason"),
        plan=plan,
        set_off_percent=_percent(context, command, one.open),
    )
    return Decision(events=[event], answer={"finding": one.id, "open": one.open})


@decides(WriteOff)
def write_off(context: Context, command: WriteOff) -> Decision:
    one = context.case.findings[context.instance]
    event = RecoveryWrittenOff(
        on=context.on,
        finding=one.id,
        amount=one.open,
        by=StaffId(context.actor),
        reason=needed_words(context, command.reason, "data.reason"),
    )
    return Decision(events=[event], answer={"finding": one.id, "written_off": one.open})


@decides(MakeGood)
def make_good(context: Context, command: MakeGood) -> Decision:
    """Told, not heard: what an error kept back is due by month, and drawn as arrears."""
    found = owing(late_lines(context))
    terms = restated(context, found)
    if not terms:
        raise refuse("nothing-owed", "case")
    said = needed_words(context, command.reason, "data.reason")
    lines = [one.line for one in found]
    put_right = fold(context.case, terms)
    revised = revisions(context, put_right)
    return Decision(
        events=[*corrected(context, "correction", "I05", said), *terms, *revised, _letter(context)],
        moves={**still(context.case), **closing(context.case, fold(put_right, revised), revised)},
        answer={"lines": shown(lines), "arrears": [one.month for one in lines if one.drawn]},
    )


def corrected(
    context: Context, kind: str, code: str, said: Words, unpaid: tuple[Month, ...] = ()
) -> list[CaseEvent]:
    """A change opened and decided in one act, as an award restored is. `unpaid`: months that stay so."""
    change = context.instance
    return [
        ChangeOpened(
            on=context.on,
            change=change,
            kind=kind,
            happened=context.on,
            source="office",
            words=said,
        ),
        ChangeDecided(
            on=context.on,
            change=change,
            by=StaffId(context.actor),
            effect="increase",
            code=code,
            unpaid=unpaid,
        ),
    ]


def _letter(context: Context) -> LetterIssued:
    return LetterIssued(on=context.on, letter="L17", about=context.instance)
