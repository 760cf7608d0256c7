"""The relay beside producers without a database, the inbox, the delay: `python bench/kafka.py [--backlog N]`.

On a broker of its own. The relay tells the log of a played year (its cases again and again until there are N events);
by turns with it kafka-python, tuned as the relay is, and librdkafka send the same messages, 500 a transaction.
Then commands a second through the inbox beside the same commands at the desk, and the milliseconds from a commit to a
reader of committed messages at 10 and 200 events a second. What others do here meanwhile
is in all of it: compare within a run. `--backlog` tells a log of so many events, else a million's time is said by
proportion.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event as Signal
from threading import Thread
from time import monotonic, perf_counter, process_time, sleep
from typing import Any

# Instead of this file's folder, where it would stand for the library that it is named after.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import confluent_kafka
import msgspec
from kafka import KafkaConsumer, KafkaProducer

from adapters.bootstrap import open_doudi
from adapters.kafka.inbox import GROUP
from adapters.kafka.relay import Relay
from adapters.kafka.relaying.kept import KeptStates
from adapters.kafka.relaying.reader import A_READ, Reader
from adapters.kafka.relaying.reading import ReadingProcess, calm_collector
from adapters.kafka.relaying.record import Point
from adapters.kafka.relaying.telling import wire_of
from adapters.kafka.settings import KafkaSettings, read
from adapters.kafka.topics import of_relay
from adapters.kafka.upkeep import create
from adapters.kafka.wire import Wired
from adapters.store.store import EventStore
from bench.bulk import fill, template
from bench.flat import append
from bench.turns import told
from deploy.kafka.broker import Broker
from domain.ids import CaseNo, DivisionCode
from tests.harness import V1, TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.inboxes import Desk
from tests.places import available
from tests.postgres import Server

ROOT = Path(__file__).resolve().parent.parent
EVENTS, A_TURN, WANTED = 60_000, 10_000, 0.7
COUNTED = ("cases", "approvals")
COMMANDS = 1_000
READS = b"adapters.kafka.relaying.reading"
A_TRANSACTION, COLD = 500, 3_000
VISITED = "Visited"
RATES, SECONDS, WARM = (10, 200), 15.0, 3.0
Batch = list[Wired]


def settings_of(address: str, prefix: str) -> KafkaSettings:
    """As for a cluster, but for what a single node can't give. All topics made."""
    ours = {"prefix": prefix, "source": "urn:doudi:bench", "replication": 1, "min_insync": 1}
    settings = read({"kafka": {"bootstrap_servers": address}, "doudi": ours})
    create(settings, of_relay())
    return settings


def messages_of(store: EventStore, settings: KafkaSettings) -> Batch:
    """What the relay tells, in order."""
    reader, at, found = Reader(store, wire_of(store, settings), KeptStates(store)), Point(), []
    while units := reader.read(at, A_READ):
        at = units[-1].point
        found += [message for unit in units for message in unit.messages]
    return found


class Plain:
    """kafka-python with the relay's own settings, and nothing but it."""

    name = "kafka-python"

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer = KafkaProducer(**settings.producer_args(f"{settings.prefix}plain"))
        self._producer.init_transactions()

    @staticmethod
    def ready(batch: Batch) -> Sequence[Any]:
        """With headers as it takes them."""
        return [msgspec.structs.replace(one, headers=list(one.headers.items())) for one in batch]  # type: ignore[arg-type]

    def send(self, batch: Sequence[Any]) -> None:
        producer = self._producer
        producer.begin_transaction()
        for one in batch:
            producer.send(
                self._settings.prefix + one.topic,
                key=one.key.encode(),
                value=one.value,
                headers=one.headers,
                timestamp_ms=one.timestamp_ms,
            )
        producer.flush(10)
        producer.commit_transaction()


