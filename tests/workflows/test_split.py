"""分户、并户: who leaves applies himself, who lives together is one household; no month twice, none missed.

rules.md §3 split, merge; cases.md HH-3.
"""

from typing import Any

import pytest

from domain.days import Month
from tests.harness import TrialOffice, person
from tests.workflows.awards import amount, day, draw, income, living
from tests.workflows.moves import staffed

A = person("m1", "1970-01-01", 11, "周甲", "02")
B = person("m2", "1971-01-01", 12, "周乙", "12")
C = person("m3", "2000-01-01", 13, "周丙", "20")
LEFT, APPLIED = "2025-04-12", "2025-04-14"


@pytest.fixture
def old(office: TrialOffice) -> str:
    """A, B, C; income 900.00 all B's: 900.00 from April 2025, which is drawn."""
    staffed(office)
    case = living(
        office, [A, B, C], [income("m2", 540_000, "2024-08-01", "2025-01-31")], accepted="2025-02-12"
    )
    assert amount(office, case, "2025-04") == 90_000
    draw(office, case, "2025-04")
    return case


def leave(office: TrialOffice, case: str, member: str = "m3", on: str = LEFT) -> None:
    office.do("ReportChange", "handler", case, on=on, kind="left", happened=on, member=member)
    office.do("LeaveMember", "handler", case, on=on, member=member, reason="D02")


def alone(office: TrialOffice, old: str, accepted: str = APPLIED, **more: Any) -> str:
    """C's own application out of the old case, confirmed; no income."""
    me = person("m1", "2000-01-01", 13, "周丙", "01")
    return living(office, [me], [], accepted=accepted, came_from=old, came_by="split", **more)


def settle(office: TrialOffice, case: str, on: str, code: str = "D02", effect: str = "reduce") -> Any:
    office.do("ProposeChange", "handler", case, on=on, effect=effect, code=code)
    return office.do("DecideChange", "decider", case, on=on).data


def test_the_half_that_leaves_is_paid_once_a_month(office: TrialOffice, old: str) -> None:
    leave(office, old)
    new = alone(office, old)
    assert office.case(new).household != office.case(old).household
    taken = office.case(old).taken
    assert taken == {"m3": "2025-06"}
    assert settle(office, old, "2025-05-12")["from_month"] == "2025-06"
    assert [amount(office, old, month) for month in ("2025-05", "2025-06")] == [90_000, 30_000]
    assert [amount(office, new, month) for month in ("2025-05", "2025-06")] == [None, 60_000]
    award = office.case(new).award
    assert award is not None
    assert award.cause == "split"


def test_until_his_application_is_decided_the_old_award_goes_on(office: TrialOffice, old: str) -> None:
    leave(office, old)
    me = person("m1", "2000-01-01", 13, "周丙", "01")
    new = office.accepted([me], on=APPLIED, came_from=old, came_by="split")
    office.do("ProposeChange", "handler", old, on="2025-04-20", effect="reduce", code="D02")
    assert office.refused("DecideChange", "decider", old, on="2025-04-20") == ["split-under-way"]
    office.do("Withdraw", "window", new, on="2025-04-22")
    office.do("DecideChange", "decider", old, on="2025-04-22")
    assert amount(office, old, "2025-05") == 30_000


def test_no_other_code_puts_out_who_left_before_his_application_is_decided(
    office: TrialOffice, old: str
) -> None:
    """Those who stay come over the line (S01): who left is paid here still, and nowhere else."""
    leave(office, old)
    me = person("m1", "2000-01-01", 13, "周丙", "01")
    new = office.accepted([me], on=APPLIED, came_from=old, came_by="split")
    wage = {"kind": "income", "code": "W1", "member": "m1", "since": "2024-04-01", "amount": 9_000_000}
    office.do("StateFacts", "handler", old, on="2025-04-20", facts=[{**wage, "source": "V02"}])
    office.do("Hear", "county", old, on="2025-04-20", words="知道了")
    office.do("ProposeChange", "handler", old, on="2025-04-20", effect="stop", code="S01")
    assert office.refused("DecideChange", "decider", old, on="2025-04-20") == ["split-under-way"]
    assert office.case(old).state("award") == "living"
    office.do("Withdraw", "window", new, on="2025-04-22")
    office.do("DecideChange", "decider", old, on="2025-04-22")
    assert office.case(old).ended_code == "S01"


