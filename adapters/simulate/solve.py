"""A plan of a whole place from a report's printed figures, a year and a seed."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from adapters.report.grammar import Figure, of_report
from adapters.simulate.additions import Additions, additions_of
from adapters.simulate.amounts import Amounts
from adapters.simulate.assemble import make_household
from adapters.simulate.books import books_of
from adapters.simulate.campaign import Drive, choose, drive_of, gone_before, left_out, months_of, share_of
from adapters.simulate.figures import CannotFit, Targets, measures_of, targets
from adapters.simulate.flows import Flows
from adapters.simulate.homes import Home, make_homes
from adapters.simulate.people import Registry
from adapters.simulate.places import addresses, make_place
from adapters.simulate.plan import Household, Place, Plan, Standard, Story, standard_at
from adapters.simulate.stories import stories
from adapters.simulate.units import Unit, units_of
from domain.ids import DivisionCode
from domain.money import Fen
from domain.policy import AREAS, Area

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
    gives_way = {one.gives_way.line for one in contradictions}
    standing = [one for one in chosen if one.line not in gives_way]
    additions = additions_of(standing)
    drive = drive_of(standing, wanted)
    rng = Random(f"{report} {year} {seed}")
    units = [unit for one in wanted for unit in units_of(one, rng)]
    names = sorted({part for one in wanted for part in (*one.standards, *one.parts) if part is not None})
    place = make_place(measures_of(chosen, "divisions"), _sizes(units), len(names) + 1 if names else 0)
    parts = _parts(names, wanted, units, place)
    registry = Registry(rng)
    standards: list[Standard] = []
    households: list[Household] = []
    if drive is not None:
        units.sort(key=lambda one: (bool(one.beside), one.households))
    for index, one in enumerate(units):
        one.know_beside()
        within = _divisions(one, units, place, parts)
        set_here = _standards(one, within, place, parts, rng)
        standards += set_here
        driven = _Driven(drive, [other.flows for other in units[index + 1 :]]) if drive is not None else None
        households += _area(one, within, place, set_here, year, registry, additions, driven)
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
        parts=parts,
        additions=dict(additions),
        campaign=months_of(year) if drive is not None else None,
        left_out=left_out(standing, drive, wanted),
    )


class _Driven(NamedTuple):
    """A campaign with the areas whose share of it comes later."""

    drive: Drive
    others: Sequence[Flows]


def _sizes(units: Sequence[Unit]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for one in units:
        sizes[one.targets.area] = sizes.get(one.targets.area, 0) + one.households
    if "all" in sizes:
        return {"urban": sizes["all"] // 2, "rural": sizes["all"] // 2}
    return sizes


def _of_area(area: str, place: Place) -> tuple[DivisionCode, ...]:
    own = {"urban": place.urban, "rural": place.rural}.get(area, ())
    return own or place.urban + place.rural


def _divisions(
    unit: Unit, units: Sequence[Unit], place: Place, parts: Mapping[str, tuple[DivisionCode, ...]]
) -> tuple[DivisionCode, ...]:
    """Where a unit's households live: a part in its townships, the rest of an area in no other part's."""
    area = unit.targets.area
    taken = {code for one in units if one.part and one.targets.area == area for code in parts[one.part]}
    own = set(parts[unit.part]) if unit.part else None
    return tuple(
        code
        for code in _of_area(area, place)
        if (code[:9] in own if own is not None else code[:9] not in taken)
    )


def _parts(
    names: Sequence[str], wanted: Sequence[Targets], units: Sequence[Unit], place: Place
) -> dict[str, tuple[DivisionCode, ...]]:
    """Townships side by side for each part, of every area that has parts, and some for what is left of it."""
    found: dict[str, tuple[DivisionCode, ...]] = dict.fromkeys(names, ())
    for one in wanted:
        own = [name for name in names if name in one.standards or name in one.parts]
        rest = bool(one.parts) and any(unit.targets.area == one.area and not unit.part for unit in units)
        many = len(own) + rest
        free = [
            code for code in _townships(one.area, place) if not any(code in some for some in found.values())
        ]
        for index, name in enumerate(own):
            block = free[index * len(free) // many : (index + 1) * len(free) // many]
            if not block:
                raise CannotFit("simulate.parts-do-not-fit", "area")
            found[name] = (*found[name], *block)
    return found


def _townships(area: str, place: Place) -> list[DivisionCode]:
    return list(dict.fromkeys(DivisionCode(code[:9]) for code in _of_area(area, place)))


def _standards(
    unit: Unit,
    within: Sequence[DivisionCode],
    place: Place,
    parts: Mapping[str, tuple[DivisionCode, ...]],
    rng: Random,
) -> list[Standard]:
    """As printed: the area's own, its parts' by township; else about half above what is paid."""
    wanted, flows = unit.targets, unit.flows
    areas: tuple[Area, ...] = AREAS if wanted.area == "all" else (wanted.area,)
    townships = list(dict.fromkeys(DivisionCode(code[:9]) for code in within))
    own = [
        Standard(area, township, amount)
        for area in areas
        for part, amount in wanted.standards.items()
        if part is not None
        for township in parts[part]
        if township in townships
    ]
    if own and None not in wanted.standards:
        missing = [code for code in townships if code not in {one.division for one in own}]
        if not missing:
            return own
    amount = wanted.standards.get(None)
    if amount is None:
        tens = -(-_average(wanted, flows) * rng.randint(145, 165) // 100 // 1000)
        amount = max(tens, 1) * 1000
    where = townships if unit.part else [place.county]
    return [*(Standard(area, code, amount) for area in areas for code in where), *own]


def _average(wanted: Targets, flows: Flows) -> Fen:
    """Fen a head and month, from the latest sum printed."""
    for span in sorted(wanted.spans, key=lambda s: (s[0] != s[1], -s[1], s[0])):
        heads = flows.heads(span)
        window = wanted.money(span, heads)
        if window is not None and heads:
            return (window.low + window.high) * 50 // heads
    return _USUAL[wanted.area]


def _area(
    unit: Unit,
    within: Sequence[DivisionCode],
    place: Place,
    standards: Sequence[Standard],
    year: int,
    registry: Registry,
    additions: Additions,
    driven: _Driven | None,
) -> list[Household]:
    wanted, flows = unit.targets, unit.flows
    areas = {code: _area_of(code, wanted, place) for code in within}
    known = {code: standard_at(standards, area, code) for code, area in areas.items()}
    homes = make_homes(flows, tuple(areas), registry.rng)
    amounts = Amounts(homes, lambda home: known[home.division], wanted, flows, registry.rng)
    unit.paid = amounts.run()
    paid = list(unit.paid)
    if driven is not None:
        gone = _in_campaign(driven, flows, homes, tuple(areas), registry.rng)
        paid += [amounts.beside(home, known[home.division]) for home in gone]
    words = addresses(place)
    return [
        make_household(one, areas[one.home.division], words[one.home.division], year, registry, additions)
        for one in paid
    ]


def _in_campaign(
    driven: _Driven, flows: Flows, homes: Sequence[Home], divisions: Sequence[DivisionCode], rng: Random
) -> list[Home]:
    """Who of the area is reviewed in it; with the last area, who went by it or left since."""
    drive, others = driven
    last = not others
    choose(drive, homes, share_of(drive, flows, others), last=last, rng=rng)
    return gone_before(drive, divisions, rng) if last else []


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
    return {code: standard_at(standards, area, code) for code in _of_area(area, place)}
