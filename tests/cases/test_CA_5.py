"""CA-5: not given is not 0: until the survey nothing is presumed and what is missing is named; then U alone is."""

import pytest

from tests.cases.stories import PHOTO, Line, member
from tests.harness import COUNTY, V1
from tests.journeys.lives import Outside

U = member("m1", "周一", "1985-01-01", 11)
V = member("m2", "周二", "1985-02-01", 12, "12")
W = member("m3", "周三", "1950-01-01", 13, "51")
Z = member("m4", "周四", "1985-03-01", 14, "71")


@pytest.fixture
def case(office: Outside) -> str:
    """Accepted, with what the papers say; nobody has visited yet."""
    office.clock("2025-03-06")
    presumed = {"division": COUNTY, "name": "presumed_minimum", "value": "800.00", "since": "2020-01-01"}
    office.tell("SetParameter", "admin", **presumed, document="CA-5")
    entered = office.tell(
        "Enter",
        "window",
        division=V1,
        area="rural",
        applicant="m1",
        near_relative=False,
        members=[U, V, W, Z],
    )
    number: str = entered["case"]
    for one in (U, V, W, Z):
        office.tell("Consent", "window", number, member=one["key"], until="2030-12-31")
    office.tell("Accept", "window", number)
    stated = {"since": "2024-09-01", "source": "certificate"}
    office.tell(
        "StateFacts",
        "window",
        number,
        facts=[
            {"kind": "disability", "code": "4-1", "member": "m2", **stated},
            {"kind": "income", "code": "W1", "member": "m4", "amount": 0, **stated, "until": "2025-02-28"},
            {"kind": "labour", "code": "3", "member": "m4", **stated},
        ],
    )
    return number


def surveyed(office: Outside, case: str) -> None:
    two = ["surveyor", "surveyor2"]
    office.clock("2025-03-10")
    office.tell("Visit", "surveyor", case, surveyors=two, result="true", present=["m1"], papers=[PHOTO])
    none = {"kind": "nothing_declared", "code": "all", "since": "2025-03-10", "source": "survey"}
    office.tell("StateFacts", "surveyor", case, facts=[{**none, "member": key} for key in ("m1", "m2", "m3")])


def assess(office: Outside, case: str, door: str) -> Line:
    return office.say(office.line("Assess", "handler", case), door)


def test_CA_5_before_the_survey_there_is_no_amount(office: Outside, case: str, door: str) -> None:
    answer = assess(office, case, door)
    assert answer["status"] == "refused"
    (reason,) = answer["reasons"]
    assert reason["code"] == "means-incomplete"
    assert all(f"{key}.wage" in str(reason) for key in ("m1", "m2", "m3"))
    assert "m4" not in str(reason["params"])
    assert "Assessed" not in office.kinds(case)
    assert office.run("case", "explain", case, code=1).out == ""


def test_CA_5_after_the_survey_U_alone_is_presumed(office: Outside, case: str, door: str) -> None:
    surveyed(office, case)
    answer = assess(office, case, door)
    assert answer["data"]["amount"] == 160_000
    told = office.json("case", "explain", case)
    presumed = [
        (line["text"], line["member"], line.get("amount", {}).get("n"))
        for line in told["lines"]
        if line["rule"] == "means.income.presumed"
    ]
    assert presumed == [
        ("presumed", "m1", 80_000),
        ("not-presumed.category", "m2", None),
        ("not-presumed.age", "m3", None),
    ]
    assert "means.income.presumed" in told["rules"]
    text = office.run("--lang", "en", "case", "explain", case).out
    assert "means.income.presumed (§4 presumed)" in text
    assert "800.00" in text


def test_CA_5_a_stated_nothing_is_not_what_was_not_stated(office: Outside, case: str) -> None:
    """Declared with 0.00, U is not presumed of either."""
    surveyed(office, case)
    zero = {"kind": "income", "code": "W1", "member": "m1", "amount": 0, "since": "2024-09-01"}
    office.tell("StateFacts", "handler", case, facts=[{**zero, "until": "2025-02-28"}])
    assert assess(office, case, "do")["data"]["amount"] == 240_000


def test_CA_5_an_amount_that_is_left_out_is_asked_for(office: Outside, case: str, door: str) -> None:
    unknown = {"kind": "income", "code": "W3", "member": "m4", "since": "2024-09-01", "until": "2025-02-28"}
    answer = office.say(office.line("StateFacts", "window", case, facts=[unknown]), door)
    (reason,) = answer["reasons"]
    assert (reason["code"], reason["field"]) == ("fact-amount-missing", "data.facts[0].amount")
