"""Whatever is said of a ledger has its words and its remedy in both languages, naming the same things."""

import ast
import re
from pathlib import Path

import pytest

from adapters.catalogue import LANGS, Lang, messages

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "adapters/ledger").glob("*.py"), *(ROOT / "workflows/decide").glob("*.py")]
CODE = re.compile(r"(ledger|taken-over|raise-before|as-in-ledger|nobody-covered|uplift-over)[a-z-]*")
LINES = {"ledger-before", "ledger-raise", "ledger-tier", "ledger-rounding", "ledger-share-gone"}
LINES |= {"ledger-total", "ledger-uplift", "as-in-ledger"}
REPAIRS = re.compile(
    r'repairs\["([a-z-]+)"\]|, "(fifteen|numeric-[a-z]+|spelling|serial|unit|year-by-number)"'
)


def _constants() -> set[str]:
    return {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def codes() -> set[str]:
    return {one for one in _constants() if CODE.fullmatch(one) and "-" in one} - (LINES - {"as-in-ledger"})


def test_the_codes_are_found() -> None:
    assert {"ledger-number-numeric", "ledger-locked", "taken-over-touched", "as-in-ledger"} <= codes()
    assert len(codes()) > 45


@pytest.mark.parametrize("lang", LANGS)
def test_each_has_words_and_a_remedy(lang: Lang) -> None:
    known = messages(lang)
    lacking = [code for code in sorted(codes()) if not (known.get(code) and known.get(f"{code}.remedy"))]
    assert lacking == []


@pytest.mark.parametrize("lang", LANGS)
def test_each_repair_has_words(lang: Lang) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "adapters/ledger").glob("*.py"))
    found = {one for pair in REPAIRS.findall(text) for one in pair if one}
    found |= {"start-approved", "start-registered"}
    assert {"fifteen", "spelling", "kinship-unknown"} <= found
    assert [one for one in sorted(found) if f"ledger.repair.{one}" not in messages(lang)] == []


def test_both_languages_name_the_same() -> None:
    zh, en = messages("zh"), messages("en")
    for code in codes():
        assert set(re.findall(r"{(\w+)}", zh[code])) == set(re.findall(r"{(\w+)}", en[code])), code
