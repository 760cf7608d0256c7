"""A living award taken over from a ledger: as it stands there, until its first review."""

from datetime import date
from typing import Any

import pytest

from adapters.late import late, looking
from adapters.papers.month import changes, summary
from adapters.replay import recorded, replay
from domain.case.award import AmountChanged
from domain.case.takeover import UNDONE
from domain.days import Month
from domain.explain import out_of_sum
from domain.ids import CaseNo, InstanceId, MemberKey
from projections.register import as_of
from tests.adapters.told import ask
from tests.harness import COUNTY, V1, V2, TrialOffice, number, person
from tests.workflows.awards import amount, income, tick
from workflows.decide.recompute import late_lines

DOCUMENT = {"taken": "imp-1", "file": "ab" * 32, "sheet": 1, "rows": [5, 6]}
COUPLE = [
    {"key": "m1", "name": "张三", "kinship": "02", "number": number("1955-07-16", 17)},
    {"key": "m2", "name": "李四", "kinship": "12", "number": number("1958-07-16", 18)},
]


def taken(**more: Any) -> dict[str, Any]:
    return {
        "division": V1,
        "area": "rural",
        "head": "m1",
        "members": COUPLE,
        "amount": 70_000,
        "from_month": "2015-03",
        "paid_until": "2025-06",
        "document": DOCUMENT,
        "account": "6222000011112222",
        **more,
    }


def take(office: TrialOffice, **more: Any) -> str:
    answer = office.do("TakeOver", "county", **taken(**more))
    assert answer.case is not None
    return answer.case


@pytest.fixture
def office(office: TrialOffice) -> TrialOffice:
    office.clock("2025-06-10")
    return office


def drawn(office: TrialOffice, month: str, on: str) -> dict[str, Any]:
    office.clock(on)
    answer = office.do("Draw", "payer", division=COUNTY, month=month, area="rural")
    found: dict[str, Any] = answer.data["rural"]
    return found


def closed(office: TrialOffice, month: str) -> None:
    key = {"division": COUNTY, "programme": "dibao", "area": "rural", "month": month}
    office.do("SignList", "payer", hand="maker", **key)
    office.do("SignList", "checker", hand="checker", **key)
    office.do("CloseList", "payer", **key)


def raise_standard(office: TrialOffice, fen: int, since: str) -> None:
    office.set_policy(standard=fen, since=date.fromisoformat(since))


def test_it_lives_from_the_ledgers_first_month(office: TrialOffice) -> None:
    case = office.case(take(office))
    assert case.award is not None
    assert (case.award.began, case.award.cause, case.award.paid_until) == ("2015-03", "taken_over", "2025-06")
    assert case.award.at(Month("2015-02")) is None
    assert amount(office, case.number, "2020-01") == 70_000
    assert case.award.terms[0].shares == {"m1": 35_000, "m2": 35_000}
    assert case.state("award") == "living"
    assert case.account is not None
    assert case.account.text == "6222000011112222"


def test_one_event_of_the_case_names_its_document(office: TrialOffice) -> None:
    answer = office.do("TakeOver", "county", **taken())
    assert [kind for stream, _, kind in answer.events if stream.startswith("case:")] == ["TakenOver"]
    assert office.case(str(answer.case)).ledger is not None
    (event,) = office.events(str(answer.case))
    assert event.document.rows == (5, 6)  # type: ignore[attr-defined]
    assert event.explanation.basis == "ledger"  # type: ignore[attr-defined]
    assert out_of_sum(event.explanation) == ()  # type: ignore[attr-defined]


def test_said_twice_it_is_taken_once(office: TrialOffice) -> None:
    office.quiet("TakeOver", "county", **taken())


def test_an_addition_stands_with_its_member(office: TrialOffice) -> None:
    members = [COUPLE[0], {**COUPLE[1], "uplift": 6_000}]
    case = office.case(take(office, members=members))
    assert case.award is not None
    assert case.award.terms[0].uplifts == {"m2": 6_000}
    assert case.award.terms[0].shares == {"m1": 32_000, "m2": 38_000}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"division": COUNTY}, "division-too-high"),
        ({"head": "m3"}, "not-a-member"),
        ({"members": [COUPLE[0], {**COUPLE[1], "key": "m1"}]}, "member-key-twice"),
        ({"members": [{**COUPLE[0], "covered": False}]}, "nobody-covered"),
        ({"members": [{**COUPLE[0], "uplift": 90_000}]}, "uplift-over-amount"),
        ({"members": [COUPLE[0], {**COUPLE[0], "key": "m2", "kinship": "97"}]}, "person-twice"),
        ({"members": [COUPLE[0], {**COUPLE[1], "kinship": "02"}]}, "two-heads"),
        ({"head": "m2"}, "two-heads,head-by-another"),
        ({"members": [{**COUPLE[0], "kinship": "43x"}]}, "code-unknown"),
        ({"members": [{**COUPLE[0], "number": number("1955-07-16", 17)[:-1] + "0"}]}, "number-check-digit"),
        ({"paid_until": "2025-08"}, "month-too-far"),
        ({"causes": ["77"]}, "code-unknown"),
    ],
)
def test_what_is_wrong_is_refused(office: TrialOffice, more: dict[str, Any], code: str) -> None:
    assert office.refused("TakeOver", "county", **taken(**more)) == code.split(",")


