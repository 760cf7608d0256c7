"""A planned place played through commands: its figures come out, every day again the same."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.bootstrap import Doudi, open_doudi
from adapters.cli.main import main
from adapters.report.counted import counted as counted_from_events
from adapters.report.grammar import COLUMNS, read_figures
from adapters.simulate.books import counted
from adapters.simulate.plan import Plan
from adapters.simulate.play import Broken, Played, play, shipped_days
from adapters.simulate.solve import solve
from domain.calendar import Calendar
from domain.case import Case
from domain.case.change import DeadlineEscalated, ReviewConcluded
from domain.case.intake import ApplicationEntered
from domain.event import CaseEvent
from domain.ids import CaseNo
from workflows.ports import Recorded

YEAR = 2025
ROWS = """
X,dibao,urban,households,M12,26,household,1
X,dibao,urban,persons,M12,45,person,1
X,dibao,urban,average_supplement,M12,323,yuan/person,1
X,dibao,urban,person_times,M1-M12,545,person-time,1
X,dibao,urban,exits_households,M1-M12,14,household,1
X,dibao,urban,exits_persons,M1-M12,30,person,1
X,dibao,rural,households,M12,14,household,1
X,dibao,rural,persons,M12,22,person,1
X,dibao,rural,average_supplement,M12,199,yuan/person,1
X,dibao,rural,exits_households,M1-M12,6,household,1
X,dibao,rural,exits_persons,M1-M12,10,person,1
"""
FIGURES = "\n".join([",".join(COLUMNS), *ROWS.split()])
STATES = {
    "negative_opinion": "refused",
    "refused_by_county": "refused",
    "objection_upheld": "refused",
    "withdrawn": "withdrawn",
    "lapsed": "lapsed",
    "terminated": "terminated",
    "not_accepted": "not_accepted",
}


def plan_of(seed: int) -> Plan:
    return solve(read_figures(FIGURES.splitlines()), "X", YEAR, seed)


class Place:
    """A plan and the store it was played on."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.plan = plan_of(seed)
        self.url = f"sqlite:///{folder / f'{seed}.sqlite'}"
        self.parts: list[float] = []
        self.played: Played = play(self.plan, self.url, self.parts.append)
        self.doudi: Doudi = open_doudi(self.url)

    def log(self) -> list[Recorded]:
        return self.doudi.store.page(0, 10**6)

    def cases(self) -> list[Case]:
        world = self.doudi.office.world
        numbers = [
            CaseNo(one.event.number) for one in self.log() if isinstance(one.event, ApplicationEntered)
        ]
        return [case for number in numbers if (case := world.case(number)) is not None]

    def counted(self) -> dict[Any, Any]:
        self.doudi.projector.catch_up()
        return counted_from_events(self.doudi.projector.rows("statistics"), "dibao", "", YEAR)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("place"), 1)
    yield made
    made.doudi.close()


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("other"), 2)
    yield made
    made.doudi.close()


def digest_of(doudi: Doudi) -> str:
    rows = doudi.store.database.connection.execute("SELECT * FROM events ORDER BY position")
    return sha256(repr(list(rows)).encode()).hexdigest()


def test_every_month_of_the_books_is_counted_from_the_events(place: Place) -> None:
    """All of the plan's own books, not only what the report prints."""
    found, wanted = place.counted(), counted(place.plan)
    shared = wanted.keys() & found.keys()
    assert len(shared) > 500
    assert {key: found[key] for key in shared} == {key: wanted[key] for key in shared}
    assert {measure for _, _, measure, _ in shared} >= {"households", "persons", "paid", "exits_households"}


def test_another_seed_is_another_place_with_the_same_figures(place: Place, other: Place) -> None:
    assert digest_of(place.doudi) != digest_of(other.doudi)
    names = [
        {member.name for case in each.cases() for member in case.members.values()} for each in (place, other)
    ]
    assert names[0] != names[1]
    mine, yours = place.counted(), other.counted()
    for row in ROWS.split():
        _, programme, area, measure, period, value, _, step = row.split(",")
        for each in (mine, yours):
            exact = each[programme, area, measure, period] / (100 if measure == "average_supplement" else 1)
            assert abs(exact - int(value)) <= int(step), row


