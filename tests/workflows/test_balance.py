"""The balance of rules.md §8 through whatever becomes of payments: owed = settled + pending + held + owed again + …

Small offices live through months of draws, holds, returns, second attempts, late changes and closings; after each
step nothing is lost, nothing is there twice, and no closed figure has changed.
"""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.closing import closings, unlike, whole
from domain.case.award import AmountChanged, DifferenceDrawn, LineReleased, MonthDrawn, Stopped, Terms
from domain.case.payment import PaymentRepeated, PaymentReturned, lists_of, standing
from domain.days import Month, add_month, last_day, months
from domain.ids import DivisionCode
from domain.month import MonthClosed, read_table
from domain.payment import ListClosed
from projections.closings import lines
from projections.figures import AREAS, month_table
from projections.payments import STATES
from tests.harness import COUNTY, TrialOffice, at
from tests.workflows.test_pay import living
from workflows.world import case_stream, list_stream

FIRST = Month("2025-05")
MONEY = ("due", "pending", "held_amount", "settled", "returned", "repeated", "set_off", "withheld")
STEPS = (
    "draw",
    "sign",
    "settle",
    "return",
    "account",
    "hold",
    "release",
    "less",
    "more",
    "stop",
    "close",
    "next",
)
Step = tuple[str, int]