def test_everything_wrong_is_said_at_once(office: TrialOffice) -> None:
    wrong = [{**COUPLE[0], "number": "11010119550716000"}, {**COUPLE[1], "number": "1" * 18}]
    codes = office.refused("TakeOver", "county", **taken(members=wrong))
    assert codes == ["number-length", "number-date"]


def test_nobody_comes_in_twice(office: TrialOffice) -> None:
    case = take(office)
    again = office.say("TakeOver", "county", **taken(amount=60_000))
    assert [(one.code, one.params) for one in again.reasons] == [("already-aided", {"case": case})] * 2


def test_who_is_applying_is_not_taken_over(office: TrialOffice) -> None:
    office.enter([person("m1", "1955-07-16", 17)], on="2025-06-10")
    assert office.refused("TakeOver", "county", **taken()) == ["already-aided"]


def test_only_who_may(office: TrialOffice) -> None:
    assert office.refused("TakeOver", "window", **taken()) == ["not-your-desk"]
    assert office.refused("TakeOver", "window-t2", **taken()) == ["out-of-scope"]


def test_it_is_drawn_from_the_month_after_the_old_system_paid(office: TrialOffice) -> None:
    case = take(office)
    assert drawn(office, "2025-06", "2025-06-20")["households"] == 0
    assert drawn(office, "2025-07", "2025-07-05")["amount"] == 70_000
    assert list(office.case(case).drawn) == ["2025-07"]


def test_months_between_the_old_system_and_our_first_list_are_told_until_they_are_drawn(
    office: TrialOffice,
) -> None:
    drawn(office, "2025-06", "2025-06-10")
    closed(office, "2025-06")
    case = take(office, paid_until="2025-03")
    for missed, month in (("2025-04", "2025-04"), ("2025-05", "2025-05")):
        assert drawn(office, "2025-07", "2025-07-08")["undrawn"] == missed
        drawn(office, month, "2025-07-08")
    assert "undrawn" not in drawn(office, "2025-07", "2025-07-09")
    assert sorted(office.case(case).drawn) == ["2025-04", "2025-05", "2025-06", "2025-07"]


def test_no_month_paid_elsewhere_is_ever_arrears(office: TrialOffice) -> None:
    for month, on in (("2025-04", "2025-06-11"), ("2025-05", "2025-06-11"), ("2025-06", "2025-06-11")):
        drawn(office, month, on)
        closed(office, month)
    case = take(office, paid_until="2025-05")
    counts = drawn(office, "2025-07", "2025-07-05")
    assert (counts["amount"], counts["arrears_lines"], counts["arrears_amount"]) == (70_000, 1, 70_000)
    assert sorted(office.case(case).drawn) == ["2025-06", "2025-07"]


def test_it_isnt_new_and_the_balance_holds(office: TrialOffice) -> None:
    take(office)
    drawn(office, "2025-07", "2025-07-05")
    closed(office, "2025-07")
    office.doudi.projector.catch_up()
    rows = office.doudi.projector.rows("statistics")
    cells = {row["measure"]: row["value"] for row in rows.select("statistics_cell", month="2025-07")}
    assert (cells["taken_over_households"], cells["taken_over_persons"]) == (1, 2)
    assert (cells["households"], cells["paid"]) == (1, 70_000)
    assert not [name for name in cells if name.startswith(("new_", "off_list", "steps.applications"))]


def test_the_register_knows_it_from_the_ledgers_day(office: TrialOffice) -> None:
    from datetime import date

    case = take(office)
    office.doudi.projector.catch_up()
    rows = office.doudi.projector.rows("register")
    assert [row["case_no"] for row in as_of(rows, COUNTY, date(2016, 1, 1))] == [case]
    assert list(as_of(rows, COUNTY, date(2015, 2, 28))) == []


