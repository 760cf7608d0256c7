"""A change decides on its own members; whom another says to have left or joined is where he was until that is decided.

Each person paid once a month, none missed (rules.md §3 split, merge, from when; 社会救助法 art. 48).
"""

from datetime import date
from typing import Any

import pytest

from adapters.replay import recorded, replay
from domain.case.move import MembersTaken
from domain.days import Month
from domain.ids import CaseNo, MemberKey
from domain.person import DeathRecorded
from tests.harness import TrialOffice, person
from tests.workflows.awards import amount, draw, income, living, to_decide
from tests.workflows.moves import staffed
from tests.workflows.test_split import APPLIED, A, B, C, alone, leave, settle
from workflows.command import Request
from workflows.commands.award import EndGradualExit
from workflows.context import Context
from workflows.decide.recompute import late_lines
from workflows.world import case_stream, person_stream

ME = person("m1", "2000-01-01", 13, "周丙", "01")
BORN = "2025-04-10"
CHILD = person("m4", BORN, 31, "周小", "20")


@pytest.fixture
def old(office: TrialOffice) -> str:
    """A, B, C; income 900.00 all B's: 900.00 from April 2025, which is drawn."""
    staffed(office)
    facts = [income("m2", 540_000, "2024-08-01", "2025-01-31")]
    case = living(office, [A, B, C], facts, accepted="2025-02-12")
    draw(office, case, "2025-04")
    return case


def change(office: TrialOffice, case: str) -> str:
    return list(office.case(case).changes)[-1]


def born(office: TrialOffice, case: str, on: str, member: dict[str, str] = CHILD) -> str:
    office.do("ReportChange", "window", case, on=on, kind="birth", happened=BORN)
    office.do(
        "JoinMember", "window", case, on=on, instance=change(office, case), member=member, reason="birth"
    )
    return change(office, case)


def decided(office: TrialOffice, case: str, on: str, effect: str, code: str, instance: str) -> Any:
    about = {"on": on, "instance": instance}
    office.do("ProposeChange", "handler", case, **about, effect=effect, code=code)
    return office.do("DecideChange", "decider", case, **about).data


def covered(office: TrialOffice, case: str, month: str) -> tuple[str, ...]:
    award = office.case(case).award
    assert award is not None
    terms = award.at(Month(month))
    return terms.covered if terms is not None else ()


def claims(office: TrialOffice, case: str, member: str) -> list[tuple[str, str | None, str | None]]:
    ref = office.case(case).members[member].person  # type: ignore[index]
    found = office.doudi.office.world.person(ref).claims
    return [(one.case, one.from_month, one.until) for one in found if one.kind == "award"]


def late(office: TrialOffice, case: str) -> list[str]:
    request = Request(id="look", actor="county", data=EndGradualExit(), case=CaseNo(case))  # type: ignore[arg-type]
    now = office.doudi.office.clock.now()
    context = Context(office.doudi.office.world, request, now, office.case(case), lambda prefix: prefix)
    return [one.line.month for one in late_lines(context)]


def test_a_dropped_leaving_leaves_him_where_he_was(office: TrialOffice, old: str) -> None:
    leave(office, old)
    office.do("DropChange", "handler", old, on="2025-04-20", reason="没有搬走")
    draw(office, old, "2025-05")
    assert office.case(old).members["m3"].left is None  # type: ignore[index]
    assert late(office, old) == []
    decided(office, old, "2025-05-06", "increase", "I02", born(office, old, "2025-05-06"))
    assert covered(office, old, "2025-05") == ("m1", "m2", "m3", "m4")
    leave(office, old, on="2025-05-20")
    assert settle(office, old, "2025-05-21")["from_month"] == "2025-06"


def test_a_dropped_joining_never_was(office: TrialOffice, old: str) -> None:
    born(office, old, "2025-04-20")
    office.do("DropChange", "handler", old, on="2025-04-21", reason="是邻家的孩子")
    office.do("ReportChange", "window", old, on="2025-05-06", kind="income", happened="2025-05-06")
    decided(office, old, "2025-05-06", "increase", "I03", change(office, old))
    assert covered(office, old, "2025-06") == ("m1", "m2", "m3")
    again = person("m5", BORN, 31, "周小", "20")
    decided(office, old, "2025-05-12", "increase", "I02", born(office, old, "2025-05-12", again))
    assert covered(office, old, "2025-06") == ("m1", "m2", "m3", "m5")


