"""What a change does to an award: by which code, heard or only told, from which month, to which amount.

民发〔2021〕57号 art. 31–35; L26 art. 48; rules.md §3 reduce / stop, told not heard, from when.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import msgspec

from domain.case import Case
from domain.case.award import Terms
from domain.case.change import Change, ChangeProposed, Effect
from domain.case.intake import Paper
from domain.codes import check_code, code_list, needs_words
from domain.days import NEVER, Month, add_month, add_months, first_day, month_of
from domain.explain import Explanation
from domain.facts import Fact
from domain.ids import FactKey, MemberKey, PersonRef
from domain.means import Assessment
from domain.money import show_yuan
from domain.policy import Policy
from workflows.context import Context
from workflows.decide.assessing import left_out, month_after, undecided
from workflows.decide.papers import check_paper
from workflows.decide.passing import free_from
from workflows.decide.recompute import GROUND_CODES, entitled, gone_by, is_fixed, known_now
from workflows.decide.review import clear_income
from workflows.decide.terms import (
    anchor_of,
    assess_again,
    assess_now,
    award_of,
    cut_shares,
    drawn_from,
    ever_covered,
    latest_terms,
    terms_of,
)
from workflows.refusal import Refused, refuse

LISTS: dict[Effect, str] = {
    "increase": "increase",
    "reduce": "reduce",
    "stop": "stop",
    "gradual_exit": "stop",
}
BY_WEIGHT: tuple[Effect, ...] = ("increase", "reduce", "gradual_exit", "stop")
OF_THE_EVENT = ("D01", "D02", "D06", "D07", "I02")
"""They work from the month after the event: death, birth, joining, leaving."""
OF_INCOME = ("I03", "D03", "S01")
"""They must be clear, and count income back from the day the change was opened; what wasn't reported: `_hidden`."""
LEAVING = ("S04", "S15")
"""Work found or a pension begun, on which a gradual exit stands: the new income is looked at."""
OF_MEANS = (*LEAVING, "S16", "S17", "S18")
"""Stops whose ground is a fact of its own and whose sum is kept with them, where it is over the line."""
OF_WHAT_CAME_TO_LIGHT = ("S13", "S14", "S99")
"""Stops whose months are due what the facts make of them, where any were stated."""
REFUSED_WORK = ("D05", "S21")
TOLD = ("D01", "D04", "S03", "S06")
"""Told, not heard: a death, what the award already holds, the household's own request."""
OF_WHO_WENT = ("D02", "S05", "S19")
"""Told where the household reported it itself, or another award it asked for shows it (`office`); they work from the
month in which that other award pays who went."""
OF_MEMBERS = ("I02", "D02", "D06", "D07")
"""Borne out by who is covered, where the sum stays: what he had made up for him, or somebody else came."""
GROUNDS = {code: ground for ground, code in GROUND_CODES.items()}
"""Stops that must come out of the facts, and the ground that then does."""
OWN = ("household", "village")
OFFICE = "office"
MOVED_OUT = "moved_out"
JOINING = ("birth", "joined", "marriage")
OF_MEANS_ALONE = ("birth", "income", "work", "property", "category", "standard", "refused_work")
"""Kinds of change in which nobody leaves the household."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a change comes to: from which month, which terms (a stop has none), the months drawn that it should
    have reached (`findings`)."""

    from_month: Month
    terms: Terms | None = None
    until_month: Month | None = None
    findings: tuple[Month, ...] = ()
    explanation: Explanation | None = None


def check_effect(context: Context, change: Change, effect: Effect, code: str, has_words: bool) -> str:
    """The code, if it is of the effect's list and the change can have it; 99 stands only with words."""
    check_code(LISTS[effect], code, "data.code")
    if needs_words(LISTS[effect], code) and not has_words:
        raise refuse("words-needed", "data.words", ground=code)
    grounds = context.policy.words("gradual_exit_grounds", context.procedure_day)
    if effect == "gradual_exit" and code not in grounds:
        raise refuse("gradual-ground", "data.code", grounds=", ".join(grounds))
    if code == "S03":
        raise refuse("death-is-recorded", "data.code")
    if not _can_be(context.case, change, code):
        fit = [one for one in code_list(LISTS[effect]) if one != "S03" and _can_be(context.case, change, one)]
        fit = [one for one in fit if effect != "gradual_exit" or one in grounds]
        raise refuse("code-not-of-change", "data.code", given=code, fit=", ".join(fit))
    return code