class Librdkafka:
    name = "librdkafka"

    def __init__(self, settings: KafkaSettings) -> None:
        self._prefix = settings.prefix
        self._producer = confluent_kafka.Producer(
            {
                "bootstrap.servers": settings.bootstrap,
                "transactional.id": f"{settings.prefix}rd",
                "linger.ms": 5,
                "queue.buffering.max.messages": 1_000_000,
            }
        )
        self._producer.init_transactions(30)

    @staticmethod
    def ready(batch: Batch) -> Sequence[Any]:
        return batch

    def send(self, batch: Sequence[Any]) -> None:
        producer = self._producer
        producer.begin_transaction()
        for one in batch:
            producer.produce(
                self._prefix + one.topic,
                key=one.key,
                value=one.value,
                headers=one.headers,
                timestamp=one.timestamp_ms,
            )
        producer.commit_transaction(30)


Other = Plain | Librdkafka


def busy() -> float:
    """Seconds of processors that this process took, and the one that reads for the relay."""
    return process_time() + sum(_seconds_of(stat) for stat in Path("/proc").glob("[0-9]*/stat"))


def _seconds_of(stat: Path) -> float:
    """0 if it isn't a child that reads."""
    with suppress(OSError):
        fields = stat.read_text().rpartition(")")[2].split()
        command = stat.with_name("cmdline").read_bytes()
        if int(fields[1]) == os.getpid() and READS in command:
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


class Turns:
    """Called by the relay between its transactions: after each part of the messages the others send the same."""

    def __init__(self, relay: Relay, messages: Batch, others: Sequence[Other], stop: Signal) -> None:
        self.relay, self.messages, self.others, self.stop = relay, messages, others, stop
        self.names = ("relay", *(one.name for one in others))
        self.rates: dict[str, list[float]] = {name: [] for name in self.names}
        self.busy = dict.fromkeys(self.names, 0.0)
        self.sent = self.measured = 0
        self._start()

    def _start(self) -> None:
        self.begun, self.used = perf_counter(), busy()

    def _taken(self, name: str, counted: int) -> None:
        self.rates[name].append(counted / (perf_counter() - self.begun))
        self.busy[name] += busy() - self.used

    def __call__(self) -> None:
        sent = self.relay.record.sent if self.relay.record is not None else 0
        if not self.sent and sent < COLD:
            return self._start()
        ended = sent >= len(self.messages)
        if sent - self.sent < A_TURN and not ended and self.sent:
            return None
        part = self.messages[self.sent : sent]
        counted = sum(one.topic in COUNTED for one in part)
        # The first find everything cold, here as there; the last may be few.
        measured = self.sent > 0 and len(part) >= A_TURN // 2
        if measured:
            self._taken("relay", counted)
            self.measured += len(part)
        for other in self.others:
            ready = other.ready(part)
            self._start()
            for start in range(0, len(part), A_TRANSACTION):
                other.send(ready[start : start + A_TRANSACTION])
            if measured:
                self._taken(other.name, counted)
        if ended:
            self.stop.set()
        self.sent = sent
        return self._start()


def throughput(address: str, url: str, store: EventStore) -> float:
    """Prints the ratios; the relay's events a second."""
    from tests.kafka.relays import relay_of

    settings, other = settings_of(address, "relay."), settings_of(address, "plain.")
    messages = messages_of(store, settings)
    relay, stop = relay_of(store, settings, reader=ReadingProcess(url, settings.source)), Signal()
    calm_collector()
    turns = Turns(relay, messages, [Plain(other), Librdkafka(other)], stop)
    relay.run(stop, turns)
    rates = turns.rates
    counted = sum(one.topic in COUNTED for one in messages)
    for name, found in rates.items():
        rate, whole = median(found), median(found) * len(messages) / counted
        used = turns.busy[name] / turns.measured * 1e6
        print(
            f"{name}: {rate:,.0f} messages a second on cases and approvals, {whole:,.0f} on all topics;"
            f" {used:.0f} µs of a processor each"
        )
    for name in ("kafka-python", "librdkafka"):
        ratios = [ours / its for ours, its in zip(rates["relay"], rates[name], strict=True)]
        told(f"relay beside {name}", ratios, WANTED if name == "kafka-python" else None)
    return median(rates["relay"]) * store.head() / counted


