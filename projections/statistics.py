"""统计: the month's and the year's figures by division, as a fold of lists closed and steps done (rules.md §8).

A month's households and persons are those of its closed list. New: on it and not on the list before; exit: the
reverse; who comes into or goes out of a household that stays has joined or left. What is living and on no list is
"not on the list", with flows of its own. Money drawn after a list was closed is a correction of the month of drawing.
"""

from collections import Counter
from typing import Any, ClassVar

from domain.case.award import AwardBegan, GradualExitGranted, MonthDrawn, Stopped
from domain.case.change import ChangeDecided, ReviewConcluded
from domain.case.decision import (
    Announced,
    Confirmed,
    Forwarded,
    LetterServed,
    RefusedAid,
    ReturnedForCompletion,
)
from domain.case.enquiry import VerificationAsked, Visited
from domain.case.intake import Accepted, ApplicationEntered, Lapsed, NotAccepted, Terminated, Withdrawn
from domain.case.opinion import ComplaintRaised, ObjectionRaised, ObjectionSettled, OpinionConfirmed, Posted
from domain.days import Month, add_month, first_day, month_of
from domain.event import Event
from domain.payment import ListClosed
from projections.base import Row, Rows, Seen, Table
from projections.household import CROSS_CUTS, Households, cross_cuts

LINE = "statistics_line"
CELL = "statistics_cell"
AWARD = "statistics_award"
MOVED_CAUSES = {"moved": "moved_in", "split": "split_in", "merged": "merged_in", "restored": "restored"}
"""How an entry that is not new is called in the balance."""
MOVED_CODES = {"S05": "moved_out", "S19": "merged_out"}

STEPS: dict[type[Event], str] = {
    ApplicationEntered: "applications",
    Accepted: "accepted",
    NotAccepted: "not_accepted",
    Lapsed: "lapsed",
    Withdrawn: "withdrawn",
    Terminated: "terminated",
    VerificationAsked: "verifications",
    Visited: "visits",
    OpinionConfirmed: "opinions",
    Posted: "posted",
    ObjectionRaised: "objections",
    ObjectionSettled: "objections_settled",
    ComplaintRaised: "complaints",
    Forwarded: "forwarded",
    ReturnedForCompletion: "returned",
    Confirmed: "confirmed",
    RefusedAid: "refused",
    LetterServed: "served",
    Announced: "announced",
    ReviewConcluded: "reviews",
    ChangeDecided: "changes",
}
"""The steps counted by the day they were done (steps.md, column counted)."""


