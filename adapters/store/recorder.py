"""The log in SQLite under eventsourcing's persistence interfaces; stream names are text ids."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import time_ns
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
    TrackingRecorder,
)

from adapters.store.database import Database, Session
from adapters.store.errors import BrokenLog, StoreBusy, StoreFailed


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


class Row(NamedTuple):
    """An event as the table has it, all but its position."""

    stream: str
    version: int
    type: str
    type_version: int
    command: str
    actor: str
    division: str
    recorded_at: int
    causation: str | None
    payload: bytes


class CommandRow(NamedTuple):
    id: str
    digest: bytes
    answer: bytes


def _content(event: StoredEvent) -> tuple[object, ...]:
    own = (event.originator_id, event.originator_version, event.topic, event.state)
    if isinstance(event, EnvelopedEvent):
        return (*own, event.type_version, event.command, event.actor, event.division, event.causation)
    return (*own, 1, "", "", "", None)


def _row(event: StoredEvent, now: int) -> Row:
    stream = str(event.originator_id)
    if isinstance(event, EnvelopedEvent):
        envelope = (event.type_version, event.command, event.actor, event.division)
        causation = event.causation
    else:
        envelope, causation = (1, "", "", ""), None
    return Row(stream, event.originator_version, event.topic, *envelope, now, causation, event.state)


_COLUMNS = "stream, version, type, payload, type_version, command, actor, division, causation, recorded_at"
_END = "SELECT max(version) FROM events WHERE stream = ?"
_TAIL = "SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1"
_INSERT = (
    "INSERT INTO events (stream, version, type, type_version, command, actor, division, recorded_at,"
    " causation, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_COMMAND = "INSERT INTO commands (id, digest, answer, first, last) VALUES (?, ?, ?, ?, ?)"
_TRACK = (
    "INSERT INTO tracking VALUES (?, ?) ON CONFLICT (application_name) DO UPDATE"
    " SET notification_id = excluded.notification_id"
    " WHERE tracking.notification_id < excluded.notification_id RETURNING notification_id"
)


def end_of(session: Session, stream: str) -> int | None:
    """The last version of a stream, None for one that isn't there."""
    version: int | None = session.connection.execute(_END, (stream,)).fetchone()[0]
    return version


def tail(session: Session) -> tuple[int, int]:
    """(last position, its recorded_at in microseconds), (0, 0) for an empty log."""
    if session.tail is None or not session.depth:
        session.tail = session.connection.execute(_TAIL).fetchone() or (0, 0)
    return session.tail


def append(session: Session, rows: Sequence[Row]) -> int:
    """Put rows whose versions were checked at the end of the log; the last position."""
    if not rows:
        return tail(session)[0]
    before = tail(session)[0]
    connection = session.connection
    if len(rows) == 1:
        connection.execute(_INSERT, rows[0])
    else:
        connection.executemany(_INSERT, rows)
    last: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
    if last != before + len(rows):
        raise BrokenLog(reason="end-cut-off", position=before)
    session.tail = (last, rows[-1].recorded_at)
    return last


def check_versions(session: Session, rows: Iterable[Row]) -> None:
    """Every event must follow its stream's last one; a new stream begins at 0 or 1."""
    ends: dict[str, int | None] = {}
    for row in rows:
        last = ends[row.stream] if row.stream in ends else end_of(session, row.stream)
        if row.version != last + 1 if last is not None else row.version not in (0, 1):
            raise IntegrityError(f"version {row.version} doesn't follow {last} in {row.stream}")
        ends[row.stream] = row.version


def put_command(session: Session, command: CommandRow, first: int | None, last: int | None) -> None:
    session.connection.execute(_COMMAND, (*command, first, last))


class _InDatabase:
    """A log of its own needs `create()` once; a store has it already."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(self) -> None:
        self.database.migrate()

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        try:
            with self.database.transaction() as session:
                yield session
        except sqlite3.IntegrityError as error:
            raise IntegrityError(str(error)) from error
        except (StoreBusy, StoreFailed, sqlite3.OperationalError) as error:
            raise OperationalError(str(error)) from error

    @staticmethod
    def _track(session: Session, tracking: Tracking) -> None:
        done = session.connection.execute(_TRACK, (tracking.application_name, tracking.notification_id))
        if not done.fetchall():
            raise IntegrityError(f"tracking of {tracking.application_name} goes forward only")


class SQLiteAggregateRecorder(_InDatabase, AggregateRecorder):
    """Writes and reads streams."""

    def _insert(
        self,
        session: Session,
        stored_events: Sequence[StoredEvent],
        *,
        command: CommandRow | None = None,
        now: int | None = None,
        tracking: Tracking | None = None,
    ) -> range:
        at = max(time_ns() // 1000 if now is None else now, tail(session)[1])
        rows = [_row(event, at) for event in stored_events]
        check_versions(session, rows)
        last = append(session, rows)
        first = last - len(rows) + 1
        if command is not None:
            put_command(session, command, first if rows else None, last if rows else None)
        if tracking is not None:
            self._track(session, tracking)
        return range(first, last + 1)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append at the end of their streams; `command` (a `CommandRow`), `now` (microseconds) may be given.

        Raises `IntegrityError` if a version is taken or lies beyond the end, or the command is there.
        """
        with self._writing() as session:
            self._insert(session, stored_events, **kwargs)
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


class SQLiteApplicationRecorder(SQLiteAggregateRecorder, ApplicationRecorder):
    """And the log as a whole: positions are contiguous, and none is seen before those below it."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        with self._writing() as session:
            return list(self._insert(session, stored_events, **kwargs))

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
        """SQLite has none: poll `select_notifications`."""
        raise NotImplementedError("poll select_notifications: SQLite doesn't notify")


class SQLiteTrackingRecorder(_InDatabase, TrackingRecorder):
    def insert_tracking(self, tracking: Tracking) -> None:
        with self._writing() as session:
            self._track(session, tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        row = self.database.connection.execute(
            "SELECT notification_id FROM tracking WHERE application_name = ?", (application_name,)
        ).fetchone()
        return None if row is None else int(row[0])


class SQLiteRecorder(SQLiteTrackingRecorder, SQLiteApplicationRecorder, ProcessRecorder):
    """All of it: `insert_events(…, tracking=…)` notes how far an upstream was followed, all or nothing."""
