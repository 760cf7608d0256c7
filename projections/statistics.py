"""统计: the month's figures by division, as a fold of lists closed and steps done (rules.md §8).

A month's households and persons are those of its closed list. What is on it and not on the list before has come in,
the reverse has gone out, each under its name; who comes into or goes out of a household that stays has joined or
left. So in every division: last + all that came in − all that went out = this. What is living and on no list is "not
on the list". A month drawn only after its list was closed is a correction of the month of drawing; so is a difference
to a month drawn before.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

from domain.case.award import DifferenceDrawn, MonthDrawn
from domain.days import Month, first_day, month_of
from domain.event import Event
from domain.payment import ListClosed
from projections.awards import Awards, terms_in
from projections.base import Row, Rows, Seen, Table
from projections.household import CROSS_CUTS, Households, area_in, cross_cuts, main_cause
from projections.steps import steps_of

LINE = "statistics_line"
DIFFERENCE = "statistics_difference"
CELL = "statistics_cell"
LIST = "statistics_list"
STAND = "statistics_stand"

ENTRIES = {
    "new": "new",
    "taken_over": "taken_over",
    "moved": "moved_in",
    "split": "split_in",
    "merged": "merged_in",
    "restored": "restored",
}
"""What an entry is called, by the cause of its award."""
EXIT_LINES = {"S05": "moved_out", "S19": "merged_out"}
"""Ends that are lines of their own, never an exit (rules.md §10.9)."""


class Statistics:
    """`statistics_cell`: (programme, month, area, division, measure) → a whole number; money in fen.

    Divisions are the lowest ones, rolled up when asked (projections.figures). A measure may have a reason after a
    point: `exits_households.S01`; a move has where from or to: `moved_in_persons.urban/110199001001`.
    `statistics_stand`: how a case that was ever on a list stands: on | off | out, or gone to another area's list.
    """

    name: ClassVar[str] = "statistics"
    version: ClassVar[int] = 3
    households: ClassVar[Households] = Households("statistics")
    awards: ClassVar[Awards] = Awards("statistics")
    tables: ClassVar[tuple[Table, ...]] = (
        *households.tables,
        awards.table,
        Table(name=STAND, columns={"case_no": "text", "state": "text", "area": "text"}, key=("case_no",)),
        Table(
            name=LIST,
            columns={
                "list": "text",
                "division": "text",
                "programme": "text",
                "area": "text",
                "month": "text",
                "closed": "day",
                "base": "text",
            },
            key=("list",),
            indexes=(("programme", "month"),),
        ),
        Table(
            name=LINE,
            columns={
                "case_no": "text",
                "month": "text",
                "list": "text",
                "division": "text",
                "area": "text",
                "amount": "int",
                "uplift": "int",
                "covered": "json",
                "counts": "json",
                "supplementary": "bool",
                "held": "bool",
                "late": "bool",
            },
            key=("case_no", "month"),
            indexes=(("list",), ("month",)),
        ),
        Table(
            name=DIFFERENCE,
            columns={
                "case_no": "text",
                "list": "text",
                "month": "text",
                "division": "text",
                "area": "text",
                "amount": "int",
                "covered": "json",
                "held": "bool",
            },
            key=("case_no", "list", "month"),
            indexes=(("list",),),
        ),
        Table(
            name=CELL,
            columns={
                "programme": "text",
                "month": "text",
                "area": "text",
                "division": "text",
                "measure": "text",
                "value": "int",
            },
            key=("programme", "month", "area", "division", "measure"),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        kind, _, name = seen.stream.partition(":")
        if kind == "case":
            self._case(name, seen.event, rows)
        elif isinstance(seen.event, ListClosed):
            self._closed(name, seen.event, rows)

    def _case(self, case: str, event: Event, rows: Rows) -> None:
        self.households.apply(case, event, rows)
        self.awards.apply(case, event, rows)
        if isinstance(event, MonthDrawn):
            self._drawn(case, event, rows)
            return
        if isinstance(event, DifferenceDrawn):
            self._difference(case, event, rows)
            return
        steps = steps_of(event)
        if steps:
            household = self.households.of(case, rows)
            cells = Cells(rows, household["programme"], month_of(event.on))
            for step in steps:
                cells.add(household["area"], household["division"], f"steps.{step}", 1)
            cells.write()

    def _drawn(self, case: str, event: MonthDrawn, rows: Rows) -> None:
        household = self.households.of(case, rows)
        members = self.households.members(case, rows)
        covered = list(event.shares)
        paylist = event.list.partition(":")[2]
        closed = rows.get(LIST, (paylist,)) is not None
        terms = terms_in(self.awards.of(case, rows), event.month)
        late = closed or event.arrears or not paylist.endswith(f"/{event.month}")
        line = {
            "case_no": case,
            "month": event.month,
            "list": paylist,
            "division": event.division,
            "area": event.area,
            "amount": event.amount,
            "uplift": terms["uplift"] if terms else 0,
            "covered": covered,
            "counts": cross_cuts(
                household["facts"], [members[key] for key in covered], first_day(event.month)
            ),
            "supplementary": event.supplementary,
            "held": event.held,
            "late": late,
        }
        rows.put(LINE, line)
        if closed:
            cells = Cells(rows, household["programme"], month_of(event.on))
            _correct(line, cells)
            cells.write()

    def _difference(self, case: str, event: DifferenceDrawn, rows: Rows) -> None:
        paylist = event.list.partition(":")[2]
        more = {
            "case_no": case,
            "list": paylist,
            "month": event.month,
            "division": event.division,
            "area": event.area,
            "amount": event.amount,
            "covered": list(event.persons),
            "held": event.held,
        }
        if rows.get(LIST, (paylist,)) is not None:
            cells = Cells(rows, self.households.of(case, rows)["programme"], month_of(event.on))
            _correct(more, cells)
            cells.write()
        before = rows.get(DIFFERENCE, (case, paylist, event.month))
        if before is not None:
            more["amount"] += before["amount"]
            more["covered"] = [*before["covered"], *event.persons]
        rows.put(DIFFERENCE, more)

    def _closed(self, paylist: str, event: ListClosed, rows: Rows) -> None:
        if rows.get(LIST, (paylist,)) is not None:
            return
        Closing(paylist, rows).count()
        division, programme, area, month = paylist.split("/")
        rows.put(
            LIST,
            {
                "list": paylist,
                "division": division,
                "programme": programme,
                "area": area,
                "month": month,
                "closed": event.on,
                "base": last_closed(rows, paylist),
            },
        )


def last_closed(rows: Rows, paylist: str) -> str | None:
    """The latest closed list of the same division, programme and area before this one: what it is compared with."""
    division, programme, area, month = paylist.split("/")
    before = [
        row["month"]
        for row in rows.select(LIST, division=division, programme=programme, area=area)
        if row["month"] < month
    ]
    return f"{division}/{programme}/{area}/{max(before)}" if before else None


def _correct(line: Row, cells: "Cells") -> None:
    cells.add(line["area"], line["division"], "corrections", line["amount"])
    cells.add(line["area"], line["division"], "correction_person_times", len(line["covered"]))


class Closing:
    """Counts one list that is being closed against the one before it."""

    def __init__(self, paylist: str, rows: Rows) -> None:
        self.division, self.programme, self.area, month = paylist.split("/")
        self.month = Month(month)
        self.rows = rows
        self.cells = Cells(rows, self.programme, self.month)
        drawn = list(rows.select(LINE, list=paylist))
        self.late = [line for line in drawn if line["late"]] + list(rows.select(DIFFERENCE, list=paylist))
        self.lines = {line["case_no"]: line for line in drawn if not line["late"]}
        base = last_closed(rows, paylist)
        before = rows.select(LINE, list=base) if base else iter(())
        self.before = {line["case_no"]: line for line in before if not line["late"]}

    def count(self) -> None:
        for line in self.late:
            _correct(line, self.cells)
        for line in self.before.values():
            self._add(line, "last_households", 1)
            self._add(line, "last_persons", len(line["covered"]))
        for line in self.lines.values():
            self._count(line)
            earlier = self.before.get(line["case_no"])
            if earlier is None:
                self._entered(line)
            else:
                self._stayed(line, earlier)
        for case, line in self.before.items():
            if case not in self.lines:
                self._gone(line)
        self._off_the_list()
        self.cells.write()

    def _add(self, line: Row, measure: str, value: int) -> None:
        self.cells.add(self.area, line["division"], measure, value)

    def _both(self, line: Row, measure: str, persons: int, reason: str = "") -> None:
        self._add(line, f"{measure}_households{reason}", 1)
        self._add(line, f"{measure}_persons{reason}", persons)

    def _count(self, line: Row) -> None:
        self._add(line, "households", 1)
        self._add(line, "persons", len(line["covered"]))
        self._add(line, "paid", line["amount"])
        self._add(line, "held_households", int(line["held"]))
        for name in CROSS_CUTS:
            self._add(line, name, line["counts"][name])

    def _entered(self, line: Row) -> None:
        """On this list and not on the one before: new, or under its own name."""
        case = line["case_no"]
        stand = self.rows.get(STAND, (case,))
        state = stand["state"] if stand else None
        award = self._award(case)
        if state in ("on", "area"):
            self._from_other_area(line)
        elif state == "off":
            self._both(line, "back", len(line["covered"]))
        else:
            cause = "new" if state is None and award["cause"] == "restored" else award["cause"]
            entry = ENTRIES.get(cause, "new")
            reason = f".{main_cause(self._facts(case), first_day(self.month))}" if entry == "new" else ""
            self._both(line, entry, len(line["covered"]), reason)
        self._stand(case, "on")

    def _from_other_area(self, line: Row) -> None:
        earlier = self._last_line(line["case_no"])
        if earlier is None:
            self._both(line, "area_in", len(line["covered"]), f".{self.area}/{line['division']}")
            return
        place = f".{earlier['area']}/{earlier['division']}"
        self._both(line, "area_in", len(earlier["covered"]), place)
        self._members(line, earlier)

    def _last_line(self, case: str) -> Row | None:
        """The case's last line on another area's list, of a month before."""
        found = [
            line
            for line in self.rows.select(LINE, case_no=case)
            if line["month"] < self.month and line["area"] != self.area and not line["late"]
        ]
        return found[-1] if found else None

    def _stayed(self, line: Row, earlier: Row) -> None:
        if line["division"] != earlier["division"]:
            persons = len(earlier["covered"])
            self._both(earlier, "moved_out", persons, f".{self.area}/{line['division']}")
            self._both(line, "moved_in", persons, f".{self.area}/{earlier['division']}")
        if line["covered"] != earlier["covered"]:
            self._members(line, earlier)

    def _members(self, line: Row, earlier: Row) -> None:
        """Who joined or left a household that stays, by reason; a split or merger under its own name."""
        case = line["case_no"]
        joined = [key for key in line["covered"] if key not in earlier["covered"]]
        left = [key for key in earlier["covered"] if key not in line["covered"]]
        if not joined and not left:
            return
        terms = terms_in(self._award(case), self.month)
        code = terms["code"] if terms else ""
        members = Statistics.households.members(case, self.rows)
        for key in joined:
            if self._came_by_merger(case, members[key]["person"]):
                self._add(line, "merged_in_persons", 1)
            else:
                own = members[key]["joined_reason"] or (code if code.startswith("I") else "I99")
                self._add(line, f"joined_persons.{own}", 1)
        for key in left:
            if self._went_by_split(case, members[key]["person"]):
                self._add(line, "split_out_persons", 1)
            else:
                own = members[key]["left_reason"] or (code if code.startswith("D") else "D99")
                self._add(line, f"left_persons.{own}", 1)

    def _others_of(self, case: str, person: str) -> Iterator[tuple[str, Row]]:
        """Other cases of a person that have an award."""
        for row in self.rows.select(Statistics.households.member, person=person):
            award = self.rows.get(Statistics.awards.name, (row["case_no"],))
            if award is not None and row["case_no"] != case:
                yield row["case_no"], award

    def _came_by_merger(self, case: str, person: str) -> bool:
        return any(
            award["end_code"] == "S19" and award["ends"] is not None and award["ends"] <= self.month
            for _, award in self._others_of(case, person)
        )

    def _went_by_split(self, case: str, person: str) -> bool:
        return any(
            award["cause"] == "split"
            and award["began"] <= self.month
            and Statistics.households.of(other, self.rows)["came_from"] == case
            for other, award in self._others_of(case, person)
        )

    def _gone(self, line: Row) -> None:
        """On the list before and not on this one: an exit by its reason, or under its own name."""
        case, persons = line["case_no"], len(line["covered"])
        award = self._award(case)
        household = Statistics.households.of(case, self.rows)
        stand = self.rows.get(STAND, (case,))
        ended = award["ends"] is not None and award["ends"] <= self.month
        area = area_in(household, self.month)
        if stand is not None and stand["state"] == "on" and stand["area"] != self.area:
            self._both(line, "area_out", persons, f".{stand['area']}/{line['division']}")
        elif not ended and area != self.area:
            self._both(line, "area_out", persons, f".{area}/{line['division']}")
            self._stand(case, "area")
        elif ended:
            code = award["end_code"] or "S99"
            own = EXIT_LINES.get(code)
            if own is None:
                self._both(line, "exits", persons, f".{code}")
            else:
                self._both(line, own, persons)
            self._stand(case, "out")
        else:
            self._both(line, "off_list_out", persons)
            self._stand(case, "off")

    def _off_the_list(self) -> None:
        """Living awards of the month without a line: nothing payable, or kept back by a check."""
        for award in self.rows.select(Statistics.awards.name):
            case = award["case_no"]
            if case in self.lines or (terms := terms_in(award, self.month)) is None:
                continue
            household = Statistics.households.of(case, self.rows)
            if (
                household["programme"] == self.programme
                and household["division"].startswith(self.division)
                and area_in(household, self.month) == self.area
            ):
                self._both(household, "off_list", len(terms["covered"]))

    def _stand(self, case: str, state: str) -> None:
        self.rows.put(STAND, {"case_no": case, "state": state, "area": self.area})

    def _award(self, case: str) -> Row:
        return Statistics.awards.of(case, self.rows)

    def _facts(self, case: str) -> Any:
        return Statistics.households.of(case, self.rows)["facts"]


class Cells:
    """Adds to cells of one programme and month, written once in key order."""

    def __init__(self, rows: Rows, programme: str, month: Month) -> None:
        self._rows, self._programme, self._month = rows, programme, month
        self._sums: Counter[tuple[str, str, str]] = Counter()

    def add(self, area: str, division: str, measure: str, value: int) -> None:
        if value:
            self._sums[area, division, measure] += value

    def write(self) -> None:
        for (area, division, measure), value in sorted(self._sums.items()):
            key = (self._programme, self._month, area, division, measure)
            before = self._rows.get(CELL, key)
            self._rows.put(
                CELL,
                {
                    "programme": self._programme,
                    "month": self._month,
                    "area": area,
                    "division": division,
                    "measure": measure,
                    "value": value + (before["value"] if before else 0),
                },
            )
        self._sums.clear()
