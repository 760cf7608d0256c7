"""`doudi relay`: what people see of it and what they decide."""

import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from socket import socket
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from adapters.kafka.errors import Unsure
from adapters.kafka.relay import Relay
from adapters.kafka.relaying.telling import wire_of
from adapters.kafka.settings import KafkaSettings
from adapters.projecting.lease import BEAT, micros
from deploy.kafka.broker import Broker
from tests.adapters.told import Said, ask
from tests.harness import TrialOffice
from tests.house.files import ROOT
from tests.kafka.conftest import Topics, settings_of
from tests.kafka.relays import (
    catch_up,
    check_told,
    expected,
    fat,
    let_pass,
    live,
    make_topics,
    relay_of,
    seen_of,
    tell_all,
    wait_told,
)


@pytest.fixture
def office(tmp_path: Path) -> TrialOffice:
    return TrialOffice(tmp_path)


@pytest.fixture
def settings(topics: Topics) -> KafkaSettings:
    return make_topics(topics)


class Desk:
    """The command line with settings in a file."""

    def __init__(self, office: TrialOffice, settings: KafkaSettings, folder: Path) -> None:
        ours = settings.ours
        self._url = office.url
        self.file = folder / "kafka.toml"
        self.file.write_text(
            f'[kafka]\nbootstrap_servers = "{settings.bootstrap}"\n[doudi]\nprefix = "{ours.prefix}"\n'
            f'source = "{ours.source}"\nreplication = 1\nmin_insync = 1\n'
            'allow = ["topic-partitions"]\n'
        )

    def ask(self, what: str, *arguments: str, actor: str = "admin", lang: str = "en") -> Said:
        return self.say(what, *arguments, actor=actor, form="json", lang=lang)

    def say(
        self, what: str, *arguments: str, actor: str = "admin", form: str = "table", lang: str = "en"
    ) -> Said:
        options = ("--as", actor, "--format", form, "relay", what, "--kafka", str(self.file))
        return ask(self._url, *options, *arguments, lang=lang)


def test_once_tells_all_and_status_says_so(
    office: TrialOffice, settings: KafkaSettings, tmp_path: Path
) -> None:
    desk = Desk(office, settings, tmp_path)
    live(office, 2)
    before = desk.ask("status")
    assert before.code == 1
    assert [one["alarm"] for one in before.json["alarms"]] == ["relay.alarm-nobody"]
    assert before.json["rows"][0]["behind"] == office.store.head()
    done = desk.ask("once")
    assert done.code == 0, done.err
    (row,) = done.json["rows"]
    assert (row["position"], row["behind"], row["age"], row["state"]) == (
        office.store.head(),
        0,
        0,
        "current",
    )
    assert row["told"] == check_told(office.store, settings)
    assert desk.ask("status").code == 0
    text = desk.ask("status", "--prometheus").out
    assert f"doudi_relay_position {office.store.head()}\n" in text
    assert "doudi_relay_lag_seconds 0\n" in text


@pytest.mark.parametrize("way", ["refused", "silent"])
def test_with_the_broker_away_status_says_so_soon(office: TrialOffice, tmp_path: Path, way: str) -> None:
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if way == "silent":
            listening.listen()
        address = "{}:{}".format(*listening.getsockname())
        desk = Desk(office, settings_of(f"{address},{address}"), tmp_path)
        began = monotonic()
        found = desk.ask("status")
        assert monotonic() - began < 6
        assert found.code == 1
        (alarm,) = (one for one in found.json["alarms"] if one["alarm"].startswith("kafka."))
        code, words = {
            "refused": ("kafka.unreachable", f"nobody answers at {address}: the connection is refused"),
            "silent": ("kafka.silent", f"{address} takes the connection and says nothing"),
        }[way]
        assert (alarm["alarm"], alarm["says"]) == (code, words)
        said = desk.say("status", lang="zh").out
        assert said.count(code) == 1
        assert "–" in said
        assert "不明" in said


