"""动态管理: what is reported or detected is looked into, heard, proposed by one hand and decided by another.

民发〔2021〕57号 art. 31–35; L26 art. 48; rules.md §3.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from domain.case import Case, fold
from domain.case.award import LIVING, AmountChanged, AwardBegan, GradualExitGranted, Stopped, Terms
from domain.case.change import (
    Change,
    ChangeDecided,
    ChangeDropped,
    ChangeOpened,
    ChangeProposed,
    Heard,
    MemberLeft,
    NotReached,
    PriorNotice,
)
from domain.case.decision import LetterIssued
from domain.case.finding import LateLine, under_way
from domain.codes import check_code
from domain.days import Month, add_month, first_day, month_of, months
from domain.event import CaseEvent, Event
from domain.explain import Explanation
from domain.ids import CaseNo, StaffId, StreamId, parse_case_no
from domain.money import show_yuan
from workflows.authority import sees_case
from workflows.command import Decision, decides
from workflows.commands.change import (
    DecideChange,
    DetectChange,
    DropChange,
    GivePriorNotice,
    Hear,
    JoinMember,
    LeaveMember,
    NotReach,
    ProposeChange,
    ReportChange,
    Restore,
)
from workflows.context import Context
from workflows.decide import ledger
from workflows.decide.appeal import GRANTED
from workflows.decide.assessing import month_after
from workflows.decide.award import ENDED, RESTORED, also_due, ended_holds, released
from workflows.decide.days import check_day
from workflows.decide.effect import (
    Found,
    check_effect,
    find,
    heard,
    must_hear,
    stops_by_itself,
    way_tried,
)
from workflows.decide.finding import corrected, opened, shown
from workflows.decide.household import joining, undone
from workflows.decide.papers import needed_words, words
from workflows.decide.passing import claim, claims_of, is_of
from workflows.decide.persons import GROUP, release_award
from workflows.decide.recompute import (
    Due,
    anew,
    is_fixed,
    is_ruled,
    late_lines,
    months_anew,
    over,
    said_line,
    total,
)
from workflows.decide.review import next_review
from workflows.decide.settling import lifted
from workflows.decide.terms import (
    assess_again,
    award_of,
    drawn_from,
    ever_covered,
    latest_terms,
    still,
    terms_of,
)
from workflows.engine import guard, pick, unfinished
from workflows.refusal import Reason, reason, refuse


def _change(context: Context, command: object) -> Change:
    return context.case.changes[pick(context.case, "change", command)[1]]  # type: ignore[arg-type]


@guard
def heard_where_due(context: Context, command: ProposeChange) -> Reason | None:
    """Reduce, stop and gradual exit wait for the household's word, but for what is only told (L26 art. 48)."""
    change = _change(context, command)
    if not must_hear(change, command.effect, command.code) or heard(change, context.on):
        return None
    until = change.notice.answer_until.isoformat() if change.notice else ""
    return reason("not-heard", "case", until=until, effect=command.effect)


@guard
def change_other_hand(context: Context, command: DecideChange) -> Reason | None:
    """Who proposed doesn't decide, nor who visited for the review (rules.md §1)."""
    change = _change(context, command)
    if change.proposal is not None and change.proposal.by == context.actor:
        return reason("hand-twice", "actor", actor=context.actor, desks="decider")
    visited = {who for visit in context.case.visits if visit.why == "review" for who in visit.surveyors}
    if context.actor in visited:
        return reason("surveyed-yourself", "actor", actor=context.actor, desks="decider")
    return None


@guard
def split_decided(context: Context, command: DecideChange) -> Reason | None:
    """The half that left is paid here until its own application is decided: then from one month to the next."""
    proposal = _change(context, command).proposal
    if proposal is None or proposal.code not in ("D02", "S05"):
        return None
    case, group = context.case, GROUP[context.case.programme]
    for member in case.members.values():
        if member.left is None or member.died is not None:
            continue
        number = context.person(member.person).applying(group)
        other = context.other_case(number) if number is not None else None
        if other is not None and other.came_from == case.number:
            return reason("split-under-way", "case", case=other.number, member=member.key)
    return None


