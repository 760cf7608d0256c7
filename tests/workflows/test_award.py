from datetime import date
from typing import Any

import pytest

from domain.case.award import AmountChanged, AreaChanged, TimerPassed
from domain.case.change import Reminded
from domain.days import Month
from domain.explain import out_of_sum
from domain.ids import CaseNo, CommandId
from domain.office import ParameterSet
from tests.harness import COUNTY, TrialOffice, person
from tests.workflows.awards import amount, draw, income, living, plain, tick
from workflows.authority import CLOCK_ACTOR
from workflows.command import Answer, Command, Request
from workflows.commands.award import EndGradualExit, RemindEnding, TurnUplift
from workflows.world import policy_stream


def fire(office: TrialOffice, case: str, command: Command, name: str) -> Answer:
    """As the deadline process sends it."""
    request = Request(id=CommandId(name), actor=CLOCK_ACTOR, data=command, case=CaseNo(case))
    return office.doudi.office.handle(request)


BIRTHDAYS = ("1955-07-01", "1955-07-16", "1955-07-31")


def singles(office: TrialOffice) -> list[str]:
    return [
        living(office, [person("m1", born, 20 + place, kinship="02")], [])
        for place, born in enumerate(BIRTHDAYS)
    ]


# CL-5


def test_cl_5_the_addition_for_age_begins_by_itself_the_month_after(office: TrialOffice) -> None:
    office.set_policy(uplift_age_70="20%")
    cases = singles(office)
    tick(office, "2025-07-31")
    assert [amount(office, case, "2025-08") for case in cases] == [60_000] * 3
    tick(office, "2025-08-01")
    for case in cases:
        assert [amount(office, case, month) for month in ("2025-07", "2025-08")] == [60_000, 72_000]
        changed = [event for event in office.events(case) if isinstance(event, AmountChanged)]
        assert [(one.terms.code, one.under, one.on) for one in changed] == [
            ("I04", "application", date(2025, 8, 1))
        ]
        explanation = changed[0].explanation
        assert explanation is not None
        assert not out_of_sum(explanation)
        assert [line.params["name"] for line in explanation.lines if line.text == "uplift"] == [
            "uplift_age_70"
        ]
        told = [event for event in office.events(case) if isinstance(event, Reminded)]
        assert [(one.subject, one.ends, one.on) for one in told] == [
            ("uplift", date(2025, 8, 1), date(2025, 7, 2))
        ]
        assert office.case(case).letters[-1].letter == "L14"
        assert any(life.state == "due" for key, life in office.case(case).lives.items() if key == "telling.2")
    head = office.store.head()
    tick(office, "2025-08-01")
    assert office.store.head() == head


def test_cl_5_with_the_setting_month_of_the_birthday(office: TrialOffice) -> None:
    office.set_policy(uplift_age_70="20%", uplift_from="month_of_birthday")
    cases = singles(office)
    tick(office, "2025-07-01")
    for case in cases:
        assert [amount(office, case, month) for month in ("2025-06", "2025-07")] == [60_000, 72_000]


# additions


def certificate(until: str) -> dict[str, Any]:
    return {
        "kind": "disability", "code": "4-2", "member": "m1", "since": "2024-01-01", "until": until, "source": "V17",
    }  # fmt: skip


def test_an_addition_ends_with_its_certificate_and_was_told_30_days_ahead(office: TrialOffice) -> None:
    office.set_policy(uplift_C01="20%")
    case = living(office, [person("m1", "1980-01-01", 41, kinship="02")], [certificate("2025-09-15")])
    assert amount(office, case, "2025-05") == 72_000
    assert office.due(case, "award/uplift") == date(2025, 10, 1)
    assert office.due(case, "award/ending") == date(2025, 8, 15)
    tick(office, "2025-10-01")
    assert [amount(office, case, month) for month in ("2025-09", "2025-10")] == [72_000, 60_000]
    changed = [event for event in office.events(case) if isinstance(event, AmountChanged)]
    assert [one.terms.code for one in changed] == ["D04"]
    subjects = [event.subject for event in office.events(case) if isinstance(event, Reminded)]
    assert sorted(subjects) == ["disability", "uplift"]


