"""The soak, `script/kafka-soak`: an office, its relays and inboxes under load for half an hour, a fault each minute.

Who comes in at the desk and who comes over Kafka is counted, what is told is read as it comes and again in the end.
"""

import argparse
import json
import logging
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from adapters.bootstrap import Doudi, open_doudi
from adapters.kafka.relaying.lease import holder
from adapters.kafka.settings import KafkaSettings
from adapters.store.errors import StoreError
from deploy.kafka.broker import Broker
from tests.adapters.messages import headers
from tests.faults.forks import Child, Forks
from tests.harness import V1, TrialOffice, person
from tests.house.files import ROOT
from tests.kafka.conftest import Topics, settings_of
from tests.kafka.inboxes import Desk, entered
from tests.kafka.relays import TOLD, act, check_told, expected, make_topics, seen_of, settings_file, tell_all
from tests.places import available
from tests.postgres import Server

PAGE = ROOT / "docs" / "kafka-soak.md"
PAUSE = 0.1
POISON, TWICE = 20, 7
"""Each so manieth command over Kafka can't be taken; each so manieth is sent twice."""
A_TRANSACTION = 100
FIRST_BORN = date(1930, 1, 1)


def entering(serial: int) -> dict[str, Any]:
    """A case of a person of its own, however many there are."""
    born = FIRST_BORN + timedelta(days=serial // 900)
    members = [person("m1", born.isoformat(), 1 + serial % 900)]
    values = {"division": V1, "area": "rural", "applicant": "m1", "near_relative": False}
    return {"type": "Enter", "data": {**values, "members": members}}


class Worker:
    """A thread that works until the soak is over; what went wrong with it comes out in `stop`."""

    def __init__(self) -> None:
        self._over = Event()
        self._failed: list[BaseException] = []
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.work()
        except BaseException as error:
            self._failed.append(error)

    def work(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        if self._failed:
            raise self._failed[0]


class AtTheDesk(Worker):
    """Applications entered and withdrawn; while the database is away the same command is said again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.cases = 0
        super().__init__()

    def work(self) -> None:
        doudi: Doudi | None = None
        for serial in count(0, 2):
            if self._over.wait(PAUSE):
                break
            while True:
                try:
                    doudi = doudi or open_doudi(self._url)
                    self._take(doudi, serial)
                    break
                except StoreError:
                    doudi = None
                    sleep(0.2)
            self.cases += 1

    @staticmethod
    def _take(doudi: Doudi, serial: int) -> None:
        answer = doudi.office.take({"id": f"enter-{serial}", "actor": "window", **entering(serial)})
        assert answer.status == "done", answer
        line = {
            "id": f"withdraw-{serial}",
            "type": "Withdraw",
            "actor": "window",
            "case": answer.case,
            "data": {},
        }
        assert doudi.office.take(line).status == "done"


class OverKafka(Worker):
    """The same as commands of another system; some twice, some that can't be taken."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._topic = settings.topic("commands")
        self._producer = Producer(
            {
                "bootstrap.servers": settings.bootstrap,
                "enable.idempotence": True,
                "message.timeout.ms": 600_000,
                "log_level": 0,
            }
        )
        self.good = self.bad = self.repeated = 0
        super().__init__()

    def work(self) -> None:
        for serial in count(1, 2):
            if self._over.wait(PAUSE):
                break
            number = serial // 2
            bad, times = number % POISON == 0, 1 + (number % TWICE == 0)
            self.bad += times if bad else 0
            self.good += not bad
            for _ in range(times):
                self._send(f"m{serial}", {"type": "Tick"} if bad else entering(serial))
            self.repeated += times - 1 if not bad else 0
            self._producer.poll(0)
        assert self._producer.flush(300) == 0

    def _send(self, id: str, line: dict[str, Any]) -> None:
        # One key, one partition: what is sent twice comes twice to the same inbox, or to the one after it.
        self._producer.produce(
            self._topic, key=id, value=json.dumps(line), headers=list(headers("commands", id))
        )


class Reading(Worker):
    """A subscriber that reads what is committed as it comes, and is never disturbed itself."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self.seen: Counter[tuple[str, str, str]] = Counter()
        super().__init__()

    def work(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self._settings.bootstrap,
                "group.id": f"{self._settings.prefix}soak",
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "log_level": 0,
            }
        )
        there = consumer.list_topics(timeout=30).topics
        topics = [self._settings.topic(one) for one in TOLD]
        consumer.assign([TopicPartition(one, part, 0) for one in topics for part in there[one].partitions])
        while not self._over.is_set():
            for record in consumer.consume(500, 0.5):
                if record.error() is None:
                    topic = record.topic().removeprefix(self._settings.prefix)
                    name = dict(record.headers())["ce_id"].decode()
                    self.seen[topic, record.key().decode(), name] += 1
        consumer.close()


@dataclass
class Place:
    """All that can be disturbed."""

    broker: Broker
    desk: Desk
    folder: Path
    forks: Forks
    random: Random
    server: Server | None = None
    relays: list[Child] = field(default_factory=list)
    inboxes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def relay(self) -> None:
        file = settings_file(self.desk.settings, self.folder)
        self.relays.append(self.forks.start(act, self.desk.office.url, file, "", 1, A_TRANSACTION))

    def inbox(self) -> None:
        settings = self.desk.settings
        arguments = [self.desk.office.url, settings.bootstrap, settings.prefix, "", "0"]
        command = [sys.executable, "-m", "tests.kafka.inbox_process", *arguments]
        self.inboxes.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))

    def kill_relay(self) -> None:
        """Who acts, or who stands by where nobody does."""
        acting = holder(self.desk.office.store.database)
        pid = int(acting.holder.split()[1]) if acting is not None else 0
        one = next((child for child in self.relays if child.pid == pid), self.relays[0])
        self.relays.remove(one)
        one.signal(signal.SIGKILL)
        one.wait()
        self.relay()

    def kill_inbox(self) -> None:
        one = self.inboxes.pop(self.random.randrange(len(self.inboxes)))
        one.kill()
        one.wait()
        self.inbox()

    def kill_broker(self) -> None:
        self.broker.kill()
        sleep(self.random.uniform(0.2, 5))
        self.broker.start()

    def freeze_broker(self) -> None:
        self.broker.freeze()
        sleep(self.random.uniform(1, 12))
        self.broker.thaw()

    def restart_database(self) -> None:
        assert self.server is not None
        self.server.kill()
        sleep(self.random.uniform(0.1, 2))
        self.server.start()

    def faults(self) -> dict[str, Callable[[], None]]:
        found = {
            "the relay that acts killed": self.kill_relay,
            "an inbox killed": self.kill_inbox,
            "the broker killed and started again": self.kill_broker,
            "the broker frozen for up to 12 seconds": self.freeze_broker,
        }
        return (
            {**found, "PostgreSQL killed and started again": self.restart_database} if self.server else found
        )

    def end(self) -> None:
        while self.relays:
            child = self.relays.pop()
            child.signal(signal.SIGKILL)
            child.wait()
        while self.inboxes:
            one = self.inboxes.pop()
            one.kill()
            one.wait()


def soak(place: Place, minutes: float, every: float) -> tuple[Counter[str], dict[str, int]]:
    """Faults by kind, and what was counted; AssertionError where something was lost or doubled."""
    settings = place.desk.settings
    for _ in range(2):
        place.relay()
        place.inbox()
    desk, kafka, reading = AtTheDesk(place.desk.office.url), OverKafka(settings), Reading(settings)
    done: Counter[str] = Counter()
    faults, until = place.faults(), monotonic() + minutes * 60
    order: list[str] = []
    while monotonic() < until:
        sleep(min(every, max(0.0, until - monotonic())))
        order = order or place.random.sample(sorted(faults), len(faults))
        name = order.pop()
        faults[name]()
        done[name] += 1
        print(
            f"{(until - monotonic()) / 60:.1f} minutes left: {name}; {desk.cases} + {kafka.good}", flush=True
        )
    desk.stop()
    kafka.stop()
    wait(lambda: place.desk.behind() == 0, 300)
    place.end()
    store = place.desk.office.store
    # Sent twice: what was taken twice is in the log twice. Letters: each that can't be taken, once.
    assert entered(store) == desk.cases + kafka.good, (entered(store), desk.cases, kafka.good)
    dead = Counter(record.key for record in place.desk.dead("commands"))
    assert (len(dead), max(dead.values(), default=0)) == (kafka.bad, min(kafka.bad, 1)), dead.most_common(3)
    tell_all(store, settings).close()
    messages = check_told(store, settings)
    wanted = Counter(seen_of(one) for one in expected(store, settings) if one.topic in TOLD)
    wait(lambda: reading.seen.total() >= wanted.total(), 60)
    reading.stop()
    assert reading.seen == wanted
    return done, {
        "cases entered at the desk": desk.cases,
        "cases entered over Kafka": kafka.good,
        "of these sent twice": kafka.repeated,
        "letters that could not be taken": kafka.bad,
        "events in the log": store.head(),
        "messages told": messages,
    }


def wait(fulfilled: Callable[[], bool], seconds: float) -> None:
    until = monotonic() + seconds
    while not fulfilled():
        assert monotonic() < until
        sleep(0.5)


def page(
    done: Counter[str], counts: dict[str, int], minutes: float, every: float, store: str, said: str
) -> str:
    lines = [
        "# A soak",
        "",
        f"For {minutes:g} minutes an office on {store} takes applications at the desk and over Kafka, two relays"
        f" and two inboxes stand by for each other, and each {every:g} seconds something is disturbed. A subscriber"
        " reads along what is committed. In the end each command is in the log once, each letter that can't be"
        " taken is in the dead letters once, and each message that the log tells was read once, by the subscriber"
        " as it came and by another from the beginning, those of a key in order. Anything else ends the run with"
        " an error.",
        "",
        f"`script/kafka-soak {said}` makes this page.",
        "",
        "| fault | times |",
        "|---|---:|",
        *(f"| {name} | {times} |" for name, times in sorted(done.items())),
        f"| **together** | **{done.total()}** |",
        "",
        "| counted | |",
        "|---|---:|",
        *(f"| {name} | {number:,} |" for name, number in counts.items()),
        "",
        "Lost, doubled or out of order: 0.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/kafka-soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--every", type=float, default=60, help="seconds between faults")
    parser.add_argument("--store", choices=("sqlite", "postgres"), help="PostgreSQL where there is one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/kafka-soak.md")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    kind = asked.store or ("postgres" if available("postgres") else "sqlite")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="doudi-soak-")))
        broker = Broker()
        stack.callback(broker.remove)
        broker.start()
        server = Server("fsync=on") if kind == "postgres" else None
        if server is not None:
            stack.callback(server.stop)
        office = TrialOffice(folder, url=server.database("soak") if server else None)
        topics = Topics(settings_of(broker.address))
        make_topics(topics)
        forks = Forks("tests.kafka.relays")
        stack.callback(forks.close)
        place = Place(broker, Desk(office, topics, partitions=4), folder, forks, Random(asked.seed), server)
        stack.callback(place.end)
        done, counts = soak(place, asked.minutes, asked.every)
    name = "PostgreSQL" if server else "SQLite"
    text = page(done, counts, asked.minutes, asked.every, name, " ".join(sys.argv[1:]))
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