@contextmanager
def relaying(url: str, address: str, prefix: str, folder: Path) -> Iterator[None]:
    """`doudi relay run` as it is run."""
    file = folder / f"{prefix}toml"
    file.write_text(
        f'[kafka]\nbootstrap_servers = "{address}"\n[doudi]\nprefix = "{prefix}"\nreplication = 1\nmin_insync = 1\n'
    )
    environment = {**os.environ, "DOUDI_STORE": url, "DOUDI_KAFKA": str(file), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", "adapters.cli", "relay", "run"], env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def delays(address: str, store: EventStore, url: str, rate: int, folder: Path) -> list[float]:
    """Milliseconds from the end of a commit to a reader, warm."""
    from tests.kafka.relays import wait_told

    prefix = f"delay{rate}{folder.name}."
    settings = replace(settings_of(address, prefix))
    settings = replace(settings, ours=msgspec.structs.replace(settings.ours, source="urn:doudi"))
    consumer = KafkaConsumer(settings.topic("cases"), **settings.consumer_args())
    committed: dict[str, float] = {}
    arrived: dict[str, float] = {}
    with relaying(url, address, prefix, folder):
        wait_told(settings, store.head(), 600)
        while any(consumer.poll(timeout_ms=500).values()):
            pass
        writer = Thread(target=_write, args=(url, rate, committed))
        writer.start()
        begun = monotonic()
        while writer.is_alive() or monotonic() - begun < SECONDS + 2:
            for records in consumer.poll(timeout_ms=100).values():
                at = perf_counter()
                for record in records:
                    arrived[dict(record.headers)["ce_id"].decode().partition("/")[0]] = at
        writer.join()
    consumer.close()
    found = [(arrived[name] - at) * 1000 for name, at in committed.items()]
    return found[int(rate * WARM) :]


def _write(url: str, rate: int, committed: dict[str, float]) -> None:
    """An event a command, so many a second."""
    store = open_doudi(url).store
    rows = store.database.connection.execute(
        "SELECT stream, max(version), max(division) FROM events WHERE type = ? GROUP BY stream LIMIT 100",
        (VISITED,),
    ).fetchall()
    begun = perf_counter()
    for number, (stream, _, division) in zip(range(int(rate * SECONDS)), cycle(rows), strict=False):
        pause = begun + number / rate - perf_counter()
        if pause > 0:
            sleep(pause)
        case = CaseNo(stream.partition(":")[2])
        append(store, case, DivisionCode(division), VISITED)
        at = perf_counter()
        committed[f"{stream}@{store.load(stream)[-1].version}"] = at
    store.close()


def entering(serial: int) -> dict[str, Any]:
    """A command that makes a case of its own, of a person of its own."""
    values = {"division": V1, "area": "rural", "applicant": "m1", "near_relative": False}
    born = f"{1940 + serial // 900}-01-01"
    return {"type": "Enter", "data": {**values, "members": [person("m1", born, 1 + serial % 900)]}}


def inbox(address: str, folder: Path) -> None:
    """Commands a second, by turns with the same commands at the desk."""
    ours = {"prefix": "inbox.", "source": "urn:doudi:bench", "replication": 1, "min_insync": 1}
    topics = Topics(read({"kafka": {"bootstrap_servers": address}, "doudi": ours}))
    desk = Desk(TrialOffice(folder), topics)
    office = desk.office.doudi.office
    rates: dict[str, list[float]] = {"inbox": [], "desk": []}
    for turn in range(6):
        first = 1 + 2 * turn * COMMANDS // 4
        many = range(first, first + COMMANDS // 4)
        for serial in many:
            desk.send("commands", f"m{serial}", entering(serial))
        desk.producer.flush(30)
        begun, done = perf_counter(), desk.inbox.counts.done
        while desk.inbox.counts.done - done < len(many):
            desk.inbox.step(200)
        rates["inbox"].append(len(many) / (perf_counter() - begun))
        begun = perf_counter()
        for start in range(0, len(many), GROUP):
            with office.batch():
                for serial in many[start : start + GROUP]:
                    made = entering(serial + COMMANDS // 4)
                    answer = office.take({"id": f"d{serial}", "actor": "window", **made})
                    assert answer.status == "done", answer
        rates["desk"].append(len(many) / (perf_counter() - begun))
    desk.close()
    assert desk.inbox.counts.refused == 0
    print(
        f"inbox: {median(rates['inbox'][1:]):,.0f} commands a second; at the desk {median(rates['desk'][1:]):,.0f}"
    )
    told("inbox beside the desk", [one / other for one, other in list(zip(*rates.values(), strict=True))[1:]])


def backlog(address: str, events: int) -> None:
    """A long log told from its beginning, as fast as it goes."""
    from tests.kafka.relays import wait_told

    with TemporaryDirectory() as name:
        folder = Path(name)
        store = template(folder)
        fill(store, events)
        prefix = "backlog."
        settings = settings_of(address, prefix)
        settings = replace(settings, ours=msgspec.structs.replace(settings.ours, source="urn:doudi"))
        begun = perf_counter()
        with relaying(f"sqlite:///{folder}/log.sqlite", address, prefix, folder):
            wait_told(settings, store.head(), 24 * 3600)
            print(f"a backlog of {events:,} events: {(perf_counter() - begun) / 60:.1f} minutes")


def with_delays(address: str, folder: Path) -> None:
    """On SQLite, where the relay looks for what another process wrote, and on PostgreSQL, where it is told."""
    os.environ["DOUDI_MASTER_KEY"] = f"file:{folder}/master"
    server = Server("fsync=on") if available("postgres") else None
    try:
        for kind, url in (("SQLite", None), ("PostgreSQL", server.database("delay") if server else None)):
            if kind == "PostgreSQL" and url is None:
                continue
            place = folder / kind
            place.mkdir()
            store = template(place, url)
            for rate in RATES:
                found = delays(address, store, url or f"sqlite:///{place}/log.sqlite", rate, place)
                said(kind, rate, found)
            store.close()
    finally:
        if server is not None:
            server.stop()


def said(kind: str, rate: int, found: list[float]) -> None:
    cuts = quantiles(found, n=100)
    p50, p99 = cuts[49], cuts[98]
    print(
        f"delay on {kind} at {rate} events a second: p50 {p50:.1f} ms, p99 {p99:.1f} ms ({len(found):,} events)"
    )


PARTS: tuple[str, ...] = ("throughput", "delay", "inbox", "backlog")


def main() -> None:
    wanted = ArgumentParser(description=__doc__)
    wanted.add_argument("--events", type=int, default=EVENTS)
    wanted.add_argument("--backlog", type=int, default=0)
    wanted.add_argument("--only", choices=PARTS)
    asked = wanted.parse_args()
    broker = Broker()
    broker.start()
    try:
        with TemporaryDirectory() as name:
            measured(broker.address, Path(name), asked.events, asked.backlog, asked.only)
    finally:
        broker.remove()


def measured(address: str, folder: Path, events: int, long: int, only: str | None) -> None:
    if only in (None, "throughput"):
        (folder / "year").mkdir()
        store = template(folder / "year")
        fill(store, events)
        rate = throughput(address, f"sqlite:///{folder}/year/log.sqlite", store)
        if not long:
            print(f"a million events: {1e6 / rate / 60:.1f} minutes, by proportion of {store.head():,}")
        store.close()
    if only in (None, "delay"):
        with_delays(address, folder)
    if only in (None, "inbox"):
        (folder / "inbox").mkdir()
        inbox(address, folder / "inbox")
    if long or only == "backlog":
        backlog(address, long or 1_000_000)


if __name__ == "__main__":
    main()
