"""What people read is in one language: yes and no, units, decisions, money; json keeps codes and values."""

import json
from pathlib import Path

import pytest

from adapters.cli.session import Session
from tests.adapters.told import ask
from tests.harness import COUNTY, TrialOffice

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
