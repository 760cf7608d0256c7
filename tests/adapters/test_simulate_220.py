"""A place whose applications go the way of the rules of 2012: the same figures, every case reviewed, posted twice."""

from collections import Counter
from pathlib import Path

from adapters.bootstrap import open_doudi
from adapters.report.counted import counted as counted_from_events
from adapters.simulate.books import counted
from adapters.simulate.play import play
from domain.case import Case
from domain.case.decision import CountyVisitDue
from domain.case.intake import ApplicationEntered
from domain.ids import CaseNo
from tests.adapters.test_simulate_play import STATES, YEAR, plan_of
from workflows.definition import OLD_LAW


def test_the_rules_of_2012_give_the_same_figures(tmp_path: Path) -> None:
    plan = plan_of(1)
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    play(plan, url, law=OLD_LAW)
    doudi = open_doudi(url)
    doudi.projector.catch_up()
    found, wanted = (
        counted_from_events(doudi.projector.rows("statistics"), "dibao", "", YEAR),
        counted(plan),
    )
    shared = wanted.keys() & found.keys()
    assert len(shared) > 500
    assert {key: found[key] for key in shared} == {key: wanted[key] for key in shared}
    log = doudi.store.page(0, 10**6)
    entered = [CaseNo(one.event.number) for one in log if isinstance(one.event, ApplicationEntered)]
    cases: list[Case] = [case for one in entered if (case := doudi.office.world.case(one)) is not None]
    assert {case.lives["application"].life for case in cases} == {"application@220"}  # type: ignore[index]
    confirmed = [case for case in cases if case.state("application") == "confirmed"]
    assert all(case.meetings and len(case.publicities) == 2 for case in confirmed)
    drawn = sum(isinstance(one.event, CountyVisitDue) for one in log)
    assert 0.1 < drawn / len(confirmed) < 0.6
    ends = Counter(case.state("application") for case in cases if not case.award)
    assert set(ends) == {STATES[story.kind] for story in plan.stories}
    doudi.close()
