"""The balance of rules.md §8 also where the county gets another code meanwhile, and its townships merge."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.closing import closings
from domain.days import Month, add_month, last_day, months
from domain.ids import DivisionCode
from projections.base import Rows
from projections.figures import month_table
from projections.places import standing
from tests.harness import COUNTY, T1, T2, V1, at
from tests.workflows.test_balance import FIRST, MONEY, SmallOffice, Step, closed_stands, nothing_is_lost, told
from workflows.world import list_stream

CODES = ("110199", "110120", "110121")
NAMES = {
    COUNTY: ("丙县", "county"),
    T1: ("甲镇", "township"),
    T2: ("乙镇", "township"),
    V1: ("东山村", "village"),
}
STEPS = ("draw", "sign", "settle", "return", "account", "hold", "release", "less", "more", "close", "next")


class Renamed(SmallOffice):
    """`recode` gives the county its next code, `merge` puts its first township into the second."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for code, (name, level) in NAMES.items():
            assert self.say("AddDivision", "admin", code=code, name=name, level=level)
        self.merged = False

    @property
    def rows(self) -> Rows:
        self.office.doudi.projector.catch_up()
        rows: Rows = self.office.doudi.projector.rows("statistics")
        return rows

    def county(self, month: Month) -> DivisionCode:
        return DivisionCode(standing(self.rows, COUNTY, month))

    def _recode(self, case: str, which: int) -> None:
        now = self.county(Month("9999-12"))
        later = CODES[CODES.index(now) + 1 :]
        if later:
            named = {"code": now, "by": later[0], "name": "丙区", "document": "国函"}
            assert self.say("ReplaceDivision", "admin", **named)

    def _merge(self, case: str, which: int) -> None:
        now = self.county(Month("9999-12"))
        if not self.merged:
            below = {f"{now}001001": f"{now}002011"}
            named: dict[str, Any] = {
                "code": f"{now}001",
                "by": f"{now}002",
                "document": "民发",
                "below": below,
            }
            self.merged = self.say("ReplaceDivision", "admin", **named)
            assert self.merged

    def _draw(self, case: str, which: int) -> None:
        self.say("Draw", "payer", division=self.county(self.month), month=self.month)

    def _sign(self, case: str, which: int) -> None:
        named = {"division": self.county(self.month), "area": "rural", "month": self.month}
        self.say("SignList", "payer", **named, hand="maker")
        self.say("SignList", "checker", **named, hand="checker")
        self.say("CloseList", "payer", **named)

    def _close(self, case: str, which: int) -> None:
        closing = at(last_day(self.month).isoformat())
        if self.office.store.clock.now() < closing:
            self.office.store.clock.set(closing)
        first = next(closings(self.office.store, COUNTY, "dibao"), None)
        for month in months(first.month if first else self.month, self.month):
            self.say("CloseMonth", "payer", division=self.county(month), month=month)


def figures_balance(small: Renamed) -> None:
    """In the county of each month; under any other code there is nothing."""
    rows, lists = small.rows, told(small)
    last = add_month(small.month, 2)
    paid = withheld = 0
    for month in months(FIRST, last):
        county = small.county(month)
        figures = month_table(rows, "dibao", county, month)["rural"]
        assert (figures["balance_households"], figures["balance_persons"]) == (0, 0), month
        moved = ("moved_in_households", "moved_out_households", "reported_exits_households")
        assert [figures[name] for name in moved] == [0, 0, 0], month
        sums = lists.get(list_stream(county, "dibao", "rural", month), Counter())
        if sums["closed"]:
            assert sum(figures[name] for name in MONEY[1:]) == sums["drawn"] + sums["again"]  # type: ignore[misc]
        paid += figures["paid"] + figures["corrections"]  # type: ignore[operator,assignment]
        withheld += figures["withheld"]  # type: ignore[operator,assignment]
        if month[:4] == FIRST[:4]:
            assert figures["paid_to_date"] == paid, month
        for other in set(CODES) - {county}:
            elsewhere = month_table(rows, "dibao", other, month)["rural"]
            assert not any(elsewhere[name] for name in ("households", "paid", "corrections", "paid_to_date"))
    counted = [one for one in lists.values() if one["closed"]]
    assert paid + withheld == sum(one["drawn"] + one["again"] - one["back"] for one in counted)


steps = st.lists(
    st.tuples(st.sampled_from((*STEPS, "recode", "merge")), st.integers(0, 5)), min_size=6, max_size=20
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_the_balance_holds_whatever_the_county_is_called(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        small = Renamed(Path(folder))
        month = [("draw", 0), ("sign", 0)]
        for kind, which in (*month, *steps, ("close", 0), ("recode", 0), ("next", 0), *month, ("close", 0)):
            small.step(kind, which)
        small.office.doudi.projector.catch_up()
        small.office.doudi.projector.catch_up()
        nothing_is_lost(small)
        figures_balance(small)
        closed_stands(small, *map(DivisionCode, CODES))
        small.office.doudi.close()


def test_a_year_of_changes(tmp_path: Path) -> None:
    small = Renamed(tmp_path)
    story = [
        *[("draw", 0), ("sign", 0), ("settle", 0), ("close", 0), ("next", 0)],
        *[("draw", 0), ("sign", 0), ("merge", 0), ("return", 2), ("close", 0), ("next", 0)],
        *[("account", 0), ("draw", 0), ("sign", 0), ("recode", 0), ("return", 3), ("close", 0), ("next", 0)],
        *[("return", 2), ("draw", 0), ("sign", 0), ("less", 3), ("close", 0), ("next", 0)],
        *[("account", 1), ("draw", 0), ("sign", 0), ("recode", 0), ("close", 0), ("next", 0)],
        *[("account", 0), ("draw", 0), ("sign", 0), ("close", 0)],
    ]
    for kind, which in story:
        small.step(kind, which)
        small.office.doudi.projector.catch_up()
        nothing_is_lost(small)
        figures_balance(small)
        closed_stands(small, *map(DivisionCode, CODES))
    assert small.county(small.month) == CODES[2]
    assert len(small.kept) == 6
