"""On the command line every amount is yuan as text, in options and in JSON; a line of `do` has whole fen."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.verbs import case_verbs
from adapters.cli.yuan import in_fen
from adapters.docs.commands import schema_of_commands
from domain.case.finding import FindingDecided, Repaid
from domain.ids import InstanceId
from domain.money import BadAmount
from tests.adapters.told import Said, ask
from tests.harness import TrialOffice
from tests.workflows.awards import draw
from tests.workflows.test_finding import MONTHS, REASON, found, single
from workflows.command import COMMANDS
from workflows.commands.enquiry import FactEntry, StateFacts
from workflows.refusal import Refused

MONEY = ("amount", "uplift", "standard", "income")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TrialOffice]:
    office = TrialOffice(tmp_path)
    yield office
    office.doudi.close()


@pytest.fixture
def case(office: TrialOffice) -> str:
    """160.00 too much, heard."""
    case = single(office)
    draw(office, case, *MONTHS)
    found(office, case)
    office.quiet("NoticeFinding", "county", case, on="2025-11-04")
    office.quiet("HearFinding", "county", case, on="2025-11-05", words="没想到要报")
    office.clock("2025-11-05")
    return case


def say(office: TrialOffice, who: str, verb: str, case: str, *options: str) -> Said:
    return ask(office.url, "--as", who, "case", verb, case, *options)


def last(office: TrialOffice, case: str, kind: type) -> Any:
    return [event for event in office.events(case) if isinstance(event, kind)][-1]


PART = ("--outcome", "part", "--reason", REASON)


def test_an_amount_is_yuan(office: TrialOffice, case: str) -> None:
    assert say(office, "decider", "decide-finding", case, *PART, "--amount", "120").code == 0
    assert office.case(case).findings[InstanceId("finding.1")].claim == 12_000
    repaid = ("--reference", "B-1", "--amount", "20.50")
    assert say(office, "payer", "record-repayment", case, *repaid).code == 0
    assert last(office, case, Repaid).amount == 2_050


def test_an_amount_within_json_is_yuan_as_text(office: TrialOffice, case: str) -> None:
    plan = [{"due": "2025-12-10", "amount": "100"}, {"due": "2026-01-10", "amount": "60.00"}]
    whole = ("--outcome", "recover", "--reason", REASON)
    said = say(office, "decider", "decide-finding", case, *whole, "--plan", json.dumps(plan))
    assert said.code == 0, said.err
    assert [each.amount for each in last(office, case, FindingDecided).plan] == [10_000, 6_000]


@pytest.mark.parametrize(
    "options",
    [
        ("--plan", '[{"due": "2025-12-10", "amount": 160}]'),
        ("--plan", '[{"due": "2025-12-10", "amount": 16000}]'),
        ("--data", '{"amount": 12000}'),
    ],
)
def test_a_number_that_may_be_either_is_refused(
    office: TrialOffice, case: str, options: tuple[str, str]
) -> None:
    head = office.store.head()
    said = say(office, "decider", "decide-finding", case, *PART, *options)
    assert said.code == 1
    assert "taken for fen" in said.err
    assert "amount" in said.err
    assert office.store.head() == head


@pytest.mark.parametrize("amount", ["", "-3", "3.005", "1e3", "fen"])
def test_what_is_no_yuan_is_refused(office: TrialOffice, case: str, amount: str) -> None:
    assert say(office, "decider", "decide-finding", case, *PART, "--amount", amount).code == 1


def test_a_line_has_whole_fen(office: TrialOffice, case: str) -> None:
    decide = {"on": "2025-11-05", "outcome": "part", "reason": REASON}
    assert office.refused("DecideFinding", "decider", case, **decide, amount="120") == ["field-wrong"]
    office.quiet("DecideFinding", "decider", case, **decide, amount=12_000)
    assert office.case(case).findings[InstanceId("finding.1")].claim == 12_000


def test_a_supporters_income_is_yuan_and_heads_are_a_count() -> None:
    said = {"kind": "supporter", "amount": None, "numbers": {"income": "3000.00", "heads": 3}}
    entry = in_fen(FactEntry, said, "fact")
    assert entry == {**said, "numbers": {"income": 300_000, "heads": 3}}
    with pytest.raises(Refused):
        in_fen(FactEntry, {"numbers": {"income": 3000}}, "fact")
    with pytest.raises(BadAmount) as caught:
        in_fen(StateFacts, {"facts": [{}, {"amount": "viel"}]}, "data")
    assert caught.value.field == "data.facts[1].amount"


def marked(schema: dict[str, Any], whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, schema) of each field within, through references."""
    if "$ref" in schema:
        yield from marked(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    for name, field in schema.get("properties", {}).items():
        yield name, field
        yield from marked(field, whole)
    for each in (*schema.get("anyOf", ()), schema.get("items"), *schema.get("prefixItems", ())):
        if isinstance(each, dict):
            yield from marked(each, whole)


def test_no_command_has_an_amount_that_is_not_marked() -> None:
    whole = schema_of_commands()
    kinds = {one["properties"]["type"]["const"]: one["properties"]["data"] for one in whole["oneOf"]}
    assert kinds.keys() == COMMANDS.keys()
    told = {
        (kind, name): "whole fen" in str(field)
        for kind, schema in kinds.items()
        for name, field in marked(schema, whole)
        if name in MONEY and "integer" in str(field)
    }
    assert len(told) > 8
    assert [name for name, says in told.items() if not says] == []


def test_the_help_says_yuan() -> None:
    for name in case_verbs():
        assert " fen" not in " ".join(ask("", "case", name, "--help").out.split()), name
    assert "yuan as text" in " ".join(ask("", "case", "state-facts", "--help").out.split())
    assert "--amount YUAN" in ask("", "case", "record-repayment", "--help").out
