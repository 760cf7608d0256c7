"""What a report printed beside what was counted, and printed figures that can't all be true."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal, TypeAlias

from adapters.report.grammar import AREAS, COUNTS, Figure, Key, meets, show, split_area

Verdict: TypeAlias = Literal[
    "meets", "contradictory", "not_yet_counted", "not_understood", "varies", "differs"
]

COUNTED_PROGRAMMES = ("dibao",)
_SUMMED = COUNTS | {"paid"}
_STOCKS = frozenset({"households", "persons", "covered_persons"})
_SET = frozenset({"standard", "standard_before", "uplift_min", "uplift_max"})
_FLOWS = frozenset(
    {
        *("person_times", "paid", "average_supplement", "applications"),
        *("new_households", "new_persons", "exits_households", "exits_persons"),
        *("reviewed_households", "reviewed_persons", "review_exits_households", "review_exits_persons"),
    }
)
_FEWER = (
    ("households", "persons"),
    ("new_households", "new_persons"),
    ("exits_households", "exits_persons"),
    ("reviewed_households", "reviewed_persons"),
    ("review_exits_households", "review_exits_persons"),
    ("review_exits_households", "reviewed_households"),
    ("review_exits_persons", "reviewed_persons"),
)
"""Of two measures of the same place and time, the first is never more than the second."""
_MONTHS_OF = {"three_years": (-23, 12), "campaign": (100, 101)}
"""Where periods that are no months of the year stand among them; a campaign's are its own."""
_FLOW = {"paid": "paid", "person_times": "persons"}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Figures no true values within their steps fit together; `gives_way` has the coarsest step for its size.

    `sum_lines` show the sum in signs and numbers alone (yuan, two decimals), for any language.
    """

    figures: tuple[Figure, ...]
    gives_way: Figure
    sum_lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One printed figure: `counted` exact (fen for yuan) or None; `met` whether it rounds to the printed one.

    `unclear` names the columns whose words say nothing, of a row that isn't understood.
    """

    figure: Figure
    counted: Fraction | None
    met: bool | None
    verdict: Verdict
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: tuple[Row, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def differs(self) -> bool:
        """Whether a figure differs that no contradiction excuses; then a comparison ends with exit code 1."""
        return any(row.verdict == "differs" for row in self.rows)


def compare(
    figures: Sequence[Figure],
    counted: Mapping[Key, Fraction | int],
    *,
    parts: Collection[str] = (),
    varying: Collection[Key] = (),
    campaign: bool = True,
) -> Comparison:
    """Every printed figure of one report beside the counted one, in the order printed.

    `counted` maps keys to exact values, fen for yuan; a standard is fen a month. `parts`: those of which it is
    known which divisions they are; `campaign`: whether its months are known; `varying`: keys for which places
    differ.
    """
    found = contradictions(figures)
    excused = {figure.line for one in found for figure in one.figures}
    rows = []
    for figure in figures:
        value = _counted(figure, counted) if figure.programme in COUNTED_PROGRAMMES else None
        unclear = figure.unclear or (_unclear(figure, parts, campaign) if value is None else ())
        if figure.key in varying and not unclear:
            rows.append(Row(figure, None, None, "varies"))
        else:
            rows.append(_row(figure, value, unclear, figure.line in excused))
    return Comparison(tuple(rows), found)


def _row(figure: Figure, value: Fraction | None, unclear: tuple[str, ...], excused: bool) -> Row:
    if unclear:
        return Row(figure, None, None, "not_understood", unclear)
    if value is None:
        return Row(figure, None, None, "contradictory" if excused else "not_yet_counted")
    met = meets(figure, value)
    return Row(figure, value, met, "contradictory" if excused else "meets" if met else "differs")


def _unclear(figure: Figure, parts: Collection[str], campaign: bool) -> tuple[str, ...]:
    """What keeps a row of a counted programme from being counted, whatever is in the books."""
    if figure.programme not in COUNTED_PROGRAMMES:
        return ()
    split = split_area(figure.area)
    if split is not None and split[1] is not None and split[1] not in parts:
        return ("area",)
    if figure.measure in _STOCKS:
        return () if figure.period.kind in ("month", "end") else ("measure", "period")
    if figure.measure not in _FLOWS | _SET:
        return ("measure",)
    if flow_of_a_day(figure):
        return ("measure", "period")
    return ("period",) if figure.period.kind == "campaign" and not campaign else ()


def flow_of_a_day(figure: Figure) -> bool:
    """Money or who came, printed for the last day: of the month or of the year isn't said."""
    return figure.measure in _FLOWS and figure.period.kind == "end"


def _counted(figure: Figure, counted: Mapping[Key, Fraction | int]) -> Fraction | None:
    value = counted.get(figure.key)
    if value is None or flow_of_a_day(figure):
        return None
    yearly = figure.measure.startswith("standard") and figure.unit.endswith("/year")
    return Fraction(value) * (12 if yearly else 1)


@dataclass(frozen=True, slots=True)
class _Range:
    """What the true value may be: from `low` up to, not including, `high`."""

    low: Fraction
    high: Fraction
    money: bool

    @classmethod
    def of(cls, figure: Figure) -> "_Range":
        if figure.measure in COUNTS:
            return cls(Fraction(ceil(figure.low)), Fraction(ceil(figure.high)), False)
        return cls(figure.low, figure.high, figure.money)

    @property
    def last(self) -> Fraction:
        """The greatest value, for whole counts; money is dense enough to take its bound."""
        return self.high if self.money else self.high - 1

    def __str__(self) -> str:
        if not self.money and self.last == self.low:
            return show(self.low, money=False)
        return f"[{show(self.low, money=self.money)}, {show(self.high, money=self.money)})"


def contradictions(figures: Sequence[Figure]) -> tuple[Contradiction, ...]:
    """Sets of a report's figures that can't all be true, each found after those that give way are set aside.

    Looked at: the same figure printed twice; persons × average against money paid, in a month and to date;
    urban + rural against all; parts against their area; months and shorter spans against longer ones; all months'
    persons against person-times; households against persons; exits by a review against reviews.
    """
    standing = [figure for figure in figures if not figure.unclear]
    found: list[Contradiction] = []
    while (one := next(_broken(standing), None)) is not None:
        members, lines = one
        gives_way = max(members, key=lambda figure: (_coarseness(figure), figure.line))
        found.append(Contradiction(tuple(members), gives_way, tuple(lines)))
        standing.remove(gives_way)
    return tuple(found)


def _coarseness(figure: Figure) -> Fraction:
    return figure.step / figure.value if figure.value else figure.step


_Broken: TypeAlias = tuple[list[Figure], list[str]]
_Spot: TypeAlias = tuple[str, str, int, int]
"""(programme, area, first month, last month)"""


def _broken(figures: Sequence[Figure]) -> Iterator[_Broken]:
    placed: dict[tuple[str, str, str, int, int], Figure] = {}
    for figure in figures:
        at = (figure.programme, figure.area, figure.measure, *_span_of(figure))
        twin = placed.setdefault(at, figure)
        if twin is not figure and (twin.high <= figure.low or figure.high <= twin.low):
            yield [twin, figure], [f"{_Range.of(twin)} ≠ {_Range.of(figure)}"]
    spots = list(dict.fromkeys((at[0], at[1], at[3], at[4]) for at in placed))
    for spot in spots:
        yield from _averages(spot, placed)
        yield from _heads(spot, placed)
    yield from _areas(placed)
    yield from _parts(placed)
    yield from _spans(placed)


def _span_of(figure: Figure) -> tuple[int, int]:
    return _MONTHS_OF.get(figure.period.kind, (figure.period.first, figure.period.last))


_Placed: TypeAlias = Mapping[tuple[str, str, str, int, int], Figure]


def _averages(spot: _Spot, placed: _Placed) -> Iterator[_Broken]:
    programme, area, first, last = spot
    heads = "persons" if first == last else "person_times"
    three = [
        placed.get((programme, area, measure, first, last))
        for measure in (heads, "average_supplement", "paid")
    ]
    persons, average, paid = three
    if persons is None or average is None or paid is None:
        return
    many, each, money = _Range.of(persons), _Range.of(average), _Range.of(paid)
    if many.low <= 0 or (money.low < each.high * many.last and each.low * many.low < money.high):
        return
    product = _Range(each.low * many.low, each.high * many.last, True)
    quotient = _Range(money.low / many.last, money.high / many.low, True)
    yield (
        [persons, average, paid],
        [
            f"{many} × {each} = {product} ≠ {money}",
            f"{money} ÷ {many} = {quotient} ≠ {each}",
            f"{paid.shown} ÷ {persons.shown} = {show(paid.value / persons.value, money=True)}"
            f" ≠ {average.shown}",
        ],
    )


def _heads(spot: _Spot, placed: _Placed) -> Iterator[_Broken]:
    programme, area, first, last = spot
    for fewer, more in _FEWER:
        few = placed.get((programme, area, fewer, first, last))
        many = placed.get((programme, area, more, first, last))
        if few and many and _Range.of(many).last < _Range.of(few).low:
            yield [few, many], [f"{_Range.of(many)} < {_Range.of(few)}"]


def _areas(placed: _Placed) -> Iterator[_Broken]:
    for (programme, area, measure, first, last), whole in placed.items():
        if area != "all" or measure not in _SUMMED:
            continue
        parts = [placed.get((programme, part, measure, first, last)) for part in AREAS if part != "all"]
        known = [part for part in parts if part is not None]
        if not known:
            continue
        least, most, plus = _summed(known)
        total = _Range.of(whole)
        complete = len(known) == len(parts)
        if least > total.last or (complete and most < total.low):
            yield [*known, whole], [f"{plus} {'≠' if complete else '>'} {total}"]


def _parts(placed: _Placed) -> Iterator[_Broken]:
    """Parts of an area are no more than it is; of other programmes they may be cross-cuts of the same persons."""
    for (programme, area, measure, first, last), whole in placed.items():
        if programme not in COUNTED_PROGRAMMES or area not in AREAS or measure not in _SUMMED:
            continue
        parts = [
            figure
            for (p, a, m, begin, end), figure in placed.items()
            if (p, m, begin, end) == (programme, measure, first, last) and a.startswith(f"{area}_")
        ]
        total = _Range.of(whole)
        least, _, plus = _summed(parts)
        if parts and least > total.last:
            yield [*parts, whole], [f"{plus} > {total}"]


def _spans(placed: _Placed) -> Iterator[_Broken]:
    for (programme, area, measure, first, last), whole in placed.items():
        if first == last or measure not in _SUMMED or measure in ("persons", "households"):
            continue
        monthly = _FLOW.get(measure, measure)
        inside = [
            figure
            for (p, a, m, begin, end), figure in placed.items()
            if (p, a) == (programme, area)
            and ((m == measure and begin != end) or (m == monthly and begin == end))
            and first <= begin <= end <= last
            and figure is not whole
        ]
        for chain in _disjoint(inside):
            total = _Range.of(whole)
            least, most, plus = _summed(chain)
            covered = sum(end - begin + 1 for begin, end in map(_span_of, chain))
            if least > total.last:
                yield [*chain, whole], [f"{plus} > {total}"]
            elif covered == last - first + 1 and most < total.low:
                yield [*chain, whole], [f"{plus} < {total}"]


def _summed(figures: Sequence[Figure]) -> tuple[Fraction, Fraction, str]:
    """The least and the most that figures come to together, and their sum as it is shown."""
    ranges = [_Range.of(one) for one in figures]
    least = sum((one.low for one in ranges), Fraction(0))
    return least, sum((one.last for one in ranges), Fraction(0)), " + ".join(map(str, ranges))


def _disjoint(figures: Iterable[Figure]) -> Iterator[list[Figure]]:
    """Chains of figures that don't overlap: of the shortest spans first, and of the longest first."""
    ordered = sorted(figures, key=lambda figure: (_length(figure), figure.line))
    for order in (ordered, ordered[::-1]):
        taken: set[int] = set()
        chain = []
        for figure in order:
            span = set(range(_span_of(figure)[0], _span_of(figure)[1] + 1))
            if not taken & span:
                taken |= span
                chain.append(figure)
        if chain:
            yield sorted(chain, key=_span_of)


def _length(figure: Figure) -> int:
    first, last = _span_of(figure)
    return last - first
