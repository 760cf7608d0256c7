"""From printed figures to what the books of an area must give: whole numbers between two bounds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Literal, TypeAlias

from adapters.report.compare import Contradiction, contradictions, flow_of_a_day
from adapters.report.grammar import Figure, split_area
from domain.errors import BadValue

BookArea: TypeAlias = Literal["urban", "rural", "all"]
Span: TypeAlias = tuple[int, int]
"""First and last month, 1–12; equal for a single month."""

HEADS = frozenset({"households", "persons", "covered_persons"})
FLOWS = frozenset({"new_households", "new_persons", "exits_households", "exits_persons"})


PLANNED = HEADS | FLOWS | {"person_times", "paid", "average_supplement"}


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
    parts: "dict[str, Targets]" = field(default_factory=dict)
    """Those of its parts of which heads or money are printed."""
    whole: "Targets | None" = None
    """Of the last part of an area that has no more: what is left of the whole to it."""
    beside: dict[Span, tuple[int, int]] = field(default_factory=dict)
    """Persons, or person-times, and whole yuan that other books have of what is printed here."""

    def lines_of(self, measure: str, span: Span) -> list[int]:
        return self.lines.get((measure, span), [])

    def money(self, span: Span, heads: int) -> Window | None:
        """Whole yuan to be paid in the span given its persons or person-times; None if nothing is printed."""
        window = self.paid.get(span)
        others, theirs = self.beside.get(span, (0, 0))
        if (bounds := self.average.get(span)) is not None:
            implied = whole(bounds[0] * (heads + others) / 100, bounds[1] * (heads + others) / 100)
            window = implied if window is None else window.both(implied)
        window = window and Window(window.low - theirs, window.high - theirs)
        also = self.whole.money(span, heads) if self.whole is not None else None
        return window if also is None else also if window is None else window.both(also)

    @property
    def spans(self) -> set[Span]:
        """Of which money is printed."""
        return {*self.paid, *self.average, *(self.whole.spans if self.whole is not None else ())}

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
        for apart in one.parts.values():
            _imply(apart)
    planned = [areas["urban"], areas["rural"]]
    if any(one.heads or one.paid or one.parts for one in planned):
        _share_totals(planned[0], planned[1], areas["all"])
        used = [one for one in planned if one.heads or one.paid or one.parts]
    else:
        whole_place = areas["all"]
        used = [whole_place] if whole_place.heads or whole_place.paid or whole_place.parts else []
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
    if not is_book(figure):
        return
    if part is not None:
        one = one.parts.setdefault(part, Targets(one.area))
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


def is_book(figure: Figure) -> bool:
    """Whether a book's months give the figure; households and persons are those of one month."""
    if not figure.period.first or figure.measure not in PLANNED or flow_of_a_day(figure):
        return False
    return figure.measure not in HEADS or figure.period.first == figure.period.last


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
