"""An inbox as a process: `python -m tests.kafka.inbox_process URL BROKER PREFIX POINT NTH`."""

import signal
import sys
from dataclasses import replace
from threading import Event

import msgspec

import adapters.kafka.inbox
from adapters.bootstrap import open_doudi
from adapters.kafka.inbox import Inbox
from adapters.kafka.settings import read
from tests.adapters.messages import BINDINGS
from tests.faults.hooks import Armed, hooked

SOON_MISSED = {"session_timeout_ms": 1_500, "heartbeat_interval_ms": 300}
# Many polls and groups, so that there is much to be killed between.
adapters.kafka.inbox.MOST, adapters.kafka.inbox.GROUP = 20, 7


def main(url: str, address: str, prefix: str, point: str, nth: str) -> None:
    settings = read({"kafka": {"bootstrap_servers": address}, "consumer": SOON_MISSED})
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
