"""Whole-yuan amounts of every household that add up to the money printed, month and to date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from adapters.simulate.figures import CannotFit, Span, Targets, Window
from adapters.simulate.flows import Flows
from adapters.simulate.homes import STAYS, Home
from domain.money import Fen

LAST = 12
_MARGIN = 3


@dataclass(slots=True, eq=False)
class Stretch:
    """Months `first`..`last` of a home with one amount in whole yuan."""

    home: Home
    first: int
    last: int
    covered: int
    standard: Fen
    amount: int = 0

    def months_in(self, span: Span) -> int:
        return max(0, min(self.last, span[1]) - max(self.first, span[0]) + 1)

    @property
    def most(self) -> int:
        """Income is never below zero, odd fen included."""
        return (self.standard * self.covered - 99) // 100


@dataclass(slots=True, eq=False)
class Paid:
    """A home's stretches: one, or two around its event."""

    home: Home
    standard: Fen
    before: Stretch
    after: Stretch | None = None

    @property
    def stretches(self) -> list[Stretch]:
        return [self.before] if self.after is None else [self.before, self.after]


class Amounts:
    """Draws natural amounts, then moves those that are free until each sum is the printed one."""

    def __init__(
        self,
        homes: Sequence[Home],
        standard_of: Callable[[Home], Fen],
        targets: Targets,
        flows: Flows,
        rng: Random,
    ) -> None:
        self.rng = rng
        self.targets = targets
        self.wanted = self._wanted(flows)
        self.level = self._level(flows, [standard_of(home) for home in homes])
        self.paid = [self._stretch(home, standard_of(home)) for home in homes]
        spare = [one for one in self.paid if _can_change(one)]
        rng.shuffle(spare)
        self.spare = spare

    def _wanted(self, flows: Flows) -> list[tuple[Span, Window]]:
        """Single months from the latest back, then spans; a sum fixed first is not touched by the next."""
        spans = sorted(self.targets.spans, key=lambda s: (s[0] != s[1], -s[1], -s[0]))
        found = []
        for span in spans:
            window = self.targets.money(span, flows.heads(span))
            if window is not None:
                if not window:
                    raise CannotFit(
                        "simulate.money-does-not-fit", "paid", self.targets.lines_of("paid", span)
                    )
                found.append((span, window))
        return found

    def _level(self, flows: Flows, standards: list[Fen]) -> Fraction:
        """Average amount a head as a share of the standard, so far as printed."""
        mean = Fraction(sum(standards), 100 * max(1, len(standards)))
        for span, window in self.wanted:
            heads = flows.heads(span)
            if heads and mean:
                return min(Fraction(window.low + window.high, 2 * heads) / mean, Fraction(19, 20))
        return Fraction(13, 20)

    def _stretch(self, home: Home, standard: Fen) -> Paid:
        last = min(home.last, LAST)
        if home.event is None or not home.first < home.at <= last:
            return Paid(home, standard, Stretch(home, home.first, last, home.covered(last), standard))
        before = Stretch(home, home.first, home.at - 1, home.covered(home.at - 1), standard)
        after = Stretch(home, home.at, last, home.covered(home.at), standard)
        return Paid(home, standard, before, after)

    def run(self) -> list[Paid]:
        """Every home's stretches with their amounts; raises `CannotFit` naming the money that can't be met."""
        leaving = [one for one in self.paid if one.home.last != STAYS]
        for one in self.paid:
            final = one.after or one.before
            final.amount = self._natural(final, self.level) if one.home.last == STAYS else 0
        for one in self.paid:
            self._draw_before(one)
        share = self._share_of(leaving)
        for one in leaving:
            one.before.amount = self._natural(one.before, share)
        for _ in range(len(self.spare) // 25):
            self._change(self.rng.choice((True, False)), (1, LAST), ())
        fixed: list[Span] = []
        for span, window in self.wanted:
            goal = self._goal(span, window)
            self._more_changes(span, goal, fixed)
            self._settle(span, goal, window, fixed)
            while not self._met(span, window):
                if self._change(self.rng.choice((True, False)), span, fixed) is None:
                    raise CannotFit(
                        "simulate.money-does-not-fit", "paid", self.targets.lines_of("paid", span)
                    )
                self._settle(span, goal, window, fixed)
            fixed.append(span)
        return self.paid

    def beside(self, home: Home, standard: Fen) -> Paid:
        """A home that is on no list of the year, with a natural amount."""
        stretch = Stretch(home, home.first, home.last, home.size, standard)
        stretch.amount = self._natural(stretch, self.level)
        return Paid(home, standard, stretch)

    def _goal(self, span: Span, window: Window) -> int:
        return self.total(span) if self._met(span, window) else self.rng.randint(window.low, window.high)

    def _share_of(self, leaving: Sequence[Paid]) -> Fraction:
        """Homes that leave are mostly the better off: as much lower as the longest printed sum allows."""
        if not self.wanted or not leaving:
            return self.level * 7 / 10
        span, window = max(self.wanted, key=lambda item: item[0][1] - item[0][0])
        left = (window.low + window.high) // 2 - self.total(span)
        room = sum(one.before.months_in(span) * one.standard * one.before.covered for one in leaving) // 100
        share = Fraction(left, room) if room else self.level
        return min(max(share, self.level * 2 / 5), self.level)

    def _natural(self, stretch: Stretch, level: Fraction) -> int:
        thousandths = self.rng.randint(-350, 350) + self.rng.randint(-350, 350)
        share = level * 1000 + thousandths * min(level, 1 - level)
        wish = stretch.standard * stretch.covered * share.numerator // (100_000 * share.denominator)
        return min(max(wish, 1), stretch.most)

    def _draw_before(self, one: Paid) -> None:
        if one.after is not None:
            whole = one.standard // 100
            grown = one.home.event == "joined" and one.before.covered > 1 and one.after.amount > whole
            one.home.born = grown and one.standard % 100 == 0 and self.rng.randrange(3) > 0
            if one.home.born:
                one.before.amount = one.after.amount - whole
                return
            if one.home.event == "joined":
                one.after.amount = max(one.after.amount, 2)
            window = self._range(one, one.before)
            wish = one.after.amount * one.before.covered // max(1, one.after.covered)
            one.before.amount = window.nearest(wish + self.rng.randint(-20, 20))

    def _range(self, one: Paid, stretch: Stretch) -> Window:
        """What the amount may be, the other stretch of the home staying as it is."""
        full = Window(1, stretch.most)
        if one.after is None:
            return full
        if one.home.born:
            return Window(stretch.amount, stretch.amount)
        whole = one.standard // 100
        after = one.after.amount
        if one.home.event in ("more", "less"):
            return full.both(_clear(one, stretch)) if stretch is one.before else Window(after, after)
        if stretch is one.before:
            if one.home.event == "left":
                return full.both(Window(1, after + whole))
            return full.both(Window(after - whole, after - 1))
        before = one.before.amount
        if one.home.event == "left":
            return full.both(Window(before - whole, full.high))
        return full.both(Window(before + 1, before + whole))

    def _free(self, span: Span, fixed: Sequence[Span]) -> list[tuple[Paid, Stretch, int]]:
        return [
            (one, stretch, months)
            for one in self.paid
            for stretch in one.stretches
            if (months := stretch.months_in(span)) and not any(stretch.months_in(other) for other in fixed)
        ]

    def total(self, span: Span) -> int:
        return sum(stretch.amount * stretch.months_in(span) for one in self.paid for stretch in one.stretches)

    def _settle(self, span: Span, goal: int, window: Window, fixed: Sequence[Span]) -> None:
        need = goal - self.total(span)
        free = self._free(span, fixed)
        self.rng.shuffle(free)
        while need and free:
            weight = sum(months for _, _, months in free)
            each = max(1, abs(need) // weight)
            moving = []
            for one, stretch, months in free:
                step = min(each, abs(need) // months) * (1 if need > 0 else -1)
                moved = self._range(one, stretch).nearest(stretch.amount + step) - stretch.amount
                if moved and (moved > 0) == (need > 0):
                    stretch.amount += moved
                    need -= moved * months
                    moving.append((one, stretch, months))
            free = moving
        if not self._met(span, window):
            self._odd(span, window, fixed)

    def _met(self, span: Span, window: Window) -> bool:
        return window.low <= self.total(span) <= window.high

    def _odd(self, span: Span, window: Window, fixed: Sequence[Span]) -> None:
        """The last odd yuan: single yuan up and down over stretches of different lengths."""
        steps: dict[int, list[tuple[Paid, Stretch, int]]] = {}
        for one, stretch, months in self._free(span, fixed):
            allowed = self._range(one, stretch)
            for by in (1, -1):
                if allowed.low <= stretch.amount + by <= allowed.high:
                    kept = steps.setdefault(by * months, [])
                    if len(kept) < 24:
                        kept.append((one, stretch, by))
        total = self.total(span)
        chain = _combine(list(steps), window.low - total, window.high - total)
        used: set[int] = set()
        for weight in chain or ():
            pick = next((item for item in steps[weight] if id(item[0]) not in used), None)
            if pick is not None:
                used.add(id(pick[0]))
                pick[1].amount += pick[2]

    def _more_changes(self, span: Span, goal: int, fixed: Sequence[Span]) -> None:
        """Incomes change until what is missing is small: less before if too much is paid, more if too little."""
        need = goal - self.total(span)
        reach = sum(months for _, _, months in self._free(span, fixed)) * 6
        while abs(need) > reach:
            shift = self._change(need < 0, span, fixed)
            if shift is None:
                return
            need -= shift

    def _change(self, rises: bool, span: Span, fixed: Sequence[Span]) -> int | None:
        """One more home whose amount changes in the year; how far the span's sum moved by it."""
        while self.spare:
            one = self.spare.pop()
            home, stretch = one.home, one.before
            earliest, latest = span[0] + 1, min([LAST, *(other[0] for other in fixed)])
            if latest < earliest:
                return None
            at = self.rng.randint(earliest, latest)
            old = Stretch(home, home.first, at - 1, stretch.covered, one.standard)
            new = Stretch(home, at, stretch.last, stretch.covered, one.standard, stretch.amount)
            home.event, home.at = ("more" if rises else "less"), at
            one.before, one.after = old, new
            window = self._range(one, old)
            if not window:
                home.event, home.at, one.before, one.after = None, 0, stretch, None
                continue
            near, far = (window.high, window.low) if rises else (window.low, window.high)
            old.amount = near + (far - near) * self.rng.randint(5, 60) // 100
            return (old.amount - new.amount) * old.months_in(span)
        return None


def _can_change(one: Paid) -> bool:
    home = one.home
    return home.event is None and home.first == 0 and home.last == STAYS and not home.aside


def _clear(one: Paid, before: Stretch) -> Window:
    """Amounts before a change of income of at least a tenth of what was counted (rules.md §3, from when)."""
    assert one.after is not None
    after = one.after.amount
    whole = one.standard * before.covered // 100
    if one.home.event == "more":
        return Window(1, (10 * after - whole) // 9 - _MARGIN)
    return Window(-(-(10 * after + whole) // 11) + _MARGIN, before.most)


def _combine(weights: list[int], low: int, high: int) -> list[int] | None:
    """The fewest weights, each used a few times, that add up to something between the bounds."""
    reach: dict[int, list[int]] = {0: []}
    edge = [0]
    bound = 2 * max((abs(weight) for weight in weights), default=0) + max(abs(low), abs(high))
    for _ in range(8):
        for total in sorted(reach, key=lambda one: (len(reach[one]), one)):
            if low <= total <= high:
                return reach[total]
        grown = []
        for total in edge:
            for weight in weights:
                if abs(total + weight) <= bound and total + weight not in reach:
                    reach[total + weight] = [*reach[total], weight]
                    grown.append(total + weight)
        edge = grown
    return next((reach[total] for total in sorted(reach) if low <= total <= high), None)
