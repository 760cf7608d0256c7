"""A plan of a whole place from a report's printed figures, a year and a seed."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Literal

from msgspec.structs import replace

from adapters.report.grammar import Figure, Key, of_report
from adapters.simulate.amounts import Amounts, Paid
from adapters.simulate.figures import Targets, measures_of, targets
from adapters.simulate.flows import Flows, plan_flows
from adapters.simulate.homes import STAYS, Home, make_homes
from adapters.simulate.lives import change_of, dies_alone, live, month_at, reviews_of, stop_of
from adapters.simulate.means import earned, moved, spread, totals
from adapters.simulate.people import Registry, Role, family
from adapters.simulate.places import make_place
from adapters.simulate.plan import (
    Area,
    BookMonth,
    Household,
    Income,
    Objection,
    Piece,
    Place,
    Plan,
    ReviewClass,
    Standard,
    Story,
)
from adapters.simulate.stories import stories
from domain.days import months_between
from domain.ids import DivisionCode, MemberKey
from domain.money import Fen

AREAS: tuple[Area, ...] = ("urban", "rural")


def solve(figures: Sequence[Figure], report: str, year: int, seed: int) -> Plan:
    """A place whose books give the report's `dibao` figures, all together, each at its printed step.

    The same arguments give the same plan; another seed, another place. Figures that give way to a
    contradiction are left out and named. Raises `CannotFit` naming the rows no books can give, `BadFigures`
    if the file has no such report.
    """
    chosen = of_report(figures, report)
    wanted, contradictions = targets(chosen)
    rng = Random(f"{report} {year} {seed}")
    flows = [plan_flows(one, rng) for one in wanted]
    place = make_place(measures_of(chosen, "divisions"), _households(wanted, flows))
    registry = Registry(rng)
    standards: list[Standard] = []
    households: list[Household] = []
    for one, counts in zip(wanted, flows, strict=True):
        set_here = _standards(one, counts, place, rng)
        standards += set_here
        households += _area(one, counts, place, set_here, year, registry, rng)
    households = [
        replace(one, key=f"h{index:05d}") for index, one in enumerate(_by_time(households), start=1)
    ]
    return Plan(
        report=report,
        year=year,
        seed=seed,
        place=place,
        standards=tuple(standards),
        households=tuple(households),
        stories=_stories(households, place, standards, year, registry, rng),
        books=books_of(households, year),
        contradictions=contradictions,
    )


def _by_time(households: list[Household]) -> list[Household]:
    return sorted(households, key=lambda one: one.award_from)


def _households(wanted: Sequence[Targets], flows: Sequence[Flows]) -> dict[str, int]:
    sizes = {one.area: counts.households[0] for one, counts in zip(wanted, flows, strict=True)}
    if "all" in sizes:
        return {"urban": sizes["all"] // 2, "rural": sizes["all"] // 2}
    return {str(area): size for area, size in sizes.items()}


def _divisions(area: str, place: Place) -> tuple[DivisionCode, ...]:
    own = {"urban": place.urban, "rural": place.rural}.get(area, ())
    return own or place.urban + place.rural


def _standards(wanted: Targets, flows: Flows, place: Place, rng: Random) -> list[Standard]:
    """As printed: the area's own, or its parts' given to townships in turn; else about half above what is paid."""
    areas: tuple[Area, ...] = AREAS if wanted.area == "all" else (wanted.area,)
    if None in wanted.standards:
        return [Standard(area, place.county, wanted.standards[None]) for area in areas]
    if wanted.standards:
        parts = [wanted.standards[part] for part in sorted(wanted.standards, key=str)]
        townships = list(dict.fromkeys(DivisionCode(code[:9]) for code in _divisions(wanted.area, place)))
        return [
            Standard(area, township, parts[index % len(parts)])
            for area in areas
            for index, township in enumerate(townships)
        ]
    tens = -(-_average(wanted, flows) * rng.randint(145, 165) // 100 // 1000)
    return [Standard(area, place.county, max(tens, 1) * 1000) for area in areas]


def _average(wanted: Targets, flows: Flows) -> Fen:
    """Fen a head and month, from the latest sum printed."""
    for span in sorted({*wanted.paid, *wanted.average}, key=lambda s: (s[0] != s[1], -s[1])):
        heads = flows.heads(span)
        window = wanted.money(span, heads)
        if window is not None and heads:
            return (window.low + window.high) * 50 // heads
    return 40_000 if wanted.area == "urban" else 25_000


def _standard_at(standards: Sequence[Standard], division: DivisionCode) -> Fen:
    return next(
        one.amount
        for one in sorted(standards, key=lambda one: -len(one.division))
        if division.startswith(one.division)
    )


def _area(
    wanted: Targets,
    flows: Flows,
    place: Place,
    standards: Sequence[Standard],
    year: int,
    registry: Registry,
    rng: Random,
) -> list[Household]:
    homes = make_homes(flows, _divisions(wanted.area, place), rng)
    known = {home.division: _standard_at(standards, home.division) for home in homes}
    paid = Amounts(homes, lambda home: known[home.division], wanted, flows, rng).run()
    return [_household(one, _area_of(one.home, wanted, place), place, year, registry, rng) for one in paid]


def _area_of(home: Home, wanted: Targets, place: Place) -> Area:
    if wanted.area != "all":
        return wanted.area
    return "rural" if home.division in place.rural else "urban"


def _household(paid: Paid, area: Area, place: Place, year: int, registry: Registry, rng: Random) -> Household:
    home = paid.home
    leaves, joins = _ways(home, rng)
    dies = dies_alone(rng, home)
    roles = family(rng, home.size, leaves=leaves or None, joins=joins, aside=home.aside, dies=dies)
    review_class: ReviewClass = "B" if any(one.labour == "1" and not one.student for one in roles) else "A"
    life = live(rng, home, review_class, dies)
    mover = _mover(home)
    changes = change_of(rng, home, year, life.origin, mover, leaves)
    if home.born:
        roles[-1].born = changes[0].happened_on
    span = {}
    if mover is not None and home.event == "left":
        span[home.size - 1] = (None, month_at(year, home.at - 1))
    elif mover is not None:
        span[home.size] = (month_at(year, home.at), None)
    return Household(
        key="",
        area=area,
        division=home.division,
        review_class=review_class,
        contact=registry.contact(_prefix(place, home.division), area),
        members=registry.members(roles, year, span),
        award_from=month_at(year, life.began),
        first_month=month_at(year, home.first),
        last_month=None if home.last == STAYS else month_at(year, home.last),
        pieces=_pieces(rng, paid, roles, area, year),
        changes=changes,
        reviews=reviews_of(life, year),
        stop=stop_of(rng, home, year, life),
        objection=_objection(rng) if home.first > 0 and rng.randrange(14) == 0 else None,
    )


def _ways(home: Home, rng: Random) -> tuple[Literal["death", "away", ""], str | None]:
    if home.event == "left":
        return ("death" if rng.randrange(5) < 3 else "away"), None
    if home.event == "joined":
        return "", "birth" if home.born else "return"
    return "", None


def _mover(home: Home) -> MemberKey | None:
    """Who leaves is the last member; who joins comes after all."""
    if home.event == "left":
        return MemberKey(f"m{home.size}")
    return MemberKey(f"m{home.size + 1}") if home.event == "joined" else None


def _objection(rng: Random) -> Objection:
    return Objection(anonymous=rng.randrange(2) == 0, outcome="not_upheld")


def _prefix(place: Place, division: DivisionCode) -> str:
    names = {row.code: row.name for row in place.divisions if row.code in (division[:6], division[:9], division)}
    return names[DivisionCode(division[:6])] + names[DivisionCode(division[:9])] + names[division]


def _pieces(rng: Random, paid: Paid, roles: Sequence[Role], area: Area, year: int) -> tuple[Piece, ...]:
    home = paid.home
    keyed = [(MemberKey(f"m{index + 1}"), role) for index, role in enumerate(roles)]
    here = [keyed] * len(paid.stretches)
    if home.event == "left":
        here = [keyed, keyed[:-1]]
    elif home.event == "joined":
        here = [keyed[:-1], keyed]
    sums = totals(rng, paid, [len(some) for some in here])
    incomes = _incomes(rng, home, here, sums, keyed, area)
    return tuple(
        Piece(
            first=month_at(year, stretch.first),
            last=month_at(year, stretch.last),
            members=tuple(key for key, _ in some),
            covered=stretch.covered,
            incomes=items,
            income=total,
            amount=stretch.amount * 100,
        )
        for stretch, some, items, total in zip(paid.stretches, here, incomes, sums, strict=True)
    )


def _incomes(
    rng: Random,
    home: Home,
    here: Sequence[Sequence[tuple[MemberKey, Role]]],
    sums: Sequence[Fen],
    keyed: Sequence[tuple[MemberKey, Role]],
    area: Area,
) -> list[tuple[Income, ...]]:
    if len(sums) == 1:
        return [tuple(spread(rng, sums[0], here[0], area))]
    first, second = sums
    if home.event in ("left", "joined"):
        small = tuple(spread(rng, min(first, second), keyed[:-1], area))
        full = (*small, *earned(rng, *keyed[-1], abs(first - second), area))
        return [full, small] if home.event == "left" else [small, full]
    most = tuple(spread(rng, max(first, second), keyed, area))
    least = moved(most, -abs(first - second))
    return [most, least] if first > second else [least, most]


def _stories(
    households: Sequence[Household],
    place: Place,
    standards: Sequence[Standard],
    year: int,
    registry: Registry,
    rng: Random,
) -> tuple[Story, ...]:
    found: list[Story] = []
    for area in AREAS:
        new = sum(one.area == area and one.first_month.startswith(str(year)) for one in households)
        here = [one for one in standards if one.area == area]
        if not new or not here:
            continue
        found += stories(
            area,
            new,
            year,
            _divisions(area, place),
            lambda division, here=here: _standard_at(here, division),  # type: ignore[misc]
            lambda division: _prefix(place, division),
            registry,
            rng,
        )
    found.sort(key=lambda one: one.month)
    return tuple(replace(one, key=f"s{index:04d}") for index, one in enumerate(found, start=1))


def books_of(households: Sequence[Household], year: int) -> dict[Area, tuple[BookMonth, ...]]:
    """What the lists of the December before and of the year's months give, counted household by household."""
    books: dict[Area, tuple[BookMonth, ...]] = {}
    start = month_at(year, 0)
    for area in AREAS:
        rows = [dict.fromkeys(_COLUMNS, 0) for _ in range(14)]
        for one in households:
            if one.area == area:
                _enter(rows, one, start)
        if any(row["households"] for row in rows):
            books[area] = tuple(
                BookMonth(month=month_at(year, index), **rows[index])  # type: ignore[arg-type]
                for index in range(13)
            )
    return books


_COLUMNS = (
    "households persons paid new_households new_persons joined exits_households exits_persons left".split()
)


def _enter(rows: list[dict[str, int]], one: Household, start: str) -> None:
    before = 0
    for piece in one.pieces:
        first, last = (months_between(start, month) for month in (piece.first, piece.last))  # type: ignore[arg-type]
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

    Areas `urban`, `rural` and `all`; money and averages in fen. An average of no persons is left out.
    """
    found: dict[Key, Fraction] = {}
    both = [book for book in plan.books.values()]
    for area, books in [*((str(area), [book]) for area, book in plan.books.items()), ("all", both)]:
        for last in range(1, 13):
            spans = [(last, last, f"M{last}"), *((first, last, f"M{first}-M{last}") for first in range(1, last))]
            if last == 12:
                spans += [(1, 12, "year"), (12, 12, "end")]
            for first, end, period in spans:
                rows = [book[index] for book in books for index in range(first, end + 1)]
                for measure, value in _measures(rows, single=first == end).items():
                    found["dibao", area, measure, period] = value
    return found


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
