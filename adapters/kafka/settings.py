"""Settings of Kafka: a TOML file, its keys as kafka-python names them; docs/kafka.md lists ours.

Secrets stand in files or in the environment only: `sasl_plain_password_file` or `sasl_plain_password_env`.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from adapters.kafka.errors import BadSettings
from adapters.kafka.inbound import TOPICS, Facts, VerificationAnswer
from adapters.kafka.net import SafeNetClient
from adapters.kafka.secret import from_environment, from_file
from domain.text import whole

VARIABLE = "DOUDI_KAFKA"
SECRETS = ("sasl_plain_password", "ssl_password")

_COMMON: Mapping[str, Any] = {
    "bootstrap_timeout_ms": 10_000,
    "reconnect_backoff_max_ms": 500,
    "retry_backoff_ms": 20,
    "request_timeout_ms": 4_000,
}
_PRODUCER: Mapping[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "transaction_timeout_ms": 10_000,
    "delivery_timeout_ms": 8_000,
    "max_block_ms": 15_000,
    "batch_size": 512 * 1024,
    "linger_ms": 5,
}
_CONSUMER: Mapping[str, Any] = {
    "isolation_level": "read_committed",
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "request_timeout_ms": 12_000,
    "session_timeout_ms": 10_000,
}
FIXED: Mapping[str, tuple[Any, ...]] = {
    "acks": ("all", -1),
    "enable_idempotence": (True,),
    "isolation_level": ("read_committed",),
    "enable_auto_commit": (False,),
    "auto_offset_reset": ("earliest",),
}
"""What makes a message neither lost nor doubled isn't for settings to change."""
DEFAULTS: Mapping[str, Mapping[str, Any]] = {"kafka": _COMMON, "producer": _PRODUCER, "consumer": _CONSUMER}
_OURS = {
    "kafka_client",
    "transactional_id",
    "group_id",
    "key_serializer",
    "value_serializer",
    "key_deserializer",
    "value_deserializer",
    "partitioner",
    "allow_auto_create_topics",
    "ssl_context",
    "selector",
    "default_offset_commit_callback",
    *SECRETS,
}
"""Set by doudi itself, or, the secrets, by a file or the environment."""


OF_ONE_CASE = (VerificationAnswer.TOPIC, Facts.TOPIC)
"""Whose messages are each about one case, so that its programme can be asked for."""

Positive = Annotated[int, msgspec.Meta(ge=1)]


class Binding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an inbound topic may do: in whose name; on `verification-answers` and `facts`, for cases of which
    programmes; on `commands`, which commands.

    A topic without a binding isn't read.
    """

    actor: Annotated[str, msgspec.Meta(min_length=1)]
    programmes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


class Ours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section [doudi]. `allow` names the findings of `doudi kafka check` that are known and accepted.

    The relay gives alarm when its oldest event is `lag_seconds` old, or more than `lag_events` wait.
    """

    prefix: Annotated[str, whole(r"[A-Za-z0-9._-]{0,100}")] = "doudi."
    source: Annotated[str, whole(r"[!-~]{1,200}")] = "urn:doudi"
    replication: Positive = 3
    min_insync: Positive = 2
    allow: tuple[str, ...] = ()
    lag_seconds: Positive = 300
    lag_events: Positive = 10_000


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kafka: dict[str, Any]
    producer: dict[str, Any] = {}
    consumer: dict[str, Any] = {}
    doudi: Ours = Ours()
    inbound: dict[str, Binding] = {}


@dataclass(frozen=True)
class KafkaSettings:
    """`producer_args`, `consumer_args` and `admin_args` are what kafka-python's clients take."""

    common: Mapping[str, Any]
    producer: Mapping[str, Any] = field(default_factory=dict)
    consumer: Mapping[str, Any] = field(default_factory=dict)
    ours: Ours = field(default_factory=Ours)
    inbound: Mapping[str, Binding] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        return self.ours.prefix

    @property
    def source(self) -> str:
        return self.ours.source

    @property
    def bootstrap(self) -> str:
        """The brokers' addresses as they were given."""
        given = self.common["bootstrap_servers"]
        return given if isinstance(given, str) else ",".join(given)

    def topic(self, name: str) -> str:
        """The name on the broker of the topic `cases`, `approvals` …"""
        return self.prefix + name

    def producer_args(self, transactional_id: str | None = None) -> dict[str, Any]:
        ours = {"kafka_client": SafeNetClient, "allow_auto_create_topics": False}
        if transactional_id is not None:
            ours["transactional_id"] = transactional_id
        return {**_COMMON, **self.common, **_PRODUCER, **self.producer, **ours}

    def consumer_args(self, group: str | None = None) -> dict[str, Any]:
        ours = {"group_id": group, "allow_auto_create_topics": False}
        return {**_COMMON, **_CONSUMER, **self.common, **self.consumer, **ours}

    def admin_args(self) -> dict[str, Any]:
        return {**_COMMON, "request_timeout_ms": 12_000, **self.common}


