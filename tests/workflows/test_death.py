from datetime import date
from itertools import permutations
from typing import Any

import pytest

from domain.case.award import AmountChanged, LineReleased, MemberDied
from domain.case.finding import FindingOpened
from domain.days import Month
from domain.ids import MemberKey
from domain.person import Person
from tests.harness import TrialOffice, person
from tests.workflows.awards import (
    amount,
    draw,
    family,
    family_income,
    income,
    living,
    nothing,
    plain,
    tick,
)
from tests.workflows.test_difference import drawn
from tests.workflows.test_finding import MONTHS, single
from tests.workflows.test_kept_back import by_request
from workflows.decide.finding import shown


def of_person(office: TrialOffice, case: str, member: str) -> Person:
    ref = office.case(case).members[MemberKey(member)].person
    found: Person = office.doudi.office.world.person(ref)
    return found


def couple(office: TrialOffice) -> str:
    """J7: A 72, B 66, income 120.00 and 80.00, addition of 120.00 from 70 on: 1,120.00 from February 2025."""
    office.set_policy(uplift_age_70="120.00")
    members = [person("m1", "1952-06-01", 71, "赵大", "02"), person("m2", "1958-06-01", 72, "钱二", "12")]
    incomes = [
        income("m1", 72_000, "2024-06-01", "2024-11-30", "T6"),
        income("m2", 48_000, "2024-06-01", "2024-11-30", "T6"),
    ]
    return living(office, members, incomes, accepted="2024-12-06", account="6217000001", account_holder="m1")


def test_j7_the_head_dies_and_the_rest_is_recomputed_from_the_next_month(office: TrialOffice) -> None:
    case = couple(office)
    assert amount(office, case, "2025-03") == 112_000
    draw(office, case, "2025-02", "2025-03")
    death = {"member": "m1", "died": "2025-03-20", "source": "V14"}
    answer = office.quiet("RecordDeath", "handler", case, on="2025-04-03", **death).data
    assert answer == {"from_month": "2025-04", "amount": 52_000, "findings": [], "held": True}
    assert [amount(office, case, month) for month in ("2025-03", "2025-04")] == [112_000, 52_000]
    terms = office.case(case).award.at(Month("2025-04"))  # type: ignore[union-attr]
    assert terms is not None
    assert (terms.covered, terms.code, terms.uplifts) == (("m2",), "D01", {})
    assert of_person(office, case, "m1").died == date(2025, 3, 20)
    assert of_person(office, case, "m1").awarded("livelihood", Month("2025-04")) is None
    assert of_person(office, case, "m1").awarded("livelihood", Month("2025-03")) == case
    assert of_person(office, case, "m2").awarded("livelihood", Month("2025-04")) == case
    assert office.case(case).letters[-1].letter == "L14"


def test_j7_money_stands_until_a_new_head_and_account(office: TrialOffice) -> None:
    case = couple(office)
    office.do("RecordDeath", "handler", case, on="2025-04-03", member="m1", died="2025-03-20", source="V14")
    assert office.case(case).kept_back
    held(office, case, "2025-04")
    office.do("ChangeHead", "handler", case, on="2025-04-08", head="m2")
    assert office.case(case).kept_back
    assert office.refused("ChangeAccount", "window", case, on="2025-04-08", account="1", holder="m1") == [
        "member-died"
    ]
    office.do("ChangeAccount", "window", case, on="2025-04-08", account="6217000002", holder="m2")
    assert not office.case(case).kept_back
    assert not office.case(case).drawn[Month("2025-04")].held
    assert sum(isinstance(event, LineReleased) for event in office.events(case)) == 1


def test_j7_money_that_stood_is_paid_though_the_award_has_ended_meanwhile(office: TrialOffice) -> None:
    case = couple(office)
    office.do("RecordDeath", "handler", case, on="2025-04-03", member="m1", died="2025-03-20", source="V14")
    held(office, case, "2025-04")
    office.do("ReportChange", "window", case, on="2025-04-08", kind="own_request", happened="2025-04-08")
    office.do("ProposeChange", "handler", case, on="2025-04-08", effect="stop", code="S06")
    office.do("DecideChange", "decider", case, on="2025-04-09")
    office.do("ChangeAccount", "window", case, on="2025-04-10", account="6217000002", holder="m2")
    assert office.case(case).drawn[Month("2025-04")].held
    office.do("ChangeHead", "handler", case, on="2025-04-10", head="m2")
    assert not office.case(case).drawn[Month("2025-04")].held


