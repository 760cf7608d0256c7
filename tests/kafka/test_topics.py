"""The topics on a real cluster: made as the table says, and whatever is weaker is named and refused."""

from dataclasses import replace
from time import monotonic

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from msgspec.structs import replace as replace_ours

from adapters.kafka.errors import BadSettings, KafkaTrouble
from adapters.kafka.settings import KafkaSettings, Ours
from adapters.kafka.start import findings, ready
from adapters.kafka.topics import DAY, TOPICS, of_inbox, of_relay, topic
from adapters.kafka.upkeep import allowed, check, create, offsets
from deploy.kafka.broker import Cluster
from tests.kafka.conftest import Topics


def change(settings: KafkaSettings, name: str, **configs: str) -> None:
    admin = KafkaAdminClient(**settings.admin_args())
    try:
        wanted = {key.replace("_", "."): value for key, value in configs.items()}
        resource = ConfigResource(ConfigResourceType.TOPIC, settings.topic(name), wanted)
        admin.alter_configs([resource])
        until = monotonic() + 10
        while not set(wanted.items()) <= set(now(admin, settings.topic(name)).items()):
            assert monotonic() < until
    finally:
        admin.close()


def now(admin: KafkaAdminClient, name: str) -> dict[str, str]:
    told = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
    return {key: value["value"] for key, value in told["topic"][name].items()}


def codes(found: list[KafkaTrouble], settings: KafkaSettings) -> list[tuple[str, str]]:
    return [
        (str(one.params["topic"]).removeprefix(settings.prefix), one.code.removeprefix("kafka."))
        for one in found
    ]


def with_ours(settings: KafkaSettings, ours: Ours) -> KafkaSettings:
    return replace(settings, ours=ours)


def test_the_table_says_it_of_each_topic_once() -> None:
    names = [one.name for one in TOPICS]
    assert len(set(names)) == len(names)
    assert {one.cleanup for one in TOPICS if one.name in ("recipients", "positions")} == {"compact"}
    assert topic("recipients.v1").cleanup == "compact"
    assert topic("subjects.medical").reads == "medical"
    with pytest.raises(KeyError):
        topic("approval")


def test_what_was_made_is_as_it_should_be_and_isnt_made_twice(topics: Topics) -> None:
    settings = topics.settings
    assert check(settings) != []
    assert {one.code for one in check(settings)} == {"kafka.topic-missing"}
    assert create(settings) == [settings.topic(one.name) for one in TOPICS]
    assert create(settings) == []
    assert check(settings) == []
    assert findings(settings) == findings(settings, "relay") == []
    ready(settings, "relay")
    rows = {row["topic"]: row for row in offsets(settings)}
    assert rows[settings.topic("positions")]["partitions"] == topic("positions").partitions
    assert {row["without_leader"] for row in rows.values()} == {0}


@pytest.mark.parametrize(
    ("name", "configs", "code"),
    [
        ("recipients", {"cleanup_policy": "delete"}, "topic-cleanup"),
        ("cases", {"cleanup_policy": "compact"}, "topic-cleanup"),
        ("positions", {"cleanup_policy": "compact,delete"}, "topic-cleanup"),
        ("approvals", {"retention_ms": "3600000"}, "topic-retention"),
        ("lists", {"retention_ms": "9999999999999"}, "topic-retention"),
        ("deaths", {"retention_ms": str(91 * DAY)}, "topic-kept-long"),
        ("deaths", {"retention_ms": "-1"}, "topic-kept-long"),
        ("approvals", {"retention_bytes": "1000000000"}, "topic-size"),
        ("subjects.medical", {"cleanup_policy": "delete"}, "topic-cleanup"),
        ("subjects.medical", {"max_compaction_lag_ms": "9223372036854775807"}, "topic-erasure"),
        ("deaths.dead-letter", {"max_compaction_lag_ms": str(30 * DAY)}, "topic-erasure"),
        ("recipients", {"delete_retention_ms": "1000"}, "topic-tombstones"),
        ("exits", {"unclean_leader_election_enable": "true"}, "topic-unclean"),
        ("cases", {"message_timestamp_type": "CreateTime"}, "topic-timestamps"),
        ("deaths", {"compression_type": "producer"}, "topic-compression"),
    ],
)
def test_a_weaker_topic_is_named_and_refused_unless_allowed(
    topics: Topics, name: str, configs: dict[str, str], code: str
) -> None:
    settings = topics.settings
    create(settings, [topic(name)])
    change(settings, name, **configs)
    (found,) = check(settings, [topic(name)])
    assert codes([found], settings) == [(name, code)]
    assert not allowed(found, settings)
    for entry, known in ((code, True), (f"{name}/{code}", True), (f"deadlines/{code}", False)):
        ours = Ours(prefix=settings.prefix, replication=1, min_insync=1, allow=(entry,))
        assert allowed(found, with_ours(settings, ours)) is known