def settings(file: str | Path | None = None) -> KafkaSettings:
    """From `file`, or from the file that DOUDI_KAFKA names.

    BadSettings: kafka.unset, kafka.settings-unreadable, kafka.settings-shape, kafka.key-unknown,
    kafka.inbound-…, kafka.key-ours, kafka.key-durable, kafka.secret-…: each names the key and
    the remedy, none a value.
    """
    named = str(file or os.environ.get(VARIABLE, ""))
    if not named:
        raise BadSettings("kafka.unset", name=VARIABLE)
    path = Path(named)
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise BadSettings("kafka.settings-unreadable", file=named) from None
    return read(raw, path.parent)


def read(raw: Mapping[str, Any], folder: Path = Path()) -> KafkaSettings:
    """Settings from TOML's tables; file names in them are looked for beside the file."""
    try:
        file = msgspec.convert(raw, _File)
    except msgspec.ValidationError as error:
        # msgspec names the place and the types, never the value.
        raise BadSettings("kafka.settings-shape", what=str(error)) from None
    if not file.kafka.get("bootstrap_servers"):
        raise BadSettings("kafka.key-missing", key="kafka.bootstrap_servers")
    for name in file.inbound:
        if name not in TOPICS:
            raise BadSettings("kafka.inbound-unknown", key=f"inbound.{name}", known=", ".join(TOPICS))
        _check_binding(f"inbound.{name}", name, file.inbound[name])
    return KafkaSettings(
        common=_with_secrets(_keys("kafka", file.kafka, KafkaAdminClient.DEFAULT_CONFIG), folder),
        producer=_keys("producer", file.producer, KafkaProducer.DEFAULT_CONFIG),
        consumer=_keys("consumer", file.consumer, KafkaConsumer.DEFAULT_CONFIG),
        ours=file.doudi,
        inbound=file.inbound,
    )


def _check_binding(key: str, topic: str, binding: Binding) -> None:
    """Else each message would be refused for it, or what is set would say more than is done."""
    import workflows.commands  # noqa: F401  (registers them)
    from workflows.authority import CLOCK_ACTOR
    from workflows.command import COMMANDS

    if binding.actor == CLOCK_ACTOR:
        raise BadSettings("kafka.inbound-clock", key=f"{key}.actor", actor=CLOCK_ACTOR)
    if binding.programmes and topic not in OF_ONE_CASE:
        raise BadSettings("kafka.inbound-programmes", key=f"{key}.programmes", topics=", ".join(OF_ONE_CASE))
    for command in binding.commands:
        if command not in COMMANDS:
            raise BadSettings("kafka.inbound-command", key=f"{key}.commands", command=command)


def _keys(section: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    references = (
        {f"{key}_{how}" for key in SECRETS for how in ("file", "env")} if section == "kafka" else set()
    )
    for key, value in given.items():
        name = f"{section}.{key}"
        if key in SECRETS:
            raise BadSettings("kafka.secret-in-settings", key=name)
        if key in _OURS:
            raise BadSettings("kafka.key-ours", key=name)
        if key not in known and key not in references:
            raise BadSettings("kafka.key-unknown", key=name)
        if key in FIXED and value not in FIXED[key]:
            raise BadSettings("kafka.key-durable", key=name, needed=str(FIXED[key][0]))
        if key not in FIXED and not _fits(key, value, known.get(key)):
            raise BadSettings("kafka.settings-shape", what=f"`{type(value).__name__}` - at `$.{name}`")
    return dict(given)


def _fits(key: str, value: object, default: object) -> bool:
    """Whether a value is of the kind of the client's own default; what names a file, a user or a way is text."""
    if key == "bootstrap_servers":
        many = value if isinstance(value, list) else [value]
        return all(isinstance(one, str) and one for one in many)
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    if isinstance(default, str) or key.startswith(("ssl_", "sasl_")):
        return isinstance(value, str)
    return True


def _with_secrets(common: dict[str, Any], folder: Path) -> dict[str, Any]:
    for key in SECRETS:
        name, variable = common.pop(f"{key}_file", None), common.pop(f"{key}_env", None)
        if name is not None:
            common[key] = from_file(folder / name, f"kafka.{key}_file")
        elif variable is not None:
            common[key] = from_environment(variable, f"kafka.{key}_env")
    for key in ("ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_crlfile"):
        if key in common:
            common[key] = str(folder / common[key])
            if not Path(common[key]).is_file():
                raise BadSettings("kafka.file-missing", key=f"kafka.{key}", file=common[key])
    return common
