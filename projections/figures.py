"""Figures as people ask for them: a month's table of a division and all below it, to date, with its balance.

Counts are whole, money fen, averages exact fractions of fen (None where nobody was paid). rules.md §8.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

from domain.days import Month, months
from projections.base import Row, Rows
from projections.household import CROSS_CUTS
from projections.places import Places
from projections.statistics import CELL, LIST

Area: TypeAlias = str
"""`urban`, `rural`, or `all` for both."""
AREAS: tuple[Area, ...] = ("urban", "rural", "all")
Unit: TypeAlias = Literal["households", "persons", "person-times", "fen", "times"]
Number: TypeAlias = int | Fraction | None
Tally: TypeAlias = Counter[str]

ENTRIES = ("new", "taken_over", "restored", "back", "moved_in", "area_in", "split_in", "merged_in")
LEAVINGS = ("exits", "off_list_out", "moved_out", "area_out", "split_out", "merged_out")
"""How households with their persons come onto the list and go from it; persons also join and leave."""
MONEY = ("due", "pending", "held_amount", "settled", "returned", "repeated", "set_off", "withheld")
"""What awards entitle to in the month, as now known; and what became of all the money on its list."""
_MOVES = {"moved_in": "moved_out", "area_in": "area_out"}
_MOVE_OF = {
    f"{way}_{unit}": way
    for way in ("moved_in", "moved_out", "area_in", "area_out")
    for unit in ("households", "persons")
}


def cells(rows: Rows, programme: str, first: Month, last: Month) -> list[Row]:
    """The cells of all divisions from a month to another, both inclusive.

    Those of a division that another stands for by the last month are that one's, also what came late for it.
    """
    places = Places(rows)
    return [
        {**row, "division": places.now(row["division"], "", last)}
        for month in months(first, last)
        for row in rows.select(CELL, programme=programme, month=month)
    ]


def tallies(found: Iterable[Row], division: str | tuple[str, ...]) -> dict[tuple[Month, Area], Tally]:
    """Sums over a division, or several apart from each other, and all below, for urban, rural and both.

    Who moved within what is summed neither came nor went: such moves cancel, so far as both ends are counted.
    """
    sums: dict[tuple[Month, Area], Tally] = {}
    inside: dict[tuple[Month, Area], Counter[str]] = {}
    for row in found:
        if not row["division"].startswith(division):
            continue
        measure, value = row["measure"], row["value"]
        name, _, place = measure.partition(".")
        moved = name in _MOVE_OF
        for area in (row["area"], "all"):
            at = (Month(row["month"]), area)
            sums.setdefault(at, Counter())[name if moved else measure] += value
            if moved:
                from_area, _, from_division = place.partition("/")
                if from_division.startswith(division) and area in ("all", from_area):
                    inside.setdefault(at, Counter())[name] += value
    for at, moves in inside.items():
        for came, went in _MOVES.items():
            for unit in ("households", "persons"):
                both = min(moves[f"{came}_{unit}"], moves[f"{went}_{unit}"])
                sums[at][f"{came}_{unit}"] -= both
                sums[at][f"{went}_{unit}"] -= both
    return sums


def total(tally: Tally, measure: str) -> int:
    """A measure with all its reasons."""
    return tally[measure] + sum(value for _, value in reasons(tally, measure))


def reasons(tally: Tally, measure: str) -> Iterator[tuple[str, int]]:
    """(reason, count) of a measure that is counted by reason, in order of the reasons."""
    mark = f"{measure}."
    yield from sorted(
        (name.removeprefix(mark), value) for name, value in tally.items() if name.startswith(mark)
    )


@dataclass(frozen=True, slots=True)
class Balance:
    """last + came − went = this: `came` and `went` by name; `difference` is 0 where it holds."""

    last: int
    came: Mapping[str, int]
    went: Mapping[str, int]
    this: int

    @property
    def difference(self) -> int:
        return self.last + sum(self.came.values()) - sum(self.went.values()) - self.this


def balance(tally: Tally, unit: Literal["households", "persons"]) -> Balance:
    """The balance of a month's list against the list before, without moves within what is summed."""
    came = {name: total(tally, f"{name}_{unit}") for name in ENTRIES}
    went = {name: total(tally, f"{name}_{unit}") for name in LEAVINGS}
    if unit == "persons":
        came["joined"] = total(tally, "joined_persons")
        went["left"] = total(tally, "left_persons")
    return Balance(tally[f"last_{unit}"], came, went, tally[unit])


