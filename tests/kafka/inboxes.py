"""An office with an inbox on a real broker, and those who write to it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
from kafka import KafkaProducer
from kafka.structs import OffsetAndMetadata

from adapters.kafka.inbox import Inbox
from adapters.kafka.lag import lag
from adapters.kafka.letters import Letter, letters
from adapters.kafka.topics import DEAD_LETTER, of_inbox
from adapters.store.store import EventStore
from tests.adapters.messages import BINDINGS, headers
from tests.harness import COUNTY, V1, TrialOffice, person
from tests.house.files import ROOT
from tests.kafka.conftest import Topics
from tests.kafka.reading import read_all

WAIT_MS = 200


class Desk:
    """`office` with its topics made and bound; `send` writes as other offices do."""

    def __init__(self, office: TrialOffice, topics: Topics, partitions: int = 1) -> None:
        self.office = office
        self.settings = replace(topics.settings, inbound=BINDINGS)
        for one in of_inbox(self.settings):
            many = partitions if one.direction == "in" else 1
            topics.make(one.name, partitions=many, configs=one.configs_wanted(self.settings))
        office.appoint("bureau", "bureau", COUNTY)
        office.appoint("register", "registrar", COUNTY)
        self.producer = KafkaProducer(**self.settings.producer_args())
        self.inbox = Inbox(office.doudi, self.settings)

    def send(
        self,
        topic: str,
        id: str,
        data: Any = None,
        *,
        value: bytes | None = None,
        partition: int = 0,
        **changed: Any,
    ) -> None:
        self.producer.send(
            self.settings.topic(topic),
            value=orjson.dumps(data) if value is None else value,
            headers=list(headers(topic, id, **changed)),
            partition=partition,
        )

    def take(self) -> None:
        """Until nothing waits any more."""
        self.producer.flush(10)
        until = time.monotonic() + 60
        while True:
            if not self.inbox.step(WAIT_MS) and self.inbox.waits_for is None and not self.behind():
                return
            assert time.monotonic() < until, (self.inbox.waits_for, self.inbox.counts)

    def behind(self) -> int:
        return sum(one.behind for one in lag(self.office.doudi, self.settings))

    def again(self) -> None:
        """From the beginning, as a group that knows of no offset."""
        self.inbox.close()
        self.inbox = Inbox(self.office.doudi, self.settings)
        self.inbox._open().poll(timeout_ms=WAIT_MS)
        consumer = self.inbox._open()
        until = time.monotonic() + 20
        while not consumer.assignment():
            consumer.poll(timeout_ms=WAIT_MS, max_records=1)
            assert time.monotonic() < until
        consumer.seek_to_beginning()
        places = consumer.assignment()
        consumer.commit({place: OffsetAndMetadata(0, "", -1) for place in places})

    def letters(self) -> list[Letter]:
        return list(letters(self.settings).values())

    def dead(self, topic: str) -> list[Any]:
        """All records of a dead-letter topic that a read_committed reader sees."""
        return read_all(self.settings, self.settings.topic(topic + DEAD_LETTER))

    def close(self) -> None:
        self.inbox.close()
        self.producer.close(timeout=2)


def entering(serial: int) -> dict[str, Any]:
    """A command that makes a case of its own."""
    values = {"division": V1, "area": "rural", "applicant": "m1", "near_relative": False}
    return {"type": "Enter", "data": {**values, "members": [person("m1", "1980-01-01", serial)]}}


def entered(store: EventStore) -> int:
    """Cases that stand in the log."""
    row = store.database.connection.execute(
        "SELECT count(DISTINCT stream), count(*) FROM events WHERE type = 'ApplicationEntered'"
    ).fetchone()
    assert row[0] == row[1]
    return int(row[0])


@contextmanager
def process(desk: Desk, point: str = "", nth: int = 0) -> Iterator["subprocess.Popen[bytes]"]:
    """An inbox in a process of its own, which kills itself the nth time that a point is reached."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = [desk.office.url, desk.settings.bootstrap, desk.settings.prefix, point, str(nth)]
    done = subprocess.Popen(
        [sys.executable, "-m", "tests.kafka.inbox_process", *arguments], cwd=ROOT, env=environment
    )
    try:
        yield done
    finally:
        if done.poll() is None:
            done.send_signal(signal.SIGKILL)
        done.wait()


def waited(fulfilled: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not fulfilled():
        assert time.monotonic() < until
        time.sleep(0.05)
