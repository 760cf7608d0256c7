"""`script/kafka`: a broker that runs on after the command, with its data kept from one start to the next."""

from pathlib import Path

import pytest

from adapters.kafka.settings import settings
from adapters.kafka.start import findings
from adapters.kafka.topics import of_relay
from adapters.kafka.upkeep import create
from deploy.kafka.__main__ import main, running, stop
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
