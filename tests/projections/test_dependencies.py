"""What decisions stand on, and what a fact or parameter touches."""

from collections.abc import Iterator

import pytest

from domain.explain import Explanation
from projections.base import Rows
from projections.dependencies import explained, of_case, reference, touched_by
from projections.persons import person as known
from tests.harness import COUNTY, V1, V2, TrialOffice
from tests.harness import person as entry
from tests.whole import case_numbers
from tests.workflows import awards, stages


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialOffice]:
    office = TrialOffice(tmp_path_factory.mktemp("stands"))
    awards.plain(office)
    stages.confirmed(office, 5)
    office.set_policy(standard=70_000)
    stages.assessed(office, 6, division=V2)
    office.doudi.projector.catch_up()
    yield office
    office.doudi.close()


@pytest.fixture
def rows(office: TrialOffice) -> Rows:
    return office.doudi.projector.rows("dependencies")


def decisions(office: TrialOffice) -> dict[tuple[str, int], Explanation]:
    return {
        (number, version): explanation
        for number in case_numbers(office)
        for version, event in enumerate(office.events(number), 1)
        if (explanation := explained(event)) is not None
    }


def test_each_decision_with_the_facts_and_parameters_it_read(office: TrialOffice, rows: Rows) -> None:
    stands = {
        (one.case, one.version): one for number in case_numbers(office) for one in of_case(rows, number)
    }
    told = decisions(office)
    assert stands.keys() == told.keys()
    assert len(told) == 5
    for key, explanation in told.items():
        one = stands[key]
        assert one.facts == tuple(fact.key for fact in explanation.facts)
        assert one.parameters == tuple(sorted(reference(read) for read in explanation.parameters))
        assert (one.month, one.result) == (explanation.month, explanation.result)


def test_decisions_are_counted_within_their_case(office: TrialOffice, rows: Rows) -> None:
    first = case_numbers(office)[0]
    assert [(one.ordinal, one.type) for one in of_case(rows, first)] == [(1, "Assessed"), (2, "Confirmed")]


def test_a_parameter_touches_those_that_read_that_setting_of_it(office: TrialOffice, rows: Rows) -> None:
    for ref in (f"policy:{COUNTY}/dibao#1", f"policy:{COUNTY}/dibao#2", "default:income_months"):
        due = {
            key
            for key, explanation in decisions(office).items()
            if ref in map(reference, explanation.parameters)
        }
        assert {(one.case, one.version) for one in touched_by(rows, ref=ref)} == due
        assert due
    assert touched_by(rows, ref="policy:nowhere") == []


def test_by_name_whatever_its_value_from_a_month_on_in_a_division(office: TrialOffice, rows: Rows) -> None:
    everybody = touched_by(rows, name="standard")
    assert len(everybody) == 5
    assert {one.month for one in everybody} == {"2025-04", "2025-05", "2025-06"}
    assert {one.month for one in touched_by(rows, name="standard", since="2025-06")} == {"2025-06"}
    assert {one.division for one in touched_by(rows, name="standard", division=V2)} == {V2}
    assert len(touched_by(rows, name="standard", division=V1)) == 4
    assert touched_by(rows, name="uplift_C01") == []


def test_a_fact_touches_the_decisions_of_its_case_that_read_it(office: TrialOffice, rows: Rows) -> None:
    first, second, _ = case_numbers(office)
    assert [one.case for one in touched_by(rows, case=first, fact="f1")] == [first, first]
    assert [one.case for one in touched_by(rows, case=second, fact="f1")] == [second, second]
    assert touched_by(rows, case=first, fact="f99") == []


def test_it_must_be_asked_for_something(rows: Rows) -> None:
    with pytest.raises(TypeError):
        touched_by(rows, case="11019920250000017")


def test_few_sets_of_parameters_are_kept(rows: Rows) -> None:
    sets = {row["parameters"] for row in rows.select("dependencies_parameter")}
    assert len(sets) == 3


def test_persons_know_every_case_that_ever_claimed_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    office = TrialOffice(tmp_path_factory.mktemp("persons"))
    first = office.enter([entry("m1", "1970-01-01", 31)], on="2025-03-03")
    office.do("Withdraw", "window", first, on="2025-03-04")
    second = office.enter([entry("m1", "1970-01-01", 31)], on="2025-03-05")
    office.doudi.projector.catch_up()
    rows = office.doudi.projector.rows("persons")
    ref = office.case(first).members["m1"].person  # type: ignore[index]
    found = known(rows, ref)
    assert found is not None
    assert (found.cases, found.name, found.numbered, found.died) == ((first, second), "张*", True, None)
    open_claims = [row["case_no"] for row in rows.select("persons_claim", person=ref) if row["open"]]
    assert open_claims == [second]
    assert office.doudi.projector.verify("persons") == []
    assert known(rows, "p-nobody") is None
    office.doudi.close()
