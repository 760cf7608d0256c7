"""A plan's own books: what its lists give month by month, and as a report would print it (rules.md §8)."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from adapters.report.grammar import Key
from adapters.simulate.lives import month_at
from adapters.simulate.plan import BookMonth, Household, Plan
from domain.campaign import Campaign
from domain.days import Month, add_month, months_between
from domain.policy import AREAS, Area


def books_of(households: Sequence[Household], year: int) -> dict[Area, tuple[BookMonth, ...]]:
    """What the lists of the December before and of the year's months give, counted household by household."""
    books: dict[Area, tuple[BookMonth, ...]] = {}
    start = Month(month_at(year, 0))
    for area in AREAS:
        rows = [dict.fromkeys(_COLUMNS, 0) for _ in range(14)]
        for one in households:
            if one.area == area and (one.last_month is None or one.last_month >= start):
                _enter(rows, one, start)
        if any(row["households"] for row in rows):
            books[area] = tuple(BookMonth(month=month_at(year, index), **rows[index]) for index in range(13))
    return books


_COLUMNS = (
    "households",
    "persons",
    "paid",
    "new_households",
    "new_persons",
    "joined",
    "exits_households",
    "exits_persons",
    "left",
)


def _enter(rows: list[dict[str, int]], one: Household, start: Month) -> None:
    before = 0
    for piece in one.pieces:
        first, last = (months_between(start, month) for month in (piece.first, piece.last))
        for index in range(first, last + 1):
            rows[index]["households"] += 1
            rows[index]["persons"] += piece.covered
            rows[index]["paid"] += piece.amount
        if before == 0 and first > 0:
            rows[first]["new_households"] += 1
            rows[first]["new_persons"] += piece.covered
        elif before:
            rows[first]["joined"] += max(0, piece.covered - before)
            rows[first]["left"] += max(0, before - piece.covered)
        before = piece.covered
    if one.last_month is not None:
        rows[last + 1]["exits_households"] += 1
        rows[last + 1]["exits_persons"] += before


def counted(plan: Plan) -> dict[Key, Fraction]:
    """The plan's own books as a report would print them, exact: every month, every span from January.

    Areas `urban`, `rural` and `all`; money and averages in fen. An average of no persons is left out. Of a campaign:
    who is reviewed in it, and who goes by it.
    """
    found: dict[Key, Fraction] = {}
    for area, books in _places(plan):
        for last in range(1, 13):
            spans = [
                (last, last, f"M{last}"),
                *((first, last, f"M{first}-M{last}") for first in range(1, last)),
            ]
            for first, end, period in spans:
                rows = [book[index] for book in books for index in range(first, end + 1)]
                for measure, value in _measures(rows, single=first == end).items():
                    found["dibao", area, measure, period] = value
    if plan.campaign is not None:
        for area in (*AREAS, "all"):
            for measure, value in _reviewed(plan, area, plan.campaign).items():
                found["dibao", area, measure, "campaign"] = value
    return found


def _places(plan: Plan) -> Iterator[tuple[str, list[tuple[BookMonth, ...]]]]:
    """Areas with their books, and each of them for every part."""
    for mark, townships in [("", None), *((f"_{part}", codes) for part, codes in plan.parts.items())]:
        books = plan.books
        if townships is not None:
            inside = [one for one in plan.households if one.division[:9] in townships]
            books = books_of(inside, plan.year)
        for area, book in books.items():
            yield area + mark, [book]
        yield "all" + mark, list(books.values())


def _reviewed(plan: Plan, area: str, campaign: Campaign) -> dict[str, Fraction]:
    """A review is held in the month before the one it is due on the first day of."""
    held = [
        (one.pieces[0].covered, review.outcome)
        for one in plan.households
        if area in (one.area, "all")
        for review in one.reviews
        if campaign[0] <= add_month(review.month, -1) <= campaign[1]
    ]
    gone = [covered for covered, outcome in held if outcome == "stop"]
    return {
        "reviewed_households": Fraction(len(held)),
        "reviewed_persons": Fraction(sum(covered for covered, _ in held)),
        "review_exits_households": Fraction(len(gone)),
        "review_exits_persons": Fraction(sum(gone)),
    }


def _measures(rows: Sequence[BookMonth], *, single: bool) -> dict[str, Fraction]:
    def total(name: str) -> Fraction:
        return Fraction(sum(getattr(row, name) for row in rows))

    heads, paid = total("persons"), total("paid")
    values = {
        "person_times": heads,
        "paid": paid,
        "new_households": total("new_households"),
        "new_persons": total("new_persons") + total("joined"),
        "exits_households": total("exits_households"),
        "exits_persons": total("exits_persons") + total("left"),
    }
    if single:
        values |= {"households": total("households"), "persons": heads}
    if heads:
        values["average_supplement"] = paid / heads
    return values
