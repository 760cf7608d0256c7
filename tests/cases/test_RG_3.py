"""RG-3: a withdrawn or unknown address code in a number is no ground for anything; where one lives is the address."""

import pytest

from tests.cases.stories import Story, nothing
from tests.harness import COUNTY, T1, V1
from tests.journeys.lives import Outside

WITHDRAWN = "37028419500315000X"


def person(number: str) -> list[dict[str, str]]:
    return [{"key": "m1", "name": "周一", "kinship": "02", "number": number}]


def test_RG_3(office: Outside) -> None:
    case = Story(office, "rg3", person(WITHDRAWN), [nothing("m1")]).whole()
    office.tick("2025-05-08")
    office.pay("2025-05")
    for division in (COUNTY, T1, V1):
        assert office.stats("2025-05", division)["households"] == 1
    (row,) = office.json("register", "--division", COUNTY, "--as-of", "2025-05-31")["rows"]
    assert (row["case"], row["division"]) == (case, V1)
    assert office.json("case", "list", "--division", V1)["rows"][0]["case"] == case
    office.run("register", "--division", "370284", "--as-of", "2025-05-31", actor="handler", code=1)
    assert office.json("case", "show", case, actor="handler")["case"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("370284195003150001", "number-check-digit"),
        ("37028419501315000X", "number-date"),
        ("3702841950031500", "number-length"),
    ],
)
def test_RG_3_a_refusal_says_which_part_failed(office: Outside, number: str, code: str) -> None:
    story = Story(office, "rg3", person(number), [nothing("m1")])
    office.clock("2025-03-06")
    line = next(line for line in story.todo if line["type"] == "Enter")
    (answer,) = office.do(line, code=1)
    assert [(one["code"], one["field"]) for one in answer["reasons"]] == [(code, "data.members[0].number")]
