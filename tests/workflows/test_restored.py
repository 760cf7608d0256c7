"""A wrongly stopped award comes back as it would have stood: less who died since, with what was said of its months
beside the stop, and without what another award pays meanwhile (rules.md §3 wrongly stopped, gradual exit; §4)."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.days import Month
from domain.ids import InstanceId, MemberKey
from tests.harness import TrialOffice, person
from tests.workflows.awards import amount, family, family_income, income, living, tick
from tests.workflows.test_difference import drawn, raised
from tests.workflows.test_finding import MONTHS, decide, detected, hidden, single, stopped
from tests.workflows.test_kept_back import by_request, kept
from tests.workflows.test_ruled_amounts import amounts, couple, fixed
from tests.workflows.test_takeover import take

RESTORED = {"code": "I05", "reason": "错停"}


def wrongly_stopped(office: TrialOffice, case: str) -> None:
    """On November 4 from August on; the months it reached are found."""
    stopped(office, case, "S10", "2025-08-10", "2025-11-04")
    decide(office, case, on="2025-11-04", instance=list(office.case(case).findings)[-1])


def dead(office: TrialOffice, case: str, on: str = "2025-11-03") -> None:
    office.do("RecordDeath", "handler", case, on=on, member="m2", died="2025-08-20", source="V14")


def of_the_ledger(office: TrialOffice) -> str:
    case = take(office, paid_until="2025-04")
    drawn(office, *MONTHS)
    return case


def ruled(office: TrialOffice) -> str:
    case = fixed(office, couple(office), 115_000, "2025-07", "2025-12")
    drawn(office, *MONTHS)
    return case


def ruled_since(office: TrialOffice) -> str:
    """Somebody had died before the appeal said the amount, and what it says isn't drawn yet."""
    members = [
        person("m1", "1980-01-01", 11, "周一", "02"),
        person("m2", "1982-01-01", 12, "周二", "12"),
        person("m3", "1950-01-01", 13, "周三", "51"),
    ]
    case = living(office, members, [income("m1", 60_000, "2024-09-01", "2025-02-28")])
    office.do("RecordDeath", "handler", case, on="2025-06-03", member="m3", died="2025-05-20", source="V14")
    drawn(office, *MONTHS)
    return fixed(office, case, 115_000, "2025-07", "2025-12", on="2025-11-02")


def raised_since(office: TrialOffice) -> str:
    case = of_the_ledger(office)
    raised(office, 65_000, "2025-09", case, "2025-11-02")
    return case


@pytest.mark.parametrize(
    ("of", "dies", "fen"),
    [
        (of_the_ledger, "before", 35_000),
        (of_the_ledger, "since", 35_000),
        (ruled, "before", 57_500),
        (ruled, "since", 57_500),
        (raised_since, "never", 80_000),
        (ruled_since, "never", 115_000),
    ],
)
def test_what_no_fact_computes_is_as_it_stood_less_who_died(
    office: TrialOffice, of: Callable[[TrialOffice], str], dies: str, fen: int
) -> None:
    """Whether the death's own finding is still under way, or the raise or the amount not drawn yet."""
    case = of(office)
    if dies == "before":
        dead(office, case)
    wrongly_stopped(office, case)
    if dies == "since":
        dead(office, case, "2025-11-10")
    office.do("Restore", "decider", case, on="2025-11-20", **RESTORED)
    assert amounts(office, case, "2025-09", "2025-10", "2025-11") == [fen] * 3
    claims = sum(one.claim for one in office.case(case).findings.values())
    had = sum(office.case(case).drawn[Month(month)].amount for month in ("2025-09", "2025-10"))
    assert claims == max(had - 2 * fen, 0)


