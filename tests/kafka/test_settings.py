"""Settings: keys as kafka-python names them, defaults that lose nothing, secrets that are never shown."""

import logging
import tomllib
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from adapters.kafka.errors import BadSettings
from adapters.kafka.settings import read, settings
from deploy.kafka.node import free_port

KAFKA = {"bootstrap_servers": "127.0.0.1:9092"}
WORD = "a-very-secret-word"


def refused(raw: dict[str, Any], folder: Path = Path()) -> tuple[str, object]:
    with pytest.raises(BadSettings) as error:
        read(raw, folder)
    return error.value.code, error.value.params.get("key")


def test_what_we_set_is_taken_by_the_clients() -> None:
    made = read({"kafka": KAFKA})
    assert set(made.producer_args("x")) <= set(KafkaProducer.DEFAULT_CONFIG)
    assert set(made.consumer_args("x")) <= set(KafkaConsumer.DEFAULT_CONFIG)
    assert set(made.admin_args()) <= set(KafkaAdminClient.DEFAULT_CONFIG)


def test_the_defaults_lose_nothing() -> None:
    made = read({"kafka": KAFKA})
    producer, consumer = made.producer_args("x"), made.consumer_args("x")
    assert (producer["acks"], producer["enable_idempotence"]) == ("all", True)
    assert producer["transaction_timeout_ms"] == 10_000
    assert (consumer["isolation_level"], consumer["enable_auto_commit"]) == ("read_committed", False)
    assert consumer["auto_offset_reset"] == "earliest"


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("producer", "acks", 1),
        ("producer", "enable_idempotence", False),
        ("consumer", "isolation_level", "read_uncommitted"),
        ("consumer", "enable_auto_commit", True),
        ("consumer", "auto_offset_reset", "latest"),
    ],
)
def test_what_makes_a_message_lost_or_doubled_is_refused(section: str, key: str, value: object) -> None:
    assert refused({"kafka": KAFKA, section: {key: value}}) == ("kafka.key-durable", f"{section}.{key}")


@pytest.mark.parametrize(
    ("raw", "code", "key"),
    [
        ({"kafka": {}}, "kafka.key-missing", "kafka.bootstrap_servers"),
        ({}, "kafka.settings-shape", None),
        ({"kafka": KAFKA, "kafak": {}}, "kafka.settings-shape", None),
        ({"kafka": {**KAFKA, "bootstrap_server": "x"}}, "kafka.key-unknown", "kafka.bootstrap_server"),
        ({"kafka": KAFKA, "producer": {"group_id": "x"}}, "kafka.key-ours", "producer.group_id"),
        (
            {"kafka": KAFKA, "producer": {"transactional_id": "x"}},
            "kafka.key-ours",
            "producer.transactional_id",
        ),
        ({"kafka": {**KAFKA, "ssl_cafile": "none.pem"}}, "kafka.file-missing", "kafka.ssl_cafile"),
        ({"kafka": KAFKA, "doudi": {"replicas": 3}}, "kafka.settings-shape", None),
        ({"kafka": KAFKA, "inbound": {"deaths": {}}}, "kafka.settings-shape", None),
        ({"kafka": KAFKA, "inbound": {"death": {"actor": "a"}}}, "kafka.inbound-unknown", "inbound.death"),
        (
            {"kafka": KAFKA, "inbound": {"facts": {"actor": "clock"}}},
            "kafka.inbound-clock",
            "inbound.facts.actor",
        ),
        (
            {"kafka": KAFKA, "inbound": {"commands": {"actor": "a", "commands": ["Enter", "Entre"]}}},
            "kafka.inbound-command",
            "inbound.commands.commands",
        ),
        (
            {"kafka": KAFKA, "inbound": {"deaths": {"actor": "a", "programmes": ["dibao"]}}},
            "kafka.inbound-programmes",
            "inbound.deaths.programmes",
        ),
        (
            {"kafka": KAFKA, "inbound": {"commands": {"actor": "a", "programmes": ["dibao"]}}},
            "kafka.inbound-programmes",
            "inbound.commands.programmes",
        ),
    ],
)
def test_a_slip_is_named(raw: dict[str, Any], code: str, key: str | None) -> None:
    assert refused(raw) == (code, key)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("kafka", "bootstrap_servers", 9092),
        ("kafka", "bootstrap_servers", ["broker:9092", ""]),
        ("kafka", "request_timeout_ms", "4 s"),
        ("kafka", "ssl_cafile", 5),
        ("kafka", "ssl_check_hostname", "false"),
        ("kafka", "sasl_plain_password_file", 5),
        ("kafka", "sasl_plain_password_env", 5),
        ("kafka", "security_protocol", 1),
        ("producer", "batch_size", True),
        ("consumer", "max_poll_records", "x"),
        ("doudi", "prefix", "a b/"),
        ("doudi", "source", ""),
        ("doudi", "replication", 0),
        ("doudi", "lag_seconds", -1),
    ],
)
def test_a_value_of_another_kind_is_named_by_its_place_and_not_shown(
    section: str, key: str, value: object
) -> None:
    raw = {"kafka": KAFKA, section: {key: value}} if section != "kafka" else {"kafka": {**KAFKA, key: value}}
    with pytest.raises(BadSettings) as caught:
        read(raw)
    assert caught.value.code == "kafka.settings-shape"
    assert str(caught.value.params["what"]).endswith(f" - at `$.{section}.{key}`")


