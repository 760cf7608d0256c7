"""保障待遇: what a case is awarded month by month, its changes, holds, gradual exit, end, months drawn.

民发〔2021〕57号 art. 25–35; rules.md §3 pay, reduce / stop, from when, gradual exit, death, hold; §7.
"""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from domain.case.fold import evolves
from domain.days import Month, add_month, month_of
from domain.event import CaseEvent, Value
from domain.explain import Explanation, FactRead, ParameterRead
from domain.ids import DivisionCode, InstanceId, MemberKey, StaffId, StreamId
from domain.means.shares import split
from domain.money import Fen
from domain.personal import Account, Words

if TYPE_CHECKING:
    from domain.case.state import Case

LIVING = ("living", "gradual")
"""States in which an award is paid."""
REFUSED_WORK = "D05"
"""A share is cut from what stands, on the facts on which it stands."""


class Terms(Value, frozen=True, kw_only=True, omit_defaults=True):
    """What is due a month from `from_month` on: until the next terms, or for ever.

    `counted` are the members counted in the means test, `uplifts` what of the shares is additions.
    """

    from_month: Month
    amount: Fen
    shares: dict[MemberKey, Fen]
    covered: tuple[MemberKey, ...]
    code: str
    on: date
    counted: tuple[MemberKey, ...] = ()
    uplifts: dict[MemberKey, Fen] = {}

    @property
    def household_part(self) -> Fen:
        return self.amount - sum(self.uplifts.values())

    def without(self, members: Collection[MemberKey], from_month: Month, code: str, on: date) -> "Terms":
        """The same without some members' shares."""
        shares = {key: share for key, share in self.shares.items() if key not in members}
        return replace(
            self,
            from_month=from_month,
            amount=sum(shares.values()),
            shares=shares,
            covered=tuple(key for key in self.covered if key not in members),
            counted=tuple(key for key in self.counted if key not in members),
            uplifts={key: fen for key, fen in self.uplifts.items() if key not in members},
            code=code,
            on=on,
        )


class AwardBegan(CaseEvent, frozen=True, kw_only=True):
    """`cause`: new | restored | moved | split | merged | taken_over (how statistics name the entry).

    `owed`: months of a restored award that were not drawn and are due as arrears. `until_month`: the last month of a
    restored gradual exit, and `code` on which ground it was granted.
    """

    VERSION: ClassVar[int] = 2

    terms: Terms
    cause: str = "new"
    owed: tuple[Month, ...] = ()
    explanation: Explanation | None = None
    """Of a restored award, what it was computed from again."""
    until_month: Month | None = None
    code: str | None = None


class AmountChanged(CaseEvent, frozen=True, kw_only=True):
    """增发/减发 by coded reason I…/D…, from a month on; explanation as decided."""

    terms: Terms
    before: Fen
    explanation: Explanation | None = None
    by: StaffId | None = None
    instance: InstanceId | None = None
    under: str | None = None
    words: Words | None = None


class TimerPassed(CaseEvent, frozen=True, kw_only=True):
    """A day came that moved nothing: an addition's change without another amount, an ending already renewed."""

    timer: str
    month: Month | None = None


class Stopped(CaseEvent, frozen=True, kw_only=True):
    """停发 by coded reason S…; `from_month` is the first month without aid."""

    code: str
    from_month: Month
    by: StaffId | None = None
    instance: InstanceId | None = None
    words: Words | None = None
    explanation: Explanation | None = None


class GradualExitGranted(CaseEvent, frozen=True, kw_only=True):
    """渐退: kept at `terms` to and with `until_month`, then ended by itself (57 art. 33; 83 一(三))."""

    terms: Terms
    until_month: Month
    code: str
    by: StaffId | None = None
    instance: InstanceId | None = None
    words: Words | None = None
    explanation: Explanation | None = None


class HoldSet(CaseEvent, frozen=True, kw_only=True):
    """暂缓: pay kept back on a ground to an end day; months drawn meanwhile are held lines."""

    hold: InstanceId
    ground: str
    until: date
    words: Words | None = None


class HoldEnded(CaseEvent, frozen=True, kw_only=True):
    hold: InstanceId


class AccountChanged(CaseEvent, frozen=True, kw_only=True):
    account: Account
    holder: MemberKey


class HeadChanged(CaseEvent, frozen=True, kw_only=True):
    head: MemberKey


class MemberDied(CaseEvent, frozen=True, kw_only=True):
    member: MemberKey
    died: date
    source: str


class WorkRefused(CaseEvent, frozen=True, kw_only=True):
    """A member refused work that suits him. With a `reason`, or when he took it, the row is broken (57 art. 34)."""

    member: MemberKey
    words: Words | None = None
    in_a_row: bool = True