def test_an_increase_waits_for_nobody_who_left(office: TrialOffice, old: str) -> None:
    leave(office, old)
    me = person("m1", "2000-01-01", 13, "周丙", "01")
    office.accepted([me], on=APPLIED, came_from=old, came_by="split")
    office.do("ReportChange", "window", old, on="2025-04-20", kind="birth", happened="2025-04-18")
    birth = {"on": "2025-04-20", "instance": "change.2"}
    child = person("m4", "2025-04-18", 31, "周小", "20")
    office.do("JoinMember", "window", old, **birth, member=child, reason="birth")
    office.do("ProposeChange", "handler", old, **birth, effect="increase", code="I02")
    office.do("DecideChange", "decider", old, **birth)
    assert amount(office, old, "2025-05") == 150_000


def test_what_it_pays_until_then_is_not_too_much(office: TrialOffice, old: str) -> None:
    leave(office, old)
    office.accepted(
        [person("m1", "2000-01-01", 13, "周丙", "01")], on=APPLIED, came_from=old, came_by="split"
    )
    draw(office, old, "2025-05")
    assert office.refused("FindDifference", "county", old, on="2025-05-20") == ["nothing-over"]


def test_a_month_drawn_already_is_not_paid_by_the_new_award(office: TrialOffice, old: str) -> None:
    leave(office, old)
    draw(office, old, "2025-05", "2025-06")
    new = alone(office, old)
    award = office.case(new).award
    assert award is not None
    assert award.began == "2025-07"
    assert settle(office, old, "2025-05-12")["from_month"] == "2025-07"


def test_the_old_case_owes_its_change_in_three_working_days(office: TrialOffice, old: str) -> None:
    leave(office, old)
    alone(office, old)
    decided = day(APPLIED, 27)
    assert office.due(old, "change.1/decide").isoformat() == "2025-05-14"
    assert decided == "2025-05-11"


def test_who_did_not_leave_splits_nothing(office: TrialOffice, old: str) -> None:
    me = person("m1", "2000-01-01", 13, "周丙", "01")
    entry = {"division": "110199001001", "area": "rural", "applicant": "m1", "near_relative": False}
    split = {"came_from": old, "came_by": "split", "on": APPLIED}
    assert office.refused("Enter", "window", members=[me], **entry, **split) == ["not-left"]
    stranger = person("m1", "1999-01-01", 77, "吴己", "01")
    assert office.refused("Enter", "window", members=[stranger], **entry, **split) == ["not-of-that-case"]
    leave(office, old)
    unnamed = {"on": APPLIED, "members": [me], **entry}
    assert office.refused("Enter", "window", **unnamed) == ["already-aided"]


def test_he_returns_under_a_new_key(office: TrialOffice, old: str) -> None:
    """The same person; his own award ends S19 in the same transaction as he joins again."""
    leave(office, old)
    new = alone(office, old)
    settle(office, old, "2025-05-12")
    back = person("m4", "2000-01-01", 13, "周丙", "20")
    office.do("ReportChange", "handler", old, on="2025-06-10", kind="joined", happened="2025-06-10")
    joins = {"member": back, "reason": "return"}
    assert office.refused("JoinMember", "handler", old, on="2025-06-10", **joins) == ["already-aided"]
    wrong = {**joins, "from_case": old}
    assert office.refused("JoinMember", "handler", old, on="2025-06-10", **wrong) == ["not-paid-there"]
    office.do("JoinMember", "handler", old, on="2025-06-10", **joins, from_case=new)
    assert settle(office, old, "2025-06-12", "I02", "increase")["from_month"] == "2025-07"
    found, ended = office.case(old), office.case(new)
    assert found.members["m4"].person == found.members["m3"].person  # type: ignore[index]
    assert amount(office, old, "2025-07") == 90_000
    assert (ended.ended_code, ended.state("award")) == ("S19", "ended")
    assert [amount(office, new, month) for month in ("2025-06", "2025-07")] == [60_000, None]
    person_ref = found.members["m4"].person  # type: ignore[index]
    claims = [one for one in office.doudi.office.world.person(person_ref).claims if one.kind == "award"]
    assert [(one.case, one.from_month, one.until) for one in claims] == [
        (old, "2025-04", "2025-05"),
        (new, "2025-06", "2025-06"),
        (old, "2025-07", None),
    ]