def held(office: TrialOffice, case: str, month: str) -> None:
    draw(office, case, month, held=True)


def test_j7_known_two_lists_later_it_names_what_was_paid_too_much(office: TrialOffice) -> None:
    case = couple(office)
    draw(office, case, "2025-02", "2025-03", "2025-04", "2025-05")
    death = {"member": "m1", "died": "2025-03-20", "source": "V14"}
    answer = office.do("RecordDeath", "handler", case, on="2025-06-02", **death).data
    assert answer["findings"] == [
        {"month": month, "paid": 112_000, "due": 52_000, "over": 60_000, "code": "D01"}
        for month in ("2025-04", "2025-05")
    ]
    assert office.case(case).drawn[Month("2025-05")].amount == 112_000


@pytest.mark.parametrize("member", ["m1", "m2"])
def test_it_names_what_its_finding_has(office: TrialOffice, member: str) -> None:
    """What the bank returned was not paid too much; with the last recipient no more than with the first."""
    case = couple(office)
    drawn(office, "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")
    if member == "m2":
        office.do(
            "RecordDeath", "handler", case, on="2025-06-06", member="m1", died="2025-03-20", source="V14"
        )
        office.do("DropFinding", "county", case, on="2025-06-06", reason="另查")
    office.do("ReturnPayment", "payer", case, month="2025-05", on="2025-06-06", code="K01")
    death = {"member": member, "died": "2025-04-20", "source": "V14"}
    answer = office.do("RecordDeath", "handler", case, on="2025-06-07", **death).data
    opened = [one for one in office.events(case) if isinstance(one, FindingOpened)][-1]
    assert answer["findings"] == shown(opened.lines)
    assert "2025-05" not in {one["month"] for one in answer["findings"]}


def test_whom_it_was_to_cover_later_is_free_when_the_last_recipient_died(office: TrialOffice) -> None:
    case = living(office, [person("m1", "1952-06-01", 71, "赵大", "02")], [])
    on = "2025-06-10"
    office.do("ReportChange", "window", case, on=on, kind="marriage", happened="2025-06-08")
    spouse = person("m2", "1958-06-01", 72, "钱二", "11")
    office.do("JoinMember", "window", case, on=on, member=spouse, reason="marriage")
    office.do("StateFacts", "handler", case, on=on, facts=nothing([spouse], [], on))
    office.do("ProposeChange", "handler", case, on=on, effect="increase", code="I02")
    office.do("DecideChange", "decider", case, on=on)
    assert of_person(office, case, "m2").awarded("livelihood", Month("2025-08")) == case
    office.do("RecordDeath", "handler", case, on="2025-06-12", member="m1", died="2025-05-30", source="V14")
    assert office.case(case).state("award") == "ended"
    assert of_person(office, case, "m2").awarded("livelihood", Month("2025-08")) is None


def test_j7_the_last_recipient_dies_and_the_case_ends(office: TrialOffice) -> None:
    case = couple(office)
    office.do("RecordDeath", "handler", case, on="2025-04-03", member="m1", died="2025-03-20", source="V14")
    answer = office.do(
        "RecordDeath", "handler", case, on="2026-01-14", member="m2", died="2026-01-11", source="family"
    )
    assert answer.data["from_month"] == "2026-02"
    assert answer.data["also"][0] == "funeral"
    found = office.case(case)
    assert (found.state("award"), found.ended_code, found.state("review.1")) == ("ended", "S03", "closed")
    assert [amount(office, case, month) for month in ("2026-01", "2026-02")] == [52_000, None]
    assert of_person(office, case, "m2").awarded("livelihood", Month("2026-02")) is None


