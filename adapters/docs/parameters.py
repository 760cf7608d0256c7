"""docs/parameters.md: every parameter with its unit, default and source."""

from domain.catalogue import CATALOGUE, ParameterSpec
from domain.policy import show_value

_MADE = "<!-- Made by `script/docs`; amend domain/parameters.toml instead. -->"
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


def parameters_page() -> str:
    lines = [
        _MADE,
        "# 参数 · Parameters",
        "",
        "每项由区划按项目、城乡类别设定，有起止日和文件；没有设定的向上级取，仍没有的用默认值。",
        "`standard` 没有默认值：没有标准的日子停止计算。",
        "",
        "A division sets each by programme and area, from a day, with its document; what it doesn't set comes from",
        "the division above, else from the default. `standard` has none: a day without one stops calculation.",
        'Money is written in yuan as text (`"680.50"`), in files and in lines of `do` too; a JSON number is refused.',
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


def short(spec: ParameterSpec) -> str:
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