@guard
def nothing_taken(context: Context, command: DropChange) -> Reason | None:
    """While another award pays somebody whom this one covers, the change it owes isn't dropped."""
    case = context.case
    if case.award is None or case.state("award") not in LIVING:
        return None
    own = pick(case, "change", command)[1]
    others = [case.changes[one] for one in unfinished(case, "change") if one != own]
    taken = [key for key in case.award.terms[-1].covered if key in case.taken]
    owed = [key for key in taken if not any(is_of(one, (key,)) for one in others)]
    return reason("members-taken", "case", members=", ".join(owed)) if owed else None


@guard
def head_there(context: Context, command: DecideChange) -> Reason | None:
    """Head and account holder live with the household that goes on; else others are named first, if anybody does."""
    change, case = _change(context, command), context.case
    living = any(one.left is None and one.died is None for one in case.members.values())
    if change.proposal is None or change.proposal.effect == "stop" or not living:
        return None
    gone = [
        key
        for key in dict.fromkeys((case.head, case.account_holder))
        if key and case.members[key].died is None and case.members[key].left is not None
    ]
    return reason("head-gone", "case", members=", ".join(gone)) if gone else None


@guard
def award_stopped(context: Context, command: object) -> Reason | None:
    if context.case.state("award") == "ended":
        return None
    return reason("award-not-stopped", "case", state=context.case.state("award") or "-")


def _opened(context: Context, command: ReportChange | DetectChange, source: str) -> Decision:
    check_day(context, command.happened, "data.happened", "happened-later")
    if command.member is not None and command.member not in context.case.members:
        raise refuse("not-a-member", "data.member", member=command.member)
    event = ChangeOpened(
        on=context.on,
        change=context.instance,
        kind=command.kind,
        happened=command.happened,
        source=source,
        member=command.member,
        words=words(context, command.words, "data.words"),
    )
    return Decision(events=[event], answer={"change": context.instance})


@decides(ReportChange)
def report_change(context: Context, command: ReportChange) -> Decision:
    return _opened(context, command, command.reported_by)


@decides(DetectChange)
def detect_change(context: Context, command: DetectChange) -> Decision:
    return _opened(context, command, check_code("source", command.source, "data.source"))


@decides(JoinMember)
def join_member(context: Context, command: JoinMember) -> Decision:
    """Found by his number or registered; the award claims him when the change is decided."""
    happened = context.case.changes[context.instance].happened
    found, joined = joining(context, command.member, happened, command.reason)
    joined = replace(joined, change=context.instance)
    person, group = context.person(found.ref), GROUP[context.case.programme]
    applying, living = person.applying(group), person.awarded(group, month_after(context.on))
    if command.from_case is not None:
        joined = replace(joined, from_case=_source(context, command.from_case, living))
    if applying is not None or living != joined.from_case:
        raise refuse("already-aided", "data.member", case=applying or living or "–")
    return Decision(events=[joined], others=list(found.events), numbers=found.binds)


def _source(context: Context, named: CaseNo, living: CaseNo | None) -> CaseNo:
    """The case whose award pays him until this one's does; one the actor doesn't see is unknown."""
    number = parse_case_no(named, "data.from_case")
    old = context.other_case(number)
    if old is None or not sees_case(context, old):
        raise refuse("came-from-unknown", "data.from_case")
    if living != number or number == context.case.number:
        raise refuse("not-paid-there", "data.from_case", case=number)
    return number


@decides(LeaveMember)
def leave_member(context: Context, command: LeaveMember) -> Decision:
    case = context.case
    others = [key for key, one in case.members.items() if key != command.member and one.here(context.on)]
    if not others:
        raise refuse("last-member", "data.member", member=command.member)
    left = MemberLeft(
        on=context.on,
        member=command.member,
        left=case.changes[context.instance].happened,
        reason=command.reason,
        change=context.instance,
    )
    needed = [
        name for name, key in (("head", case.head), ("account", case.account_holder)) if key == left.member
    ]
    return Decision(events=[left], answer={"anew": needed})


@decides(GivePriorNotice)
def give_prior_notice(context: Context, command: GivePriorNotice) -> Decision:
    """L13: the term runs from today."""
    until = context.due_by("notice_days", context.on).day
    event = PriorNotice(
        on=context.on,
        change=context.instance,
        effect=command.effect,
        code=check_effect(
            context, context.case.changes[context.instance], command.effect, command.code, True
        ),
        answer_until=until,
    )
    letter = LetterIssued(on=context.on, letter="L13", about=context.instance)
    return Decision(events=[event, letter], answer={"answer_until": until.isoformat()})


