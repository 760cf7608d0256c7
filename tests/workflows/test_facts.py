from datetime import date
from typing import Any

import pytest

from domain.case.enquiry import FactsStated
from tests.harness import TrialOffice, person

WAGE: dict[str, Any] = {
    "kind": "income",
    "code": "W1",
    "member": "m1",
    "since": "2024-09-01",
    "until": "2025-02-28",
    "amount": 480_000,
    "source": "V02",
}
HOME: dict[str, Any] = {"kind": "property", "code": "A11", "since": "2000-01-01", "numbers": {"count": 1}}


@pytest.fixture
def case(office: TrialOffice) -> str:
    members = [person("m1", "1980-01-01", 1), person("m2", "1982-01-01", 2, "李四", "10")]
    return office.accepted(members, on="2025-03-06")


def test_facts_get_keys_in_their_order(office: TrialOffice, case: str) -> None:
    answer = office.quiet("StateFacts", "surveyor", case, facts=[WAGE, HOME])
    assert answer.data == {"facts": ["f1", "f2"]}
    facts = office.case(case).facts
    assert [(key, fact.code, fact.amount) for key, fact in facts.items()] == [
        ("f1", "W1", 480_000),
        ("f2", "A11", None),
    ]
    more = office.do("StateFacts", "centre", case, facts=[{**WAGE, "member": "m2", "amount": 0}])
    assert more.data == {"facts": ["f3"]}


def test_the_same_again_is_a_correction_and_said_so(office: TrialOffice, case: str) -> None:
    office.do("StateFacts", "handler", case, facts=[WAGE])
    refused = office.say("StateFacts", "handler", case, facts=[{**WAGE, "amount": 1}])
    assert [(one.code, one.params) for one in refused.reasons] == [("fact-stated", {"fact": "f1"})]
    twice = [{**HOME}, {**HOME, "numbers": {"count": 2}}]
    assert office.refused("StateFacts", "handler", case, facts=twice) == ["fact-stated"]
    office.do("StateFacts", "handler", case, facts=[{**WAGE, "since": "2025-03-01", "until": None}])


def test_two_jobs_are_two_facts(office: TrialOffice, case: str) -> None:
    jobs = [WAGE, {**WAGE, "item": 2, "amount": 90_000}]
    assert office.do("StateFacts", "handler", case, facts=jobs).data == {"facts": ["f1", "f2"]}
    assert office.refused("StateFacts", "handler", case, facts=jobs[1:]) == ["fact-stated"]
    right = {**jobs[1], "amount": 60_000}
    office.do("CorrectFact", "handler", case, fact="f2", corrected=right)
    found = office.case(case).facts.values()
    assert [(fact.item, fact.amount) for fact in found] == [(1, 480_000), (2, 60_000)]


def test_a_correction_replaces_and_keeps_the_history(office: TrialOffice, case: str) -> None:
    office.do("StateFacts", "handler", case, facts=[WAGE, {**WAGE, "code": "W3"}])
    right = {**WAGE, "amount": 500_000}
    assert office.refused("CorrectFact", "handler", case, fact="f9", corrected=right) == ["fact-unknown"]
    for change in ({"since": "2024-10-01"}, {"member": "m2"}):
        wrong = {**right, **change}
        assert office.refused("CorrectFact", "handler", case, fact="f1", corrected=wrong) == [
            "correction-of-another-fact"
        ]
    clash = {**right, "code": "W3"}
    assert office.refused("CorrectFact", "handler", case, fact="f1", corrected=clash) == ["fact-stated"]
    office.quiet("CorrectFact", "handler", case, fact="f1", corrected=right)
    assert {key: fact.amount for key, fact in office.case(case).facts.items()} == {
        "f2": 480_000,
        "f3": 500_000,
    }
    stated = [event for event in office.events(case) if isinstance(event, FactsStated)]
    assert stated[0].facts[0].amount == 480_000
    assert office.refused("CorrectFact", "handler", case, fact="f1", corrected=right) == ["fact-unknown"]


def test_a_fact_ends(office: TrialOffice, case: str) -> None:
    student = {"kind": "status", "code": "student", "member": "m2", "since": "2024-09-01"}
    office.do("StateFacts", "handler", case, facts=[student])
    assert office.refused("EndFact", "handler", case, fact="f1", until="2024-08-31") == ["fact-ends-before"]
    office.quiet("EndFact", "handler", case, fact="f1", until="2025-06-30")
    assert office.case(case).facts["f1"].until == date(2025, 6, 30)  # type: ignore[index]
    assert office.refused("EndFact", "handler", case, fact="f1", until="2025-07-31") == ["fact-ended"]
    office.do("EndFact", "handler", case, fact="f1", until="2025-05-31")


