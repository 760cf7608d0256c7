"""doudi's store: the log, its commands, the number index (`workflows.ports.Store`), in whichever database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from adapters.faults import reach
from adapters.keys.keyring import SealedKeyring
from adapters.store.codec import Codec
from adapters.store.database import CommandRow, Database, Entry, Row, tail
from adapters.store.errors import CodecError
from adapters.store.meta import Meta, from_micros, to_micros
from domain.event import Event
from domain.ids import CommandId, DivisionCode, PersonRef, StreamId
from domain.person import PersonCorrected, PersonForgotten, PersonRegistered
from workflows.ports import Clock, Commit, Conflict, Recorded

_Raw = tuple[int, str, int, str, int, str, str, str, int, str | None, bytes]

_COLUMNS = (
    "position, stream, version, type, type_version, command, actor, division, recorded_at, causation, payload"
)
_A_PAGE = 2_000
_STREAM = f"SELECT {_COLUMNS} FROM events WHERE stream = ? AND version > ? ORDER BY version"
_PAGE = f"SELECT {_COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?"
_AT = f"SELECT {_COLUMNS} FROM events WHERE position = ?"
_LAST = "SELECT position, stream, version FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1"
_KNOWN_AT = (
    "SELECT position FROM events WHERE recorded_at <= ? ORDER BY recorded_at DESC, position DESC LIMIT 1"
)


class Unread(Event, frozen=True, kw_only=True):
    """An event that was left as bytes."""


UNREAD = Unread(on=date.min)


class Place(NamedTuple):
    """Where an event stands."""

    position: int
    stream: str
    version: int


Unwanted = Callable[[str, str], bool]
"""Whether an event of this type and actor is left unread."""


class EventStore:
    """Positions are contiguous from 1, a stream's versions too; `recorded_at` never decreases."""

    def __init__(
        self, database: Database, meta: Meta, codec: Codec, keyring: SealedKeyring, clock: Clock
    ) -> None:
        self.database = database
        self.meta = meta
        self.codec = codec
        self.keyring = keyring
        self.clock = clock
        self.log_id = meta.log_id
        self.trial = meta.trial
        self._recorded_at: tuple[int, datetime] = (0, from_micros(0))

    def close(self) -> None:
        self.database.close()

    def load(self, stream: StreamId, after: int = 0) -> list[Recorded]:
        found = self.database.connection.execute(_STREAM, (stream, after)).fetchall()
        return self._recorded(found) if found else []

    def page(self, after: int, limit: int, unwanted: Unwanted | None = None) -> list[Recorded]:
        """Events that are unwanted stand there as `UNREAD`: only their envelope is looked at."""
        return self._recorded(self.database.connection.execute(_PAGE, (after, limit)).fetchall(), unwanted)

    def between(
        self, after: int, until: int, condition: str, params: Sequence[object] = ()
    ) -> list[Recorded]:
        """The events after one position until another for which a condition in the database's SQL holds."""
        statement = f"SELECT {_COLUMNS} FROM events WHERE position > ? AND position <= ? AND ({condition})"
        found = self.database.connection.execute(f"{statement} ORDER BY position", (after, until, *params))
        return self._recorded(found.fetchall())

    def last(self, until: int) -> Place | None:
        """The last event at or before a position, by its envelope."""
        row = self.database.connection.execute(_LAST, (until,)).fetchone()
        return None if row is None else Place(*row)

    def all(self) -> Iterator[Recorded]:
        """Every event, in order."""
        after = 0
        while page := self.page(after, _A_PAGE):
            yield from page
            after = page[-1].position

    def envelope(self, position: int) -> Recorded | None:
        """The event at a position, None if there is none; its content is left unread: it may be one that can't be."""
        rows = self.database.connection.execute(_AT, (position,)).fetchall()
        return next(iter(self._recorded(rows, lambda kind, actor: True)), None)

    def head(self) -> int:
        return tail(self.database.session())[0]

    def known_at(self, instant: datetime) -> int:
        row = self.database.connection.execute(_KNOWN_AT, (to_micros(instant),)).fetchone()
        return 0 if row is None else int(row[0])

    def last_recorded_at(self) -> datetime | None:
        position, micros = tail(self.database.session())
        return from_micros(micros) if position else None

    def answer(self, command: CommandId) -> tuple[bytes, bytes] | None:
        row: tuple[bytes, bytes] | None = self.database.connection.execute(
            "SELECT digest, answer FROM commands WHERE id = ?", (command,)
        ).fetchone()
        return row

    def commands(self) -> int:
        """How many commands were written."""
        return int(self.database.connection.execute("SELECT COUNT(*) FROM commands").fetchone()[0])

    def span(self, command: CommandId) -> tuple[int, int] | None:
        """(first, last) position of a command's events, None if it has none or isn't there."""
        row = self.database.connection.execute(
            "SELECT first, last FROM commands WHERE id = ? AND first IS NOT NULL", (command,)
        ).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))

    def digest(self, content: bytes) -> bytes:
        return self.keyring.digest(content)

    def person_of(self, number: str) -> PersonRef | None:
        found = self.keyring.keys.number(self.keyring.index(number))
        return None if found is None else PersonRef(found)

    def persons_named(self, name: str) -> list[PersonRef]:
        """Whose name is or was exactly this."""
        return [PersonRef(person) for person in self.keyring.keys.named(self.keyring.index_name(name))]

    def keeps(self, person: PersonRef) -> bool:
        return self.keyring.holds(person)

    def write(self, commit: Commit) -> int:
        versions = dict(commit.expected)
        rows: list[Row] = []
        names: list[tuple[bytes, str]] = []
        forgets: list[str] = []
        for stream, event in commit.events:  # before anything is sealed, so that nothing is opened for it
            if isinstance(event, PersonRegistered | PersonCorrected):
                names.append((self.keyring.index_name(event.name.text), stream.partition(":")[2]))
            elif isinstance(event, PersonForgotten):
                forgets.extend(event.dropped)
        for stream, event in commit.events:
            versions[stream] = version = versions[stream] + 1
            name, type_version, payload = self.codec.write(event, f"{stream}#{version}")
            rows.append(
                Row(
                    stream,
                    version,
                    name,
                    type_version,
                    commit.command,
                    commit.actor,
                    commit.division,
                    commit.causation,
                    payload,
                )
            )
        keys = self.keyring.taken()
        entry = Entry(
            rows,
            CommandRow(commit.command, commit.digest, commit.answer),
            self._now,
            not self.trial,
            commit.expected,
            [(self.keyring.index(number), person) for number, person in commit.numbers],
            names,
            keys,
            forgets,
            commit.at,
        )
        try:
            last = self.database.append(entry)
        except Conflict:
            self.keyring.superseded(keys)
            raise
        return self.write(commit) if reach("write.done") else last

    def _now(self) -> int:
        return to_micros(self.clock.now())

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self.database.transaction():
            yield

    def wait(self, after: int, seconds: float) -> bool:
        """Sleep until an event stands after the position, so long at most; whether one does."""
        return self.database.wait(after, seconds)

    def _recorded(self, rows: Iterable[_Raw], unwanted: Unwanted | None = None) -> list[Recorded]:
        read = self.codec.read
        known, instant = self._recorded_at
        result = []
        for (
            position,
            stream,
            version,
            name,
            type_version,
            command,
            actor,
            division,
            at,
            causation,
            payload,
        ) in rows:
            if at != known:
                known, instant = at, from_micros(at)
            try:
                left = unwanted is not None and unwanted(name, actor)
                event = UNREAD if left else read(name, type_version, payload)
            except CodecError as error:
                raise error.located(position, self._count(name, type_version)) from None
            result.append(
                Recorded(
                    position=position,
                    stream=StreamId(stream),
                    version=version,
                    type=name,
                    command=CommandId(command),
                    actor=actor,
                    division=DivisionCode(division),
                    recorded_at=instant,
                    event=event,
                    causation=causation,
                )
            )
        self._recorded_at = (known, instant)
        return result

    def _count(self, name: str, version: int) -> int:
        """How many events of the log have this type and version."""
        row = self.database.connection.execute(
            "SELECT count(*) FROM events WHERE type = ? AND type_version = ?", (name, version)
        ).fetchone()
        return int(row[0])
