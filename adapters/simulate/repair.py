"""Whole numbers near a natural guess that keep linear bounds: projections in turn, then unit steps.

Integer arithmetic only (fixed point), so that a seed gives the same place everywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

POINT = 1 << 20
_SWEEPS = 600
_STEPS = 400


@dataclass(frozen=True, slots=True)
class Bound:
    """low ≤ Σ factor × variable ≤ high; `name` and `lines` say which printed figure asks for it.

    One that no figure asks for yields first while the others are mended.
    """

    terms: tuple[tuple[int, int], ...]
    low: int
    high: int
    name: str = ""
    lines: tuple[int, ...] = ()

    def value(self, x: Sequence[int]) -> int:
        return sum(factor * x[at] for at, factor in self.terms)

    def off(self, value: int, unit: int = 1) -> int:
        """How far to go until the bound is kept: positive if the value is too low."""
        if value < self.low * unit:
            return self.low * unit - value
        if value > self.high * unit:
            return self.high * unit - value
        return 0


def near(
    guess: Sequence[int],
    weights: Sequence[int],
    limits: Sequence[tuple[int, int]],
    bounds: Sequence[Bound],
    series: Sequence[Sequence[int]] = (),
    shakes: int = 0,
) -> tuple[list[int], list[Bound]]:
    """Whole numbers within `limits` that keep `bounds`, near `guess` (in units of 1/`POINT`); and those not kept.

    A variable of greater weight gives way more. `series` are runs of variables rounded together, so that
    their running sums stay right. `shakes`: how often a dead end is left by chance.
    """
    x = project(list(guess), weights, limits, bounds)
    rounded = _round(x, limits, series)
    return _step(rounded, limits, bounds, shakes)


def project(
    x: list[int], weights: Sequence[int], limits: Sequence[tuple[int, int]], bounds: Sequence[Bound]
) -> list[int]:
    """`guess` (in 1/`POINT`) moved onto the bounds one after the other until it keeps them all, or nearly."""
    norms = [sum(weights[at] * factor * factor for at, factor in bound.terms) for bound in bounds]
    for _ in range(_SWEEPS):
        worst = 0
        for bound, norm in zip(bounds, norms, strict=True):
            off = bound.off(bound.value(x), POINT)
            if not off or not norm:
                continue
            worst = max(worst, abs(off))
            for at, factor in bound.terms:
                low, high = limits[at]
                moved = x[at] + off * weights[at] * factor // norm
                x[at] = min(max(moved, low * POINT), high * POINT)
        if worst < POINT // 8:
            break
    return x


def _round(x: list[int], limits: Sequence[tuple[int, int]], series: Sequence[Sequence[int]]) -> list[int]:
    rounded = [(one + POINT // 2) // POINT for one in x]
    for run in series:
        carry = 0
        for at in run:
            carry += x[at]
            low, high = limits[at]
            rounded[at] = min(max((carry + POINT // 2) // POINT, low), high)
            carry -= rounded[at] * POINT
    return rounded


_Moves: TypeAlias = tuple[tuple[int, int], ...]


class _Mending:
    """Whole numbers moved by one or two at a time while that brings the bounds nearer to being kept."""

    def __init__(self, x: list[int], limits: Sequence[tuple[int, int]], bounds: Sequence[Bound]) -> None:
        self.x = x
        self.limits = limits
        self.bounds = bounds
        self.values = [bound.value(x) for bound in bounds]
        self.worth = [
            (1000 if bound.lines else 24) // max(abs(factor) for _, factor in bound.terms) for bound in bounds
        ]
        self.touching: list[list[tuple[int, int]]] = [[] for _ in x]
        for index, bound in enumerate(bounds):
            for at, factor in bound.terms:
                self.touching[at].append((index, factor))

    def broken(self) -> list[Bound]:
        return [bound for bound, value in zip(self.bounds, self.values, strict=True) if bound.off(value)]

    def gain(self, moves: _Moves) -> int | None:
        """How much nearer the moves bring the bounds; None if they leave a limit."""
        shift: dict[int, int] = {}
        for at, by in moves:
            if not self.limits[at][0] <= self.x[at] + by <= self.limits[at][1]:
                return None
            for index, factor in self.touching[at]:
                shift[index] = shift.get(index, 0) + factor * by
        gained = 0
        for index, by in shift.items():
            bound, value = self.bounds[index], self.values[index]
            gained += (abs(bound.off(value)) - abs(bound.off(value + by))) * self.worth[index]
        return gained

    def move(self, moves: _Moves) -> None:
        for at, by in moves:
            self.x[at] += by
            for index, factor in self.touching[at]:
                self.values[index] += factor * by

    def descend(self) -> None:
        for _ in range(_STEPS):
            broken = self.broken()
            better = self._better(broken) if broken else None
            if better is None:
                return
            self.move(better)

    def _better(self, broken: Sequence[Bound]) -> _Moves | None:
        off = {abs(bound.off(bound.value(self.x))) for bound in broken}
        sizes = sorted({1, *(min(one, 1 << 20) for one in off)})
        first = list(dict.fromkeys(at for bound in broken for at, _ in bound.terms))
        singles: list[_Moves] = [((at, by),) for at in first for size in sizes for by in (size, -size)]
        best = max(singles, key=lambda moves: self.gain(moves) or 0)
        if (self.gain(best) or 0) > 0:
            return best
        return next((two for two in _pairs(first, sizes, len(self.x)) if (self.gain(two) or 0) > 0), None)

    def shake(self, rng: Random) -> None:
        """The least harmful of some random pairs of moves, to leave a dead end."""
        tried: list[tuple[int, _Moves]] = []
        for _ in range(150):
            at, other = rng.sample(range(len(self.x)), 2)
            by = rng.choice((1, -1))
            moves: _Moves = ((at, by), (other, rng.choice((by, -by))))
            if (gained := self.gain(moves)) is not None:
                tried.append((gained, moves))
        for _, moves in sorted(tried, reverse=True)[:3]:
            if self.gain(moves) is not None and rng.randrange(2):
                self.move(moves)


def _step(
    x: list[int], limits: Sequence[tuple[int, int]], bounds: Sequence[Bound], shakes: int
) -> tuple[list[int], list[Bound]]:
    mending = _Mending(x, limits, bounds)
    mending.descend()
    rng = Random(len(x))
    while shakes and mending.broken():
        mending.shake(rng)
        mending.descend()
        shakes -= 1
    return x, mending.broken()


def _pairs(first: Sequence[int], sizes: Sequence[int], many: int) -> Iterator[_Moves]:
    for size in sizes:
        for at in first:
            for by in (size, -size):
                for other in range(many):
                    if other != at:
                        yield (at, by), (other, -by)
                        yield (at, by), (other, by)
