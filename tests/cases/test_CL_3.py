"""CL-3: days are China's days, whatever zone the machine stands in."""

from datetime import datetime, timedelta

import pytest

from tests.cases.stories import Story, nothing, single
from tests.harness import COUNTY
from tests.journeys.lives import Line, Outside, apart, write

ZONES = ["UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"]


def clock(name: str, to: str) -> Line:
    return {"id": name, "type": "SetClock", "actor": "admin", "data": {"to": to}}


def lines(office: Outside) -> list[Line]:
    """Two approvals on both sides of midnight, and a notice just after one."""
    approvals = []
    for place, instant in enumerate(["2025-04-30T23:50:00+08:00", "2025-05-01T00:10:00+08:00"]):
        story = Story(office, f"c{place}", single(11 + place), [nothing("m1")])
        (*before, _, confirm) = story.todo
        approvals.append((before, [clock(f"at-{place}", instant), confirm]))
    posting = Story(office, "c2", single(13), [nothing("m1")], accepted="2025-04-20").todo
    at = next(place for place, line in enumerate(posting) if line["type"] == "Post")
    notice = [*posting[: at - 1], clock("at-2", "2025-05-06T00:05:00+08:00"), posting[at]]
    return [*approvals[0][0], *approvals[1][0], *approvals[0][1], *approvals[1][1], *notice]


@pytest.mark.parametrize("zone", ZONES)
def test_CL_3(office: Outside, zone: str) -> None:
    file = office.folder / "midnight.jsonl"
    write(file, lines(office))
    answers = office.apart("do", str(file), TZ=zone).lines
    cases = [one["case"] for one in answers if one["id"] in ("c0-enter", "c1-enter", "c2-enter")]
    confirmed = [one["data"]["from_month"] for one in answers if "from_month" in one.get("data", {})]
    assert confirmed == ["2025-05", "2025-06"]

    shown = [office.apart("case", "show", case, "--format", "json", TZ=zone).json for case in cases]
    posted = [event for event in shown[2]["events"] if event["type"] == "Posted"]
    assert [event["payload"]["on"] for event in posted] == ["2025-05-06"]
    instants = [
        next(event["recorded_at"] for event in one["events"] if event["type"] == kind)
        for one, kind in zip(shown, ["Confirmed", "Confirmed", "Posted"], strict=True)
    ]
    assert [text[:16] for text in instants] == ["2025-04-30T23:50", "2025-05-01T00:10", "2025-05-06T00:05"]
    assert {datetime.fromisoformat(text).utcoffset() for text in instants} == {timedelta(hours=8)}
    assert [text[-6:] for text in instants] == ["+08:00"] * 3

    for month, approvals in (("2025-04", 1), ("2025-05", 1)):
        figures = office.apart("stats", "--division", COUNTY, "--month", month, "--format", "json", TZ=zone)
        rows = {row["measure"]: row["rural"] for row in figures.json["rows"]}
        assert rows["steps.confirmed"] == approvals
    office.apart("clock", "set", "2025-06-08T00:01:00+08:00", TZ=zone)
    draw = ("pay", "draw", "--division", COUNTY, "--area", "rural", "--format", "json", "--as", "payer")
    assert office.apart(*draw, "--month", "2025-06", TZ=zone).json["data"]["rural"]["households"] == 2


@pytest.mark.parametrize("zone", ZONES)
def test_CL_3_a_real_store_tells_the_instant_in_china_s_time(office: Outside, zone: str) -> None:
    url = f"sqlite:///{office.folder / 'real.sqlite'}"
    assert apart("--store", url, "init", TZ=zone).code == 0
    before = datetime.now().astimezone()
    (row,) = apart("--store", url, "clock", "show", "--format", "json", TZ=zone).json["rows"]
    now = datetime.fromisoformat(row["now"])
    assert now.utcoffset() == timedelta(hours=8)
    assert abs(now - before) < timedelta(minutes=2)
