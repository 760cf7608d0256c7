"""`doudi kafka`: a newcomer makes the topics, sees what stands in the way, gives rights; no store is needed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.cli.main import main
from adapters.kafka.settings import settings
from adapters.kafka.topics import TOPICS, topic
from adapters.kafka.upkeep import create
from deploy.kafka.broker import Broker, password
from tests.kafka.conftest import Secure


def settings_file(folder: Path, **lines: str) -> Path:
    file = folder / "kafka.toml"
    ours = '[doudi]\nprefix = "cli."\nreplication = 1\nmin_insync = 1\n'
    file.write_text("[kafka]\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items()) + ours)
    return file


def secure_file(secure: Secure, folder: Path) -> Path:
    return settings_file(
        folder,
        bootstrap_servers=secure.node.address,
        security_protocol="SASL_SSL",
        ssl_cafile=str(secure.node.folder / "ca.pem"),
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username="admin",
        sasl_plain_password_file=str(secure.node.folder / "password-admin"),
    )


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def doudi(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command: its exit code, what it said, what it said of errors."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        code = 0
        try:
            main(["--lang", "en", "kafka", *map(str, words)])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_from_nothing_to_all_is_well(broker: Broker, tmp_path: Path, doudi: Run) -> None:
    file = settings_file(tmp_path, bootstrap_servers=broker.address)
    code, said, _ = doudi("check", "--kafka", file, "--format", "json")
    assert code == 1
    assert [row["finding"] for row in json.loads(said)] == ["kafka.topic-missing"] * len(TOPICS)
    code, said, _ = doudi("init", "--kafka", file, "--format", "json")
    assert code == 0
    assert {row["made"] for row in json.loads(said)} == {True}
    assert doudi("check", "--kafka", file)[:2] == (0, "nothing stands in the way\n")
    assert doudi("check", "--kafka", file, "--role", "relay")[0] == 0
    create(settings(file), [topic("subjects.medical")])
    assert "cli.subjects.medical" in doudi("status", "--kafka", file, "--topics")[1]
    assert "cli.positions" in doudi("status", "--kafka", file, "--topics")[1]
    assert doudi("status", "--kafka", file)[0] == 0


def test_a_broker_that_is_away_is_named(tmp_path: Path, doudi: Run) -> None:
    file = settings_file(tmp_path, bootstrap_servers="127.0.0.1:1")
    for words in (("check",), ("status",), ("init",), ("grant", "a", "--relay"), ("rights", "a")):
        code, said, errors = doudi(*words, "--kafka", file)
        assert code == 1
        assert "127.0.0.1:1" in said + errors
        assert "Traceback" not in errors


def test_a_user_is_made_given_rights_and_loses_them(secure: Secure, tmp_path: Path, doudi: Run) -> None:
    file = secure_file(secure, tmp_path)
    word = password(secure.node.folder, "school")
    code, said, _ = doudi(
        "password", "school", "--password-file", secure.node.folder / "password-school", "--kafka", file
    )
    assert code == 0
    assert word not in said
    code, said, _ = doudi("grant", "school", "--read", "approvals", "--kafka", file, "--format", "json")
    assert [(row["what"], row["name"], row["may"]) for row in json.loads(said)] == [
        ("group", "school.", "READ"),
        ("topic", "cli.approvals", "READ"),
    ]
    code, said, errors = doudi("grant", "school", "--read", "aprovals", "--kafka", file)
    assert (code, said) == (1, "")
    assert "no topic is called aprovals" in errors
    history = ("grant", "school", "--read", "history", "--write", "history", "--kafka", file)
    assert doudi(*history, "--format", "json")[0] == 1
    made = json.loads(doudi("init", "--history", "history", "--kafka", file, "--format", "json")[1])
    assert {"topic": "cli.history", "made": True} in made
    code, said, _ = doudi(*history, "--format", "json")
    assert code == 0
    assert [row["may"] for row in json.loads(said) if row["name"] == "cli.history"] == ["READ", "WRITE"]
    assert doudi("grant", "school", "--kafka", file)[0] == 2
    assert doudi("revoke", "school", "--kafka", file)[1] == "school: 4 rights taken away\n"
    assert json.loads(doudi("rights", "school", "--kafka", file, "--format", "json")[1]) == []


def test_without_settings_it_says_where_they_go(monkeypatch: pytest.MonkeyPatch, doudi: Run) -> None:
    monkeypatch.delenv("DOUDI_KAFKA", raising=False)
    code, _, errors = doudi("check")
    assert code == 1
    assert "DOUDI_KAFKA" in errors
