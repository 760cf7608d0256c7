"""Topics made and checked on a real cluster, and rights given there."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import (
    InvalidReplicationFactorError,
    KafkaError,
    PolicyViolationError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)

from adapters.kafka.errors import BadSettings, KafkaTrouble
from adapters.kafka.health import admin
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import DAY, FOR_EVER, HOUR, SUBJECTS, TOPICS, Topic, topic

_READ = ("zstd", "gzip", "uncompressed")
FINDINGS = (
    "topic-missing",
    "topic-denied",
    "topic-replication",
    "topic-min-insync",
    "topic-partitions",
    "topic-cleanup",
    "topic-retention",
    "topic-kept-long",
    "topic-size",
    "topic-erasure",
    "topic-tombstones",
    "topic-unclean",
    "topic-timestamps",
    "topic-compression",
)
"""What `check` may find; `allow` in the settings names those that are known: `topic-replication`, for one topic
`cases/topic-replication`. A missing or denied topic can't be allowed."""


def create(settings: KafkaSettings, topics: Sequence[Topic] = TOPICS) -> list[str]:
    """Make those that aren't there; their names on the broker. What is there isn't changed."""
    with admin(settings) as client:
        names = {settings.topic(one.name): one for one in topics}
        there = _there(client, names)
        missing = [name for name in names if name not in there]
        return [name for name in missing if _made(client, settings, name, names[name])]


def exists(settings: KafkaSettings, name: str) -> bool:
    """Whether a topic is on the broker; `name` without the prefix."""
    with admin(settings) as client:
        return bool(_there(client, [settings.topic(name)]))


def _there(client: KafkaAdminClient, names: Iterable[str]) -> set[str]:
    return {told["name"] for told in client.describe_topics(list(names)) if not told["error_code"]}


def _made(client: KafkaAdminClient, settings: KafkaSettings, name: str, topic: Topic) -> bool:
    wanted = NewTopic(
        name=name,
        num_partitions=topic.partitions,
        replication_factor=settings.ours.replication,
        topic_configs=topic.configs_wanted(settings),
    )
    try:
        client.create_topics([wanted])
    except TopicAlreadyExistsError:
        return False
    except InvalidReplicationFactorError as error:
        brokers = len(client.describe_cluster()["brokers"])
        needed = settings.ours.replication
        raise KafkaTrouble("kafka.too-few-brokers", topic=name, brokers=brokers, needed=needed) from error
    except PolicyViolationError as error:
        raise KafkaTrouble("kafka.topic-policy", topic=name) from error
    except KafkaError as error:
        raise KafkaTrouble("kafka.topic-unmade", topic=name, reason=type(error).__name__) from error
    client.wait_for_topics([name])
    return True


def check(settings: KafkaSettings, topics: Sequence[Topic] = TOPICS) -> list[KafkaTrouble]:
    """Where the cluster's topics aren't as the table says, allowed or not. Raises why none can be asked."""
    with admin(settings) as client:
        return _checked(client, settings, {settings.topic(one.name): one for one in topics})


def beside(settings: KafkaSettings, topics: Iterable[Topic]) -> list[Topic]:
    """Subscribers' own topics and older versions that stand on the broker beside these."""
    with admin(settings) as client:
        there = sorted(client.list_topics())
    own = {one.name: one for one in topics}
    found = []
    for name in (one.removeprefix(settings.prefix) for one in there if one.startswith(settings.prefix)):
        base = name.rpartition(".v")[0]
        if name not in own and (base in own or name.startswith(SUBJECTS)):
            with suppress(KeyError):
                found.append(topic(name))
    return found


def refuse(found: Iterable[KafkaTrouble], settings: KafkaSettings) -> None:
    """Raise the first that isn't allowed."""
    for trouble in found:
        if not allowed(trouble, settings):
            raise trouble


def allowed(trouble: KafkaTrouble, settings: KafkaSettings) -> bool:
    code = trouble.code.removeprefix("kafka.")
    if code in ("topic-missing", "topic-denied") or code not in FINDINGS:
        return False
    name = str(trouble.params.get("topic", "")).removeprefix(settings.prefix)
    return code in settings.ours.allow or f"{name}/{code}" in settings.ours.allow


def check_allow(settings: KafkaSettings) -> None:
    """What is allowed must be something that can be found: a slip would allow nothing, and nobody would know."""
    for entry in settings.ours.allow:
        if entry.rpartition("/")[2] not in FINDINGS[2:]:
            raise BadSettings("kafka.allow-unknown", entry=entry, known=", ".join(FINDINGS[2:]))


