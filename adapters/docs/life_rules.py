"""docs/rules/life.*.md: each rule of the life cycle with what carries it out and its examples."""

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.catalogue import Catalogue
from adapters.docs.lives import desk, due
from adapters.docs.parameters import short
from domain.catalogue import CATALOGUE
from workflows.definition import OPEN, Definition, Transition
from workflows.engine import DUE_DAYS, GUARDS
from workflows.rulebook import LifeRule, book, deadlines, rules, transitions

FEATURES = "tests/rules/life"
MANY = 5
"""Of more states than these the first and the last are named; the life cycle's page has them all."""
REASON = re.compile(r'\breason\(\s*"([a-z][a-z-]*)"')
CALLED = re.compile(r"\b([a-z_]+)\(")
MADE = "<!-- Made by `script/docs`; amend workflows/rules.toml or {feature} instead. -->"


def pages(root: Path) -> Mapping[str, str]:
    return {f"docs/rules/{name}.md": page(name, rule, root) for name, rule in rules().items()}


def page(name: str, rule: LifeRule, root: Path) -> str:
    feature = f"{FEATURES}/{name}.feature"
    examples = (root / feature).read_text(encoding="utf-8").rstrip()
    parameters = [short(CATALOGUE[one]) for one in rule.parameters] or ["- –"]
    return "\n".join(
        [
            MADE.format(feature=feature),
            f"# {rule.zh.title} · {rule.en.title}",
            "",
            f"`{name}` · rules.md {rule.section} · {rule.source}",
            "",
            rule.zh.text,
            "",
            rule.en.text,
            "",
            "## 参数 · Parameters",
            *parameters,
            "",
            "## 办理 · Steps",
            *(_steps(rule) or ["- –"]),
            "",
            "## 把关 · Guards",
            *(list(_guards(rule)) or ["- –"]),
            "",
            "## 期限 · Due days",
            *(list(_dues(rule)) or ["- –"]),
            "",
            "## 例子 · Examples",
            f"[{name}.feature](../../{feature})",
            "",
            "```gherkin",
            examples,
            "```",
            "",
        ]
    )


def index() -> list[str]:
    """The table of rules of the life cycle, and what has no page with its reason."""
    lines = [
        "## 办理流程 · Life cycle",
        "",
        "从申请到停发，每条规则一页；例子用办案人员的话写成，可以阅读、修改和添加",
        f"（[{FEATURES}](../../{FEATURES})，步骤和用词见其中的 README）。",
        "",
        "A page for each rule from application to stop; the examples speak the office's words: amend or add to the",
        f"files in [{FEATURES}](../../{FEATURES}), whose README lists the steps and words.",
        "",
        "| rule | 规则 | title | § |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| [{name}]({name}.md) | {rule.zh.title} | {rule.en.title} | {rule.section} |"
        for name, rule in rules().items()
    ]
    lines += ["", "不在此列 · Not among them:", ""]
    for one in book().elsewhere:
        names = ", ".join(f"`{name}`" for name in (*one.commands, *one.guards, *one.due_days))
        lines.append(f"- {names}: {one.zh} {one.en}")
    return lines


def _steps(rule: LifeRule) -> list[str]:
    """One line for each command and life cycle: from which states, who, what is asked."""
    found: dict[tuple[str, str], list[tuple[Definition, Transition]]] = {}
    for definition, way in transitions(rule):
        found.setdefault((definition.id, way.trigger), []).append((definition, way))
    rows = [_step(ways) for ways in found.values()]
    head = ["| life cycle | command | 从 from | 到 to | 由 who |", "|---|---|---|---|---|"]
    return [*head, *rows] if rows else []


def _step(ways: list[tuple[Definition, Transition]]) -> str:
    definition, first = ways[0]

    def state(name: str) -> str:
        return "–" if name == OPEN else definition.state(name).zh

    sources = list(dict.fromkeys(state(source) for _, way in ways for source in way.sources))
    if len(sources) > MANY:
        sources = [f"{sources[0]}……{sources[-1]}（{len(sources)}）"]
    targets = dict.fromkeys("不变" if way.to == "=" else definition.state(way.to).zh for _, way in ways)
    who = dict.fromkeys(desk(name) for _, way in ways for name in way.who)
    life = f"[{definition.zh}](../life-cycles/{definition.id}.md)"
    return f"| {life} | `{first.trigger}` | {'、'.join(sources)} | {'、'.join(targets)} | {', '.join(who)} |"


def _guards(rule: LifeRule) -> Iterator[str]:
    zh = Catalogue("zh")
    for name in rule.guards:
        places = dict.fromkeys(
            f"`{way.trigger}`"
            for _, way in transitions(rule)
            if name in way.needs or name in {*way.choice[0], *way.choice[1]}
        )
        doc = (GUARDS[name].__doc__ or "").split("\n")[0].strip()
        messages = "".join(f"“{zh.text(code)}”" for code in _codes(name) if zh.has(code))
        yield f"- `{name}` → {', '.join(places)}: {messages}{' ' if messages and doc else ''}{doc}".rstrip(
            ": "
        )


def _codes(guard: str) -> list[str]:
    """The codes of the reasons that the guard gives, or another one that it asks."""
    source = inspect.getsource(GUARDS[guard])
    asked = [name for name in CALLED.findall(source) if name in GUARDS and name != guard]
    found = [*REASON.findall(source), *(code for name in asked for code in _codes(name))]
    return list(dict.fromkeys(found))


def _dues(rule: LifeRule) -> Iterator[str]:
    zh = Catalogue("zh")
    for definition, state, deadline in deadlines(rule):
        name = f"deadline.{deadline.name}"
        said = f"（{zh.text(name)}）" if zh.has(name) else ""
        computed = DUE_DAYS[deadline.span[1:]].__doc__ if deadline.span.startswith("@") else None
        more = f": {computed.splitlines()[0].strip()}" if computed else ""
        yield f"- {definition.zh}“{state.zh}”{said} {due(deadline)}{more}"