def test_two_households_become_one(office: TrialOffice, old: str) -> None:
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    draw(office, other, "2025-05")
    office.do("ReportChange", "handler", old, on="2025-05-05", kind="marriage", happened="2025-05-02")
    member = person("m4", "1980-01-01", 21, "吴丁", "11")
    office.do(
        "JoinMember", "handler", old, on="2025-05-05", member=member, reason="marriage", from_case=other
    )
    decided = settle(office, old, "2025-05-12", "I02", "increase")
    assert (decided["from_month"], decided["amount"]) == ("2025-06", 150_000)
    assert (amount(office, other, "2025-05"), amount(office, other, "2025-06")) == (60_000, None)
    assert office.case(other).ended_code == "S19"


def test_who_goes_into_another_household_leaves_the_rest_to_be_decided(office: TrialOffice, old: str) -> None:
    """One of three joins another case: his old one gets a change to decide, and no line meanwhile."""
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    draw(office, other, "2025-04", "2025-05")
    leave(office, old, on="2025-05-02")
    office.do("ReportChange", "handler", other, on="2025-05-05", kind="marriage", happened="2025-05-02")
    member = person("m2", "2000-01-01", 13, "周丙", "10")
    office.do(
        "JoinMember", "handler", other, on="2025-05-05", member=member, reason="marriage", from_case=old
    )
    settle(office, other, "2025-05-12", "I02", "increase")
    assert office.case(old).taken == {"m3": Month("2025-06")}
    assert office.case(old).state("award") == "living"
    settle(office, old, "2025-05-13")
    assert amount(office, old, "2025-06") == 30_000


def test_two_cases_end_in_a_new_one(office: TrialOffice, old: str) -> None:
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    everybody = [A, B, C, person("m4", "1980-01-01", 21, "吴丁", "28")]
    new = living(
        office,
        everybody,
        [income("m2", 540_000, "2024-10-01", "2025-03-31")],
        accepted=APPLIED,
        came_from=old,
        came_by="merged",
    )
    assert (office.case(old).ended_code, office.case(other).ended_code) == ("S19", "S19")
    assert [amount(office, case, "2025-06") for case in (old, other, new)] == [None, None, 150_000]


def test_a_head_who_left_is_replaced_before_the_change_is_decided(office: TrialOffice, old: str) -> None:
    leave(office, old, member="m1")
    office.do("ProposeChange", "handler", old, on="2025-04-20", effect="reduce", code="D02")
    assert office.refused("DecideChange", "decider", old, on="2025-04-21") == ["head-gone"]
    office.do("ChangeHead", "handler", old, on="2025-04-21", head="m2")
    office.do("DecideChange", "decider", old, on="2025-04-21")
    assert amount(office, old, "2025-05") == 30_000


def test_a_living_head_changes_and_the_account_stays(office: TrialOffice, old: str) -> None:
    before = office.case(old)
    office.quiet("ChangeHead", "window", old, on="2025-04-15", head="m2")
    after = office.case(old)
    assert (after.head, after.account_holder) == ("m2", before.account_holder)
    assert not after.kept_back


def test_nobody_is_drawn_in_two_awards(office: TrialOffice, old: str) -> None:
    """While the old case waits to be decided it has no line; once it is, the month comes after."""
    leave(office, old)
    new = alone(office, old)
    office.clock("2025-06-05")
    drawn = office.doudi.draw.draw("110199", "2025-06", "rural", id="june", actor="payer")  # type: ignore[arg-type]
    assert drawn.data["rural"]["left_out"] == {"taken": 1}
    assert list(office.case(new).drawn) == ["2025-06"]
    settle(office, old, "2025-06-06")
    office.doudi.draw.draw("110199", "2025-06", "rural", id="june-2", actor="payer")  # type: ignore[arg-type]
    assert office.case(old).drawn[Month("2025-06")].amount == 30_000


def test_the_change_that_is_owed_is_not_dropped(office: TrialOffice, old: str) -> None:
    leave(office, old)
    alone(office, old)
    assert office.refused("DropChange", "handler", old, on="2025-05-12", reason="不变") == ["members-taken"]
    settle(office, old, "2025-05-12")
    office.do("ReportChange", "handler", old, on="2025-05-13", kind="other", happened="2025-05-13")
    office.do("DropChange", "handler", old, on="2025-05-13", reason="不变")
