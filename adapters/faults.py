"""Named points on every path that writes, where a test lets something go wrong.

Only `hooked`, called in the same process, sets one off; else a point costs a look at a name.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec

How = Literal["raise", "delay", "repeat", "kill"]

POINTS = {
    "transaction.before-lock": "nothing is begun yet",
    "transaction.locked": "the write lock is held, nothing is written",
    "transaction.before-commit": "all is written, nothing is kept",
    "transaction.committed": "all is kept, nobody was told",
    "write.bound": "a command's keys and index rows are ready, nothing of it is in",
    "write.command": "its row is in, its events are not",
    "write.inserted": "all of the command is in, its transaction is open",
    "write.done": "the command's part is closed (repeat: written a second time)",
    "clock.set": "a trial's clock was moved within the command that moves it",
    "keys.kept": "new keys and index rows are kept, the log that needs them is not",
    "forget.told": "the log has who is forgotten, the keys still stand",
    "forget.dropped": "they are dropped, nobody was told",
    "project.page": "events were read for projections",
    "project.rows": "a projection's rows are in, its position is not",
    "project.placed": "rows and position are in, not kept",
    "project.done": "rows and position are kept (repeat: the step is taken again)",
    "rebuild.folded": "the new rows are in memory",
    "rebuild.caught-up": "and brought to the head within the lock",
    "rebuild.loaded": "a new table is filled beside the old one",
    "rebuild.dropped": "the old table is gone, the new one is not in its place",
    "rebuild.swapped": "the new tables are in their places, the position is the old one's",
    "rebuild.placed": "tables and position are in, not kept",
    "rebuild.done": "the new rows serve",
    "backup.copied": "the copy is whole, under another name",
    "backup.done": "it has its name, nobody was told",
    "copy.loaded": "a new store's tables are filled, its keys are not there",
    "copy.keys": "its keys are there, the store is not yet kept",
    "due.read": "the deadline process looked for what is due",
    "cases.read": "the draw looked for who is payable",
    "tick.begun": "no deadline was taken yet",
    "tick.parts": "all deadlines were taken, the tick itself is not written (repeat: taken again)",
    "draw.begun": "no list is open yet",
    "draw.parts": "all chunks are written, the draw itself is not (repeat: taken again)",
    "group.begun": "a group's transaction is open, none of its commands is taken",
    "group.taken": "one more command of the group has its answer",
    "group.committed": "the group is kept, none of its callers was told",
    "inbox.taken": "commands of a poll are kept, neither offsets nor letters are",
    "inbox.committed": "offsets and letters are kept",
    "relay.read": "events were read for Kafka, nothing of them is sent",
    "relay.sent": "messages are sent, the place behind them is not",
    "relay.before-commit": "messages and place are sent, nothing is committed",
    "relay.committed": "messages and place are committed, the relay hasn't noted it",
}
"""What is true when a point is reached."""

REPEATS = frozenset({"write.done", "project.done", "tick.parts", "draw.parts"})
"""Where `repeat` has a meaning: what was done is done again, as after a lost reply."""

Hook = Callable[[str], bool]

_hook: Hook | None = None


class Fault(Exception):
    """What an armed point raises; no code of doudi's catches it by name."""


def reach(point: str) -> bool:
    """A point is reached. True: do again what was just done."""
    return _hook is not None and _hook(point)


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
    global _hook
    if _hook is not None:
        raise RuntimeError("faults are hooked already")
    _hook = hook
    try:
        yield
    finally:
        _hook = None
