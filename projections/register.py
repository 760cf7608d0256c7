"""在保名册: who receives what, from which month to which; a register as of a day is read from it (rules.md §8)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from domain.case.award import AreaChanged, HoldEnded, HoldSet
from domain.case.move import RELOCATED
from domain.case.takeover import TakeOverUndone
from domain.days import Month, month_of
from domain.event import Event
from domain.ids import DivisionCode
from projections.awards import AWARD_EVENTS, Awards, spans
from projections.base import Row, Rows, Seen, Table
from projections.household import (
    CROSS_CUTS,
    HOUSEHOLD_EVENTS,
    Households,
    area_in,
    cross_cuts,
    division_on,
    head_on,
)

SEGMENT = "register_segment"
HOLD = "register_hold"
FORMER = "register_former"

READS: tuple[type[Event], ...] = (*HOUSEHOLD_EVENTS, *AWARD_EVENTS, HoldSet, HoldEnded)
_READ = frozenset(READS)


class Register:
    """`register_segment`: a case's terms from a month to a month (null: without end). Amounts in fen a month.

    `register_former`: a division in which a case lay before it moved.
    """

    name: ClassVar[str] = "register"
    version: ClassVar[int] = 6
    by_case: ClassVar[bool] = True
    """Each row is of one case and comes from its events and from persons alone: cases may be folded apart."""
    reads: ClassVar[tuple[type[Event], ...]] = READS
    households: ClassVar[Households] = Households("register")
    awards: ClassVar[Awards] = Awards("register")
    tables: ClassVar[tuple[Table, ...]] = (
        *households.tables,
        awards.table,
        Table(
            name=SEGMENT,
            columns={
                "case_no": "text",
                "from_month": "text",
                "until_month": "text",
                "division": "text",
                "area": "text",
                "amount": "int",
                "uplift": "int",
                "covered": "json",
                "shares": "json",
                "cause": "text",
                "code": "text",
                "gradual": "bool",
                "end_code": "text",
            },
            key=("case_no", "from_month"),
            indexes=(("division", "from_month"),),
        ),
        Table(
            name=HOLD,
            columns={"case_no": "text", "hold": "text", "ground": "text", "since": "day", "until": "day"},
            key=("case_no", "hold"),
        ),
        Table(name=FORMER, columns={"division": "text", "case_no": "text"}, key=("division", "case_no")),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if type(event) not in _READ:
            return
        kind, _, case = seen.stream.partition(":")
        if kind == "person":
            self.households.apply_person(case, event, rows)
        if kind != "case":
            return
        self.households.apply(case, event, rows)
        if isinstance(event, RELOCATED):
            left = self.households.of(case, rows)["divisions"][-2][1]
            rows.put(FORMER, {"division": left, "case_no": case})
        award = self.awards.apply(case, event, rows)
        if isinstance(event, TakeOverUndone):
            for row in list(rows.select(SEGMENT, case_no=case)):
                rows.delete(SEGMENT, (case, row["from_month"]))
        elif award is not None or isinstance(event, (AreaChanged, *RELOCATED)):
            self._segments(case, rows)
        elif isinstance(event, HoldSet):
            hold = {"hold": event.hold, "ground": event.ground, "since": event.on, "until": event.until}
            rows.put(HOLD, {"case_no": case, **hold})
        elif isinstance(event, HoldEnded):
            rows.delete(HOLD, (case, event.hold))

    def _segments(self, case: str, rows: Rows) -> None:
        """Write the award's segments anew; those of an award before it stand."""
        award = rows.get(self.awards.name, (case,))
        if award is None:
            return
        household = self.households.of(case, rows)
        for row in list(rows.select(SEGMENT, case_no=case)):
            if row["from_month"] >= award["began"]:
                rows.delete(SEGMENT, (case, row["from_month"]))
        for span in spans(award, household["areas"]):
            rows.put(
                SEGMENT,
                {
                    "case_no": case,
                    **span,
                    "division": household["division"],
                    "area": area_in(household, Month(span["from_month"])),
                    "cause": award["cause"],
                },
            )


def living(rows: Rows, month: Month, division: str) -> list[Row]:
    """Segments that hold in a month, of cases that lie or ever lay in a division or below it, by case number."""
    found = {(row["case_no"], row["from_month"]): row for row in rows.below(SEGMENT, "division", division)}
    for moved in rows.below(FORMER, "division", division):
        for row in rows.select(SEGMENT, case_no=moved["case_no"]):
            found[row["case_no"], row["from_month"]] = row
    return [
        row
        for _, row in sorted(found.items())
        if row["from_month"] <= month and (row["until_month"] is None or month <= row["until_month"])
    ]


def as_of(rows: Rows, division: DivisionCode, day: date, area: str | None = None) -> Iterator[Row]:
    """Who receives on a day in a division and all below it: a row for a household, in order of case number.

    `division` is that of the day, `now_in` where the household is now. `members` are those covered; `counts` their
    cross-cuts of that day; `held` whether pay is kept back.
    """
    households = Register.households
    for segment in living(rows, month_of(day), division):
        case = segment["case_no"]
        household = households.of(case, rows)
        where = division_on(household, day)
        if not where.startswith(division) or (area is not None and segment["area"] != area):
            continue
        members = households.members(case, rows)
        covered = [members[key] for key in segment["covered"]]
        yield {
            **segment,
            "division": where,
            "now_in": household["division"],
            "head": head_on(household, members, day),
            "members": covered,
            "persons": len(covered),
            "counts": cross_cuts(household["facts"], covered, day),
            "held": any(hold["since"] <= day for hold in rows.select(HOLD, case_no=case)),
        }


def summary(found: list[Row]) -> dict[str, int]:
    """Households, persons, amount (fen a month), held households, and the cross-cuts, which are never summed."""
    counts: Counter[str] = Counter()
    for row in found:
        counts.update(row["counts"])
    return {
        "households": len(found),
        "persons": sum(row["persons"] for row in found),
        "amount": sum(row["amount"] for row in found),
        "held": sum(row["held"] for row in found),
        **{name: counts[name] for name in CROSS_CUTS},
    }
