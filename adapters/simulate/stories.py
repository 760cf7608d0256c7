"""Applications that end without an award: refused, withdrawn, lapsed, terminated, not accepted."""

from collections.abc import Mapping
from random import Random

from adapters.simulate.means import spread
from adapters.simulate.people import Registry, family
from adapters.simulate.plan import Income, Objection, Property, Story, StoryKind
from domain.days import Month
from domain.ids import DivisionCode, MemberKey
from domain.money import Fen
from domain.policy import Area

_KINDS: tuple[tuple[StoryKind, str, int], ...] = (
    ("negative_opinion", "R01", 12),
    ("refused_by_county", "R02", 6),
    ("refused_by_county", "R01", 3),
    ("objection_upheld", "R01", 4),
    ("withdrawn", "E05", 5),
    ("lapsed", "E04", 5),
    ("terminated", "E01", 3),
    ("not_accepted", "N03", 2),
)
"""Kind, code, and how many to a hundred new households; at least one of each kind where there are any."""


def stories(
    area: Area,
    new_households: int,
    year: int,
    standards: Mapping[DivisionCode, Fen],
    addresses: Mapping[DivisionCode, str],
    registry: Registry,
) -> list[Story]:
    """Stories of one area in the divisions of `standards`, entered from January to October: each ends in the year."""
    rng = registry.rng
    found: list[Story] = []
    for kind, code, percent in _KINDS:
        for _ in range(max(1, new_households * percent // 100) if new_households else 0):
            division = rng.choice(sorted(standards))
            found.append(_story(area, kind, code, division, year, standards, addresses, registry))
    rng.shuffle(found)
    return found


def _story(
    area: Area,
    kind: StoryKind,
    code: str,
    division: DivisionCode,
    year: int,
    standards: Mapping[DivisionCode, Fen],
    addresses: Mapping[DivisionCode, str],
    registry: Registry,
) -> Story:
    rng = registry.rng
    standard = standards[division]
    size = rng.choice((1, 1, 2, 2, 3, 4))
    roles = family(rng, size)
    keyed = [(MemberKey(f"m{index + 1}"), role) for index, role in enumerate(roles)]
    below = standard * size * rng.randint(30, 85) // 100 + rng.randint(0, 99)
    above = standard * size * rng.randint(105, 190) // 100 + rng.randint(0, 99)
    too_much = code == "R01"
    declared = spread(rng, above if kind == "negative_opinion" else below, keyed, area)
    found = _found(declared, above) if too_much and kind != "negative_opinion" else tuple(declared)
    return Story(
        key="",
        kind=kind,
        area=area,
        division=division,
        month=Month(f"{year}-{rng.randint(1, 10):02d}"),
        contact=registry.contact(addresses[division], area),
        members=registry.members(roles, year, {}),
        declared=tuple(declared),
        found=found,
        code=code,
        property=_property(rng, standard, size) if code == "R02" else (),
        objection=_objection(rng) if kind == "objection_upheld" else None,
    )


def _found(declared: list[Income], total: Fen) -> tuple[Income, ...]:
    """The declared items, and the last of them as high as it really is."""
    more = total - sum(item.monthly for item in declared)
    last = declared[-1]
    return (*declared[:-1], Income(last.member, last.code, last.monthly + more))


def _property(rng: Random, standard: Fen, size: int) -> tuple[Property, ...]:
    turn = rng.randrange(3)
    if turn == 0:
        return (Property("A7", count=1),)
    if turn == 1:
        return (Property("A11", count=2),)
    return (Property("A1", amount=standard * size * rng.randint(26, 90)),)


def _objection(rng: Random) -> Objection:
    return Objection(anonymous=rng.randrange(3) == 0, outcome="upheld")
