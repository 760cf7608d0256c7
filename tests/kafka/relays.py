"""Relays on a trial office, alone or as processes that can be killed, and what a reader outside must find."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from time import monotonic, sleep
from typing import Any

import msgspec
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from adapters.backup import restore
from adapters.bootstrap import Doudi, open_doudi
from adapters.kafka.errors import Unsure
from adapters.kafka.relay import AGAIN, Relay
from adapters.kafka.relaying.channel import read_place
from adapters.kafka.relaying.kept import KeptStates
from adapters.kafka.relaying.reader import Reader, Wire
from adapters.kafka.relaying.record import Point
from adapters.kafka.relaying.telling import wire_of
from adapters.kafka.settings import KafkaSettings, read
from adapters.kafka.topics import of_relay
from adapters.kafka.upkeep import create
from adapters.kafka.wire import Wired
from adapters.keys.opening import key_path
from adapters.store.open import file_of
from adapters.store.store import EventStore
from projections.public.message import Message
from tests.faults.hooks import Armed, hooked
from tests.harness import V1, TrialOffice, person
from tests.kafka.conftest import Topics
from tests.kafka.reading import read_all

TOLD = ("cases", "approvals", "exits", "recipients", "lists", "deadlines")
Seen = tuple[str, str, str]
"""(topic, key, id)"""


def make_topics(topics: Topics, partitions: int = 2) -> KafkaSettings:
    """The relay's topics as `doudi kafka init` makes them, with fewer partitions."""
    create(topics.settings, [replace(one, partitions=partitions) for one in of_relay()])
    return topics.settings


def expected(store: EventStore, settings: KafkaSettings) -> list[Wired]:
    """All that the log tells, in order."""
    reader = Reader(store, wire_of(store, settings), KeptStates(store))
    found: list[Wired] = []
    at = Point()
    while batch := reader.read(at):
        at = batch[-1].point
        found += [message for unit in batch for message in unit.messages]
    return found


def seen_of(one: Wired) -> Seen:
    return one.topic, one.key, one.headers["ce_id"].decode()


def told(settings: KafkaSettings) -> list[Seen]:
    """What a reader of committed messages sees, topic by topic, partition by partition."""
    return [
        (topic, record.key.decode(), dict(record.headers)["ce_id"].decode())
        for topic in TOLD
        for record in read_all(settings, settings.topic(topic))
    ]


