"""One planned household: its family, incomes that give its amounts, reviews, change or stop."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import Literal

from adapters.simulate.additions import Additions, give
from adapters.simulate.amounts import Paid
from adapters.simulate.homes import STAYS, Home
from adapters.simulate.lives import change_of, dies_alone, live, month_at, reviews_of, stop_of
from adapters.simulate.means import earned, moved, spread, totals
from adapters.simulate.people import Registry, Role, family
from adapters.simulate.plan import Household, Income, Objection, Piece, ReviewClass
from domain.days import Month
from domain.ids import MemberKey
from domain.money import Fen
from domain.policy import Area


def make_household(
    paid: Paid,
    area: Area,
    address: str,
    year: int,
    registry: Registry,
    additions: Additions = MappingProxyType({}),
) -> Household:
    """The household behind a home and its amounts; `address`: what its address begins with."""
    rng = registry.rng
    home = paid.home
    leaves, joins = _ways(paid, rng)
    dies = dies_alone(rng, home)
    roles = family(rng, home.size, leaves=leaves or None, joins=joins, aside=home.aside, dies=dies)
    _already_born(roles, home)
    least = min(stretch.amount for stretch in paid.stretches) * 100
    more = sum(give(roles, home, least, paid.standard, additions), Fraction(0))
    review_class: ReviewClass = "B" if any(one.labour == "1" and not one.student for one in roles) else "A"
    life = live(rng, home, review_class, dies)
    mover = _mover(home)
    changes = change_of(rng, home, year, life, mover, leaves)
    if home.born:
        roles[-1].born = changes[0].happened_on
    span: dict[int, tuple[Month | None, Month | None]] = {}
    if mover is not None and home.event == "left":
        span[home.size - 1] = (None, month_at(year, home.at - 1))
    elif mover is not None:
        span[home.size] = (month_at(year, home.at), None)
    return Household(
        key="",
        area=area,
        division=home.division,
        review_class=review_class,
        contact=registry.contact(address, area),
        members=registry.members(roles, year, span),
        award_from=month_at(year, life.began),
        first_month=month_at(year, home.first),
        last_month=None if home.last == STAYS else month_at(year, home.last),
        pieces=_pieces(rng, paid, roles, area, year, more),
        changes=changes,
        reviews=reviews_of(life, year),
        stop=stop_of(rng, home, year, life),
        objection=_objection(rng) if home.first > 0 and rng.randrange(14) == 0 else None,
    )


def _already_born(roles: Sequence[Role], home: Home) -> None:
    """Everybody is there when the application is: the stock's up to two years before the age's day."""
    for role in roles:
        role.age = max(role.age, 2 if home.first <= 0 else 1)


def _ways(paid: Paid, rng: Random) -> tuple[Literal["death", "away", ""], str | None]:
    """Who left and whose household is paid no less for it has died: that is told, not decided as a reduction."""
    home = paid.home
    if home.event == "left":
        died = rng.randrange(5) < 3
        falls = paid.after is not None and paid.after.amount < paid.before.amount
        return ("death" if died or not falls else "away"), None
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


def _pieces(
    rng: Random, paid: Paid, roles: Sequence[Role], area: Area, year: int, more: Fraction
) -> tuple[Piece, ...]:
    home = paid.home
    keyed = [(MemberKey(f"m{index + 1}"), role) for index, role in enumerate(roles)]
    here = [keyed] * len(paid.stretches)
    if home.event == "left":
        here = [keyed, keyed[:-1]]
    elif home.event == "joined":
        here = [keyed[:-1], keyed]
    sums = totals(rng, paid, [len(some) for some in here], more)
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
