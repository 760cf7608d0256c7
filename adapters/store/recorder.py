"""The log under eventsourcing's persistence interfaces, in whichever database; stream names are text ids."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from time import time_ns
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
    TrackingRecorder,
)

from adapters.store.database import CommandRow, Database, Entry, OutOfTurn, Row, Session
from adapters.store.errors import OutcomeUnknown, StoreBusy, StoreFailed
from workflows.ports import Conflict


@dataclass(frozen=True, kw_only=True)
class EnvelopedEvent(StoredEvent):
    """A stored event with doudi's envelope; one made without it has the defaults."""

    type_version: int = 1
    command: str = ""
    actor: str = ""
    division: str = ""
    causation: str | None = None
    recorded_at: int = field(default=0, compare=False)
    """Microseconds since 1970 (UTC); given by the recorder."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StoredEvent):
            return NotImplemented
        return _content(self) == _content(other)

    def __hash__(self) -> int:
        return hash((self.originator_id, self.originator_version))


def _content(event: StoredEvent) -> tuple[object, ...]:
    own = (event.originator_id, event.originator_version, event.topic, event.state)
    if isinstance(event, EnvelopedEvent):
        return (*own, event.type_version, event.command, event.actor, event.division, event.causation)
    return (*own, 1, "", "", "", None)


def _row(event: StoredEvent) -> Row:
    stream = str(event.originator_id)
    if isinstance(event, EnvelopedEvent):
        envelope = (event.type_version, event.command, event.actor, event.division, event.causation)
    else:
        envelope = (1, "", "", "", None)
    return Row(stream, event.originator_version, event.topic, *envelope, event.state)


_COLUMNS = "stream, version, type, payload, type_version, command, actor, division, causation, recorded_at"
_TRACK = (
    "INSERT INTO tracking VALUES (?, ?) ON CONFLICT (application_name) DO UPDATE"
    " SET notification_id = excluded.notification_id"
    " WHERE tracking.notification_id < excluded.notification_id RETURNING notification_id"
)


class _InDatabase:
    """A log of its own needs `create()` once; a store has it already."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(self) -> None:
        self.database.migrate()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (Conflict, OutOfTurn, sqlite3.IntegrityError) as error:
            raise IntegrityError(str(error)) from error
        except (StoreBusy, StoreFailed, OutcomeUnknown, sqlite3.OperationalError) as error:
            raise OperationalError(str(error)) from error

    @staticmethod
    def _track(session: Session, tracking: Tracking) -> None:
        done = session.connection.execute(_TRACK, (tracking.application_name, tracking.notification_id))
        if not done.fetchall():
            raise IntegrityError(f"tracking of {tracking.application_name} goes forward only")


class LogAggregateRecorder(_InDatabase, AggregateRecorder):
    """Writes and reads streams."""

    def _insert(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        command: CommandRow | None = None,
        now: int | None = None,
        tracking: Tracking | None = None,
    ) -> range:
        entry = Entry(
            [_row(event) for event in stored_events],
            command,
            (lambda: time_ns() // 1000) if now is None else (lambda: now),
            now is None,
        )
        with self._writing():
            if tracking is None:
                last = self.database.append(entry)
            else:
                with self.database.transaction() as session:
                    last = self.database.append(entry)
                    self._track(session, tracking)
        return range(last - len(entry.rows) + 1, last + 1)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append at the end of their streams; `command` (a `CommandRow`), `now` (microseconds) may be given.

        Raises `IntegrityError` if a version is taken or lies beyond the end, or the command is there.
        """
        self._insert(stored_events, **kwargs)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        statement = f"SELECT {_COLUMNS} FROM events WHERE stream = ?"
        params: list[str | int] = [str(originator_id)]
        if gt is not None:
            statement += " AND version > ?"
            params.append(gt)
        if lte is not None:
            statement += " AND version <= ?"
            params.append(lte)
        statement += f" ORDER BY version {'DESC' if desc else 'ASC'}"
        if limit is not None:
            statement += " LIMIT ?"
            params.append(limit)
        return [
            EnvelopedEvent(
                originator_id=stream,
                originator_version=version,
                topic=topic,
                state=state,
                type_version=type_version,
                command=command,
                actor=actor,
                division=division,
                causation=causation,
                recorded_at=at,
            )
            for (
                stream,
                version,
                topic,
                state,
                type_version,
                command,
                actor,
                division,
                causation,
                at,
            ) in self.database.connection.execute(statement, params)
        ]


class LogApplicationRecorder(LogAggregateRecorder, ApplicationRecorder):
    """And the log as a whole: positions are contiguous, and none is seen before those below it."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        return list(self._insert(stored_events, **kwargs))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        where = ["position > ?"]
        params: list[str | int] = [after]
        if stop is not None:
            where.append("position <= ?")
            params.append(stop)
        if topics:
            where.append(f"type IN ({','.join('?' * len(topics))})")
            params.extend(topics)
        statement = (
            f"SELECT position, stream, version, type, payload FROM events WHERE {' AND '.join(where)}"
            " ORDER BY position LIMIT ?"
        )
        return [
            Notification(
                id=position, originator_id=stream, originator_version=version, topic=topic, state=state
            )
            for position, stream, version, topic, state in self.database.connection.execute(
                statement, (*params, limit)
            )
        ]

    def max_notification_id(self) -> int | None:
        position: int | None = self.database.connection.execute(
            "SELECT max(position) FROM events"
        ).fetchone()[0]
        return position

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        return LogSubscription(self, gt, topics)


class LogSubscription(ListenNotifySubscription["LogApplicationRecorder"]):
    """Notifications as they are committed, woken by the database."""

    def __init__(
        self, recorder: LogApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._waiting = Thread(target=self._wait)
        self._waiting.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._waiting.join()

    def _wait(self) -> None:
        seen = self._last_notification_id or 0
        try:
            while not self._has_been_stopped and not self._thread_error:
                if self._recorder.database.wait(seen, 0.1):
                    seen = self._recorder.max_notification_id() or 0
                    self._has_been_notified.set()
        except BaseException as error:
            self._thread_error = self._thread_error or error
            self.stop()


class LogTrackingRecorder(_InDatabase, TrackingRecorder):
    def insert_tracking(self, tracking: Tracking) -> None:
        with self._writing(), self.database.transaction(None) as session:
            self._track(session, tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        row = self.database.connection.execute(
            "SELECT notification_id FROM tracking WHERE application_name = ?", (application_name,)
        ).fetchone()
        return None if row is None else int(row[0])


class LogRecorder(LogTrackingRecorder, LogApplicationRecorder, ProcessRecorder):
    """All of it: `insert_events(…, tracking=…)` notes how far an upstream was followed, all or nothing."""
