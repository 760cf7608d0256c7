"""Sixteen callers behind one writer, in a process that is killed on its way."""

import os
import threading
from itertools import count

from adapters.faults import Armed, hooked
from adapters.group_commit import Writer
from domain.ids import StreamId
from tests.adapters.trials import commit, paid
from tests.cases import engine
from workflows.ports import Conflict

CALLERS = 16


def call(url: str, told: str, mark: str, point: str, nth: int) -> None:
    """Write without end, to a stream of one's own and to one that all share, with a line of each that was told."""
    store = engine.again(url)
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

    with Writer(store.batch, store.write) as writer, hooked(Armed(point=point, how="kill", nth=nth)):
        threads = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