@decides(Hear)
def hear(context: Context, command: Hear) -> Decision:
    said = needed_words(context, command.words, "data.words")
    return Decision(events=[Heard(on=context.on, change=context.instance, words=said)])


@decides(NotReach)
def not_reach(context: Context, command: NotReach) -> Decision:
    before = context.case.changes[context.instance].tried
    way, proof, enough = way_tried(command.way, command.proof, before)
    event = NotReached(on=context.on, change=context.instance, way=way, proof=proof)
    return Decision(events=[event], answer={"counts_as_heard": enough})


@decides(ProposeChange)
def propose_change(context: Context, command: ProposeChange) -> Decision:
    change = context.case.changes[context.instance]
    code = check_effect(context, change, command.effect, command.code, bool(command.words))
    found = find(context, change, command.effect, code, member=command.member, months=command.months)
    terms = found.terms
    event = ChangeProposed(
        on=context.on,
        change=context.instance,
        by=StaffId(context.actor),
        effect=command.effect,
        code=code,
        from_month=found.from_month,
        amount=terms.amount if terms else 0,
        shares=terms.shares if terms else {},
        covered=terms.covered if terms else (),
        counted=terms.counted if terms else (),
        uplifts=terms.uplifts if terms else {},
        until_month=found.until_month,
        member=command.member,
        explanation=found.explanation,
        words=words(context, command.words, "data.words"),
    )
    return Decision(
        events=[event],
        answer={
            "effect": event.effect,
            "code": code,
            "from_month": event.from_month,
            "amount": event.amount,
            "shares": dict(event.shares),
            "findings": list(found.findings),
        },
    )


@decides(DecideChange)
def decide_change(context: Context, command: DecideChange) -> Decision:
    """Computed anew for the month in which it begins: what is decided is what was proposed, or it is refused."""
    proposal = context.case.changes[context.instance].proposal
    assert proposal is not None
    found = _as_proposed(context, proposal)
    take = {"stop": _stop, "gradual_exit": _gradual}.get(proposal.effect, _amount)
    decision = take(context, proposal, found, command)
    lines = _too_much(context, decision, found, proposal)
    unpaid: tuple[Month, ...] = ()
    if proposal.effect == "stop":
        unpaid = found.findings if _says_them(proposal, lines) else ()
        decision.events.extend(_holds_ended(context, found, {*unpaid, *(line.month for line in lines)}))
    _add_finding(context, decision, lines)
    decided = ChangeDecided(
        on=context.on,
        change=context.instance,
        by=StaffId(context.actor),
        effect=proposal.effect,
        code=proposal.code,
        findings=found.findings,
        unpaid=unpaid,
    )
    letter = "L15" if proposal.effect == "gradual_exit" else "L14"
    told = LetterIssued(on=context.on, letter=letter, about=context.instance)
    decision.events = [decided, *decision.events, told]
    decision.answer = {
        "effect": proposal.effect,
        "code": proposal.code,
        "from_month": found.from_month,
        "amount": proposal.amount,
        "drawn": list(drawn_from(context.case, found.from_month)),
        "findings": list(found.findings),
        **decision.answer,
    }
    return decision


def _as_proposed(context: Context, proposal: ChangeProposed) -> Found:
    """What the change comes to now; refused where that isn't what was proposed."""
    found = _find(context, proposal)
    amount = found.terms.amount if found.terms else 0
    shares = found.terms.shares if found.terms else {}
    if (amount, shares) != (proposal.amount, proposal.shares):
        raise refuse(
            "proposal-out-of-date",
            "case",
            proposed=show_yuan(proposal.amount),
            amount=show_yuan(amount),
            month=found.from_month,
        )
    return found


def _find(context: Context, proposal: ChangeProposed, at: Month | None = None) -> Found:
    """`at`: for a later month in which the terms change again."""
    return find(
        context,
        context.case.changes[context.instance],
        proposal.effect,
        proposal.code,
        member=proposal.member,
        months=_months(proposal),
        at=at,
    )


def _add_finding(context: Context, decision: Decision, lines: list[LateLine]) -> None:
    if not lines:
        return
    more = opened(context, lines, context.instance)
    decision.events.append(more)
    decision.begins = (*decision.begins, "finding")
    decision.answer |= {"finding": more.finding, "over": total(lines), "lines": shown(lines)}


