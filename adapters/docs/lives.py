"""docs/life-cycles: each definition with its states, owners, deadlines, sources, transitions and a diagram."""

from collections.abc import Mapping

from domain.catalogue import CATALOGUE
from domain.codes import known, label
from workflows.definition import OPEN, DeadlineSpec, Definition, Transition, shipped

MADE = "<!-- Made by `script/docs`; amend {source} instead. -->"


def pages() -> Mapping[str, str]:
    made = {f"docs/life-cycles/{one.id}.md": page(one) for one in shipped().values()}
    made["docs/life-cycles/README.md"] = index()
    return made


def index() -> str:
    lines = [
        MADE.format(source="workflows/definitions/"),
        "",
        "# 生命周期 Life cycles",
        "",
        "A case carries several small life cycles side by side; each is data in `workflows/definitions/`.",
        "",
        "| life cycle | 名称 | states | instances | source |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [{one.id}]({one.id}.md) {one.en} | {one.zh} | {len(one.states)} | {'many' if one.many else 'one'} "
        f"| {one.source} |"
        for one in shipped().values()
    ]
    return "\n".join(lines) + "\n"


def page(definition: Definition) -> str:
    lines = [
        MADE.format(source=f"workflows/definitions/{definition.name}.toml"),
        "",
        f"# {definition.zh} {definition.en} (`{definition.id}`)",
        "",
        f"Source: {definition.source}.",
        "",
        *diagram(definition),
        "",
        "## 状态 States",
        "",
        "| state | 名称 | meaning | owner | due | source |",
        "|---|---|---|---|---|---|",
    ]
    for state in definition.states:
        owner = desk(state.owner) if state.owner else "– (ends)"
        dues = "; ".join(due(one) for one in state.deadlines) or "–"
        lines.append(
            f"| `{state.name}` | {state.zh} | {state.en} | {owner} | {dues} | {state.source or '–'} |"
        )
    lines += [
        "",
        "## 办理 What may happen",
        "",
        "| command | from | to | who | needs | starts, moves | source |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [transition(way) for way in definition.transitions]
    return "\n".join(lines) + "\n"


def due(spec: DeadlineSpec) -> str:
    if spec.span.startswith("@"):
        span = f"computed: {spec.span[1:]}"
    else:
        parameter = CATALOGUE[spec.span]
        span = f"[{spec.span}](../parameters.md) = {parameter.default} {parameter.unit}"
    until = f", until {', '.join(spec.until)}" if spec.until else ""
    fires = f" → fires `{spec.fires}`" if spec.fires else ""
    return f"**{spec.name}** {span}{until}{fires} ({spec.source})"


def transition(way: Transition) -> str:
    whens, unlesses = way.choice
    needs = [f"`{name}`" for name in way.needs]
    needs += [f"if `{name}`" for name in whens] + [f"unless `{name}`" for name in unlesses]
    starts = [f"begins {name}" for name in way.begins] + [f"may begin {name}" for name in way.may_begin]
    starts += [f"{life} → {state}" for life, state in way.moves.items()]
    starts += [f"may move {life} → {', '.join(states)}" for life, states in way.may_move.items()]
    sources = ", ".join("(begins)" if source == OPEN else source for source in way.sources)
    who = ", ".join(desk(name) for name in way.who)
    to = "(stays)" if way.to == "=" else way.to
    return (
        f"| `{way.trigger}` | {sources} | {to} | {who} | {', '.join(needs) or '–'} "
        f"| {'; '.join(starts) or '–'} | {way.source or '–'} |"
    )


def desk(name: str) -> str:
    return f"{name} {label('desk', name, 'zh')}" if known("desk", name) else name


def diagram(definition: Definition) -> list[str]:
    """A mermaid state diagram; ways of one command between the same states are one arrow."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.name}: {state.name}<br/>{state.zh}" for state in definition.states]
    arrows: dict[tuple[str, str], list[str]] = {}
    entered = False
    for way in definition.transitions:
        for source in way.sources:
            if way.to == "=" or way.to == source:
                continue
            entered = entered or source == OPEN
            arrows.setdefault(("[*]" if source == OPEN else source, way.to), []).append(way.trigger)
    if not entered:
        lines.append(f"    [*] --> {definition.initial}")
    for (source, to), triggers in arrows.items():
        lines.append(f"    {source} --> {to}: {', '.join(dict.fromkeys(triggers))}")
    lines += [f"    {state.name} --> [*]" for state in definition.states if state.final]
    return [*lines, "```"]
