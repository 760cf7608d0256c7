"""When things happen to a household: award's beginning, periodic reviews, why and how it changes and stops."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal, TypeAlias

from adapters.simulate.homes import STAYS, Home
from adapters.simulate.plan import Change, Origin, Review, ReviewClass, ReviewOutcome, Stop
from domain.days import Month, add_month
from domain.ids import MemberKey

PERIOD: dict[ReviewClass, int] = {"A": 12, "B": 6}
CAMPAIGN = (10, 11)
"""First and last month of the year in which all are reviewed, where a campaign is planned."""
_Table: TypeAlias = tuple[tuple[str, int], ...]
_STOPS_SINGLE: _Table = (
    ("S03", 42),
    ("S01", 20),
    ("S15", 8),
    ("S06", 14),
    ("S07", 7),
    ("S02", 5),
    ("S04", 4),
)
_STOPS: _Table = (
    ("S01", 40),
    ("S04", 12),
    ("S15", 11),
    ("S06", 20),
    ("S02", 9),
    ("S17", 5),
    ("S16", 3),
)
_STOPS_BY_REVIEW = ("S01", "S01", "S01", "S15", "S02", "S16")
_BY_REVIEW = frozenset({"S01", "S02", "S15", "S16"})
_DETECTED = frozenset({"S02", "S03", "S15"})


@dataclass(frozen=True, slots=True)
class Life:
    """Months as indexes, 0 the December before; `began` at least -11 for the stock.

    `reviews`: due on the first day of the month, held in the month before. `late`: what changes does so at the end of
    its month, after a review held in it.
    """

    review_class: ReviewClass
    began: int
    reviews: tuple[tuple[int, ReviewOutcome], ...]
    origin: Origin
    stop_code: str | None
    grace_from: int | None
    late: bool = False


def live(rng: Random, home: Home, review_class: ReviewClass, singles_death: bool) -> Life:
    """A life whose reviews fall where nothing else is decided, unless it is the review that decides."""
    if home.began is not None:
        return _in_campaigns(rng, home, home.began, review_class, singles_death)
    period = PERIOD[review_class]
    last = min(home.last, 12)
    stop = _stop(rng, home, singles_death) if home.last != STAYS else None
    origin: Origin = "reported"
    by_review: tuple[int, ReviewOutcome] | None = None
    busy: set[int] = set()
    if stop is not None and last >= 1:
        busy.add(last)
        if stop in _BY_REVIEW and rng.randrange(2):
            origin, by_review = "review", (last, "stop")
    elif home.event in ("more", "less"):
        busy |= {home.at - 1, home.at}
        if rng.randrange(2):
            origin, by_review = "review", (home.at - 1, "increase" if home.event == "more" else "reduce")
    elif home.event is not None:
        busy |= {home.at - 1, home.at}
    grace = None
    if stop == "S04":
        grace = max(1, last - rng.randint(1, 5)) if last >= 2 else None
        stop = "S04" if grace else "S06"
        busy |= set(range(grace or last, last + 1))
    if origin != "review" and stop in _DETECTED and rng.randrange(2):
        origin = "detected"
    if home.first > 0:
        began = home.first
        months = range(began + period, last + 1, period)
        return Life(review_class, began, tuple((month, "unchanged") for month in months), origin, stop, grace)
    began, reviews = _calendar(rng, period, last, busy, by_review)
    if by_review is not None and by_review not in reviews:
        origin = "reported"
    return Life(review_class, began, tuple(reviews), origin, stop, grace)


def _in_campaigns(
    rng: Random, home: Home, began: int, review_class: ReviewClass, singles_death: bool
) -> Life:
    """A life reviewed in each campaign and at no other time; nothing else is decided in the month of a review."""
    last = min(home.last, 12)
    before, after = CAMPAIGN[0] - 12, CAMPAIGN[1] - 12
    if home.stopped:
        code = rng.choice(_STOPS_BY_REVIEW)
        return Life(review_class, began, ((before + 1, "stop"),), "review", code, None)
    stop = _stop(rng, home, singles_death) if home.last != STAYS else None
    grace = None
    if stop == "S04":
        grace = max(1, last - rng.randint(1, 5)) if 2 <= last < CAMPAIGN[0] else None
        stop = "S04" if grace else "S06"
    held: list[int] = []
    if home.reviewed:
        held.append(before if last < 0 else rng.randint(before, after))
    late = False
    if began < CAMPAIGN[0] <= last:
        busy = {home.at - 1, home.at} if home.event else {last} if stop else set()
        free = [month for month in range(CAMPAIGN[0], CAMPAIGN[1] + 1) if month <= last and month not in busy]
        late = not free
        if free or last > CAMPAIGN[0]:
            held.append(rng.choice(free) if free else CAMPAIGN[0])
    detected = stop in _DETECTED and rng.randrange(2) == 0
    reviews: tuple[tuple[int, ReviewOutcome], ...] = tuple((month + 1, "unchanged") for month in held)
    return Life(review_class, began, reviews, "detected" if detected else "reported", stop, grace, late)


def _stop(rng: Random, home: Home, singles_death: bool) -> str:
    if home.covered(home.last) == 1 and not home.aside:
        if singles_death:
            return "S03"
        table = _STOPS_SINGLE[1:]
    else:
        table = _STOPS
    return rng.choices([code for code, _ in table], [weight for _, weight in table])[0]


def dies_alone(rng: Random, home: Home) -> bool:
    """Whether a home that leaves does so because its one member died."""
    single = home.last != STAYS and home.covered(home.last) == 1 and not home.aside
    return single and rng.randrange(100) < _STOPS_SINGLE[0][1]


def _calendar(
    rng: Random, period: int, last: int, busy: set[int], by_review: tuple[int, ReviewOutcome] | None
) -> tuple[int, list[tuple[int, ReviewOutcome]]]:
    """The award's first month and its reviews: k × period from then, those within the year and its life."""
    best: tuple[int, list[int]] | None = None
    starts = list(range(1 - period, 1))
    rng.shuffle(starts)
    for began in starts:
        months = list(range(began + period, last + 1, period))
        free = [month for month in months if month not in busy]
        if by_review is not None:
            if by_review[0] in months and len(free) == len(months) - 1:
                return began, [(m, by_review[1] if m == by_review[0] else "unchanged") for m in months]
        elif len(free) == len(months):
            return began, [(month, "unchanged") for month in months]
        if best is None or len(months) - len(free) < len(best[1]):
            best = (began, [month for month in months if month in busy])
    if by_review is not None:
        return _calendar(rng, period, last, busy, None)
    assert best is not None
    began = best[0]
    return began, [(month, "unchanged") for month in range(began + period, last + 1, period)]


