"""核算: the machine proposes an amount, line by line, from the case's facts (rules.md §4; 57 art. 13–18)."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from domain.case import Case
from domain.case.intake import Member
from domain.case.opinion import Assessed
from domain.catalogue import CATALOGUE
from domain.days import Month, add_month, first_day, month_of
from domain.facts import Fact
from domain.ids import FactKey, InstanceId, MemberKey
from domain.means import Assessment, Person, assess, uplift_changes
from domain.money import Fen
from domain.policy import Policy, read_share
from workflows.command import Decision, decides
from workflows.commands.enquiry import Assess
from workflows.context import Context
from workflows.engine import guard
from workflows.refusal import Reason, reason

_UPLIFTS = tuple(name for name in CATALOGUE if name.startswith("uplift_") and name != "uplift_from")
_FARTHEST_MONTHS = 1200


def month_after(day: date) -> Month:
    """The month from which a decision of that day works."""
    return add_month(month_of(day), 1)


def means_person(case: Case, member: Member) -> Person:
    return Person(
        key=member.key,
        sex=member.sex,
        born=member.born,
        kinship=member.kinship,
        head=member.key == case.head,
    )


def members_in(case: Case, month: Month, change: InstanceId | None = None) -> tuple[Member, ...]:
    """Who lived with the household before the month's first day and on it, as far as it is decided.

    Whom another change than `change` says to have left or joined counts as before until that one is decided; who joined
    counts from the month from which it was decided: another award may have paid him before.
    """
    day = first_day(month)
    joining, leaving = undecided(case, change)
    return tuple(
        one
        for key, one in case.members.items()
        if (one.died is None or one.died >= day)
        and key not in joining
        and (one.here(day) or key in leaving)
        and (one.joined is None or (one.joined < day and month >= _counts_from(case, key)))
    )


def _counts_from(case: Case, key: MemberKey) -> Month:
    """The first month of the award that counts a member; the earliest there is if none does yet."""
    terms = case.award.terms if case.award is not None else ()
    return min((one.from_month for one in terms if key in (one.counted or one.covered)), default=Month(""))


def undecided(case: Case, change: InstanceId | None) -> tuple[frozenset[MemberKey], frozenset[MemberKey]]:
    """Who is to have joined, and who left, by other changes that are open; who is paid elsewhere has left."""
    mine = case.changes.get(change) if change is not None else None
    others = [
        one
        for key, one in case.changes.items()
        if key != change and one.decided is None and case.state(key) != "closed" and (one.joined or one.left)
    ]
    joining = {key for one in others for key in one.joined}
    leaving = {key for one in others for key in one.left} - case.taken.keys()
    return frozenset(joining), frozenset(leaving.difference(mine.left if mine is not None else ()))


def assess_case(
    context: Context,
    *,
    anchor: date,
    month: Month,
    case: Case | None = None,
    facts: Iterable[Fact] | None = None,
    members: Iterable[Member] | None = None,
    covered: frozenset[MemberKey] | None = None,
    kept: Fen | None = None,
    survey_done: bool | None = None,
) -> Assessment:
    """What the case is due for `month`. Pure of its inputs: facts, members, policy, and `context.on`.

    `anchor`: the day of acceptance, or the day a review opened. Left out, `facts` are all of the case, `members`
    those of the month, `covered` all of them (single-person dibao: the head alone), `survey_done` whether somebody
    visited. Raises `Incomplete` and `PolicyGap`, which the office answers as refusals.
    """
    case = case or context.case
    if covered is None and case.single_person:
        covered = frozenset((case.head,))
    whose = members_in(case, month, context.instance) if members is None else members
    return assess(
        [means_person(case, one) for one in whose],
        counting(case, month) if facts is None else facts,
        context.policy,
        anchor=anchor,
        month=month,
        decided_on=context.on,
        survey_done=case.surveyed if survey_done is None else survey_done,
        covered=covered,
        kept=kept,
    )


def counting(case: Case, month: Month) -> Iterable[Fact]:
    """The facts of a case without those that an appeal left out for the month."""
    out = left_out(case, month, case.facts)
    return [fact for key, fact in case.facts.items() if key not in out]


def left_out(case: Case, month: Month, keys: Iterable[FactKey]) -> frozenset[FactKey]:
    """Which of these facts an appeal left out for the month, as they were then or as they were corrected since."""
    ruled = {key for one in case.rulings if one.holds(month) for key in one.leaves_out}
    return frozenset(key for key in keys if ruled.intersection(origin(case, key))) if ruled else frozenset()


def origin(case: Case, key: FactKey) -> tuple[FactKey, ...]:
    """A fact and all that it corrects, the first stated last."""
    found, back = [key], {by: of for of, by in case.replaced.items() if by is not None}
    while found[-1] in back:
        found.append(back[found[-1]])
    return tuple(found)


def uplift_months(
    context: Context, case: Case, from_month: Month, until_month: Month | None = None
) -> tuple[tuple[Month, MemberKey, str], ...]:
    """The next changes of additions by age or dated category after `from_month`: (month, member, parameter).

    All those of the first month that has any; () if none comes by `until_month` (default: a lifetime).
    """
    if not gives_uplifts(context.policy, first_day(from_month)):
        return ()
    people = [means_person(case, one) for one in members_in(case, from_month)]
    facts = tuple(case.facts.values())
    last = until_month or add_month(from_month, _FARTHEST_MONTHS)
    begin, span = from_month, 12
    while begin < last:
        end = min(add_month(begin, span), last)
        found = uplift_changes(people, facts, context.policy, begin, end)
        if found:
            return tuple(change for change in found if change[0] == found[0][0])
        begin, span = end, span * 2
    return ()


@lru_cache(maxsize=1024)
def gives_uplifts(policy: Policy, day: date) -> bool:
    """Whether any addition is set that day."""
    return any(read_share(policy.word(name, day))[0] != "none" for name in _UPLIFTS)


@guard
def assessed_now(context: Context, command: object) -> Reason | None:
    """Assessed after the last change of facts or members, for the month that a decision of today begins with."""
    case = context.case
    if case.assessed is None:
        return reason("not-assessed", "case")
    if case.assessed_round != case.facts_round:
        return reason("assessed-before-change", "case", on=_day(case.assessed_on))
    if case.assessed.explanation.month != month_after(context.on):
        return reason("assessed-other-month", "case", month=case.assessed.explanation.month)
    return None


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


@decides(Assess)
def decide_assess(context: Context, command: Assess) -> Decision:
    case = context.case
    assert case.intake.accepted is not None
    found = assess_case(context, anchor=case.intake.accepted, month=month_after(context.on))
    event = Assessed(
        on=context.on,
        explanation=found.explanation,
        amount=found.amount,
        eligible=found.eligible,
        grounds=found.grounds,
    )
    answer = {"amount": found.amount, "eligible": found.eligible, "grounds": list(found.grounds)}
    return Decision(events=[event], answer=answer)
