"""`script/kafka`: a broker that runs on after the command, with its data kept from one start to the next."""

import socket
from pathlib import Path

import pytest

from adapters.kafka.settings import settings
from adapters.kafka.start import findings
from adapters.kafka.topics import of_relay
from adapters.kafka.upkeep import create
from deploy.kafka.__main__ import PORT, _last_port, main, running, stop
from deploy.kafka.jars import NoBroker, jars, java
from deploy.kafka.node import free_port


@pytest.mark.parametrize("kind", ["plain", "secure"])
def test_it_starts_is_seen_stops_and_goes_on(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        java(), jars()
    except NoBroker as error:
        pytest.skip(str(error))
    words = ["start", "--port", str(free_port())] + (["--secure"] if kind == "secure" else [])
    assert main(["status"], tmp_path) == 1
    try:
        assert main(words, tmp_path) == 0
        first = running(tmp_path / kind)
        assert first
        ours = settings(tmp_path / kind / "kafka.toml")
        create(ours, of_relay())
        assert main(words, tmp_path) == 0
        assert running(tmp_path / kind) == first
        assert main(["status"], tmp_path) == 0
        assert main(["stop"], tmp_path) == 0
        assert running(tmp_path / kind) == 0
        assert [one.code for one in findings(ours)] == ["kafka.unreachable"]
        assert main(words, tmp_path) == 0
        assert findings(ours, "relay") == []
        assert f"export DOUDI_KAFKA={tmp_path / kind / 'kafka.toml'}" in capsys.readouterr().out
    finally:
        stop(tmp_path / kind)


def test_a_number_that_another_process_has_now_isnt_the_broker(tmp_path: Path) -> None:
    (tmp_path / "pid").write_text("1\n")
    assert running(tmp_path) == 0
    (tmp_path / "pid").write_text("no number\n")
    assert running(tmp_path) == 0


def test_a_port_that_is_taken_is_said_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["start", "--port", str(port)], tmp_path) == 1
    assert f"port {port} is taken" in capsys.readouterr().err
    assert not (tmp_path / "plain").exists()


def test_the_port_is_that_of_last_time(tmp_path: Path) -> None:
    assert _last_port(tmp_path) == PORT
    (tmp_path / "kafka.toml").write_text('[kafka]\nbootstrap_servers = "127.0.0.1:29492"\n')
    assert _last_port(tmp_path) == 29492
