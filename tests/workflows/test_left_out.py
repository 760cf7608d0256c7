"""A fact that an appeal left out stays out of whatever is computed later (L26 art. 76; rules.md §3 appeal)."""

from typing import Any

from tests.harness import TrialOffice, person
from tests.workflows.awards import amount, draw, income, living, tick
from tests.workflows.test_difference import raised

MONTHS = ("2025-05", "2025-06", "2025-07")


def couple(office: TrialOffice) -> str:
    """1,200.00 less the pension of 100.00 that the decision counted: 1,100.00 from May."""
    members = [person("m1", "1955-08-16", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    case = living(office, members, [income("m1", 60_000, "2024-09-01", "2025-02-28")])
    draw(office, case, *MONTHS)
    assert amount(office, case, "2025-07") == 110_000
    return case


def left_out(office: TrialOffice, case: str) -> None:
    """The pension doesn't count from June on."""
    fact = next(key for key, one in office.case(case).facts.items() if one.kind == "income")
    office.do("FileAppeal", "window", case, on="2025-05-20", kind="reconsideration")
    office.do("DecideAppeal", "county", case, on="2025-07-18", outcome="set_aside")
    ruling: dict[str, Any] = {"appeal": "appeal.1", "from_month": "2025-06", "leaves_out": [fact]}
    office.do("CarryOutAppeal", "decider", case, on="2025-07-18", **ruling, reason="不是他的养老金")
    assert [amount(office, case, month) for month in MONTHS] == [110_000, 120_000, 120_000]


def test_a_raise_does_not_count_it(office: TrialOffice) -> None:
    case = couple(office)
    left_out(office, case)
    raised(office, 65_000, "2025-06", case, "2025-07-20")
    assert [amount(office, case, month) for month in ("2025-06", "2025-08")] == [130_000, 130_000]


def test_an_addition_that_turns_does_not_undo_the_appeal(office: TrialOffice) -> None:
    office.set_policy(uplift_age_70="20%")
    case = couple(office)
    left_out(office, case)
    tick(office, "2025-09-01")
    assert [amount(office, case, month) for month in ("2025-08", "2025-09")] == [120_000, 132_000]


def test_a_death_takes_only_a_share(office: TrialOffice) -> None:
    case = couple(office)
    left_out(office, case)
    office.do("RecordDeath", "handler", case, on="2025-07-20", member="m2", died="2025-07-19", source="V14")
    assert amount(office, case, "2025-08") == 60_000


def test_nor_does_a_change_count_what_it_was_corrected_to(office: TrialOffice) -> None:
    case = couple(office)
    left_out(office, case)
    office.do("ReportChange", "window", case, on="2025-08-03", kind="correction", happened="2025-08-03")
    fact = next(key for key, one in office.case(case).facts.items() if one.kind == "income")
    again = income("m1", 90_000, "2024-09-01", "2025-02-28")
    office.do("CorrectFact", "handler", case, on="2025-08-03", fact=fact, corrected=again)
    office.do("GivePriorNotice", "county", case, on="2025-08-03", effect="reduce", code="D04")
    office.do("Hear", "county", case, on="2025-08-03", words="知道了")
    proposed = {"on": "2025-08-03", "effect": "reduce", "code": "D04"}
    assert office.refused("ProposeChange", "handler", case, **proposed) == ["effect-not-borne-out"]
