"""Figures of cases that lived through commands: a month's list, a change of area, an exit, arrears, a held line."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.case.award import MonthDrawn
from tests.adapters.told import Told
from tests.harness import COUNTY, person
from tests.workflows.awards import living, plain
from tests.workflows.test_pay import close, draw


class Lived:
    """`a`: three persons, 400.00; `b`: one, 600.00; `c`: one of 74, 600.00, on hold when June is drawn."""

    def __init__(self, told: Told) -> None:
        self.told = told
        office = told.office
        self.a = plain(office)
        self.b = living(office, [person("m1", "1980-01-01", 21)], [], accepted="2025-04-03")
        self.c = living(office, [person("m1", "1951-01-01", 32)], [], accepted="2025-04-03")
        draw(office, "2025-05-06")
        for area in ("rural", "urban"):
            close(office, area=area)
        office.do("ChangeArea", "decider", self.a, on="2025-05-20", area="urban", words="户口转为城镇")
        office.do(
            "ReportChange", "window", self.b, on="2025-05-21", kind="own_request", happened="2025-05-21"
        )
        office.do("ProposeChange", "handler", self.b, on="2025-05-21", effect="stop", code="S06")
        office.do("DecideChange", "decider", self.b, on="2025-05-22")
        office.do("SetHold", "county", self.c, on="2025-05-28", ground="account", until="2025-07-31")
        draw(office, "2025-06-05", month="2025-06")
        for area in ("urban", "rural"):
            close(office, month="2025-06", area=area)

    def stats(self, month: str, division: str = COUNTY, *more: str) -> dict[str, dict[str, Any]]:
        said = self.told.ask("stats", "--division", division, "--month", month, "--format", "json", *more)
        assert said.code == 0, said.err
        return {row["measure"]: row for row in said.json["rows"]}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    told = Told(tmp_path_factory.mktemp("lived"), today="2025-03-03")
    yield Lived(told)
    told.office.doudi.close()


def flows(found: dict[str, dict[str, Any]], area: str) -> dict[str, int]:
    return {
        name: row[area]
        for name, row in found.items()
        if name.endswith("_persons") and row[area] and not name.startswith(("reported", "last", "balance"))
    }


def test_the_first_list_is_new(lived: Lived) -> None:
    may = lived.stats("2025-05")
    assert [may[name]["rural"] for name in ("households", "persons", "paid")] == [3, 5, 160_000]
    assert may["average_supplement"]["rural"] == "32000"
    assert flows(may, "rural") == {"new_persons": 5}
    assert (may["elderly_70"]["rural"], may["women"]["rural"]) == (1, 2)


def test_who_changed_area_is_no_exit_and_who_stopped_is(lived: Lived) -> None:
    june = lived.stats("2025-06")
    assert flows(june, "rural") == {"exits_persons": 1, "area_out_persons": 3}
    assert flows(june, "urban") == {"area_in_persons": 3}
    assert flows(june, "all") == {"exits_persons": 1}
    assert june["exits_households.S06"]["all"] == 1
    assert [june["balance_persons"][area] for area in ("urban", "rural", "all")] == [0, 0, 0]


def test_a_held_line_counts(lived: Lived) -> None:
    june = lived.stats("2025-06")
    assert (june["held_households"]["rural"], june["persons"]["rural"], june["paid"]["rural"]) == (
        1,
        1,
        60_000,
    )


def test_steps_are_counted_in_their_months(lived: Lived) -> None:
    assert lived.stats("2025-03")["steps.applications"]["all"] == 1
    april = lived.stats("2025-04")
    assert (april["steps.applications"]["all"], april["steps.confirmed"]["all"]) == (2, 3)
    assert april["steps.opinions.yes"]["all"] == 2
    assert lived.stats("2025-05")["steps.changes_decided.stop"]["all"] == 1


def test_the_sum_of_what_was_drawn_is_the_statistics(lived: Lived) -> None:
    office = lived.told.office
    drawn = [
        event
        for case in (lived.a, lived.b, lived.c)
        for event in office.events(case)
        if isinstance(event, MonthDrawn)
    ]
    june = lived.stats("2025-06")
    assert june["paid_to_date"]["all"] == sum(line.amount for line in drawn) == 260_000
    assert june["person_times_to_date"]["all"] == sum(len(line.shares) for line in drawn) == 9
    for area in ("urban", "rural"):
        assert june["paid_to_date"][area] == sum(line.amount for line in drawn if line.area == area)
    parts = [lived.stats("2025-06", division) for division in ("110199001", "110199002")]
    assert june["paid_to_date"]["all"] == sum(part["paid_to_date"]["all"] for part in parts)


def test_as_it_was_known_before_the_second_list(lived: Lived) -> None:
    known = lived.stats("2025-06", COUNTY, "--known-at", "2025-06-04")
    assert (known["households"]["all"], known["paid_to_date"]["all"]) == (0, 160_000)


def test_the_register_says_who_receives_on_a_day(lived: Lived) -> None:
    asked = ("register", "--division", COUNTY, "--format", "json", "--as-of")
    may, june = (lived.told.ask(*asked, day).json for day in ("2025-05-31", "2025-06-01"))
    assert [(row["case"], row["area"]) for row in may["rows"]] == [
        (lived.a, "rural"),
        (lived.b, "rural"),
        (lived.c, "rural"),
    ]
    assert [(row["case"], row["area"], row["held"]) for row in june["rows"]] == [
        (lived.a, "urban", False),
        (lived.c, "rural", True),
    ]
    assert (june["summary"]["amount"], june["summary"]["elderly_70"]) == (100_000, 1)


def test_the_county_table_holds(lived: Lived) -> None:
    said = lived.told.ask(
        *("stats", "--division", COUNTY, "--month", "2025-06", "--table", "T2", "--format", "json")
    )
    assert [check for check in said.json["checks"] if not check["holds"]] == []
    assert said.json["rows"][-1]["to_date_total"] == 260_000


def test_what_stands_is_what_a_rebuild_gives(lived: Lived) -> None:
    projector = lived.told.office.doudi.projector
    projector.catch_up()
    assert projector.verify("statistics") == projector.verify("register") == []
