"""CL-5: an age that is reached in a month brings its addition by itself, from the month the division sets."""

import pytest

from tests.cases.stories import Story, nothing, single
from tests.harness import COUNTY
from tests.journeys.lives import Line, Outside

BORN = ["1955-07-01", "1955-07-16", "1955-07-31"]


def parameter(office: Outside, name: str, value: str) -> Line:
    data = {"division": COUNTY, "name": name, "value": value, "since": "2020-01-01", "document": "CL-5"}
    return office.line("SetParameter", "admin", **data)


@pytest.fixture(params=["month_after", "month_of_birthday"])
def setting(request: pytest.FixtureRequest, office: Outside) -> str:
    office.do(parameter(office, "uplift_age_70", "20%"), parameter(office, "uplift_from", request.param))
    found: str = request.param
    return found


def test_CL_5(office: Outside, setting: str, door: str) -> None:
    cases = [
        Story(office, f"s{place}", single(11 + place, born), [nothing("m1")], door=door).whole()
        for place, born in enumerate(BORN)
    ]
    months = {}
    for month in ("2025-05", "2025-06", "2025-07", "2025-08", "2025-09"):
        office.clock(f"{month}-08")
        office.pay(month)
        drawn = office.json("roll", "--division", COUNTY, "--month", month)["rows"]
        months[month] = sorted(row["total"] for row in drawn)
    turns = 72_000 if setting == "month_of_birthday" else 60_000
    assert months == {
        "2025-05": [60_000] * 3,
        "2025-06": [60_000] * 3,
        "2025-07": [turns] * 3,
        "2025-08": [72_000] * 3,
        "2025-09": [72_000] * 3,
    }
    for case in cases:
        kinds = office.kinds(case)
        assert kinds.count("AmountChanged") == 1
        assert kinds.count("LetterIssued") == 2
        first = "2025-07" if setting == "month_of_birthday" else "2025-08"
        told = office.json("case", "explain", case, "--month", first)
        (line,) = [one for one in told["lines"] if one["text"].startswith("uplift")]
        assert (line["amount"], "uplift_age_70" in line["parameters"]) == ({"n": 12_000}, True)
        assert told["result"] == 72_000
        letter = office.run("--lang", "zh", "letter", case, "L14").out
        assert "720.00" in letter
    office.run("check")


def test_CL_5_the_register_counts_by_the_day(office: Outside, setting: str) -> None:
    for place, born in enumerate(BORN):
        Story(office, f"s{place}", single(11 + place, born), [nothing("m1")]).whole()
    office.tick("2025-08-01")
    counts = {
        day: office.json("register", "--division", COUNTY, "--as-of", day)["summary"]["elderly_70"]
        for day in ("2025-06-30", "2025-07-01", "2025-07-15", "2025-07-16", "2025-07-30", "2025-07-31")
    }
    assert list(counts.values()) == [0, 1, 1, 2, 2, 3]
