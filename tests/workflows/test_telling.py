from datetime import date

import pytest

from tests.harness import TrialOffice
from tests.workflows import stages

DECIDED, SERVED = "2025-05-19", "2025-05-20"


def test_a_decision_is_served_with_its_way_and_day(office: TrialOffice) -> None:
    case = stages.confirmed(office, on=DECIDED)
    office.quiet("Serve", "handler", case, on=SERVED, letter="L08", way="direct")
    state = office.case(case)
    assert state.state("telling.1") == "served"
    assert [(one.letter, one.served, one.way) for one in state.letters] == [
        ("L08", date(2025, 5, 20), "direct")
    ]


def test_only_a_letter_that_waits_is_served_and_only_once(office: TrialOffice) -> None:
    case = stages.confirmed(office, on=DECIDED)
    answer = office.say("Serve", "handler", case, on=SERVED, letter="L09", way="direct")
    assert [(one.code, one.params["letters"]) for one in answer.reasons] == [("letter-unknown", "L08")]
    assert office.refused("Serve", "handler", case, on=SERVED, letter="L08", way="pigeon") == ["code-unknown"]
    office.do("Serve", "handler", case, on=SERVED, letter="L08", way="direct")
    assert office.refused("Serve", "handler", case, on=SERVED, letter="L08", way="direct") == ["nothing-open"]


def test_public_notice_comes_after_two_other_ways(office: TrialOffice) -> None:
    case = stages.confirmed(office, on=DECIDED)
    public = {"on": SERVED, "letter": "L08", "way": "public"}
    assert office.refused("Serve", "handler", case, **public) == ["public-notice-last"]
    office.quiet("TryToServe", "handler", case, on=SERVED, letter="L08", way="direct", proof=stages.PHOTO)
    office.do("TryToServe", "handler", case, on=SERVED, letter="L08", way="direct")
    assert office.refused("Serve", "handler", case, **public) == ["public-notice-last"]
    office.do("TryToServe", "handler", case, on=SERVED, letter="L08", way="post")
    office.do("Serve", "handler", case, **public)
    assert office.case(case).letters[0].tried == ("direct", "direct", "post")


def test_trying_names_a_known_letter_and_way(office: TrialOffice) -> None:
    case = stages.confirmed(office, on=DECIDED)
    assert office.refused("TryToServe", "handler", case, on=SERVED, letter="L14", way="post") == [
        "letter-unknown"
    ]
    assert office.refused("TryToServe", "handler", case, on=SERVED, letter="L08", way="x") == ["code-unknown"]


@pytest.mark.parametrize(("letter", "code"), [("L10", "letter-is-a-board"), ("L77", "code-unknown")])
def test_what_can_not_be_served_is_not_issued(office: TrialOffice, letter: str, code: str) -> None:
    case = stages.confirmed(office, on=DECIDED)
    assert office.refused("IssueLetter", "handler", case, on=SERVED, letter=letter) == [code]


def test_of_several_open_letters_the_one_named_is_served(office: TrialOffice) -> None:
    case = stages.confirmed(office, on=DECIDED)
    answer = office.quiet("IssueLetter", "window", case, on=DECIDED, letter="L22")
    assert answer.data == {"instance": "telling.2"}
    about = {"on": SERVED, "letter": "L19", "about": "review.1"}
    assert office.refused("IssueLetter", "window", case, **{**about, "about": "review.9"}) == [
        "instance-unknown"
    ]
    office.do("IssueLetter", "window", case, **about)
    office.do("Serve", "handler", case, on="2025-05-21", letter="L19", way="post")
    office.do("Serve", "handler", case, on="2025-05-21", letter="L22", way="direct")
    state = office.case(case)
    assert [state.state(f"telling.{place}") for place in (1, 2, 3)] == ["due", "served", "served"]
    assert [one.letter for one in state.letters if one.served is None] == ["L08"]


def test_a_refusal_is_served_though_the_case_is_over(office: TrialOffice) -> None:
    case = stages.negative(office)
    office.do("Forward", "handler", case, on="2025-05-06")
    office.do("SignHand", "chief", case, on="2025-05-06")
    office.do("Refuse", "decider", case, on="2025-05-07", grounds=["R01"], words="超标")
    office.do("Serve", "village", case, on="2025-05-08", letter="L09", way="left", proof=stages.PHOTO)
    assert office.case(case).deadlines == {}


def test_the_decision_is_announced_by_the_village_until_a_day(office: TrialOffice) -> None:
    case = stages.confirmed(office, on=DECIDED)
    say = {"on": SERVED, "place": "村务公开栏"}
    assert office.refused("Announce", "village", case, until="2025-05-19", **say) == ["until-before"]
    assert office.refused("Announce", "county", case, until="2025-05-27", **say) == ["not-your-desk"]
    office.quiet("Announce", "village", case, until="2025-05-27", **say)
    assert office.case(case).announced == date(2025, 5, 20)
    assert office.refused("Announce", "village", case, until="2025-05-27", **say) == ["already-over"]


def test_what_was_not_decided_is_not_announced(office: TrialOffice) -> None:
    case = stages.signed(office)
    assert office.refused("Announce", "village", case, on="2025-05-16", place="栏", until="2025-05-27") == [
        "not-begun"
    ]
