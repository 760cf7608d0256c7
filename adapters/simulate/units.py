"""An area printed by part: each part's books first, then those of the rest, so that parts and whole come out."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from adapters.simulate.amounts import Paid
from adapters.simulate.figures import FLOWS, CannotFit, Span, Targets, Window
from adapters.simulate.flows import Flows, plan_flows, typical

_TURNS = 6
"""How often the parts are planned anew, in another order, where what they leave can't be met."""
_APART = Fraction(1, 10)
"""How far a part's average may lie from that of the whole where it isn't printed."""


@dataclass(slots=True)
class Unit:
    """What is planned as one book: an area, a part of it, or the rest of it; `beside`: the parts planned before."""

    targets: Targets
    flows: Flows
    part: str | None = None
    beside: list["Unit"] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)

    @property
    def households(self) -> int:
        return self.flows.households[0]

    def know_beside(self) -> None:
        """The money of the parts, once theirs is planned: what is printed of the whole is theirs too."""
        whole = self.targets.whole or self.targets
        for span in whole.spans if self.beside else ():
            whole.beside[span] = (
                sum(one.flows.heads(span) for one in self.beside),
                sum(one.total(span) for one in self.beside),
            )

    def total(self, span: Span) -> int:
        """Whole yuan paid in the span."""
        return sum(stretch.amount * stretch.months_in(span) for one in self.paid for stretch in one.stretches)


def units_of(area: Targets, rng: Random) -> list[Unit]:
    """The area's parts, those of which most is printed first, then its rest; the area alone where it has no parts.

    Raises `CannotFit` naming the rows that can't be met together.
    """
    if not area.parts:
        return [Unit(area, plan_flows(area, rng))]
    names = sorted(area.parts, key=lambda name: (-_printed(area.parts[name]), name))
    first: CannotFit | None = None
    for turn in range(_TURNS if len(names) > 1 else 2):
        try:
            return _in_order(area, names, rng, steady=turn % 2 == 0)
        except CannotFit as found:
            first = first or found
            rng.shuffle(names)
    assert first is not None
    raise first


def _in_order(area: Targets, names: Sequence[str], rng: Random, *, steady: bool) -> list[Unit]:
    """One part after the other, the rest last; `steady`: the parts' shares stay about the same."""
    known = bool(area.heads or area.paid)
    left = _persons(area) - sum(_persons(area.parts[name]) for name in names) if known else 0
    units: list[Unit] = []
    for place, name in enumerate(names):
        part = deepcopy(area.parts[name])
        standard = area.standards.get(name, area.standards.get(None))
        if standard is not None:
            part.standards[None] = standard
        part.size = part.size or area.size
        after = [area.parts[other] for other in names[place + 1 :]]
        if known and left <= 0 and not after:
            part.whole = _rest(area, units)
        _like(part, area, _Left(units, after, known and left <= 0), steady=steady)
        units.append(Unit(part, plan_flows(part, rng), name))
    if known and left <= 0:
        units[-1].beside = units[:-1]
    elif known:
        rest = _rest(area, units)
        units.append(Unit(rest, plan_flows(rest, rng), None, list(units)))
    return units


def _printed(targets: Targets) -> int:
    return len(targets.spans) * 4 + len(targets.heads)


def _persons(targets: Targets) -> int:
    """About how many a month."""
    found = typical(targets, "persons")
    if found is not None:
        return found
    households = typical(targets, "households")
    if households is not None:
        many, few = targets.size or (3, 2)
        return households * many // few
    raise CannotFit(
        "simulate.no-heads", "persons", [line for lines in targets.lines.values() for line in lines]
    )


@dataclass(frozen=True, slots=True)
class _Left:
    """What parts planned before and those that come after leave; `closed`: there is nothing else in the area."""

    before: Sequence[Unit]
    after: Sequence[Targets]
    closed: bool

    def of(self, window: Window, measure: str, span: Span) -> tuple[Window, bool]:
        """What a part may have of a count of the whole; and whether it must, since it is printed of all that follow."""
        planned = sum(value_of(one.flows, measure, span) for one in self.before)
        most = window.high - planned - sum(_least(one, measure, span) for one in self.after)
        printed = [one.heads[measure, span] for one in self.after if (measure, span) in one.heads]
        if not self.closed or len(printed) < len(self.after):
            return Window(0, max(0, most)), False
        return Window(window.low - planned - sum(one.high for one in printed), most), True


def _like(part: Targets, area: Targets, left: _Left, *, steady: bool) -> None:
    """What the whole asks of a part: what the others leave; else about its share, and no more than they can leave."""
    if not area.heads:
        return
    many, of = _persons(part), max(1, _persons(area))
    for (measure, span), window in area.heads.items():
        key = (measure, span)
        may, must = left.of(window, measure, span)
        if must:
            part.heads[key] = part.heads[key].both(may) if key in part.heads else may
        elif key in part.heads:
            continue
        elif measure in FLOWS:
            usual = max(window.high * many // of, _least(part, measure, span))
            part.heads[key] = Window(0, min(usual, may.high))
        elif steady:
            slack = 2 * (span[1] - span[0] + 1)
            low, high = window.low * many * 95 // (of * 100), window.high * many * 105 // (of * 100)
            part.heads[key] = Window(max(0, low - slack), min(high + slack, may.high))
        else:
            continue
        part.lines.setdefault(key, []).extend(area.lines_of(*key))
    if part.whole is not None:
        return
    for span in area.spans:
        if span not in part.spans:
            months = span[1] - span[0] + 1
            bounds = area.average.get(span)
            if bounds is None:
                each = Fraction(area.paid[span].low * 100, months * of)
                bounds = each, each
            part.average[span] = bounds[0] * (1 - _APART), bounds[1] * (1 + _APART)


def _least(part: Targets, measure: str, span: Span) -> int:
    """What a part can't do without of a flow, by what is printed of it: a household is a person at least."""
    own = part.heads.get((measure, span))
    way, _, unit = measure.partition("_")
    other = part.heads.get((f"{way}_{'households' if unit == 'persons' else 'persons'}", span))
    return max(own.low if own else 0, other.low if other and unit == "persons" else 0)


def _rest(area: Targets, units: Sequence[Unit]) -> Targets:
    """The area without its parts: counts as they are planned, money once theirs is known."""
    rest = Targets(
        area.area, average=dict(area.average), paid=dict(area.paid), standards=dict(area.standards)
    )
    rest.size, rest.lines = area.size, {key: list(lines) for key, lines in area.lines.items()}
    for (measure, span), window in area.heads.items():
        planned = sum(value_of(one.flows, measure, span) for one in units)
        rest.heads[measure, span] = Window(window.low - planned, window.high - planned)
        if window.high < planned:
            raise CannotFit("simulate.counts-do-not-fit", measure, area.lines_of(measure, span))
    return rest


def value_of(flows: Flows, measure: str, span: Span) -> int:
    """A count of a month, or its sum over a span; persons come and go with their household or without it."""
    runs = {
        "households": (flows.households,),
        "persons": (flows.persons,),
        "new_households": (flows.new_households,),
        "new_persons": (flows.new_persons, flows.joined),
        "exits_households": (flows.exits_households,),
        "exits_persons": (flows.exits_persons, flows.left),
    }[measure]
    return sum(sum(run[span[0] : span[1] + 1]) for run in runs)
