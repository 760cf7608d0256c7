"""An explanation adds up, can be stored, and reads in both languages."""

import ast
import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from adapters.catalogue import Catalogue, messages
from domain.explain import Exact, Explanation, out_of_sum
from domain.explain_text import published, render, show_exact
from domain.means import Incomplete, Missing
from domain.means.rulebook import rules
from tests.domain.means_world import Facts, income, persons, policy, run

MEANS = Path(__file__).parents[2] / "domain/means"
SOURCES = (*MEANS.glob("*.py"), Path(__file__).parents[2] / "workflows/decide/ledger.py")
FAMILIES = {
    "excluded.": [f"excluded.X{number}" for number in range(1, 10)],
    "not-presumed.": [f"not-presumed.{reason}" for reason in ("student", "age", "labour", "category")],
}


def _rounded() -> Explanation:
    return run(persons(3), income(100000), policy("633.90")).explanation


def test_CA_3_a_line_for_the_rounding() -> None:
    explanation = _rounded()
    (line,) = [line for line in explanation.lines if line.rule == "means.amount.rounding"]
    assert (line.op, line.amount) == ("-", Exact(70))
    english = render(explanation, Catalogue("en"), "en")
    assert re.search(r"^rounding +−0\.70 ", english, re.MULTILINE)
    assert re.search(r"^amount a month +=901\.00 ", english, re.MULTILINE)
    assert re.search(r"^取整 +−0\.70 ", render(explanation, Catalogue("zh"), "zh"), re.MULTILINE)


def test_a_changed_line_no_longer_adds_up() -> None:
    explanation = _rounded()
    assert out_of_sum(explanation) == ()
    lines = tuple(
        msgspec.structs.replace(line, amount=Exact(71)) if line.text == "rounding" else line
        for line in explanation.lines
    )
    assert out_of_sum(msgspec.structs.replace(explanation, lines=lines)) != ()
    assert out_of_sum(msgspec.structs.replace(explanation, result=90200)) != ()


def test_it_is_the_same_after_being_stored() -> None:
    facts = Facts().add("income", "W1", "m1", 64003, since=date(2024, 9, 1), until=date(2025, 2, 28))
    facts.add("supporter", "child", "m2", numbers={"income": 600000, "heads": 4})
    answer = run(persons(2), facts.all, policy(uplift_C01="20%"))
    assert msgspec.json.decode(msgspec.json.encode(answer), type=type(answer)) == answer


def test_columns_stand_under_each_other() -> None:
    for lang in ("zh", "en"):
        text = render(_rounded(), Catalogue(lang), lang)
        rows = [row for row in text.splitlines() if "means.amount." in row]
        wide = [sum(2 if ord(char) > 0x2E7F else 1 for char in row.split("  means.")[0]) for row in rows]
        assert len(rows) == 5
        assert len(set(wide)) == 1


def test_members_are_called_as_the_caller_says() -> None:
    text = render(_rounded(), Catalogue("zh"), "zh", {persons(1)[0].key: "张*"})
    assert "份额（张*）" in text
    assert "份额（m2）" in text


def test_each_fact_is_told_with_the_words_of_its_code() -> None:
    facts = Facts().add("status", "prison", "m2")
    text = render(run(persons(2), facts.all, policy()).explanation, Catalogue("zh"), "zh")
    assert "prison 服刑" in text


def test_parts_of_a_fen_are_shown_exactly() -> None:
    assert show_exact(Exact(64003, 12)) == "53.33 7/12"
    assert show_exact(Exact(-150, 1)) == "-1.50"


def test_handed_out_it_names_the_section_of_each_rule() -> None:
    handed = published(_rounded())
    assert set(handed.rules) == {line.rule for line in handed.lines}
    assert handed.rules["means.amount.rounding"].startswith("§4")


def _texts() -> set[str]:
    """Names of the messages that lines of the means test carry, read from its sources."""
    found: set[str] = set()
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name not in ("add", "step", "_take", "_line"):
                continue
            for node in ast.walk(call):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    words = {text for text in found if re.fullmatch(r"[a-z]+(-[a-z]+)+", text)}
    return words | {name for family in FAMILIES.values() for name in family}


def test_the_texts_are_found() -> None:
    assert {"not-counted", "below-minimum", "support-ordered", "excluded.X5", "work-cost"} <= _texts()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_line_has_its_words(lang: str) -> None:
    known = messages("zh" if lang == "zh" else "en")
    assert [text for text in sorted(_texts()) if f"explain.{text}" not in known] == []
    errors = ["policy-gap", "means-incomplete", "parameter-kind", "parameter-unknown", "policy-file-shape"]
    assert [code for code in errors if not (code in known and f"{code}.remedy" in known)] == []


def test_both_languages_name_the_same_values() -> None:
    zh, en = messages("zh"), messages("en")
    ours = [code for code in zh if code.startswith(("explain.", "policy-", "parameter-", "means-"))]
    assert len(ours) > 100
    for code in ours:
        assert set(re.findall(r"{(\w+)}", zh[code])) == set(re.findall(r"{(\w+)}", en[code])), code


def test_each_rule_named_has_a_page_and_each_page_a_rule() -> None:
    named = set()
    for path in SOURCES:
        named |= set(re.findall(r'"(means\.[a-z_.]+)"', path.read_text(encoding="utf-8")))
    made = {f"means.income.{kind}" for kind in ("wage", "business", "property", "transfer")}
    assert named | made == set(rules())


def test_what_is_missing_is_said_once_and_whole() -> None:
    facts = Facts().add("income", "W1", "m1").add("property", "A1", "m2").add("farming", "wheat", "m1")
    with pytest.raises(Incomplete) as told:
        run(persons(2), facts.all, policy(farming_per_mu="wheat 500.00"), survey_done=False)
    assert set(told.value.fields) == {
        Missing(member=persons(1)[0].key, field="income.W1"),
        Missing(member=persons(1)[0].key, field="farming.wheat"),
        Missing(member=persons(2)[1].key, field="wage"),
        Missing(member=persons(2)[1].key, field="property.A1"),
    }
    assert "m2.property.A1" in str(told.value.params["fields"])
