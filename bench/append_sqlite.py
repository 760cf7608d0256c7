"""Appending to SQLite with every commit on the disk: `python bench/append_sqlite.py [ROUNDS]`.

One event of 500 bytes and its command row through the recorder, bytes ready, beside the same two inserts in one
transaction by sqlite3 alone into tables of the same form, and beside Emmett, by turns; then sixteen callers behind
one writer beside one client.
"""

import sqlite3
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.store.database import CommandRow, Entry, Row
from adapters.store.recorder import EnvelopedEvent, LogApplicationRecorder
from adapters.store.sqlite import SQLiteDatabase
from bench.turns import a_second, beside_emmett, by_turns, callers, told
from domain.ids import StreamId

PAYLOAD = b"x" * 500
SECONDS, CALLERS = 3.0, 16
numbers = count(1)


def entry() -> Entry:
    number = next(numbers)
    stream, command = StreamId(f"case:{number}"), f"c-{number}"
    row = Row(stream, 1, "Visited", 1, command, "staff-1", "110101001", None, PAYLOAD)
    return Entry([row], CommandRow(command, bytes(32), b"{}"), lambda: 1, False, {stream: 0})


def through_recorder(database: SQLiteDatabase) -> Callable[[], None]:
    recorder = LogApplicationRecorder(database)

    def insert() -> None:
        number = next(numbers)
        command = f"c-{number}"
        event = EnvelopedEvent(
            originator_id=f"case:{number}",
            originator_version=1,
            topic="Visited",
            state=PAYLOAD,
            command=command,
            actor="staff-1",
            division="110101001",
        )
        recorder.insert_events([event], command=CommandRow(command, bytes(32), b"{}"))

    return insert


def plain(path: Path) -> Callable[[], None]:
    SQLiteDatabase(path).migrate()
    run = sqlite3.connect(path, isolation_level=None).execute
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "temp_store=MEMORY"):
        run(f"PRAGMA {pragma}")

    def insert() -> None:
        number = next(numbers)
        command = f"c-{number}"
        run("BEGIN IMMEDIATE")
        last = run(
            "INSERT INTO events (stream, version, type, type_version, command, actor, division, causation, payload,"
            " recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                f"case:{number}",
                1,
                "Visited",
                1,
                command,
                "staff-1",
                "110101001",
                None,
                PAYLOAD,
                1764000000000000,
            ),
        ).lastrowid
        run(
            "INSERT INTO commands (id, digest, answer, first, last) VALUES (?, ?, ?, ?, ?)",
            (command, bytes(32), b"{}", last, last),
        )
        run("COMMIT")

    return insert


def main(rounds: int) -> None:
    with TemporaryDirectory() as folder:
        database = SQLiteDatabase(Path(folder) / "ours.db")
        database.migrate()
        ours, other = through_recorder(database), plain(Path(folder) / "plain.db")
        for _ in range(100):
            ours()
            other()
        told(
            "one client beside plain inserts",
            [by_turns(ours, other, 2 * SECONDS) for _ in range(rounds)],
            0.8,
        )
        together = []
        for _ in range(rounds):
            one = a_second(lambda: database.append(entry()), SECONDS)
            together.append(callers(database, entry, CALLERS, SECONDS) / one)
        told(f"{CALLERS} callers in one process beside one client", together, 3)
        beside_emmett(f"{folder}/emmett.db", ours, rounds, SECONDS)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
