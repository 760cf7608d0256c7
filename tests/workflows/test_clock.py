from pathlib import Path

import pytest

from adapters.bootstrap import begin
from adapters.store.store import EventStore
from domain.days import CHINA
from domain.office import ClockSet
from tests.harness import TrialOffice, at, person
from workflows.ports import Commit

ADMIN = "admin"


def test_a_trials_clock_goes_where_it_is_set_with_its_event(office: TrialOffice) -> None:
    answer = office.quiet("SetClock", ADMIN, to="2025-06-01")
    assert answer.data["now"] == "2025-06-01T09:00:00+08:00"
    assert office.store.clock.now() == at("2025-06-01")
    assert [kind for _, _, kind in answer.events] == ["ClockSet"]
    office.do("SetClock", ADMIN, to="2025-06-01T15:30:00+00:00")
    assert office.store.clock.now() == at("2025-06-01T23:30")
    assert office.store.clock.now().tzinfo == CHINA


def test_setting_it_back_moves_today_and_leaves_what_was_recorded_and_seen(office: TrialOffice) -> None:
    office.do("SetClock", ADMIN, to="2025-06-01")
    office.do("Tick", ADMIN, until="2025-06-01")
    recorded = office.store.last_recorded_at()
    office.do("SetClock", ADMIN, to="2025-04-01")
    case = office.enter([person("m1", "1980-01-01", 1)])
    assert office.case(case).entered == at("2025-04-01").date()
    assert office.store.last_recorded_at() == recorded
    assert office.doudi.office.world.seen_until() == at("2025-06-01").date()
    assert office.refused("Tick", ADMIN, until="2025-04-02") == ["tick-later"]
    office.do("Tick", ADMIN, until="2025-04-01")
    assert office.doudi.office.world.seen_until() == at("2025-06-01").date()


def test_setting_it_forward_fires_nothing(office: TrialOffice) -> None:
    case = office.enter([person("m1", "1980-01-01", 1)])
    before = office.events(case)
    office.do("SetClock", ADMIN, to="2025-12-01")
    assert office.events(case) == before


def test_a_clock_is_refused(office: TrialOffice, tmp_path: Path) -> None:
    assert office.refused("SetClock", ADMIN, to="2025-13-01") == ["day-not-a-day"]
    assert office.refused("SetClock", ADMIN, to="2025-06-01T09:00:00") == ["instant-without-zone"]
    assert office.refused("SetClock", "payer", to="2025-06-01") == ["out-of-scope"]
    real = begin(f"sqlite:///{tmp_path / 'real.sqlite'}")
    head = real.store.head()
    line = {"id": "c", "type": "SetClock", "actor": ADMIN, "data": {"to": "2025-06-01"}}
    assert [reason.code for reason in real.office.take(line).reasons] == ["clock-real"]
    assert real.store.head() == head


def test_a_clock_whose_event_is_not_written_stays(
    office: TrialOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = EventStore.write

    def lost(store: EventStore, commit: Commit) -> int:
        writes(store, commit)
        raise OSError("no space left")

    monkeypatch.setattr(EventStore, "write", lost)
    with pytest.raises(OSError, match="space"):
        office.say("SetClock", ADMIN, to="2025-06-01")
    monkeypatch.undo()
    assert office.store.clock.now() == at("2025-03-03")
    assert not [r for r in office.store.page(0, 10_000) if isinstance(r.event, ClockSet)]


@pytest.mark.parametrize("to", ["0001-01-01", "1999-12-31", "9999-12-31", "0001-01-01T00:00:00+14:00"])
def test_a_trial_never_goes_where_nobody_holds_a_desk(office: TrialOffice, to: str) -> None:
    [code] = office.refused("SetClock", "admin", to=to)
    assert code in ("clock-out-of-range", "instant-not-an-instant")
