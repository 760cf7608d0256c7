"""What the READMEs show is what happens: their commands are run, one after another, in an empty place."""

from pathlib import Path

import pytest

from tests.house.console import matches, play, steps
from tests.house.files import ROOT

PAGES = {"README.md": "en_GB.UTF-8", "README.zh.md": "zh_CN.UTF-8"}


@pytest.mark.parametrize("page", PAGES)
def test_each_example_prints_what_the_page_shows(page: str, tmp_path: Path) -> None:
    found = list(steps((ROOT / page).read_text(encoding="utf-8")))
    assert len(found) >= 5
    for step in found:
        done = play(step, tmp_path, PAGES[page])
        expected = "\n".join(step.expected)
        assert done.returncode == step.code, f"$ {step.command}\nexit {done.returncode}\n{done.stdout}"
        assert matches(step.expected, done.stdout), (
            f"$ {step.command}\n{done.stdout}\n--- the page:\n{expected}"
        )


def test_both_pages_show_the_same_commands() -> None:
    shown = [[step.command for step in steps((ROOT / page).read_text(encoding="utf-8"))] for page in PAGES]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_with_the_two_commands(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    first = text[text.index("```") :].split("```")[1]
    assert [line.split()[0] for line in first.splitlines()[1:] if line.strip()] == [
        "script/run",
        "script/test",
    ]


def test_a_step_is_read_with_its_output_and_exit_code() -> None:
    page = "text\n```console\n$ echo a   # exit 3\n> echo b\na\n…\n$ true\n```\nmore\n"
    first, second = steps(page)
    assert (first.command, first.expected, first.code) == ("echo a\necho b", ("a", "…"), 3)
    assert (second.command, second.expected, second.code) == ("true", (), 0)


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (("a b",), "a b  \n", True),
        (("a … c",), "a (b) c\n", True),
        (("a", "…", "z"), "a\n1\n2\nz\n", True),
        (("a", "…"), "a\n", True),
        (("a",), "a\nb\n", False),
        (("a … c",), "a b\n", False),
        ((), "a\n", False),
        (("",), "", False),
    ],
)
def test_output_is_compared_whole(expected: tuple[str, ...], printed: str, same: bool) -> None:
    assert matches(expected, printed) is same