def test_a_file_is_found_by_name_and_by_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "kafka.toml"
    file.write_text('[kafka]\nbootstrap_servers = ["a:1", "b:2"]\n[doudi]\nprefix = "x."\n')
    monkeypatch.setenv("DOUDI_KAFKA", str(file))
    assert settings().bootstrap == settings(file).bootstrap == "a:1,b:2"
    assert settings().topic("cases") == "x.cases"
    monkeypatch.delenv("DOUDI_KAFKA")
    with pytest.raises(BadSettings) as error:
        settings()
    assert error.value.code == "kafka.unset"
    file.write_text("[kafka")
    with pytest.raises(BadSettings) as error:
        settings(file)
    assert error.value.code == "kafka.settings-unreadable"


def test_a_secret_in_the_file_of_settings_is_refused_and_not_repeated(tmp_path: Path) -> None:
    raw = {"kafka": {**KAFKA, "sasl_plain_password": WORD}}
    assert refused(raw) == ("kafka.secret-in-settings", "kafka.sasl_plain_password")
    with pytest.raises(BadSettings) as error:
        read(raw)
    assert WORD not in repr(error.value)


def test_a_secret_comes_from_a_file_beside_or_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "word").write_text(WORD + "\n")
    by_file = read({"kafka": {**KAFKA, "sasl_plain_password_file": "word"}}, tmp_path)
    monkeypatch.setenv("KAFKA_WORD", WORD)
    by_name = read({"kafka": {**KAFKA, "sasl_plain_password_env": "KAFKA_WORD"}})
    for made in (by_file, by_name):
        assert made.producer_args("x")["sasl_plain_password"] == WORD
    monkeypatch.delenv("KAFKA_WORD")
    assert refused({"kafka": {**KAFKA, "sasl_plain_password_env": "KAFKA_WORD"}})[0] == "kafka.secret-unset"
    (tmp_path / "word").write_text("\n")
    raw = {"kafka": {**KAFKA, "sasl_plain_password_file": "word"}}
    assert refused(raw, tmp_path)[0] == "kafka.secret-unreadable"
    (tmp_path / "word").unlink()
    assert refused(raw, tmp_path)[0] == "kafka.secret-unreadable"


def test_a_secret_is_shown_by_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "word").write_text(WORD)
    raw = {
        **KAFKA,
        "bootstrap_servers": f"127.0.0.1:{free_port()}",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "somebody",
        "sasl_plain_password_file": "word",
        "bootstrap_timeout_ms": 200,
    }
    made = read({"kafka": raw}, tmp_path)
    arguments = made.producer_args("x")
    secret = arguments["sasl_plain_password"]
    shown = [
        repr(made),
        str(made),
        repr(arguments),
        f"{secret}",
        str(secret),
        repr(secret),
        f"{secret} {secret!r:>3}",
    ]
    assert [text for text in shown if WORD in text] == []
    errors = []
    with caplog.at_level(logging.DEBUG):
        for client, given in (
            (KafkaAdminClient, made.admin_args()),
            (KafkaProducer, arguments),
            (KafkaConsumer, made.consumer_args("x")),
            (KafkaProducer, {**arguments, "no_such_key": secret}),
        ):
            try:
                client(**given)
            except Exception as error:
                errors.append(repr(error) + str(error))
    assert len(errors) == 4
    assert WORD not in "".join(errors)
    assert WORD not in caplog.text
    assert "sasl_plain_password" in caplog.text


def test_the_example_of_the_page_can_be_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "kafka.md").read_text(encoding="utf-8")
    raw = tomllib.loads(page.partition("```toml\n")[2].partition("```")[0])
    (tmp_path / "ca.pem").touch()
    (tmp_path / "word").write_text(WORD)
    raw["kafka"]["sasl_plain_password_file"] = "word"
    made = read(raw, tmp_path)
    assert made.inbound["deaths"].actor == "civil-registry"
    assert made.producer_args()["security_protocol"] == "SASL_SSL"
