"""What late truth does to months gone by: each month it touches, as drawn, as now due, and why; and no other.

The effective-date rule (rules.md §4): a fact corrected is true from its own first day; what wasn't reported works from
the month after it began (§3 from when); what was reported in time only from the month after its decision, so it is no
matter of the past. A change that isn't clear changes nothing. What an appeal ruled stands (L26 art. 76).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from domain.case import Case
from domain.case.award import AmountChanged, Terms
from domain.case.finding import Finding, LateLine
from domain.case.payment import paid_for
from domain.days import Month, add_month, first_day, month_of
from domain.explain import Explanation
from domain.facts import Fact
from domain.ids import FactKey, InstanceId, MemberKey, StaffId
from domain.means import Assessment, assess
from domain.money import Fen
from domain.personal import Words
from workflows.context import Context
from workflows.decide import ledger
from workflows.decide.assessing import left_out, means_person, origin, undecided
from workflows.decide.review import clear_income
from workflows.decide.terms import (
    anchor_of,
    award_of,
    cut_shares,
    dead_before,
    decided_case,
    latest_terms,
    months_from,
    terms_of,
    work_refusers,
)

HOLDING = ("category", "disability", "status", "labour", "property")
"""Facts that hold for a time; their end is a matter of the days it leaves out."""
GROUND_CODES = {"R01": "S01", "R02": "S02"}
LOWERS, RIGHTS = "D03", "I05"
OF_KIND = {"status": "D07", "category": "D04", "disability": "D04"}


class Recomputed(msgspec.Struct, frozen=True, kw_only=True):
    """A line with the terms that say the same (None: no award in the month)."""

    line: LateLine
    terms: Terms | None
    falls: bool = False
    """Whether the award's terms say more."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a month as now known; which of them its decision didn't know so; whether any was put right."""

    facts: dict[FactKey, Fact]
    late: tuple[FactKey, ...]
    corrected: bool


def is_fixed(case: Case, month: Month) -> bool:
    """Whether an appeal, or the decision of a finding, said the amount of a month: nothing is computed for it."""
    return is_ruled(case, month) or any(line.month == month for line in _said(case))


def is_ruled(case: Case, month: Month) -> bool:
    """Whether an appeal said the amount of a month."""
    return any(one.holds(month) and one.amount is not None for one in case.rulings)


def _said(case: Case) -> Iterator[LateLine]:
    """What decisions say of months, but on a fact that is put right, or left out, since."""
    return (
        line
        for one in case.findings.values()
        if one.outcome is not None
        for line in one.lines
        if line.said and not _fallen(case, one, line.month)
    )


def _fallen(case: Case, one: Finding, month: Month) -> list[FactKey]:
    """The facts that the change a finding came out of rests on and that are put right, or left out by an appeal."""
    change = case.cause_of(one)
    if change is None or change.proposal is None or change.proposal.explanation is None:
        return []
    read = [fact.key for fact in change.proposal.explanation.facts]
    out = {key for ruling in case.rulings if ruling.holds(month) for key in ruling.leaves_out}
    return [key for key in read if key in case.replaced or key in out]


def _instead(case: Case, month: Month) -> dict[FactKey, Fact] | None:
    """What stands instead of the facts on which a decision said a month (None: none fell)."""
    fell = [
        key
        for one in case.findings.values()
        if any(line.month == month and line.said for line in one.lines) and one.outcome is not None
        for key in _fallen(case, one, month)
    ]
    if not fell:
        return None
    now = [_now(case, key) for key in fell if key in case.replaced]
    return {one.key: one for one in now if one is not None}


def months_anew(case: Case, first: Month) -> list[Month]:
    """The month itself, then each later one in which the terms or the area change, or what is fixed begins or ends:
    all are looked at anew with it."""
    areas = (month for month, _ in case.areas)
    return sorted(
        {*months_from(award_of(case), first), *(one for one in (*areas, *_fixes(case)) if one > first)}
    )


def _fixes(case: Case) -> Iterator[Month]:
    for ruling in case.rulings:
        if ruling.amount is not None:
            yield ruling.from_month
            if ruling.until_month is not None:
                yield add_month(ruling.until_month, 1)
    for line in _said(case):
        yield from (line.month, add_month(line.month, 1))


def _now(case: Case, key: FactKey) -> Fact | None:
    """What a fact was corrected to in the end; None where it was withdrawn."""
    now: FactKey | None = key
    while now in case.replaced:
        now = case.replaced[now]
    return case.facts.get(now) if now is not None else None


def known_now(case: Case, month: Month) -> Known:
    award = award_of(case)
    decided = decided_case(case, month).facts
    facts: dict[FactKey, Fact] = {}
    late: list[FactKey] = []
    corrected = False
    for key, fact in decided.items():
        now = _now(case, key) if key in case.replaced else case.facts.get(key, fact)
        if key in case.replaced:
            corrected = True
            late.append(now.key if now is not None else key)
        elif now is not None and now.until != fact.until and fact.kind in HOLDING:
            late.append(key)
        else:
            now = fact
        if now is not None:
            facts[now.key] = now
    known = award.basis(month).known
    for key, fact in case.facts.items():
        if key in facts:
            continue
        was_known = award.basis(month).facts is not None and int(origin(case, key)[-1][1:]) <= known
        if fact.unreported or was_known:
            facts[key] = fact
            late.append(key)
    for key in left_out(case, month, tuple(facts)):
        del facts[key]
        if key in late:
            late.remove(key)
        if key in decided:
            late.append(key)
            corrected = True
    return Known(facts=facts, late=tuple(late), corrected=corrected)


def entitled(
    context: Context,
    case: Case,
    month: Month,
    facts: Mapping[FactKey, Fact],
    gone: Iterable[MemberKey] = (),
    came: Iterable[MemberKey] = (),
    keep: bool | None = None,
) -> Assessment:
    """What a month is due on these facts without who is `gone` and with who `came`; anchor, policy and day as the
    decision had them.

    `keep`: the household part goes on as it stands (default: in the months of a gradual exit).
    """
    award = award_of(case)
    terms = latest_terms(award, month)
    gone = frozenset(gone)
    if keep is None:
        keep = award.keeps(month)
    paid = frozenset(terms.covered) - gone
    counted = (frozenset(terms.counted or terms.covered) | _apart(case, month, facts) | {*came}) - gone
    found = assess(
        [means_person(case, one) for key, one in case.members.items() if key in counted],
        facts.values(),
        context.policy,
        anchor=anchor_of(case, month, context.on),
        month=month,
        decided_on=context.on,
        survey_done=True,
        covered=paid if case.single_person else None,
        kept=terms.household_part if keep else None,
    )
    return cut_shares(found, work_refusers(context, case, found, terms))


def _apart(case: Case, month: Month, facts: Mapping[FactKey, Fact]) -> frozenset[MemberKey]:
    """Who was given to the test and set apart by a status, as in prison: he counts again once that wasn't so."""
    day = first_day(month)
    stated = {**decided_case(case, month).facts, **facts}
    return frozenset(
        fact.member
        for fact in stated.values()
        if fact.kind == "status"
        and fact.member is not None
        and (one := case.members.get(fact.member)) is not None
        and one.here(day)
        and (one.died is None or one.died >= day)
    )


