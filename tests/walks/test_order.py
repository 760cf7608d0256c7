"""The same facts in any order, split over any number of statements, give the same result and the same lines."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cases.stories import Story, income, member, nothing
from tests.harness import COUNTY
from tests.journeys.lives import Line, Outside

TWO = [member("m1", "周一", "1980-05-01", 11), member("m2", "周二", "1990-05-01", 12, "20")]
SPANS = [("2024-09-01", "2025-02-28"), ("2024-12-01", "2024-12-31"), ("2024-03-01", "2025-02-28")]


def facts() -> st.SearchStrategy[list[Line]]:
    who = st.sampled_from(["m1", "m2"])
    earned = st.builds(
        lambda key, code, span, yuan, item: income(key, str(yuan), *span, code=code, item=item),
        who,
        st.sampled_from(["W1", "W3", "B1", "P5", "T3", "X5"]),
        st.sampled_from(SPANS),
        st.integers(0, 4_000),
        st.integers(1, 2),
    )
    taken = st.builds(
        lambda key, code, yuan: {**income(key, str(yuan), *SPANS[0], code=code), "kind": "deduction"},
        who,
        st.sampled_from(["M1", "M3"]),
        st.integers(0, 2_000),
    )
    known = st.sampled_from(
        [
            nothing("m1"),
            nothing("m2"),
            {
                "kind": "category",
                "code": "C01",
                "member": "m2",
                "since": "2024-01-01",
                "source": "certificate",
            },
            {"kind": "disability", "code": "4-1", "member": "m1", "since": "2024-01-01", "source": "V17"},
            {"kind": "status", "code": "student", "member": "m2", "since": "2024-09-01", "source": "V19"},
            {"kind": "property", "code": "A1", "member": "m1", "since": "2025-01-01", "amount": 2_000_000},
            {"kind": "property", "code": "A11", "since": "2000-01-01", "numbers": {"count": 1}},
        ]
    )
    return st.lists(st.one_of(earned, taken, known), min_size=2, max_size=9, unique_by=_same)


def _same(fact: Line) -> tuple[Any, ...]:
    return fact["kind"], fact["code"], fact.get("member"), fact["since"], fact.get("item", 1)


def told(office: Outside, name: str, parts: list[list[Line]]) -> Any:
    """What a case of these statements comes to, its facts told by what they are and not by their keys."""
    story = Story(office, name, TWO, [])
    case = story.to("IssueReport")
    for part in parts:
        office.tell("StateFacts", "handler", case, facts=part)
    answer = office.say(office.line("Assess", "handler", case))
    office.tell("Withdraw", "window", case)
    if answer["status"] == "refused":
        return [(one["code"], one["params"]) for one in answer["reasons"]]
    explained = office.json("case", "explain", case)
    names = {
        one["key"]: str({key: at for key, at in one.items() if key != "key"}) for one in explained["facts"]
    }
    lines = [
        {**line, "facts": sorted(names[key] for key in line.get("facts", ()))} for line in explained["lines"]
    ]
    whole = {key: value for key, value in explained.items() if key not in ("facts", "lines")}
    return whole, lines, sorted(names.values())


@pytest.fixture
def office(tmp_path: Path) -> Outside:
    office = Outside(tmp_path / "office")
    for name, value in (("uplift_C01", "100.00"), ("presumed_minimum", "300.00"), ("work_cost_cap", "50.00")):
        given = {"division": COUNTY, "name": name, "value": value, "since": "2020-01-01", "document": "order"}
        office.tell("SetParameter", "admin", **given)
    return office


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), stated=facts())
def test_facts_in_any_order(office: Outside, data: st.DataObject, stated: list[Line]) -> None:
    head = office.head()
    shuffled = data.draw(st.permutations(stated))
    cut = data.draw(st.integers(0, len(stated)))
    parts = [part for part in (shuffled[:cut], shuffled[cut:]) if part]
    assert told(office, f"a{head}", [stated]) == told(office, f"b{head}", parts)
