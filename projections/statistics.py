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

from domain.case.award import DifferenceDrawn, LineReleased, MonthDrawn
from domain.case.finding import FindingDecided, FindingRevised, Repaid, SetOff
from domain.case.payment import PaymentRepeated, PaymentReturned
from domain.case.takeover import TakenOver, TakeOverUndone
from domain.days import Month, add_month, first_day, month_of, months
from domain.event import Event
from domain.month import MonthClosed
from domain.payment import ListClosed
from projections import closings, places
from projections.awards import Awards, due_in, terms_in
from projections.base import Row, Rows, Seen, Table
from projections.closings import Corrections, open_month
from projections.household import CROSS_CUTS, Households, area_in, cross_cuts, main_cause
from projections.payments import STATES, Payments, Shift, name_of
from projections.places import Places
from projections.reviewed import Reviews
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
    `due` is what awards entitle to in a month as now known; `pending`, `held_amount`, `settled`, `returned` (and owed)
    and `repeated` (paid again on a later list) are what became of all the money on the month's list.
    `statistics_stand`: how a case that was ever on a list stands: on | off | out, or gone to another area's list.
    """

    name: ClassVar[str] = "statistics"
    version: ClassVar[int] = 10
    households: ClassVar[Households] = Households("statistics")
    awards: ClassVar[Awards] = Awards("statistics")
    payments: ClassVar[Payments] = Payments("statistics")
    reviews: ClassVar[Reviews] = Reviews("statistics")
    tables: ClassVar[tuple[Table, ...]] = (
        *households.tables,
        awards.table,
        payments.table,
        reviews.table,
        *closings.TABLES,
        places.TABLE,
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
                "set_off": "int",
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
                "why": "text",
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
            self._case(name, seen, rows)
        elif isinstance(seen.event, ListClosed):
            self._closed(name, seen, rows)
        elif kind == "division":
            places.put_place(seen.event, rows)
        elif isinstance(seen.event, MonthClosed):
            closings.put_closed(seen.event, seen.position, rows)

    def _case(self, case: str, seen: Seen, rows: Rows) -> None:
        event = seen.event
        due = Due.before(case, event, rows)
        self.households.apply(case, event, rows)
        reviewed = self.reviews.apply(case, event, rows.get(self.awards.name, (case,)), rows)
        self.awards.apply(case, event, rows)
        due.after(seen, rows)
        if isinstance(event, MonthDrawn):
            self._drawn(case, event, seen, rows)
        elif isinstance(event, DifferenceDrawn):
            self._difference(case, event, seen, rows)
        elif isinstance(event, PaymentReturned):
            self._came_back(case, event, seen, rows)
        elif isinstance(event, PaymentRepeated):
            self._paid_again(case, event, seen, rows)
        elif isinstance(event, FindingDecided):
            for line in event.lines:
                self._settled(case, line.month, -line.over, -len(line.gone), line.code, seen, rows)
        elif isinstance(event, FindingRevised):
            why = "I06" if event.appeal else "I05"
            for month, fen in sorted(event.released.items()):
                self._settled(case, month, fen, len(event.back.get(month, ())), why, seen, rows)
        elif isinstance(event, LineReleased) and event.withheld:
            self._settled(case, event.month, -event.withheld, -len(event.gone), "withheld", seen, rows)
        elif isinstance(event, Repaid | SetOff):
            self._recovered(case, event, seen, rows)
        self._paid(case, seen, rows)
        done = {**{f"steps.{step}": 1 for step in steps_of(event)}, **reviewed}
        if done:
            household = self.households.of(case, rows)
            cells = Cells(rows, household["programme"], month_of(event.on), seen)
            for measure, value in done.items():
                cells.add(household["area"], household["division"], measure, value)
            cells.write("entered_late")

    def _paid(self, case: str, seen: Seen, rows: Rows) -> None:
        """What became of money on a list that is counted already."""
        shifts = self.payments.apply(case, seen.event, rows)
        if not shifts:
            return
        programme = self.households.of(case, rows)["programme"]
        for shift in shifts:
            paylist = shift.row["list"]
            if rows.get(LIST, (paylist,)) is not None:
                cells = Cells(rows, programme, Month(paylist.rpartition("/")[2]), seen)
                _add_shift(shift, cells)
                cells.write(_why(seen.event))

    def _drawn(self, case: str, event: MonthDrawn, seen: Seen, rows: Rows) -> None:
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
            "set_off": 0,
        }
        rows.put(LINE, line)
        if closed:
            self._late(line, seen, rows)

    def _late(self, line: Row, seen: Seen, rows: Rows) -> None:
        """Money of an earlier month, or for a list that was counted: a correction of the month of drawing."""
        programme = self.households.of(line["case_no"], rows)["programme"]
        month = open_month(rows, line["division"], programme, month_of(seen.event.on))
        cells = Cells(rows, programme, month, seen)
        _correct(line, cells)
        cells.write()

    def _difference(self, case: str, event: DifferenceDrawn, seen: Seen, rows: Rows) -> None:
        more = {
            "case_no": case,
            "list": name_of(event.list),
            "month": event.month,
            "division": event.division,
            "area": event.area,
            "amount": event.amount,
            "covered": list(event.persons),
            "held": event.held,
            "why": event.code,
        }
        self._more(more, seen, rows)

    def _paid_again(self, case: str, event: PaymentRepeated, seen: Seen, rows: Rows) -> None:
        """No person-time is added: it was counted when it was drawn first."""
        for month, fen in sorted(event.months.items()):
            about = {"case_no": case, "list": name_of(event.list), "month": month, "amount": fen}
            place = {"division": event.division, "area": event.area}
            self._more({**about, **place, "covered": [], "held": False, "why": "repeated"}, seen, rows)

    def _more(self, more: Row, seen: Seen, rows: Rows) -> None:
        paylist = more["list"]
        if rows.get(LIST, (paylist,)) is not None:
            self._late(more, seen, rows)
        before = rows.get(DIFFERENCE, (more["case_no"], paylist, more["month"]))
        if before is not None:
            more = {
                **more,
                "amount": more["amount"] + before["amount"],
                "covered": [*before["covered"], *more["covered"]],
            }
        rows.put(DIFFERENCE, more)

    def _came_back(self, case: str, event: PaymentReturned, seen: Seen, rows: Rows) -> None:
        """Money that came back was not paid: a correction of the month in which it came, by what it was for."""
        for month, fen in sorted(event.months.items()):
            row = rows.get(self.payments.name, (case, name_of(event.list), month))
            assert row is not None
            place = {"division": row["division"], "area": row["area"]}
            back = {"case_no": case, "month": month, "amount": -fen, "covered": []}
            self._late({**back, **place, "why": event.code}, seen, rows)

    def _settled(
        self, case: str, month: str, amount: int, persons: int, why: str, seen: Seen, rows: Rows
    ) -> None:
        """What a decision says of money that was paid too much for a month: a correction of the month of deciding."""
        row = rows.get(LINE, (case, month))
        assert row is not None
        place = {"case_no": case, "month": month, "division": row["division"], "area": row["area"]}
        self._late({**place, "amount": amount, "covered": [], "persons": persons, "why": why}, seen, rows)

    def _recovered(self, case: str, event: Repaid | SetOff, seen: Seen, rows: Rows) -> None:
        """Money that came back, whatever it was for: a measure of its own, in the month in which it came."""
        if isinstance(event, SetOff):
            line = rows.get(LINE, (case, event.month))
            assert line is not None
            rows.put(LINE, {**line, "set_off": line["set_off"] + event.amount})
        household = self.households.of(case, rows)
        programme, division = household["programme"], household["division"]
        month = open_month(rows, division, programme, month_of(event.on))
        cells = Cells(rows, programme, month, seen)
        cells.add(household["area"], division, "recovered", event.amount)
        cells.write()

    def _closed(self, paylist: str, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if rows.get(LIST, (paylist,)) is not None:
            return
        Closing(paylist, rows, seen).count()
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
    """In the figures of the month it stands in; and for the month it is of, should that be closed."""
    area, division, persons = line["area"], line["division"], line.get("persons", len(line["covered"]))
    cells.add(area, division, "corrections", line["amount"])
    cells.add(area, division, "correction_person_times", persons)
    why = line.get("why") or "arrears"
    cells.known(line["month"], area, division, "paid", line["amount"], why)
    cells.known(line["month"], area, division, "person_times", persons, why)


MEASURES = {"held": "held_amount"}
"""What a state of a payment is called among the figures, where it isn't its own name."""


