from datetime import date
from typing import Any

import pytest

from domain.case.change import ChangeOpened, ReviewConcluded
from tests.harness import COUNTY, TrialOffice
from tests.workflows.awards import amount, family_income, plain, tick

TWO = ["surveyor", "surveyor2"]


def reviewed(
    office: TrialOffice, case: str, wages: int, on: str = "2025-10-09", **more: Any
) -> dict[str, Any]:
    """Opened, visited, the half year's wages stated, concluded: what the answer says."""
    if office.case(case).state("review.1") == "scheduled":
        office.do("OpenReview", "handler", case, on=on)
    office.do("VisitForReview", "surveyor", case, on=on, surveyors=TWO, result="true", present=["m1"])
    office.do("StateFacts", "handler", case, on=on, facts=family_income("2025-04-01", "2025-09-30", wages))
    return office.do("ConcludeReview", "handler", case, on=on, **more).data


def test_j1_half_year_review_under_ten_percent_changes_nothing(office: TrialOffice) -> None:
    case = plain(office)
    tick(office, "2025-10-01")
    assert office.case(case).state("review.1") == "open"
    assert office.due(case, "review.1/conclude") == date(2025, 11, 1)
    answer = reviewed(office, case, 510_000)
    assert (answer["outcome"], answer["clear"], answer["amount"]) == ("unchanged", False, 35_000)
    assert amount(office, case, "2025-11") == 40_000
    assert not office.case(case).changes
    assert office.case(case).state("review.1") == "concluded"
    assert office.case(case).reviews["review.2"].due == date(2026, 5, 1)  # type: ignore[index]
    assert office.due(case, "review.2/open") == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("wages", "outcome"),
    [(563_994, "unchanged"), (564_000, "reduce"), (396_000, "increase"), (396_006, "unchanged")],
)
def test_a_tenth_of_counted_income_is_clear(office: TrialOffice, wages: int, outcome: str) -> None:
    assert reviewed(office, plain(office), wages)["outcome"] == outcome


def test_a_clear_rise_opens_a_change_with_its_proposal(office: TrialOffice) -> None:
    case = plain(office)
    answer = reviewed(office, case, 0)
    assert answer["proposal"] == {
        "effect": "increase",
        "code": "I03",
        "amount": 120_000,
        "shares": {"m1": 40_000, "m2": 40_000, "m3": 40_000},
    }
    office.do("ProposeChange", "handler", case, on="2025-10-10", effect="increase", code="I03")
    office.do("DecideChange", "decider", case, on="2025-10-13")
    assert [amount(office, case, month) for month in ("2025-10", "2025-11")] == [40_000, 120_000]


def test_over_the_standard_proposes_a_stop_that_is_heard(office: TrialOffice) -> None:
    case = plain(office)
    answer = reviewed(office, case, 900_000)
    assert (answer["outcome"], answer["proposal"]["code"]) == ("stop", "S01")
    assert office.refused("ProposeChange", "handler", case, on="2025-10-10", effect="stop", code="S01") == [
        "not-heard"
    ]
    assert amount(office, case, "2025-12") == 40_000


def test_open_review_by_hand_up_to_a_month_before(office: TrialOffice) -> None:
    case = plain(office)
    assert office.refused("OpenReview", "handler", case, on="2025-09-30") == ["review-early"]
    assert office.refused("OpenReview", "village", case, on="2025-10-01") == ["not-your-desk"]
    office.quiet("OpenReview", "handler", case, on="2025-10-01")
    assert office.case(case).reviews["review.1"].opened == date(2025, 10, 1)  # type: ignore[index]


def test_a_tick_opens_it_once(office: TrialOffice) -> None:
    case = plain(office)
    tick(office, "2025-10-03")
    head = office.store.head()
    assert office.case(case).reviews["review.1"].opened == date(2025, 10, 1)  # type: ignore[index]
    tick(office, "2025-10-03")
    assert office.store.head() == head


def test_visit_for_review_by_two(office: TrialOffice) -> None:
    case = plain(office)
    office.do("OpenReview", "handler", case, on="2025-10-01")
    visit = {"on": "2025-10-02", "result": "true", "present": ["m1"]}
    assert office.refused("VisitForReview", "surveyor", case, surveyors=["surveyor"], **visit) == [
        "surveyors-too-few"
    ]
    assert office.refused(
        "VisitForReview", "surveyor", case, surveyors=TWO, **{**visit, "result": "nice"}
    ) == ["code-unknown"]
    office.quiet("VisitForReview", "surveyor", case, surveyors=TWO, **visit)
    assert office.case(case).visits[-1].why == "review"