@pytest.mark.parametrize("dies", ["before", "since"])
@pytest.mark.parametrize(
    "stop", [wrongly_stopped, lambda office, case: by_request(office, case, "2025-11-04")]
)
def test_who_is_over_the_standard_since_a_death_goes_on_until_that_is_decided(
    office: TrialOffice, dies: str, stop: Callable[[TrialOffice, str], None]
) -> None:
    """400.00 for three with their son; the two left would earn more than twice 600.00."""
    case = living(office, family(), family_income(), review_class="B")
    drawn(office, *MONTHS)

    def son_dead(on: str) -> None:
        office.do("RecordDeath", "handler", case, on=on, member="m3", died="2025-08-20", source="V14")

    if dies == "before":
        son_dead("2025-11-03")
        assert amounts(office, case, "2025-09", "2025-11") == [40_000] * 2
        office.do("DropChange", "county", case, on="2025-11-03", reason="复核时一并核定")
    stop(office, case)
    if dies == "since":
        son_dead("2025-11-10")
    office.do("Restore", "decider", case, on="2025-11-20", **RESTORED)
    assert amounts(office, case, "2025-09", "2025-11", "2026-01") == [40_000] * 3
    award = office.case(case).award
    assert award is not None
    assert {award.at(Month(month)).covered for month in ("2025-09", "2025-11")} == {("m1", "m2")}  # type: ignore[union-attr]


def reduced(office: TrialOffice) -> str:
    """A wage of 600.00 since June 10, known in November: July to October are said at 130.00, and not yet decided."""
    case = single(office)
    drawn(office, *MONTHS)
    detected(office, case, "2025-11-03", {**hidden("2025-06-10", None, 60_000), "unreported": False})
    office.do("Hear", "county", case, on="2025-11-03", words="知道了")
    office.do("ProposeChange", "county", case, on="2025-11-03", effect="reduce", code="D03")
    office.do("DecideChange", "decider", case, on="2025-11-03")
    return case


@pytest.mark.parametrize("order", [("finding.1", "finding.2"), ("finding.2", "finding.1"), ("finding.2",)])
def test_what_a_reduction_says_stands_in_whichever_order_it_is_decided(
    office: TrialOffice, order: tuple[str, ...]
) -> None:
    case = reduced(office)
    stopped(office, case, "S09", "2025-07-10", "2025-11-04")

    def settled(finding: str, on: str) -> None:
        office.say("HearFinding", "county", case, on=on, instance=finding, words="知道了")
        decide(office, case, on=on, instance=finding)

    for finding in order:
        settled(finding, "2025-11-05")
    office.do("Restore", "decider", case, on="2025-11-20", **RESTORED)
    if "finding.1" not in order:
        settled("finding.1", "2025-11-21")
    assert amounts(office, case, *MONTHS[2:]) == [13_000] * 4
    assert sum(one.claim for one in office.case(case).findings.values()) == 4 * 37_000
    assert {office.case(case).drawn[Month(month)].standing for month in MONTHS[2:]} == {13_000}


# 渐退


def gradual(office: TrialOffice, wage: int = 70_000) -> str:
    """From July to December at 500.00; stopped by request in August."""
    case = single(office)
    drawn(office, *MONTHS[:2])
    office.do("ReportChange", "window", case, on="2025-06-10", kind="work", happened="2025-06-10")
    fact = {"kind": "income", "code": "W1", "member": "m1", "since": "2025-01-01", "source": "V02"}
    office.do("StateFacts", "handler", case, on="2025-06-10", facts=[{**fact, "amount": wage}])
    change = {"on": "2025-06-10", "instance": list(office.case(case).changes)[-1]}
    office.do("Hear", "county", case, words="是", **change)
    office.do("ProposeChange", "county", case, effect="gradual_exit", code="S04", months=6, **change)
    office.do("DecideChange", "decider", case, **change)
    drawn(office, "2025-07", "2025-08")
    by_request(office, case, "2025-08-20")
    return case


