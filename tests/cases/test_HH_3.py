"""HH-3: who moves out applies himself; each is paid once in each month, and nobody is new or goes out by it."""

from tests.cases.late import pay
from tests.cases.stories import Story, income, member
from tests.harness import COUNTY
from tests.journeys.lives import Outside

A, B = member("m1", "周甲", "1970-01-01", 11), member("m2", "周乙", "1971-01-01", 12, "12")
C = member("m3", "周丙", "2000-01-01", 13, "20")
FAST = {1: 0, 4: 1, 8: 2, 11: 2, 12: 3, 19: 10, 20: 11, 27: 11}
"""From acceptance on 14 April to the decision on the 25th."""


def test_HH_3(office: Outside, door: str) -> None:
    story = Story(
        office,
        "hh3",
        [A, B, C],
        [income("m2", "5400.00", "2024-08-01", "2025-01-31")],
        accepted="2025-02-12",
    )
    old = story.whole()
    pay(office, "2025-04")
    assert office.stats("2025-04")["paid"] == 90_000
    office.clock("2025-04-12")
    left = {"kind": "left", "happened": "2025-04-12", "member": "m3"}
    for kind, data in (("ReportChange", left), ("LeaveMember", {"member": "m3", "reason": "D02"})):
        assert office.say(office.line(kind, "window", old, **data), door)["status"] == "done"
    alone = Story(
        office,
        "hh3-c",
        [{**C, "key": "m1", "kinship": "01"}],
        [],
        accepted="2025-04-14",
        after=FAST,
        came_from=old,
        came_by="split",
    )
    alone.to("Enter")
    office.tell("ProposeChange", "handler", old, effect="reduce", code="D02")
    assert office.refused("DecideChange", "decider", old) == ["split-under-way"]
    new = alone.whole()
    office.clock("2025-04-28")
    decided = office.say(office.line("DecideChange", "decider", old), door)["data"]
    assert (decided["from_month"], decided["amount"]) == ("2025-05", 30_000)

    pay(office, "2025-05")
    lines = {number: dict(office.case(number).drawn["2025-05"].shares) for number in (old, new)}  # type: ignore[index]
    assert lines == {old: {"m1": 15_000, "m2": 15_000}, new: {"m1": 60_000}}
    april = office.case(old).drawn["2025-04"]  # type: ignore[index]
    assert (april.amount, len(april.shares)) == (90_000, 3)
    assert office.case(new).came_from == old
    assert office.json("case", "late", old)["rows"] == []

    may = office.stats("2025-05")
    assert (may["households"], may["person_times"], may["paid"]) == (2, 3, 90_000)
    assert (may["split_in_households"], may["split_in_persons"], may["split_out_persons"]) == (1, 1, 1)
    assert (may["new_households"], may["reported_new_persons"]) == (0, 0)
    assert (may["exits_households"], may["reported_exits_persons"]) == (0, 0)
    assert office.stats("2025-04")["person_times"] == 3
    office.run("check")
    assert COUNTY in new
