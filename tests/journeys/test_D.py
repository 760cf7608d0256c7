"""D: a year of report D's office, played through commands, gives its printed figures (issue: what it must show, 2)."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.bootstrap import open_doudi
from adapters.report.compare import Comparison, compare
from adapters.report.counted import counted
from adapters.report.grammar import of_report, shipped_figures
from adapters.simulate.play import play
from adapters.simulate.solve import solve

YEAR = 2025
Counted = dict[Any, Any]


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.soak)])
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    url = f"sqlite:///{tmp_path_factory.mktemp('D') / 'office.sqlite'}"
    play(solve(shipped_figures(), "D", YEAR, request.param), url)
    doudi = open_doudi(url)
    doudi.projector.catch_up()
    yield counted(doudi.projector.rows("statistics"), "dibao", "", YEAR)
    doudi.close()


def compared(year: Counted) -> Comparison:
    return compare(of_report(shipped_figures(), "D"), year)


def test_D_urban(year: Counted) -> None:
    def of(measure: str, period: str) -> Any:
        return year["dibao", "urban", measure, period]

    assert (of("households", "M12"), of("persons", "M12")) == (3229, 5155)
    assert abs(of("paid", "M12") - 166_580_000) <= 5_000
    assert round(of("average_supplement", "M12")) == 32_313
    assert of("person_times", "M1-M12") == 65_372
    assert abs(of("paid", "M1-M12") - 2_100_450_000) <= 5_000
    assert round(of("average_supplement", "M1-M12") / 100) == 321
    assert (of("exits_households", "M1-M12"), of("exits_persons", "M1-M12")) == (195, 619)


def test_D_rural(year: Counted) -> None:
    def of(measure: str, period: str) -> Any:
        return year["dibao", "rural", measure, period]

    assert (of("households", "M12"), of("persons", "M12")) == (897, 1330)
    assert abs(of("paid", "M12") - 27_330_000) <= 5_000
    assert of("person_times", "M1-M12") == 16_582
    assert abs(of("paid", "M1-M12") - 325_000_000) <= 500_000
    assert round(of("average_supplement", "M1-M12") / 100) == 196
    assert (of("exits_households", "M1-M12"), of("exits_persons", "M1-M12")) == (60, 105)


def test_D_every_printed_figure_is_met_but_the_one_that_gives_way(year: Counted) -> None:
    found = compared(year)
    assert not found.differs
    own = [row for row in found.rows if row.figure.programme == "dibao"]
    assert {row.verdict for row in own} == {"meets", "contradictory"}
    (gives_way,) = {one.gives_way.key for one in found.contradictions}
    assert gives_way == ("dibao", "rural", "average_supplement", "M12")
    assert {row.verdict for row in found.rows if row.figure.programme != "dibao"} == {"not_yet_counted"}
