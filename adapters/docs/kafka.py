"""The made parts of docs/kafka.md: topics, defaults, findings; what stands between them is written by hand."""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from adapters.catalogue import Catalogue
from adapters.kafka.settings import DEFAULTS, FIXED, Ours
from adapters.kafka.topics import FOR_EVER, SUBJECTS, TOPICS, Topic, topic
from adapters.kafka.upkeep import FINDINGS

PAGE = "docs/kafka.md"
_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.S)
WAYS = ("unreachable", "silent", "tls", "protocol", "mechanism", "password", "group-denied", "id-denied")
TROUBLES = ("fenced", "unsure", "denied", "refused", "too-few-brokers", "no-rights")
_OURS = {
    "prefix": "begins every topic, group and transactional id",
    "source": "CloudEvents' `source`; the log's id is added",
    "replication": "copies of a topic",
    "min_insync": "copies that must have a message before it counts as written",
    "allow": "findings below that are known and accepted: `topic-cleanup`, or `cases/topic-cleanup`",
    "lag_seconds": "the relay gives alarm when what waits is older",
    "lag_events": "… or when more events wait",
}


def pages(root: Path) -> Mapping[str, str]:
    path = root / PAGE
    if not path.exists():
        return {}
    parts = {"topics": _topics, "defaults": _defaults, "findings": _findings}
    text = path.read_text(encoding="utf-8")
    return {PAGE: _PART.sub(lambda found: found[1] + parts[found[2]]() + found[3], text)}


def _topics() -> str:
    lines = [
        "| topic | 内容 | what | key | partitions | kept | writes | reads |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(one) for one in (*TOPICS, topic(f"{SUBJECTS}<subscriber>"))),
    ]
    return "\n".join(lines) + "\n"


def _row(one: Topic) -> str:
    kept = "for ever" if one.days == FOR_EVER else f"{one.days} days"
    if one.cleanup == "compact":
        kept = "the last of each key"
    cells = (f"`{one.name}`", one.zh, one.en, one.key, str(one.partitions), kept, one.writes, one.reads)
    return f"| {' | '.join(cells)} |"


def _defaults() -> str:
    lines = ["| section | key | default | |", "|---|---|---|---|"]
    for section, keys in DEFAULTS.items():
        for key, value in keys.items():
            lines.append(f"| {section} | `{key}` | `{value}` | {'fixed' if key in FIXED else ''} |")
    lines += [
        f"| doudi | `{one.name}` | `{one.default}` | {_OURS.get(one.name, '')} |"
        for one in msgspec.structs.fields(Ours)
    ]
    return "\n".join(lines) + "\n"


def _findings() -> str:
    zh, en = Catalogue("zh"), Catalogue("en")
    lines = ["| code | 说明 | what it means | what to do |", "|---|---|---|---|"]
    for code in (*(f"kafka.{one}" for one in (*WAYS, *FINDINGS, *TROUBLES)),):
        cells = (f"`{code}`", zh.text(code), en.text(code), en.text(f"{code}.remedy"))
        lines.append(f"| {' | '.join(_braces(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _braces(text: str) -> str:
    """`{topic}` as the text has it without its value."""
    return re.sub(r"{(\w+)}", r"*\1*", text)
