"""Whole numbers near a natural guess that keep linear bounds: projections in turn, then unit steps.

Integer arithmetic only (fixed point), so that a seed gives the same place everywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

POINT = 1 << 20
_SWEEPS = 600
_STEPS = 400


@dataclass(frozen=True, slots=True)
class Bound:
    """low ≤ Σ factor × variable ≤ high; `name` and `lines` say which printed figure asks for it."""

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
) -> tuple[list[int], list[Bound]]:
    """Whole numbers within `limits` that keep `bounds`, near `guess` (in units of 1/`POINT`); and those not kept.

    A variable of greater weight gives way more. `series` are runs of variables rounded together, so that
    their running sums stay right.
    """
    x = project(list(guess), weights, limits, bounds)
    rounded = _round(x, limits, series)
    return _step(rounded, limits, bounds)


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


def _step(
    x: list[int], limits: Sequence[tuple[int, int]], bounds: Sequence[Bound]
) -> tuple[list[int], list[Bound]]:
    values = [bound.value(x) for bound in bounds]
    worth = [1000 // max(abs(factor) for _, factor in bound.terms) for bound in bounds]
    touching: list[list[tuple[int, int]]] = [[] for _ in x]
    for index, bound in enumerate(bounds):
        for at, factor in bound.terms:
            touching[at].append((index, factor))

    def gain(moves: tuple[tuple[int, int], ...]) -> int:
        shift: dict[int, int] = {}
        for at, by in moves:
            if not limits[at][0] <= x[at] + by <= limits[at][1]:
                return -1
            for index, factor in touching[at]:
                shift[index] = shift.get(index, 0) + factor * by
        return sum(
            (abs(bounds[index].off(values[index])) - abs(bounds[index].off(values[index] + by))) * worth[index]
            for index, by in shift.items()
        )

    for _ in range(_STEPS):
        broken = [i for i, bound in enumerate(bounds) if bound.off(values[i])]
        if not broken:
            return x, []
        sizes = sorted({1, *(min(abs(bounds[i].off(values[i])), 1 << 20) for i in broken)})
        first = dict.fromkeys(at for i in broken for at, _ in bounds[i].terms)
        singles = [((at, sign * size),) for at in first for size in sizes for sign in (1, -1)]
        best = max(singles, key=gain)
        chosen = best if gain(best) > 0 else next((two for two in _pairs(first, sizes, len(x)) if gain(two) > 0), ())
        if not chosen:
            break
        for at, by in chosen:
            x[at] += by
            for index, factor in touching[at]:
                values[index] += factor * by
    return x, [bound for i, bound in enumerate(bounds) if bound.off(values[i])]


def _pairs(
    first: Iterable[int], sizes: Sequence[int], many: int
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for size in sizes:
        for at in first:
            for sign in (1, -1):
                for other in range(many):
                    if other != at:
                        yield (at, sign * size), (other, -sign * size)
                        yield (at, sign * size), (other, sign * size)
