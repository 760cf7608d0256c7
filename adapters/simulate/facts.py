"""A planned household's facts as they are stated: conditions of its members, incomes, property."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from adapters.simulate.plan import Income, Member, Property
from domain.days import add_month, first_day, month_of
from domain.ids import MemberKey
from workflows.commands.enquiry import FactEntry

SPAN = 12
"""Months before acceptance, or before a review opened, since when an income is stated to come: it then covers
every period that is looked at, so that its monthly mean is what is planned."""
_OFFICES = {"W": "V02", "B": "declared", "P": "declared", "T": "V03"}


def since_of(anchor: date) -> date:
    return first_day(add_month(month_of(anchor), -SPAN))


def conditions(members: Iterable[Member], since: date) -> Iterator[FactEntry]:
    """Labour ability, causes, categories, disability, status of each."""
    for one in members:
        start = max(since, one.person.born)
        yield FactEntry(kind="labour", code=one.labour, since=start, source="survey", member=one.key)
        for code in one.causes:
            yield FactEntry(kind="cause", code=code, since=start, source="survey", member=one.key)
        for code in one.categories:
            yield FactEntry(kind="category", code=code, since=start, source="certificate", member=one.key)
        if one.disability:
            yield FactEntry(kind="disability", code=one.disability, since=start, source="V17", member=one.key)
        if one.status:
            yield FactEntry(kind="status", code=one.status, since=start, source="certificate", member=one.key)


def income(member: MemberKey, code: str, monthly: int, since: date) -> FactEntry:
    return FactEntry(
        kind="income",
        code=code,
        since=since,
        source=_OFFICES.get(code[0], "declared"),
        member=member,
        amount=monthly,
    )


def incomes(items: Iterable[Income], since: date) -> list[FactEntry]:
    """Each as it comes every month; two of one member and code together."""
    sums: dict[tuple[MemberKey, str], int] = {}
    for item in items:
        key = (item.member, item.code)
        sums[key] = sums.get(key, 0) + item.monthly
    return [income(member, code, monthly, since) for (member, code), monthly in sums.items()]


def moved(
    before: Sequence[Income], after: Sequence[Income]
) -> tuple[list[tuple[MemberKey, str]], list[Income]]:
    """Which of the incomes before end, and what comes in their place."""
    old, new = _sums(before), _sums(after)
    ended = [key for key, monthly in old.items() if new.get(key) != monthly]
    come = [Income(*key, monthly) for key, monthly in new.items() if old.get(key) != monthly]
    return ended, come


def _sums(items: Iterable[Income]) -> dict[tuple[MemberKey, str], int]:
    sums: dict[tuple[MemberKey, str], int] = {}
    for item in items:
        key = (item.member, item.code)
        sums[key] = sums.get(key, 0) + item.monthly
    return sums


def possessions(items: Iterable[Property], member: MemberKey, since: date) -> list[FactEntry]:
    return [
        FactEntry(
            kind="property",
            code=one.code,
            since=since,
            source="V09" if one.amount is not None else "V07" if one.code == "A7" else "V04",
            member=member,
            amount=one.amount,
            numbers={} if one.count is None else {"count": one.count},
        )
        for one in items
    ]
