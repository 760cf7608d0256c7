"""The case file: where each case stands, each event a line; what is personal is masked."""

from collections.abc import Iterator
from datetime import date

import pytest

from domain.days import add_month
from projections.timeline import Found, cases, entries, masked
from tests.harness import T1, T2, V1, V2, TrialOffice, person
from tests.whole import case_numbers
from tests.workflows import awards, stages
from workflows.world import case_stream


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialOffice]:
    """One award with a death in it, one posted, one withdrawn, one lapsed, one refused, one just entered."""
    office = TrialOffice(tmp_path_factory.mktemp("files"))
    living = awards.plain(office)
    stages.posted(office, 5)
    withdrawn = stages.posted(office, 6, on="2025-05-13")
    office.do("Withdraw", "window", withdrawn, on="2025-05-14")
    refused = stages.negative(office, 7)
    office.do("Forward", "handler", refused, on="2025-05-14")
    office.do("SignHand", "chief", refused, on="2025-05-15")
    office.do("Refuse", "decider", refused, on="2025-05-16", grounds=["R01"], words="收入高于标准")
    office.do("RecordDeath", "handler", living, on="2025-05-20", member="m2", died="2025-05-18", source="V01")
    office.do("ChangeHead", "handler", living, on="2025-05-21", head="m3")
    late = office.enter([person("m1", "1970-01-01", 77)], on="2025-05-21")
    office.do("SayMissing", "window", late, on="2025-05-21", items=["hukou"])
    awards.tick(office, "2025-07-31")
    office.enter([person("m1", "1970-01-01", 78)], on="2025-07-31", division=V2)
    office.doudi.projector.catch_up()
    yield office
    office.doudi.close()


def found(office: TrialOffice, **asked: str) -> list[Found]:
    return cases(office.doudi.projector.rows("timeline"), **asked)  # type: ignore[arg-type]


def test_a_file_says_what_the_cases_own_state_says(office: TrialOffice) -> None:
    numbers = case_numbers(office)
    listed = {one.case: one for one in found(office)}
    assert list(listed) == numbers
    assert len(numbers) == 6
    for number in numbers:
        case, one = office.case(number), listed[number]
        assert {key: (life.life, life.state, life.since.isoformat()) for key, life in case.lives.items()} == (
            one.lives
        )
        assert (one.programme, one.area, one.division) == (case.programme, case.area, case.division)
        assert (one.entered, one.ended, one.ended_code) == (case.entered, case.ended, case.ended_code)
        assert one.head == case.members[case.head].name.masked()
        here = [member for member in case.members.values() if member.left is None]
        assert (one.members, one.household) == (len(here), case.household)
        assert one.version == len(office.events(number))
        if case.award is not None:
            last = case.award.terms[-1]
            assert (one.amount, one.from_month) == (last.amount, last.from_month)
            assert one.until_month == (add_month(case.award.ends, -1) if case.award.ends else None)


def test_the_ends_of_cases_are_named(office: TrialOffice) -> None:
    assert [one.ended_code for one in found(office)] == [None, None, "E05", "R01", "E04", None]


def test_by_division_by_state_by_household(office: TrialOffice) -> None:
    everything = found(office)
    assert [one.case for one in found(office, state="posted", life="application")] == [everything[1].case]
    assert [one.case for one in found(office, life="award")] == [everything[0].case]
    assert found(office, state="posted", life="award") == []
    assert len(found(office, division=V1)) == 5
    assert len(found(office, division=T1)) == 6
    assert found(office, division=T2) == []
    assert found(office, household=everything[0].household) == [everything[0]]
    rows = office.doudi.projector.rows("timeline")
    assert [one.division for one in cases(rows, in_scope=lambda division: division == V2)] == [V2]


def test_each_event_is_a_line_in_order(office: TrialOffice) -> None:
    number = case_numbers(office)[0]
    seen = office.store.load(case_stream(number))
    lines = entries(seen)
    assert [line.version for line in lines] == list(range(1, len(seen) + 1))
    assert [(line.on, line.actor, line.type) for line in lines] == [
        (one.event.on, one.actor, type(one.event).__name__) for one in seen
    ]
    assert {moved.instance for line in lines for moved in line.moved} == set(office.case(number).lives)


def test_masked_shows_no_name_number_or_words(office: TrialOffice) -> None:
    for number in case_numbers(office):
        for event in office.events(number):
            shown = str(masked(event))
            hidden = [
                text
                for member in office.case(number).members.values()
                for text in (member.name.text, member.number.text if member.number else "")
                if text and text in shown
            ]
            assert hidden == []
            assert "收入高于标准" not in shown


def test_masked_keeps_fen_days_and_codes() -> None:
    assert masked((date(2025, 5, 6), 90_000, "R01", None)) == ("2025-05-06", 90_000, "R01", None)


def test_live_and_rebuilt_are_the_same(office: TrialOffice) -> None:
    assert office.doudi.projector.verify("timeline") == []
    assert office.doudi.projector.verify("persons") == []
