"""发放名单: what is due for a month, line by line, and the list that signs for it (rules.md §7, §8).

What is due follows from the terms that hold in the month. A line that is drawn and then held, pending or returned
stays and counts; so a line on hold, or without a living account holder, is drawn as held. A living award with
nothing payable, or kept back by a check (a covered person died before the month, or another award pays him, and this
one was not changed yet), gets no line; it comes as a supplementary line, or as arrears, once that is settled. Where a
month's terms now give more than was drawn for it, the next list has the difference among its arrears; where they give
less, what was drawn stands.
"""

from collections import Counter
from datetime import date
from typing import Any

import msgspec

from domain.case import Case
from domain.case.award import DifferenceDrawn, MonthDrawn, Terms
from domain.case.finding import SetOff
from domain.case.payment import Months, PaymentRepeated, paid_for
from domain.days import NEVER, Month, add_month, first_day, month_of, months
from domain.division import Division
from domain.event import Event
from domain.ids import DivisionCode, MemberKey, StreamId, county_of, level_of, parse_division
from domain.month import Closings
from domain.payment import ListClosed, ListDrawn, ListOpened, ListSigned, PayList, evolve_list
from workflows.command import Decision, decides
from workflows.commands.pay import (
    CloseList,
    Draw,
    DrawCase,
    DrawChunk,
    ListCommand,
    OpenList,
    SignList,
)
from workflows.context import Context, policy_of
from workflows.decide.award import unpaid_since_its_end
from workflows.decide.effect import MOVED_OUT, pays_no_more
from workflows.decide.settling import set_off
from workflows.refusal import refuse
from workflows.world import case_stream, division_stream, list_stream, month_stream

EARLIEST = Month("2000-01")
HAND_DESK = {"maker": "payer", "checker": "checker"}


class Found(msgspec.Struct, kw_only=True):
    """What a case adds to a list, or why it has no line for the month (`left_out`: death | nothing_payable |
    taken | moved_out)."""

    lines: list[MonthDrawn] = []
    left_out: str = ""


def stream_of(command: ListCommand) -> StreamId:
    return list_stream(command.division, command.programme, command.area, command.month)


def _list(context: Context, stream: StreamId) -> PayList:
    found: PayList | None = context.world.state(stream)
    return found or PayList()


def _closings(context: Context, division: DivisionCode, programme: str) -> Closings:
    found: Closings | None = context.world.state(month_stream(division, programme))
    return found or Closings()


def _county(command: ListCommand | Draw) -> DivisionCode:
    division = parse_division(command.division, "data.division")
    if level_of(division) != "county":
        raise refuse("list-county", "data.division", division=division)
    return division


def check_month(context: Context, month: str) -> None:
    """A list is of a month that has begun, or of the next; none lies before there were awards of this kind."""
    latest = add_month(month_of(context.today), 1)
    if month > latest:
        raise refuse("month-too-far", "data.month", month=month, latest=latest)
    if month < EARLIEST:
        raise refuse("month-too-early", "data.month", month=month, earliest=EARLIEST)


@decides(OpenList)
def open_list(context: Context, command: OpenList) -> Decision:
    division = _county(command)
    check_month(context, command.month)
    by = _stands_for_it(context, division, Month(command.month))
    if by is not None:
        raise refuse("division-replaced", "data.division", division=division, by=by)
    stream = stream_of(command)
    if _list(context, stream).opened is not None:
        raise refuse("list-open", "data.month", month=command.month, area=command.area)
    closed = _closings(context, division, command.programme).months.get(Month(command.month))
    if closed is not None:
        raise refuse("month-closed", "data.month", month=command.month, on=closed.on.isoformat())
    event = ListOpened(
        on=context.on,
        division=division,
        programme=command.programme,
        area=command.area,
        month=Month(command.month),
    )
    return Decision(others=[(stream, event)], answer={"list": stream})


def _stands_for_it(context: Context, division: DivisionCode, month: Month) -> DivisionCode | None:
    """The county on whose list a month of this one's is, where another replaced it before."""
    known: Division | None = context.world.state(division_stream(division))
    if known is None or known.by is None:
        return None
    there: Division | None = context.world.state(division_stream(known.by))
    return known.by if there is not None and dict(there.of).get(division, NEVER) <= month else None


@decides(DrawChunk)
def draw_chunk(context: Context, command: DrawChunk) -> Decision:
    division = _county(command)
    drawing = _Drawing(context, division, command.programme, command.area, Month(command.month))
    others: list[tuple[StreamId, Event]] = []
    for number in command.cases:
        case = context.other_case(number)
        if case is not None and case.programme == command.programme and county_of(case.division) == division:
            others.extend((case_stream(number), line) for line in drawing.add(case))
    return Decision(others=[*others, *drawing.totals()], answer=drawing.answer())


