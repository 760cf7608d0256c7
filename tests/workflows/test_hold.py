from datetime import date

from domain.case.award import HoldEnded, LineReleased
from domain.days import Month
from tests.harness import TrialOffice
from tests.workflows.awards import amount, draw, plain, tick


def test_set_hold_to_an_end_day(office: TrialOffice) -> None:
    case = plain(office)
    data = {"ground": "check", "until": "2025-08-31"}
    assert office.refused("SetHold", "window", case, on="2025-06-10", **data) == ["not-your-desk"]
    assert office.refused("SetHold", "handler", case, on="2025-08-31", **data) == ["hold-until-past"]
    assert office.refused(
        "SetHold", "handler", case, on="2025-06-10", ground="other", until="2025-08-31"
    ) == ["words-needed"]
    office.quiet("SetHold", "handler", case, on="2025-06-10", **data)
    assert office.due(case, "hold.1/end") == date(2025, 9, 1)
    assert office.case(case).kept_back
    assert amount(office, case, "2025-07") == 40_000


def test_a_hold_ends_by_itself_the_day_after_and_releases_what_was_kept(office: TrialOffice) -> None:
    case = plain(office)
    office.do("SetHold", "handler", case, on="2025-06-10", ground="absent", until="2025-08-31")
    draw(office, case, "2025-07", "2025-08", held=True)
    tick(office, "2025-08-31")
    assert office.case(case).state("hold.1") == "on"
    tick(office, "2025-09-01")
    tick(office, "2025-09-01")
    assert office.case(case).state("hold.1") == "off"
    assert not office.case(case).kept_back
    released = [event.month for event in office.events(case) if isinstance(event, LineReleased)]
    assert released == ["2025-07", "2025-08"]
    assert sum(isinstance(event, HoldEnded) for event in office.events(case)) == 1


def test_the_last_of_two_holds_releases(office: TrialOffice) -> None:
    case = plain(office)
    for ground in ("check", "absent"):
        office.do("SetHold", "handler", case, on="2025-06-10", ground=ground, until="2025-08-31")
    draw(office, case, "2025-07", held=True)
    assert office.refused("EndHold", "handler", case, on="2025-07-20") == ["instance-which"]
    office.quiet("EndHold", "handler", case, on="2025-07-20", instance="hold.1")
    assert office.case(case).drawn[Month("2025-07")].held
    assert office.refused("EndHold", "handler", case, on="2025-07-20", instance="hold.1") == ["already-over"]
    office.do("EndHold", "handler", case, on="2025-07-21")
    assert not office.case(case).drawn[Month("2025-07")].held


def test_a_stop_ends_the_hold_and_there_is_none_without_a_living_award(office: TrialOffice) -> None:
    case = plain(office)
    office.do("ReportChange", "window", case, on="2025-08-20", kind="own_request", happened="2025-08-20")
    office.do("ProposeChange", "handler", case, on="2025-08-20", effect="stop", code="S06")
    office.do("SetHold", "handler", case, on="2025-08-20", ground="check", until="2025-12-31")
    draw(office, case, "2025-08", held=True)
    office.do("DecideChange", "decider", case, on="2025-08-21")
    assert office.case(case).state("hold.1") == "off"
    assert not office.case(case).holds
    assert not office.case(case).drawn[Month("2025-08")].held
    assert office.refused(
        "SetHold", "handler", case, on="2025-08-22", ground="check", until="2025-12-31"
    ) == ["award-not-living"]


def test_what_should_not_have_been_paid_is_not_released(office: TrialOffice) -> None:
    case = plain(office)
    detected = {"kind": "property", "happened": "2025-06-10", "source": "V04"}
    office.do("SetHold", "handler", case, on="2025-06-12", ground="check", until="2025-12-31")
    draw(office, case, "2025-06", "2025-07", held=True)
    office.do("DetectChange", "handler", case, on="2025-07-14", **detected)
    office.do("Hear", "handler", case, on="2025-07-15", words="承认")
    office.do("ProposeChange", "handler", case, on="2025-07-15", effect="stop", code="S13")
    office.do("DecideChange", "decider", case, on="2025-07-16")
    drawn = office.case(case).drawn
    assert [drawn[Month(month)].held for month in ("2025-06", "2025-07")] == [False, True]
    office.do("ChangeAccount", "window", case, on="2025-07-17", account="6217000003", holder="m1")
    assert office.case(case).drawn[Month("2025-07")].held
    office.do("Restore", "decider", case, on="2025-07-18", code="I05", reason="错停")
    assert not office.case(case).drawn[Month("2025-07")].held
