"""SE-1: once a case moved to another township, those of the old one see nothing more of it, by whatever door."""

from typing import Any

from domain.ids import make_case_no
from tests.cases.late import pay
from tests.cases.stories import Story, nothing, single
from tests.harness import COUNTY, T1, T2
from tests.journeys.lives import Outside

V21 = "110199002001"
READS = (
    ("case", "show"),
    ("case", "explain"),
    ("case", "replay"),
    ("case", "late"),
    ("case", "findings"),
)


def listed(office: Outside, actor: str, *call: str) -> Any:
    return office.json(*call, actor=actor)["rows"]


def test_SE_1(office: Outside) -> None:
    case = Story(office, "se1", single(11), [nothing("m1")], accepted="2025-03-06").whole()
    pay(office, "2025-05")
    office.run("case", "show", case, actor="handler")
    office.clock("2025-05-09")
    office.tell("HandOver", "handler", case, to=T2)
    assert office.run("letter", case, "L20", actor="window-t2").out
    assert [one["deadline"] for one in listed(office, "window-t2", "worklist")] == ["move.1/receive"]
    office.clock("2025-05-10")
    office.tell("ReceiveMove", "window-t2", case, division=V21)
    office.clock("2025-05-11")

    nobodys = make_case_no(COUNTY, 2025, 999_999)
    for read in READS:
        refused, unknown = (office.run(*read, one, code=1, actor="handler") for one in (case, nobodys))
        assert (refused.out, refused.err) == (unknown.out, unknown.err)
    refused, unknown = (office.run("letter", one, "L08", code=1, actor="handler") for one in (case, nobodys))
    assert (refused.out, refused.err) == (unknown.out, unknown.err)
    assert office.refused("ChangeHead", "window", case, head="m1") == ["case-unknown"]
    numbers = [one["case"] for one in listed(office, "handler", "case", "list", "--division", T1)]
    assert case not in numbers
    for day in ("2025-05-05", "2025-05-11"):
        assert listed(office, "handler", "register", "--division", T1, "--as-of", day) == []
    assert listed(office, "handler", "roll", "--division", T1, "--month", "2025-05") == []
    assert [one for one in listed(office, "handler", "worklist") if one["case"] == case] == []

    for actor in ("window-t2", "county"):
        seen = office.json("case", "show", case, actor=actor)
        assert {"ApplicationEntered", "Confirmed", "MoveReceived"} <= {one["type"] for one in seen["events"]}
    assert [one["case"] for one in listed(office, "window-t2", "case", "list", "--division", T2)] == [case]
    county = listed(office, "county", "register", "--division", COUNTY, "--as-of", "2025-05-11")
    assert [(one["case"], one["division"]) for one in county] == [(case, V21)]

    doudi = office.open()
    try:
        looks = [
            one
            for one in doudi.access_log.entries()
            if one.actor == "handler" and one.case == case and one.outcome == "case-unknown"
        ]
    finally:
        doudi.close()
    assert len(looks) >= len(READS)
