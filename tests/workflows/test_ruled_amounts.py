"""An amount that an appeal set stands, whatever is computed later: by the clock, a raise, another area, a death, a
restore (L26 art. 76; rules.md §3 appeal)."""

from datetime import date
from typing import Any

from domain.days import Month
from domain.ids import MemberKey
from tests.harness import TrialOffice, number, person
from tests.workflows.awards import amount, draw, income, living, nothing, tick
from tests.workflows.test_difference import drawn, raised
from tests.workflows.test_finding import MONTHS, decide, stopped
from tests.workflows.test_takeover import COUPLE, raise_standard, take


def fixed(office: TrialOffice, case: str, fen: int, since: str, until: str | None = None, **more: Any) -> str:
    """Its decision, served with the L07, is appealed and changed to an amount."""
    on = more.get("on", "2025-06-10")
    office.do("FileAppeal", "window", case, on="2025-05-20", kind="reconsideration")
    office.do("DecideAppeal", "county", case, on=on, outcome="changed")
    ruling = {"appeal": "appeal.1", "from_month": since, "amount": fen, "reason": "复议决定"}
    office.do("CarryOutAppeal", "decider", case, on=on, **ruling, **({"until_month": until} if until else {}))
    return case


def amounts(office: TrialOffice, case: str, *months: str) -> list[int | None]:
    return [amount(office, case, month) for month in months]


def turning(office: TrialOffice) -> str:
    """600.00 from May; 720.00 from August, when 70."""
    office.set_policy(uplift_age_70="20%")
    return living(office, [person("m1", "1955-07-16", 21, kinship="02")], [])


def test_an_addition_that_turns_leaves_it(office: TrialOffice) -> None:
    case = fixed(office, turning(office), 61_000, "2025-07", "2025-09")
    tick(office, "2025-08-01")
    assert amounts(office, case, "2025-07", "2025-08", "2025-09") == [61_000] * 3
    assert amounts(office, case, "2025-06", "2025-10", "2025-11") == [60_000, 72_000, 72_000]


def test_its_months_end_when_it_says(office: TrialOffice) -> None:
    case = fixed(office, turning(office), 61_000, "2025-07", "2025-07")
    assert amounts(office, case, "2025-06", "2025-07", "2025-08") == [60_000, 61_000, 60_000]


def test_an_amount_that_stood_already_in_some_months_stands_in_all(office: TrialOffice) -> None:
    case = turning(office)
    raised(office, 62_000, "2025-07", case, "2025-05-21")
    case = fixed(office, case, 62_000, "2025-06", "2025-09")
    tick(office, "2025-08-01")
    assert amounts(office, case, "2025-05", "2025-06", "2025-08", "2025-09") == [
        60_000,
        62_000,
        62_000,
        62_000,
    ]
    assert amount(office, case, "2025-10") == 74_400


def test_a_raise_said_ahead_loses_no_addition_before_it(office: TrialOffice) -> None:
    case = turning(office)
    raised(office, 62_000, "2025-10", case, "2025-05-21")
    assert office.due(case, "award/uplift") == date(2025, 8, 1)
    tick(office, "2025-08-01")
    assert amounts(office, case, "2025-07", "2025-08", "2025-09", "2025-10") == [
        60_000, 72_000, 72_000, 74_400,
    ]  # fmt: skip


def couple(office: TrialOffice) -> str:
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    return living(office, members, [income("m1", 60_000, "2024-09-01", "2025-02-28")])


def test_another_area_leaves_it(office: TrialOffice) -> None:
    office.set_policy(area="urban", standard=90_000)
    case = fixed(office, couple(office), 115_000, "2025-07", "2025-08")
    answer = office.do("ChangeArea", "decider", case, on="2025-06-20", area="urban", words="撤村建居").data
    assert answer["amount"] == 115_000
    assert amounts(office, case, "2025-06", "2025-07", "2025-08", "2025-09") == [
        110_000, 115_000, 115_000, 170_000,
    ]  # fmt: skip


def test_a_death_takes_the_share_of_it(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 115_000, "2025-07", "2025-08")
    office.do("RecordDeath", "handler", case, on="2025-07-10", member="m2", died="2025-06-20", source="V14")
    found = office.case(case).award
    assert found is not None
    assert [found.at(Month(month)).covered for month in ("2025-07", "2025-08")] == [("m1",)] * 2  # type: ignore[union-attr]
    assert amounts(office, case, "2025-06", "2025-07", "2025-08", "2025-09") == [
        110_000, 57_500, 57_500, 50_000,
    ]  # fmt: skip
    assert office.case(case).members[MemberKey("m2")].died == date(2025, 6, 20)


def test_a_restore_gives_it_back(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 115_000, "2025-07", "2025-12")
    draw(office, case, "2025-05", "2025-06", "2025-07")
    stopped(office, case, "S09", "2025-07-10", "2025-07-20")
    assert amount(office, case, "2025-08") is None
    office.do("Restore", "decider", case, on="2025-08-20", code="I05", reason="重名，错停")
    assert amounts(office, case, "2025-07", "2025-08", "2025-12", "2026-01") == [115_000] * 3 + [110_000]