def _add_shift(shift: Shift, cells: "Cells") -> None:
    for state, fen in shift.by.items():
        cells.add(shift.row["area"], shift.row["division"], MEASURES.get(state, state), fen)


def _why(event: Event) -> str:
    return event.code if isinstance(event, PaymentReturned) else _WHYS.get(type(event).__name__, "arrears")


_WHYS = {"PaymentSettled": "settled", "PaymentRepeated": "repeated", "LineReleased": "released"}


class Due:
    """What a case is entitled to in months whose list was counted, before and after an event that may change it."""

    def __init__(self, case: str, event: Event, first: Month | None) -> None:
        self.case = case
        self.first = first
        self.last = add_month(month_of(event.on), 1)
        self.found: dict[tuple[str, str], int] = {}

    @classmethod
    def before(cls, case: str, event: Event, rows: Rows) -> "Due":
        terms = getattr(event, "terms", None)
        first = terms.from_month if terms is not None else getattr(event, "from_month", None)
        if isinstance(event, TakenOver):
            first = add_month(event.paid_until, 1)
        elif isinstance(event, TakeOverUndone):
            first = Statistics.awards.of(case, rows)["began"]
        due = cls(case, event, first)
        due.found = due.now(rows)
        return due

    def now(self, rows: Rows) -> dict[tuple[str, str], int]:
        """(month, area) → fen, where that list was counted."""
        if self.first is None or self.first > self.last:
            return {}
        award = rows.get(Statistics.awards.name, (self.case,))
        if award is None:
            return {}
        household = Statistics.households.of(self.case, rows)
        found: dict[tuple[str, str], int] = {}
        for month in months(self.first, self.last):
            area, terms = area_in(household, month), due_in(award, month)
            county = division_in(self.case, month, household, rows)[:6]
            paylist = f"{county}/{household['programme']}/{area}/{month}"
            if terms is not None and rows.get(LIST, (paylist,)) is not None:
                found[month, area] = terms["amount"]
        return found

    def after(self, seen: Seen, rows: Rows) -> None:
        now = self.now(rows)
        for month, area in sorted({*now, *self.found}):
            change = now.get((month, area), 0) - self.found.get((month, area), 0)
            if change:
                household = Statistics.households.of(self.case, rows)
                cells = Cells(rows, household["programme"], Month(month), seen)
                cells.add(area, division_in(self.case, Month(month), household, rows), "due", change)
                cells.write(self._why(seen.event))

    @staticmethod
    def _why(event: Event) -> str:
        """The code of the decision, or how the award began."""
        cause = getattr(event, "cause", "")
        code = getattr(event, "code", "") or getattr(getattr(event, "terms", None), "code", "")
        return cause if cause and cause != "new" else code or "area"


