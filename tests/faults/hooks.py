"""What a test lets go wrong at a named point (adapters/faults.py)."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec

from adapters.faults import POINTS, Fault, Hook, set_hook

How = Literal["raise", "delay", "repeat", "kill"]
REPEATS = frozenset({"write.done", "project.done", "tick.parts", "draw.parts"})
"""Where `repeat` has a meaning: what was done is done again, as after a lost reply."""


class Armed(msgspec.Struct, kw_only=True):
    """Sets off the `nth` time that its point is reached, and never again."""

    point: str
    how: How
    nth: int = 1
    seconds: float = 0.05
    seen: int = 0

    def __post_init__(self) -> None:
        if self.point not in POINTS:
            raise ValueError(f"no such point: {self.point}")
        if self.how == "repeat" and self.point not in REPEATS:
            raise ValueError(f"nothing to repeat at {self.point}")

    @property
    def fired(self) -> bool:
        return self.seen >= self.nth

    def __call__(self, point: str) -> bool:
        if point != self.point:
            return False
        self.seen += 1
        return self.seen == self.nth and set_off(point, self.how, self.seconds)


class Passed:
    """Counts which points are reached, and how often."""

    def __init__(self) -> None:
        self.points: Counter[str] = Counter()

    def __call__(self, point: str) -> bool:
        self.points[point] += 1
        return False


def set_off(point: str, how: How, seconds: float = 0.05) -> bool:
    """Raise, delay, kill the process as `kill -9` does; True to do it again."""
    if how == "raise":
        raise Fault(point)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
        threading.Event().wait()
    if how == "delay":
        time.sleep(seconds)
    return how == "repeat"


@contextmanager
def hooked(hook: Hook) -> Iterator[None]:
    """Points call the hook meanwhile, in all threads; one hook at a time."""
    set_hook(hook)
    try:
        yield
    finally:
        set_hook(None)