def _too_much(context: Context, decision: Decision, found: Found, proposal: ChangeProposed) -> list[LateLine]:
    """Months drawn that were paid too much, as now known: by the facts that came to light, else as decided. A stop that
    no sum bears out says all its months: what else came to light makes none of them due."""
    if proposal.effect == "increase":
        return []
    done, taken = fold(context.case, decision.events), under_way(context.case)
    first = min(found.findings, default=found.from_month)
    lines = {
        one.line.month: one.line
        for one in over(late_lines(context, done))
        if one.line.month not in taken and (one.line.facts or one.line.month >= first)
    }
    if _says_them(proposal, lines.values()):
        left = found.findings if stops_by_itself(proposal) else set(found.findings) - taken - lines.keys()
        lines |= {line.month: line for line in _said(done, found, proposal, left)}
    return [lines[month] for month in sorted(lines)]


def _says_them(proposal: ChangeProposed, lines: Iterable[LateLine]) -> bool:
    """Whether the change itself says what its months are due, not the facts that came to light."""
    return stops_by_itself(proposal) or not any(line.facts for line in lines)


def _said(case: Case, found: Found, proposal: ChangeProposed, months: Iterable[Month]) -> Iterator[LateLine]:
    due = found.terms.amount if found.terms else 0
    shares = found.terms.shares if found.terms else {}
    for month in months:
        if case.drawn[month].kept == case.drawn[month].drawn:
            continue
        line, terms = said_line(case, month, due, shares, proposal.code), award_of(case).at(month)
        if line.over or (terms is not None and terms.amount > due):
            yield line


def _months(proposal: ChangeProposed) -> int | None:
    if proposal.until_month is None:
        return None
    return len(list(months(proposal.from_month, proposal.until_month)))


def _stop(context: Context, proposal: ChangeProposed, found: Found, command: DecideChange) -> Decision:
    award = award_of(context.case)
    stopped = Stopped(
        on=context.on,
        code=proposal.code,
        from_month=found.from_month,
        by=StaffId(context.actor),
        instance=context.instance,
        words=words(context, command.words, "data.words"),
        explanation=found.explanation,
    )
    covered = ever_covered(award, found.from_month)
    return Decision(
        events=[stopped],
        others=release_award(context, covered, add_month(found.from_month, -1)),
        moves=dict(ENDED),
        answer={"also": also_due(proposal.code)},
    )


def _holds_ended(context: Context, found: Found, keeps: set[Month]) -> list[CaseEvent]:
    """What was kept back goes out, but for months from the stop on, and for those that wait for a finding."""
    keeps |= {*drawn_from(context.case, found.from_month), *under_way(context.case)}
    return ended_holds(context, keeps)


def _gradual(context: Context, proposal: ChangeProposed, found: Found, command: DecideChange) -> Decision:
    assert found.terms is not None
    assert found.until_month is not None
    granted = GradualExitGranted(
        on=context.on,
        terms=found.terms,
        until_month=found.until_month,
        code=proposal.code,
        by=StaffId(context.actor),
        instance=context.instance,
        words=words(context, command.words, "data.words"),
        explanation=found.explanation,
    )
    covered = ever_covered(award_of(context.case), found.from_month)
    gone = tuple(key for key in covered if key not in found.terms.covered)
    others = [
        *release_award(context, found.terms.covered, found.until_month),
        *release_award(context, gone, add_month(found.from_month, -1)),
    ]
    return Decision(
        events=[granted],
        others=others,
        moves={"award": "gradual"},
        answer={"until_month": found.until_month},
    )


def _amount(context: Context, proposal: ChangeProposed, found: Found, command: DecideChange) -> Decision:
    assert found.terms is not None
    first = found.from_month
    before = latest_terms(award_of(context.case), first)
    decided = replace(context.case, rulings=tuple(one.until(first) for one in context.case.rulings))

    def due(month: Month, _: Terms) -> Due | None:
        """What an appeal or a finding said up to a month stands."""
        if is_fixed(decided, month):
            return None
        one = found if month == first else _find(context, proposal, month)
        assert one.terms is not None
        return one.terms, one.explanation

    changed = anew(
        context,
        first,
        due,
        always=True,
        fixed=True,
        by=StaffId(context.actor),
        instance=context.instance,
        words=words(context, command.words, "data.words"),
    )
    arrears = [month for month in drawn_from(context.case, found.from_month) if proposal.effect == "increase"]
    return Decision(
        events=[*changed],
        others=claims_of(context, [one.terms for one in changed]),
        moves=still(context.case),
        answer={"before": before.amount, "arrears": arrears},
    )