class Statistics:
    """`statistics_cell`: (month, area, division, measure) → a whole number; money in fen.

    Divisions are the lowest ones, rolled up when asked. A flow's measure has its reason: `exits_households.S01`.
    """

    name: ClassVar[str] = "statistics"
    version: ClassVar[int] = 1
    households: ClassVar[Households] = Households("statistics")
    tables: ClassVar[tuple[Table, ...]] = (
        *households.tables,
        Table(
            name=AWARD,
            columns={
                "case_no": "text",
                "cause": "text",
                "ends": "text",
                "end_code": "text",
                "last_line": "text",
            },
            key=("case_no",),
        ),
        Table(
            name=LINE,
            columns={
                "case_no": "text",
                "month": "text",
                "list": "text",
                "area": "text",
                "division": "text",
                "amount": "int",
                "covered": "json",
                "counts": "json",
                "arrears": "bool",
                "closed": "bool",
            },
            key=("case_no", "month"),
            indexes=(("list",),),
        ),
        Table(
            name=CELL,
            columns={"month": "text", "area": "text", "division": "text", "measure": "text", "value": "int"},
            key=("month", "area", "division", "measure"),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        kind, _, name = seen.stream.partition(":")
        if kind == "case":
            self._case(name, event, rows)
        elif isinstance(event, ListClosed):
            self._closed(seen.stream, rows)

    def _case(self, case: str, event: Event, rows: Rows) -> None:
        self.households.apply(case, event, rows)
        step = STEPS.get(type(event))
        if step is not None:
            household = self.households.of(case, rows)
            cells = Cells(rows, month_of(event.on), household["area"])
            cells.add(household["division"], f"steps.{step}", 1)
            cells.write()
        if isinstance(event, MonthDrawn):
            self._drawn(case, event, rows)
        elif isinstance(event, AwardBegan):
            before = rows.get(AWARD, (case,)) or {"case_no": case, "last_line": None}
            rows.put(AWARD, {**before, "cause": event.cause, "ends": None, "end_code": None})
        elif isinstance(event, Stopped):
            self._ends(case, event.from_month, event.code, rows)
        elif isinstance(event, GradualExitGranted):
            self._ends(case, add_month(event.until_month, 1), event.code, rows)

    def _ends(self, case: str, month: Month, code: str, rows: Rows) -> None:
        award = rows.get(AWARD, (case,))
        assert award is not None
        rows.put(AWARD, {**award, "ends": month, "end_code": code})

    def _drawn(self, case: str, event: MonthDrawn, rows: Rows) -> None:
        household = self.households.of(case, rows)
        members = self.households.members(case, rows)
        covered = list(event.shares)
        counts = cross_cuts(household["facts"], [members[key] for key in covered], first_day(event.month))
        rows.put(
            LINE,
            {
                "case_no": case,
                "month": event.month,
                "list": event.list,
                "area": event.area,
                "division": event.division,
                "amount": event.amount,
                "covered": covered,
                "counts": counts,
                "arrears": event.arrears,
                "closed": False,
            },
        )
        if event.arrears:
            cells = Cells(rows, month_of(event.on), event.area)
            cells.add(event.division, "corrections", event.amount)
            cells.add(event.division, "correction_person_times", len(covered))
            cells.write()

    def _closed(self, stream: str, rows: Rows) -> None:
        county, _, area, text = stream.partition(":")[2].split("/")
        month = Month(text)
        before = add_month(month, -1)
        cells = Cells(rows, month, area)
        for line in list(rows.select(LINE, list=stream)):
            if line["arrears"] or line["closed"]:
                continue
            self._count_line(line, before, cells, rows)
            rows.put(LINE, {**line, "closed": True})
        previous = f"list:{county}/dibao/{area}/{before}"
        for line in rows.select(LINE, list=previous):
            if line["closed"]:
                self._gone(line, month, cells, rows)
        cells.write()

    def _count_line(self, line: Row, before: Month, cells: "Cells", rows: Rows) -> None:
        add, division, case = cells.add, line["division"], line["case_no"]
        persons = len(line["covered"])
        add(division, "households", 1)
        add(division, "persons", persons)
        add(division, "paid", line["amount"])
        for name in CROSS_CUTS:
            add(division, name, line["counts"][name])
        award = rows.get(AWARD, (case,))
        assert award is not None
        earlier = rows.get(LINE, (case, before))
        if earlier is None or not earlier["closed"]:
            entry = self._entry(award, line["month"])
            add(division, f"{entry}_households", 1)
            add(division, f"{entry}_persons", persons)
        else:
            self._members_changed(line, earlier, cells, rows)
            if earlier["division"] != division or earlier["area"] != line["area"]:
                self._moved_here(line, earlier, cells)
        rows.put(AWARD, {**award, "last_line": line["month"]})

    @staticmethod
    def _entry(award: Row, month: str) -> str:
        if award["cause"] in MOVED_CAUSES and (award["last_line"] is None or award["cause"] == "restored"):
            return MOVED_CAUSES[award["cause"]]
        return "new" if award["last_line"] is None else "back"

    def _members_changed(self, line: Row, earlier: Row, cells: "Cells", rows: Rows) -> None:
        joined = set(line["covered"]) - set(earlier["covered"])
        left = set(earlier["covered"]) - set(line["covered"])
        if not joined and not left:
            return
        cells.add(line["division"], "joined", len(joined))
        members = self.households.members(line["case_no"], rows)
        for key in sorted(left):
            cells.add(line["division"], f"left.{members[key]['left_reason'] or 'D99'}", 1)

    @staticmethod
    def _moved_here(line: Row, earlier: Row, cells: "Cells") -> None:
        for division, sign, way in ((line["division"], 1, "in"), (earlier["division"], 1, "out")):
            cells.add(division, f"moved_{way}_households", sign)
            cells.add(division, f"moved_{way}_persons", len(earlier["covered"]))

    def _gone(self, line: Row, month: Month, cells: "Cells", rows: Rows) -> None:
        """A case of the list before without a line on this one: an exit by its reason, or not on the list."""
        now = rows.get(LINE, (line["case_no"], month))
        if now is not None and not now["arrears"]:
            return
        award = rows.get(AWARD, (line["case_no"],))
        assert award is not None
        ended = award["ends"] is not None and award["ends"] <= month
        code = award["end_code"] if ended else ""
        way = MOVED_CODES.get(code, "exits") if ended else "off_list"
        reason = f".{code}" if way == "exits" else ""
        cells.add(line["division"], f"{way}_households{reason}", 1)
        cells.add(line["division"], f"{way}_persons{reason}", len(line["covered"]))


class Cells:
    """Adds to cells of one month and area, written once in key order."""

    def __init__(self, rows: Rows, month: Month, area: str) -> None:
        self._rows, self._month, self._area = rows, month, area
        self._sums: Counter[tuple[str, str]] = Counter()

    def add(self, division: str, measure: str, value: int) -> None:
        if value:
            self._sums[division, measure] += value

    def write(self) -> None:
        for (division, measure), value in sorted(self._sums.items()):
            key = (self._month, self._area, division, measure)
            before = self._rows.get(CELL, key)
            row: dict[str, Any] = dict(
                zip(("month", "area", "division", "measure"), key, strict=True),
                value=value + (before["value"] if before else 0),
            )
            self._rows.put(CELL, row)
        self._sums.clear()