def test_what_is_not_known_is_not_told_as_nought(
    office: TrialOffice, settings: KafkaSettings, tmp_path: Path
) -> None:
    """With Kafka away it is what whoever acts noted, else unknown; a counter is left out and never falls."""
    live(office, 1)
    head = office.store.head()
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        away = settings_of("{}:{}".format(*listening.getsockname()))
        desk = Desk(office, away, tmp_path)
        (row,) = desk.ask("status").json["rows"]
        unknown = ("position", "behind", "age", "told", "keys_waiting")
        assert [row[name] for name in unknown] == [None] * 5
        assert row["state"] == "unknown"
        text = desk.ask("status", "--prometheus").out
        assert f"doudi_relay_head {head}\n" in text
        assert not any(name in text for name in ("_sent_total", "_position", "lag_", "parked"))
        relay = tell_all(office.store, settings, now=count(micros(), BEAT).__next__)
        (row,) = desk.ask("status").json["rows"]
        assert (row["position"], row["behind"], row["told"]) == (head, 0, None)
        assert "doudi_relay_sent_total" not in desk.ask("status", "--prometheus").out
        relay.lease.say_stopped(head, "kafka.unreachable")
        again = relay_of(office.store, away)
        assert again.lease.keep(again.position)
        assert desk.ask("status").json["rows"][0]["position"] == head
        again.lease.leave()
        relay.close()