@decides(DropChange)
def drop_change(context: Context, command: DropChange) -> Decision:
    said = needed_words(context, command.reason, "data.reason")
    return Decision(
        events=[undone(context, ChangeDropped(on=context.on, change=context.instance, reason=said))],
        moves=still(context.case),
    )


@decides(Restore)
def restore(context: Context, command: Restore) -> Decision:
    """A correction and not new: the award as it was, from the month it was wrongly stopped, arrears by month."""
    case, award = context.case, award_of(context.case)
    assert award.ends is not None
    if not any(context.case.members[key].died is None for key in latest_terms(award, award.ends).covered):
        raise refuse("nobody-to-restore", "case")
    granted = [name for name, one in case.appeals.items() if one.outcome in GRANTED]
    if command.code == "I06" and not granted:
        raise refuse("no-appeal-granted", "data.code")
    first = award.ends if context.rule("restored_with_arrears") else month_after(context.on)
    first = max(first, command.from_month or first)
    terms, explanation = _restored(context, first, command.code)
    later = _as_they_stood(context, first)
    owed = tuple(month for month in months(first, month_of(context.on)) if month not in case.drawn)
    said = needed_words(context, command.reason, "data.reason")
    events: list[CaseEvent] = [
        *corrected(context, RESTORED, command.code, said),
        AwardBegan(
            on=context.on,
            terms=terms,
            cause="restored",
            owed=owed,
            explanation=explanation,
        ),
        *later,
        LetterIssued(on=context.on, letter="L14", about=context.instance),
        next_review(context, case.review_class),  # type: ignore[arg-type]
    ]
    appeal = granted[-1] if command.code == "I06" else None
    as_restored = fold(case, events)
    back, moves = lifted(context, as_restored, said, command.code, appeal)
    return Decision(
        events=[*events, *back, *released(context, fold(as_restored, back))],
        others=_claimed_again(context, [terms, *(one.terms for one in later)]),
        moves=moves,
        answer={"from_month": first, "amount": terms.amount, "owed": list(owed)},
    )


def _restored(context: Context, first: Month, code: str) -> tuple[Terms, Explanation | None]:
    """On the facts of the decision that stands; what an appeal said, and an award as in the ledger, as it was."""
    terms, explanation = _still_living(context, first)
    if (
        explanation is None
        and not is_ruled(context.case, first)
        and not award_of(context.case).as_in_ledger(first)
    ):
        terms, explanation = _computed(context, first)
    return replace(terms, from_month=first, code=code, on=context.on), explanation


def _computed(context: Context, month: Month) -> Due:
    found = assess_again(context, month, keep=False)
    if not found.eligible:
        raise refuse("not-eligible", "case", grounds=" ".join(found.grounds))
    return terms_of(found, month, "D01", context.on), found.explanation


def _still_living(context: Context, month: Month) -> Due:
    """The terms of a month as they stood, but for who died since."""
    case, terms = context.case, latest_terms(award_of(context.case), month)
    dead = [key for key in terms.covered if (died := case.members[key].died) and died < first_day(month)]
    if not dead:
        return terms, None
    if award_of(case).as_in_ledger(month):
        return ledger.less(case, dead, month, "D01", context.on)
    if not is_ruled(case, month):
        return _computed(context, month)
    for key in dead:
        terms = terms.without(key, month, "D01", context.on)
    return terms, None


def _as_they_stood(context: Context, first: Month) -> list[AmountChanged]:
    """Terms that begin later are said again: those from the first month would go over them."""
    award, events = award_of(context.case), list[AmountChanged]()
    for month in months_anew(context.case, first)[1:]:
        terms, explanation = _still_living(context, month)
        events.append(
            AmountChanged(
                on=context.on,
                terms=replace(terms, from_month=month),
                before=terms.amount,
                explanation=explanation,
                by=StaffId(context.actor),
                under=award.under,
            )
        )
    return events


def _claimed_again(context: Context, terms: Sequence[Terms]) -> list[tuple[StreamId, Event]]:
    """Each whom the award covers, from the first month in which it does."""
    first = {key: one.from_month for one in reversed(terms) for key in one.covered}
    return [event for key, month in first.items() for event in claim(context, (key,), month)]