def test_a_turn_looks_at_the_facts_of_the_decision_alone(office: TrialOffice) -> None:
    """Wages stated for a change that is still open don't slip in with somebody's birthday."""
    office.set_policy(uplift_age_70="20%")
    case = living(office, [person("m1", "1955-07-16", 21, kinship="02")], [])
    office.do("ReportChange", "window", case, on="2025-07-20", kind="income", happened="2025-07-01")
    wages = [income("m1", 300_000, "2024-09-01", "2025-02-28")]
    office.do("StateFacts", "handler", case, on="2025-07-20", facts=wages)
    tick(office, "2025-08-01")
    assert amount(office, case, "2025-08") == 72_000


def test_a_change_decided_before_a_turn_was_fired_loses_neither(office: TrialOffice) -> None:
    office.set_policy(uplift_age_70="20%")
    case = living(office, [person("m1", "1955-07-16", 21, kinship="02")], [])
    office.do("ReportChange", "window", case, on="2025-08-05", kind="category", happened="2025-08-05")
    office.do("ProposeChange", "handler", case, on="2025-08-05", effect="increase", code="I04")
    office.do("DecideChange", "decider", case, on="2025-08-06")
    assert [amount(office, case, month) for month in ("2025-08", "2025-09")] == [60_000, 72_000]
    assert office.due(case, "award/uplift") == date(2025, 8, 1)
    tick(office, "2025-08-06")
    months = ("2025-07", "2025-08", "2025-09")
    assert [amount(office, case, month) for month in months] == [60_000, 72_000, 72_000]


def test_turn_uplift_is_the_clocks_and_said_twice_is_quiet(office: TrialOffice) -> None:
    office.set_policy(uplift_age_70="20%")
    case = singles(office)[0]
    assert office.refused("TurnUplift", "handler", case, on="2025-08-01") == ["not-your-desk"]
    office.clock("2025-08-01")
    first = fire(office, case, TurnUplift(on=date(2025, 8, 1)), "turn")
    head = office.store.head()
    assert fire(office, case, TurnUplift(on=date(2025, 8, 1)), "turn") == first
    assert office.store.head() == head


def test_no_timer_where_no_addition_is_set(office: TrialOffice) -> None:
    assert "award/uplift" not in office.case(singles(office)[0]).deadlines


# reminders


@pytest.mark.parametrize(
    ("until", "told"), [("2025-12-31", date(2025, 12, 1)), ("2026-01-05", date(2025, 12, 5))]
)
def test_a_consent_is_reminded_30_days_before_or_the_working_day_before_that(
    office: TrialOffice, until: str, told: date
) -> None:
    case = plain(office)
    office.do("OpenReview", "handler", case, on="2025-10-01")
    office.do("Consent", "handler", case, on="2025-10-01", member="m2", until=until)
    office.do("ConcludeReview", "handler", case, on="2025-10-09", impossible="外出")
    assert office.due(case, "award/ending") == told
    assert office.refused("RemindEnding", "handler", case, on="2025-10-09") == ["not-your-desk"]
    tick(office, told.isoformat())
    reminded = [event for event in office.events(case) if isinstance(event, Reminded)]
    assert [(one.subject, one.member, one.on) for one in reminded] == [("consent", "m2", told)]


def test_an_ending_is_told_once(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 41, kinship="02")]
    case = living(office, members, [certificate("2025-08-31")])
    assert office.due(case, "award/ending") == date(2025, 8, 1)
    tick(office, "2025-08-01")
    assert [event.ends for event in office.events(case) if isinstance(event, Reminded)] == [date(2025, 8, 31)]
    first = fire(office, case, RemindEnding(on=date(2025, 8, 1)), "again")
    assert [kind for _, _, kind in first.events] == [TimerPassed.__name__]
    assert fire(office, case, RemindEnding(on=date(2025, 8, 1)), "again") == first


