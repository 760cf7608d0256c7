from datetime import date

import pytest

from tests.harness import TrialOffice
from tests.workflows import stages
from tests.workflows.stages import ASSESSED, LAST_DAY, NEXT_DAY, PHOTO, POSTED

PLACE = {"place": "村务公开栏", "photo": PHOTO}


def test_a_notice_shows_what_the_opinion_says_for_seven_days(office: TrialOffice) -> None:
    case = stages.to_post(office)
    answer = office.quiet("Post", "village", case, on=POSTED, **PLACE)
    assert answer.data == {"until": LAST_DAY}
    posted = office.case(case).publicity
    assert posted is not None
    assert (posted.size, posted.amount, posted.until) == (3, 90_000, date(2025, 5, 13))
    assert office.due(case, "application/take_down") == date(2025, 5, 14)


def test_what_a_notice_shows_is_never_typed(office: TrialOffice) -> None:
    case = stages.to_post(office)
    assert office.refused("Post", "village", case, on=POSTED, amount=1, **PLACE) == ["field-unknown"]


def test_a_notice_needs_a_true_photo(office: TrialOffice) -> None:
    case = stages.to_post(office)
    photo = {**PHOTO, "sha256": "no"}
    assert office.refused("Post", "village", case, on=POSTED, place="栏", photo=photo) == ["paper-wrong"]


def test_posting_before_the_second_hand_is_refused(office: TrialOffice) -> None:
    assert office.refused("Post", "village", stages.opined(office), on=ASSESSED, **PLACE) == ["not-now"]


@pytest.mark.parametrize("day", [LAST_DAY, NEXT_DAY])
def test_it_comes_down_on_its_last_day_or_later(office: TrialOffice, day: str) -> None:
    case = stages.posted(office)
    office.quiet("TakeDown", "village", case, on=day, photo=PHOTO, no_objection=True)
    assert office.case(case).state("application") == "ready"


def test_coming_down_before_its_last_day_is_refused_with_that_day(office: TrialOffice) -> None:
    case = stages.posted(office)
    answer = office.say("TakeDown", "village", case, on="2025-05-12", photo=PHOTO, no_objection=True)
    assert [(one.code, one.params["until"]) for one in answer.reasons] == [("publicity-open", LAST_DAY)]


def test_no_objection_is_refused_where_one_is_on_record(office: TrialOffice) -> None:
    case = stages.posted(office)
    office.do("Object", "window", case, on="2025-05-12", anonymous=True, words="有车")
    assert office.refused("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=True) == [
        "objection-on-record"
    ]
    office.do("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=False)


def test_forwarding_is_refused_until_the_day_after_with_all_that_lacks(office: TrialOffice) -> None:
    case = stages.posted(office)
    answer = office.say("Forward", "handler", case, on="2025-05-10")
    assert [one.code for one in answer.reasons] == ["not-now", "forward-too-early", "publicity-open"]
    office.do("TakeDown", "village", case, on=LAST_DAY, photo=PHOTO, no_objection=True)
    answer = office.say("Forward", "handler", case, on=LAST_DAY)
    assert [(one.code, one.params["earliest"]) for one in answer.reasons] == [("forward-too-early", NEXT_DAY)]
    office.quiet("Forward", "handler", case, on=NEXT_DAY)


def test_a_notice_still_up_is_named(office: TrialOffice) -> None:
    case = stages.posted(office)
    assert office.refused("Forward", "handler", case, on="2025-05-16") == ["not-now", "notice-still-up"]


def test_a_void_notice_is_posted_anew_for_seven_days(office: TrialOffice) -> None:
    case = stages.posted(office)
    office.quiet("VoidPublicity", "handler", case, on="2025-05-09", why="wrong")
    assert office.case(case).state("application") == "to_post"
    assert office.refused("Forward", "handler", case, on="2025-05-14") == ["not-now", "publicity-missing"]
    assert office.do("Post", "village", case, on="2025-05-14", **PLACE).data == {"until": "2025-05-21"}


def test_a_void_notice_counts_where_the_division_says_so(office: TrialOffice) -> None:
    office.set_policy(repost_when_short=False)
    case = stages.posted(office)
    office.do("VoidPublicity", "handler", case, on="2025-05-09", why="down_early")
    assert office.do("Post", "village", case, on="2025-05-09", **PLACE).data == {"until": LAST_DAY}


def test_voiding_needs_a_reason_where_it_is_another(office: TrialOffice) -> None:
    case = stages.posted(office)
    assert office.refused("VoidPublicity", "handler", case, on=POSTED, why="other") == ["reason-needed"]
    office.do("VoidPublicity", "handler", case, on=POSTED, why="other", reason="台风")


def test_voiding_what_was_never_posted_is_refused(office: TrialOffice) -> None:
    assert office.refused("VoidPublicity", "handler", stages.negative(office), on=ASSESSED, why="wrong") == [
        "not-posted"
    ]


def test_publicity_days_are_the_division_s(office: TrialOffice) -> None:
    office.set_policy(publicity_days=5)
    case = stages.to_post(office)
    assert office.do("Post", "village", case, on=POSTED, **PLACE).data == {"until": "2025-05-11"}


def test_nobody_else_posts(office: TrialOffice) -> None:
    case = stages.to_post(office)
    assert office.refused("Post", "county", case, on=POSTED, **PLACE) == ["not-your-desk"]
    assert office.refused("Post", "handler-t2", case, on=POSTED, **PLACE) == ["case-unknown"]
