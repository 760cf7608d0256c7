"""`doudi persons`, `forget`, `keys`: by exact number or name, in scope, noted; what is forgotten says so."""

from pathlib import Path
from typing import Any

import pytest

from adapters.cli.likeness import likeness
from adapters.store.access_log import AccessLog
from tests.adapters.told import Said, ask
from tests.harness import TrialOffice, number
from tests.workflows.stages import household

NUMBER = number("1985-03-04", 10)


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


@pytest.fixture
def case(office: TrialOffice) -> str:
    case = office.enter(household(), on="2025-03-03")
    office.do("Withdraw", "window", case, on="2025-03-04")
    return case


def as_who(office: TrialOffice, actor: str, *arguments: str) -> Said:
    return ask(office.url, "--as", actor, "--format", "json", *arguments)


def test_a_person_is_found_by_his_whole_number_or_name(office: TrialOffice, case: str) -> None:
    ref = office.case(case).members["m1"].person  # type: ignore[index]
    for asked in (("--number", NUMBER), ("--number", f" {NUMBER.lower()} "), ("--name", "王芳")):
        (row,) = as_who(office, "window", "persons", *asked).json["rows"]
        assert row == {"person": ref, "name": "王*", "born": "1985-03-04", "died": None, "cases": [case]}
    for asked in (("--number", NUMBER[:-1]), ("--name", "王"), ("--name", "王芳芳")):
        assert as_who(office, "window", "persons", *asked).json["rows"] == []
    assert (
        ask(office.url, "persons").code
        == ask(office.url, "persons", "--name", "a", "--number", "1").code
        == 2
    )


def test_two_of_one_name_are_both_found(office: TrialOffice, case: str) -> None:
    other = office.enter(household(3), on="2025-03-03")
    rows = as_who(office, "window", "persons", "--name", "王芳").json["rows"]
    assert sorted(row["cases"][0] for row in rows) == sorted([case, other])


def test_out_of_scope_nobody_is_found_and_every_look_is_noted(office: TrialOffice, case: str) -> None:
    assert as_who(office, "handler-t2", "persons", "--number", NUMBER).json["rows"] == []
    noted = [(one.actor, one.purpose, one.outcome) for one in AccessLog(office.store.database).entries()]
    assert noted[-1] == ("handler-t2", "persons", "seen")


def test_a_former_name_finds_its_person(office: TrialOffice, case: str) -> None:
    again: list[dict[str, Any]] = [{**household()[0], "name": "王方", "renamed": True}, *household()[1:]]
    office.enter(again, on="2025-03-05")
    refs = {
        name: [row["person"] for row in as_who(office, "window", "persons", "--name", name).json["rows"]]
        for name in ("王芳", "王方")
    }
    assert refs["王芳"] == refs["王方"] != []


def test_forget_by_the_command_line(office: TrialOffice, case: str) -> None:
    ref = office.case(case).members["m1"].person  # type: ignore[index]
    refused = ask(office.url, "forget", ref, "--reason", "because")
    assert (refused.code, "data.reason" in refused.err) == (1, True)
    assert ask(office.url, "--as", "window", "forget", ref, "--reason", "F01").code == 1
    done = ask(office.url, "--format", "json", "forget", ref, "--reason", "F01")
    assert done.json["data"] == {"person": ref, "cases": 0}
    assert as_who(office, "window", "persons", "--number", NUMBER).json["rows"] == []
    assert "(forgotten)" in ask(office.url, "case", "show", case).out
    assert "（已遗忘）" in ask(office.url, "case", "show", case, lang="zh").out
    assert "PersonForgotten" not in as_who(office, "window", "case", "show", case).out


def test_keys_status(office: TrialOffice, case: str, tmp_path: Path) -> None:
    (row,) = as_who(office, "admin", "keys", "status").json["rows"]
    assert row["address"] == str(tmp_path / "office.sqlite.keys")
    assert (row["forgotten"], row["numbers"], row["names"], row["master_at"]) == (0, 3, 3, "trial")
    ref = office.case(case).members["m1"].person  # type: ignore[index]
    office.do("Forget", "admin", person=ref, reason="F01")
    (after,) = as_who(office, "admin", "keys", "status").json["rows"]
    assert (after["forgotten"], after["numbers"], after["names"]) == (1, 2, 2)
    assert after["keys"] == row["keys"] - 1
    said = ask(office.url, "keys", "rotate")
    assert (said.code, "trial" in said.err) == (1, True)


@pytest.mark.parametrize(
    "typed",
    ["王", "芳", "王芳", "wangfang", "wang f", "wf", "WangFang", "fang", NUMBER[-4:], NUMBER[-6:].lower()],
)
def test_a_person_is_found_by_a_part(office: TrialOffice, case: str, typed: str) -> None:
    rows = as_who(office, "window", "persons", "--like", typed, "--division", "110199001").json["rows"]
    assert [row["cases"] for row in rows if row["name"] == "王*" and row["born"] == "1985-03-04"] == [[case]]


@pytest.mark.parametrize("typed", ["李四四", "wangz", "angf", "fw", "0000", NUMBER[:4]])
def test_what_is_not_alike_is_not_found(office: TrialOffice, case: str, typed: str) -> None:
    rows = as_who(office, "window", "persons", "--like", typed, "--division", "110199001").json["rows"]
    assert all(row["born"] != "1985-03-04" for row in rows)


def test_a_search_keeps_to_its_division_and_to_who_may_look(office: TrialOffice, case: str) -> None:
    assert (
        as_who(office, "handler-t2", "persons", "--like", "wf", "--division", "110199002").json["rows"] == []
    )
    refused = as_who(office, "handler-t2", "persons", "--like", "wf", "--division", "110199001")
    assert (refused.code, "desk" in refused.err) == (1, True)
    short = as_who(office, "window", "persons", "--like", "12", "--division", "110199001")
    assert (short.code, "4 digits" in short.err) == (1, True)
    assert ask(office.url, "persons", "--like", "wf").code == 2
    noted = [(one.actor, one.purpose) for one in AccessLog(office.store.database).entries()]
    assert ("handler-t2", "persons") in noted


def test_surnames_are_spelt_as_names_and_as_words() -> None:
    for name, typed in (
        ("单雄", "shanx"),
        ("单雄", "danx"),
        ("仇英", "qiuy"),
        ("曾巩", "zengg"),
        ("买买提·吐尔逊", "mmttex"),
    ):
        like = likeness(typed)
        assert like is not None
        assert like(name, None), (name, typed)


def test_a_real_store_names_its_administrator_and_touches_no_keys_for_nobody(tmp_path: Path) -> None:
    url, kept = f"sqlite:///{tmp_path / 'real.sqlite'}", tmp_path / "keys"
    for lang in ("zh", "en"):
        own = f"{url}.{lang}"
        made = ask(own, "init", lang=lang)
        assert made.code == 0, made.err
        assert "--as admin" in made.out
    before = ask(own, "--as", "admin", "--format", "json", "keys", "status").json["rows"]
    for asked in (("backup", str(kept)), ("rotate",)):
        said = ask(own, "keys", *asked)
        assert said.code == 1
        assert "--as" in said.err
    assert not kept.exists()
    assert ask(own, "--as", "admin", "--format", "json", "keys", "status").json["rows"] == before
    assert ask(own, "--as", "admin", "keys", "backup", str(kept)).code == 0
    assert kept.exists()