def test_who_left_for_a_prison_has_left_though_nothing_changes(office: TrialOffice, old: str) -> None:
    prison = {"kind": "status", "code": "prison", "member": "m3", "since": "2025-04-02", "source": "V15"}
    office.do("ReportChange", "handler", old, on="2025-04-02", kind="other", happened="2025-04-02")
    office.do("StateFacts", "handler", old, on="2025-04-02", facts=[prison])
    office.do("Hear", "county", old, on="2025-04-03", words="知道了")
    settle(office, old, "2025-04-03", "D07")
    leave(office, old)
    office.do("DropChange", "handler", old, on="2025-04-20", reason="金额不变")
    assert office.case(old).members["m3"].left is not None  # type: ignore[index]


def test_a_birth_leaves_the_half_that_is_leaving_in_aid(office: TrialOffice, old: str) -> None:
    leave(office, old)
    office.accepted([ME], on=APPLIED, came_from=old, came_by="split")
    decided(office, old, "2025-04-18", "increase", "I02", born(office, old, "2025-04-18"))
    assert covered(office, old, "2025-05") == ("m1", "m2", "m3", "m4")
    assert claims(office, old, "m3") == [(old, "2025-04", None)]


def test_a_birth_and_a_marriage_count_each_from_their_own_month(office: TrialOffice, old: str) -> None:
    """The bride is paid elsewhere up to June: the child doesn't wait for her."""
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    draw(office, other, "2025-05", "2025-06")
    draw(office, old, "2025-05")
    office.do("ReportChange", "handler", old, on="2025-05-05", kind="marriage", happened="2025-05-02")
    marriage = change(office, old)
    bride = person("m5", "1980-01-01", 21, "吴丁", "11")
    joins = {"member": bride, "reason": "marriage", "from_case": other}
    office.do("JoinMember", "handler", old, on="2025-05-05", **joins)
    child = decided(office, old, "2025-05-06", "increase", "I02", born(office, old, "2025-05-06"))
    assert (child["from_month"], covered(office, old, "2025-05")) == ("2025-05", ("m1", "m2", "m3", "m4"))
    assert office.case(other).state("award") == "living"
    married = decided(office, old, "2025-05-12", "increase", "I02", marriage)
    assert (married["from_month"], len(covered(office, old, "2025-07"))) == ("2025-07", 5)


def test_a_month_drawn_by_the_second_of_two_awards_is_not_paid_again(office: TrialOffice, old: str) -> None:
    """C left for an award of his own; from the same month on his parents would have him back."""
    leave(office, old)
    new = alone(office, old)
    settle(office, old, "2025-05-12")
    draw(office, old, "2025-05")
    draw(office, new, "2025-06")
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    office.do("ReportChange", "handler", other, on="2025-06-10", kind="joined", happened="2025-04-20")
    back = person("m2", "2000-01-01", 13, "周丙", "20")
    joins = {"member": back, "reason": "other", "from_case": new}
    office.do("JoinMember", "handler", other, on="2025-06-10", **joins)
    assert settle(office, other, "2025-06-12", "I02", "increase")["from_month"] == "2025-07"


def test_who_goes_on_from_the_later_of_two_awards_may_apply(office: TrialOffice, old: str) -> None:
    """His first award pays this month, the second the next: he comes from the second."""
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    draw(office, other, "2025-04", "2025-05")
    office.do("ReportChange", "handler", old, on="2025-05-05", kind="joined", happened="2025-05-05")
    joins = {"member": person("m4", "1980-01-01", 21, "吴丁", "51"), "reason": "other", "from_case": other}
    office.do("JoinMember", "handler", old, on="2025-05-05", **joins)
    settle(office, old, "2025-05-06", "I02", "increase")
    leave(office, old, "m4", "2025-05-08")
    me = person("m1", "1980-01-01", 21, "吴丁", "01")
    new = living(office, [me], [], accepted="2025-05-09", came_from=old, came_by="split")
    assert claims(office, new, "m1") == [
        (other, "2025-04", "2025-05"),
        (old, "2025-06", "2025-06"),
        (new, "2025-07", None),
    ]