def _came_by(case: Case, month: Month) -> tuple[MemberKey, ...]:
    """Who had joined before the month with what he earned, and nobody said so: he isn't counted for it."""
    if case.single_person:
        return ()
    terms, day = latest_terms(award_of(case), month), first_day(month)
    counted = {*(terms.counted or terms.covered)}
    came_late = {fact.member for fact in case.facts.values() if fact.unreported}
    return tuple(
        key
        for key, one in case.members.items()
        if key not in counted
        and key in came_late
        and one.joined is not None
        and one.joined < day
        and one.here(day)
        and one.died is None
    )


def gone_by(case: Case, month: Month) -> tuple[MemberKey, ...]:
    """Whom the month's decision counted and who had died or left before its first day."""
    terms, day = latest_terms(award_of(case), month), first_day(month)
    counted = terms.counted or terms.covered
    return tuple(
        key
        for key in counted
        if (one := case.members.get(key)) is not None
        and ((one.died is not None and one.died < day) or (one.left is not None and one.left < day))
    )


def late_lines(context: Context, case: Case | None = None) -> list[Recomputed]:
    """Every month drawn that is now due something else than what counts as paid for it; and the next one to draw,
    where its amount changes. Pure of the case, the policy and the day. `case`: as it would be (default: as it is)."""
    case = case or context.case
    if case.award is None:
        return []
    found = [_of_month(context, case, month) for month in sorted(case.drawn)]
    found.append(_to_come(context, case))
    return [one for one in found if one is not None]


