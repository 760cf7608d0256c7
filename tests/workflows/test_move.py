"""迁移: handed over and received inside a county; to another with a certificate (rules.md §3 move)."""

import pytest

from domain.ids import DivisionCode, make_case_no, mod_11_2
from tests.harness import COUNTY, T1, T2, V1, V2, TrialOffice, person
from tests.workflows.awards import day
from tests.workflows.moves import CERTIFICATE, V21, X1, XV, staffed, two

HANDED, RECEIVED = "2025-09-22", "2025-09-25"


@pytest.fixture
def case(office: TrialOffice) -> str:
    staffed(office)
    number = two(office)
    office.clock("2025-09-18")
    return number


def handed(office: TrialOffice, case: str, to: str = T2) -> None:
    office.do("HandOver", "handler", case, on=HANDED, to=to, moved_on="2025-09-18")


def test_a_case_is_handed_over_and_received(office: TrialOffice, case: str) -> None:
    assert office.quiet("HandOver", "handler", case, on=HANDED, to=T2).data["inside"]
    assert office.due(case, "move.1/receive").isoformat() == day(HANDED, 30)
    assert office.case(case).division == V1
    office.quiet("ReceiveMove", "window-t2", case, on=RECEIVED, division=V21)
    found = office.case(case)
    assert (found.number, found.division, found.award is not None) == (case, V21, True)
    assert office.due(case, "move.1/visit").isoformat() == day(RECEIVED, 30)
    office.appoint("surveyor-t2", "surveyor", T2)
    seen = {"surveyors": ["surveyor-t2", "handler-t2"], "result": "true", "present": ["m1"]}
    office.quiet("VisitAfterMove", "handler-t2", case, on="2025-10-20", **seen)
    assert office.case(case).state("move.1") == "done"


def test_scope_follows_the_case(office: TrialOffice, case: str) -> None:
    assert office.refused("ChangeHead", "window-t2", case, head="m2") == ["case-unknown"]
    handed(office, case)
    assert office.refused("ReceiveMove", "window", case, division=V21) == ["not-your-desk"]
    assert office.refused("ChangeHead", "window-t2", case, head="m2") == ["case-unknown"]
    office.do("ReceiveMove", "window-t2", case, on=RECEIVED, division=V21)
    assert office.refused("ChangeHead", "window", case, head="m2") == ["case-unknown"]
    office.do("ChangeHead", "window-t2", case, head="m2")
    assert office.refused("HandOver", "handler", case, to=T1) == ["case-unknown"]


def test_what_is_no_move(office: TrialOffice, case: str) -> None:
    assert office.refused("HandOver", "handler", case, to=V1) == ["move-nowhere"]
    assert office.refused("HandOver", "handler", case, to="110199") == ["division-too-high"]
    assert office.refused("HandOver", "handler", case, to=T2, moved_on="2025-12-01") == ["on-later"]
    assert office.refused("ReceiveMove", "handler", case, division=V21) == ["nothing-open"]
    handed(office, case)
    assert office.refused("HandOver", "handler", case, to=T2) == ["handed-over-already"]
    assert office.refused("ReceiveMove", "window-t2", case, division=V2) == ["move-not-there"]
    assert office.refused("VisitAfterMove", "handler-t2", case, surveyors=["handler-t2"], result="true") == [
        "case-unknown"
    ]
    office.do("ReceiveMove", "window-t2", case, on=RECEIVED, division=V21)
    alone = {"surveyors": ["handler-t2"], "result": "true", "present": ["m1"]}
    assert office.refused("VisitAfterMove", "handler-t2", case, **alone) == ["surveyors-too-few"]


def test_it_is_sent_or_taken_back(office: TrialOffice, case: str) -> None:
    handed(office, case)
    assert office.refused("SendBackMove", "handler", case, reason="不在我处") == ["not-your-desk"]
    office.quiet("SendBackMove", "window-t2", case, on=RECEIVED, reason="户口未迁入")
    assert office.refused("ReceiveMove", "window-t2", case, division=V21) == ["case-unknown"]
    assert office.refused("TakeBackMove", "handler", case, reason="误办") == ["nothing-open"]
    handed_again = {"to": T2, "on": "2025-09-26"}
    office.do("HandOver", "handler", case, **handed_again)
    office.quiet("TakeBackMove", "handler", case, on="2025-09-27", reason="误办")
    assert (office.case(case).division, office.case(case).state("move.2")) == (V1, "back")


def test_another_county_takes_an_application_and_no_case(office: TrialOffice, case: str) -> None:
    handed(office, case, X1)
    assert office.refused("ReceiveMove", "window-x", case, division=XV) == ["move-other-county"]


def entry(came_from: str, **more: object) -> dict[str, object]:
    members = [person("m1", "1975-01-01", 11, "王强", "02"), person("m2", "1976-01-01", 12, "李梅", "12")]
    about = {"division": XV, "area": "rural", "applicant": "m1", "members": members, "near_relative": False}
    return {**about, "came_from": came_from, **more}


def test_where_they_come_from_is_looked_up(office: TrialOffice, case: str) -> None:
    moved = {"came_by": "moved", "certificate": CERTIFICATE}
    assert office.refused("Enter", "window-x", **entry(case, came_by="moved")) == ["certificate-missing"]
    assert office.refused("Enter", "window-x", **entry(case, **moved)) == ["came-from-unknown"]
    handed(office, case, X1)
    assert office.refused("Enter", "window-x", **entry(case)) == ["came-by-missing"]
    assert office.refused("Enter", "window-x", **entry(case, came_by="split")) == ["moved-outside"]
    assert office.refused("Enter", "window-x", **entry(case, came_by="split", certificate=CERTIFICATE)) == [
        "certificate-of-a-move"
    ]
    mine = {**entry(case, **moved), "division": V1}
    assert office.refused("Enter", "window", **mine) == ["moved-inside"]
    unknown = "1101992025009999" + mod_11_2("1101992025009999")
    assert office.refused("Enter", "window-x", **entry(unknown, **moved)) == ["came-from-unknown"]
    other = entry(case, **moved)
    other.pop("came_from")
    assert office.refused("Enter", "window-x", **other) == ["came-from-missing"]
    assert office.do("Enter", "window-x", **entry(case, **moved)).case


def test_a_case_of_a_county_that_keeps_its_own_store(office: TrialOffice) -> None:
    staffed(office)
    number = make_case_no(DivisionCode("330106"), 2025, 17)
    moved = entry(number, came_by="moved", certificate=CERTIFICATE)
    new = office.do("Enter", "window-x", **moved).case
    assert new is not None
    assert (office.case(new).came_from, office.case(new).came_by) == (number, "moved")


def test_the_old_county_pays_three_months_more_and_no_longer(office: TrialOffice, case: str) -> None:
    """Nobody there confirmed: the line is left out from the fourth month after, and so it ends."""
    office.do("ReportChange", "handler", case, on="2025-09-20", kind="moved_out", happened="2025-09-05")
    left_out = {}
    for month in ("2025-12", "2026-01"):
        office.clock(f"{month}-08")
        drawn = office.doudi.draw.draw(COUNTY, month, "rural", id=month, actor="payer")
        left_out[month] = drawn.data["rural"]["left_out"]
    assert left_out == {"2025-12": {}, "2026-01": {"moved_out": 1}}
    office.do("ProposeChange", "handler", case, on="2026-02-10", effect="stop", code="S05")
    stopped = office.do("DecideChange", "decider", case, on="2026-02-10").data
    assert stopped["from_month"] == "2026-01"