def test_a_raise_adds_the_difference_and_brings_the_review_forward(office: TrialOffice) -> None:
    case = take(office)
    later = office.due(case, "review.1/open")
    raise_standard(office, 65_000, "2025-07-01")
    answer = office.do("RaiseStandard", "county", case, on="2025-06-20", from_month="2025-07")
    assert (answer.data["before"], answer.data["amount"], answer.data["as_in_ledger"]) == (
        70_000,
        80_000,
        True,
    )
    assert (amount(office, case, "2025-06"), amount(office, case, "2025-07")) == (70_000, 80_000)
    found = office.case(case)
    assert found.award is not None
    assert found.award.as_in_ledger(Month("2025-07"))
    changed = [one for one in office.events(case) if isinstance(one, AmountChanged)]
    assert changed[0].terms.code == "I01"
    assert changed[0].explanation is not None
    assert changed[0].explanation.basis == "ledger"
    assert out_of_sum(changed[0].explanation) == ()
    assert office.due(case, "review.1/open") < later
    tick(office, "2025-06-21")
    assert office.case(case).state("review.1") == "open"


def test_a_second_raise_adds_only_what_is_new(office: TrialOffice) -> None:
    case = take(office)
    raise_standard(office, 65_000, "2025-07-01")
    office.do("RaiseStandard", "county", case, on="2025-06-20", from_month="2025-07")
    raise_standard(office, 68_000, "2025-09-01")
    office.do("RaiseStandard", "county", case, on="2025-08-20", from_month="2025-09")
    assert [amount(office, case, month) for month in ("2025-06", "2025-08", "2025-09")] == [
        70_000,
        80_000,
        86_000,
    ]
    assert office.refused("RaiseStandard", "county", case, on="2025-08-21", from_month="2025-09") == [
        "nothing-raised"
    ]


def test_a_raise_before_an_earlier_one_is_told_again_the_same(office: TrialOffice) -> None:
    case = take(office)
    raise_standard(office, 68_000, "2025-09-01")
    office.do("RaiseStandard", "county", case, on="2025-09-02", from_month="2025-09")
    raise_standard(office, 65_000, "2025-07-01")
    office.do("RaiseStandard", "county", case, on="2025-09-20", from_month="2025-07")
    assert [amount(office, case, month) for month in ("2025-07", "2025-09")] == [80_000, 86_000]
    again = replay(recorded(office.store, CaseNo(case)))
    assert len(again.decisions) == 4
    assert again.same


def test_a_raise_of_months_drawn_is_arrears(office: TrialOffice) -> None:
    case = take(office)
    drawn(office, "2025-07", "2025-07-05")
    raise_standard(office, 65_000, "2025-07-01")
    office.do("RaiseStandard", "county", case, on="2025-07-20", from_month="2025-07")
    counts = drawn(office, "2025-08", "2025-08-05")
    assert (counts["amount"], counts["arrears_amount"]) == (80_000, 10_000)


def test_a_raise_of_months_paid_elsewhere_is_refused(office: TrialOffice) -> None:
    case = take(office)
    raise_standard(office, 65_000, "2025-05-01")
    said = office.refused("RaiseStandard", "county", case, on="2025-06-20", from_month="2025-05")
    assert said == ["raise-before-taken-over"]


def test_a_raise_that_was_known_before_the_import_adds_to_the_old_amount(office: TrialOffice) -> None:
    raise_standard(office, 65_000, "2025-07-01")
    case = take(office)
    office.do("RaiseStandard", "county", case, on="2025-06-20", from_month="2025-07")
    assert amount(office, case, "2025-07") == 80_000


def test_the_standard_the_ledger_names_goes_before_ours(office: TrialOffice) -> None:
    case = take(office, standard=55_000)
    office.do("RaiseStandard", "county", case, on="2025-06-20", from_month="2025-07")
    assert amount(office, case, "2025-07") == 80_000


def reviewed(office: TrialOffice, case: str, fen: int, on: str = "2026-02-03") -> dict[str, Any]:
    """Opened, consented, visited, income of m1 stated, concluded."""
    tick(office, on)
    for key in office.case(case).members:
        office.do("Consent", "window", case, on=on, member=key, until="2035-12-31")
    visit = {"surveyors": ["surveyor", "handler2"], "result": "true", "present": ["m1"]}
    office.do("VisitForReview", "surveyor", case, on=on, **visit)
    nothing = {"kind": "nothing_declared", "code": "all", "member": "m2", "since": on, "source": "survey"}
    facts = [income("m1", fen, "2025-08-01", "2026-01-31"), nothing]
    office.do("StateFacts", "handler", case, on=on, facts=facts)
    return office.do("ConcludeReview", "handler", case, on=on).data


