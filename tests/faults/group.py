"""Sixteen callers behind one writer, in a process that is killed on its way."""

import os
import threading
from itertools import count

from adapters.group_commit import Writer
from adapters.store.database import CommandRow, Entry, Row
from adapters.store.store import EventStore
from domain.ids import StreamId
from tests.adapters.trials import commit, paid
from tests.cases import engine
from tests.faults.hooks import Armed, hooked
from workflows.ports import Commit, Conflict

CALLERS = 16


def call(url: str, told: str, mark: str, point: str, nth: int) -> None:
    """Write without end, to a stream of one's own and to one that all share, with a line of each that was told."""
    store = engine.again(url)
    _call(store, told, mark, Armed(point=point, how="kill", nth=nth), Writer(store.batch, store.write))


def call_into(url: str, told: str, mark: str, point: str, nth: int) -> None:
    """The same straight into the log, where a group is one call if none of it touches another's stream."""
    store = engine.again(url)
    into: Writer[Commit, int] = Writer(
        store.database.transaction,
        lambda one: store.database.append(entry(store, one)),
        together=lambda group: store.database.append_all([entry(store, one) for one in group]),
    )
    _call(store, told, mark, Armed(point=point, how="kill", nth=nth), into)


def entry(store: EventStore, one: Commit) -> Entry:
    """What `EventStore.write` makes of a command that brings nothing for the keys."""
    versions = dict(one.expected)
    rows = []
    for stream, event in one.events:
        versions[stream] += 1
        kind, version, payload = store.codec.write(event, f"{stream}#{versions[stream]}")
        rows.append(
            Row(stream, versions[stream], kind, version, one.command, one.actor, one.division, None, payload)
        )
    command = CommandRow(one.command, one.digest, one.answer)
    return Entry(rows, command, lambda: 1, False, one.expected)


def _call(store: EventStore, told: str, mark: str, armed: Armed, into: Writer[Commit, int]) -> None:
    file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def caller(number: int) -> None:
        own = 0
        for turn in count():
            name = f"{mark}-{number}-{turn}"
            shared = len(store.load(StreamId("case:shared")))
            expected = {f"case:{mark}-{number}": own}
            events = [(f"case:{mark}-{number}", paid(turn))]
            if turn % 4 == 0:
                expected["case:shared"] = shared
                events.append(("case:shared", paid(turn)))
            try:
                writer.submit(commit(name, *events, expected=expected))
            except Conflict:
                os.write(file, f"refused {name}\n".encode())
            else:
                own += 1
                os.write(file, f"done {name}\n".encode())

    with into as writer, hooked(armed):
        threads = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