def test_the_same_seed_gives_the_same_events_byte_for_byte(place: Place, tmp_path: Path) -> None:
    """In another process, with another order of hashes."""
    file = tmp_path / "figures.csv"
    file.write_text(FIGURES, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'again.sqlite'}"
    said = subprocess.run(
        [
            *(sys.executable, "-m", "adapters.cli", "--store", url, "--lang", "en", "--format", "json"),
            "simulate",
            *("--figures", str(file), "--report", "X", "--year", str(YEAR), "--seed", "1"),
        ],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    row = json.loads(said.stdout)["rows"][0]
    told = said.stderr.splitlines()
    assert told[0].startswith(f"playing {YEAR}")
    assert told[1].startswith(f"{YEAR} is played: {row['cases']} cases, ")
    assert (row["events"], row["commands"], row["cases"]) == (
        place.played.events,
        place.played.commands,
        place.played.cases,
    )
    again = open_doudi(url)
    assert digest_of(again) == digest_of(place.doudi)
    again.close()


def test_everybody_works_on_working_days_and_within_due_days(place: Place) -> None:
    calendar: Calendar = shipped_days().calendar
    office = {"clock", "admin", "given"}
    for one in place.log():
        assert not isinstance(one.event, DeadlineEscalated), (one.command, one.event)
        if one.actor not in office and isinstance(one.event, CaseEvent):
            assert calendar.is_working(one.event.on), (one.command, one.event.on)


def test_the_store_stands_at_the_years_last_day(place: Place) -> None:
    assert place.doudi.store.clock.now().date().isoformat() == f"{YEAR}-12-31"
    assert place.doudi.store.trial
    assert place.parts[-1] >= 1
    assert place.parts == sorted(place.parts)


def test_households_live_as_planned(place: Place) -> None:
    lives = Counter(case.state("award") for case in place.cases())
    planned = Counter("living" if one.last_month is None else "ended" for one in place.plan.households)
    assert {state: lives[state] for state in ("living", "ended")} == planned
    codes = Counter(case.award.end_code for case in place.cases() if case.award and case.award.ends)
    assert codes == Counter(one.stop.code for one in place.plan.households if one.stop)


def test_reviews_end_as_planned(place: Place) -> None:
    outcomes = Counter(one.event.outcome for one in place.log() if isinstance(one.event, ReviewConcluded))
    assert outcomes == Counter(review.outcome for one in place.plan.households for review in one.reviews)


def test_each_story_ends_in_its_way(place: Place) -> None:
    ended = Counter(case.state("application") for case in place.cases())
    ended.pop("confirmed")
    assert ended == Counter(STATES[one.kind] for one in place.plan.stories)


def test_what_was_drawn_in_the_december_before_is_not_new(place: Place) -> None:
    listed = [case for case in place.cases() if f"{YEAR - 1}-12" in case.drawn]
    assert len(listed) == sum(book[0].households for book in place.plan.books.values())


def test_a_store_that_holds_events_is_refused(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    head = place.doudi.store.head()
    with pytest.raises(SystemExit) as ended:
        main(["--store", place.url, "--lang", "en", "simulate", "--report", "D", "--year", "2025"])
    assert ended.value.code == 1
    assert place.url in capsys.readouterr().err
    assert place.doudi.store.head() == head


def test_a_year_without_calendars_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'none.sqlite'}"
    with pytest.raises(SystemExit) as ended:
        main(["--store", url, "--lang", "en", "simulate", "--report", "D", "--year", "2005"])
    assert ended.value.code == 1
    assert "2006" in capsys.readouterr().err
    assert not (tmp_path / "none.sqlite").exists()


def test_the_report_is_compared_on_what_was_played(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(FIGURES, encoding="utf-8")
    asked = ["report", "compare", "--figures", str(file), "--report", "X"]
    main(["--store", place.url, "--format", "json", *asked])
    rows = json.loads(capsys.readouterr().out)["rows"]
    keys = [",".join(row.split(",")[1:5]) for row in ROWS.split()]
    assert [f"{row['programme']},{row['area']},{row['measure']},{row['period']}" for row in rows] == keys
    assert {row["verdict"] for row in rows} == {"meets"}
    assert all(abs(Fraction(row["counted"]) - Fraction(row["printed"])) < Fraction(1, 2) for row in rows)
    main(["--store", place.url, "--lang", "en", *asked])
    assert capsys.readouterr().out.splitlines()[-1] == f"meets {len(keys)}"


def test_a_plan_that_the_office_refuses_is_named(tmp_path: Path) -> None:
    """A plan against the rules: under a standard of one yuan nobody has less."""
    plan = plan_of(1)
    wrong = replace(plan, standards=tuple(replace(one, amount=100) for one in plan.standards))
    with pytest.raises(Broken) as broken:
        play(wrong, f"sqlite:///{tmp_path / 'broken.sqlite'}")
    assert broken.value.code == "simulate.broken"
    assert broken.value.params["codes"]
    assert broken.value.params["command"] in ("GiveOpinion", "Confirm", "Assess")
