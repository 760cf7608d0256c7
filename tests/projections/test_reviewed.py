"""Reviews done and who went by them, counted on the day, whatever list the exit takes effect on."""

from datetime import date

from domain.case.change import (
    ChangeDecided,
    ChangeDropped,
    ChangeOpened,
    Effect,
    ReviewConcluded,
    ReviewOpened,
    ReviewScheduled,
)
from domain.days import Month
from domain.ids import InstanceId, StaffId
from projections.figures import month_table, unit_of
from tests.projections.county import COUNTY, V3, County

NAMES = ("reviewed_households", "reviewed_persons", "review_exits_households", "review_exits_persons")


REVIEW = InstanceId("review.1")


def review(county: County, case: str, on: str, outcome: str = "unchanged", change: str | None = None) -> None:
    day = date.fromisoformat(on)
    of = InstanceId(change) if change else None
    county.to(case, ReviewScheduled(on=date(2024, 6, 1), review=REVIEW, due=date(2024, 11, 30), ordinal=1))
    county.to(case, ReviewOpened(on=date(2024, 10, 1), review=REVIEW))
    county.to(case, ReviewConcluded(on=day, review=REVIEW, outcome=outcome, review_class="A", change=of))
    if change:
        open_change(county, case, on, change, "review")


def open_change(county: County, case: str, on: str, change: str, kind: str) -> None:
    day = date.fromisoformat(on)
    county.to(case, ChangeOpened(on=day, change=InstanceId(change), kind=kind, happened=day, source=kind))


def decide(county: County, case: str, on: str, change: str, effect: Effect = "stop") -> None:
    by = StaffId("decider")
    county.to(
        case,
        ChangeDecided(on=date.fromisoformat(on), change=InstanceId(change), by=by, effect=effect, code="S01"),
    )


def counted(county: County, month: str, division: str = COUNTY) -> tuple[int, ...]:
    """Of `NAMES`, in the month; the balance holds whatever is reviewed."""
    table = month_table(county.statistics, "dibao", division, Month(month))["all"]
    assert table["balance_persons"] == 0
    return tuple(int(table.get(f"steps.{name}") or 0) for name in NAMES)


def three() -> County:
    county = County()
    for case, persons in (("a", 1), ("b", 2), ("c", 3)):
        county.award(case, "2024-06", persons=persons)
    return county


def test_a_review_counts_with_those_the_award_pays() -> None:
    county = three()
    review(county, "a", "2024-10-08")
    review(county, "b", "2024-10-31")
    review(county, "c", "2024-11-01", "impossible")
    assert counted(county, "2024-10") == (2, 3, 0, 0)
    assert counted(county, "2024-11") == (0, 0, 0, 0)
    assert counted(county, "2024-10", V3) == (0, 0, 0, 0)


def test_an_exit_counts_when_it_is_decided_by_the_reviews_change_alone() -> None:
    county = three()
    review(county, "c", "2024-10-08", "stop", "change.1")
    decide(county, "c", "2024-11-05", "change.1")
    county.stop("c", "2024-12")
    open_change(county, "b", "2024-11-04", "change.1", "income")
    decide(county, "b", "2024-11-05", "change.1")
    county.stop("b", "2024-12")
    assert counted(county, "2024-10") == (1, 3, 0, 0)
    assert counted(county, "2024-11") == (0, 0, 1, 3)


def test_members_who_go_by_a_review_are_persons_of_no_household() -> None:
    county = three()
    review(county, "c", "2024-10-08", "reduce", "change.1")
    decide(county, "c", "2024-10-20", "change.1", "reduce")
    county.change("c", "2024-11", "D03", 30000, "m1")
    county.change("c", "2024-12", "D03", 20000, "m1")
    assert counted(county, "2024-10") == (1, 3, 0, 2)
    assert counted(county, "2024-11") == (0, 0, 0, 0)


def test_a_change_that_is_dropped_takes_nobody_out() -> None:
    county = three()
    review(county, "c", "2024-10-08", "stop", "change.1")
    dropped = ChangeDropped(on=date(2024, 10, 20), change=InstanceId("change.1"), reason="x")  # type: ignore[arg-type]
    county.to("c", dropped)
    county.stop("c", "2024-12")
    assert counted(county, "2024-10") == (1, 3, 0, 0)
    assert counted(county, "2024-11") == (0, 0, 0, 0)


def test_its_measures_have_their_units() -> None:
    assert [unit_of(f"steps.{name}") for name in NAMES] == ["households", "persons"] * 2
    assert unit_of("steps.reviews.stop") == "times"