def test_what_a_split_owes_is_decided_though_the_sum_stays(office: TrialOffice, old: str) -> None:
    """Somebody comes back from prison as another goes: nothing rises or falls, and the award goes on without him."""
    prison = {"kind": "status", "code": "prison", "member": "m1", "since": "2025-04-02", "source": "V15"}
    office.do("ReportChange", "handler", old, on="2025-04-02", kind="other", happened="2025-04-02")
    office.do("StateFacts", "handler", old, on="2025-04-02", facts=[prison])
    (fact,) = [key for key, one in office.case(old).facts.items() if one.kind == "status"]
    office.do("Hear", "county", old, on="2025-04-03", words="知道了")
    settle(office, old, "2025-04-03", "D07")
    leave(office, old)
    alone(office, old)
    office.do("EndFact", "handler", old, on="2025-05-12", fact=fact, until="2025-05-10")
    found = settle(office, old, "2025-05-12")
    assert (found["from_month"], found["before"], found["amount"]) == ("2025-06", 30_000, 30_000)
    assert covered(office, old, "2025-06") == ("m1", "m2")


def test_an_award_does_not_end_over_a_split_that_is_not_decided(office: TrialOffice, old: str) -> None:
    """Else the months between would be nobody's: the others are paid for them first."""
    leave(office, old)
    alone(office, old)
    office.do("ReportChange", "window", old, on="2025-06-10", kind="own_request", happened="2025-06-10")
    about = {"effect": "stop", "code": "S06", "on": "2025-06-10", "instance": change(office, old)}
    assert office.refused("ProposeChange", "handler", old, **about) == ["members-taken"]
    decided(office, old, "2025-06-11", "reduce", "D02", "change.1")
    office.do("ProposeChange", "handler", old, **{**about, "on": "2025-06-12"})
    office.do("DecideChange", "decider", old, on="2025-06-12", instance=about["instance"])
    assert [amount(office, old, month) for month in ("2025-06", "2025-07")] == [30_000, None]


def test_a_gradual_exit_goes_on_without_who_went(office: TrialOffice, old: str) -> None:
    work = {"kind": "income", "code": "W1", "member": "m1", "since": "2024-10-01", "source": "V02"}
    office.do("ReportChange", "handler", old, on="2025-04-10", kind="work", happened="2025-04-10")
    office.do("StateFacts", "handler", old, on="2025-04-10", facts=[{**work, "amount": 100_000}])
    office.do("Hear", "county", old, on="2025-04-10", words="知道了")
    decided(office, old, "2025-04-11", "gradual_exit", "S04", "change.1")
    office.do("ReportChange", "handler", old, on="2025-04-12", kind="left", happened="2025-04-12")
    gone = change(office, old)
    office.do("LeaveMember", "handler", old, on="2025-04-12", instance=gone, member="m3", reason="D02")
    alone(office, old)
    assert office.case(old).taken == {"m3": "2025-06"}
    found = decided(office, old, "2025-05-12", "reduce", "D02", gone)
    assert (found["from_month"], covered(office, old, "2025-06")) == ("2025-06", ("m1", "m2"))
    assert office.case(old).state("award") == "gradual"


def test_a_child_counted_from_a_later_month_keeps_its_claim(office: TrialOffice, old: str) -> None:
    """D02 says anew the month before the child came and the months with it."""
    leave(office, old)
    decided(office, old, "2025-05-03", "increase", "I02", born(office, old, "2025-05-03"))
    office.do("ReportChange", "handler", old, on="2025-05-04", kind="birth", happened="2025-05-01")
    twin = person("m5", "2025-05-01", 32, "周又", "20")
    second = change(office, old)
    office.do("JoinMember", "handler", old, on="2025-05-04", instance=second, member=twin, reason="birth")
    decided(office, old, "2025-05-05", "increase", "I02", second)
    decided(office, old, "2025-05-06", "reduce", "D02", "change.1")
    assert [covered(office, old, month) for month in ("2025-05", "2025-06")] == [
        ("m1", "m2", "m4"),
        ("m1", "m2", "m4", "m5"),
    ]
    assert claims(office, old, "m5") == [(old, "2025-06", None)]
    assert claims(office, old, "m3") == [(old, "2025-04", "2025-04")]


