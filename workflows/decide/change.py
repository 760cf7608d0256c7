"""动态管理: what is reported or detected is looked into, heard, proposed by one hand and decided by another.

民发〔2021〕57号 art. 31–35; L26 art. 48; rules.md §3.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from domain.case import Case, fold
from domain.case.award import LIVING, AmountChanged, Award, AwardBegan, GradualExitGranted, Stopped, Terms
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
from domain.case.move import MembersTaken
from domain.codes import check_code
from domain.days import Month, add_month, month_of, months
from domain.event import CaseEvent, Event
from domain.explain import Explanation
from domain.ids import CaseNo, MemberKey, StaffId, StreamId, parse_case_no
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
from workflows.decide.award import ENDED, RESTORED, also_due, ended_holds, kept_for_good, released
from workflows.decide.days import check_day
from workflows.decide.effect import (
    REFUSED_WORK,
    Found,
    came_to_light,
    check_effect,
    find,
    harsher,
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
    dead_before,
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
    """Reduce, stop and gradual exit wait for the household's word on no less; not what is only told (L26 art. 48)."""
    change = _change(context, command)
    if not must_hear(change, command.effect, command.code):
        return None
    if change.notice is not None and harsher(command.effect, change.notice.effect):
        return reason("told-of-less", "case", told=change.notice.effect, effect=command.effect)
    if heard(change, context.on):
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
    """Nothing puts out the half that left before its own application is decided: then from one month to the next."""
    proposal = _change(context, command).proposal
    if proposal is None or proposal.effect == "increase":
        return None
    case, group = context.case, GROUP[context.case.programme]
    for key in ever_covered(award_of(case), proposal.from_month):
        member = case.members[key]
        if key in proposal.covered or member.left is None or member.died is not None:
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
    lines, says = _too_much(context, decision, found, proposal)
    _add_finding(context, decision, lines)
    decided = ChangeDecided(
        on=context.on,
        change=context.instance,
        by=StaffId(context.actor),
        effect=proposal.effect,
        code=proposal.code,
        findings=found.findings,
        unpaid=_unpaid(context, found) if says and proposal.effect == "stop" else (),
    )
    decision.events.insert(0, decided)
    if proposal.effect == "stop":
        decision.events += ended_holds(context, fold(context.case, decision.events))
    letter = "L15" if proposal.effect == "gradual_exit" else "L14"
    told = LetterIssued(on=context.on, letter=letter, about=context.instance)
    decision.events.append(told)
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


def _too_much(
    context: Context, decision: Decision, found: Found, proposal: ChangeProposed
) -> tuple[list[LateLine], bool]:
    """Months drawn that were paid too much, as now known: by the facts that came to light, else as decided; and whether
    it is the change that says so. A stop that no sum bears out says all its months: what else came to light makes none
    of them due."""
    if proposal.effect == "increase":
        return [], False
    done, taken = fold(context.case, decision.events), under_way(context.case)
    first = min(found.findings, default=found.from_month)
    late = [one.line for one in over(late_lines(context, done))]
    lines = {
        line.month: line for line in late if line.month not in taken and (line.facts or line.month >= first)
    }
    says = stops_by_itself(proposal) or not (came_to_light(done, first) or any(line.facts for line in late))
    if says:
        left = found.findings if stops_by_itself(proposal) else set(found.findings) - taken - lines.keys()
        lines |= {line.month: line for line in _said(done, found, proposal, left)}
    return [lines[month] for month in sorted(lines)], says


def _unpaid(context: Context, found: Found) -> tuple[Month, ...]:
    """The months that a stop should have reached, drawn or not."""
    if not found.findings:
        return ()
    happened = month_after(context.case.changes[context.instance].happened)
    first = min(max(happened, award_of(context.case).began), found.findings[0])
    return tuple(months(first, add_month(found.from_month, -1)))


