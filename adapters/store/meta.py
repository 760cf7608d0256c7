"""What a store is: its log's id, whether it is a trial and with which seed and clock."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from adapters.faults import reach
from adapters.store.database import Database
from adapters.store.errors import BrokenLog
from domain.days import CHINA
from domain.ids import LogId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).astimezone(CHINA)
_MICROSECOND = timedelta(microseconds=1)
_TRIAL_MARK = "trial-"


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 (UTC) of an instant that has a zone."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant in China's zone."""
    return _EPOCH + timedelta(microseconds=micros)


def seeded(seed: str, *parts: str) -> bytes:
    """32 bytes that follow from a trial's seed and the parts alone."""
    return hmac.digest(seed.encode(), "\0".join(parts).encode(), "sha256")


class Meta:
    """Reads and writes the table `meta`. What a store was made as never changes; a trial's clock does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.log_id = LogId(self._get("log_id") or "")
        self.trial = self._get("trial") == "1"
        self.seed = self._get("seed")
        self._shown = (0, from_micros(0))
        if not self.log_id or self.trial != self.log_id.startswith(_TRIAL_MARK):
            raise BrokenLog(reason="marks-differ", position=0)

    def _get(self, name: str) -> str | None:
        row = self._database.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def clock(self) -> datetime:
        """A trial's now."""
        session = self._database.session()
        if session.clock is None or not session.exclusive:
            session.clock = int(self._get("clock") or 0)
        if session.clock != self._shown[0]:
            self._shown = (session.clock, from_micros(session.clock))
        return self._shown[1]

    def set_clock(self, instant: datetime) -> None:
        with self._database.transaction() as session:
            session.connection.execute(
                "UPDATE meta SET value = ? WHERE name = 'clock'",
                (str(to_micros(instant)),),
            )
            session.clock = None
            reach("clock.set")


def write_marks(database: Database, *, trial: bool, seed: str | None, clock: datetime) -> None:
    """Make the file a store: once, in the transaction that made its tables."""
    if trial:
        assert seed is not None
        log_id = _TRIAL_MARK + seeded(seed, "log").hex()[:24]
        marks = {"log_id": log_id, "trial": "1", "seed": seed, "clock": str(to_micros(clock))}
    else:
        marks = {"log_id": secrets.token_hex(16), "trial": "0"}
    with database.transaction() as session:
        session.connection.executemany("INSERT INTO meta VALUES (?, ?)", marks.items())
