"""Incomes that give exactly the planned amounts under the gap method, odd fen included (rules.md §4)."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from random import Random

from adapters.simulate.amounts import Paid
from adapters.simulate.people import Role
from adapters.simulate.plan import Income
from domain.ids import MemberKey
from domain.money import Fen

_YUAN = 100


def gap_of(
    rng: Random, yuan: int, covered: int, counted: int, standard: Fen, more: Fraction = Fraction(0)
) -> Fen:
    """A gap in fen of which the covered members' part with the additions (`more`), floored to whole yuan, is `yuan`."""
    low = ceil((yuan * _YUAN - more) * counted / covered)
    high = ceil(((yuan + 1) * _YUAN - more) * counted / covered) - 1
    return rng.randint(low, max(low, min(high, low + 99, standard * counted)))


def totals(rng: Random, paid: Paid, counted: Sequence[int], more: Fraction = Fraction(0)) -> list[Fen]:
    """A month's counted income for each stretch; `counted`: members of the means test in each; `more`: additions.

    Around a member who leaves or joins it differs by what he earns, which is never below zero.
    """
    found: list[Fen] = []
    for stretch, heads in zip(paid.stretches, counted, strict=True):
        found.append(
            paid.standard * heads - gap_of(rng, stretch.amount, stretch.covered, heads, paid.standard, more)
        )
    if paid.after is None:
        return found
    change = found[1] - found[0]
    event = paid.home.event
    if paid.home.born or (event == "left" and change > 0) or (event == "joined" and change < 0):
        noise = paid.standard * counted[0] - found[0] - paid.before.amount * _YUAN
        found[1] = paid.standard * counted[1] - paid.after.amount * _YUAN - noise
    return found


def spread(rng: Random, total: Fen, roles: Sequence[tuple[MemberKey, Role]], area: str) -> list[Income]:
    """A household's income as its members' items: pensions first, then work, else rent, land or gifts."""
    items: list[Income] = []
    left = total
    for key, role in roles:
        if role.age >= 60 and left > 0:
            part = min(left, rng.randint(9000, 32000))
            items.append(Income(key, "T3" if area == "rural" or rng.randrange(2) else "T2", part))
            left -= part
    able = [(key, role) for key, role in roles if role.age >= 18 and role.labour in ("1", "2")]
    workers = [(key, role) for key, role in able if not role.student] or able
    if left > 0 and workers:
        for index, (key, _) in enumerate(workers):
            part = left if index == len(workers) - 1 else left * rng.randint(30, 70) // 100
            if part:
                items.append(Income(key, _work(rng, area), part))
                left -= part
    if left > 0:
        key = roles[0][0]
        items.append(Income(key, rng.choice(("P4", "T10") if area == "rural" else ("P5", "T10")), left))
    return items


def _work(rng: Random, area: str) -> str:
    return rng.choice(("B1", "B2", "W3") if area == "rural" else ("W1", "W3", "W3", "B4"))


def moved(items: Sequence[Income], by: Fen) -> tuple[Income, ...]:
    """The same items with the total moved: more is earned by the last item, less is taken from it upwards."""
    changed = list(items)
    if by >= 0:
        last = changed[-1]
        changed[-1] = Income(last.member, last.code, last.monthly + by)
        return tuple(changed)
    left = -by
    for index in range(len(changed) - 1, -1, -1):
        item = changed[index]
        part = min(left, item.monthly)
        changed[index] = Income(item.member, item.code, item.monthly - part)
        left -= part
    return tuple(item for item in changed if item.monthly)


def earned(rng: Random, key: MemberKey, role: Role, monthly: Fen, area: str) -> tuple[Income, ...]:
    """What a member who leaves or joins earns, as one item; nothing if nothing."""
    if not monthly:
        return ()
    code = "T3" if role.age >= 60 else _work(rng, area) if role.labour in ("1", "2") else "T10"
    return (Income(key, code, monthly),)