def test_the_first_review_computes_it_and_it_stands_on_facts(office: TrialOffice) -> None:
    case = take(office)
    said = reviewed(office, case, 300_000)
    assert (said["outcome"], said["amount"]) == ("unchanged", 70_000)
    award = office.case(case).award
    assert award is not None
    assert award.as_in_ledger(Month("2026-02"))
    assert not award.as_in_ledger(Month("2026-03"))
    raise_standard(office, 65_000, "2026-04-01")
    office.do("RaiseStandard", "county", case, on="2026-03-20", from_month="2026-04")
    assert amount(office, case, "2026-04") == 80_000


def test_a_review_that_finds_more_proposes_it(office: TrialOffice) -> None:
    case = take(office)
    said = reviewed(office, case, 120_000)
    assert (said["outcome"], said["amount"]) == ("increase", 100_000)
    change = {"effect": "increase", "code": "I03"}
    office.do("ProposeChange", "handler", case, on="2026-02-04", **change)
    office.do("DecideChange", "decider", case, on="2026-02-05")
    assert amount(office, case, "2026-03") == 100_000
    award = office.case(case).award
    assert award is not None
    assert not award.as_in_ledger(Month("2026-03"))


def test_a_death_takes_that_share(office: TrialOffice) -> None:
    case = take(office)
    office.do(
        "RecordDeath", "handler", case, on="2025-07-10", member="m2", died="2025-07-08", source="village"
    )
    assert [amount(office, case, month) for month in ("2025-07", "2025-08")] == [70_000, 35_000]
    award = office.case(case).award
    assert award is not None
    assert award.as_in_ledger(Month("2025-08"))


def test_the_last_one_dies_and_it_ends(office: TrialOffice) -> None:
    case = take(office, members=COUPLE[:1])
    office.do(
        "RecordDeath", "handler", case, on="2025-07-10", member="m1", died="2025-07-08", source="village"
    )
    found = office.case(case)
    assert (found.ended_code, found.state("award")) == ("S03", "ended")


@pytest.mark.parametrize("members", [COUPLE, COUPLE[:1]])
def test_a_death_looked_at_is_what_its_record_finds(
    office: TrialOffice, members: list[dict[str, Any]]
) -> None:
    case = take(office, members=members)
    drawn(office, "2025-07", "2025-07-05")
    drawn(office, "2025-08", "2025-08-05")
    dead = members[-1]["key"]
    seen = late(office.doudi, CaseNo(case), "handler", died={MemberKey(dead): date(2025, 6, 20)})
    found = [one.line for one in seen if one.line.drawn]
    said = {"member": dead, "died": "2025-06-20", "source": "village"}
    answer = office.do("RecordDeath", "handler", case, on="2025-08-10", **said).data
    assert [
        {"month": one.month, "paid": one.old, "due": one.new, "over": one.over, "code": one.code}
        for one in found
    ] == answer["findings"]
    assert [one.month for one in found] == ["2025-07", "2025-08"]
    assert {one.members for one in found} == {(dead,)}
    after = office.case(case)
    (to_come,) = [one.line for one in seen if not one.line.drawn]
    assert (to_come.month, to_come.new) == ("2025-09", amount(office, case, "2025-09") or 0)
    assert late_lines(looking(office.doudi, CaseNo(case), "handler"), after) == late(
        office.doudi, CaseNo(case), "handler"
    )


def test_a_wage_that_was_hidden_waits_for_the_first_review_which_may_be_opened_today(
    office: TrialOffice,
) -> None:
    case = take(office)
    drawn(office, "2025-07", "2025-07-05")
    assert office.refused("FindDifference", "county", case, on="2025-07-20") == ["nothing-over"]
    happened = {"kind": "income", "happened": "2025-06-12", "source": "V03", "member": "m1"}
    office.do("DetectChange", "county", case, on="2025-07-20", **happened)
    wage = {"kind": "income", "code": "W3", "member": "m1", "since": "2025-06-12", "amount": 60_000}
    office.do(
        "StateFacts", "handler", case, on="2025-07-20", facts=[{**wage, "source": "V03", "unreported": True}]
    )
    assert office.refused("FindDifference", "county", case, on="2025-07-20") == ["as-in-ledger"]
    office.do("OpenReview", "handler", case, on="2025-07-21")
    found = office.case(case)
    assert found.state("review.1") == "open"
    assert office.due(case, "review.1/conclude") == date(2025, 8, 21)
    said = reviewed(office, case, 300_000, on="2025-07-22")
    assert 70_000 < said["amount"] < 120_000
    assert office.case(case).reviews[InstanceId("review.2")].due > date(2025, 8, 21)


