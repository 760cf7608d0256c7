"""One writer in a process: commands that arrive together are written in one transaction, each with its own answer."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from adapters.faults import reach
from adapters.store.database import Database, Entry
from workflows.command import COMMANDS, Answer, Request
from workflows.office import Office
from workflows.ports import Conflict

MOST = 256
"""So many commands share a transaction at most."""
PATIENCE = 0.0005
"""Seconds that a group waits for one more of those who were at it just before."""

In = TypeVar("In")
Out = TypeVar("Out")


class WriterClosed(Exception):
    """The writer takes nothing any more; what it had taken was answered."""


class _Ticket(Generic[In, Out]):
    __slots__ = ("asked", "error", "given", "told")

    def __init__(self, asked: In) -> None:
        self.asked = asked
        self.told: Future[Out] = Future()
        self.given: Out | None = None
        self.error: BaseException | None = None

    def take(self, take: Callable[[In], Out]) -> None:
        self.given, self.error = None, None
        self.given = take(self.asked)

    def hear(self, answer: Out | Exception) -> None:
        if isinstance(answer, Exception):
            self.given, self.error = None, answer
        else:
            self.given, self.error = answer, None

    def tell(self) -> None:
        if self.error is not None:
            self.told.set_exception(self.error)
        else:
            self.told.set_result(self.given)  # type: ignore[arg-type]


class Writer(Generic[In, Out]):
    """Takes from any thread; writes from one of its own, which alone may use what `take` works on.

    `take` writes one command within `batch`, whole or not at all; a Conflict it raises is that command's answer and
    leaves the rest alone. If a group fails in any other way, or nobody knows whether it was kept, each of its
    commands is taken again by itself: so `take` must find what was taken before. `alone`: never in a group.
    `together` writes a group in `batch`'s and `take`'s stead: each command's answer, or the error that is its answer.
    """

    def __init__(
        self,
        batch: Callable[[], AbstractContextManager[object]],
        take: Callable[[In], Out],
        alone: Callable[[In], bool] = lambda asked: False,
        together: Callable[[Sequence[In]], Sequence[Out | Exception]] | None = None,
    ) -> None:
        self._batch = batch
        self._take = take
        self._together = together
        self._alone = alone
        self._queue: SimpleQueue[_Ticket[In, Out] | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._closed = False
        self._expected = 1
        self.groups = 0
        """How many transactions were tried for groups."""
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, asked: In) -> Out:
        """The command's own answer, once it is kept; raises what `take` raised for it, or `WriterClosed`."""
        return self.begin(asked).result()

    def begin(self, asked: In) -> Future[Out]:
        """Like `submit`, without waiting."""
        ticket: _Ticket[In, Out] = _Ticket(asked)
        with self._guard:
            if self._closed:
                raise WriterClosed
            self._queue.put(ticket)
        return ticket.told

    def close(self) -> None:
        """Answer what was taken, then stop."""
        with self._guard:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> "Writer[In, Out]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        open_ = True
        while open_:
            waiting, open_ = self._waiting()
            group: list[_Ticket[In, Out]] = []
            for ticket in waiting:
                if self._alone(ticket.asked):
                    self._group(group)
                    self._by_itself(ticket)
                    group = []
                else:
                    group.append(ticket)
            # Who was just answered is likely to ask again at once: with those waiting now he makes the next group.
            self._expected = len(waiting) + self._queue.qsize()
            self._group(group)

    def _waiting(self) -> tuple[list[_Ticket[In, Out]], bool]:
        """All that wait, at least one; whether more may come."""
        found: list[_Ticket[In, Out]] = []
        ticket = self._queue.get()
        while ticket is not None:
            found.append(ticket)
            if len(found) == MOST:
                return found, True
            try:
                wait = len(found) < self._expected
                ticket = self._queue.get(wait, PATIENCE if wait else None)
            except Empty:
                return found, True
        return found, False

    def _group(self, group: list[_Ticket[In, Out]]) -> None:
        if len(group) < 2:
            for ticket in group:
                self._by_itself(ticket)
            return
        self.groups += 1
        try:
            if self._together is not None:
                said = self._together([ticket.asked for ticket in group])
                for ticket, answer in zip(group, said, strict=True):
                    ticket.hear(answer)
            else:
                self._in_turn(group)
            reach("group.committed")
        except BaseException:
            for ticket in group:
                self._by_itself(ticket)
        else:
            for ticket in group:
                ticket.tell()

    def _in_turn(self, group: list[_Ticket[In, Out]]) -> None:
        with self._batch():
            reach("group.begun")
            for ticket in group:
                try:
                    ticket.take(self._take)
                except Conflict as conflict:
                    ticket.error = conflict
                reach("group.taken")

    def _by_itself(self, ticket: _Ticket[In, Out]) -> None:
        try:
            ticket.take(self._take)
        except BaseException as error:
            ticket.error = error
        ticket.tell()


def writer_of(office: Office) -> Writer[Request, Answer]:
    """The office's writer; while it is open nobody else uses the office. A process goes by itself."""
    return Writer(office.batch, office.handle, lambda request: COMMANDS[type(request.data).__name__].process)


def writer_into(database: Database) -> Writer[Entry, int]:
    """What is decided elsewhere goes straight into the log: what arrives together, by one call."""
    return Writer(database.transaction, database.append, together=database.append_all)
