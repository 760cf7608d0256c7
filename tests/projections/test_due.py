"""The projection of due deadlines follows each case's own deadlines, live and rebuilt."""

from datetime import date
from pathlib import Path

from tests.harness import TrialOffice, person
from workflows.decide.deadlines import open_steps


def told(office: TrialOffice, case: str) -> dict[str, tuple[object, ...]]:
    office.doudi.projector.catch_up()
    return {
        row["key"]: (row["due"], row["warn"], row["timer"], row["provisional"])
        for row in office.doudi.projector.rows("due").select("due", case_no=case)
    }


def stands(office: TrialOffice, case: str) -> dict[str, tuple[object, ...]]:
    return {
        key: (one.due, one.warn, one.kind == "timer", one.provisional)
        for key, one in office.case(case).deadlines.items()
    }


def nexts(office: TrialOffice, case: str) -> dict[str, date | None]:
    office.doudi.projector.catch_up()
    return {row["key"]: row["next"] for row in office.doudi.projector.rows("due").select("due", case_no=case)}


def test_it_holds_what_stands_in_the_case_at_each_step(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = office.enter([person("m1", "1980-01-01", 1)], on="2025-03-03")
    assert told(office, case) == stands(office, case)
    office.do("Consent", "window", case, member="m1", until="2035-12-31")
    office.do("Accept", "window", case)
    assert told(office, case) == stands(office, case)
    assert len(told(office, case)) >= 3
    office.do("Extend", "handler", case, ground="hard_survey")
    assert told(office, case) == stands(office, case)
    office.do("Withdraw", "window", case)
    assert told(office, case) == stands(office, case)


def test_next_is_never_later_than_the_first_open_step(tmp_path: Path) -> None:
    """Else the deadline process would not see it."""
    office = TrialOffice(tmp_path)
    case = office.accepted([person("m1", "1980-01-01", 1)], on="2025-03-03")
    for day in range(3, 29):
        calendar = office.doudi.office.world.calendar()
        state = office.case(case)
        for key, coming in nexts(office, case).items():
            steps = open_steps(state.deadlines[key], state.steps, calendar)
            if steps:
                assert coming is not None
                assert coming <= min(when for _, when in steps)
            else:
                assert coming is None
        today = f"2025-03-{day:02d}"
        office.clock(today)
        office.do("Tick", "admin", until=today)


def test_a_deadline_is_of_its_cases_division_and_owner(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = office.accepted([person("m1", "1980-01-01", 1)], on="2025-03-03")
    office.doudi.projector.catch_up()
    row = office.doudi.projector.rows("due").get("due", (case, "survey/start"))
    assert row is not None
    assert (row["division"], row["owner"]) == ("110199001001", "surveyor")


def test_rebuilt_it_is_the_same(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = office.accepted([person("m1", "1980-01-01", 1)], on="2025-03-03")
    office.clock("2025-03-10")
    office.do("Tick", "admin", until="2025-03-10")
    office.doudi.projector.catch_up()
    assert office.doudi.projector.verify("due") == []
    before = list(office.doudi.projector.rows("due").select("due"))
    assert {row["case_no"] for row in before} == {case}
    office.doudi.projector.rebuild("due")
    assert list(office.doudi.projector.rows("due").select("due")) == before


def test_the_process_and_the_readers_share_one_table(tmp_path: Path) -> None:
    """Two projectors on one store: each sees what the other brought to the head."""
    office = TrialOffice(tmp_path)
    first = office.accepted([person("m1", "1980-01-01", 1)], on="2025-03-03")
    assert told(office, first) == stands(office, first)
    office.do("Tick", "admin", until="2025-03-03")
    second = office.accepted([person("m1", "1990-01-01", 3)], on="2025-03-03")
    office.clock("2025-03-07")
    office.do("Tick", "admin", until="2025-03-07")
    assert told(office, second) == stands(office, second)
    assert office.doudi.projector.verify("due") == []