def _said(case: Case, found: Found, proposal: ChangeProposed, months: Iterable[Month]) -> Iterator[LateLine]:
    """Not the months that a stop keeps back whole: nobody had them; nor, of a reduction, those an appeal said."""
    due = found.terms.amount if found.terms else 0
    shares = found.terms.shares if found.terms else {}
    stops = proposal.effect == "stop"
    for month in months:
        if case.drawn[month].kept == case.drawn[month].drawn if stops else is_ruled(case, month):
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
    decided = context.case if proposal.code in REFUSED_WORK else context.case.ruled_until(first)

    def due(month: Month, before: Terms) -> Due | None:
        """What an appeal or a finding said up to a month stands, but for the shares of who is covered no more."""
        if is_fixed(decided, month):
            assert found.terms is not None
            gone = [key for key in before.covered if key not in found.terms.covered]
            return (before.without(gone, month, proposal.code, context.on), None) if gone else None
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
    """A correction and not new: the award as it was, from the month it was wrongly stopped, arrears by month. What the
    stop said of months before `from_month` stands. A gradual exit goes on as granted, and ends with its last month."""
    case, award = context.case, award_of(context.case)
    assert award.ends is not None
    if not any(context.case.members[key].died is None for key in latest_terms(award, award.ends).covered):
        raise refuse("nobody-to-restore", "case")
    granted = [name for name, one in case.appeals.items() if one.outcome in GRANTED]
    if command.code == "I06" and not granted:
        raise refuse("no-appeal-granted", "data.code")
    first = award.ends if context.rule("restored_with_arrears") else month_after(context.on)
    first = max(first, command.from_month or first)
    until = _gradual_until(award, first)
    elsewhere = _elsewhere(context, first, until)
    terms, explanation = _restored(context, first, command.code, elsewhere)
    later = _as_they_stood(context, first, until, elsewhere)
    last = min(month_of(context.on), until) if until else month_of(context.on)
    owed = tuple(month for month in months(first, last) if month not in case.drawn)
    said = needed_words(context, command.reason, "data.reason")
    since = command.from_month or Month("")
    events: list[CaseEvent] = [
        *corrected(context, RESTORED, command.code, said, _left_unpaid(case, since)),
        *(
            MembersTaken(on=context.on, case=one, cause="split", members=(key,), from_month=month)
            for key, (one, month) in elsewhere.items()
        ),
        AwardBegan(
            on=context.on,
            terms=terms,
            cause="restored",
            owed=owed,
            explanation=explanation,
            until_month=until,
            code=award.gradual_code if until else None,
        ),
        *later,
        LetterIssued(on=context.on, letter="L14", about=context.instance),
        next_review(context, case.review_class),  # type: ignore[arg-type]
    ]
    appeal = granted[-1] if command.code == "I06" else None
    as_restored = fold(case, events)
    back, moves = lifted(context, as_restored, said, command.code, appeal, since)
    return Decision(
        events=[*events, *back, *released(context, fold(as_restored, back))],
        others=_claimed_again(context, [terms, *(one.terms for one in later)], until, elsewhere),
        moves={**moves, **({"award": "gradual"} if until else {})},
        begins=() if until else ("award",),
        answer={
            "from_month": first,
            "amount": terms.amount,
            "owed": list(owed),
            **({"until_month": until} if until else {}),
            **({"left_out": {key: one for key, (one, _) in elsewhere.items()}} if elsewhere else {}),
        },
    )


Elsewhere: TypeAlias = Mapping[MemberKey, tuple[CaseNo, Month]]
"""Members whom another award pays meanwhile: the case, and the first month."""


def _elsewhere(context: Context, first: Month, until: Month | None) -> Elsewhere:
    """They are restored up to the month before; others must be left, and head and account holder be of them."""
    case, group = context.case, GROUP[context.case.programme]
    covered = ever_covered(award_of(case), first)
    found = {
        key: (claim.case, max(claim.from_month or first, first))
        for key in covered
        for claim in reversed(context.person(case.members[key].person).claims)
        if claim.group == group and claim.kind == "award" and claim.case != case.number
        if claim.overlaps(first, until)
    }
    living = [key for key in covered if case.members[key].died is None]
    if living and all(key in found and found[key][1] == first for key in living):
        raise refuse("already-aided", "case", case=found[living[0]][0])
    gone = [key for key in dict.fromkeys((case.head, case.account_holder)) if key in found]
    if gone:
        raise refuse("head-gone", "case", members=", ".join(str(key) for key in gone))
    return found