class AreaChanged(CaseEvent, frozen=True, kw_only=True):
    """Urban ↔ rural from a month on: a line of its own, neither new nor exit."""

    area: str
    from_month: Month


class MonthDrawn(CaseEvent, frozen=True, kw_only=True):
    """One line of a month's list, unique by the case's own stream. `held`: kept back, to be released."""

    month: Month
    list: StreamId
    amount: Fen
    shares: dict[MemberKey, Fen]
    area: str
    division: DivisionCode
    supplementary: bool = False
    arrears: bool = False
    held: bool = False


class DifferenceDrawn(CaseEvent, frozen=True, kw_only=True):
    """补发: what a month drawn before is now due beyond what was drawn for it, on a list drawn later or anew.

    `shares` add up to `amount`, below zero for who is now due less of a larger sum. `persons` are those nothing was
    drawn for yet in that month: a person-time each. `code`: of the terms that raised it.
    """

    month: Month
    list: StreamId
    amount: Fen
    shares: dict[MemberKey, Fen]
    persons: tuple[MemberKey, ...]
    code: str
    area: str
    division: DivisionCode
    supplementary: bool = False
    held: bool = False


class LineReleased(CaseEvent, frozen=True, kw_only=True):
    """All that a list has of the case for the month goes out, but for what of it is due no more (`withheld`): that is
    never sent. `gone`: whom the month pays no more with it."""

    VERSION: ClassVar[int] = 2

    month: Month
    list: StreamId
    withheld: Fen = 0
    gone: tuple[MemberKey, ...] = ()


class Difference(Value, frozen=True, kw_only=True):
    amount: Fen
    list: StreamId
    held: bool = False
    supplementary: bool = False
    withheld: Fen = 0


class Line(Value, frozen=True, kw_only=True):
    """A month as drawn: its own line, and what was added to it since. `shares` are of both."""

    amount: Fen
    shares: dict[MemberKey, Fen]
    list: StreamId
    held: bool = False
    differences: tuple[Difference, ...] = ()
    supplementary: bool = False
    settled: Fen = 0
    """What a decision on a finding took out of it: claimed back or waived."""
    set_off: Fen = 0
    """What was taken from its own line for what is to be paid back: drawn, and not sent."""
    withheld: Fen = 0
    """What of its own line was kept back and then due no more: drawn, and never sent."""

    @property
    def drawn(self) -> Fen:
        return self.amount + sum(one.amount for one in self.differences)

    @property
    def standing(self) -> Fen:
        """What counts as paid for the month."""
        return self.drawn - self.settled - self.withheld - sum(one.withheld for one in self.differences)

    @property
    def kept(self) -> Fen:
        """What of it is kept back."""
        return sum(self.kept_on(paylist) for paylist in self.held_on)

    def kept_on(self, paylist: StreamId) -> Fen:
        """What of it is kept back on one list."""
        own = self.amount if self.held and self.list == paylist else 0
        return own + sum(one.amount for one in self.differences if one.held and one.list == paylist)

    @property
    def held_on(self) -> tuple[StreamId, ...]:
        """The lists on which something of it is kept back."""
        own = (self.list,) if self.held else ()
        return tuple(dict.fromkeys((*own, *(one.list for one in self.differences if one.held))))


class Basis(Value, frozen=True, kw_only=True):
    """What a decision stands on: the facts as it read them (None: not kept) and the serial of the last it could
    know (`f7`: 7); the day its income counts back from.

    `ledger`: it stands on an office's ledger, and on these parameters as they were (None: on facts)."""

    known: int
    anchor: date | None = None
    facts: tuple[FactRead, ...] | None = None
    ledger: tuple[ParameterRead, ...] | None = None


class Gap(Value, frozen=True, kw_only=True):
    """Months without aid in an award that was restored: from one to before another."""

    ends: Month
    again: Month


