"""Who is paid in which months by a case, and what two such answers differ in."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from domain.days import Month, add_month
from domain.ids import CaseNo, DivisionCode, MemberKey, PersonRef
from projections.awards import spans, terms_in
from projections.public.persons import Span
from projections.public.state import Known

FOREVER = Month("9999-12")
TOWNSHIP = 9
Run = tuple[Month, Month]
"""First and last month, `FOREVER` without end."""
Shares = dict[PersonRef, list[Span]]


def township(division: DivisionCode) -> DivisionCode:
    """As far as a division is told: a village may be a handful of households."""
    return DivisionCode(division[:TOWNSHIP])


def shares_of(number: CaseNo, case: Known) -> Shares:
    """The spans of each person the case ever covers, in order; those alike and next to each other are one."""
    found: Shares = {}
    awards = [*case.past, case.award] if case.award is not None else case.past
    held = bool(case.holds)
    for one in (span for award in awards for span in spans(award, case.areas)):
        first = Month(one["from_month"])
        area = next(name for since, name in reversed(case.areas) if since <= first)
        for member in one["covered"]:
            until = _until(case, member, one["until_month"])
            if until is not None and until < first:
                continue
            span = Span(
                case=number,
                division=township(case.division),
                area=area,
                from_month=first,
                until_month=until,
                amount=one["shares"].get(member, 0),
                gradual=one["gradual"],
                held=held,
            )
            _add(found.setdefault(case.members[member], []), span)
    return found


def _until(case: Known, member: MemberKey, until: Month | None) -> Month | None:
    """The last month that this case pays him, where another's award does from the next on."""
    if member not in case.taken:
        return until
    last = add_month(case.taken[member][0], -1)
    return last if until is None else min(last, until)


def taken_code(case: Known, person: PersonRef, month: Month) -> str | None:
    """Why he went into another case's award, if that is why he isn't paid here in a month.

    Who came back has a new key, of which nothing was taken.
    """
    last = [key for key, one in case.members.items() if one == person][-1]
    first, code = case.taken.get(last, (FOREVER, ""))
    return code if first <= month else None


def _add(known: list[Span], span: Span) -> None:
    last = known[-1] if known else None
    if last is not None and last.until_month is not None:
        alike = replace(span, from_month=last.from_month, until_month=last.until_month) == last
        if alike and add_month(last.until_month, 1) == span.from_month:
            known[-1] = replace(last, until_month=span.until_month)
            return
    known.append(span)


def runs(spans: Iterable[Span]) -> list[Run]:
    """The months of spans in order, those next to each other as one run."""
    found: list[Run] = []
    for one in spans:
        until = one.until_month or FOREVER
        if found and (found[-1][1] == FOREVER or add_month(found[-1][1], 1) >= one.from_month):
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((one.from_month, until))
    return found


def without(some: Sequence[Run], others: Sequence[Run]) -> list[Run]:
    """The months of the first that are not in the second."""
    left = list(some)
    for first, last in others:
        cut: list[Run] = []
        for start, end in left:
            if end < first or start > last:
                cut.append((start, end))
                continue
            if start < first:
                cut.append((start, add_month(first, -1)))
            if end > last:
                cut.append((add_month(last, 1), end))
        left = cut
    return left


def at(spans: Sequence[Span], month: Month) -> Span:
    return next(one for one in spans if one.from_month <= month and month <= (one.until_month or FOREVER))


def month_before(month: Month) -> Month:
    return add_month(month, -1)


def ended(until: Month) -> Month | None:
    return None if until == FOREVER else until


def code_at(award: dict[str, Any], month: Month) -> str:
    """The code of the terms in force in a month; where none are, of the award's end."""
    terms = terms_in(award, month)
    return str(terms["code"] if terms is not None else award["end_code"])