@pytest.mark.parametrize("order", [*permutations(("m1", "m2", "m3"))], ids=" ".join)
def test_all_died_in_whatever_order_it_is_recorded(office: TrialOffice, order: tuple[str, ...]) -> None:
    """Each is paid to the end of his month, and the award ends after the last of them."""
    members = [
        person(f"m{one}", f"19{5 + one}0-01-01", one, "周一", "02" if one == 1 else "51") for one in (1, 2, 3)
    ]
    case = living(office, members, [])
    drawn(office, *MONTHS)
    died = {"m1": "2025-07-20", "m2": "2025-08-20", "m3": "2025-09-20"}
    for key in order:
        office.do("RecordDeath", "handler", case, on="2025-11-05", member=key, died=died[key], source="V14")
    assert [amount(office, case, month) for month in MONTHS[2:]] == [180_000, 120_000, 60_000, None]
    found = office.case(case)
    assert (found.state("award"), found.ended_code) == ("ended", "S03")
    for key, day in died.items():
        paid = [of_person(office, case, key).awarded("livelihood", Month(month)) for month in MONTHS]
        assert paid == [case if month <= day[:7] else None for month in MONTHS]


def test_the_award_ends_with_the_dead_though_another_was_paid_until_he_left(office: TrialOffice) -> None:
    """B left, and isn't paid from October; A died in July, which is known later."""
    case = couple(office)
    drawn(office, *MONTHS[:3])
    left = {"on": "2025-09-10"}
    office.do("ReportChange", "window", case, **left, kind="left", happened="2025-09-08")
    office.do("LeaveMember", "window", case, **left, member="m2", reason="D02")
    office.do("ProposeChange", "handler", case, **left, effect="reduce", code="D02")
    office.do("DecideChange", "decider", case, **left)
    assert amount(office, case, "2025-10") == 60_000
    said = {"member": "m1", "died": "2025-07-20", "source": "V14"}
    assert office.do("RecordDeath", "handler", case, on="2025-09-20", **said).data["from_month"] == "2025-10"
    assert [amount(office, case, month) for month in MONTHS[3:]] == [52_000, 52_000, None]
    assert of_person(office, case, "m2").awarded("livelihood", Month("2025-09")) == case


def test_record_death_refuses(office: TrialOffice) -> None:
    case = plain(office)
    said: dict[str, Any] = {"source": "village", "on": "2025-06-10"}
    assert office.refused("RecordDeath", "window", case, member="m9", died="2025-06-01", **said) == [
        "not-a-member"
    ]
    assert office.refused("RecordDeath", "window", case, member="m1", died="2025-06-11", **said) == [
        "died-later"
    ]
    assert office.refused("RecordDeath", "window", case, member="m1", died="1970-06-11", **said) == [
        "died-before-birth"
    ]
    assert office.refused("RecordDeath", "centre", case, member="m1", died="2025-06-01", **said) == [
        "not-your-desk"
    ]
    office.do("RecordDeath", "window", case, member="m1", died="2025-06-01", **said)
    assert office.refused("RecordDeath", "window", case, member="m1", died="2025-06-01", **said) == [
        "member-died"
    ]
    assert sum(isinstance(event, MemberDied) for event in office.events(case)) == 1


def test_a_death_before_later_terms_recomputes_each_of_them(office: TrialOffice) -> None:
    """B turns 70 in June 2028; A's death in March is known in September only."""
    case = couple(office)
    tick(office, "2028-07-01")
    assert amount(office, case, "2028-07") == 124_000
    office.do("RecordDeath", "handler", case, on="2028-09-04", member="m1", died="2028-03-20", source="V14")
    months = ("2028-03", "2028-04", "2028-06", "2028-07")
    assert [amount(office, case, month) for month in months] == [112_000, 52_000, 52_000, 64_000]
    codes = [event.terms.code for event in office.events(case) if isinstance(event, AmountChanged)]
    assert codes == ["I04", "D01", "D01"]


# E5, E6


def e5(office: TrialOffice) -> str:
    """Standard 632.00; income 251.00 and 700.00: 313.00, and both in a category at 104.00."""
    office.set_policy(standard=63_200, uplift_age_60="104.00")
    members = [person("m1", "1950-02-02", 81, "孙一", "02"), person("m2", "1959-01-01", 82, "周二", "12")]
    incomes = [
        income("m1", 150_600, "2024-09-01", "2025-02-28", "T1"),
        income("m2", 420_000, "2024-09-01", "2025-02-28", "T1"),
    ]
    return living(office, members, incomes)


