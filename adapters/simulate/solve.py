"""A plan of a whole place from a report's printed figures, a year and a seed."""

from collections.abc import Mapping, Sequence
from random import Random

from msgspec.structs import replace

from adapters.report.grammar import Figure, of_report
from adapters.simulate.amounts import Amounts
from adapters.simulate.assemble import make_household
from adapters.simulate.books import AREAS, books_of
from adapters.simulate.figures import Targets, measures_of, targets
from adapters.simulate.flows import Flows, plan_flows
from adapters.simulate.homes import make_homes
from adapters.simulate.people import Registry
from adapters.simulate.places import addresses, make_place
from adapters.simulate.plan import Area, Household, Place, Plan, Standard, Story, standard_at
from adapters.simulate.stories import stories
from domain.ids import DivisionCode
from domain.money import Fen

_USUAL = {"urban": 40_000, "rural": 25_000, "all": 35_000}
"""Fen a head and month where nothing is printed."""


def solve(figures: Sequence[Figure], report: str, year: int, seed: int) -> Plan:
    """A place whose books give the report's `dibao` figures, all together, each at its printed step.

    The same arguments give the same plan; another seed, another place. Figures that give way to a
    contradiction are left out and named. Raises `CannotFit` naming the rows no books can give, `BadFigures`
    if the file has no such report.
    """
    chosen = of_report(figures, report)
    wanted, contradictions = targets(chosen)
    rng = Random(f"{report} {year} {seed}")
    flows = [plan_flows(one, rng) for one in wanted]
    place = make_place(measures_of(chosen, "divisions"), _sizes(wanted, flows))
    registry = Registry(rng)
    standards: list[Standard] = []
    households: list[Household] = []
    for one, counts in zip(wanted, flows, strict=True):
        set_here = _standards(one, counts, place, rng)
        standards += set_here
        households += _area(one, counts, place, set_here, year, registry)
    households.sort(key=lambda one: one.award_from)
    households = [replace(one, key=f"h{index:05d}") for index, one in enumerate(households, start=1)]
    return Plan(
        report=report,
        year=year,
        seed=seed,
        place=place,
        standards=tuple(standards),
        households=tuple(households),
        stories=_stories(households, place, standards, year, registry),
        books=books_of(households, year),
        contradictions=contradictions,
    )


def _sizes(wanted: Sequence[Targets], flows: Sequence[Flows]) -> dict[str, int]:
    sizes: dict[str, int] = {
        one.area: counts.households[0] for one, counts in zip(wanted, flows, strict=True)
    }
    if "all" in sizes:
        return {"urban": sizes["all"] // 2, "rural": sizes["all"] // 2}
    return sizes


def _divisions(area: str, place: Place) -> tuple[DivisionCode, ...]:
    own = {"urban": place.urban, "rural": place.rural}.get(area, ())
    return own or place.urban + place.rural


def _standards(wanted: Targets, flows: Flows, place: Place, rng: Random) -> list[Standard]:
    """As printed: the area's own, or its parts' given to townships in turn; else about half above what is paid."""
    areas: tuple[Area, ...] = AREAS if wanted.area == "all" else (wanted.area,)
    if None in wanted.standards:
        return [Standard(area, place.county, wanted.standards[None]) for area in areas]
    if wanted.standards:
        parts = [wanted.standards[part] for part in sorted(wanted.standards, key=str)]
        townships = list(dict.fromkeys(DivisionCode(code[:9]) for code in _divisions(wanted.area, place)))
        return [
            Standard(area, township, parts[index % len(parts)])
            for area in areas
            for index, township in enumerate(townships)
        ]
    tens = -(-_average(wanted, flows) * rng.randint(145, 165) // 100 // 1000)
    return [Standard(area, place.county, max(tens, 1) * 1000) for area in areas]


def _average(wanted: Targets, flows: Flows) -> Fen:
    """Fen a head and month, from the latest sum printed."""
    for span in sorted({*wanted.paid, *wanted.average}, key=lambda s: (s[0] != s[1], -s[1], s[0])):
        heads = flows.heads(span)
        window = wanted.money(span, heads)
        if window is not None and heads:
            return (window.low + window.high) * 50 // heads
    return _USUAL[wanted.area]


def _area(
    wanted: Targets,
    flows: Flows,
    place: Place,
    standards: Sequence[Standard],
    year: int,
    registry: Registry,
) -> list[Household]:
    areas = {code: _area_of(code, wanted, place) for code in _divisions(wanted.area, place)}
    known = {code: standard_at(standards, area, code) for code, area in areas.items()}
    homes = make_homes(flows, tuple(areas), registry.rng)
    paid = Amounts(homes, lambda home: known[home.division], wanted, flows, registry.rng).run()
    words = addresses(place)
    return [
        make_household(one, areas[one.home.division], words[one.home.division], year, registry)
        for one in paid
    ]


def _area_of(division: DivisionCode, wanted: Targets, place: Place) -> Area:
    if wanted.area != "all":
        return wanted.area
    return "rural" if division in place.rural else "urban"


def _stories(
    households: Sequence[Household],
    place: Place,
    standards: Sequence[Standard],
    year: int,
    registry: Registry,
) -> tuple[Story, ...]:
    found: list[Story] = []
    words = addresses(place)
    for area in AREAS:
        new = sum(one.area == area and one.first_month.startswith(str(year)) for one in households)
        if new:
            found += stories(area, new, year, _known(area, place, standards), words, registry)
    found.sort(key=lambda one: one.month)
    return tuple(replace(one, key=f"s{index:04d}") for index, one in enumerate(found, start=1))


def _known(area: Area, place: Place, standards: Sequence[Standard]) -> Mapping[DivisionCode, Fen]:
    return {code: standard_at(standards, area, code) for code in _divisions(area, place)}
