"""Every code of bad input in the basics has its text and remedy in both languages, with the same parameters."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
SOURCES = [
    *(ROOT / "domain" / f"{name}.py" for name in ("money", "days", "calendar", "ids", "identity", "text")),
    ROOT / "domain/codes/__init__.py",
    *(ROOT / "adapters/seed").rglob("*.py"),
]
CODE = re.compile(
    r"(amount|rounding|calendar|case-no|code|day|division|file|instant|member|month|number|text)-[a-z0-9-]+"
)


def _codes() -> set[str]:
    return {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }


def _texts(lang: str) -> dict[str, str]:
    with (ROOT / f"adapters/catalogue/{lang}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_the_codes_are_found() -> None:
    assert {"amount-empty", "number-check-digit", "calendar-both", "file-not-csv"} <= _codes()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_code_has_text_and_remedy(lang: str) -> None:
    texts = _texts(lang)
    assert [code for code in sorted(_codes()) if not (texts.get(code) and texts.get(f"{code}.remedy"))] == []


def test_both_languages_name_the_same_parameters() -> None:
    zh, en = _texts("zh"), _texts("en")
    for code in _codes():
        assert set(re.findall(r"{(\w+)}", zh[code])) == set(re.findall(r"{(\w+)}", en[code])), code