def _gradual_until(award: Award, first: Month) -> Month | None:
    """The last month of a gradual exit that was stopped before it was over."""
    until = award.gradual_until
    if until is None or award.ends is None or award.ends > until:
        return None
    if first > until:
        raise refuse("gradual-exit-over", "data.from_month", month=first, until=until)
    return until


def _left_unpaid(case: Case, since: Month) -> tuple[Month, ...]:
    """The months that an end said nothing is due for, before those from which on it is taken back."""
    restored = [one for one in case.changes.values() if one.kind == RESTORED]
    before = {*restored[-1].unpaid} if restored else set()
    return tuple(sorted(month for month in kept_for_good(case) if month in before or month < since))


def _restored(
    context: Context, first: Month, code: str, elsewhere: Elsewhere
) -> tuple[Terms, Explanation | None]:
    """On the facts of the decision that stands; what an appeal said, and an award as in the ledger, as it was."""
    terms, explanation = _still_there(context, first, elsewhere)
    if (
        explanation is None
        and not is_ruled(context.case, first)
        and not award_of(context.case).as_in_ledger(first)
    ):
        terms, explanation = _computed(context, first)
    return replace(terms, from_month=first, code=code, on=context.on), explanation


def _computed(context: Context, month: Month, without: Collection[MemberKey] = (), code: str = "D01") -> Due:
    """Who is over the standard since a death goes on until a change is heard and decided, as when it was recorded."""
    found = assess_again(context, month, without=without)
    terms = latest_terms(award_of(context.case), month)
    died = terms.code == "D01" or any(
        context.case.members[key].died for key in terms.counted or terms.covered
    )
    if not found.eligible and died and award_of(context.case).gradual_until is None:
        found = assess_again(context, month, without=without, keep=True)
    if not found.eligible:
        raise refuse("not-eligible", "case", grounds=" ".join(found.grounds))
    return terms_of(found, month, code, context.on), found.explanation


def _still_there(context: Context, month: Month, elsewhere: Elsewhere) -> Due:
    """The terms of a month as they stood, but for who died since, or is paid by another award."""
    case, terms = context.case, latest_terms(award_of(context.case), month)
    dead = dead_before(case, terms, month)
    taken = [key for key in terms.covered if key in elsewhere and elsewhere[key][1] <= month]
    gone = dict.fromkeys((*dead, *taken))
    if not gone:
        return terms, None
    code = "D02" if taken else "D01"
    if award_of(case).as_in_ledger(month):
        return ledger.less(case, gone, month, code, context.on)
    if not is_ruled(case, month):
        return _computed(context, month, taken, code)
    return terms.without(gone, month, code, context.on), None


def _as_they_stood(
    context: Context, first: Month, until: Month | None, elsewhere: Elsewhere
) -> list[AmountChanged]:
    """Terms that begin later are said again: those from the first month would go over them; and where another award
    begins to pay somebody."""
    award, events = award_of(context.case), list[AmountChanged]()
    firsts = {*months_anew(context.case, first), *(month for _, month in elsewhere.values())}
    for month in sorted(firsts - {first}):
        if until is not None and month > until:
            continue
        terms, explanation = _still_there(context, month, elsewhere)
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


def _claimed_again(
    context: Context, terms: Sequence[Terms], until: Month | None, elsewhere: Elsewhere
) -> list[tuple[StreamId, Event]]:
    """Each whom the award covers, from the first month in which it does, until another award pays him."""
    first = {key: one.from_month for one in reversed(terms) for key in one.covered}
    last = {key: add_month(month, -1) for key, (_, month) in elsewhere.items()}
    return [
        event for key, month in first.items() for event in claim(context, (key,), month, last.get(key, until))
    ]
