"""A campaign before the year: who of the stock is reviewed in it, who goes by it, who leaves between it and December.

So that reviews done and exits from them are the printed ones: reviewed = stock reviewed + stopped by it + left since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from adapters.report.grammar import Figure, split_area
from adapters.simulate.figures import CannotFit, Targets, is_book
from adapters.simulate.flows import BIGGEST, Flows
from adapters.simulate.homes import Home, split_sizes
from adapters.simulate.lives import CAMPAIGN
from domain.campaign import Campaign
from domain.days import Month
from domain.ids import DivisionCode

FIRST, LAST = CAMPAIGN
LEAST, MOST = -11, -3
"""First months of an award, from January as 1, of who is reviewed in the campaign before the year."""
_MEASURES = ("reviewed_households", "reviewed_persons", "review_exits_households", "review_exits_persons")


@dataclass(slots=True)
class Drive:
    """What is left to be planned, over all areas; `lines` are the rows that ask for it."""

    households: int
    persons: int
    exits_households: int
    exits_persons: int
    lines: tuple[int, ...]

    def take(self, homes: int, persons: int) -> None:
        self.households -= homes
        self.persons -= persons

    @property
    def stay(self) -> tuple[int, int]:
        return self.households - self.exits_households, self.persons - self.exits_persons


def months_of(year: int) -> Campaign:
    """The campaign that lies before the year."""
    return Month(f"{year - 1}-{FIRST}"), Month(f"{year - 1}-{LAST}")


def drive_of(figures: Iterable[Figure], wanted: Sequence[Targets]) -> Drive | None:
    """The campaign of `dibao` over all areas that are planned, what isn't printed as usual; None without reviews."""
    areas = {"all", *(str(one.area) for one in wanted)} if len(wanted) == 1 else {"all"}
    found = {
        one.measure: one
        for one in figures
        if one.programme == "dibao"
        and one.period.kind == "campaign"
        and one.area in areas
        and one.measure in _MEASURES
    }
    value = {name: int(one.value) for name, one in found.items()}
    if not {"reviewed_households", "reviewed_persons"} & set(value):
        return None
    households = value.get("reviewed_households") or value["reviewed_persons"] * 2 // 3
    persons = value.get("reviewed_persons") or households * 3 // 2
    gone = value.get("review_exits_households", min(value.get("review_exits_persons", 0), households // 50))
    lost = value.get("review_exits_persons", gone * persons // max(1, households))
    drive = Drive(households, persons, gone, lost, tuple(one.line for one in found.values()))
    fits = 0 <= gone <= lost <= BIGGEST * gone and 0 <= drive.stay[0] <= drive.stay[1]
    if not fits:
        raise _misfit(drive)
    for one in wanted:
        one.size = drive.stay[1], drive.stay[0]
    return drive


def _misfit(drive: Drive) -> CannotFit:
    return CannotFit("simulate.counts-do-not-fit", "reviewed_persons", drive.lines)


def share_of(drive: Drive, counts: Flows, others: Sequence[Flows]) -> int:
    """Of the stock's households still to be reviewed, how many in this area: in proportion, all if it is the last."""
    stay = drive.stay[0]
    stock = counts.households[0] + sum(one.households[0] for one in others)
    return min(counts.households[0], stay * counts.households[0] // max(1, stock))


def choose(drive: Drive, homes: Sequence[Home], many: int, *, last: bool, rng: Random) -> None:
    """Mark who of an area's stock is reviewed, about `many`; in the last area so that all adds up."""
    stock = [home for home in homes if home.first == 0]
    rng.shuffle(stock)
    inside, outside = stock[:many], stock[many:]
    if last:
        inside = _fitted(drive, inside, outside)
    for home in inside:
        home.reviewed = True
    for home in homes:
        if home.first > 0:
            home.began = home.first
        else:
            home.began = rng.randint(LEAST, MOST) if home.reviewed else rng.randint(MOST + 1, 0)
    drive.take(len(inside), sum(home.size for home in inside))


def _fitted(drive: Drive, inside: list[Home], outside: list[Home]) -> list[Home]:
    """So many that who is left over can be households of one to `BIGGEST`: swapped for smaller or larger, or less."""
    inside = sorted(inside, key=lambda home: home.size)
    outside = sorted(outside, key=lambda home: home.size)
    households, persons = drive.stay
    many, heads = len(inside), sum(home.size for home in inside)
    while inside:
        left, over = households - many, persons - heads
        if left <= over <= BIGGEST * left:
            return inside
        too_many = over < left
        gone = inside.pop(-1 if too_many else 0)
        heads -= gone.size
        better = bool(outside) and (outside[0].size < gone.size if too_many else outside[-1].size > gone.size)
        if better:
            come = outside.pop(0 if too_many else -1)
            inside.insert(0, come) if too_many else inside.append(come)
            heads += come.size
        else:
            many -= 1
    raise _misfit(drive)


def gone_before(drive: Drive, divisions: Sequence[DivisionCode], rng: Random) -> list[Home]:
    """Households that are on no list of the year: stopped by the campaign, or reviewed and left before December."""
    left, over = drive.stay
    stopped = split_sizes(rng, drive.exits_households, drive.exits_persons)
    others = split_sizes(rng, left, over)
    made = []
    for size, by in [*((size, True) for size in stopped), *((size, False) for size in others)]:
        began = rng.randint(LEAST, MOST)
        home = Home(began, -1, size, rng.choice(divisions), reviewed=True, began=began, stopped=by)
        made.append(home)
    return made


def left_out(figures: Iterable[Figure], drive: Drive | None, wanted: Sequence[Targets]) -> tuple[int, ...]:
    """Lines of `dibao` that no plan is made by: what they say comes as it comes."""
    areas = {str(one.area) for one in wanted}
    return tuple(one.line for one in figures if one.programme == "dibao" and not _planned(one, drive, areas))


def _planned(figure: Figure, drive: Drive | None, areas: set[str]) -> bool:
    split = split_area(figure.area)
    if figure.unclear or split is None:
        return False
    if figure.measure in ("standard", "uplift_min", "uplift_max"):
        return True
    if drive is not None and figure.line in drive.lines:
        return True
    here = split[0] in areas or (split[0] == "all" and split[1] is None)
    return here and is_book(figure)