def month_at(year: int, index: int) -> Month:
    """Index 1 is January of the year, 0 the December before."""
    return add_month(Month(f"{year}-01"), index - 1)


def day_in(rng: Random, month: Month) -> date:
    return date(int(month[:4]), int(month[5:]), rng.randint(1, 28))


def last_of(month: Month) -> date:
    return date(int(month[:4]), int(month[5:]), 28)


def change_of(
    rng: Random,
    home: Home,
    year: int,
    life: Life,
    member: MemberKey | None,
    kind: Literal["death", "away", ""],
) -> tuple[Change, ...]:
    if home.event is None:
        return ()
    code = {"more": "I03", "less": "D03", "joined": "I02"}.get(home.event) or (
        "D01" if kind == "death" else "D02"
    )
    before = month_at(year, home.at - 1)
    return (
        Change(
            code=code,
            from_month=month_at(year, home.at),
            happened_on=last_of(before) if life.late else day_in(rng, before),
            origin=life.origin if code in ("I03", "D03") else "reported",
            member=member,
        ),
    )


def stop_of(rng: Random, home: Home, year: int, life: Life) -> Stop | None:
    if life.stop_code is None:
        return None
    return Stop(
        code=life.stop_code,
        from_month=month_at(year, home.last + 1),
        happened_on=day_in(rng, month_at(year, home.last)),
        origin=life.origin,
        grace_from=month_at(year, life.grace_from) if life.grace_from else None,
    )


def reviews_of(life: Life, year: int) -> tuple[Review, ...]:
    return tuple(Review(month_at(year, month), outcome) for month, outcome in life.reviews)
