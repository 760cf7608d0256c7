"""An award that stands on an office's ledger: not computed anew before its first review; a raise of the standard
adds the difference for each person covered, or the new tier; a death takes that person's share.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache

from msgspec.structs import replace

from domain.case import Case
from domain.case.award import Terms
from domain.case.change import ReviewScheduled
from domain.days import Month, add_month, first_day
from domain.event import CaseEvent
from domain.explain import SCHEMA_VERSION, Explanation, Line, Op, ParameterRead, exact
from domain.ids import MemberKey
from domain.means.amount import direction
from domain.means.calculation import Calculation
from domain.means.shares import split
from domain.money import Fen, round_once
from domain.policy import Policy, PolicyGap, read_table
from workflows.context import Context
from workflows.decide.terms import award_of, latest_terms
from workflows.refusal import refuse

RULE = "means.ledger"
STANDS_ON = ("standard", "gap_or_tier", "tiers")
"""Parameters whose change a raise carries over to an amount that nobody can compute."""


@lru_cache(maxsize=256)
def parameters_known(policy: Policy, day: date) -> tuple[ParameterRead, ...]:
    """What of `STANDS_ON` is set and holds that day; a division without a standard yet has none."""
    book = Calculation(policy, day)
    for name in STANDS_ON:
        try:
            book.parameter(name)
        except PolicyGap:
            continue
    return tuple(one for one in book.parameters_read() if one.ref != "default")


def taken_explanation(
    month: Month,
    on: date,
    terms: Terms,
    parameters: tuple[ParameterRead, ...],
    where: Mapping[str, str | int],
) -> Explanation:
    """As in the ledger: the amount it says, the additions it names, and where it says so."""
    lines = [replace(_line("as-in-ledger", "+", terms.household_part), params=dict(where))]
    lines += [_line("ledger-uplift", "+", fen, member) for member, fen in terms.uplifts.items() if fen]
    return _explanation(month, on, terms, [*lines, _total(terms.amount)], parameters)


def raised(context: Context, month: Month) -> tuple[Terms, Explanation]:
    """The terms of a month with the difference between the standard then and the one they stand on."""
    award = award_of(context.case)
    if month <= award.paid_until:
        raise refuse("raise-before-taken-over", "data.from_month", month=month, until=award.paid_until)
    before = latest_terms(award, month)
    known = {one.name: one for one in award.basis(month).ledger or ()}
    if "standard" not in known:
        earlier = parameters_known(context.policy, first_day(add_month(month, -1)))
        known = {**{one.name: one for one in earlier}, **known}
    if "standard" not in known:
        raise refuse("ledger-without-standard", "case", month=month)
    book = Calculation(context.policy, first_day(month))
    return carried_over(before, known, book, context.case.head, month, context.on)


def carried_over(
    before: Terms,
    known: Mapping[str, ParameterRead],
    book: Calculation,
    head: MemberKey,
    month: Month,
    on: date,
) -> tuple[Terms, Explanation]:
    """`known`: the parameters that the amount stands on, by name; `book`: those of the month."""
    if book.word("gap_or_tier") == "tier":
        lines, total = _to_tier(before, known, book)
    else:
        lines, total = _by_difference(before, known, book)
    book.parameter("standard")
    amount = _round(total, before.amount, lines, book)
    terms = Terms(
        from_month=month,
        amount=amount,
        shares=split(amount, before.covered, before.uplifts, head),
        covered=before.covered,
        code="I01",
        on=on,
        counted=before.counted,
        uplifts=before.uplifts,
    )
    read = {one.name: one for one in (*known.values(), *book.parameters_read())}
    kept = tuple(read[name] for name in sorted(read))
    return terms, _explanation(month, on, terms, [*lines, _total(amount)], kept)


def _by_difference(
    before: Terms, known: Mapping[str, ParameterRead], book: Calculation
) -> tuple[list[Line], Fraction]:
    persons = len(before.covered)
    added = (book.standard_month() - _monthly(known["standard"])) * persons
    op: Op = "+" if added >= 0 else "-"
    lines = [
        _line("ledger-before", "+", before.amount),
        _line("ledger-raise", op, abs(added), persons=persons, parameters=("standard",)),
    ]
    return lines, before.amount + added


def _to_tier(
    before: Terms, known: Mapping[str, ParameterRead], book: Calculation
) -> tuple[list[Line], Fraction]:
    """The tier at the same place of the new table as the one whose sum the household is paid."""
    persons = len(before.covered)
    old = list(read_table(_rows(known.get("tiers"))).values())
    new = list(read_table(book.words("tiers")).values())
    places = [place for place, fen in enumerate(old) if fen * persons == before.household_part]
    if len(places) != 1 or places[0] >= len(new):
        raise refuse("ledger-tier-unknown", "case")
    added = new[places[0]] * persons - before.household_part
    op: Op = "+" if added >= 0 else "-"
    lines = [
        _line("ledger-before", "+", before.amount),
        _line("ledger-tier", op, abs(added), tier=places[0] + 1, persons=persons, parameters=("tiers",)),
    ]
    return lines, Fraction(before.amount + added)


def _rows(read: ParameterRead | None) -> tuple[int | str, ...]:
    return read.value if read is not None and isinstance(read.value, tuple) else ()


def _monthly(read: ParameterRead) -> Fraction:
    assert isinstance(read.value, int)
    return Fraction(read.value, 12) if read.unit == "yuan/year" else Fraction(read.value)


def _round(total: Fraction, before: Fen, lines: list[Line], book: Calculation) -> Fen:
    """The one rounding; an amount that the ledger has finer than the unit keeps its fen."""
    unit = max(book.number("rounding_unit"), 1)
    unit = unit if before % unit == 0 else 1
    amount = round_once(total, unit, direction(book.word("rounding_direction")))
    moved = amount - total
    if moved:
        op: Op = "+" if moved > 0 else "-"
        lines.append(
            _line("ledger-rounding", op, abs(moved), parameters=("rounding_unit", "rounding_direction"))
        )
    return amount


def without(context: Context, member: MemberKey, month: Month, code: str) -> tuple[Terms, Explanation]:
    """The terms of a month less one member's share, which is all that is known of him."""
    return less(context.case, (member,), month, code, context.on)