def _to_come(context: Context, case: Case) -> Recomputed | None:
    award = award_of(case)
    last = max(case.drawn, default=add_month(award.began, -1))
    month = max(add_month(last, 1), month_of(context.on))
    terms = award.at(month)
    if terms is None:
        return None
    return _changed(context, case, month, terms)


def _of_month(context: Context, case: Case, month: Month) -> Recomputed | None:
    award, drawn = award_of(case), case.drawn[month]
    terms = award.at(month)
    if terms is None:
        if paid_for(case, month) <= drawn.kept:
            return None
        code = award.end_code if award.ends is not None and month >= award.ends else None
        return Recomputed(line=line_of(case, month, 0, {}, code or "D99"), terms=None)
    found = _changed(context, case, month, terms)
    if found is None:
        found = Recomputed(line=line_of(case, month, terms.amount, terms.shares, terms.code), terms=terms)
    return found if found.line.over or not _same(found.terms, terms) else None


def _changed(context: Context, case: Case, month: Month, terms: Terms) -> Recomputed | None:
    """What came to light makes of a month; of one as in the ledger only a death does, by that person's share."""
    if not award_of(case).as_in_ledger(month):
        return _touched(context, case, month, terms)
    dead = dead_before(case, terms, month)
    if not dead:
        return None
    if len(dead) == len(terms.covered):
        return Recomputed(line=replace(line_of(case, month, 0, {}, "S03"), members=dead), terms=None)
    made, explanation = ledger.less(case, dead, month, "D01", context.on)
    line = line_of(case, month, made.amount, made.shares, made.code)
    line = replace(line, members=dead, explanation=explanation)
    return Recomputed(line=line, terms=made, falls=made.amount < terms.amount)


def _touched(context: Context, case: Case, month: Month, terms: Terms) -> Recomputed | None:
    """What the month is due with what came to light, where that makes a difference to its decision."""
    _, leaving = undecided(case, context.instance)
    known = known_now(case, month)
    gone = tuple(key for key in gone_by(case, month) if key not in leaving)
    came = _came_by(case, month)
    if is_fixed(case, month):
        return None
    instead = _instead(case, month)
    if instead is not None:
        return _said_no_more(context, case, month, terms, {**known.facts, **instead})
    if not (known.late or gone or came):
        return None
    before = entitled(context, case, month, decided_case(case, month).facts)
    after = entitled(context, case, month, known.facts, gone)
    if not after.eligible and any(case.members[key].died for key in gone):
        after = entitled(context, case, month, known.facts, gone, keep=True)
    if came:
        with_them = entitled(context, case, month, known.facts, gone, came)
        if with_them.amount < after.amount:
            after, gone = with_them, (*gone, *came)
    if (before.amount, before.shares) == (after.amount, after.shares):
        return None
    if not (gone or known.corrected or _clear(context, case, month, before, after)):
        return None
    code = _code(case, known, gone, before, after)
    made = terms_of(after, month, code, context.on)
    line = line_of(case, month, made.amount, made.shares, code)
    line = replace(line, facts=known.late, members=gone, explanation=after.explanation)
    return Recomputed(line=line, terms=made, falls=made.amount < terms.amount)