def test_conclude_waits_for_the_visit_and_running_consents(office: TrialOffice) -> None:
    case = plain(office)
    office.do("OpenReview", "handler", case, on="2025-10-01")
    office.do("Consent", "handler", case, on="2025-10-01", member="m2", until="2025-10-05")
    assert office.refused("ConcludeReview", "handler", case, on="2025-10-09") == [
        "review-not-visited",
        "consent-missing",
    ]
    office.do("Consent", "handler", case, on="2025-10-09", member="m2", until="2026-10-08")
    office.do(
        "VisitForReview", "surveyor", case, on="2025-10-09", surveyors=TWO, result="true", present=["m1"]
    )
    office.do("StateFacts", "handler", case, on="2025-10-09", facts=family_income("2025-04-01", "2025-09-30"))
    office.quiet("ConcludeReview", "handler", case, on="2025-10-09")
    events = office.events(case)
    assert sum(isinstance(event, ReviewConcluded) for event in events) == 1
    assert not any(isinstance(event, ChangeOpened) for event in events)


def test_a_review_that_cant_be_held_says_why_and_pay_goes_on(office: TrialOffice) -> None:
    case = plain(office)
    office.do("OpenReview", "handler", case, on="2025-10-01")
    answer = office.do("ConcludeReview", "handler", case, on="2025-10-20", impossible="全家外出，三次未遇")
    assert answer.data["outcome"] == "impossible"
    concluded = [event for event in office.events(case) if isinstance(event, ReviewConcluded)]
    assert concluded[0].words is not None
    assert concluded[0].words.text == "全家外出，三次未遇"
    assert amount(office, case, "2025-12") == 40_000


def test_a_late_review_stops_nothing_and_the_next_keeps_the_chain(office: TrialOffice) -> None:
    case = plain(office)
    tick(office, "2026-06-10")
    assert amount(office, case, "2026-07") == 40_000
    assert office.case(case).state("review.1") == "open"
    office.do(
        "VisitForReview", "surveyor", case, on="2026-06-10", surveyors=TWO, result="true", present=["m1"]
    )
    office.do("StateFacts", "handler", case, on="2026-06-10", facts=family_income("2025-04-01", "2025-09-30"))
    office.do("ConcludeReview", "handler", case, on="2026-06-10")
    assert office.case(case).reviews["review.2"].due == date(2026, 11, 1)  # type: ignore[index]


@pytest.mark.parametrize(
    ("to", "due"), [("A", date(2026, 5, 1)), ("B", date(2026, 5, 1)), ("C", date(2026, 2, 1))]
)
def test_the_class_may_change_and_the_chain_counts_from_the_first_day(
    office: TrialOffice, to: str, due: date
) -> None:
    case = plain(office)
    reviewed(office, case, 480_000, review_class=to)
    assert office.case(case).review_class == to
    assert office.case(case).reviews["review.2"].due == due  # type: ignore[index]


def in_campaigns(office: TrialOffice, months: str = "10,11", **more: Any) -> None:
    """From now on all are reviewed in these months of every year."""
    data = {"name": "review_campaign_months", "value": months, "since": "2025-01-01", **more}
    office.do("SetParameter", "admin", division=COUNTY, document="集中核查", **data)


def test_in_campaign_months_all_are_due_by_the_campaigns_last_day(office: TrialOffice) -> None:
    """Class B too, whose half year would be over in November."""
    in_campaigns(office)
    case = plain(office)
    assert office.case(case).reviews["review.1"].due == date(2025, 11, 30)  # type: ignore[index]
    assert office.due(case, "review.1/open") == date(2025, 10, 1)
    assert office.refused("OpenReview", "handler", case, on="2025-09-30") == ["review-early"]
    tick(office, "2025-10-01")
    assert office.due(case, "review.1/conclude") == date(2025, 11, 30)
    assert reviewed(office, case, 480_000)["outcome"] == "unchanged"
    second = office.case(case).reviews["review.2"]  # type: ignore[index]
    assert (second.due, office.due(case, "review.2/open")) == (date(2026, 11, 30), date(2026, 10, 1))


def test_an_award_that_begins_with_the_campaign_waits_for_the_next(office: TrialOffice) -> None:
    in_campaigns(office, "5,6,12")
    case = plain(office)
    assert office.case(case).reviews["review.1"].due == date(2025, 12, 31)  # type: ignore[index]


def test_what_is_scheduled_keeps_its_day_when_campaigns_begin(office: TrialOffice) -> None:
    case = plain(office)
    in_campaigns(office, "3", since="2025-09-01")
    assert office.case(case).reviews["review.1"].due == date(2025, 11, 1)  # type: ignore[index]
    reviewed(office, case, 480_000)
    assert office.case(case).reviews["review.2"].due == date(2026, 3, 31)  # type: ignore[index]


@pytest.mark.parametrize("months", ["0", "13", "October", "10;11"])
def test_campaign_months_are_months_of_the_year(office: TrialOffice, months: str) -> None:
    data = {"name": "review_campaign_months", "value": months, "since": "2025-01-01"}
    refused = office.refused("SetParameter", "admin", division=COUNTY, document="集中核查", **data)
    assert refused == ["parameter-kind"]