@decides(DrawCase)
def draw_case(context: Context, command: DrawCase) -> Decision:
    case, month = context.case, Month(command.month)
    drawing = _Drawing(context, county_of(case.division), case.programme, case.area_in(month), month)
    lines = drawing.add(case)
    return Decision(events=[*lines], others=drawing.totals(), answer=drawing.answer())


@decides(Draw)
def draw(context: Context, command: Draw) -> Decision:
    """Its parts have drawn; `workflows.processes.draw` says what they came to."""
    return Decision()


class _Drawing:
    """Draws cases onto one list and keeps its totals."""

    def __init__(
        self, context: Context, division: DivisionCode, programme: str, area: str, month: Month
    ) -> None:
        self.context = context
        self.stream = list_stream(division, programme, area, month)
        self.division, self.programme, self.area, self.month = division, programme, area, month
        self.paylist = _list(context, self.stream)
        self.supplementary = self.paylist.signed or self.paylist.closed is not None
        if self.paylist.opened is None:
            raise refuse("list-not-open", "data.month", month=month, area=area)
        _seen(context, month)
        self.lines: list[MonthDrawn] = []
        self.differences: list[DifferenceDrawn] = []
        self.repeats: list[PaymentRepeated] = []
        self.set_offs: list[SetOff] = []
        self.left_out: Counter[str] = Counter()
        self._known_from = month
        self._closed: list[Month] = []
        """Months before this one whose list is closed, as far back as was looked."""

    def add(self, case: Case) -> list[MonthDrawn | DifferenceDrawn | PaymentRepeated | SetOff]:
        found = self._line(case, self.month, self.paylist.closed is not None)
        owed = [self._line(case, month, True) for month in self._owed(case)]
        if found.left_out:
            self.left_out[found.left_out] += 1
        lines = [line for one in (*owed, found) for line in one.lines]
        differences, repeats = self._differences(case), self._repeats(case)
        self.lines.extend(lines)
        self.differences.extend(differences)
        self.repeats.extend(repeats)
        set_offs = [one for line in found.lines for one in set_off(self.context, case, line)]
        self.set_offs.extend(set_offs)
        return [*repeats, *differences, *lines, *set_offs]

    def _repeats(self, case: Case) -> list[PaymentRepeated]:
        """What came back and can be paid again: once nothing keeps it back, for months that are still due."""
        if case.area_in(self.month) != self.area or kept_back(self.context, case):
            return []
        return [self._repeat(case, paylist, due) for paylist, due in again(case).items()]

    def _repeat(self, case: Case, paylist: StreamId, due: Months) -> PaymentRepeated:
        return PaymentRepeated(
            on=self.context.on,
            list=self.stream,
            of=paylist,
            months=due,
            amount=sum(due.values()),
            area=self.area,
            division=case.division,
            supplementary=self.supplementary,
        )

    def _differences(self, case: Case) -> list[DifferenceDrawn]:
        """Months drawn whose terms now give more, on the list of the area where the household now is."""
        if case.area_in(self.month) != self.area:
            return []
        months = sorted(month for month in case.drawn if month <= self.month)
        return [found for month in months if (found := self._difference(case, month)) is not None]

    def _difference(self, case: Case, month: Month) -> DifferenceDrawn | None:
        terms = case.award.at(month) if case.award is not None else None
        line = case.drawn[month]
        if terms is None or terms.amount <= line.standing or self._died_before(case, terms, month):
            return None
        if unpaid_since_its_end(case, month):
            return None
        keys = dict.fromkeys((*terms.shares, *line.shares))
        more = {key: terms.shares.get(key, 0) - line.shares.get(key, 0) for key in keys}
        return DifferenceDrawn(
            on=self.context.on,
            month=month,
            list=self.stream,
            amount=terms.amount - line.standing,
            shares={key: fen for key, fen in more.items() if fen},
            persons=tuple(key for key in terms.shares if key not in line.shares),
            code=terms.code,
            area=self.area,
            division=case.division,
            supplementary=self.supplementary,
            held=kept_back(self.context, case),
        )

    def _owed(self, case: Case) -> list[Month]:
        """Earlier months of the award that were not drawn before their list was closed."""
        if case.award is None or case.award.began >= self.month:
            return []
        began = case.award.began
        until = case.award.paid_until
        began = max(began, add_month(until, 1)) if until else began
        return [month for month in self._closed_since(began) if month >= began and month not in case.drawn]

    def _closed_since(self, first: Month) -> list[Month]:
        if first < self._known_from:
            earlier = [
                month for month in months(first, add_month(self._known_from, -1)) if self._is_closed(month)
            ]
            self._closed = [*earlier, *self._closed]
            self._known_from = first
        return self._closed

    def _is_closed(self, month: Month) -> bool:
        """Its list is closed, or the whole month is and this area had none."""
        return any(self._closed_in(county, month) for county in self._counties())

    def _closed_in(self, county: DivisionCode, month: Month) -> bool:
        paylist = _list(self.context, list_stream(county, self.programme, self.area, month))
        return paylist.closed is not None or month in _closings(self.context, county, self.programme).months

    def _counties(self) -> list[DivisionCode]:
        """The county, and those it stands for: their lists of earlier months are its own."""
        found: Division | None = self.context.world.state(division_stream(self.division))
        return [self.division, *(of for of, _ in found.of)] if found is not None else [self.division]

    def _line(self, case: Case, month: Month, arrears: bool) -> Found:
        if month in case.drawn or case.area_in(month) != self.area:
            return Found()
        terms = case.award.at(month) if case.award is not None else None
        if terms is None or _paid_elsewhere(case, month) or unpaid_since_its_end(case, month):
            return Found()
        if terms.amount <= 0:
            return Found(left_out="nothing_payable")
        if self._died_before(case, terms, month):
            return Found(left_out="death")
        if any(case.taken.get(key, NEVER) <= month for key in terms.covered):
            return Found(left_out="taken")
        if self._moved_out(case, month):
            return Found(left_out="moved_out")
        line = MonthDrawn(
            on=self.context.on,
            month=month,
            list=self.stream,
            amount=terms.amount,
            shares=terms.shares,
            area=self.area,
            division=case.division,
            supplementary=self.supplementary,
            arrears=arrears,
            held=kept_back(self.context, case),
        )
        return Found(lines=[line])

    def _moved_out(self, case: Case, month: Month) -> bool:
        """Longer gone to another county than it pays, and not stopped yet (rules.md §3 move to another county)."""
        gone = [one for one in case.changes.values() if one.kind == MOVED_OUT and one.decided is None]
        policy = policy_of(self.context.world, case) if gone else None
        return any(policy is not None and month >= pays_no_more(policy, one) for one in gone)

    def _died_before(self, case: Case, terms: Terms, month: Month) -> bool:
        """The month of death is paid; from the next on a covered dead person keeps the line back (rules.md §3)."""
        first = first_day(month)
        for key in terms.covered:
            died = _died(self.context, case, key)
            if died is not None and died < first:
                return True
        return False

    def totals(self) -> list[tuple[StreamId, Event]]:
        if not self.lines and not self.differences and not self.repeats:
            return []
        event = ListDrawn(
            on=self.context.on,
            **self._sums(),
            left_out=self.left_out.total(),
            supplementary=self.supplementary,
        )
        return [(self.stream, event)]

    def _sums(self) -> dict[str, int]:
        own = [line for line in self.lines if not line.arrears]
        late, more = [line for line in self.lines if line.arrears], self.differences
        return {
            "households": len(own),
            "persons": sum(len(line.shares) for line in own),
            "amount": sum(line.amount for line in own),
            "held": sum(line.held for line in self.lines),
            "arrears_lines": len(late) + len(more),
            "arrears_person_times": sum(len(line.shares) for line in late)
            + sum(len(one.persons) for one in more),
            "arrears_amount": sum(line.amount for line in late) + sum(one.amount for one in more),
            "repeated_lines": len(self.repeats),
            "repeated_amount": sum(one.amount for one in self.repeats),
            "set_off": sum(one.amount for one in self.set_offs),
        }

    def answer(self) -> dict[str, Any]:
        """Counts that add up over the parts of a draw, amounts in fen; arrears stand beside the month's own."""
        drawn = len(self.lines) + len(self.differences) + len(self.repeats)
        left_out = dict(sorted(self.left_out.items()))
        return {**self._sums(), "supplementary": drawn * self.supplementary, "left_out": left_out}


