"""Threads that each read events of a kind for the first time, all at once: `python -m tests.adapters.readers`."""

import sys
import threading

import msgspec

from adapters.store.codec import Codec
from domain.event import Event
from tests.adapters.keyrings import keyring_in_memory

KINDS, THREADS = 150, 4


def kinds() -> list[type[Event]]:
    """Events in events, so that to learn one is to learn several."""
    found: list[type[Event]] = []
    for number in range(KINDS):
        parts = [("a", int), ("b", str)]
        for depth in range(4):
            inner = msgspec.defstruct(f"Part{number}x{depth}", parts, kw_only=True, frozen=True)
            parts = [("inner", inner), ("a", int), ("b", str)]
        made = msgspec.defstruct(f"Kind{number}", parts, bases=(Event,), kw_only=True, frozen=True)
        made.VERSION = 1  # type: ignore[attr-defined]
        found.append(made)  # type: ignore[arg-type]
    return found


def main() -> None:
    sys.setswitchinterval(1e-6)
    codec = Codec(kinds(), keyring_in_memory())
    payload = '{"a":1,"b":"x"}'
    for _ in range(4):
        payload = f'{{"inner":{payload},"a":1,"b":"x"}}'
    body = f'{{"on":"2025-01-01",{payload[1:]}'.encode()
    start = threading.Barrier(THREADS)

    def read() -> None:
        for name in codec.types:
            start.wait()
            assert codec.read(name, 1, body).a == 1  # type: ignore[attr-defined]

    threads = [threading.Thread(target=read) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("read")


if __name__ == "__main__":
    main()