def test_e5_two_in_a_category(office: TrialOffice) -> None:
    assert amount(office, e5(office), "2025-05") == 52_100


def test_e6_the_survivor_over_the_standard_goes_out_gradually(office: TrialOffice) -> None:
    case = e5(office)
    answer = office.do(
        "RecordDeath", "handler", case, on="2025-06-10", member="m1", died="2025-06-08", source="village"
    )
    assert (answer.data["amount"], answer.data["change"]) == (41_700, "change.1")
    assert office.refused(
        "ProposeChange", "handler", case, on="2025-06-11", effect="gradual_exit", code="S01"
    ) == ["not-heard"]
    office.do("Hear", "handler", case, on="2025-06-11", words="老伴走了，还有困难")
    office.do("ProposeChange", "handler", case, on="2025-06-11", effect="gradual_exit", code="S01")
    decided = office.do("DecideChange", "decider", case, on="2025-06-13").data
    assert (decided["amount"], decided["from_month"], decided["until_month"]) == (
        41_700,
        "2025-07",
        "2025-12",
    )
    assert [amount(office, case, month) for month in ("2025-06", "2025-12", "2026-01")] == [
        52_100,
        41_700,
        None,
    ]
    tick(office, "2026-01-01")
    assert office.case(case).ended_code == "S01"


def test_a_survivor_over_the_near_threshold_keeps_his_share_until_it_is_decided(office: TrialOffice) -> None:
    office.set_policy(standard=63_200, uplift_age_60="104.00")
    members = [person("m1", "1950-02-02", 81, "孙一", "02"), person("m2", "1959-01-01", 82, "周二", "12")]
    case = living(office, members, [income("m2", 570_600, "2024-09-01", "2025-02-28", "T1")])
    assert amount(office, case, "2025-05") == 52_100
    office.do(
        "RecordDeath", "handler", case, on="2025-06-10", member="m1", died="2025-06-08", source="village"
    )
    assert amount(office, case, "2025-07") == 15_650 + 10_400
    assert office.case(case).state("change.1") == "open"


@pytest.mark.parametrize("died", ["2025-06-01", "2025-06-30"])
def test_the_month_of_death_is_paid(office: TrialOffice, died: str) -> None:
    case = plain(office)
    office.do("RecordDeath", "window", case, on="2025-07-01", member="m3", died=died, source="village")
    before = office.case(case).award.at(Month("2025-06"))  # type: ignore[union-attr]
    assert before is not None
    assert "m3" in before.covered
    assert office.case(case).state("change.1") == "open"


def test_known_after_the_awards_end_it_finds_what_was_paid_with_the_dead(office: TrialOffice) -> None:
    """The son died in June; July was paid with him, 800.00 instead of 200.00; in August the award had ended."""
    case = living(office, family(), family_income(wages=240_000), review_class="B")
    drawn(office, "2025-05", "2025-06", "2025-07")
    by_request(office, case, "2025-07-10")
    death = {"member": "m3", "died": "2025-06-20", "source": "V14"}
    answer = office.quiet("RecordDeath", "handler", case, on="2025-09-02", **death)
    assert answer.data["findings"] == [
        {"month": "2025-07", "paid": 80_000, "due": 20_000, "over": 60_000, "code": "D01"}
    ]
    assert (amount(office, case, "2025-06"), amount(office, case, "2025-07")) == (80_000, 20_000)
    assert office.case(case).state("award") == "ended"
    office.do("HearFinding", "county", case, on="2025-09-03", words="知道了")
    claim = office.do(
        "DecideFinding", "decider", case, on="2025-09-03", outcome="recover", reason="死亡后多发"
    )
    assert claim.data["claimed"] == 60_000
    assert office.refused("RecordDeath", "handler", case, on="2025-09-04", **death) == ["member-died"]


def test_of_a_single_recipient_too(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, "2025-05", "2025-06", "2025-07")
    by_request(office, case, "2025-07-10")
    died = {"member": "m1", "died": "2025-05-20", "source": "V14"}
    answer = office.do("RecordDeath", "handler", case, on="2025-09-02", **died)
    assert [(one["month"], one["due"]) for one in answer.data["findings"]] == [("2025-06", 0), ("2025-07", 0)]