def _said_no_more(
    context: Context, case: Case, month: Month, terms: Terms, facts: Mapping[FactKey, Fact]
) -> Recomputed:
    """A month that a decision said on a fact that fell: what it is due on the others."""
    found = entitled(context, case, month, facts, gone_by(case, month))
    made = terms_of(found, month, RIGHTS if found.amount >= terms.amount else LOWERS, context.on)
    line = replace(line_of(case, month, made.amount, made.shares, made.code), explanation=found.explanation)
    return Recomputed(line=line, terms=made, falls=made.amount < terms.amount)


def _clear(context: Context, case: Case, month: Month, before: Assessment, after: Assessment) -> bool:
    """A loss of property or standing is clear; an income must be (`clear_change_percent`), all that wasn't reported
    together: so the order in which it came to light makes no difference."""
    if before.counted != after.counted or set(after.grounds) - {"R01"}:
        return True
    if before.income_month == after.income_month:
        return True
    decided = decided_case(case, month).facts
    reported = {key: fact for key, fact in decided.items() if not fact.unreported}
    if len(reported) < len(decided):
        before = entitled(context, case, month, reported)
    return clear_income(context, before.explanation, after.explanation)


def _code(
    case: Case, known: Known, gone: tuple[MemberKey, ...], before: Assessment, after: Assessment
) -> str:
    reasons = [reason for key in gone if (reason := case.members[key].left_reason)]
    if reasons:
        return reasons[0]
    if not after.eligible and after.grounds:
        return GROUND_CODES.get(after.grounds[0], "S14")
    if after.amount > before.amount:
        return RIGHTS
    kinds = {case.facts[key].kind for key in known.late if key in case.facts}
    return next((OF_KIND[kind] for kind in sorted(kinds) if kind in OF_KIND), LOWERS)


def line_of(case: Case, month: Month, new: Fen, shares: Mapping[MemberKey, Fen], code: str) -> LateLine:
    """What a month is due beside what counts as paid for it; of one not drawn yet, beside what its terms say."""
    drawn, standing = case.drawn.get(month), award_of(case).at(month)
    due = dict(shares) if new else {}
    promised = standing.amount if standing is not None else 0
    return LateLine(
        month=month,
        old=promised if drawn is None else _had(case, month, new),
        new=new,
        code=code,
        shares=due,
        gone=() if drawn is None else tuple(key for key in drawn.shares if key not in due),
        drawn=drawn is not None,
    )


def _had(case: Case, month: Month, due: Fen) -> Fen:
    """What counts as paid for a month drawn; what is kept back only up to what is due: nobody had it."""
    paid, kept = paid_for(case, month), case.drawn[month].kept
    return max(paid - kept, min(paid, due))


def said_line(case: Case, month: Month, due: Fen, shares: Mapping[MemberKey, Fen], code: str) -> LateLine:
    """What a decision says of a month that no fact computes."""
    return _claimable(replace(line_of(case, month, due, shares, code), said=True))


def _claimable(line: LateLine) -> LateLine:
    """What came back of a month isn't claimed, but paid again up to what is due."""
    return replace(line, old=max(line.old, line.new))


