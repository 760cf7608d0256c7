"""From printed figures to what the books of an area must give: whole numbers between two bounds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Literal, TypeAlias

from adapters.report.compare import Contradiction, contradictions
from adapters.report.grammar import Figure, split_area
from domain.errors import BadValue

BookArea: TypeAlias = Literal["urban", "rural", "all"]
Span: TypeAlias = tuple[int, int]
"""First and last month, 1–12; equal for a single month."""

HEADS = frozenset({"households", "persons", "covered_persons"})
FLOWS = frozenset({"new_households", "new_persons", "exits_households", "exits_persons"})


class CannotFit(BadValue):
    """No household books give these figures together; `lines` are the rows that stand in the way."""

    def __init__(self, code: str, measure: str, lines: Sequence[int] = ()) -> None:
        super().__init__(code, measure, lines=", ".join(map(str, lines)))
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Window:
    """Whole numbers from `low` to `high`, both inclusive."""

    low: int
    high: int

    def __bool__(self) -> bool:
        return self.low <= self.high

    def both(self, other: "Window") -> "Window":
        return Window(max(self.low, other.low), min(self.high, other.high))

    def nearest(self, value: int) -> int:
        return min(max(value, self.low), self.high)


def whole(low: Fraction, high: Fraction) -> Window:
    """The whole numbers in low ≤ x < high."""
    return Window(ceil(low), ceil(high) - 1)


@dataclass(slots=True)
class Targets:
    """What one area's books must give. Heads and flows are counts, `paid` whole yuan, `average` fen (half open)."""

    area: BookArea
    heads: dict[tuple[str, Span], Window] = field(default_factory=dict)
    paid: dict[Span, Window] = field(default_factory=dict)
    average: dict[Span, tuple[Fraction, Fraction]] = field(default_factory=dict)
    standards: dict[str | None, int] = field(default_factory=dict)
    lines: dict[tuple[str, Span], list[int]] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    """Persons to households where neither is printed."""

    def lines_of(self, measure: str, span: Span) -> list[int]:
        return self.lines.get((measure, span), [])

    def money(self, span: Span, heads: int) -> Window | None:
        """Whole yuan to be paid in the span given its persons or person-times; None if nothing is printed."""
        window = self.paid.get(span)
        if (bounds := self.average.get(span)) is not None:
            implied = whole(bounds[0] * heads / 100, bounds[1] * heads / 100)
            window = implied if window is None else window.both(implied)
        return window

    @property
    def last_month(self) -> int:
        """The month the report speaks of last."""
        spans = [span for _, span in self.heads] + list(self.paid) + list(self.average)
        return max((span[1] for span in spans), default=12)


def targets(figures: Sequence[Figure]) -> tuple[list[Targets], tuple[Contradiction, ...]]:
    """Targets by area from a report's `dibao` figures, those that give way to a contradiction left out.

    Where a total over both areas stands with one area alone, the other gets the difference; where it stands
    alone, the place is planned as one book of area `all`. Raises `CannotFit` if nothing is printed to plan by.
    """
    found = contradictions(figures)
    dropped = {one.gives_way.line for one in found}
    kept = [
        one for one in figures if one.programme == "dibao" and not one.unclear and one.line not in dropped
    ]
    areas = {one.area: one for one in (Targets("urban"), Targets("rural"), Targets("all"))}
    for figure in kept:
        _place(areas, figure)
    for one in areas.values():
        _imply(one)
    planned = [areas["urban"], areas["rural"]]
    if any(one.heads or one.paid for one in planned):
        _share_totals(planned[0], planned[1], areas["all"])
        used = [one for one in planned if one.heads or one.paid]
    else:
        used = [areas["all"]] if areas["all"].heads or areas["all"].paid else []
    for one in used:
        for part, amount in areas["all"].standards.items():
            one.standards.setdefault(part, amount)
    if not used:
        raise CannotFit("simulate.nothing-to-plan-by", "programme")
    return used, found


def _place(areas: Mapping[BookArea, Targets], figure: Figure) -> None:
    split = split_area(figure.area)
    if split is None:
        return
    area, part = split
    one = next(one for one in areas.values() if one.area == area)
    if figure.measure == "standard":
        yearly = figure.unit.endswith("/year")
        one.standards[part] = int(figure.value // (12 if yearly else 1))
        return
    if part is not None or not figure.period.first:
        return
    span = (figure.period.first, figure.period.last)
    if figure.measure == "average_supplement":
        one.average[span] = (figure.low, figure.high)
    elif figure.measure == "paid":
        one.paid[span] = _narrow(one.paid.get(span), whole(figure.low / 100, figure.high / 100))
    elif figure.measure in HEADS | FLOWS or figure.measure == "person_times":
        measure = "persons" if figure.measure in ("person_times", "covered_persons") else figure.measure
        key = (measure, span)
        one.heads[key] = _narrow(one.heads.get(key), whole(figure.low, figure.high))
        one.lines.setdefault(key, []).append(figure.line)
        return
    else:
        return
    one.lines.setdefault(("paid", span), []).append(figure.line)


def _narrow(known: Window | None, window: Window) -> Window:
    return window if known is None else known.both(window)


def _imply(one: Targets) -> None:
    """Money and average printed without persons: the persons lie between their quotients."""
    for span, money in one.paid.items():
        bounds = one.average.get(span)
        if bounds is None or bounds[0] <= 0:
            continue
        implied = Window(int(money.low * 100 / bounds[1]) + 1, int(money.high * 100 / bounds[0]))
        key = ("persons", span)
        one.heads[key] = _narrow(one.heads.get(key), implied)
        one.lines.setdefault(key, []).extend(one.lines_of("paid", span))


def _share_totals(urban: Targets, rural: Targets, total: Targets) -> None:
    for known, other in ((urban, rural), (rural, urban)):
        for key, window in total.heads.items():
            if key in known.heads and key not in other.heads:
                other.heads[key] = _difference(window, known.heads[key])
                other.lines[key] = total.lines_of(*key)
        for span, window in total.paid.items():
            if span in known.paid and span not in other.paid:
                other.paid[span] = _difference(window, known.paid[span])
                other.lines["paid", span] = total.lines_of("paid", span)


def _difference(total: Window, known: Window) -> Window:
    """What the other area may be whatever the known one is within its window."""
    return Window(total.low - known.low, total.high - known.high)


def measures_of(figures: Iterable[Figure], programme: str) -> dict[str, int]:
    """Plain counts of another programme's rows of area `all` (divisions): measure → value."""
    return {
        one.measure: int(one.value)
        for one in figures
        if one.programme == programme and one.area == "all" and not one.unclear
    }
