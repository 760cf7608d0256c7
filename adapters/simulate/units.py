"""An area printed by part: each part's books first, then those of the rest, so that parts and whole come out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from adapters.simulate.amounts import Paid
from adapters.simulate.figures import FLOWS, CannotFit, Span, Targets, Window
from adapters.simulate.flows import Flows, plan_flows, typical

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
    known = bool(area.heads or area.paid)
    left = _persons(area) - sum(_persons(area.parts[name]) for name in names) if known else 0
    units: list[Unit] = []
    for name in names:
        closes = known and left <= 0 and name == names[-1]
        part = _like(area.parts[name], name, area, free=closes)
        if closes:
            part.whole = _rest(area, units)
            for key, window in part.whole.heads.items():
                part.heads[key] = part.heads[key].both(window) if key in part.heads else window
                part.lines.setdefault(key, []).extend(area.lines_of(*key))
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


def _like(part: Targets, name: str, area: Targets, *, free: bool) -> Targets:
    """A part with what is printed of the whole as a natural guess: no more than its share comes and goes. `free`: what
    the whole asks of it is known for sure."""
    standard = area.standards.get(name, area.standards.get(None))
    if standard is not None:
        part.standards[None] = standard
    part.size = part.size or area.size
    if free or not area.heads:
        return part
    many, of = _persons(part), max(1, _persons(area))
    for (measure, span), window in area.heads.items():
        if measure in FLOWS and (measure, span) not in part.heads:
            part.heads[measure, span] = Window(0, max(0, window.high) * many // of)
            part.lines[measure, span] = list(area.lines_of(measure, span))
    for span in area.spans:
        if span not in part.spans:
            months = span[1] - span[0] + 1
            bounds = area.average.get(span)
            if bounds is None:
                each = Fraction(area.paid[span].low * 100, months * of)
                bounds = each, each
            part.average[span] = bounds[0] * (1 - _APART), bounds[1] * (1 + _APART)
    return part


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