@pytest.mark.parametrize("wage", [70_000, 50_000])
def test_a_gradual_exit_goes_on_as_granted_and_ends_by_itself(office: TrialOffice, wage: int) -> None:
    case = gradual(office, wage)
    answer = office.quiet("Restore", "decider", case, on="2025-08-25", **RESTORED).data
    assert answer["until_month"] == "2025-12"
    assert office.case(case).state("award") == "gradual"
    assert office.due(case, "award/end") == date(2026, 1, 1)
    assert amounts(office, case, "2025-09", "2025-12", "2026-01") == [50_000, 50_000, None]
    assert claims(office, case) == ("2025-09", "2025-12")
    drawn(office, *(f"2025-{month:02}" for month in range(9, 13)))
    assert sum(line.amount for line in office.case(case).drawn.values()) == 8 * 50_000
    tick(office, "2026-01-02")
    found = office.case(case)
    assert (found.state("award"), found.ended_code) == ("ended", "S04")
    assert drawn(office, "2026-01")["households"] == 0


def claims(office: TrialOffice, case: str) -> tuple[str | None, str | None]:
    ref = office.case(case).members[MemberKey("m1")].person
    last = [one for one in office.doudi.office.world.person(ref).claims if one.kind == "award"][-1]
    return last.from_month, last.until


def test_one_that_would_be_over_by_now_is_paid_and_is_over(office: TrialOffice) -> None:
    case = gradual(office)
    for month in ("2025-09", "2025-10", "2025-11", "2025-12", "2026-01"):
        drawn(office, month)
    owed = office.do("Restore", "decider", case, on="2026-02-03", **RESTORED).data["owed"]
    assert owed == ["2025-09", "2025-10", "2025-11", "2025-12"]
    tick(office, "2026-02-04")
    assert office.case(case).state("award") == "ended"
    assert drawn(office, "2026-02")["arrears_amount"] == 4 * 50_000
    assert office.refused("Restore", "decider", case, on="2026-02-10", **RESTORED) == ["not-eligible"]


def test_nothing_of_it_is_left_after_its_last_month(office: TrialOffice) -> None:
    case = gradual(office)
    refused = office.refused("Restore", "decider", case, on="2026-02-03", from_month="2026-01", **RESTORED)
    assert refused == ["gradual-exit-over"]


def test_what_a_stop_found_of_its_months_comes_back_with_it(office: TrialOffice) -> None:
    case = gradual(office)
    office.do("Restore", "decider", case, on="2025-08-25", **RESTORED)
    drawn(office, "2025-09", "2025-10")
    wrongly_stopped(office, case)
    assert amounts(office, case, "2025-09", "2025-10", "2025-11") == [0, 0, None]
    office.do("Restore", "decider", case, on="2025-11-20", **RESTORED)
    assert amounts(office, case, "2025-09", "2025-10", "2025-12", "2026-01") == [50_000] * 3 + [None]


# A later month