def again(case: Case) -> dict[StreamId, Months]:
    """What came back and is still due, by the list it came back from: it is paid again once nothing keeps it back."""
    back = {month for payment in case.payments.values() for month in payment.returned}
    left = {month: _still_due(case, month) for month in back}
    found: dict[StreamId, Months] = {}
    for paylist, payment in sorted(case.payments.items()):
        due = {month: min(fen, left[month]) for month, fen in payment.returned.items() if left[month] > 0}
        for month, fen in due.items():
            left[month] -= fen
        if due:
            found[paylist] = due
    return found


def _still_due(case: Case, month: Month) -> int:
    """What the month is due as now known beyond what of it went out and did not come back."""
    terms = case.award.at(month) if case.award is not None else None
    if terms is None:
        return 0
    due = 0 if unpaid_since_its_end(case, month) else terms.amount
    return due - paid_for(case, month)


def _paid_elsewhere(case: Case, month: Month) -> bool:
    """Whether the month was paid by whoever kept the ledger that the case was taken over from."""
    return case.award is not None and month <= case.award.paid_until


def _died(context: Context, case: Case, key: MemberKey) -> date | None:
    member = case.members[key]
    return member.died or context.person(member.person).died


def _seen(context: Context, month: Month) -> None:
    """Time was seen until the month's first day, or until today where the month is still to come."""
    wanted = min(first_day(month), context.today)
    seen = context.world.seen_until()
    if seen is None or seen < wanted:
        raise refuse("time-not-seen", "data.month", until=wanted.isoformat())