DIED = {"died": "2025-04-15", "source": "V14"}


def test_nobody_joins_an_award_who_is_known_to_be_dead(office: TrialOffice, old: str) -> None:
    """His death was told where he was paid; recorded here too it lets the others go on."""
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    office.do("ReportChange", "handler", old, on="2025-04-05", kind="marriage", happened="2025-04-02")
    joins = {"member": person("m4", "1980-01-01", 21, "吴丁", "11"), "reason": "marriage"}
    office.do("JoinMember", "handler", old, on="2025-04-05", **joins, from_case=other)
    office.do("ProposeChange", "handler", old, on="2025-05-06", effect="increase", code="I02")
    office.do("RecordDeath", "handler", other, on="2025-05-06", member="m1", **DIED)
    assert office.refused("DecideChange", "decider", old, on="2025-05-07") == ["death-not-in-case"]
    office.do("RecordDeath", "handler", old, on="2025-05-07", member="m4", **DIED)
    office.do("DropChange", "handler", old, on="2025-05-07", reason="本人已故")
    assert covered(office, old, "2025-06") == ("m1", "m2", "m3")


def test_nobody_is_confirmed_who_is_known_to_be_dead(office: TrialOffice, old: str) -> None:
    leave(office, old)
    office.do("LeaveMember", "handler", old, on="2025-04-12", member="m2", reason="D02")
    both = [ME, person("m2", "1971-01-01", 12, "周乙", "50")]
    case = to_decide(office, both, [], APPLIED, came_from=old, came_by="split")
    ref = office.case(case).members["m2"].person  # type: ignore[index]
    told = DeathRecorded(on=date(2025, 5, 6), died=date(2025, 4, 15), source="V14")
    office.write([(person_stream(ref), told)])
    assert office.refused("Confirm", "decider", case, on="2025-05-08") == ["death-not-in-case"]
    office.do("RecordMemberDeath", "handler", case, on="2025-05-08", member="m2", **DIED)
    office.do("ReturnFile", "decider", case, on="2025-05-08", missing=["重新核算"])


def test_who_came_later_is_not_counted_for_months_before(office: TrialOffice, old: str) -> None:
    """A bride comes from July on; that C went from June on is decided only then, and says the months anew."""
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    leave(office, old)
    alone(office, old)
    draw(office, other, "2025-05", "2025-06")
    office.do("ReportChange", "handler", old, on="2025-05-13", kind="marriage", happened="2025-05-02")
    marriage = change(office, old)
    joins = {"member": person("m4", "1980-01-01", 21, "吴丁", "11"), "reason": "marriage"}
    about = {"on": "2025-05-13", "instance": marriage, "from_case": other}
    office.do("JoinMember", "handler", old, **about, **joins)
    assert decided(office, old, "2025-05-14", "increase", "I02", marriage)["from_month"] == "2025-07"
    assert decided(office, old, "2025-05-15", "reduce", "D02", "change.1")["from_month"] == "2025-06"
    assert [covered(office, old, month) for month in ("2025-06", "2025-07")] == [
        ("m1", "m2"),
        ("m1", "m2", "m4"),
    ]
    assert claims(office, old, "m4") == [(other, "2025-04", "2025-06"), (old, "2025-07", None)]


def test_who_died_is_counted_for_the_months_in_which_he_lived(office: TrialOffice, old: str) -> None:
    """B dies before it is decided that C went: the months up to then are still B's."""
    leave(office, old)
    alone(office, old)
    office.do("RecordDeath", "handler", old, on="2025-07-10", member="m2", died="2025-07-02", source="V14")
    decided(office, old, "2025-07-11", "reduce", "D02", "change.1")
    assert [covered(office, old, month) for month in ("2025-06", "2025-07", "2025-08")] == [
        ("m1", "m2"),
        ("m1", "m2"),
        ("m1",),
    ]