class Award(Value, frozen=True, kw_only=True):
    """Terms in order of their first month; a later decision for the same month replaces the earlier."""

    began: Month
    cause: str
    terms: tuple[Terms, ...]
    ends: Month | None = None
    """The first month without aid."""
    end_code: str | None = None
    gradual_until: Month | None = None
    gradual_from: Month | None = None
    gradual_code: str | None = None
    exited: tuple[tuple[Month, Month], ...] = ()
    """The first and last months of gradual exits that were over when the award was restored."""
    turned: Month = Month("")
    """The last month up to which additions were looked at; terms said ahead leave those before them to come."""
    under: str = "application"
    """The decision it stands on: the application's, or a change by its instance."""
    bases: tuple[tuple[Month, Basis], ...] = ()
    """What the decision for each month stands on: in order, from its month to the next."""
    gaps: tuple[Gap, ...] = ()
    paid_until: Month = Month("")
    """The last month paid by whoever kept the ledger that it was taken over from; none: \"\"."""

    def at(self, month: Month) -> Terms | None:
        """The terms that hold in a month, None before it begins, in a gap, and from its end on."""
        if month < self.began or (self.ends is not None and month >= self.ends):
            return None
        if any(gap.ends <= month < gap.again for gap in self.gaps):
            return None
        holding = [terms for terms in self.terms if terms.from_month <= month]
        return holding[-1] if holding else None

    def keeps(self, month: Month) -> bool:
        """Whether it is a month of a gradual exit: its household part goes on as it stands."""
        exits = [*self.exited, (self.gradual_from, self.gradual_until)]
        return any(first is not None and last is not None and first <= month <= last for first, last in exits)

    def no_longer_gradual(self) -> "Award":
        if self.gradual_from is None or self.gradual_until is None:
            return self
        exited = (*self.exited, (self.gradual_from, self.gradual_until))
        return replace(self, exited=exited, gradual_from=None, gradual_until=None, gradual_code=None)

    def with_terms(self, terms: Terms) -> "Award":
        kept = tuple(one for one in self.terms if one.from_month < terms.from_month)
        return replace(self, terms=(*kept, terms))

    def to_go_on_as(self, before: "Award") -> "Award":
        """From its end on, where it is restored, as it was, and as was said ahead: what changes of months gone by
        doesn't reach it."""
        ends = self.ends
        if ends is None:
            return self
        last = [one for one in before.terms if one.from_month <= ends][-1:]
        terms = (
            *(one for one in self.terms if one.from_month < ends),
            *(replace(one, from_month=ends) for one in last),
            *(one for one in before.terms if one.from_month > ends),
        )
        if not before.bases:
            return replace(self, terms=terms)
        bases = [one for one in self.bases if one[0] < ends]
        ahead = [one for one in before.bases if one[0] > ends]
        return replace(self, terms=terms, bases=(*bases, (ends, before.basis(ends)), *ahead))

    def basis(self, month: Month) -> Basis:
        """What the decision that holds in a month stands on; before the first, the first."""
        found = [basis for first, basis in self.bases if first <= month]
        return found[-1] if found else self.bases[0][1]

    def as_in_ledger(self, month: Month) -> bool:
        """Whether the terms of a month stand on an office's ledger, not on facts."""
        return bool(self.bases) and self.basis(month).ledger is not None

    def standing_on(self, month: Month, explanation: Explanation | None, known: int | None = None) -> "Award":
        """The terms of a month stand on these facts (None: on those they stood on); later months keep theirs.

        What is the same is kept once.
        """
        before = self.basis(month) if self.bases else Basis(known=0)
        basis = replace(before, known=before.known if known is None else known)
        if explanation is not None:
            same = before.facts == explanation.facts
            facts = before.facts if same else explanation.facts
            basis = replace(basis, anchor=explanation.anchor, facts=facts, ledger=None)
            if explanation.basis == "ledger":
                basis = replace(basis, anchor=None, facts=None, ledger=explanation.parameters)
        others = [one for one in self.bases if one[0] != month]
        ordered = sorted((*others, (month, before if basis == before else basis)), key=lambda one: one[0])
        return replace(self, bases=tuple(ordered))


@evolves(AwardBegan)
def _began(case: "Case", event: AwardBegan) -> "Case":
    first = event.terms.from_month
    before = case.award
    if event.cause == "restored" and before is not None and before.ends is not None:
        gap = (Gap(ends=before.ends, again=first),) if before.ends < first else ()
        award = replace(
            before.with_terms(event.terms), cause="restored", turned=first, gaps=(*before.gaps, *gap)
        )
        award = award.standing_on(first, event.explanation)
        until = event.until_month
        award = replace(award, ends=add_month(until, 1) if until else None, end_code=event.code)
        award = award if until else award.no_longer_gradual()
    else:
        award = Award(began=first, cause=event.cause, terms=(event.terms,), turned=first)
        award = award.standing_on(first, case.decided_income, case.fact_serial)
    return replace(case, award=award, ended=None, ended_code=None)


def _award(case: "Case") -> Award:
    assert case.award is not None
    return case.award


@evolves(AmountChanged)
def _changed(case: "Case", event: AmountChanged) -> "Case":
    computed = event.explanation is not None and event.explanation.basis == "facts"
    decided = event.explanation if computed else case.decided_income
    before = _award(case)
    award = before.with_terms(event.terms)
    looked = event.terms.from_month <= add_month(month_of(event.on), 1)
    turned = max(award.turned, event.terms.from_month) if looked else award.turned
    award = replace(award, turned=turned, under=event.instance or award.under)
    anew = event.instance is not None and event.terms.code != REFUSED_WORK
    if anew:
        case = case.ruled_until(event.terms.from_month)
    known = case.fact_serial if anew else None
    award = award.standing_on(event.terms.from_month, event.explanation, known)
    if case.ended is not None:
        award = award.to_go_on_as(before)
    return replace(case, award=award, decided_income=decided)


