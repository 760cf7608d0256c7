from datetime import date

import pytest

from domain.days import parse_day
from domain.policy import PolicyGap
from tests.harness import COUNTY, TrialOffice
from workflows.command import Answer

ADMIN = "admin"
STANDARD = {
    "division": COUNTY,
    "name": "standard",
    "value": "680.50",
    "since": "2025-04-01",
    "area": "rural",
    "document": "县府办〔2025〕3号",
}


def standard(office: TrialOffice, day: str) -> int:
    office.doudi.office.world.refresh()
    return office.doudi.office.world.policy(COUNTY, "dibao", "rural").number("standard", parse_day(day))


def wrong(answer: Answer) -> list[tuple[str, str]]:
    return [(reason.code, reason.field) for reason in answer.reasons]


def test_a_parameter_holds_from_its_day_on_in_fen(office: TrialOffice) -> None:
    answer = office.quiet("SetParameter", ADMIN, **STANDARD)
    assert answer.data["parameter"] == f"policy:{COUNTY}/dibao#2"
    assert standard(office, "2025-03-31") == 60000
    assert standard(office, "2025-04-01") == 68050


def test_a_null_value_ends_a_parameter(office: TrialOffice) -> None:
    office.do("SetParameter", ADMIN, **{**STANDARD, "area": None, "value": None, "since": "2025-05-01"})
    assert standard(office, "2025-04-30") == 60000
    policy = office.doudi.office.world.policy(COUNTY, "dibao", "rural")
    with pytest.raises(PolicyGap):
        policy.number("standard", date(2025, 5, 1))


def test_a_parameter_is_refused_with_its_field(office: TrialOffice) -> None:
    for change, expected in (
        ({"name": "standrad"}, ("parameter-unknown", "data.name")),
        ({"value": "much"}, ("parameter-kind", "standard")),
        ({"unit": "yuan/day"}, ("parameter-unit", "data.unit")),
        ({"until": "2025-03-01"}, ("parameter-span", "data.until")),
        ({"division": "1"}, ("division-code", "data.division")),
        ({"document": ""}, ("field-wrong", "data.document")),
        ({"since": "2025-13-01"}, ("day-not-a-day", "data.since")),
        ({"since": 2025}, ("field-wrong", "data.since")),
    ):
        head = office.store.head()
        assert wrong(office.say("SetParameter", ADMIN, **{**STANDARD, **change})) == [expected]
        assert office.store.head() == head


def test_only_the_divisions_administrator_sets_a_parameter(office: TrialOffice) -> None:
    assert office.refused("SetParameter", "decider", **STANDARD) == ["not-your-desk"]
    assert office.refused("SetParameter", "window-t2", **{**STANDARD, "division": "110199001"}) == [
        "out-of-scope"
    ]
