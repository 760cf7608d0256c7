"""Every code of trouble with Kafka has its text and remedy in both languages, with the same parameters."""

import ast
import re
from pathlib import Path

import pytest

from adapters.catalogue import LANGS, Lang, messages

ROOT = Path(__file__).parents[3] / "adapters" / "kafka"
CODE = re.compile(r"kafka\.[a-z]+(-[a-z]+)*")
CODES = sorted(
    {
        node.value
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }
)


def test_codes_are_found() -> None:
    assert {"kafka.password", "kafka.topic-cleanup", "kafka.secret-in-settings", "kafka.unsure"} <= set(CODES)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", CODES)
def test_each_has_text_and_remedy(code: str, lang: Lang) -> None:
    texts = messages(lang)
    assert texts.get(code)
    assert texts.get(f"{code}.remedy")


@pytest.mark.parametrize("code", CODES)
def test_both_languages_name_the_same(code: str) -> None:
    zh, en = messages("zh"), messages("en")
    for name in (code, f"{code}.remedy"):
        assert set(re.findall(r"{(\w+)}", zh[name])) == set(re.findall(r"{(\w+)}", en[name]))
