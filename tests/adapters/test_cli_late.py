"""Late truth by the command line: each month as paid and as due, findings, what depends on what, a raise looked at."""

import pytest

from tests.cases.late import lines, pay
from tests.cases.stories import Story, income, single
from tests.harness import COUNTY
from tests.journeys.lives import Outside


@pytest.fixture
def office(tmp_path: object) -> Outside:
    return Outside(tmp_path / "office")  # type: ignore[operator]


@pytest.fixture
def case(office: Outside) -> str:
    number = Story(office, "late", single(11), [income("m1", "600", "2024-09-01", "2025-02-28")]).whole()
    pay(office, "2025-05", "2025-06", "2025-07")
    return number


def test_a_table_shows_month_old_new_and_why(office: Outside, case: str) -> None:
    found(office, case)
    table = office.run("--lang", "zh", "case", "late", case).out
    assert all(said in table for said in ("2025-06", "500.00", "420.00", "80.00", "D03", "收入增加"))
    shown = office.json("case", "late", case)
    assert shown["over"] == 16_000
    assert [(row["month"], row["drawn"], row["facts"]) for row in shown["rows"]] == [
        ("2025-06", True, ["f2"]),
        ("2025-07", True, ["f2"]),
        ("2025-08", False, ["f2"]),
    ]
    assert {row["explanation"]["result"] for row in shown["rows"]} == {42_000}
    assert office.run("case", "late", case, "--died", "m9=2025-05-01", code=1).out == ""
    assert office.run("case", "late", case, "--fact", "{}", code=1).out == ""
    assert office.run("case", "late", case, actor="window-t2", code=1).out == ""
    assert lines(office, case, "--died", "m1=2025-05-03")[0] == ("2025-06", 50_000, 0)


def test_findings_are_shown_with_what_came_back(office: Outside, case: str) -> None:
    assert office.json("case", "findings", case)["rows"] == []
    assert office.run("case", "findings", case).code == 0


def found(office: Outside, case: str) -> None:
    office.clock("2025-07-20")
    office.tell("DetectChange", "county", case, kind="income", happened="2025-05-20", source="V03")
    wage = {
        "kind": "income",
        "code": "W3",
        "member": "m1",
        "since": "2025-05-20",
        "amount": 8_000,
        "source": "V03",
        "unreported": True,
    }
    office.tell("StateFacts", "handler", case, facts=[wage])


@pytest.mark.parametrize(
    ("lang", "heads"),
    [
        ("zh", ("已发（元）", "应发（元）", "多发（元，负数为欠发）", "涉及成员")),
        ("en", ("paid (yuan)", "due (yuan)", "below 0: owed", "members concerned")),
    ],
)
def test_late_months_head_their_columns_with_sign_and_unit(
    office: Outside, case: str, lang: str, heads: tuple[str, ...]
) -> None:
    found(office, case)
    said = " ".join(office.run("--lang", lang, "case", "late", case).out.split())
    assert [one for one in heads if one not in said] == []
    assert "期限" not in said
    assert "no longer due" not in said


def test_a_finding_is_told_in_words(office: Outside, case: str) -> None:
    found(office, case)
    zh = ("--lang", "zh")
    said = office.run(*zh, "case", "find-difference", case, "--words", "隐瞒收入", actor="county").out
    data = "\n".join(line for line in said.splitlines() if "#" not in line)
    assert all(word in data for word in ("逐月:", "已发", "应发", "多发核定", "500.00 元", "收入增加"))
    assert not any(raw in data for raw in ("{", "month", "over", "paid", "due"))
    office.tell("HearFinding", "county", case, words="知道了")
    office.tell("DecideFinding", "decider", case, outcome="part", amount=10_000, reason="家庭困难")
    listed = office.run(*zh, "case", "findings", case).out
    assert all(word in listed for word in ("多发核定", "部分追回", "100.00"))
    assert not any(raw in listed for raw in ("finding", "recovering", "part", "问题"))
    (row,) = office.json("case", "findings", case)["rows"]
    assert (row["finding"], row["outcome"], row["state"]) == ("finding.1", "part", "recovering")


