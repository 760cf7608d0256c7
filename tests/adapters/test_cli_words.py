"""What people read is in one language: yes and no, units, decisions, money; json keeps codes and values."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from adapters.catalogue import Catalogue, Lang, messages
from adapters.cli.answers import tell
from adapters.cli.measures import name_of_measure
from adapters.cli.session import Session
from domain.catalogue import CATALOGUE
from domain.means.rulebook import rules
from domain.source_text import source_words
from tests.adapters.told import ask
from tests.harness import COUNTY, TrialOffice
from tests.workflows import stages
from tests.workflows.awards import plain
from workflows.command import COMMANDS

MADE = [{"topic": "a", "made": True}, {"topic": "b", "made": False}]


@pytest.mark.parametrize("form", ["table", "csv"])
def test_yes_and_no_are_words(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, yes, no in (("zh", "是", "否"), ("en", "yes", "no")):
        Session(lang=lang, form=form).listed(("topic", "made"), MADE)
        said = capsys.readouterr().out
        assert [row.split()[-1].split(",")[-1] for row in said.splitlines()[-2:]] == [yes, no]


def test_json_keeps_them(capsys: pytest.CaptureFixture[str]) -> None:
    Session(lang="zh", form="json").listed(("topic", "made"), MADE)
    assert json.loads(capsys.readouterr().out) == MADE


def test_a_unit_is_said_in_words(tmp_path: Path) -> None:
    url = TrialOffice(tmp_path).url
    asked = ("policy", "show", "--division", COUNTY, "work_cost_cap")
    shown = ask(url, "--lang", "zh", *asked).out
    assert "元/月" in shown
    assert "yuan" not in shown
    (row,) = ask(url, "--format", "json", *asked).json["rows"]
    assert row["unit"] == "yuan/month"


def test_what_an_answer_says_of_before_is_named_by_what_it_is(tmp_path: Path) -> None:
    """A clock, a name and an amount each have a `before`."""
    url = TrialOffice(tmp_path).url
    said = ask(url, "--lang", "zh", "clock", "set", "2026-03-02").out
    assert "变动前: " in said
    assert "原金额" not in said


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("归还日", "最低生活保障边缘家庭")), ("en", ("to be paid back by", "near the threshold"))],
)
def test_a_plans_day_and_what_else_may_be_due_are_named(
    lang: str, words: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    plan = [{"due": "2025-09-30", "amount": 12_000}]
    tell(Session(lang=lang), {"plan": plan, "also": ["near_threshold", "temporary_aid"]})
    said = capsys.readouterr().out
    assert all(one in said for one in words)
    assert "应发" not in said
    assert "_" not in said


def test_a_deadline_that_was_overdue_is_named() -> None:
    said = name_of_measure(Session(lang="zh"), "steps.late.telling/tell")
    assert said.startswith("办理：逾期")
    assert "tell" not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lists_of_staff_and_codes_head_their_own_columns(tmp_path: Path, lang: str) -> None:
    url = TrialOffice(tmp_path).url
    staff = ask(url, "staff", "list", "--division", COUNTY, lang=lang).out
    codes = ask(url, "codes", lang=lang).out
    if lang == "zh":
        assert "审批人" in staff
        assert not any(raw in staff for raw in ("decider │ decider", "relations", "staff "))
        assert "代码表" in codes
    else:
        assert "near relatives declared" in staff


ONCE_UPPER = re.compile(r"\b[A-Z][a-z]+[A-Z][A-Za-z]+\b")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_answer_tells_what_was_done_in_words(tmp_path: Path, lang: str) -> None:
    """Not by the names that events have in the log, and money in yuan."""
    office = TrialOffice(tmp_path)
    case = plain(office)
    office.clock("2025-06-03")
    report = ("case", "report-change", case, "--on", "2025-06-03", "--happened", "2025-06-01")
    said = [
        ask(office.url, "--as", "window", *report, "--kind", "own_request", lang=lang),
        ask(office.url, "policy", "set", "standard", "650.00", "--division", COUNTY, *SET, lang=lang),
        ask(office.url, "--as", "admin", "division", "add", "110199009", "丁镇", lang=lang),
    ]
    assert [one.code for one in said] == [0, 0, 0], [one.err for one in said]
    whole = "".join(one.out for one in said)
    assert ONCE_UPPER.findall(whole) == []
    assert f"case:{case}#" in whole
    assert "650.00" in whole
    assert "65000" not in whole


SET = ("--document", "2号", "--since", "2025-06-01")


def test_what_becomes_of_life_cycles_is_said_in_words(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    stages.forwarded(office)
    asked = (
        "--as",
        "admin",
        "lives",
        "bring",
        "--division",
        COUNTY,
        "--law",
        "220",
        "--reason",
        "试",
        "--dry-run",
    )
    said = ask(office.url, *asked, lang="zh").out
    assert "县级审核确认中" in said
    assert "forwarded" not in said
    assert "whole" not in said


ENGLISH = re.compile(r"[A-Za-z]{3,}")


def test_where_a_default_comes_from_is_said_in_chinese() -> None:
    catalogue = Catalogue("zh")
    sources = [*(one.source for one in CATALOGUE.values()), *(one.source for one in rules().values())]
    said = {one: source_words(one, catalogue, "zh") for one in sources}
    assert {one: words for one, words in said.items() if ENGLISH.search(words)} == {}
    assert said["民发〔2021〕57号 art. 13: a set period"] == "民发〔2021〕57号第13条：规定的核算期"
    assert source_words("民发〔2021〕57号 arts. 20 25", catalogue, "zh") == "民发〔2021〕57号第20、25条"
    assert all(source_words(one, Catalogue("en"), "en") == one for one in sources)


def test_a_calculation_is_told_in_words_and_yuan_in_csv_too(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = stages.assessed(office)
    said = ask(office.url, "--format", "csv", "case", "explain", case, lang="zh").out
    rows = {row["rule"]: row for row in csv.DictReader(io.StringIO(said))}
    assert (rows["means.income.wage"]["text"], rows["means.income.wage"]["amount"]) == ("W1 工资", "900.00")
    assert rows["means.amount.standard"]["text"] == "保障标准 × 3 人（元/月）"
    assert "yuan" not in said
    assert "a set period" not in ask(office.url, "case", "explain", case, lang="zh").out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_has_a_name_that_a_refusal_can_say(lang: Lang) -> None:
    names = {name.removeprefix("command.") for name in messages(lang) if name.startswith("command.")}
    assert names == COMMANDS.keys()
