"""What an award pays, made from an assessment; and an assessment made again on the facts of its decision."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from msgspec.structs import replace

from domain.case import Case
from domain.case.award import LIVING, Award, Terms
from domain.days import Month, first_day
from domain.explain import Explanation, Line, Op, Section, exact
from domain.facts import Fact
from domain.ids import FactKey, MemberKey
from domain.means import Assessment, assess
from domain.money import Fen
from domain.policy import Policy
from workflows.context import Context
from workflows.decide.assessing import assess_case, left_out, means_person
from workflows.refusal import refuse


def terms_of(found: Assessment, from_month: Month, code: str, on: date) -> Terms:
    """Terms of an award from a month on: `code` is `new`, or the I… or D… code of the change."""
    return Terms(
        from_month=from_month,
        amount=found.amount,
        shares=found.shares,
        covered=found.covered,
        code=code,
        on=on,
        counted=found.counted,
        uplifts={one.member: one.amount for one in found.uplifts},
    )


def award_of(case: Case) -> Award:
    assert case.award is not None
    return case.award


def still(case: Case) -> dict[str, str]:
    """The award's own state entered anew, so that its days are reckoned anew."""
    state = case.state("award")
    return {"award": state} if state in LIVING else {}


def latest_terms(award: Award, month: Month) -> Terms:
    """The terms of a month; of one before the award begins its first, of one after its end its last."""
    return next((one for one in reversed(award.terms) if one.from_month <= month), award.terms[0])


def decided_case(case: Case, month: Month) -> Case:
    """The case with the members and facts that its decision stands on, whatever was stated since."""
    terms = latest_terms(award_of(case), month)
    counted = terms.counted or terms.covered
    day = first_day(month)
    members = {
        key: one
        for key, one in case.members.items()
        if key in counted and (one.died is None or one.died >= day)
    }
    return replace(case, members=members, facts=_decided_facts(case, month))


def _decided_facts(case: Case, month: Month) -> dict[FactKey, Fact]:
    """As the decision for the month read them; and what it knew and didn't read yet (a certificate from a later
    day), but for what an appeal left out since."""
    basis = award_of(case).basis(month)
    if basis.facts is None:
        return case.facts
    facts = {fact.key: fact.fact for fact in basis.facts}
    known = [key for key in case.facts if key not in facts and _serial(key) <= basis.known]
    out = left_out(case, month, known)
    return facts | {key: case.facts[key] for key in known if key not in out}


def _serial(key: FactKey) -> int:
    return int(key[1:]) if key[1:].isdigit() else 0


def anchor_of(case: Case, month: Month, on: date) -> date:
    """The day from which the income of the decision for a month counts back; it doesn't move with what it holds.

    `on`: today, where nothing says it.
    """
    return award_of(case).basis(month).anchor or case.intake.accepted or on


def assess_again(
    context: Context,
    month: Month,
    *,
    without: Collection[MemberKey] = (),
    keep: bool | None = None,
    policy: Policy | None = None,
) -> Assessment:
    """The amount of a month on the facts of the decision that stands for it. `without`: members who are no more.

    `keep`: the household part goes on as it stands (default: in the months of a gradual exit).
    """
    award = award_of(context.case)
    if award.as_in_ledger(month):
        raise refuse("as-in-ledger", "case", month=month)
    terms = latest_terms(award, month)
    case = decided_case(context.case, month)
    keep = award.keeps(month) if keep is None else keep
    paid = frozenset(terms.covered).difference(without)
    found = assess(
        [means_person(case, one) for key, one in case.members.items() if key not in without],
        case.facts.values(),
        policy or context.policy,
        anchor=anchor_of(context.case, month, context.on),
        month=month,
        decided_on=context.on,
        survey_done=True,
        covered=paid if case.single_person else None,
        kept=terms.household_part if keep else None,
    )
    return cut_shares(found, [key for key in found.covered if key not in paid])


def assess_now(context: Context, anchor: date, month: Month, kept: Fen | None = None) -> Assessment:
    """What the case is due on all its facts, but for the shares of who refuses work and isn't paid."""
    found = assess_case(context, anchor=anchor, month=month, survey_done=True, kept=kept)
    terms = latest_terms(award_of(context.case), month)
    return cut_shares(found, work_refusers(context, context.case, found, terms))


def cut_shares(found: Assessment, members: Sequence[MemberKey]) -> Assessment:
    """The assessment without these members' shares, which are taken from the amount line by line (57 art. 34)."""
    if not members or not found.eligible:
        return found
    shares = {key: fen for key, fen in found.shares.items() if key not in members}
    amount = sum(shares.values())
    uplifts = tuple(one for one in found.uplifts if one.member not in members)
    lines = list(found.explanation.lines)
    sections: tuple[Section, ...] = ("amount", "shares")
    for section in sections:
        cut = [_line(section, "share-cut", "-", found.shares[key], key) for key in members]
        lines += [*cut, _line(section, "share-cut-total", "=", amount)]
    return replace(
        found,
        amount=amount,
        shares=shares,
        covered=tuple(key for key in found.covered if key not in members),
        uplifts=uplifts,
        household_part=amount - sum(one.amount for one in uplifts),
        explanation=replace(found.explanation, lines=tuple(lines), result=amount),
    )


def _line(section: Section, text: str, op: Op, fen: Fen, member: MemberKey | None = None) -> Line:
    return Line(rule="means.shares", text=text, section=section, op=op, amount=exact(fen), member=member)


def work_refusers(context: Context, case: Case, found: Assessment, terms: Terms) -> list[MemberKey]:
    """Whose shares stay cut: they still refuse work, and the award doesn't pay them."""
    most = context.limit("refused_work_times")
    return [
        key for key in found.covered if key not in terms.covered and case.work_refused.get(key, 0) >= most
    ]


def ever_covered(award: Award, month: Month) -> tuple[MemberKey, ...]:
    """Whom the award still claims in a month or later."""
    holding = [one for one in award.terms if one.from_month <= month][-1:]
    later = [one for one in award.terms if one.from_month > month]
    return tuple(dict.fromkeys(key for one in (*holding, *later) for key in one.covered))


def dead_before(case: Case, terms: Terms, month: Month) -> tuple[MemberKey, ...]:
    """Whom the terms cover and who died before a month: his month of death was still paid."""
    day = first_day(month)
    return tuple(key for key in terms.covered if (died := case.members[key].died) is not None and died < day)


def months_from(award: Award, month: Month) -> Iterator[Month]:
    """The month itself, then each later one in which the terms change: all are computed anew with it."""
    yield month
    yield from (one.from_month for one in award.terms if one.from_month > month)


def income_of(explanation: Explanation) -> tuple[int, int]:
    """Counted income a month, exact fen as (n, d)."""
    totals = [
        line.amount
        for line in explanation.lines
        if line.section == "income" and line.op == "=" and line.amount is not None
    ]
    return (totals[-1].n, totals[-1].d) if totals else (0, 1)


def drawn_from(case: Case, month: Month) -> tuple[Month, ...]:
    """Months already drawn, from a month on."""
    return tuple(sorted(one for one in case.drawn if one >= month))