def test_a_restore_gives_back_no_share_of_who_died(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 115_000, "2025-07", "2025-12")
    drawn(office, *MONTHS)
    office.do("RecordDeath", "handler", case, on="2025-11-03", member="m2", died="2025-08-20", source="V14")
    office.do("HearFinding", "county", case, on="2025-11-03", words="才办完丧事")
    decide(office, case, on="2025-11-03")
    stopped(office, case, "S10", "2025-08-10", "2025-11-04")
    decide(office, case, on="2025-11-04", instance="finding.2")
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="错停")
    assert amounts(office, case, "2025-08", "2025-09", "2025-10", "2025-11", "2026-01") == [
        115_000, 57_500, 57_500, 57_500, 50_000,
    ]  # fmt: skip


def test_a_restore_gives_back_what_was_to_come(office: TrialOffice) -> None:
    case = couple(office)
    raised(office, 65_000, "2025-10", case, "2025-05-21")
    stopped(office, case, "S09", "2025-07-10", "2025-07-20")
    office.do("Restore", "decider", case, on="2025-08-20", code="I05", reason="重名，错停")
    assert amounts(office, case, "2025-08", "2025-09", "2025-10") == [110_000, 110_000, 120_000]


# months as in an office's ledger


def on_facts(office: TrialOffice) -> str:
    """As in the ledger a raise from June 2026 on; a review finds 700.00 right from August 2025."""
    born = ("1960-07-16", "1956-01-16")
    members = [{**one, "number": number(day, 17)} for one, day in zip(COUPLE, born, strict=True)]
    case = take(office, members=members)
    raise_standard(office, 65_000, "2026-06-01")
    office.do("RaiseStandard", "county", case, on="2025-06-20", from_month="2026-06")
    tick(office, "2025-07-01")
    for key in office.case(case).members:
        office.do("Consent", "window", case, on="2025-07-01", member=key, until="2035-12-31")
    visit = {"surveyors": ["surveyor", "handler2"], "result": "true", "present": ["m1"]}
    office.do("VisitForReview", "surveyor", case, on="2025-07-01", **visit)
    facts = [income("m1", 300_000, "2024-12-01", "2025-05-31"), *nothing([{"key": "m2"}], [], "2025-07-01")]
    office.do("StateFacts", "handler", case, on="2025-07-01", facts=facts)
    assert office.do("ConcludeReview", "handler", case, on="2025-07-01").data["outcome"] == "unchanged"
    return case


def test_another_area_leaves_a_later_month_as_in_the_ledger(office: TrialOffice) -> None:
    office.set_policy(area="urban", standard=90_000)
    office.clock("2025-06-10")
    case = on_facts(office)
    office.do("ChangeArea", "decider", case, on="2025-08-20", area="urban", words="撤村建居")
    assert amounts(office, case, "2025-08", "2025-09", "2026-05", "2026-06") == [
        70_000, 130_000, 130_000, 80_000,
    ]  # fmt: skip


def test_an_addition_leaves_a_later_month_as_in_the_ledger(office: TrialOffice) -> None:
    """m2 turns 70 in January 2026."""
    office.set_policy(uplift_age_70="200.00")
    office.clock("2025-06-10")
    case = on_facts(office)
    tick(office, "2026-02-01")
    assert amounts(office, case, "2026-01", "2026-02", "2026-05", "2026-06") == [
        70_000, 90_000, 90_000, 80_000,
    ]  # fmt: skip


def test_a_restore_leaves_a_later_month_as_in_the_ledger(office: TrialOffice) -> None:
    office.clock("2025-06-10")
    case = on_facts(office)
    stopped(office, case, "S09", "2025-07-10", "2025-08-20")
    office.do("Restore", "decider", case, on="2025-09-20", code="I05", reason="重名，错停")
    assert amounts(office, case, "2025-08", "2025-09", "2026-06") == [70_000, 70_000, 80_000]
    found = office.case(case).award
    assert found is not None
    assert [found.as_in_ledger(Month(month)) for month in ("2025-07", "2025-09", "2026-06")] == [
        True,
        False,
        True,
    ]


def less_income(office: TrialOffice, case: str, on: str) -> None:
    """The husband's wage has gone: 1,166.00 for the two by the facts."""
    office.do("ReportChange", "window", case, on=on, kind="income", happened=on)
    wage = {
        "kind": "income",
        "code": "W1",
        "member": "m1",
        "since": "2025-01-01",
        "amount": 0,
        "source": "V02",
    }
    office.do("StateFacts", "handler", case, on=on, facts=[wage])
    office.do("ProposeChange", "county", case, on=on, effect="increase", code="I03")
    office.do("DecideChange", "decider", case, on=on)


def test_a_change_decided_later_ends_an_amount_without_a_last_month(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 61_000, "2025-05")
    less_income(office, case, "2025-07-10")
    assert amounts(office, case, "2025-05", "2025-07", "2025-08") == [61_000, 61_000, 116_600]
    raised(office, 65_000, "2025-09", case, "2025-08-20")
    assert amounts(office, case, "2025-07", "2025-08", "2025-09") == [61_000, 116_600, 126_600]


def test_one_to_a_month_stands_until_then_whatever_is_decided_meanwhile(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 61_000, "2025-05", "2025-09")
    less_income(office, case, "2025-07-10")
    assert amounts(office, case, "2025-08", "2025-09", "2025-10") == [61_000, 61_000, 116_600]


def test_a_raise_names_whom_an_appeals_amount_keeps_out(office: TrialOffice) -> None:
    case = fixed(office, couple(office), 61_000, "2025-05")
    raise_standard(office, 65_000, "2025-08-01")
    assert office.refused("RaiseStandard", "decider", case, on="2025-07-21", from_month="2025-08") == [
        "amount-ruled"
    ]
