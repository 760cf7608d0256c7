"""Writers and readers of a store, each a process that logs what it was told (see `tests.histories.history`)."""

import json
import os
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from adapters.faults import Fault
from adapters.store.errors import StoreError
from adapters.store.store import EventStore
from domain.ids import CommandId, StreamId
from tests.adapters.trials import EVENTS, Paid, commit, paid
from tests.faults.hooks import hooked, set_off
from workflows.ports import CommandTaken, Conflict, Recorded

STREAMS = [f"case:{number}" for number in range(8)]
A_NUMBER = 100_000
"""The numbers of writer n are n times this and up."""

HARD = (
    "transaction.locked",
    "write.inserted",
    "transaction.before-commit",
    "transaction.committed",
    "write.done",
)


class Log:
    """One actor's; each line is with the system as soon as it is written, whatever becomes of the process."""

    def __init__(self, folder: str, who: str) -> None:
        self.who = who
        self.path = Path(folder) / f"{who}.jsonl"
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(self, op: int, outcome: str, **what: Any) -> None:
        line = {"t": time.monotonic_ns(), "who": self.who, "op": op, "is": outcome, **what}
        os.write(self._file, json.dumps(line).encode() + b"\n")


def _open(url: str) -> EventStore:
    from adapters.store.open import open_store

    return open_store(url, events=EVENTS)


def ready(url: str) -> None:
    """The store that actors work on."""
    from adapters.store.open import init_store

    init_store(url, trial=True, events=EVENTS).close()


def trouble(random: Random, slow: float, deadly: float) -> Callable[[str], bool]:
    """Now and then a point is slow, raises, or is the end of the process."""

    def hook(point: str) -> bool:
        if point not in HARD:
            return False
        luck = random.random()
        if luck < deadly:
            return set_off(point, "kill")
        if luck < deadly + slow:
            return set_off(point, "delay", random.uniform(0.001, 0.03))
        if luck < deadly + 2 * slow:
            return set_off(point, "raise")
        return False

    return hook


def write(url: str, folder: str, number: int, seconds: float, slow: float = 0.0, deadly: float = 0.0) -> None:
    """Append numbers to one or two streams for so long, by what was read before."""
    log = Log(folder, f"w{number}")
    random = Random(number)
    store = _open(url)
    until = time.monotonic() + seconds
    values = count(number * A_NUMBER + 1)
    ends: dict[str, int] = {}
    with hooked(trouble(random, slow, deadly)):
        for op in count(1):
            if time.monotonic() > until:
                return
            streams = random.sample(STREAMS, random.choice((1, 1, 2)))
            said = {stream: next(values) for stream in streams}
            for stream in streams:
                if stream not in ends or random.random() < 0.9:
                    ends[stream] = len(store.load(StreamId(stream)))
            log.say(op, "invoke", append=said)
            log.say(op, _append(store, f"w{number}-{op}", said, ends), append=said)


def _append(store: EventStore, name: str, said: dict[str, int], ends: dict[str, int]) -> str:
    """What came of it; where nobody knows it is said again, as a caller would."""
    events = [(stream, paid(value)) for stream, value in said.items()]
    outcome = "unknown"
    for _ in range(3):
        try:
            store.write(commit(name, *events, expected={stream: ends[stream] for stream in said}))
        except CommandTaken:
            return "ok"
        except Conflict:
            if outcome == "unknown" and store.answer(CommandId(name)) is not None:
                return "ok"
            return "refused"
        except (Fault, StoreError):
            continue
        return "ok"
    return outcome


def read(url: str, folder: str, number: int, seconds: float) -> None:
    """Read streams, any of them, for so long."""
    log = Log(folder, f"r{number}")
    store = _open(url)
    until = time.monotonic() + seconds
    random = Random(-number)
    for op in count(1):
        if time.monotonic() > until:
            return
        look(store, log, op, random.choice(STREAMS))


def look(store: EventStore, log: Log, op: int, stream: str) -> None:
    log.say(op, "invoke", read=stream)
    log.say(op, "ok", read=stream, list=[_value(one) for one in store.load(StreamId(stream))])


def follow(url: str, folder: str, number: int, seconds: float) -> None:
    """Follow the log from where this follower's own log says that it stands, for so long and then to the head."""
    log = Log(folder, f"f{number}")
    store = _open(url)
    until = time.monotonic() + seconds
    after = 0
    for line in log.path.read_text().splitlines():
        after = max([after, *(position for position, _, _ in json.loads(line)["follow"])])
    for op in count(1):
        over = time.monotonic() > until
        page = store.page(after, 50)
        if page:
            log.say(op, "ok", after=after, follow=[(one.position, one.stream, _value(one)) for one in page])
            after = page[-1].position
        elif over:
            return


def _value(one: Recorded) -> int:
    assert isinstance(one.event, Paid)
    return one.event.amount
