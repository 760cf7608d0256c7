"""Walks: whatever an office does, in whatever order, what must hold holds."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.days import add_month, month_of
from tests.walks.walk import Walk, households

HOUSEHOLDS = households()
CASES = st.integers(0, 9)


class OfficeWalk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="doudi-walk-"))
        self.walk = Walk(self.folder / "office")

    def _case(self, place: int) -> Any:
        return self.walk.cases[place % len(self.walk.cases)]

    @rule(place=st.integers(0, len(HOUSEHOLDS) - 1))
    def applies(self, place: int) -> None:
        self.walk.apply(HOUSEHOLDS[place])

    @rule(place=CASES, steps=st.integers(1, 24))
    def goes_on(self, place: int, steps: int) -> None:
        case = self._case(place)
        for _ in range(steps):
            if not self.walk.step(case):
                break

    @rule(place=CASES, data=st.data(), times=st.integers(1, 8))
    def anything(self, place: int, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self.walk.anything(data.draw, self._case(place))

    @rule(place=CASES, data=st.data())
    def changes(self, place: int, data: st.DataObject) -> None:
        self.walk.change(data.draw, self._case(place))

    @rule(place=CASES, fen=st.sampled_from([0, 20_000, 300_000]))
    def reviews(self, place: int, fen: int) -> None:
        self.walk.review(self._case(place), fen)

    @rule(place=CASES)
    def restores(self, place: int) -> None:
        self.walk.restore(self._case(place))

    @rule(back=st.integers(0, 4))
    def raises(self, back: int) -> None:
        self.walk.raise_standard(back)

    @rule(place=CASES)
    def objects(self, place: int) -> None:
        self.walk.object(self._case(place))

    @rule(times=st.integers(1, 3))
    def months_pass(self, times: int) -> None:
        for _ in range(times):
            self.walk.month()

    @rule(days=st.one_of(st.integers(0, 5), st.integers(20, 70)))
    def sleeps(self, days: int) -> None:
        self.walk.sleep(days)

    @rule(days=st.integers(1, 20))
    def steps_back(self, days: int) -> None:
        self.walk.sleep(-days)

    @rule()
    def ticks(self) -> None:
        self.walk.tick()

    @rule(months=st.integers(-2, 1))
    def draws(self, months: int) -> None:
        self.walk.draw(add_month(month_of(self.walk.today), months))

    @rule(months=st.integers(-2, 0), area=st.sampled_from(["urban", "rural"]))
    def closes(self, months: int, area: str) -> None:
        self.walk.close(add_month(month_of(self.walk.today), months), area)

    @rule(place=CASES, back=st.integers(0, 3), code=st.sampled_from(["", "", "K01", "K03", "K13"]))
    def the_bank_says(self, place: int, back: int, code: str) -> None:
        paid = [number for number in self.walk.cases if self.walk.case(number).drawn]
        if paid:
            self.walk.bank(paid[place % len(paid)], back, code)

    @rule(place=CASES)
    def mends(self, place: int) -> None:
        self.walk.mend(self._case(place))

    @rule(back=st.integers(1, 2))
    def closes_months(self, back: int) -> None:
        self.walk.close_month(back)

    @precondition(lambda self: len(self.walk.kept) < 12)
    @rule()
    def keeps(self) -> None:
        self.walk.keep()

    @invariant()
    def holds(self) -> None:
        self.walk.check()

    def teardown(self) -> None:
        try:
            self.walk.end()
        finally:
            self.walk.shut()
            shutil.rmtree(self.folder, ignore_errors=True)


SUITE = settings(
    max_examples=int(os.environ.get("DOUDI_WALKS", "12")),
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class TestWalk(OfficeWalk.TestCase):  # type: ignore[name-defined, misc]
    settings = SUITE


@pytest.mark.soak
class TestLongWalk(OfficeWalk.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(
        SUITE,
        max_examples=400,
        stateful_step_count=60,
        derandomize=False,
        phases=[Phase.generate, Phase.shrink],
    )
