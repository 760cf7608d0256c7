"""The repository carries what it needs, names nothing outside it, and its pages point at pages that exist."""

import ast
import re
import stat
from pathlib import Path

import pytest

from tests.house.files import ROOT, own_files, text_files

OUTSIDE = re.compile(
    "|".join((r"\.\./" + "shared", r"/work" + r"/(main|shared|brief)", r"\bshared/" + r"(domain|cases|seed)"))
)
HOME = re.compile(r"/(?:home|Users)/[a-z]\w+/")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_nothing_reads_or_names_a_folder_outside() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path, text in text_files()
        if OUTSIDE.search(text) or HOME.search(text)
    ]
    assert found == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = list(own_files(".md"))
    assert ROOT / "README.md" in pages
    broken = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in pages
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_places_that_the_architecture_page_names_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+/[\w./-]*|[\w-]+\.(?:py|toml|md|sh))`", text))
    assert len(named) > 30
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def float_uses(source: str) -> list[int]:
    """Lines that make or name a float."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]


@pytest.mark.parametrize("source", ["x = 0.5", "def f(x: float) -> None: ...", "float('1')"])
def test_a_float_is_seen(source: str) -> None:
    assert float_uses(source) == [1]


@pytest.mark.parametrize("room", ["domain", "workflows", "projections"])
def test_no_float_where_money_is(room: str) -> None:
    files = list(own_files(".py", under=ROOT / room))
    assert files
    found = {str(path.relative_to(ROOT)): lines for path in files if (lines := float_uses(path.read_text()))}
    assert found == {}


def test_scripts_can_be_run() -> None:
    scripts = [path for path in own_files(under=ROOT / "script") if path.suffix == ""] + [
        ROOT / ".ci" / "run"
    ]
    assert {"run", "test", "doudi"} <= {path.name for path in scripts}
    assert [path.name for path in scripts if not path.stat().st_mode & stat.S_IXUSR] == []
    assert [path.name for path in scripts if not path.read_text().startswith("#!")] == []


def test_the_changelog_begins_with_what_is_next() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert headings[0] == "Unreleased"


def test_the_licence_is_the_one_that_is_named() -> None:
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
    assert re.search(r"Apache License\s+Version 2\.0", Path(ROOT / "LICENSE").read_text())