def test_a_draw_is_told_in_words(office: Outside, case: str) -> None:
    office.clock("2025-08-05")
    drawn = ("pay", "draw", "--division", COUNTY, "--month", "2025-08")
    said = office.run("--lang", "zh", *drawn, actor="payer").out
    assert all(word in said for word in ("期限处理: 已提醒", "农村: 户数", "补发条数 0", "未列入 –"))
    data = "\n".join(line for line in said.splitlines() if "#" not in line)
    assert not any(raw in data for raw in ("ticked", "warned", "arrears", "left_out", "rural", "moved"))


def test_what_depends_on_a_parameter_or_a_fact(office: Outside, case: str) -> None:
    shown = office.json("depends", "--parameter", "standard", "--division", COUNTY)
    assert (shown["decisions"], shown["cases"]) == (2, 1)
    assert {row["type"] for row in shown["rows"]} == {"Assessed", "OpinionGiven", "Confirmed"} or shown[
        "rows"
    ]
    assert {row["case"] for row in shown["rows"]} == {case}
    by_fact = office.json("depends", "--fact", "f1", "--case", case)
    assert [row["decision"] for row in by_fact["rows"]] == [row["decision"] for row in shown["rows"]]
    assert office.json("depends", "--fact", "f9", "--case", case)["rows"] == []
    assert office.json("depends", "--parameter", "single_amount")["rows"] == []
    assert office.json("depends", "--parameter", "standard", "--since", "2026-01")["rows"] == []
    assert office.run("depends", "--parameter", "no_such", code=1).out == ""
    assert office.run("depends", code=2).out == ""
    assert office.run("depends", "--fact", "f1", code=2).out == ""
    assert office.json("depends", "--parameter", "standard", actor="window-t2")["rows"] == []


def test_a_raise_is_looked_at_then_run_and_goes_on_by_its_id(office: Outside, case: str) -> None:
    named = ("--division", COUNTY, "--from-month", "2025-06")
    office.clock("2025-07-20")
    shown = office.json("raise", "preview", *named, "--standard", "650.00")
    assert (shown["changed"], shown["arrears"], shown["more"]) == (1, 10_000, 5_000)
    assert [(row["month"], row["arrears"], row["more"]) for row in shown["rows"]] == [
        ("2025-06", True, 5_000),
        ("2025-07", True, 5_000),
        ("2025-08", False, 5_000),
    ]
    (row,) = office.json("raise", "preview", *named, "--standard", "650.00", "--cases")["rows"]
    assert (row["case"], row["before"], row["amount"], row["more"]) == (case, 50_000, 55_000, 5_000)
    assert (row["months"], row["arrears"]) == (2, 10_000)
    coming = ("--division", COUNTY, "--from-month", "2025-08", "--standard", "650.00", "--cases")
    (row,) = office.json("raise", "preview", *coming)["rows"]
    assert (row["more"], row["months"], row["arrears"]) == (5_000, 0, 0)
    assert "每月增加（元）" in office.run("--lang", "zh", "raise", "preview", *coming).out
    assert "550.00" in office.run("raise", "preview", *named, "--standard", "650.00", "--cases").out
    parameter = {"division": COUNTY, "name": "standard", "value": "650.00", "since": "2025-06-01"}
    office.tell("SetParameter", "admin", **parameter, document="民政发〔2025〕7号", area="rural")
    run = ("raise", "run", *named, "--id", "r-1")
    first, again = office.json(*run, actor="county"), office.json(*run, actor="county")
    assert first == again
    assert first["data"]["raised"] == 1
    assert office.json("case", "explain", case, "--month", "2025-06")["result"] == 55_000
    told = office.run("--lang", "zh", "letter", case, "L16").out
    assert all(
        said in told for said in ("民政发〔2025〕7号", "每人每月650.00元", "500.00", "550.00", "100.00")
    )
    assert office.run("raise", "run", *named, actor="payer", code=1).out == ""
    L11 = office.run("--lang", "zh", "letter", case, "L11").out
    assert "550.00" in L11
    assert "自2025年5月起" in office.run("--lang", "zh", "letter", case, "L22").out
