"""The log read and mapped by a process of its own, so that a relay that catches up has its own core for sending.

`python -m adapters.kafka.relaying.reading` is told on its input which store and source, then answers what stands
there, until that ends.
"""

import gc
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from select import select
from struct import Struct
from typing import IO, Any, NoReturn

import msgspec

from adapters.beside import begin_beside
from adapters.faults import reach
from adapters.kafka.relaying.errors import ReaderFailed
from adapters.kafka.relaying.kept import EVERY, KeptStates
from adapters.kafka.relaying.reader import Reader, Unit
from adapters.kafka.relaying.record import Point
from adapters.kafka.relaying.telling import wire_named
from adapters.projecting.errors import is_poison, whereabouts
from adapters.store.errors import StoreError, StoreFailed
from adapters.store.open import open_store

_SIZE = Struct(">I")
_ENDED = "reader-ended"
_A_BEAT = 1.0


class ReadingProcess:
    """Reads as `Reader` does. One that ended is started anew when it is asked next."""

    def __init__(self, url: str, source: str) -> None:
        self._of = (url, source)
        self._process: subprocess.Popen[bytes] | None = None
        self._waits_for: tuple[object, ...] | None = None
        self.beat: Callable[[], object] = lambda: None

    def start(self) -> None:
        if self._process is not None:
            return
        self._process = begin_beside("adapters.kafka.relaying.reading")
        try:
            _put(self._process.stdin, self._of)
        except OSError:
            self._ended()

    def read(self, after: Point, limit: int) -> list[Unit]:
        asked_before = self._waits_for is not None
        found = unpacked(self._asked("read", after, limit))
        if asked_before and not found:
            # Read ahead when nothing was there: by now something may be.
            found = unpacked(self._asked("read", after, limit))
        reach("relay.read")
        return found

    def ahead(self, after: Point, limit: int) -> None:
        """It reads on its own core while who asked sends."""
        if self._waits_for is None:
            self._ask(("read", after, limit))

    def follow(self, until: int) -> None:
        self._asked("follow", until)

    def _asked(self, *what: object) -> Any:
        if self._waits_for is not None and self._waits_for != what:
            self._answer()
        if self._waits_for is None:
            self._ask(what)
        answer = self._answer()
        if isinstance(answer, _Failed):
            raise answer.kind(**answer.params)
        return answer

    def _ask(self, what: tuple[object, ...]) -> None:
        self.start()
        assert self._process is not None
        try:
            _put(self._process.stdin, what)
        except OSError:
            self._ended()
        self._waits_for = what

    def _answer(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            while not select([self._process.stdout], [], [], _A_BEAT)[0]:
                self.beat()
            answer = _taken(self._process.stdout)
        except (OSError, EOFError):
            self._ended()
        self._waits_for = None
        return answer

    def _ended(self) -> NoReturn:
        self.close()
        raise StoreFailed(reason=_ENDED) from None

    def close(self) -> None:
        process, self._process, self._waits_for = self._process, None, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.kill()
        process.wait()


class _Failed:
    def __init__(self, kind: type[StoreError], params: dict[str, str | int]) -> None:
        self.kind = kind
        self.params = params


def _put(pipe: IO[bytes] | None, what: object) -> None:
    assert pipe is not None
    data = pickle.dumps(what, protocol=5)
    pipe.write(_SIZE.pack(len(data)) + data)
    pipe.flush()


def _taken(pipe: IO[bytes] | None) -> Any:
    """Raises EOFError where the other one ended."""
    assert pipe is not None
    head = pipe.read(_SIZE.size)
    if len(head) < _SIZE.size:
        raise EOFError
    data = pipe.read(_SIZE.unpack(head)[0])
    return pickle.loads(data)


_units = msgspec.msgpack.Decoder(list[Unit])


def packed(units: Sequence[Unit]) -> bytes:
    """As what is quickest to take apart: the other side has better to do."""
    return msgspec.msgpack.encode(units)


def unpacked(data: bytes) -> list[Unit]:
    return _units.decode(data)


def answer(ask: Callable[..., object], *what: object) -> object:
    """What it answers, or why it failed: by kind and place where the store doesn't say it."""
    try:
        return ask(*what)
    except StoreError as error:
        return _Failed(type(error), dict(error.params))
    except Exception as error:
        # What the machine does to us passes; a defect doesn't.
        return _Failed(ReaderFailed if is_poison(error) else StoreFailed, {"reason": whereabouts(error)})


def calm_collector() -> None:
    """For a process that only relays: what it makes by the thousand is gone at once without a search for cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _asks(url: str, source: str) -> dict[str, Callable[..., object]]:
    store = open_store(url)
    calm_collector()
    reader = Reader(store, wire_named(store, source), KeptStates(store), EVERY)

    def read(after: Point, limit: int) -> bytes:
        return packed(reader.read(after, limit))

    return {"read": read, "follow": reader.follow}


def serve() -> None:
    came, out = sys.stdin.buffer, sys.stdout.buffer
    opened: dict[str, Callable[..., object]] = {}

    def ask(name: str, *what: object) -> object:
        if not opened:
            opened.update(_asks(url, source))
        return opened[name](*what)

    try:
        url, source = _taken(came)
        while True:
            _put(out, answer(ask, *_taken(came)))
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    # By its own name, or what it sends would be of a module called __main__.
    from adapters.kafka.relaying import reading

    reading.serve()