def kept_back(context: Context, case: Case) -> bool:
    """Whether a line is due but can't be paid now: on hold, or nobody living to pay it to."""
    holder = case.account_holder
    return case.kept_back or (holder is not None and _died(context, case, holder) is not None)


@decides(SignList)
def sign_list(context: Context, command: SignList) -> Decision:
    stream = stream_of(command)
    paylist = _opened(context, command, stream)
    desks = {desk for desk, _ in context.desks(context.actor, _county(command), context.today)}
    if HAND_DESK[command.hand] not in desks:
        raise refuse("not-your-desk", "actor", desks=HAND_DESK[command.hand], actor=context.actor)
    if paylist.settled:
        raise refuse("list-closed", "data.month", month=command.month, area=command.area)
    standing = paylist.maker if command.hand == "maker" else paylist.checker
    if standing is not None:
        raise refuse("list-signed", "data.hand", hand=command.hand, by=standing)
    if command.hand == "checker":
        if paylist.maker is None:
            raise refuse("maker-first", "data.hand", month=command.month)
        if paylist.maker == context.actor:
            raise refuse("same-hand", "actor", actor=context.actor)
    event = ListSigned(on=context.on, by=context.actor, hand=command.hand)  # type: ignore[arg-type]
    return Decision(others=[(stream, event)], answer=_totals(evolve_list(paylist, event)))


@decides(CloseList)
def close_list(context: Context, command: CloseList) -> Decision:
    stream = stream_of(command)
    paylist = _opened(context, command, stream)
    if paylist.settled:
        raise refuse("list-closed", "data.month", month=command.month, area=command.area)
    missing = [hand for hand, by in (("maker", paylist.maker), ("checker", paylist.checker)) if by is None]
    if missing:
        raise refuse("list-unsigned", "data.month", month=command.month, hands=", ".join(missing))
    earlier = add_month(Month(command.month), -1)
    last = _list(context, list_stream(command.division, command.programme, command.area, earlier))
    if last.opened is not None and last.closed is None:
        raise refuse("list-earlier-open", "data.month", month=earlier, area=command.area)
    event = ListClosed(
        on=context.on,
        households=paylist.households,
        persons=paylist.persons,
        amount=paylist.amount,
        arrears_lines=paylist.arrears_lines,
        arrears_person_times=paylist.arrears_person_times,
        arrears_amount=paylist.arrears_amount,
        repeated_lines=paylist.repeated_lines,
        repeated_amount=paylist.repeated_amount,
    )
    return Decision(others=[(stream, event)], answer=_totals(paylist))


def _opened(context: Context, command: ListCommand, stream: StreamId) -> PayList:
    _county(command)
    paylist = _list(context, stream)
    if paylist.opened is None:
        raise refuse("list-not-open", "data.month", month=command.month, area=command.area)
    since = paylist.drawn_on or paylist.opened
    if context.on < since:
        raise refuse("on-before", "data.on", on=context.on.isoformat(), since=since.isoformat())
    return paylist


def _totals(paylist: PayList) -> dict[str, Any]:
    return {
        "households": paylist.households,
        "persons": paylist.persons,
        "amount": paylist.amount,
        "arrears_lines": paylist.arrears_lines,
        "arrears_person_times": paylist.arrears_person_times,
        "arrears_amount": paylist.arrears_amount,
        "repeated_lines": paylist.repeated_lines,
        "repeated_amount": paylist.repeated_amount,
        "set_off": paylist.set_off,
        "maker": paylist.maker,
        "checker": paylist.checker,
    }