@pytest.mark.parametrize(("lang", "words"), [("zh", "以台账为准"), ("en", "until its first review")])
def test_late_truth_says_that_it_stands_as_in_the_ledger(office: TrialOffice, lang: str, words: str) -> None:
    case = take(office)
    drawn(office, "2025-07", "2025-07-05")
    looked = ("--as", "handler", "case", "late", case)
    assert words in ask(office.url, *looked, lang=lang).err
    assert ask(office.url, *looked, "--format", "json").json["as_in_ledger"] is True


def test_a_review_of_what_stands_on_facts_is_not_opened_early(office: TrialOffice) -> None:
    case = take(office)
    reviewed(office, case, 300_000)
    assert office.refused("OpenReview", "handler", case, on="2026-02-10") == ["review-early"]


def test_it_leaves_by_its_own_request_and_is_restored_as_it_was(office: TrialOffice) -> None:
    case = take(office)
    report = {"kind": "own_request", "happened": "2025-07-01"}
    office.do("ReportChange", "handler", case, on="2025-07-01", **report)
    office.do("ProposeChange", "handler", case, on="2025-07-02", effect="stop", code="S06")
    office.do("DecideChange", "decider", case, on="2025-07-03")
    assert amount(office, case, "2025-08") is None
    office.do("Restore", "decider", case, on="2025-07-20", code="I05", reason="误停")
    assert amount(office, case, "2025-08") == 70_000


def test_account_and_head_change_as_in_any_case(office: TrialOffice) -> None:
    case = take(office)
    office.do("ChangeAccount", "handler", case, account="6222000011113333", holder="m2")
    office.do("ChangeHead", "handler", case, head="m2")
    assert office.case(case).head == "m2"


def test_nothing_of_it_is_computed_before_the_review(office: TrialOffice) -> None:
    case = take(office)
    assert office.refused("ChangeArea", "decider", case, area="urban", words="进城") == ["as-in-ledger"]


def test_an_import_is_undone_while_nothing_else_touched_it(office: TrialOffice) -> None:
    case = take(office)
    answer = office.quiet("UndoTakeOver", "county", case)
    assert ("TakeOverUndone") in [kind for _, _, kind in answer.events]
    found = office.case(case)
    assert (found.award, found.ended_code) == (None, UNDONE)
    assert {one.state for one in found.lives.values()} == {"undone", "closed"}
    assert found.deadlines == {}
    assert office.refused("FindDifference", "county", case) == ["nothing-over"]
    assert take(office, division=V2) != case
    office.doudi.projector.catch_up()
    rows = office.doudi.projector.rows("register")
    assert case not in {row["case_no"] for row in rows.select("register_segment")}


def test_what_was_touched_is_not_undone(office: TrialOffice) -> None:
    case = take(office)
    office.do("ChangeAccount", "handler", case, account="6222000011113333", holder="m2")
    assert office.refused("UndoTakeOver", "county", case) == ["taken-over-touched"]
    assert office.refused("UndoTakeOver", "window", case) == ["not-your-desk"]


def test_projections_follow_all_of_it(office: TrialOffice) -> None:
    """None of them stumbles, and rebuilt they are the same."""
    case = take(office)
    drawn(office, "2025-07", "2025-07-05")
    closed(office, "2025-07")
    raise_standard(office, 65_000, "2025-08-01")
    office.do("RaiseStandard", "county", case, on="2025-07-20", from_month="2025-08")
    office.do("UndoTakeOver", "county", take(office, members=[person("m1", "1970-01-01", 33)]))
    projector = office.doudi.projector
    projector.catch_up()
    assert projector.parked() == []
    assert {one.name: projector.verify(one.name) for one in projector.status()} == {
        one.name: [] for one in projector.status()
    }


def test_a_change_table_has_it_as_taken_over_not_as_new(office: TrialOffice) -> None:
    take(office)
    drawn(office, "2025-07", "2025-07-05")
    office.doudi.projector.catch_up()
    tables = [office.doudi.projector.rows(name) for name in ("register", "statistics")]
    (row,) = changes(tables[0], tables[1], COUNTY, Month("2025-07"), None)
    assert (row["kind"], row["reason"]) == ("台账移入", "台账移入")
    found = {one["kind"]: one["households"] for one in summary([row])}
    assert (found["新增"], found["台账移入"]) == (0, 1)