def _can_be(case: Case, change: Change, code: str) -> bool:
    """A code that says who died, left or joined needs somebody who did; the others are borne out by the facts."""
    members = case.members.values()
    if code == "D01":
        return any(one.died is not None for one in members)
    if code == "D02":
        gone = bool(case.taken) or any(one.left is not None for one in members)
        return gone or change.kind not in OF_MEANS_ALONE
    return code != "I02" or any(one.joined is not None for one in members)


def must_hear(change: Change, effect: str, code: str) -> bool:
    """Whether the household is heard before (L26 art. 48)."""
    if effect == "increase" or code in TOLD:
        return False
    return not (code in OF_WHO_WENT and change.source in (*OWN, OFFICE))


def stops_by_itself(proposal: ChangeProposed) -> bool:
    """A stop on a ground that no sum bears out: from its day nothing is due, whatever else comes to light."""
    computed = proposal.explanation is not None or proposal.code in OF_WHAT_CAME_TO_LIGHT
    return proposal.effect == "stop" and not computed


def came_to_light(case: Case, first: Month) -> bool:
    """Whether something wasn't reported that was there in a month or later: then the facts say what is due."""
    day = first_day(first)
    return any(one.unreported and (one.until is None or one.until >= day) for one in case.facts.values())


def unreported(context: Context, change: Change) -> bool:
    """Found by others, or said later than `birth_report_months` after it happened."""
    if change.kind in ("review", "death"):
        return False
    if change.source not in OWN:
        return change.source.startswith("V")
    return change.on > add_months(change.happened, context.limit("birth_report_months"))


def from_month(
    context: Context, change: Change, effect: Effect, code: str
) -> tuple[Month, tuple[Month, ...]]:
    """The first month in which it works, and the months already drawn that it should have reached."""
    gone = _taken_from(context.case, effect)
    if gone is not None and code in OF_WHO_WENT:
        return gone, drawn_from(context.case, gone)
    first, findings = _from_month(context, change, effect, code)
    if code == "S05" and change.kind == MOVED_OUT:
        drawn = max(context.case.drawn, default=award_of(context.case).began)
        first = min(first, max(pays_no_more(context.policy, change), add_month(drawn, 1)))
    return free_from(context, _coming(context.case, change), first), findings


def pays_no_more(policy: Policy, change: Change) -> Month:
    """The first month that the county a household moved out of doesn't pay, whether or not the new one does."""
    return add_month(month_of(change.happened), policy.number("move_pay_months", change.happened) + 1)


def _taken_from(case: Case, effect: Effect) -> Month | None:
    """The first month in which the award still covers somebody whom another pays. It isn't over for the others before
    it was decided without him (`members-taken`)."""
    award, first = award_of(case), _owed_from(case)
    if first is not None and effect in ("stop", "gradual_exit"):
        covered = ever_covered(award, first)
        gone = [key for key in covered if case.taken.get(key, NEVER) <= first]
        if len(gone) < len(covered):
            raise refuse("members-taken", "case", members=", ".join(gone))
    return first


def _owed_from(case: Case) -> Month | None:
    """Months in which all are paid elsewhere are nobody's; only at the end the award ends with them."""
    terms = award_of(case).terms
    ends = [*(one.from_month for one in terms[1:]), NEVER]
    for one, end in zip(terms, ends, strict=True):
        gone = [case.taken.get(key, NEVER) for key in one.covered]
        first, last = max(one.from_month, min(gone, default=NEVER)), max(gone, default=NEVER)
        if first < min(end, last):
            return first
        if last < end == NEVER:
            return max(one.from_month, last)
    return None


def _coming(case: Case, change: Change) -> list[PersonRef]:
    """Who joins by this change and is still paid by another case's award."""
    others, _ = undecided(case, change.id)
    whose = [case.members[key] for key in case.joined_from if key not in others]
    return [one.person for one in whose if one.left is None]


def _from_month(
    context: Context, change: Change, effect: Effect, code: str
) -> tuple[Month, tuple[Month, ...]]:
    award, case = award_of(context.case), context.case
    after_event = max(month_after(change.happened), award.began)
    if code in OF_THE_EVENT:
        if change.kind in JOINING and unreported(context, change):
            after_event = max(month_after(change.on), award.began)
        return after_event, drawn_from(case, after_event) if effect != "increase" else ()
    after_decision = max(month_after(context.on), award.began)
    if effect in ("reduce", "stop") and unreported(context, change) and after_event < after_decision:
        findings = drawn_from(case, after_event)
        first = add_month(findings[-1], 1) if findings else after_event
        return min(first, after_decision), findings
    return after_decision, ()