def by_key(messages: list[Seen]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for topic, key, name in messages:
        found.setdefault((topic, key), []).append(name)
    return found


def check_told(store: EventStore, settings: KafkaSettings) -> int:
    """Each message of the log is there once, those of a key in order; how many."""
    wanted = by_key([seen_of(one) for one in expected(store, settings)])
    assert wanted
    found = by_key(told(settings))
    wrong = {key: (names, found.get(key)) for key, names in wanted.items() if found.get(key) != names}
    if wrong or found.keys() != wanted.keys():
        raise AssertionError(f"{len(wrong)} of {len(wanted)}: {list(wrong.items())[:5]}")
    return sum(map(len, wanted.values()))


def relay_of(store: EventStore, settings: KafkaSettings, **options: Any) -> Relay:
    return Relay(store, settings, wire_of(store, settings), **options)


def tell_all(store: EventStore, settings: KafkaSettings, **options: Any) -> Relay:
    """A relay that told everything there is."""
    relay = relay_of(store, settings, **options)
    catch_up(relay)
    return relay


def catch_up(relay: Relay, seconds: float = 60) -> None:
    """Step to the head, whatever has to be tried again meanwhile."""
    until = monotonic() + seconds
    while True:
        try:
            busy = relay.step()
        except AGAIN:
            relay.rest()
            assert monotonic() < until
            continue
        if not busy and relay.lease.held and relay.position == relay.store.head():
            return


def live(office: TrialOffice, cases: int, serial: int = 1) -> list[str]:
    """Applications entered, agreed to, and accepted, each by itself."""
    found = []
    for number in range(cases):
        members = [person("m1", "1980-05-01", serial + number)]
        found.append(office.accepted(members, "2025-03-03"))
    return found


def restored_office(office: TrialOffice, folder: Path, until: int | None = None) -> TrialOffice:
    """The office as a store made of `folder / "backup"`, whole or up to a position, with its own keys."""
    file, target = file_of(office.url), f"sqlite:///{folder / 'restored.sqlite'}"
    assert file is not None
    restore(folder / "backup", target, until=until, keys=key_path(file))
    made = TrialOffice.__new__(TrialOffice)
    made.__dict__.update(office.__dict__, doudi=open_doudi(target), url=target)
    return made


def settings_file(settings: KafkaSettings, folder: Path) -> str:
    """For another process."""
    path = folder / f"{settings.prefix}kafka.json"
    path.write_bytes(
        msgspec.json.encode({"kafka": dict(settings.common), "doudi": msgspec.to_builtins(settings.ours)})
    )
    return str(path)


def settings_from(path: str) -> KafkaSettings:
    return read(msgspec.json.decode(Path(path).read_bytes()))


def act(
    url: str, settings: str, point: str = "", nth: int = 1, limit: int = 20, large: Sequence[str] = ()
) -> None:
    """A process: a relay until it is killed, at the `nth` time that it reaches a point if one is named."""
    store, found = open_doudi(url).store, settings_from(settings)
    relay = Relay(store, found, fat(wire_of(store, found), *large), limit=limit)
    if point:
        with hooked(Armed(point=point, how="kill", nth=nth)):
            relay.run(Signal())
    relay.run(Signal())


def fat(wire: Wire, *names: str, size: int = 5_000) -> Wire:
    """Messages of these ids are so large that a topic may refuse them."""

    def made(message: Message) -> Wired:
        one = wire(message)
        if message.id in names:
            return msgspec.structs.replace(one, headers={**one.headers, "pad": bytes(size)})
        return one

    return made


def failing(wire: Wire, *names: str) -> Wire:
    """Messages of these ids can't be made."""

    def made(message: Message) -> Wired:
        if message.id in names:
            raise ValueError("nothing personal")
        return wire(message)

    return made


def let_pass(settings: KafkaSettings, topic: str, size: int) -> None:
    """Let a topic take messages up to a size, from here on."""
    admin = KafkaAdminClient(**settings.admin_args())
    try:
        resource = ConfigResource(
            ConfigResourceType.TOPIC, settings.topic(topic), configs={"max.message.bytes": str(size)}
        )
        admin.alter_configs([resource])
    finally:
        admin.close()


class Load:
    """An office that goes on working, whatever becomes of the broker: a case each few moments."""

    def __init__(self, url: str, first: int = 100, pause: float = 0.02) -> None:
        self._url = url
        self._pause = pause
        self._serials = count(first)
        self._stop = Signal()
        self._failed: list[BaseException] = []
        self._thread = Thread(target=self._work, daemon=True)
        self.cases = 0

    def _work(self) -> None:
        try:
            doudi = open_doudi(self._url)
            while not self._stop.wait(self._pause):
                enter(doudi, next(self._serials))
                self.cases += 1
            doudi.close()
        except BaseException as error:
            self._failed.append(error)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._failed:
            raise self._failed[0]


def enter(doudi: Doudi, serial: int) -> None:
    """An application and its withdrawal, as two commands."""
    members = [person("m1", f"{1940 + serial // 900}-05-01", 100 + serial % 900)]
    data = {"division": V1, "area": "rural", "applicant": "m1", "near_relative": False, "members": members}
    line: dict[str, Any] = {"id": f"enter-{serial}", "type": "Enter", "actor": "window", "data": data}
    answer = doudi.office.take(line)
    assert answer.status == "done", answer
    line = {
        "id": f"withdraw-{serial}",
        "type": "Withdraw",
        "actor": "window",
        "case": answer.case,
        "data": {},
    }
    assert doudi.office.take(line).status == "done"


def wait_told(settings: KafkaSettings, position: int, seconds: float = 150) -> None:
    """Until the place in Kafka is there or beyond."""
    until = monotonic() + seconds
    while monotonic() < until:
        try:
            record, _ = read_place(settings, settings.source)
        except Unsure:
            record = None
        if record is not None and record.position >= position:
            return
        sleep(0.1)
    raise AssertionError(f"not told until {position}")
