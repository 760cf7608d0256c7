"""`doudi codes`, and what the help of a case's verbs shows of what must be written as JSON."""

import json

import pytest
from click.testing import CliRunner

from adapters.cli.main import root
from adapters.cli.verbs import CODED, case_verbs
from domain.codes import code_list, list_names


def run(*arguments: str) -> str:
    done = CliRunner().invoke(root, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_every_list_is_named_without_a_store() -> None:
    rows = json.loads(run("--format", "json", "codes"))
    assert [(row["list"], row["codes"]) for row in rows] == [
        (one, len(code_list(one))) for one in list_names()
    ]


@pytest.mark.parametrize(("lang", "words"), [("zh", "收入超标"), ("en", "income over the standard")])
def test_a_list_is_told_in_the_language_asked_for(lang: str, words: str) -> None:
    rows = json.loads(run("--lang", lang, "--format", "json", "codes", "stop"))
    assert next(row["words"] for row in rows if row["code"] == "S01") == words
    assert words in run("--lang", lang, "codes", "stop")
    assert words in run("--lang", lang, "--format", "csv", "codes", "stop")


def test_the_help_of_a_verb_shows_what_its_json_looks_like() -> None:
    said = " ".join(run("case", "state-facts", "--help").split())
    assert '[{"kind": "income|' in said
    assert "and maybe" in said


@pytest.mark.parametrize("verb", sorted(case_verbs()))
def test_every_verb_has_help(verb: str) -> None:
    said = run("case", verb, "--help").split("Options:")[0]
    assert "Example: doudi" in said
    words = said.partition("CASE\n")[2] or said.partition("\n")[2]
    assert words.split()[0] not in ("Example:", case_verbs()[verb].name)


def test_the_help_of_a_verb_marks_what_must_be_given_and_names_the_codes() -> None:
    said = " ".join(run("case", "detect-change", "--help").split())
    for option in ("--kind", "--happened", "--source"):
        assert "[required]" in said.split(option, 1)[1].split(" --", 1)[0], option
    assert "[required]" not in said.split("--member", 1)[1].split(" --", 1)[0]
    assert "V03" in said
    assert "doudi codes source" in said


@pytest.mark.parametrize(("command", "field"), sorted(CODED))
def test_each_coded_field_is_one_and_its_lists_are_there(command: str, field: str) -> None:
    specs = [spec for spec in case_verbs().values() if command in ("", spec.name)]
    assert any(field in spec.kind.__struct_fields__ for spec in specs)
    assert all(code_list(name) for name in CODED[command, field])