@evolves(TimerPassed)
def _timer_passed(case: "Case", event: TimerPassed) -> "Case":
    return replace(case, award=replace(_award(case), turned=event.month)) if event.month else case


@evolves(Stopped)
def _stopped(case: "Case", event: Stopped) -> "Case":
    award = replace(_award(case), ends=event.from_month, end_code=event.code)
    return replace(case, award=award, ended=event.on, ended_code=event.code)


@evolves(GradualExitGranted)
def _gradual(case: "Case", event: GradualExitGranted) -> "Case":
    award = _award(case).with_terms(event.terms)
    award = replace(
        award,
        gradual_until=event.until_month,
        gradual_from=event.terms.from_month,
        gradual_code=event.code,
        ends=add_month(event.until_month, 1),
        end_code=event.code,
        turned=event.terms.from_month,
        under=event.instance or award.under,
        bases=tuple(one for one in award.bases if one[0] < event.terms.from_month) or award.bases[:1],
    ).standing_on(event.terms.from_month, event.explanation, case.fact_serial)
    return replace(case, award=award, decided_income=event.explanation or case.decided_income)


@evolves(HoldSet)
def _held(case: "Case", event: HoldSet) -> "Case":
    return replace(case, holds={**case.holds, event.hold: event.until})


@evolves(HoldEnded)
def _hold_ended(case: "Case", event: HoldEnded) -> "Case":
    return replace(case, holds={key: day for key, day in case.holds.items() if key != event.hold})


@evolves(AccountChanged)
def _account(case: "Case", event: AccountChanged) -> "Case":
    return replace(case, account=event.account, account_holder=event.holder, account_returned=None)


@evolves(HeadChanged)
def _head(case: "Case", event: HeadChanged) -> "Case":
    return replace(case, head=event.head, applicant=event.head)


@evolves(MemberDied)
def _died(case: "Case", event: MemberDied) -> "Case":
    return case.with_member(event.member, died=event.died, left=event.died, left_reason="D01")


@evolves(AreaChanged)
def _area(case: "Case", event: AreaChanged) -> "Case":
    earlier = case.areas or ((_award(case).began, case.area),)
    return replace(case, area=event.area, areas=(*earlier, (event.from_month, event.area)))


@evolves(WorkRefused)
def _work_refused(case: "Case", event: WorkRefused) -> "Case":
    times = case.work_refused.get(event.member, 0) + 1 if event.in_a_row else 0
    return replace(case, work_refused={**case.work_refused, event.member: times})


@evolves(MonthDrawn)
def _drawn(case: "Case", event: MonthDrawn) -> "Case":
    terms = case.award.at(event.month) if case.award is not None else None
    shares = terms.shares if terms is not None and terms.shares == event.shares else event.shares
    line = Line(
        amount=event.amount,
        shares=shares,
        list=event.list,
        held=event.held,
        supplementary=event.supplementary,
    )
    return replace(case, drawn={**case.drawn, event.month: line})


@evolves(DifferenceDrawn)
def _difference(case: "Case", event: DifferenceDrawn) -> "Case":
    before = case.drawn[event.month]
    shares = {**before.shares}
    for key, fen in event.shares.items():
        shares[key] = shares.get(key, 0) + fen
    more = Difference(
        amount=event.amount, list=event.list, held=event.held, supplementary=event.supplementary
    )
    line = replace(before, shares=shares, differences=(*before.differences, more))
    return replace(case, drawn={**case.drawn, event.month: line})


@evolves(LineReleased)
def _released(case: "Case", event: LineReleased) -> "Case":
    before, left = case.drawn[event.month], event.withheld
    own = before.held and before.list == event.list
    withheld = min(left, before.amount) if own else 0
    left -= withheld
    differences = []
    for one in before.differences:
        if one.held and one.list == event.list:
            less = min(left, one.amount)
            left -= less
            one = replace(one, held=False, withheld=less)
        differences.append(one)
    line = replace(
        before,
        held=before.held and not own,
        withheld=before.withheld + withheld,
        differences=tuple(differences),
    )
    if event.withheld:
        line = replace(line, shares=_of_what_stands(case, event, line))
    return replace(case, drawn={**case.drawn, event.month: line})


def _of_what_stands(case: "Case", event: LineReleased, line: Line) -> dict[MemberKey, Fen]:
    """The shares of what counts as paid for a month once something of it is withheld."""
    terms = case.award.at(event.month) if case.award is not None else None
    if not line.standing:
        return {}
    if terms is not None and terms.amount == line.standing:
        return terms.shares
    return split(line.standing, tuple(key for key in line.shares if key not in event.gone), {}, case.head)