def _checked(
    client: KafkaAdminClient, settings: KafkaSettings, names: Mapping[str, Topic]
) -> list[KafkaTrouble]:
    found: list[KafkaTrouble] = []
    there: dict[str, Any] = {}
    order = list(names)
    for told in sorted(client.describe_topics(order), key=lambda one: order.index(one["name"])):
        name, code = told["name"], told["error_code"]
        if code == UnknownTopicOrPartitionError.errno:
            found.append(KafkaTrouble("kafka.topic-missing", topic=name))
        elif code == TopicAuthorizationFailedError.errno:
            found.append(KafkaTrouble("kafka.topic-denied", topic=name, right="DESCRIBE"))
        elif code:
            found.append(KafkaTrouble("kafka.topic-unreadable", topic=name, reason=for_code(code).__name__))
        else:
            there[name] = told
    configs = _configs(client, list(there))
    for name, told in there.items():
        found += _compared(settings, name, names[name], told, configs[name])
    return found


def _configs(client: KafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    told = client.describe_configs(asked, config_filter="all")["topic"]
    return {name: {key: str(value["value"]) for key, value in told[name].items()} for name in names}


def _compared(
    settings: KafkaSettings, name: str, topic: Topic, told: Mapping[str, Any], configs: Mapping[str, str]
) -> Iterable[KafkaTrouble]:
    copies = min(len(one["replica_nodes"]) for one in told["partitions"])
    needed = settings.ours.replication
    if copies < needed:
        yield KafkaTrouble("kafka.topic-replication", topic=name, found=copies, needed=needed)
    insync = int(configs["min.insync.replicas"])
    if insync < settings.ours.min_insync:
        needed = settings.ours.min_insync
        yield KafkaTrouble("kafka.topic-min-insync", topic=name, found=insync, needed=needed)
    if topic.keyed_by_us and (parts := len(told["partitions"])) != topic.partitions:
        yield KafkaTrouble("kafka.topic-partitions", topic=name, found=parts, needed=topic.partitions)
    cleanup = configs["cleanup.policy"]
    if cleanup != topic.cleanup:
        yield KafkaTrouble("kafka.topic-cleanup", topic=name, found=cleanup, needed=topic.cleanup)
    else:
        yield from (_kept if cleanup == "delete" else _compacted)(name, topic, configs)
    if configs["unclean.leader.election.enable"] == "true":
        yield KafkaTrouble("kafka.topic-unclean", topic=name)
    if configs["message.timestamp.type"] != "LogAppendTime":
        yield KafkaTrouble("kafka.topic-timestamps", topic=name)
    if topic.direction == "in" and configs["compression.type"] not in _READ:
        yield KafkaTrouble("kafka.topic-compression", topic=name, found=configs["compression.type"])


def _kept(name: str, topic: Topic, configs: Mapping[str, str]) -> Iterable[KafkaTrouble]:
    found, most = int(configs["retention.ms"]), int(configs["retention.bytes"])
    days = found // DAY if found >= 0 else FOR_EVER
    if found >= 0 and (topic.days == FOR_EVER or found < topic.retention_ms):
        yield KafkaTrouble("kafka.topic-retention", topic=name, found=days, needed=topic.days)
    elif topic.direction == "in" and (found < 0 or found > topic.retention_ms):
        yield KafkaTrouble("kafka.topic-kept-long", topic=name, found=days, needed=topic.days)
    if most >= 0:
        yield KafkaTrouble("kafka.topic-size", topic=name, found=most)


def _compacted(name: str, topic: Topic, configs: Mapping[str, str]) -> Iterable[KafkaTrouble]:
    lag, tombstones = "max.compaction.lag.ms", "delete.retention.ms"
    if int(configs[lag]) > int(topic.configs[lag]):
        hours, needed = int(configs[lag]) // HOUR, int(topic.configs[lag]) // HOUR
        yield KafkaTrouble("kafka.topic-erasure", topic=name, found=hours, needed=needed)
    if int(configs[tombstones]) < int(topic.configs[tombstones]):
        hours, needed = int(configs[tombstones]) // HOUR, int(topic.configs[tombstones]) // HOUR
        yield KafkaTrouble("kafka.topic-tombstones", topic=name, found=hours, needed=needed)


def offsets(settings: KafkaSettings, topics: Sequence[Topic] = TOPICS) -> list[dict[str, Any]]:
    """A row a topic that is there: partitions, copies, copies in step, and how far it is written."""
    with admin(settings) as client:
        names = {settings.topic(one.name): one for one in topics}
        rows = []
        for told in client.describe_topics(list(names)):
            if told["error_code"]:
                continue
            parts = told["partitions"]
            rows.append(
                {
                    "topic": told["name"],
                    "partitions": len(parts),
                    "copies": min(len(one["replica_nodes"]) for one in parts),
                    "in_step": min(len(one["isr_nodes"]) for one in parts),
                    "without_leader": sum(one["leader_id"] < 0 for one in parts),
                }
            )
        return sorted(rows, key=lambda row: str(row["topic"]))
