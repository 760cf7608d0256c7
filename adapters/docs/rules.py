"""Pages of docs as text: one for each rule, one for the parameters, the schema of an explanation."""

import json
from collections.abc import Mapping
from pathlib import Path

from domain.catalogue import CATALOGUE, ParameterSpec
from domain.explain import json_schema
from domain.means.rulebook import Rule, rules
from domain.policy import show_value

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
_GROUPS = {
    "clock": ("期限", "Deadlines and spans"),
    "hands": ("经手与抽查", "Hands and checks"),
    "publicity": ("公示与评议", "Publicity and review meetings"),
    "review": ("定期核查", "Periodic review"),
    "award": ("待遇", "Award"),
    "means_household": ("家庭成员", "Household"),
    "means_income": ("收入", "Income"),
    "means_presumed": ("推定收入", "Presumed income"),
    "means_support": ("赡养费", "Support due"),
    "means_property": ("财产", "Property"),
    "means_amount": ("标准与金额", "Standard and amount"),
    "means_single": ("单人保与渐退", "Single-person dibao and gradual exit"),
    "means_uplift": ("分类施保", "Uplift"),
}
_AT = {
    "acceptance": ("受理日", "day of acceptance"),
    "month": ("当月首日", "first day of the month"),
    "done": ("办理当日", "day it is done"),
}


def pages(root: Path) -> Mapping[str, str]:
    """Every generated page: its path below `root` and its text."""
    made = {f"docs/rules/{rule.id}.md": rule_page(rule, root) for rule in rules().values()}
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
    parameters = [_short(CATALOGUE[name]) for name in rule.parameters] or ["- –"]
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
            "低保家庭经济状况核查与金额的每条规则一页；例子是可运行的表格，工作人员可以阅读和修改。",
            "",
            "A page for each rule of the means test of 低保. The examples are tables that run: amend the file a page",
            "links to, run `python -m pytest tests/rules`, then `script/docs`.",
            "",
            "| rule | 规则 | title | § |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def parameters_page() -> str:
    lines = [
        _MADE.format(feature="domain/parameters.toml").replace("domain/means/rules.toml or ", ""),
        "# 参数 · Parameters",
        "",
        "每项由区划按项目、城乡类别设定，有起止日和文件；没有设定的向上级取，仍没有的用默认值。",
        "`standard` 没有默认值：没有标准的日子停止计算。",
        "",
        "A division sets each by programme and area, from a day, with its document; what it doesn't set comes from",
        "the division above, else from the default. `standard` has none: a day without one stops calculation.",
        "Money is written in yuan.",
        "",
        "A policy file is JSON: `programme`, `division`, `since`, `document` and `parameters`, a list of `name`,",
        "`value` and, where they differ, `unit`, `area`, `since`, `until`, `document`;",
        "`adapters/seed/policy/base.json` is one. A null `value` ends a parameter. The later set of two values with",
        "one first day is the correction.",
    ]
    groups: dict[str, list[ParameterSpec]] = {}
    for spec in CATALOGUE.values():
        groups.setdefault(spec.group, []).append(spec)
    for group, specs in groups.items():
        zh, en = _GROUPS[group]
        lines += [
            "",
            f"## {zh} · {en}",
            "",
            "| name | 含义 | meaning | unit | default | of | § | source |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| `{spec.name}` | {spec.zh} | {spec.en} | {_unit(spec)} | {_default(spec)} "
            f"| {' '.join(_AT[spec.at])} | {spec.section} | {spec.source} |"
            for spec in specs
        ]
    return "\n".join([*lines, ""])


def _short(spec: ParameterSpec) -> str:
    return (
        f"- [`{spec.name}`](../parameters.md) {spec.zh} / {spec.en}: {_default(spec)} {_unit(spec)}".rstrip()
    )


def _unit(spec: ParameterSpec) -> str:
    if spec.choices:
        return " / ".join(f"`{choice}`" for choice in spec.choices)
    return " or ".join(spec.units) or spec.unit or ("true / false" if spec.kind == "flag" else "")


def _default(spec: ParameterSpec) -> str:
    if not spec.defaults:
        return "none"
    shown = []
    for span in spec.defaults:
        days = f"{span.since or ''}…{span.until or ''}" if span.since or span.until else ""
        shown.append(" ".join(part for part in (show_value(spec.name, span.value) or "–", days) if part))
    return "; ".join(shown)
