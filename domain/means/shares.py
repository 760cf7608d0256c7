"""A share for each person covered; together they are the line to the fen (rules.md §4)."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from domain.ids import MemberKey
from domain.money import Fen


def whole_uplifts(exact: dict[MemberKey, Fraction], amount: Fen) -> dict[MemberKey, Fen]:
    """Additions in whole fen, no more together than the line: what rounding took beyond the household part is
    taken from the last of them."""
    left = amount
    whole: dict[MemberKey, Fen] = {}
    for key, addition in exact.items():
        whole[key] = min(floor(addition), left)
        left -= whole[key]
    return whole


def split(
    amount: Fen, covered: Sequence[MemberKey], uplifts: dict[MemberKey, Fen], head: MemberKey | None
) -> dict[MemberKey, Fen]:
    """Household part ÷ persons covered, the odd fen with the head (else the first), plus each one's addition."""
    if not covered:
        return {}
    part, odd = divmod(amount - sum(uplifts.values()), len(covered))
    first = head if head in covered else covered[0]
    return {key: part + uplifts.get(key, 0) + (odd if key == first else 0) for key in covered}