def find(
    context: Context,
    change: Change,
    effect: Effect,
    code: str,
    *,
    member: MemberKey | None = None,
    months: int | None = None,
    at: Month | None = None,
) -> Found:
    """Computes what is proposed or decided. Refuses what the facts don't bear out, and what isn't clear.

    `at`: for a later month than the one in which it begins, where the terms change again; whether that month alone
    bears it out isn't asked.
    """
    month, findings = (at, ()) if at else from_month(context, change, effect, code)
    award = award_of(context.case)
    if award.ends is not None and month >= award.ends:
        raise refuse("award-over-by-then", "data.effect", from_month=month, ends=award.ends)
    if code in REFUSED_WORK:
        return _refused_work(context, effect, code, month, member or change.member)
    if effect == "stop":
        return _stop(context, change, code, month, findings)
    if effect == "gradual_exit":
        return _gradual(context, change, code, month, months)
    terms = latest_terms(award, month)
    kept = None
    if award.gradual_until is not None:
        if not _owes(context.case, code, month):
            raise refuse("award-gradual", "data.effect", until=award.gradual_until)
        kept = terms.household_part
    found = _assess(context, change, code, month, kept)
    if at is None:
        _borne_out(context, change, effect, code, found, terms)
    return Found(
        from_month=month,
        terms=terms_of(found, month, code, context.on),
        findings=findings,
        explanation=found.explanation,
    )


def _assess(context: Context, change: Change, code: str, month: Month, kept: int | None = None) -> Assessment:
    hidden = _hidden(context, month) if code in OF_INCOME and unreported(context, change) else None
    if hidden is not None:
        _, leaving = undecided(context.case, change.id)
        gone = set(gone_by(context.case, month)) - leaving
        return entitled(context, context.case, month, hidden, gone, keep=kept is not None)
    return assess_now(context, _anchor(context, change, code, month), month, kept)


def _hidden(context: Context, month: Month) -> dict[FactKey, Fact] | None:
    """The facts of a month where nothing came to light but what wasn't reported: they count as they do for the months
    drawn, on the income months of the decision that stands (rules.md §3 from when). None: more was stated."""
    case = context.case
    if award_of(case).as_in_ledger(month):
        return None
    known = known_now(case, month)
    late = any(case.facts[key].unreported for key in known.late if key in case.facts)
    standing = case.facts.keys() - case.replaced.keys() - set(left_out(case, month, tuple(case.facts)))
    return known.facts if late and standing <= known.facts.keys() else None


def _anchor(context: Context, change: Change, code: str, month: Month) -> date:
    """A review counts from the day it opened, an income change from the day it was said; else it doesn't move."""
    if change.kind == "review":
        return change.happened
    said = code in OF_INCOME or code in OF_MEANS
    return change.on if said and change.kind != "death" else anchor_of(context.case, month, context.on)


def _borne_out(
    context: Context, change: Change, effect: Effect, code: str, found: Assessment, terms: Terms
) -> None:
    more = found.amount - terms.amount
    others = set(found.covered) != set(terms.covered)
    moves = more > 0 if effect == "increase" else more < 0
    exchanged = more == 0 and others and code in OF_MEMBERS
    owes = _owes(context.case, code, found.explanation.month)
    if not found.eligible or not (moves or exchanged or owes):
        raise _not_borne_out(effect, found, terms)
    same = set(found.counted) == set(terms.counted or terms.covered)
    if code in OF_INCOME and same and not _clear(context, change, found):
        raise refuse("change-not-clear", "data.code", percent=context.limit("clear_change_percent"))


def _owes(case: Case, code: str, month: Month) -> bool:
    """Whether another award pays somebody whom a month's terms cover: they go on without him, come what may."""
    taken = [case.taken[key] for key in latest_terms(award_of(case), month).covered if key in case.taken]
    return code == "D02" and any(one <= month for one in taken)