def average(money: int, heads: int) -> Fraction | None:
    """人均补差: fen a person or a person-time, exact."""
    return Fraction(money, heads) if heads else None


def to_date(
    sums: Mapping[tuple[Month, Area], Tally], area: Area, first: Month, last: Month
) -> tuple[int, int]:
    """(money, person-times) of the months, with the arrears and corrections drawn in them."""
    money = heads = 0
    for month in months(first, last):
        tally = sums.get((month, area))
        if tally is not None:
            money += tally["paid"] + tally["corrections"]
            heads += tally["persons"] + tally["correction_person_times"]
    return money, heads


def new_persons(tally: Tally) -> int:
    """As reported: persons with their household, and who joined one that stays."""
    return total(tally, "new_persons") + total(tally, "joined_persons")


def exits_persons(tally: Tally) -> int:
    """As reported: persons with their household, and who left one that stays."""
    return total(tally, "exits_persons") + total(tally, "left_persons")


def month_table(rows: Rows, programme: str, division: str, month: Month) -> dict[Area, dict[str, Number]]:
    """A month's figures of a division, each under a stable key; keys with a point have a reason."""
    january = Month(f"{month[:4]}-01")
    sums = tallies(cells(rows, programme, january, month), division)
    return {area: figures_of(sums, area, january, month) for area in AREAS}


def figures_of(
    sums: Mapping[tuple[Month, Area], Tally], area: Area, first: Month, month: Month
) -> dict[str, Number]:
    """One area's figures of a month, and from `first` to it."""
    tally = sums.get((month, area), Counter())
    money, heads = to_date(sums, area, first, month)
    households, persons = balance(tally, "households"), balance(tally, "persons")
    found: dict[str, Number] = {
        "households": tally["households"],
        "persons": tally["persons"],
        "person_times": tally["persons"],
        "paid": tally["paid"],
        "average_supplement": average(tally["paid"], tally["persons"]),
        "corrections": tally["corrections"],
        "correction_person_times": tally["correction_person_times"],
        "paid_to_date": money,
        "person_times_to_date": heads,
        "average_to_date": average(money, heads),
        **{name: tally[name] for name in MONEY},
        "recovered": tally["recovered"],
        "held_households": tally["held_households"],
        "off_list_households": tally["off_list_households"],
        "off_list_persons": tally["off_list_persons"],
        **{name: tally[name] for name in CROSS_CUTS},
        "reported_new_households": total(tally, "new_households"),
        "reported_new_persons": new_persons(tally),
        "reported_exits_households": total(tally, "exits_households"),
        "reported_exits_persons": exits_persons(tally),
        "last_households": households.last,
        "last_persons": persons.last,
    }
    for name in ENTRIES:
        found[f"{name}_households"] = households.came[name]
        found[f"{name}_persons"] = persons.came[name]
    found["joined_persons"] = persons.came["joined"]
    for name in LEAVINGS:
        if name != "split_out":
            found[f"{name}_households"] = households.went[name]
        found[f"{name}_persons"] = persons.went[name]
    found["left_persons"] = persons.went["left"]
    found["balance_households"] = households.difference
    found["balance_persons"] = persons.difference
    found.update((name, tally[name]) for name in sorted(tally) if "." in name)
    return found


def unit_of(measure: str) -> Unit:
    """What a measure of `figures_of` is counted in."""
    name = measure.partition(".")[0]
    if name in ("paid", "corrections", "paid_to_date", "recovered", *MONEY) or name.startswith("average"):
        return "fen"
    if "person_times" in name:
        return "person-times"
    if measure.endswith("_households"):
        return "households"
    if name == "steps" and not measure.endswith("_persons"):
        return "times"
    return "households" if name.endswith("households") else "persons"


def lists_closed(rows: Rows, programme: str, division: str, month: Month) -> dict[str, date]:
    """The month's closed lists that cover the division or lie below it: county/area → the day of closing."""
    return {
        f"{row['division']}/{row['area']}": row["closed"]
        for row in rows.select(LIST, programme=programme, month=month)
        if row["division"].startswith(division) or division.startswith(row["division"])
    }
