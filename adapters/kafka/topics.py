"""The topics: what each is for, its key, how it is kept, who writes and who reads. Made and checked from here.

docs/kafka.md shows this table; `doudi kafka init` makes the topics, `doudi kafka check` compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from adapters.kafka.settings import KafkaSettings

Direction = Literal["out", "in", "own"]
Cleanup = Literal["delete", "compact"]

FOR_EVER = -1
HOUR = 3_600_000
DAY = 24 * HOUR
DEAD_LETTER = ".dead-letter"
SUBJECTS = "subjects."
POSITIONS = "positions"

COMPACTED: Mapping[str, str] = {
    "segment.ms": str(DAY),
    "max.compaction.lag.ms": str(DAY),
    "delete.retention.ms": str(7 * DAY),
    "min.cleanable.dirty.ratio": "0.1",
}
"""What was overwritten or erased is gone after two days at most; a tombstone is seen for a week."""
SMALL: Mapping[str, str] = {
    "segment.bytes": str(1 << 20),
    "segment.ms": str(HOUR),
    "max.compaction.lag.ms": str(HOUR),
    "delete.retention.ms": str(HOUR),
    "min.cleanable.dirty.ratio": "0.1",
}
"""It is read whole at every start: little of it may lie there."""


READABLE: Mapping[str, str] = {"compression.type": "zstd"}
"""However a sender compresses, the broker keeps it in a way that we read."""


@dataclass(frozen=True)
class Topic:
    """`key`, `zh`, `en`, `writes`, `reads`: for people. `days`: how long messages are kept, -1 for ever."""

    name: str
    direction: Direction
    key: str
    zh: str
    en: str
    writes: str
    reads: str
    partitions: int = 6
    cleanup: Cleanup = "delete"
    days: int = 400
    configs: Mapping[str, str] = field(default_factory=dict)

    @property
    def keyed_by_us(self) -> bool:
        """Whether order, or which message of a key is the last, hangs on how many partitions there are."""
        return self.direction != "in" and self.name != POSITIONS

    @property
    def retention_ms(self) -> int:
        return self.days * DAY if self.days != FOR_EVER else FOR_EVER

    def configs_wanted(self, settings: KafkaSettings) -> dict[str, str]:
        """Retention counts from when a message came, so that history told anew isn't deleted at once."""
        found = {
            "cleanup.policy": self.cleanup,
            "min.insync.replicas": str(settings.ours.min_insync),
            "message.timestamp.type": "LogAppendTime",
            "unclean.leader.election.enable": "false",
            **self.configs,
        }
        if self.cleanup == "delete":
            found["retention.ms"] = str(self.retention_ms)
        return found


def _inbound(name: str, key: str, zh: str, en: str, writes: str) -> tuple[Topic, Topic]:
    return (
        Topic(name, "in", key, zh, en, writes, "inbox", days=90, configs=READABLE),
        Topic(
            name + DEAD_LETTER,
            "own",
            "topic, partition, offset",
            f"{zh}：不能受理的，附原因，原文加密",
            f"what of `{name}` can't be taken: reasons in the open, the original sealed",
            "inbox",
            "inbox",
            partitions=1,
            cleanup="compact",
            configs=COMPACTED,
        ),
    )


_CASE = "case number"
_PERSON = "pseudonym/programme"
TOPICS: tuple[Topic, ...] = (
    Topic(
        "cases",
        "out",
        _CASE,
        "个案办理事实：受理、核对、入户、公示、决定、变更、终止；无收入、财产、健康信息",
        "what happened to a case: accepted, verified, visited, posted, decided, changed, ended; no means, no health",
        "relay",
        "offices that follow cases",
    ),
    Topic(
        "approvals",
        "out",
        _PERSON,
        "每一保障对象的获批：个案、化名、救助类别、份额、起始月",
        "each person who is covered: case, pseudonym, programme, share, from which month",
        "relay",
        "medical insurance, schools, housing, banks, the province",
    ),
    Topic(
        "exits",
        "out",
        _PERSON,
        "每一保障对象的退出：个案、化名、救助类别、原因、截止月",
        "each person who is covered no more: case, pseudonym, programme, reason, from which month",
        "relay",
        "the readers of approvals",
    ),
    Topic(
        "recipients",
        "out",
        _PERSON,
        "现有保障对象名册：每人每类救助的现状；退出为墓碑",
        "the present state of each person and programme; a tombstone when it ends",
        "relay",
        "the readers of approvals",
        cleanup="compact",
        configs=COMPACTED,
    ),
    Topic(
        "lists",
        "out",
        "county/programme/area/month",
        "月度发放名单：生成、关闭，附合计与摘要",
        "a month's list drawn and closed, with totals and digest; no persons",
        "relay",
        "finance, the province",
        partitions=1,
        days=FOR_EVER,
    ),
    Topic(
        "statistics",
        "out",
        "county/programme/month",
        "已关闭月份的统计数",
        "the figures of closed months",
        "relay",
        "the province",
        partitions=1,
        days=FOR_EVER,
    ),
    Topic(
        "deadlines",
        "out",
        _CASE,
        "时限：变动、提醒、逾期上报、到期自动办理",
        "time limits: moved, warned of, escalated, fired by themselves",
        "relay",
        "supervision",
    ),
    Topic(
        POSITIONS,
        "own",
        "the log's name",
        "转发位置：与消息同一事务写入",
        "how far the log was told, written in one transaction with the messages",
        "relay",
        "relay",
        partitions=16,
        cleanup="compact",
        configs=SMALL,
    ),
    *_inbound("verification-answers", _CASE, "核对反馈", "answers to verifications", "verification bureaus"),
    *_inbound("deaths", "any", "死亡信息", "deaths", "civil registry, hospitals, funeral homes"),
    *_inbound("facts", _CASE, "其他部门报来的事实", "facts that other offices report", "other offices"),
    *_inbound(
        "commands", _CASE, "指令（默认关闭）", "commands (off unless bound)", "systems that act for a desk"
    ),
)
_BY_NAME = {one.name: one for one in TOPICS}


def topic(name: str) -> Topic:
    """By its name without prefix: of the table, an older version beside (`recipients.v1`), `subjects.<subscriber>`."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.startswith(SUBJECTS):
        return _subjects(name)
    base, _, version = name.rpartition(".v")
    if base in _BY_NAME and version.isdigit():
        return replace(_BY_NAME[base], name=name)
    raise KeyError(name)


def history(name: str) -> Topic:
    """A topic of a newcomer's, where history is told to him or all who receive aid now."""
    return replace(_BY_NAME["approvals"], name=name)


def _subjects(name: str) -> Topic:
    subscriber = name.removeprefix(SUBJECTS)
    return Topic(
        name,
        "out",
        "pseudonym",
        f"{subscriber} 有权知晓的身份：化名 → 以其公钥加密的身份证号",
        f"who the pseudonyms are, sealed to the key of {subscriber}",
        "relay",
        subscriber,
        partitions=1,
        cleanup="compact",
        configs=COMPACTED,
    )


def of_relay() -> list[Topic]:
    """What the relay needs."""
    return [one for one in TOPICS if one.direction == "out" or one.name == POSITIONS]


def of_inbox(settings: KafkaSettings) -> list[Topic]:
    """What the inbox needs: each bound topic and its dead letters."""
    return [topic(name + suffix) for name in settings.inbound for suffix in ("", DEAD_LETTER)]