def test_a_relay_says_once_that_the_broker_is_gone_and_once_that_it_is_back(
    office: TrialOffice, settings: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    live(office, 1)
    stop, tries = Event(), 0
    relay = relay_of(office.store, settings)
    whole = relay.step

    def step() -> bool:
        nonlocal tries
        tries += 1
        if tries <= 3:
            raise Unsure()
        stop.set()
        return whole()

    relay.step = step  # type: ignore[method-assign]
    with caplog.at_level("WARNING", "adapters.kafka.relay"):
        relay.run(stop)
    assert [one.message for one in caplog.records if one.name == "adapters.kafka.relay"] == [
        "the relay waits: kafka.unsure",
        "the relay goes on",
    ]


def test_without_its_topics_status_says_what_makes_them(
    office: TrialOffice, broker: Broker, tmp_path: Path
) -> None:
    desk = Desk(office, settings_of(broker.address), tmp_path)
    for lang in ("en", "zh"):
        said = desk.ask("status", lang=lang)
        assert said.code == 1
        assert [one["alarm"] for one in said.json["alarms"]] == ["kafka.topic-missing", "relay.alarm-nobody"]
        assert "doudi kafka init" in said.json["alarms"][0]["remedy"]
    assert "no-positions-topic" not in desk.say("status", lang="en").out


def test_why_it_stopped_is_said_with_what_to_do(
    office: TrialOffice, settings: KafkaSettings, tmp_path: Path
) -> None:
    desk, relay = Desk(office, settings, tmp_path), relay_of(office.store, settings)
    assert relay.lease.keep(0)
    relay.lease.say_stopped(0, "relay.ahead")
    relay.close()
    (alarm,) = (one for one in desk.ask("status").json["alarms"] if one["alarm"] == "relay.alarm-stopped")
    assert alarm["says"] == "the relay stopped: Kafka was told of more than this log holds"
    assert "doudi relay adopt" in alarm["remedy"]
    assert alarm["remedy"].endswith("then start it again: doudi relay run")


def test_what_is_old_gives_alarm(office: TrialOffice, settings: KafkaSettings, tmp_path: Path) -> None:
    desk = Desk(office, settings, tmp_path)
    live(office, 1)
    desk.ask("once")
    live(office, 1, serial=30)
    office.clock("2025-03-05")
    found = desk.ask("status")
    assert found.code == 1
    assert {one["alarm"] for one in found.json["alarms"]} == {"relay.alarm-age", "relay.alarm-nobody"}
    assert found.json["rows"][0]["age"] >= 86_400


def test_people_retry_and_discard_while_a_relay_runs(
    office: TrialOffice, settings: KafkaSettings, tmp_path: Path
) -> None:
    desk = Desk(office, settings, tmp_path)
    one, other = live(office, 2)
    let_pass(settings, "cases", 3_000)
    ids = {case: [name for _, key, name in map(seen_of, expected(office.store, settings)) if key == case]
           for case in (one, other)}  # fmt: skip
    relay = Relay(office.store, settings, fat(wire_of(office.store, settings), ids[one][1], ids[other][0]))
    stop = Event()
    running = Thread(target=relay.run, args=(stop,))
    running.start()
    try:
        waited(desk, 2)
        found = desk.ask("status")
        assert found.code == 1
        assert "relay.alarm-parked" in [alarm["alarm"] for alarm in found.json["alarms"]]
        rows = desk.ask("show").json["rows"]
        assert {(row["key"], row["reason"], row["state"]) for row in rows} == {
            (one, "too-large", "parked"),
            (other, "too-large", "parked"),
        }
        assert desk.ask("show", actor="handler").code == 1
        assert desk.ask("retry", one, actor="handler").code == 1
        assert desk.ask("retry", "nothing").code == 1
        done = desk.ask("retry", one)
        assert (done.code, len(done.json["rows"])) == (0, 1)
        done = desk.ask("discard", other, "--reason", "told by letter")
        assert (done.code, done.json["rows"]) == (0, [])
        assert desk.ask("discard", other, "--reason", "again").code == 1
        (row,) = desk.ask("show").json["rows"]
        assert (row["state"], row["by"], row["reason"]) == ("discarded", "admin", "told by letter")
        live(office, 1, serial=90)
        waited(desk, 0)
    finally:
        stop.set()
        running.join()
    noted = [
        (entry.actor, entry.purpose, entry.case, entry.outcome)
        for entry in office.doudi.access_log.entries()
        if entry.purpose.startswith("relay-")
    ]
    assert noted == [
        ("admin", "relay-retry", "nothing", "relay.nothing-waiting"),
        ("admin", "relay-retry", one, "tried"),
        ("admin", "relay-discard", other, "discarded"),
        ("admin", "relay-discard", other, "relay.nothing-waiting"),
    ]


def waited(desk: Desk, stuck: int) -> None:
    """Until all is told that can be."""
    for _ in range(100):
        rows = [row for row in desk.ask("show").json["rows"] if row["state"] == "parked"]
        status = desk.ask("status").json["rows"][0]
        if status["behind"] == 0 and len(rows) == stuck:
            return
    raise AssertionError(status)


def test_a_relay_runs_until_it_is_told_to_stop_and_writes_its_metrics(
    office: TrialOffice, settings: KafkaSettings, tmp_path: Path
) -> None:
    desk, metrics = Desk(office, settings, tmp_path), tmp_path / "relay.prom"
    live(office, 2)
    command = [sys.executable, "-m", "adapters.cli", "--store", office.url, "relay", "run"]
    running = subprocess.Popen([*command, "--kafka", desk.file, "--metrics", metrics], cwd=ROOT)
    try:
        wait_told(settings, office.store.head())
        live(office, 1, serial=40)
        wait_told(settings, office.store.head())
        (row,) = desk.ask("status").json["rows"]
        assert (row["state"], row["behind"]) in (("idle", 0), ("working", 0))
        until = monotonic() + 20
        while f"doudi_relay_position {office.store.head()}\n" not in _text(metrics):
            assert monotonic() < until
            sleep(0.2)
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=30) == 0
    assert desk.ask("status").json["rows"][0]["state"] == "current"
    check_told(office.store, settings)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_history_by_command(
    office: TrialOffice, settings: KafkaSettings, topics: Topics, tmp_path: Path
) -> None:
    desk = Desk(office, settings, tmp_path)
    live(office, 1)
    topics.make("history", "now")
    done = desk.ask("emit", "--topic", "history", "--only", "cases")
    assert done.code == 0, done.err
    assert done.json["rows"] == [{"topic": "history", "first": 1, "last": office.store.head(), "messages": 2}]
    assert desk.ask("snapshot", "--topic", "now").code == 0
    refused = desk.ask("emit", "--topic", "cases")
    assert refused.code == 1
    assert "name a topic of your own" in refused.err
    assert desk.ask("emit", "--topic", "history", actor="handler").code == 1


def test_who_finds_a_running_relay_leaves_it_alone(
    office: TrialOffice, settings: KafkaSettings, tmp_path: Path
) -> None:
    live(office, 1)
    relay = relay_of(office.store, settings, limit=10)
    relay.step()
    done = Desk(office, settings, tmp_path).ask("once")
    assert done.code == 1
    assert done.json["rows"][0]["position"] == relay.position
    catch_up(relay)
    relay.close()
    check_told(office.store, settings)
