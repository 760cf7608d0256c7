"""Named points on every path that writes, where a test lets something go wrong.

Only a hook set in the same process sets one off; else a point costs a look at a name.
"""

from collections.abc import Callable

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

Hook = Callable[[str], bool]

_hook: Hook | None = None


class Fault(Exception):
    """What an armed point raises; no code of doudi's catches it by name."""


def reach(point: str) -> bool:
    """A point is reached. True: do again what was just done."""
    return _hook is not None and _hook(point)


def set_hook(hook: Hook | None) -> None:
    """Points call it from now on, in all threads; one at a time."""
    global _hook
    if hook is not None and _hook is not None:
        raise RuntimeError("faults are hooked already")
    _hook = hook