class SmallOffice:
    """Two households, a single and a couple, paid from May on; what a step can't do is refused and leaves nothing."""

    def __init__(self, folder: Path) -> None:
        self.office = TrialOffice(folder)
        self.cases = [living(self.office, 1), living(self.office, 2, 2)]
        self.month = FIRST
        self.days = 8
        self.marks = 0
        self.kept: dict[Month, MonthClosed] = {}

    def say(self, kind: str, actor: str, case: str | None = None, **data: Any) -> bool:
        return self.office.say(kind, actor, case, **data).status == "done"

    def step(self, kind: str, which: int) -> None:
        self.marks += 1
        now = self.office.store.clock.now()
        day = at(f"{self.month}-{self.days:02d}")
        if now < day:
            self.office.store.clock.set(day)
        self.days = min(self.days + 1, 28)
        getattr(self, f"_{kind}")(self.cases[which % 2], which)

    def _draw(self, case: str, which: int) -> None:
        self.say("Draw", "payer", division=COUNTY, month=self.month)

    def _sign(self, case: str, which: int) -> None:
        named = {"division": COUNTY, "area": "rural", "month": self.month}
        self.say("SignList", "payer", **named, hand="maker")
        self.say("SignList", "checker", **named, hand="checker")
        self.say("CloseList", "payer", **named)

    def _of(self, which: int) -> Month:
        return add_month(self.month, -(which // 2))

    def _settle(self, case: str, which: int) -> None:
        self.say("SettlePayment", "payer", case, month=self._of(which), reference=f"B-{self.marks}")

    def _return(self, case: str, which: int) -> None:
        self.say("ReturnPayment", "payer", case, month=self._of(which), code="K01")

    def _account(self, case: str, which: int) -> None:
        self.say("ChangeAccount", "handler", case, account=f"6217 {self.marks:08d}", holder="m1")

    def _hold(self, case: str, which: int) -> None:
        self.say("SetHold", "county", case, ground="account", until="2026-12-31")

    def _release(self, case: str, which: int) -> None:
        self.say("EndHold", "county", case)

    def _less(self, case: str, which: int) -> None:
        self._changed(case, self._of(which), 45000, "D03")

    def _more(self, case: str, which: int) -> None:
        self._changed(case, self._of(which), 65000, "I05")

    def _changed(self, case: str, month: Month, each: int, code: str) -> None:
        award = self.office.case(case).award
        assert award is not None
        before = award.at(month)
        if month < FIRST or before is None or before.code == code:
            return
        shares = dict.fromkeys(before.covered, each)
        on = self.office.store.clock.now().date()
        terms = Terms(
            from_month=month,
            amount=sum(shares.values()),
            shares=shares,
            covered=before.covered,
            code=code,
            on=on,
        )
        self.office.write([(case_stream(case), AmountChanged(on=on, terms=terms, before=before.amount))])

    def _stop(self, case: str, which: int) -> None:
        month = max(self._of(which), add_month(FIRST, 1))
        if self.office.case(case).ended is None:
            on = self.office.store.clock.now().date()
            self.office.write([(case_stream(case), Stopped(on=on, code="S02", from_month=month))])

    def _next(self, case: str, which: int) -> None:
        self.month, self.days = add_month(self.month, 1), 1

    def _close(self, case: str, which: int) -> None:
        """The month is brought to its end, if there is a list to close it with."""
        closing = at(last_day(self.month).isoformat())
        if self.office.store.clock.now() < closing:
            self.office.store.clock.set(closing)
        first = next(closings(self.office.store, COUNTY, "dibao"), None)
        for month in months(first.month if first else self.month, self.month):
            self.say("CloseMonth", "payer", division=COUNTY, month=month)


def told(small: SmallOffice) -> dict[str, Counter[str]]:
    """By list what its lines came to, by the events alone: drawn, returned, paid again with it."""
    found: dict[str, Counter[str]] = {}
    for recorded in small.office.store.all():
        event = recorded.event
        if isinstance(event, MonthDrawn | DifferenceDrawn):
            found.setdefault(event.list, Counter())["drawn"] += event.amount
        elif isinstance(event, PaymentReturned):
            found.setdefault(event.list, Counter())["back"] += event.amount
        elif isinstance(event, PaymentRepeated):
            found.setdefault(event.list, Counter())["again"] += event.amount
        elif isinstance(event, LineReleased):
            found.setdefault(event.list, Counter())["withheld"] += event.withheld
        elif isinstance(event, ListClosed):
            found.setdefault(recorded.stream, Counter())["closed"] = 1
    return found


def nothing_is_lost(small: SmallOffice) -> None:
    lists = told(small)
    for case in map(small.office.case, small.cases):
        stands = [standing(case, one) for one in lists_of(case)]
        owed = sum(line.drawn for line in case.drawn.values())
        assert sum(one.drawn - one.repeated for one in stands) == owed
        assert all(min(one.held, one.settled, one.returned, one.repeated, 0) == 0 for one in stands)
        assert all(fen > 0 for one in stands for fen in one.pending.values())
        for month, line in case.drawn.items():
            out = sum(one.pending.get(month, 0) for one in stands)
            sent = sum(
                transfer.months.get(month, 0) for one in case.payments.values() for transfer in one.settled
            )
            assert out + sent <= line.drawn
    rows = small.office.doudi.projector.rows("outcomes")
    kept: Counter[tuple[str, str]] = Counter()
    for row in rows.select("outcomes_payment"):
        for state in STATES:
            kept[row["list"], state] += row[state]
    for name, sums in lists.items():
        listed = sum(kept[name.partition(":")[2], state] for state in STATES)
        assert listed == sums["drawn"] + sums["again"]


def figures_balance(small: SmallOffice) -> None:
    """Every list that was counted stands with what became of it; what came back was not paid."""
    rows, lists = small.office.doudi.projector.rows("statistics"), told(small)
    paid = 0
    for month in months(FIRST, add_month(small.month, 2)):
        figures = month_table(rows, "dibao", COUNTY, month)["rural"]
        assert (figures["balance_households"], figures["balance_persons"]) == (0, 0)
        stream = list_stream(COUNTY, "dibao", "rural", month)
        sums = lists.get(stream, Counter())
        if sums["closed"]:
            assert sum(figures[name] for name in MONEY[1:]) == sums["drawn"] + sums["again"]  # type: ignore[misc]
            awards = [small.office.case(case).award for case in small.cases]
            terms = [award.at(month) for award in awards if award is not None]
            assert figures["due"] == sum(one.amount for one in terms if one is not None)
        paid += figures["paid"] + figures["corrections"]  # type: ignore[operator,assignment]
    counted = [one for one in lists.values() if one["closed"]]
    assert paid == sum(one["drawn"] + one["again"] - one["back"] - one["withheld"] for one in counted)


def closed_stands(small: SmallOffice, *codes: DivisionCode) -> None:
    """No byte of a month closed under whichever code changed; its correction lines lead to what is known now."""
    projector = small.office.doudi.projector
    rows = projector.rows("statistics")
    for code in codes or (COUNTY,):
        for event in closings(small.office.store, code, "dibao"):
            assert small.kept.setdefault(event.month, event) == event
            assert whole(event)
            assert unlike(projector, event) == []
            reported = read_table(event.table).rows[code]
            now = month_table(rows, "dibao", code, event.month)
            found = lines(rows, "dibao", code, event.month, reported)
            last: dict[Any, Any] = {(line["area"], line["figure"]): line["new"] for line in found}
            for area in AREAS:
                for name in MONEY:
                    assert last.get((area, name), reported[area][name]) == now[area][name], (area, name)


steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), min_size=6, max_size=22)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_the_balance_holds_through_whatever_becomes_of_payments(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        small = SmallOffice(Path(folder))
        whole_month = [("draw", 0), ("sign", 0)]
        for kind, which in (*whole_month, *steps, ("close", 0), ("next", 0), *whole_month, ("close", 0)):
            small.step(kind, which)
        small.office.doudi.projector.catch_up()
        nothing_is_lost(small)
        figures_balance(small)
        closed_stands(small)
        small.office.doudi.close()


def test_a_story_of_everything(tmp_path: Path) -> None:
    """One that surely comes through each kind of step."""
    small = SmallOffice(tmp_path)
    story = [
        *[("draw", 0), ("sign", 0), ("settle", 0), ("return", 1), ("close", 0), ("next", 0)],
        *[("hold", 0), ("draw", 0), ("account", 1), ("draw", 0), ("sign", 0), ("more", 2), ("less", 3)],
        *[("release", 0), ("return", 2), ("settle", 1), ("close", 0), ("next", 0), ("account", 0)],
        *[("draw", 0), ("sign", 0), ("settle", 0), ("settle", 1), ("stop", 0), ("close", 0), ("next", 0)],
        *[("draw", 0), ("sign", 0), ("close", 0)],
    ]
    for kind, which in story:
        small.step(kind, which)
        small.office.doudi.projector.catch_up()
        nothing_is_lost(small)
        figures_balance(small)
        closed_stands(small)
    assert list(small.kept) == ["2025-05", "2025-06", "2025-07", "2025-08"]
    happened = {type(recorded.event).__name__ for recorded in small.office.store.all()}
    assert happened >= {
        "PaymentSettled",
        "PaymentReturned",
        "PaymentRepeated",
        "LineReleased",
        "DifferenceDrawn",
    }