def _not_borne_out(effect: Effect, found: Assessment, terms: Terms) -> Refused:
    """It names the months of income that were counted and what they came to."""
    why = found.explanation
    read = [one.value for one in why.parameters if one.name == "income_months"]
    many = read[0] if read and isinstance(read[0], int) else 0
    last = add_month(month_of(why.anchor), -1)
    income = Fraction(found.income_month.n, found.income_month.d)
    return refuse(
        "effect-not-borne-out",
        "data.effect",
        effect=effect,
        month=why.month,
        amount=show_yuan(found.amount),
        before=show_yuan(terms.amount),
        income=show_yuan(round(income)),
        since=add_month(last, 1 - many) if many else last,
        until=last,
        grounds=" ".join(found.grounds) or "–",
    )


def _clear(context: Context, change: Change, found: Assessment) -> bool:
    return change.kind == "review" or clear_income(context, context.case.decided_income, found.explanation)


def _stop(context: Context, change: Change, code: str, month: Month, findings: tuple[Month, ...]) -> Found:
    """Over the standard (S01) or the limits (S02) must come out of the facts; the other codes are facts themselves."""
    explanation = None
    ground = GROUNDS.get(code)
    if ground is not None or code in OF_MEANS:
        award = award_of(context.case)
        terms = latest_terms(award, month)
        kept = terms.household_part if award.gradual_until is not None else None
        found = _assess(context, change, code, month, kept)
        if ground is not None and ground not in found.grounds:
            raise _not_borne_out("stop", found, terms)
        explanation = None if found.eligible else found.explanation
    return Found(from_month=month, findings=findings, explanation=explanation)


def _gradual(context: Context, change: Change, code: str, month: Month, months: int | None) -> Found:
    """渐退: the household part goes on, at most the standard for each, while income is near the threshold."""
    most = context.limit("gradual_exit_months")
    months = most if months is None else months
    if months > most:
        raise refuse("gradual-too-long", "data.months", most=most)
    award = award_of(context.case)
    if award.gradual_until is not None:
        raise refuse("award-gradual", "data.effect", until=award.gradual_until)
    found = _assess(context, change, code, month, kept=latest_terms(award, month).household_part)
    if not found.eligible:
        raise refuse("gradual-over", "data.effect", grounds=" ".join(found.grounds))
    return Found(
        from_month=month,
        terms=terms_of(found, month, code, context.on),
        until_month=add_month(month, months - 1),
        explanation=found.explanation,
    )


def _refused_work(
    context: Context, effect: Effect, code: str, month: Month, member: MemberKey | None
) -> Found:
    """That person's share is cut; a single recipient's award is stopped (57 art. 34)."""
    times, most = 0, context.limit("refused_work_times")
    if member is not None:
        times = context.case.work_refused.get(member, 0)
    if member is None or times < most:
        raise refuse("work-not-refused", "data.member", times=times, most=most)
    terms = latest_terms(award_of(context.case), month)
    if member not in terms.covered:
        raise refuse("member-not-covered", "data.member", member=member)
    alone = len(terms.covered) == 1
    if alone != (effect == "stop"):
        raise refuse("refused-work-effect", "data.effect", effect=effect, member=member)
    if alone:
        return Found(from_month=month)
    if is_fixed(context.case, month):
        return Found(from_month=month, terms=terms.without([member], month, code, context.on))
    found = assess_again(context, month)
    cut = cut_shares(found, [member])
    return Found(from_month=month, terms=terms_of(cut, month, code, context.on), explanation=cut.explanation)


def harsher(effect: Effect, told: Effect) -> bool:
    """Whether an effect takes more from the household than the one it was told about."""
    return BY_WEIGHT.index(effect) > BY_WEIGHT.index(told)


def heard(change: Change, on: date) -> bool:
    """Heard; or the term of the prior notice is over without a word; or two ways tried, with proof."""
    over = change.notice is not None and on > change.notice.answer_until
    return change.heard is not None or tried_enough(change.tried) or over


def tried_enough(tried: Iterable[tuple[str, bool]]) -> bool:
    """Two ways tried, each with proof, count as heard (rules.md §3 reduce, stop)."""
    return len({way for way, proof in tried if proof}) >= 2


def way_tried(
    way: str, proof: Paper | None, before: Iterable[tuple[str, bool]]
) -> tuple[str, Paper | None, bool]:
    """A way tried to reach the household, and its proof, checked; whether with those before it counts as heard."""
    code = check_code("service", way, "data.way")
    proof = check_paper(proof, "data.proof")
    return code, proof, tried_enough((*before, (code, proof is not None)))