def division_in(case: str, month: Month, household: Row, rows: Rows) -> str:
    """Where its line of the month counts; without one, where the household is now."""
    line = rows.get(LINE, (case, month))
    found: str = (line or household)["division"]
    return found


class Closing:
    """Counts one list that is being closed against the one before it."""

    def __init__(self, paylist: str, rows: Rows, seen: Seen) -> None:
        self.paylist = paylist
        self.division, self.programme, self.area, month = paylist.split("/")
        self.month = Month(month)
        self.rows = rows
        self.cells = Cells(rows, self.programme, self.month, seen)
        drawn = list(rows.select(LINE, list=paylist))
        self.late = [line for line in drawn if line["late"]] + list(rows.select(DIFFERENCE, list=paylist))
        self.lines = {line["case_no"]: line for line in drawn if not line["late"]}
        self.places = Places(rows)
        self.before = {
            line["case_no"]: self._as_now(line)
            for base in self._bases(last_closed(rows, paylist))
            for line in rows.select(LINE, list=base)
            if not line["late"]
        }

    def _bases(self, own: str | None) -> list[str]:
        """What the list is compared with: the one before; and the last of a county that it newly stands for."""
        found = [own] if own else []
        for county, first in self.places.before(self.division, self.month):
            theirs = last_closed(self.rows, f"{county}/{self.programme}/{self.area}/{first}")
            if theirs and (own is None or own.rpartition("/")[2] < first):
                found.append(theirs)
        return found

    def _as_now(self, line: Row) -> Row:
        """A line of a division that another stands for now, as if it had been there."""
        return {**line, "division": self.places.now(line["division"], line["month"], self.month)}

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
        self._living()
        for row in Statistics.payments.on_list(self.paylist, self.rows):
            _add_shift(Shift(row=row, by={state: row[state] for state in STATES}), self.cells)
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

    def _living(self) -> None:
        """What awards entitle to in the month; and those without a line: nothing payable, or kept back by a check."""
        for household in self.rows.below(Statistics.households.case, "division", self.division):
            case = household["case_no"]
            award = self.rows.get(Statistics.awards.name, (case,))
            if award is None or (terms := due_in(award, self.month)) is None:
                continue
            if household["programme"] != self.programme or area_in(household, self.month) != self.area:
                continue
            self.cells.add(
                self.area, division_in(case, self.month, household, self.rows), "due", terms["amount"]
            )
            if case not in self.lines:
                self._both(household, "off_list", len(terms["covered"]))

    def _stand(self, case: str, state: str) -> None:
        self.rows.put(STAND, {"case_no": case, "state": state, "area": self.area})

    def _award(self, case: str) -> Row:
        return Statistics.awards.of(case, self.rows)

    def _facts(self, case: str) -> Any:
        return Statistics.households.of(case, self.rows)["facts"]


class Cells:
    """Adds to cells of one programme and month, written once in key order; a closed month's with their correction."""

    def __init__(self, rows: Rows, programme: str, month: Month, seen: Seen) -> None:
        self._rows, self._programme, self._month, self._seen = rows, programme, month, seen
        self._sums: Counter[tuple[str, str, str]] = Counter()
        self._corrections = Corrections(rows, seen, programme)

    def add(self, area: str, division: str, measure: str, value: int) -> None:
        if value:
            self._sums[area, division, measure] += value

    def known(self, of: str, area: str, division: str, measure: str, value: int, why: str) -> None:
        """What stands in this month's figures is of another, which isn't counted anew."""
        self._corrections.add(of, area, division, measure, value, why, self._month)

    def write(self, why: str = "") -> None:
        for (area, division, measure), value in sorted(self._sums.items()):
            self._corrections.add(self._month, area, division, measure, value, why)
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
        self._corrections.write()