def add_partitions(settings: KafkaSettings, name: str, many: int) -> None:
    admin = KafkaAdminClient(**settings.admin_args())
    try:
        admin.create_partitions({settings.topic(name): many})
        until = monotonic() + 10
        while len(admin.describe_topics([settings.topic(name)])[0]["partitions"]) < many:
            assert monotonic() < until
    finally:
        admin.close()


def test_partitions_that_were_added_or_never_made_are_named(topics: Topics) -> None:
    """Of a key that moved an older message may stand for ever where it was: a number, a letter, a recipient."""
    settings = topics.settings
    topics.make("exits", partitions=1, configs=topic("exits").configs_wanted(settings))
    create(settings)
    create(settings, [topic("subjects.medical")])
    for name, many in (
        ("recipients", 7),
        ("subjects.medical", 2),
        ("deaths.dead-letter", 2),
        ("deaths", 9),
        ("positions", 20),
    ):
        add_partitions(settings, name, many)
    found = findings(settings)
    assert {one.code for one in found} == {"kafka.topic-partitions"}
    assert {
        str(one.params["topic"]).removeprefix(settings.prefix): (one.params["found"], one.params["needed"])
        for one in found
    } == {
        "recipients": (7, 6),
        "subjects.medical": (2, 1),
        "deaths.dead-letter": (2, 1),
        "exits": (1, 6),
    }
    with pytest.raises(KafkaTrouble):
        ready(settings, "relay")
    ready(replace(settings, ours=replace_ours(settings.ours, allow=("topic-partitions",))), "relay")


def test_topics_that_the_table_cant_name_are_looked_at_too(topics: Topics) -> None:
    settings = topics.settings
    create(settings)
    create(settings, [topic("subjects.medical"), topic("recipients.v1")])
    topics.make("history", "deaths.v", "someone-elses")
    assert findings(settings) == []
    change(settings, "subjects.medical", cleanup_policy="delete")
    change(settings, "recipients.v1", cleanup_policy="delete")
    wanted = [("recipients.v1", "topic-cleanup"), ("subjects.medical", "topic-cleanup")]
    assert codes(findings(settings), settings) == codes(findings(settings, "relay"), settings) == wanted


def test_too_few_copies_are_named_and_refused(topics: Topics) -> None:
    create(topics.settings, of_relay())
    strict = with_ours(topics.settings, Ours(prefix=topics.prefix))
    found = codes(check(strict, of_relay()), strict)
    assert set(found) == {
        (one.name, code) for one in of_relay() for code in ("topic-replication", "topic-min-insync")
    }
    with pytest.raises(KafkaTrouble) as error:
        ready(strict, "relay")
    assert error.value.code == "kafka.topic-replication"
    ready(
        with_ours(strict, Ours(prefix=topics.prefix, allow=("topic-replication", "topic-min-insync"))),
        "relay",
    )


def test_a_cluster_too_small_says_how_many_it_has(topics: Topics) -> None:
    with pytest.raises(KafkaTrouble) as error:
        create(with_ours(topics.settings, Ours(prefix=topics.prefix)))
    assert (error.value.code, error.value.params["brokers"]) == ("kafka.too-few-brokers", 1)


def test_what_is_allowed_must_be_something_that_can_be_found(topics: Topics) -> None:
    with pytest.raises(BadSettings):
        findings(with_ours(topics.settings, Ours(prefix=topics.prefix, allow=("topic-replicas",))))


def test_a_missing_topic_cant_be_allowed(topics: Topics) -> None:
    create(topics.settings, [one for one in of_relay() if one.name != "exits"])
    with pytest.raises(KafkaTrouble) as error:
        ready(topics.settings, "relay")
    assert (error.value.code, error.value.params) == (
        "kafka.topic-missing",
        {"topic": topics.prefix + "exits"},
    )
    assert not allowed(error.value, topics.settings)


def test_three_nodes_keep_three_copies(cluster: Cluster, cluster_topics: Topics) -> None:
    create(cluster_topics.settings, of_relay())
    assert check(cluster_topics.settings, of_relay()) == []
    assert {row["copies"] for row in offsets(cluster_topics.settings)} == {3}


def test_the_inbox_needs_what_is_bound(topics: Topics) -> None:
    assert of_inbox(topics.settings) == []
