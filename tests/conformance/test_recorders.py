"""eventsourcing's own conformance cases, run on our recorders."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

# Their module imports its AES cipher, and so pycryptodome, for cases of a mapper that we don't have.
cipher = ModuleType("eventsourcing.cipher")
cipher.AESCipher = type("AESCipher", (), {})  # type: ignore[attr-defined]
sys.modules.setdefault("eventsourcing.cipher", cipher)

from eventsourcing.tests.persistence import (  # noqa: E402
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    RecorderTestCase,
    TrackingRecorderTestCase,
)

from adapters.store.database import CommandRow, Database  # noqa: E402
from adapters.store.postgres import PostgresDatabase  # noqa: E402
from adapters.store.recorder import (  # noqa: E402
    EnvelopedEvent,
    LogAggregateRecorder,
    LogApplicationRecorder,
    LogRecorder,
    LogTrackingRecorder,
)
from adapters.store.sqlite import SQLiteDatabase  # noqa: E402
from tests.postgres import server  # noqa: E402


class OnSQLite:
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)  # type: ignore[attr-defined]
        self.database: Database = SQLiteDatabase(Path(folder.name) / "log.db")
        self.addCleanup(self.database.close)  # type: ignore[attr-defined]
        self.database.migrate()

    def new_originator_id(self) -> str:
        return f"case:{uuid4()}"


class OnPostgreSQL(OnSQLite):
    """As the log's owner."""

    def setUp(self) -> None:
        self.database = PostgresDatabase(server().database(f"c{uuid4().hex}"))
        self.addCleanup(self.database.close)  # type: ignore[attr-defined]
        self.database.migrate()


class Aggregates(AggregateRecorderTestCase):
    database: Database

    def create_recorder(self) -> LogAggregateRecorder:
        return LogAggregateRecorder(self.database)


class Applications(ApplicationRecorderTestCase[LogApplicationRecorder]):
    database: Database

    def create_recorder(self) -> LogApplicationRecorder:
        return LogApplicationRecorder(self.database)

    def test_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class Trackings(TrackingRecorderTestCase):
    database: Database

    def create_recorder(self) -> LogTrackingRecorder:
        return LogTrackingRecorder(self.database)


class Processes(ProcessRecorderTestCase):
    database: Database

    def create_recorder(self) -> LogRecorder:
        return LogRecorder(self.database)


class Interleaving(NonInterleavingNotificationIDsBaseCase):
    """Once is not enough to catch a writer that hands out positions without the lock."""

    insert_num = 500
    database: Database

    def create_recorder(self) -> LogRecorder:
        return LogRecorder(self.database)

    def test_again_and_again(self) -> None:
        for _ in range(5):
            self.test()


for on in (OnSQLite, OnPostgreSQL):
    for case in (Aggregates, Applications, Trackings, Processes, Interleaving):
        name = f"Test{case.__name__}{on.__name__}"
        globals()[name] = type(name, (on, case), {"__module__": __name__})

# The base cases themselves are not to be collected here.
del (
    Aggregates,
    Applications,
    Trackings,
    Processes,
    Interleaving,
    case,
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    RecorderTestCase,
    TrackingRecorderTestCase,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> LogRecorder:
    database: Database = (
        SQLiteDatabase(tmp_path / "log.db")
        if request.param == "sqlite"
        else PostgresDatabase(server().database(f"c{uuid4().hex}"))
    )
    recorder = LogRecorder(database)
    recorder.create()
    return recorder


def stored(version: int, stream: str = "case:1") -> StoredEvent:
    return StoredEvent(originator_id=stream, originator_version=version, topic="Entered", state=b"{}")


@pytest.mark.parametrize("version", [2, 5])
def test_a_new_stream_does_not_begin_beyond_one(recorder: LogRecorder, version: int) -> None:
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(version)])
    assert recorder.max_notification_id() is None


def test_a_version_beyond_the_end_is_refused_en15(recorder: LogRecorder) -> None:
    recorder.insert_events([stored(1)])
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(6)])
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(2), stored(4)])
    assert [event.originator_version for event in recorder.select_events("case:1")] == [1]


def test_a_command_goes_in_with_its_events_once(recorder: LogRecorder) -> None:
    command = CommandRow("c-1", b"digest", b"answer")
    assert recorder.insert_events([stored(1), stored(2)], command=command) == [1, 2]
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(3)], command=command)
    rows = recorder.database.connection.execute("SELECT id, digest, answer, first, last FROM commands")
    assert rows.fetchall() == [("c-1", b"digest", b"answer", 1, 2)]
    assert recorder.max_notification_id() == 2


def test_the_envelope_comes_back_and_a_plain_event_has_the_defaults(recorder: LogRecorder) -> None:
    full = EnvelopedEvent(
        originator_id="case:1",
        originator_version=1,
        topic="Entered",
        state=b"{}",
        type_version=3,
        command="c-1",
        actor="s-1",
        division="110101",
        causation="c-0",
    )
    recorder.insert_events([full, stored(2)], now=1_000)
    found = recorder.select_events("case:1")
    assert found == [full, stored(2)]
    assert found[0] != stored(1)
    assert {event.recorded_at for event in found if isinstance(event, EnvelopedEvent)} == {1_000}


def test_recorded_at_never_goes_back(recorder: LogRecorder) -> None:
    recorder.insert_events([stored(1)], now=5_000)
    recorder.insert_events([stored(2)], now=4_000)
    recorder.insert_events([stored(3)], now=6_000)
    times = [
        event.recorded_at for event in recorder.select_events("case:1") if isinstance(event, EnvelopedEvent)
    ]
    assert times == [5_000, 5_000, 6_000]


def test_a_log_whose_end_was_cut_off_takes_nothing(recorder: LogRecorder) -> None:
    recorder.insert_events([stored(1), stored(2)])
    recorder.database.connection.execute("DELETE FROM events WHERE position = 2")
    with pytest.raises(Exception, match="end-cut-off"):
        recorder.insert_events([stored(2)])
    assert recorder.max_notification_id() == 1