def less(
    case: Case, members: Iterable[MemberKey], month: Month, code: str, on: date
) -> tuple[Terms, Explanation]:
    """The terms of a month less the shares of several, each on a line of its own."""
    award = award_of(case)
    terms = latest_terms(award, month)
    lines = [_line("ledger-before", "+", terms.amount)]
    for member in members:
        before, terms = terms, terms.without([member], month, code, on)
        if gone := before.amount - terms.amount:
            lines.append(_line("ledger-share-gone", "-", gone, member))
    kept = award.basis(month).ledger or ()
    return terms, _explanation(month, on, terms, [*lines, _total(terms.amount)], kept)


def review_first(context: Context) -> tuple[list[CaseEvent], dict[str, str]]:
    """The next review is due today where it waits still: what was changed without computing is looked at first."""
    case: Case = context.case
    waiting = [key for key in case.reviews if case.state(key) == "scheduled"]
    if not waiting:
        return [], {}
    review = case.reviews[waiting[-1]]
    if review.due <= context.on:
        return [], {}
    again = ReviewScheduled(on=context.on, review=review.id, due=context.on, ordinal=review.ordinal)
    return [again], {review.id: "scheduled"}


def _explanation(
    month: Month, on: date, terms: Terms, lines: list[Line], parameters: tuple[ParameterRead, ...]
) -> Explanation:
    return Explanation(
        version=SCHEMA_VERSION,
        month=month,
        anchor=first_day(month),
        decided_on=on,
        eligible=True,
        grounds=(),
        lines=tuple(lines),
        facts=(),
        parameters=parameters,
        result=terms.amount,
        basis="ledger",
    )


def _line(
    text: str,
    op: Op,
    amount: Fraction | int,
    member: MemberKey | None = None,
    /,
    parameters: tuple[str, ...] = (),
    **params: str | int,
) -> Line:
    return Line(
        rule=RULE,
        text=text,
        section="amount",
        op=op,
        amount=exact(amount),
        member=member,
        params=params,
        parameters=parameters,
    )


def _total(amount: Fen) -> Line:
    return _line("ledger-total", "=", amount)