def test_a_gradual_exit_is_ended_by_the_clock_alone(office: TrialOffice) -> None:
    case = plain(office)
    assert office.refused("EndGradualExit", "decider", case, on="2025-06-01") == ["not-now"]
    answer = fire(office, case, EndGradualExit(), "end")
    assert [reason.code for reason in answer.reasons] == ["not-now"]


# account, head


def test_change_account_to_a_living_member(office: TrialOffice) -> None:
    case = plain(office)
    data = {"on": "2025-06-02", "account": "6217 0000 1234"}
    assert office.refused("ChangeAccount", "window", case, holder="m9", **data) == ["not-a-member"]
    office.quiet("ChangeAccount", "window", case, holder="m2", **data)
    found = office.case(case)
    assert found.account is not None
    assert (found.account.text, found.account_holder) == ("6217 0000 1234", "m2")


def test_change_head_to_an_adult(office: TrialOffice) -> None:
    members = [person("m1", "1980-01-01", 51, kinship="02"), person("m2", "2015-01-01", 52, "李明", "20")]
    case = living(office, members, [])
    assert office.refused("ChangeHead", "window", case, on="2025-06-02", head="m2") == ["head-not-adult"]
    assert office.refused("ChangeHead", "window", case, on="2025-06-02", head="m7") == ["not-a-member"]
    office.quiet("ChangeHead", "window", case, on="2025-06-02", head="m1")
    assert office.case(case).head == "m1"


# area


def test_an_urban_rural_change_is_a_line_of_its_own(office: TrialOffice) -> None:
    office.set_policy(area="urban", standard=90_000)
    case = plain(office)
    assert office.refused("ChangeArea", "decider", case, on="2025-07-10", area="rural", words="村改居") == [
        "area-same"
    ]
    assert office.refused("ChangeArea", "handler", case, on="2025-07-10", area="urban", words="x") == [
        "not-your-desk"
    ]
    answer = office.quiet("ChangeArea", "decider", case, on="2025-07-10", area="urban", words="村改居").data
    assert (answer["from_month"], answer["amount"]) == ("2025-08", 130_000)
    found = office.case(case)
    assert [found.area_in(Month(month)) for month in ("2025-05", "2025-07", "2025-08")] == [
        "rural",
        "rural",
        "urban",
    ]
    assert [amount(office, case, month) for month in ("2025-07", "2025-08")] == [40_000, 130_000]
    assert sum(isinstance(event, AreaChanged) for event in office.events(case)) == 1


# E9 and the raise


def raised(office: TrialOffice, name: str, value: Any, since: str, unit: str) -> None:
    event = ParameterSet(
        on=date.fromisoformat(since), division=COUNTY, programme="dibao", name=name, value=value, unit=unit,
        since=date.fromisoformat(since), document="提标文件",
    )  # fmt: skip
    office.write([(policy_stream(COUNTY, "dibao"), event)])


def test_e9_a_single_persons_amount_by_month(office: TrialOffice) -> None:
    office.set_policy(single_amount=28_200)
    members = [person("m1", "1980-01-01", 61, kinship="02"), person("m2", "1982-01-01", 62, "李四", "12")]
    facts = [income("m2", 900_000, "2024-06-01", "2024-11-30"), {**certificate("2035-01-01"), "code": "4-1"}]
    case = living(office, members, facts, accepted="2024-12-06", single_person=True)
    assert office.case(case).award.at(Month("2025-02")).covered == ("m1",)  # type: ignore[union-attr]
    draw(office, case, "2025-02", "2025-03", "2025-04")
    raised(office, "single_amount", 31_300, "2025-04-01", "yuan/month")
    assert office.refused("RaiseStandard", "county", case, on="2025-04-20", from_month="2025-01") == [
        "nothing-raised"
    ]
    answer = office.quiet("RaiseStandard", "county", case, on="2025-04-20", from_month="2025-04").data
    assert (answer["before"], answer["amount"], answer["arrears"]) == (28_200, 31_300, ["2025-04"])
    assert [amount(office, case, month) for month in ("2025-03", "2025-04")] == [28_200, 31_300]
    assert office.case(case).letters[-1].letter == "L16"
    assert office.refused("RaiseStandard", "county", case, on="2025-04-20", from_month="2025-04") == [
        "nothing-raised"
    ]


