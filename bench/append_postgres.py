"""Appending to PostgreSQL with every commit on the disk: `python bench/append_postgres.py [ROUNDS]`.

One event of 500 bytes and its command row through the recorder, bytes ready, beside the same two inserts and NOTIFY
by pgbench, beside the stock recorder of eventsourcing and beside Emmett, by turns; then sixteen callers behind one
writer beside one client.
"""

import os
import re
import subprocess
import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg
from eventsourcing.persistence import StoredEvent

from adapters.store.database import CommandRow, Entry, Row
from adapters.store.postgres import PostgresDatabase
from adapters.store.recorder import EnvelopedEvent, LogApplicationRecorder
from bench.turns import a_second, beside_emmett, by_turns, callers, told
from tests.histories.stock import recorder
from tests.postgres import Server, binary

PAYLOAD = b"x" * 500
SECONDS, CALLERS = 3.0, 16
PLAIN = """
CREATE SEQUENCE position;
CREATE TABLE plain_events (position bigint PRIMARY KEY, stream text COLLATE "C" NOT NULL, version bigint NOT NULL,
    type text NOT NULL, type_version integer NOT NULL, command text NOT NULL, actor text NOT NULL,
    division text NOT NULL, recorded_at bigint NOT NULL, causation text, payload bytea NOT NULL,
    UNIQUE (stream, version));
CREATE INDEX ON plain_events (recorded_at, position);
CREATE TABLE plain_commands (id text COLLATE "C" PRIMARY KEY, digest bytea NOT NULL, answer bytea NOT NULL,
    first bigint, last bigint);
"""
SCRIPT = f"""
BEGIN;
INSERT INTO plain_events VALUES (nextval('position'), 'case:' || currval('position'), 1, 'Visited', 1,
    'c-' || currval('position'), 'staff-1', '110101001', 1764000000000000, NULL, '\\x{PAYLOAD.hex()}');
INSERT INTO plain_commands VALUES ('c-' || currval('position'), '\\x{bytes(32).hex()}', '\\x7b7d',
    currval('position'), currval('position'));
NOTIFY plain;
COMMIT;
"""
OPTIONS = ("-U", "doudi", "-n", "-M", "prepared", "-T", str(int(SECONDS)))
numbers = count(1)


def entry() -> Entry:
    number = next(numbers)
    stream, command = f"case:{number}", f"c-{number}"
    row = Row(stream, 1, "Visited", 1, command, "staff-1", "110101001", None, PAYLOAD)
    return Entry([row], CommandRow(command, bytes(32), b"{}"), lambda: 1, False, {stream: 0})  # type: ignore[dict-item]


def insert(ours: LogApplicationRecorder) -> None:
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
    ours.insert_events([event], command=CommandRow(command, bytes(32), b"{}"))


def insert_stock(stock: object) -> None:
    event = StoredEvent(f"case:{next(numbers)}", 1, "Visited", PAYLOAD)
    stock.insert_events([event])  # type: ignore[attr-defined]


def pgbench(server: Server, script: Path) -> float:
    program = binary("pgbench")
    assert program is not None
    said = subprocess.run(
        [program, *OPTIONS, "-h", server.folder, "-f", script, "bench"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"tps = ([\d.]+)", said)
    assert found
    return float(found[1])


def begun(server: Server) -> tuple[PostgresDatabase, object]:
    """Ours and the stock recorder, in one database."""
    database = PostgresDatabase(server.database("bench"))
    database.migrate()
    where = {"dbname": "bench", "host": str(server.folder), "port": "5432", "user": "doudi", "password": ""}
    stock = recorder(where, functions=False, create=True)
    for _ in range(20):
        database.append(entry())
        insert_stock(stock)
    return database, stock


def main(rounds: int) -> None:
    server = Server()
    try:
        database, stock = begun(server)
        ours = LogApplicationRecorder(database)
        with psycopg.connect(server.address("bench"), autocommit=True) as connection:
            connection.execute(PLAIN.encode())
        script = server.folder / "script.sql"
        script.write_text(SCRIPT)
        os.chmod(script, 0o644)
        beside_stock, beside_pgbench, together = [], [], []
        for _ in range(rounds):
            beside_stock.append(by_turns(lambda: insert(ours), lambda: insert_stock(stock), 2 * SECONDS))
            one = a_second(lambda: insert(ours), SECONDS)
            beside_pgbench.append(one / pgbench(server, script))
            one = a_second(lambda: database.append(entry()), SECONDS)
            together.append(callers(database, entry, CALLERS, SECONDS) / one)
        told("one client beside the stock recorder", beside_stock, 2)
        told("one client beside pgbench", beside_pgbench, 0.6)
        told(f"{CALLERS} callers in one process beside one client", together, 3)
        server.database("emmett")
        place = f"postgresql://doudi@localhost/emmett?host={server.folder}"
        beside_emmett(place, lambda: insert(ours), rounds, SECONDS)
    finally:
        server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
