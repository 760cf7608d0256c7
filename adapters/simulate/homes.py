"""Households behind the counts: how many persons each covers, when it comes and goes, who leaves or joins it."""

from dataclasses import dataclass
from random import Random
from typing import Literal, TypeAlias

from adapters.simulate.flows import BIGGEST, Flows
from domain.ids import DivisionCode

EventKind: TypeAlias = Literal["left", "joined", "more", "less"]
STAYS = 13


@dataclass(slots=True)
class Home:
    """Months are 0–12, 0 the December before. `last` is the last list it is on, `STAYS` beyond the year.

    One event at most: a member left or joined, or the amount became more or less, from month `at` on.
    `aside`: one more member who is counted in the means test and not covered. `born`: who joined is newborn.
    Where a campaign is planned: `began` is the award's first month, `reviewed` whether it is reviewed in the campaign
    before the year, `stopped` whether that ends it.
    """

    first: int
    last: int
    size: int
    division: DivisionCode
    event: EventKind | None = None
    at: int = 0
    aside: bool = False
    born: bool = False
    began: int | None = None
    reviewed: bool = False
    stopped: bool = False

    def covered(self, month: int) -> int:
        """Persons the award pays in the month, 0 while it is not on the list."""
        if not self.first <= month <= self.last:
            return 0
        if self.event == "left" and month >= self.at:
            return self.size - 1
        return self.size + 1 if self.event == "joined" and month >= self.at else self.size


def split_sizes(rng: Random, households: int, persons: int, at_least_two: int = 0) -> list[int]:
    """Sizes 1–6 of so many households that add up to `persons`; the first `at_least_two` are no singles."""
    sizes = [1] * households
    extra = persons - households
    for index in range(min(at_least_two, extra)):
        sizes[index] = 2
    extra -= min(at_least_two, extra)
    while extra > 0:
        index = rng.randrange(households)
        if sizes[index] < BIGGEST:
            sizes[index] += 1
            extra -= 1
    return sizes


def make_homes(flows: Flows, divisions: tuple[DivisionCode, ...], rng: Random) -> list[Home]:
    """Homes whose lists give `flows` exactly, spread over the divisions, in random order."""
    weights = [rng.randint(60, 160) for _ in divisions]

    def home(first: int, last: int, size: int) -> Home:
        return Home(first, last, size, rng.choices(divisions, weights)[0])

    homes = []
    for month in range(1, 13):
        out, gone = flows.exits_households[month], flows.exits_persons[month]
        homes += [home(0, month - 1, size) for size in split_sizes(rng, out, gone)]
        new, came = flows.new_households[month], flows.new_persons[month]
        homes += [home(month, STAYS, size) for size in split_sizes(rng, new, came)]
    staying = flows.households[0] - sum(flows.exits_households)
    persons = flows.persons[0] - sum(flows.exits_persons)
    leaving = [month for month in range(1, 13) for _ in range(flows.left[month])]
    joining = [month for month in range(1, 13) for _ in range(flows.joined[month])]
    sizes = split_sizes(rng, staying, persons, len(leaving))
    stayers = [home(0, STAYS, size) for size in sizes]
    for one, month in zip(stayers, leaving, strict=False):
        one.event, one.at = "left", month
    room = [one for one in stayers[len(leaving) :] if one.size < BIGGEST]
    rng.shuffle(room)
    room.sort(key=lambda one: one.size == 1)
    for one, month in zip(room, joining, strict=False):
        one.event, one.at = "joined", month
    homes += stayers
    for one in homes:
        one.aside = one.event is None and one.size < 4 and rng.randrange(120) == 0
    rng.shuffle(homes)
    return homes
