"""The help of every command and option has its words in both languages; Chinese ones hang on the English ones."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import adapters.cli
from adapters.catalogue import Lang, help_in_chinese, messages
from adapters.cli.main import root
from adapters.cli.spoken import explained, paragraphs
from tests.adapters.told import ask

CHINESE = re.compile("[\u4e00-\u9fff]")
NOWHERE = "sqlite:////nowhere/office.sqlite"


def walk(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from walk(found, *path, name)


ALL = list(walk(root))
OPTIONS = [(path, one) for path, command in ALL for one in command.params if isinstance(one, click.Option)]


def test_there_are_many() -> None:
    assert len(ALL) > 200
    assert len(OPTIONS) > 900


def test_every_command_says_what_it_does_in_chinese() -> None:
    known = help_in_chinese()
    found = {path: paragraphs(command.help or "")[0] for path, command in ALL}
    assert [path for path, words in found.items() if not words] == []
    assert sorted({one for words in found.values() for one in words if one not in known}) == []


def test_every_option_is_explained_in_both_languages() -> None:
    chinese = help_in_chinese()
    assert sorted({part for _, one in OPTIONS for part in explained(one) if part not in chinese}) == []
    unsaid = {f"option.{one.opts[0].lstrip('-')}" for _, one in OPTIONS if not explained(one)}
    for lang in ("zh", "en"):
        assert sorted(unsaid - messages(lang).keys()) == []
        assert sorted({name for name in messages(lang) if name.startswith("option.")} - unsaid) == []


def wrong_uses() -> Iterator[str]:
    """What commands say of wrong use, up to what follows a colon."""
    for path in Path(adapters.cli.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("UsageError", "BadParameter"):
                said = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
                assert isinstance(said, ast.Constant)
                yield str(said.value).removesuffix(": ")


def test_wrong_use_has_its_words_in_chinese() -> None:
    found = set(wrong_uses())
    assert len(found) > 5
    assert found - help_in_chinese().keys() == set()


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {one for _, command in ALL for one in paragraphs(command.help or "")[0]}
    said |= {part for _, one in OPTIONS for part in explained(one)}
    said |= set(wrong_uses())
    said |= {"[required]", "and maybe", "yuan as text", "yuan, such as 680.50"}
    folder = Path(click.__file__).parent
    clicks = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    rest = [one for one in help_in_chinese() if one not in said]
    assert [one for one in rest if repr(one)[1:-1] not in clicks and one not in clicks] == []


@pytest.mark.parametrize("path", [path for path, _ in ALL if path], ids=" ".join)
def test_help_is_told_in_the_language_asked_for(path: tuple[str, ...]) -> None:
    said = {lang: ask(NOWHERE, *path, "--help", lang=lang) for lang in ("zh", "en")}
    assert [one.code for one in said.values()] == [0, 0]
    assert "用法:" in said["zh"].out
    assert "Show this message" not in said["zh"].out
    words = [
        line for line in said["zh"].out.splitlines() if line.startswith("  ") and not CHINESE.search(line)
    ]
    assert [line for line in words if re.search(r"\b(the|of|and|what|which)\b", line)] == []
    assert "Usage:" in said["en"].out
    assert "选项" not in said["en"].out


@pytest.mark.parametrize(("lang", "words"), [("zh", "没有命令"), ("en", "No such command")])
def test_wrong_use_is_told_in_it_too(lang: Lang, words: str) -> None:
    said = ask(NOWHERE, "month", "clos", lang=lang)
    assert (said.code, words in said.err) == (2, True)
    assert ("Error" in said.err, "说明见" in said.err) == (lang == "en", lang == "zh")


def test_a_line_is_broken_by_what_it_is_wide() -> None:
    for line in ask(NOWHERE, "case", "decide-finding", "--help", lang="zh").out.splitlines():
        assert sum(2 if CHINESE.match(one) else 1 for one in line) <= 82


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("typed", ["张三", "110199199001010011", "O'Neil 张", "a\n张三"])
def test_what_was_typed_stands_in_no_answer_to_wrong_use(lang: str, typed: str) -> None:
    for words in (
        ("month", typed),
        ("month", "list", "--division", "110199", "--programme", typed),
        ("month", "list", "--division", "110199", f"--programme={typed}"),
        ("case", "explain", "x", f"--decision={typed}"),
    ):
        said = ask(NOWHERE, *words, lang=lang)
        assert said.code in (1, 2)
        assert not any(one in said.err for one in (typed, "张", "110199199001010011"))


def test_a_number_that_was_typed_is_left_out_alone() -> None:
    said = ask(NOWHERE, "report", "compare", "--report", "D", "--year", "0")
    assert "1000<=x<=9999" in said.err


@pytest.mark.parametrize("words", [(), ("month",), ("--format", "json")])
def test_who_says_nothing_is_told_what_there_is_to_say(words: tuple[str, ...]) -> None:
    """Once, and not as an error; with common options alone too."""
    said = ask(NOWHERE, *words, lang="zh")
    assert (said.code, said.err.count("用法:"), "错误" in said.err) == (2, 1, False)
    assert "命令:" in said.err