def test_who_dies_before_it_is_decided_that_he_left_is_recorded_where_he_is_paid(
    office: TrialOffice, old: str
) -> None:
    """Else the others would have no line for the months between."""
    leave(office, old)
    office.accepted([ME], on=APPLIED, came_from=old, came_by="split")
    told = {"division": "110199", "died": "2025-04-20", "source": "V14", "number": C["number"]}
    answer = office.do("ReportDeath", "handler", on="2025-05-06", **{**told, "division": "110199001"})
    assert answer.data["cases"] == 2
    assert covered(office, old, "2025-05") == ("m1", "m2")


def test_who_came_back_keeps_his_claim_when_it_is_decided_late_that_he_went(
    office: TrialOffice, old: str
) -> None:
    """He is the same person under another key: what ends under the old one goes on under the new."""
    leave(office, old)
    new = alone(office, old)
    draw(office, new, "2025-06")
    office.do("ReportChange", "handler", old, on="2025-06-10", kind="joined", happened="2025-06-10")
    back = change(office, old)
    joins = {"member": person("m4", "2000-01-01", 13, "周丙", "20"), "reason": "return", "from_case": new}
    office.do("JoinMember", "handler", old, on="2025-06-10", instance=back, **joins)
    decided(office, old, "2025-06-11", "increase", "I02", back)
    decided(office, old, "2025-06-12", "reduce", "D02", "change.1")
    assert [covered(office, old, month) for month in ("2025-06", "2025-07")] == [
        ("m1", "m2"),
        ("m1", "m2", "m4"),
    ]
    assert claims(office, old, "m4")[-1] == (old, "2025-07", None)


def test_months_in_which_all_are_paid_elsewhere_ask_for_nothing(office: TrialOffice, old: str) -> None:
    """All of an award went to another, and somebody joins it a month later: it goes on with him alone."""
    other = living(office, [person("m1", "1980-01-01", 21, "吴丁", "01")], [], accepted="2025-02-12")
    draw(office, other, "2025-05", "2025-06")
    office.do("ReportChange", "handler", old, on="2025-05-05", kind="joined", happened="2025-05-02")
    joined = change(office, old)
    joins = {"member": person("m4", "1980-01-01", 21, "吴丁", "51"), "reason": "other", "from_case": other}
    office.do("JoinMember", "handler", old, on="2025-05-05", **joins)
    decided(office, old, "2025-05-06", "increase", "I02", joined)
    gone = (MemberKey("m1"), MemberKey("m2"), MemberKey("m3"))
    about = {"case": CaseNo(other), "members": gone, "from_month": Month("2025-06")}
    office.write([(case_stream(CaseNo(old)), MembersTaken(on=date(2025, 5, 7), cause="moved", **about))])  # type: ignore[arg-type]
    office.do("ChangeHead", "handler", old, on="2025-05-08", head="m4")
    office.do("ReportChange", "handler", old, on="2025-05-08", kind="left", happened="2025-05-07")
    found = decided(office, old, "2025-05-08", "reduce", "D02", change(office, old))
    assert (found["from_month"], covered(office, old, "2025-07")) == ("2025-07", ("m4",))


def test_a_stop_for_income_comes_out_the_same_again_though_it_closes_who_was_to_join(
    office: TrialOffice, old: str
) -> None:
    born(office, old, "2025-04-20")
    on = "2025-04-21"
    office.do("ReportChange", "window", old, on=on, kind="income", happened=on)
    wage = {"kind": "income", "code": "W1", "member": "m1", "since": "2024-04-01", "amount": 9_000_000}
    about = {"on": on, "instance": change(office, old)}
    office.do("StateFacts", "handler", old, on=on, facts=[{**wage, "source": "V02"}])
    office.do("Hear", "county", old, **about, words="知道了")
    decided(office, old, on, "stop", "S01", change(office, old))
    again = replay(recorded(office.store, CaseNo(old)))
    assert [one.entry.type for one in again.decisions][-1] == "Stopped"
    assert again.same