def restated(context: Context, found: Iterable[Recomputed], case: Case | None = None) -> list[AmountChanged]:
    """The award's terms put right for these months and left as they are for all others, in order of their months."""
    case = case or context.case
    award = award_of(case)
    changed = {one.line.month: one for one in found if one.terms is not None}
    changed = {
        month: one
        for month, one in changed.items()
        if (terms := award.at(month)) is not None and not _same(terms, one.terms)
    }
    if not changed:
        return []
    first = min(changed)
    last = max(case.drawn, default=Month(""))
    months = {*changed, *(add_month(month, 1) for month, one in changed.items() if one.line.drawn)}
    months.update(months_anew(case, first))
    events: list[AmountChanged] = []
    for month in sorted(months):
        standing = award.at(month)
        if standing is None:
            continue
        right = changed.get(month)
        if right is None and month > last and first <= last < max(changed):
            right = _touched(context, case, month, standing)
        if right is not None and right.terms is not None:
            terms, explanation = right.terms, right.line.explanation
        else:
            terms, explanation = _as_it_stands(context, case, month, standing)
        if events and _same(events[-1].terms, terms) and not _begins(award.terms, month):
            continue
        events.append(
            AmountChanged(
                on=context.on,
                terms=replace(terms, from_month=month),
                before=standing.amount,
                explanation=explanation,
                by=StaffId(context.actor),
                under=award.under,
            )
        )
    return events


Due: TypeAlias = tuple[Terms, Explanation | None]
"""What a month comes to, and why where that is known."""


def anew(
    context: Context,
    first: Month,
    due: Callable[[Month, Terms], Due | None],
    *,
    always: bool = False,
    fixed: bool = False,
    by: StaffId | None = None,
    under: str | None = None,
    instance: InstanceId | None = None,
    words: Words | None = None,
) -> list[AmountChanged]:
    """An award's terms from a month on as `due` says (None: as they stand), from the first that moves; [] if none does.

    Terms that begin later and don't move are said again: those from an earlier month would go over them. What an
    appeal or a finding said, and what is as in the ledger unless `due` is of it, stands. `always`: say what `due` says
    though it moves nothing. `fixed`: `due` is of what was said, too.
    """
    case, events = context.case, list[AmountChanged]()
    for month in months_anew(case, first):
        before = award_of(case).at(month)
        if before is None:
            continue
        found = due(month, before) if fixed or not is_fixed(case, month) else None
        terms, explanation = found or (before, None)
        moves = (terms.amount, terms.shares) != (before.amount, before.shares)
        if not (events or moves or (found and always)):
            continue
        events.append(
            AmountChanged(
                on=context.on,
                terms=replace(terms if moves or always else before, from_month=month),
                before=before.amount,
                explanation=explanation,
                by=by,
                under=under,
                instance=instance,
                words=words,
            )
        )
    return events


def _as_it_stands(
    context: Context, case: Case, month: Month, standing: Terms
) -> tuple[Terms, Explanation | None]:
    """The terms said again, with their calculation: on the facts of their decision, so that what came to light since
    still does for each of their months; on what is known now only where it isn't those that they come out of."""
    if award_of(case).as_in_ledger(month) or is_fixed(case, month):
        return standing, None
    decided = decided_case(case, month).facts
    for facts, gone in ((decided, ()), (known_now(case, month).facts, gone_by(case, month))):
        again = entitled(context, case, month, facts, gone)
        if (again.amount, again.shares) == (standing.amount, standing.shares):
            return standing, again.explanation
    return standing, None


def _begins(terms: Iterable[Terms], month: Month) -> bool:
    return any(one.from_month == month for one in terms)


def _same(one: Terms | None, other: Terms | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.amount, one.shares, one.covered) == (other.amount, other.shares, other.covered)


def over(found: Iterable[Recomputed]) -> list[Recomputed]:
    """Months drawn and paid too much; and those whose terms promise more than is due, though it isn't drawn yet, or
    came back."""
    drawn = [one for one in found if one.line.drawn and (one.line.over > 0 or one.falls)]
    return [replace(one, line=_claimable(one.line)) for one in drawn]


def owing(found: Iterable[Recomputed]) -> list[Recomputed]:
    """Months drawn that are due more; and the next to draw, where it is put right upward."""
    return [one for one in found if one.line.over <= 0 and not one.falls]


def total(lines: Iterable[LateLine]) -> Fen:
    return sum(line.over for line in lines)