def test_what_the_stop_said_of_months_before_stands(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    wrongly_stopped(office, case)
    office.do("Restore", "decider", case, on="2025-11-20", from_month="2025-12", **RESTORED)
    assert amounts(office, case, "2025-08", "2025-09", "2025-10", "2025-11", "2025-12") == [
        50_000, 0, 0, None, 50_000,
    ]  # fmt: skip
    assert office.case(case).findings[InstanceId("finding.1")].claim == 100_000
    drawn(office, "2025-11", "2025-12")
    by_request(office, case, "2025-12-10")
    office.do("Restore", "decider", case, on="2025-12-20", **RESTORED)
    assert amounts(office, case, "2025-09", "2025-10", "2025-12", "2026-01") == [0, 0, 50_000, 50_000]
    assert office.case(case).findings[InstanceId("finding.1")].claim == 100_000


def test_from_a_month_that_was_found_only_it_and_later_ones_come_back(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    stopped(office, case, "S10", "2025-08-10", "2025-11-04")
    refused = office.refused("Restore", "decider", case, on="2025-11-20", from_month="2025-10", **RESTORED)
    assert refused == ["finding-open"]
    decide(office, case, on="2025-11-20")
    office.do("Restore", "decider", case, on="2025-11-20", from_month="2025-10", **RESTORED)
    assert amounts(office, case, "2025-09", "2025-10", "2025-11") == [0, 50_000, 50_000]
    assert office.case(case).findings[InstanceId("finding.1")].claimed == {"2025-09": 50_000}


@pytest.mark.parametrize(
    ("since", "left"), [(None, []), ("2025-10", ["2025-09"]), ("2025-12", ["2025-09", "2025-10"])]
)
def test_what_it_kept_back_of_months_before_stays_so(
    office: TrialOffice, since: str | None, left: list[str]
) -> None:
    case = single(office)
    drawn(office, *MONTHS[:3])
    office.do("SetHold", "county", case, on="2025-07-20", ground="check", until="2025-12-20")
    drawn(office, *MONTHS[3:])
    stopped(office, case, "S10", "2025-08-10", "2025-11-04")
    more = {"from_month": since} if since else {}
    office.do("Restore", "decider", case, on="2025-11-20", **RESTORED, **more)
    assert kept(office, case) == left
    drawn(office, "2025-11", "2025-12")
    by_request(office, case, "2025-12-20")
    office.do("Restore", "decider", case, on="2025-12-22", **RESTORED)
    assert kept(office, case) == left


# Members with another award meanwhile


def two(office: TrialOffice) -> str:
    """1,100.00 for both; stopped by request from July on."""
    members = [person("m1", "1980-01-01", 11, "周一", "02"), person("m2", "1982-01-01", 12, "周二", "12")]
    case = living(office, members, [income("m1", 60_000, "2024-09-01", "2025-02-28")])
    drawn(office, *MONTHS[:2])
    by_request(office, case, "2025-06-20")
    return case


def own_award(office: TrialOffice, *, head: bool = False) -> str:
    """From August on."""
    me = (
        person("m1", "1980-01-01", 11, "周一", "02") if head else person("m1", "1982-01-01", 12, "周二", "02")
    )
    return living(office, [me], [], accepted="2025-07-02")


def test_who_has_an_award_of_his_own_meanwhile_is_left_out_from_its_first_month(office: TrialOffice) -> None:
    case = two(office)
    own = own_award(office)
    drawn(office, "2025-07")
    answer = office.quiet("Restore", "decider", case, on="2025-08-01", **RESTORED).data
    assert (answer["from_month"], answer["left_out"]) == ("2025-07", {"m2": own})
    assert amounts(office, case, "2025-07", "2025-08") == [110_000, 50_000]
    assert office.case(case).taken == {"m2": "2025-08"}
    counts = drawn(office, "2025-08")
    assert (counts["households"], counts["left_out"], counts["amount"]) == (2, {}, 110_000)
    assert counts["arrears_amount"] == 110_000
    assert office.refused("FindDifference", "county", case, on="2025-08-20") == ["nothing-over"]


@pytest.mark.parametrize("alone", [False, True])
def test_the_others_need_a_head_and_somebody_to_be_paid(office: TrialOffice, alone: bool) -> None:
    case = two(office)
    if alone:
        office.do(
            "RecordDeath", "handler", case, on="2025-06-25", member="m2", died="2025-06-22", source="V14"
        )
    own_award(office, head=True)
    refused = office.refused("Restore", "decider", case, on="2025-08-01", from_month="2025-08", **RESTORED)
    assert refused == (["already-aided"] if alone else ["head-gone"])
    if not alone:
        office.do("ChangeHead", "handler", case, on="2025-08-01", head="m2")
        office.do("ChangeAccount", "handler", case, on="2025-08-01", account="6217 00000001", holder="m2")
        office.do("Restore", "decider", case, on="2025-08-01", from_month="2025-08", **RESTORED)
        assert amount(office, case, "2025-08") == 60_000
