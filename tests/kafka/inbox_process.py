"""An inbox as a process: `python -m tests.kafka.inbox_process URL BROKER PREFIX POINT NTH`."""

import signal
import sys
from dataclasses import replace
from threading import Event

import msgspec

from adapters.bootstrap import open_doudi
from adapters.faults import Armed, hooked
from adapters.kafka.inbox import Inbox
from adapters.kafka.settings import read
from tests.adapters.messages import BINDINGS


def main(url: str, address: str, prefix: str, point: str, nth: str) -> None:
    settings = read({"kafka": {"bootstrap_servers": address}, "consumer": {"session_timeout_ms": 6_000}})
    ours = msgspec.structs.replace(settings.ours, prefix=prefix, replication=1, min_insync=1)
    inbox = Inbox(open_doudi(url), replace(settings, ours=ours, inbound=BINDINGS))
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if point:
        with hooked(Armed(point=point, how="kill", nth=int(nth))):
            inbox.run(stop)
    else:
        inbox.run(stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
