"""Pages of docs as text: one for each rule, one for the parameters, the schema of an explanation."""

import json
from collections.abc import Mapping
from pathlib import Path

from adapters.docs import life_rules
from adapters.docs.parameters import parameters_page, short
from domain.catalogue import CATALOGUE
from domain.explain import json_schema
from domain.means.rulebook import Rule, rules

FEATURES = "tests/rules/features"
_MADE = "<!-- Made by `script/docs`; amend domain/means/rules.toml or {feature} instead. -->"
_FACTS = {
    "income": ("收入", "income"),
    "deduction": ("扣减", "deduction"),
    "nothing_declared": ("未申报", "nothing declared"),
    "farming": ("种植面积", "farmed area"),
    "property": ("财产", "property"),
    "category": ("人员类别", "category"),
    "labour": ("劳动能力", "labour ability"),
    "disability": ("残疾类别等级", "disability kind and grade"),
    "status": ("成员状态", "status"),
    "supporter": ("赡养人", "supporter"),
    "limit_breach": ("调查认定超限", "limit found broken"),
    "statement": ("反馈总额", "an office's total"),
}


def pages(root: Path) -> Mapping[str, str]:
    """Every generated page: its path below `root` and its text."""
    made = {f"docs/rules/{rule.id}.md": rule_page(rule, root) for rule in rules().values()}
    made.update(life_rules.pages(root))
    made["docs/rules/README.md"] = index_page()
    made["docs/parameters.md"] = parameters_page()
    made["docs/explanation.schema.json"] = (
        json.dumps(json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    )
    return made


def rule_page(rule: Rule, root: Path) -> str:
    feature = f"{FEATURES}/{rule.id}.feature"
    examples = (root / feature).read_text(encoding="utf-8").rstrip()
    facts = [f"- `{kind}` {_FACTS[kind][0]} / {_FACTS[kind][1]}" for kind in rule.facts] or ["- –"]
    parameters = [short(CATALOGUE[name]) for name in rule.parameters] or ["- –"]
    return "\n".join(
        [
            _MADE.format(feature=feature),
            f"# {rule.zh.title} · {rule.en.title}",
            "",
            f"`{rule.id}` · rules.md {rule.section} · {rule.source}",
            "",
            rule.zh.text,
            "",
            rule.en.text,
            "",
            "## 读取的事实 · Facts it reads",
            *facts,
            "",
            "## 读取的参数 · Parameters it reads",
            *parameters,
            "",
            "## 例子 · Examples",
            f"[{rule.id}.feature](../../{feature})",
            "",
            "```gherkin",
            examples,
            "```",
            "",
        ]
    )


def index_page() -> str:
    rows = [
        f"| [{rule.id}]({rule.id}.md) | {rule.zh.title} | {rule.en.title} | {rule.section} |"
        for rule in rules().values()
    ]
    return "\n".join(
        [
            _MADE.format(feature=FEATURES),
            "# 规则手册 · Rule book",
            "",
            "## 经济状况与金额 · Means test",
            "",
            "低保家庭经济状况核查与金额的每条规则一页；例子是可运行的表格，工作人员可以阅读和修改。",
            "",
            "A page for each rule of the means test of 低保. The examples are tables that run: amend the file a page",
            "links to, run `python -m pytest tests/rules`, then `script/docs`.",
            "",
            "| rule | 规则 | title | § |",
            "|---|---|---|---|",
            *rows,
            "",
            *life_rules.index(),
            "",
        ]
    )
