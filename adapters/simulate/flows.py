"""Households and persons of an area month by month: stock, new, joined, exits, left (rules.md §8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from adapters.simulate.figures import CannotFit, Span, Targets
from adapters.simulate.repair import POINT, Bound, near, project

BIGGEST = 6
_MANY = 10**9
_SIZES = {"urban": (8, 5), "rural": (3, 2), "all": (8, 5)}
"""Persons a household where nothing is printed, as a fraction."""


@dataclass(frozen=True, slots=True)
class Flows:
    """Index 0 is the December before; flows of index 0 are 0. `left` and `joined` are of households that stay."""

    households: tuple[int, ...]
    persons: tuple[int, ...]
    new_households: tuple[int, ...]
    new_persons: tuple[int, ...]
    joined: tuple[int, ...]
    exits_households: tuple[int, ...]
    exits_persons: tuple[int, ...]
    left: tuple[int, ...]

    def heads(self, span: Span) -> int:
        """Persons of the month, or person-times of the span."""
        return sum(self.persons[span[0] : span[1] + 1])


def plan_flows(targets: Targets, rng: Random) -> Flows:
    """Counts by month that give every head count printed; raises `CannotFit` naming rows that can't be met.

    Households are planned first and persons within them; where that is too narrow, both at once.
    """
    _empty(targets)
    scale = _scale(targets)
    shape = _shape(targets, scale, rng)
    for least in (True, False):
        try:
            return _persons(targets, _households(targets, scale, shape, least), scale, rng)
        except CannotFit:
            continue
    return _together(targets, scale, shape, rng)


def typical(targets: Targets, measure: str) -> int | None:
    """A month's usual count of households or persons, from whatever is printed of it."""
    found = sorted(
        ((span[1], -(span[1] - span[0])), (window.low + window.high) // 2 // (span[1] - span[0] + 1))
        for (name, span), window in targets.heads.items()
        if name == measure
    )
    return found[-1][1] if found else None


def _scale(targets: Targets) -> tuple[int, int]:
    """Usual households and persons of a month."""
    many, few = targets.size or _SIZES[targets.area]
    households, persons = typical(targets, "households"), typical(targets, "persons")
    if persons is None and households is None:
        paid = max(((span, w) for span, w in targets.paid.items()), default=None)
        if paid is None:
            raise CannotFit("simulate.no-heads", "persons")
        (first, last), window = paid
        average = targets.average.get(paid[0])
        each = int(average[0]) // 100 if average else 200
        persons = max(1, window.low // (last - first + 1) // max(1, each))
    if persons is None:
        assert households is not None
        persons = households * many // few
    if households is None:
        households = max(1, persons * few // many)
    return households, persons


def _figure_bounds(targets: Targets, measure: str, terms: "dict[str, list[tuple[int, int]]]") -> list[Bound]:
    return [
        Bound(
            tuple(terms[name + str(span)]), window.low, window.high, name, tuple(targets.lines_of(name, span))
        )
        for (name, span), window in targets.heads.items()
        if name in (measure, f"new_{measure}", f"exits_{measure}")
    ]


def _check(broken: Sequence[Bound]) -> None:
    if broken:
        lines = sorted({line for bound in broken for line in bound.lines})
        raise CannotFit("simulate.counts-do-not-fit", broken[0].name or "persons", lines)


def _empty(targets: Targets) -> None:
    for (name, span), window in targets.heads.items():
        if not window:
            raise CannotFit("simulate.counts-do-not-fit", name, targets.lines_of(name, span))


def _stock(span: Span, start: int, ins: list[list[int]], outs: list[list[int]]) -> list[tuple[int, int]]:
    """Terms of the sum over a span of months of: start + all that came − all that went."""
    factors = {start: span[1] - span[0] + 1}
    for month in range(1, span[1] + 1):
        times = span[1] - max(month, span[0]) + 1
        for run, sign in [*((run, 1) for run in ins), *((run, -1) for run in outs)]:
            factors[run[month - 1]] = sign * times
    return list(factors.items())


def _flow(span: Span, runs: list[list[int]]) -> list[tuple[int, int]]:
    return [(run[month - 1], 1) for run in runs for month in range(span[0], span[1] + 1)]


def _about(rng: Random, value: int) -> int:
    return value * rng.randint(75, 125) // 100


def _shape(targets: Targets, scale: tuple[int, int], rng: Random) -> tuple[list[int], list[int]]:
    """Persons who come and who go by month (in 1/`POINT`): what the printed persons ask of the households."""
    people = scale[1]
    ins, outs = list(range(1, 13)), list(range(13, 25))
    turnover = people * POINT // 400
    guess = [people * POINT, *(_about(rng, turnover) for _ in range(24))]
    limits = [(0, _MANY)] * 25
    weights = [max(1, people)] + [max(1, people // 1600)] * 12 + [max(1, people // 200)] * 12
    terms = _terms(targets, "persons", [ins], [outs])
    x = project(guess, weights, limits, _figure_bounds(targets, "persons", terms))
    return x[1:13], x[13:]


def _terms(
    targets: Targets, measure: str, ins: list[list[int]], outs: list[list[int]]
) -> dict[str, list[tuple[int, int]]]:
    spans = [span for _, span in targets.heads]
    terms = {f"{measure}{span}": _stock(span, 0, ins, outs) for span in spans}
    terms |= {f"new_{measure}{span}": _flow(span, ins) for span in spans}
    terms |= {f"exits_{measure}{span}": _flow(span, outs) for span in spans}
    return terms


def _share(targets: Targets, name: str, usual: tuple[int, int]) -> tuple[int, int]:
    """Households of a flow's persons as a fraction: as printed if both are, else as usual."""
    for (measure, span), window in targets.heads.items():
        households = targets.heads.get((f"{name}_households", span))
        if measure == f"{name}_persons" and households is not None and window.low:
            return households.low, window.low
    return usual


def _households(
    targets: Targets, scale: tuple[int, int], shape: tuple[list[int], list[int]], least: bool
) -> tuple[list[int], list[int], list[int]]:
    """Stock by month 0–12, new and exits by month 1–12."""
    usual = scale[0]
    ins, outs = list(range(1, 13)), list(range(13, 25))
    few = min(4, usual // 400) if least else 0
    guess = [usual * POINT]
    for name, run in zip(("new", "exits"), shape, strict=True):
        part, persons = _share(targets, name, (usual * 3, scale[1] * 4))
        guess += [max(few * POINT, one * part // max(1, persons)) for one in run]
    limits = [(0, _MANY), *[(few, _MANY)] * 12, *[(min(few, 1), _MANY)] * 12]
    weights = [max(1, usual)] + [max(1, usual // 400)] * 24
    terms = _terms(targets, "households", [ins], [outs])
    bounds = _figure_bounds(targets, "households", terms)
    for name in ("new", "exits"):
        run = ins if name == "new" else outs
        for (measure, span), window in targets.heads.items():
            if measure == f"{name}_persons":
                bounds.append(Bound(tuple(_flow(span, [run])), 0, window.high, measure))
    for (measure, span), window in targets.heads.items():
        if measure == "persons":
            months = span[1] - span[0] + 1
            low = -(-window.low // BIGGEST) if months == 1 else 0
            bounds.append(Bound(tuple(terms[f"households{span}"]), low, window.high, measure))
    bounds.append(Bound(((0, 1), *((at, -1) for at in outs)), 0, _MANY, "exits_households"))
    x, broken = near(guess, weights, limits, bounds, (ins, outs))
    _check(broken)
    stock = [x[0]]
    for month in range(12):
        stock.append(stock[-1] + x[ins[month]] - x[outs[month]])
    return stock, [0, *(x[at] for at in ins)], [0, *(x[at] for at in outs)]


def _persons(
    targets: Targets, households: tuple[list[int], list[int], list[int]], scale: tuple[int, int], rng: Random
) -> Flows:
    stock, new, out = households
    usual, people = scale
    came, joined, went, left = ([*range(1 + 12 * k, 13 + 12 * k)] for k in range(4))
    ins, outs = [came, joined], [went, left]
    stay = stock[0] - sum(out)
    some = people * POINT // 900
    size = people * POINT // max(1, usual)
    guess = [size * stock[0]]
    guess += [max(n * POINT, n * size) for n in new[1:]]
    guess += [_about(rng, some // 2) for _ in range(12)]
    guess += [max(n * POINT, n * size * 13 // 10) for n in out[1:]]
    guess += [_about(rng, some) for _ in range(12)]
    limits = [(stock[0], BIGGEST * stock[0])]
    limits += [(n, 5 * n) for n in new[1:]]
    limits += [(0, max(0, stay // 12))] * 12
    limits += [(n, BIGGEST * n) for n in out[1:]]
    limits += [(0, max(0, stay // 3))] * 12
    weights = [max(1, people)] + [max(1, people // 1600)] * 24 + [max(1, people // 200)] * 24
    terms = _terms(targets, "persons", ins, outs)
    bounds = _figure_bounds(targets, "persons", terms)
    gone = [(at, -1) for at in went]
    bounds += [
        Bound(((0, 1), *gone, *((at, -1) for at in left)), stay, _MANY, "persons"),
        Bound(((0, 1), *gone, *((at, 1) for at in joined)), 0, BIGGEST * stay, "persons"),
        Bound(tuple((at, 1) for at in (*left, *joined)), 0, stay, "exits_persons"),
    ]
    x, broken = near(guess, weights, limits, bounds, (came, joined, went, left))
    _check(broken)
    return _flows(x[0], stock, new, out, x, (came, joined, went, left))


def _flows(
    first: int,
    stock: Sequence[int],
    new: Sequence[int],
    out: Sequence[int],
    x: Sequence[int],
    runs: Sequence[list[int]],
) -> Flows:
    came, joined, went, left = ((0, *(x[at] for at in run)) for run in runs)
    persons = [first]
    for month in range(1, 13):
        persons.append(persons[-1] + came[month] + joined[month] - went[month] - left[month])
    return Flows(tuple(stock), tuple(persons), tuple(new), came, joined, tuple(out), went, left)


def _together(
    targets: Targets, scale: tuple[int, int], shape: tuple[list[int], list[int]], rng: Random
) -> Flows:
    """Households and persons in one go: of each flow the households, and the persons beyond one in each."""
    usual, people = scale
    new, out, wider, joined, thinner, left = ([*range(at, at + 12)] for at in (1, 13, 26, 38, 50, 62))
    first, beyond = 0, 25
    guess = [usual * POINT]
    for name, run in zip(("new", "exits"), shape, strict=True):
        part, persons = _share(targets, name, (usual, people))
        guess += [one * part // max(1, persons) for one in run]
    rest = max(0, people - usual) * POINT
    guess += [rest, *(_about(rng, rest // 400) for _ in range(48))]
    limits = [(0, _MANY)] * len(guess)
    weights = [max(1, usual), *[1] * 24, max(1, people), *[1] * 48]
    bounds = _figure_bounds(targets, "households", _terms(targets, "households", [new], [out]))
    terms = _terms(targets, "persons", [new, wider, joined], [out, thinner, left])
    for some in terms.values():
        some += [(beyond, factor) for at, factor in some if at == first]
    bounds += _figure_bounds(targets, "persons", terms)
    for households, more in (*zip(new, wider, strict=True), *zip(out, thinner, strict=True)):
        bounds.append(Bound(((more, 1), (households, 1 - BIGGEST)), -_MANY, 0))
    stay = [(first, 1), *((at, -1) for at in out)]
    extra = [(beyond, 1), *((at, -1) for at in thinner)]
    off = [(at, -1) for at in left]
    on = [(at, 1) for at in joined]
    bounds += [
        Bound(tuple(stay), 0, _MANY),
        Bound((*extra, *off), 0, _MANY),
        Bound((*extra, *on, *((at, (1 - BIGGEST) * factor) for at, factor in stay)), -_MANY, 0),
        Bound((*stay, *off, *((at, -1) for at in joined)), 0, _MANY),
    ]
    x, broken = near(guess, weights, limits, bounds, (new, out, wider, joined, thinner, left), 40)
    if broken:
        _check([*(bound for bound in broken if bound.lines), *broken])
    for households, more in (*zip(new, wider, strict=True), *zip(out, thinner, strict=True)):
        x[more] += x[households]
    x[beyond] += x[first]
    stock = [x[first]]
    for month in range(12):
        stock.append(stock[-1] + x[new[month]] - x[out[month]])
    runs = (wider, joined, thinner, left)
    return _flows(x[beyond], stock, [0, *(x[at] for at in new)], [0, *(x[at] for at in out)], x, runs)