@pytest.mark.parametrize(
    ("entry", "codes"),
    [
        ({**WAGE, "code": "W9"}, ["code-unknown"]),
        ({**WAGE, "code": "M1"}, ["code-of-another-kind"]),
        ({**WAGE, "kind": "deduction"}, ["code-of-another-kind"]),
        ({**WAGE, "member": "m9"}, ["not-a-member"]),
        ({**WAGE, "until": "2024-08-31"}, ["fact-ends-before"]),
        ({**WAGE, "amount": None}, ["fact-amount-missing"]),
        ({**WAGE, "amount": -1}, ["fact-amount-wrong"]),
        ({**WAGE, "amount": 12.5}, ["field-wrong"]),
        ({**WAGE, "amount": "4800.00"}, ["field-wrong"]),
        ({**WAGE, "source": "V77"}, ["code-unknown"]),
        ({**WAGE, "source": "hearsay"}, ["code-unknown"]),
        ({**WAGE, "numbers": {"mu": 1}}, ["field-of-another-kind"]),
        ({**WAGE, "exempt": "1"}, ["field-of-another-kind"]),
        ({**HOME, "code": "A1"}, ["fact-amount-missing"]),
        ({**HOME, "code": "A99"}, ["code-needs-words"]),
        ({**HOME, "exempt": "77"}, ["code-unknown"]),
        ({**HOME, "numbers": {"count": -1}}, ["fact-number-wrong"]),
        ({**HOME, "received": "2025-01-01"}, ["field-of-another-kind"]),
        ({"kind": "category", "code": "C01", "since": "2020-01-01"}, ["fact-needs-member"]),
        (
            {"kind": "category", "code": "C01", "member": "m1", "since": "2020-01-01", "amount": 1},
            ["field-of-another-kind"],
        ),
        ({"kind": "disability", "code": "4-9", "member": "m1", "since": "2020-01-01"}, ["code-unknown"]),
        ({"kind": "status", "code": "happy", "member": "m1", "since": "2020-01-01"}, ["code-unknown"]),
        (
            {"kind": "nothing_declared", "code": "some", "member": "m1", "since": "2020-01-01"},
            ["code-of-another-kind"],
        ),
        ({"kind": "farming", "code": "wheat", "since": "2020-01-01"}, ["fact-number-missing"]),
        (
            {"kind": "supporter", "code": "22", "since": "2020-01-01", "numbers": {"heads": 0}},
            ["fact-number-wrong"],
        ),
        ({"kind": "limit_breach", "code": "A11", "since": "2020-01-01"}, ["code-needs-words"]),
        ({"kind": "wealth", "code": "A11", "since": "2020-01-01"}, ["field-wrong"]),
        (
            {**WAGE, "code": "W9", "member": "m9", "amount": -1},
            ["code-unknown", "not-a-member", "fact-amount-wrong"],
        ),
    ],
)
def test_each_kind_is_checked(
    office: TrialOffice, case: str, entry: dict[str, Any], codes: list[str]
) -> None:
    assert office.refused("StateFacts", "handler", case, facts=[entry]) == codes


def test_bad_input_is_refused_whole_and_everything_is_named(office: TrialOffice, case: str) -> None:
    wrong = office.say(
        "StateFacts", "handler", case, facts=[WAGE, {**HOME, "code": "A1"}, {**WAGE, "member": "m7"}]
    )
    assert [(one.code, one.field) for one in wrong.reasons] == [
        ("fact-amount-missing", "data.facts[1].amount"),
        ("not-a-member", "data.facts[2].member"),
    ]
    assert office.case(case).facts == {}


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "disability", "code": "4-2", "member": "m1", "since": "2020-01-01", "source": "V17"},
        {"kind": "supporter", "code": "22", "member": "m1", "since": "2020-01-01"},
        {"kind": "statement", "code": "all_in", "since": "2024-09-01", "until": "2025-02-28", "amount": 0},
        {"kind": "cause", "code": "1", "since": "2020-01-01"},
        {"kind": "labour", "code": "2", "member": "m1", "since": "2020-01-01", "source": "survey"},
        {"kind": "limit_breach", "code": "A11", "since": "2020-01-01", "note": "两处住房"},
        {"kind": "farming", "code": "wheat", "since": "2020-01-01", "numbers": {"mu_hundredths": 350}},
        {"kind": "property", "code": "A7", "since": "2020-01-01", "exempt": "1"},
    ],
)
def test_each_kind_is_taken(office: TrialOffice, case: str, entry: dict[str, Any]) -> None:
    office.do("StateFacts", "handler", case, facts=[entry])
    assert office.case(case).facts["f1"].kind == entry["kind"]  # type: ignore[index]


def test_facts_are_stated_for_something_open(office: TrialOffice, case: str) -> None:
    assert office.refused("StateFacts", "leader", case, facts=[WAGE]) == ["not-your-desk"]
    office.do("StateFacts", "handler", case, facts=[WAGE])
    office.do("Withdraw", "window", case)
    assert office.refused("StateFacts", "handler", case, facts=[HOME]) == ["case-ended"]
    assert office.refused("EndFact", "handler", case, fact="f1", until="2025-01-01") == ["case-ended"]
