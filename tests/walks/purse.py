"""What a household has of its award, from the sums that its events say alone; nothing asks the program's own state.

`had` = drawn − kept back − withheld − come back + paid again − set off − paid back. It is what the award says is due,
and beyond that only what a decision still claims, or let go.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from domain.case.award import (
    AmountChanged,
    AwardBegan,
    DifferenceDrawn,
    GradualExitGranted,
    LineReleased,
    MonthDrawn,
    Stopped,
    Terms,
)
from domain.case.change import ChangeDecided
from domain.case.finding import (
    FindingDecided,
    FindingDropped,
    FindingOpened,
    FindingRevised,
    RecoveryWrittenOff,
    Repaid,
    Ruled,
    SetOff,
)
from domain.case.payment import PaymentRepeated, PaymentReturned
from domain.case.takeover import TakenOver, TakeOverUndone
from domain.days import Month, add_month
from domain.event import Event
from domain.money import Fen

NEVER, NONE = Month("9999-12"), Month("")


@dataclass
class Claim:
    """A decided finding: what it took out of each month, what it still claims, what came of that."""

    over: Counter[Month]
    first: Counter[Month]
    claimed: Counter[Month]
    came: Fen = 0
    let_go: Fen = 0

    @property
    def waived(self) -> Fen:
        return self.over.total() - self.first.total()

    @property
    def not_back(self) -> Fen:
        """Claimed, and neither paid back nor set off: open, or let go since."""
        return max(self.claimed.total() - self.came, 0)


@dataclass
class Purse:
    terms: list[Terms] = field(default_factory=list)
    began: Month = NEVER
    ends: Month | None = None
    gaps: list[tuple[Month, Month]] = field(default_factory=list)
    paid_until: Month = NONE
    unpaid: dict[str, frozenset[Month]] = field(default_factory=dict)
    """By change, the months that an end says nothing is due for: what was kept back of them is never sent."""
    causes: dict[str, str | None] = field(default_factory=dict)
    """Of findings, the changes that they came out of."""
    drawn: Counter[Month] = field(default_factory=Counter)
    kept: dict[tuple[Month, str], Fen] = field(default_factory=dict)
    back: Counter[tuple[Month, str]] = field(default_factory=Counter)
    """Come back from a list and not paid again."""
    taken: Counter[Month] = field(default_factory=Counter)
    """Set off from a month's line."""
    withheld: Counter[Month] = field(default_factory=Counter)
    """Kept back, due no more when nothing kept it: never sent."""
    claims: dict[str, Claim] = field(default_factory=dict)
    settled: Counter[Month] = field(default_factory=Counter)
    wrong: list[tuple[object, ...]] = field(default_factory=list)

    def at(self, month: Month) -> Terms | None:
        if month < self.began or (self.ends is not None and month >= self.ends):
            return None
        if any(ends <= month < again for ends, again in self.gaps):
            return None
        return next((one for one in reversed(self.terms) if one.from_month <= month), None)

    def due(self, month: Month) -> Fen:
        terms = self.at(month)
        return terms.amount if terms is not None and not self.kept_for_good(month) else 0

    def kept_for_good(self, month: Month) -> bool:
        said = any(month in months for months in self.unpaid.values())
        return said and self.held(month) == self.drawn[month]

    def returned(self, month: Month) -> Fen:
        return sum(fen for (of, _), fen in self.back.items() if of == month)

    def held(self, month: Month) -> Fen:
        return sum(fen for (of, _), fen in self.kept.items() if of == month)

    def sent(self, month: Month) -> Fen:
        """What went to the household, set off or not, and stayed there."""
        return self.drawn[month] - self.held(month) - self.returned(month) - self.withheld[month]

    def counts(self, month: Month) -> Fen:
        """What counts as paid for it: also what is kept back, less what a decision settled of it."""
        return self.drawn[month] - self.returned(month) - self.settled[month] - self.withheld[month]

    @property
    def had(self) -> Fen:
        sent = sum(self.sent(month) for month in self.drawn)
        return sent - sum(one.came for one in self.claims.values())

    def _say(self, terms: Terms) -> None:
        self.terms = [one for one in self.terms if one.from_month < terms.from_month] + [terms]

    def _expect(self, holds: bool, *said: object) -> None:
        if not holds:
            self.wrong.append(said)

    def take(self, event: Event) -> None:
        match event:
            case TakenOver():
                self.paid_until = event.paid_until
                self.began, self.terms = event.terms.from_month, [event.terms]
            case TakeOverUndone():
                self.terms = []
            case AwardBegan(cause="restored"):
                first = event.terms.from_month
                if self.ends is not None and self.ends < first:
                    self.gaps.append((self.ends, first))
                self.ends, self.unpaid = None, dict([*self.unpaid.items()][-1:])
                self._say(event.terms)
            case AwardBegan():
                self.began = event.terms.from_month
                self.terms, self.ends = [event.terms], None
            case AmountChanged():
                self._say(event.terms)
            case GradualExitGranted():
                self._say(event.terms)
                self.ends = add_month(event.until_month, 1)
            case ChangeDecided():
                self.unpaid[event.change] = frozenset(event.unpaid)
            case Ruled(amount=int()):
                until = event.until_month or NEVER
                self.unpaid = {
                    change: frozenset(one for one in said if not event.from_month <= one <= until)
                    for change, said in self.unpaid.items()
                }
            case FindingOpened():
                self.causes[event.finding] = event.cause
            case FindingDropped():
                self.unpaid.pop(self.causes[event.finding] or "", None)
            case Stopped():
                self.ends = event.from_month
            case MonthDrawn() | DifferenceDrawn():
                self._draw(event)
            case LineReleased():
                kept = self.kept.pop((event.month, event.list), 0)
                self._expect(kept > 0, "released twice", event)
                self._expect(0 <= event.withheld <= kept, "withheld what wasn't kept", event)
                self.withheld[event.month] += event.withheld
                if event.withheld:
                    self._expect(
                        self.counts(event.month) >= self.due(event.month), "withheld though due", event
                    )
            case PaymentReturned():
                for month, fen in event.months.items():
                    self._expect(fen <= self.sent(month) - self.taken[month], "never sent", month, event)
                    self.back[month, event.list] += fen
            case PaymentRepeated():
                for month, fen in event.months.items():
                    self._expect(fen <= self.back[month, event.of], "never came back", month, event)
                    self.back[month, event.of] -= fen
                    self._expect(self.counts(month) <= self.due(month), "repeated beyond", month, event)
            case FindingDecided():
                self._decide(event)
            case FindingRevised():
                self._revise(event)
            case Repaid():
                one = self.claims[event.finding]
                self._expect(event.amount <= one.not_back - one.let_go, "paid back beyond", event)
                one.came += event.amount
            case SetOff():
                one = self.claims[event.finding]
                self._expect(event.amount <= one.not_back, "set off beyond", event)
                one.came += event.amount
                self.taken[event.month] += event.amount
            case RecoveryWrittenOff():
                self.claims[event.finding].let_go += event.amount
            case _:
                pass

    def _draw(self, event: MonthDrawn | DifferenceDrawn) -> None:
        once = isinstance(event, DifferenceDrawn) or event.month not in self.drawn
        self._expect(once, "a month twice", event.month)
        self._expect(event.amount > 0 and sum(event.shares.values()) == event.amount, "shares", event)
        self._expect(event.month > self.paid_until, "paid by the ledger", event.month)
        self.drawn[event.month] += event.amount
        self._expect(
            self.counts(event.month) + self.returned(event.month) <= self.due(event.month), "beyond", event
        )
        if event.held:
            key = (event.month, event.list)
            self.kept[key] = self.kept.get(key, 0) + event.amount

    def _decide(self, event: FindingDecided) -> None:
        over = Counter({line.month: line.over for line in event.lines})
        self.claims[event.finding] = Claim(over, Counter(event.claimed), Counter(event.claimed))
        self._expect(event.finding not in self.claims or min(over.values()) >= 0, "over below zero", event)
        self.settled.update(over)
        for month, fen in event.claimed.items():
            self._expect(0 < fen <= over[month], "claimed beyond", month, event)
            self._expect(self.counts(month) >= self.held(month), "claimed though never had", month, event)

    def _revise(self, event: FindingRevised) -> None:
        one = self.claims[event.finding]
        for month, fen in event.claimed.items():
            self._expect(0 < fen <= one.claimed[month], "claimed more than before", month, event)
        for month, fen in event.released.items():
            self._expect(fen >= 0, "released below zero", month, event)
        one.claimed = Counter(event.claimed)
        self.settled.subtract(event.released)

    def balance(self) -> tuple[Fen, Fen, Fen]:
        """What the household has beyond what is due; the least and the most that decisions leave with it."""
        beyond = self.had - sum(self.due(month) for month in self.drawn)
        open_ = sum(one.not_back for one in self.claims.values())
        return beyond, open_, open_ + sum(one.waived for one in self.claims.values())


def unpaid(purse: Purse, last: Month, excused: dict[Month, date]) -> list[Month]:
    """Months of the award up to one that are due and were not drawn."""
    month, found = max(purse.began, add_month(purse.paid_until, 1) if purse.paid_until else purse.began), []
    while month <= last:
        if purse.due(month) > 0 and month not in purse.drawn and month not in excused:
            found.append(month)
        month = add_month(month, 1)
    return found