def test_a_raise_reaches_the_terms_that_begin_later(office: TrialOffice) -> None:
    office.set_policy(uplift_age_70="20%")
    case = living(office, [person("m1", "1955-07-16", 21, kinship="02")], [])
    tick(office, "2025-08-01")
    raised(office, "standard", 70_000, "2025-07-01", "yuan/month")
    office.do("RaiseStandard", "county", case, on="2025-08-20", from_month="2025-07")
    assert [amount(office, case, month) for month in ("2025-06", "2025-07", "2025-08")] == [
        60_000,
        70_000,
        84_000,
    ]


def test_a_raise_reads_the_facts_as_its_decision_did_each_of_several_alike(office: TrialOffice) -> None:
    wages = [{**income("m1", 60_000, "2024-09-01", "2025-02-28"), "item": item} for item in (1, 2)]
    case = living(office, [person("m1", "1980-01-01", 24, kinship="02")], wages)
    raised(office, "standard", 70_000, "2025-06-01", "yuan/month")
    office.do("RaiseStandard", "county", case, on="2025-06-02", from_month="2025-06")
    explained = [event.explanation for event in office.events(case) if isinstance(event, AmountChanged)]
    assert [(fact.kind, fact.item) for fact in explained[0].facts] == [("income", 1), ("income", 2)]  # type: ignore[union-attr]


def test_an_addition_fired_late_leaves_a_raise_that_begins_later(office: TrialOffice) -> None:
    office.set_policy(uplift_age_70="20%")
    case = living(office, [person("m1", "1955-05-16", 22, kinship="02")], [])
    raised(office, "standard", 70_000, "2025-07-01", "yuan/month")
    office.do("RaiseStandard", "county", case, on="2025-06-20", from_month="2025-07")
    tick(office, "2025-06-20")
    assert [amount(office, case, month) for month in ("2025-05", "2025-06", "2025-07")] == [
        60_000,
        72_000,
        84_000,
    ]


def test_a_raise_leaves_later_terms_that_it_does_not_raise(office: TrialOffice) -> None:
    case = living(office, [person("m1", "1980-07-16", 23, kinship="02")], [])
    raised(office, "standard", 70_000, "2025-07-01", "yuan/month")
    office.do("RaiseStandard", "county", case, on="2025-06-02", from_month="2025-07")
    raised(office, "standard", 65_000, "2025-06-01", "yuan/month")
    office.do("RaiseStandard", "county", case, on="2025-06-03", from_month="2025-06")
    assert [amount(office, case, month) for month in ("2025-05", "2025-06", "2025-07")] == [
        60_000,
        65_000,
        70_000,
    ]


def test_another_area_reaches_the_terms_that_begin_later(office: TrialOffice) -> None:
    office.set_policy(area="urban", standard=90_000)
    office.set_policy(area="urban", standard=95_000, since=date(2025, 9, 1))
    case = living(office, [person("m1", "1980-07-16", 25, kinship="02")], [])
    raised(office, "standard", 70_000, "2025-09-01", "yuan/month")
    office.do("RaiseStandard", "county", case, on="2025-06-02", from_month="2025-09")
    office.do("ChangeArea", "decider", case, on="2025-06-20", area="urban", words="撤村建居")
    assert [amount(office, case, month) for month in ("2025-06", "2025-07", "2025-09")] == [
        60_000,
        90_000,
        95_000,
    ]


@pytest.mark.parametrize("taken", [True, False])
def test_work_taken_breaks_the_row(office: TrialOffice, taken: bool) -> None:
    case = plain(office)
    office.do("RefuseWork", "handler", case, on="2025-06-02", member="m1")
    answer = office.do("RefuseWork", "handler", case, on="2025-06-03", member="m1", taken=taken)
    assert answer.data["in_a_row"] == (0 if taken else 2)
