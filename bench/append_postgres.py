"""Appending to PostgreSQL with every commit on the disk: `python bench/append_postgres.py`.

One event of 500 bytes and its command row, bytes ready, beside the same two inserts and NOTIFY by pgbench and
beside the stock recorder of eventsourcing, by turns; then sixteen callers behind one writer beside one client.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg
from eventsourcing.persistence import StoredEvent

from adapters.group_commit import Writer
from adapters.store.database import CommandRow, Entry, Row
from adapters.store.postgres import PostgresDatabase
from tests.histories.stock import recorder
from tests.postgres import Server, binary

PAYLOAD = b"x" * 500
SECONDS, ROUNDS, CALLERS, A_FEW = 3.0, 5, 16, 20
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


def a_second(work: Callable[[], object]) -> float:
    until, done, begun = perf_counter() + SECONDS, 0, perf_counter()
    while perf_counter() < until:
        work()
        done += 1
    return done / (perf_counter() - begun)


def by_turns(one: Callable[[], object], other: Callable[[], object]) -> float:
    """How many times as long the other takes, a few of each by turns."""
    spent = [0.0, 0.0]
    until = perf_counter() + 2 * SECONDS
    while perf_counter() < until:
        for at, work in enumerate((one, other)):
            begun = perf_counter()
            for _ in range(A_FEW):
                work()
            spent[at] += perf_counter() - begun
    return spent[1] / spent[0]


def pgbench(server: Server, script: Path) -> float:
    program = binary("pgbench")
    assert program is not None
    told = subprocess.run(
        [program, *OPTIONS, "-h", server.folder, "-f", script, "bench"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"tps = ([\d.]+)", told)
    assert found
    return float(found[1])


def callers(database: PostgresDatabase) -> float:
    """Commands a second of sixteen threads whose commands share transactions."""
    done = [0] * CALLERS
    begun = perf_counter()
    with Writer(database.transaction, database.append) as writer:

        def call(at: int) -> None:
            while perf_counter() < begun + SECONDS:
                writer.submit(entry())
                done[at] += 1

        threads = [Thread(target=call, args=(at,)) for at in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(done) / (perf_counter() - begun)


def told(what: str, ratios: list[float], wanted: float) -> None:
    low, *_, high = sorted(ratios)
    print(
        f"{what}: {median(ratios):.2f} ({low:.2f} to {high:.2f}, {len(ratios)} rounds by turns; wanted: {wanted})"
    )


def main() -> None:
    server = Server()
    try:
        database = PostgresDatabase(server.database("bench"))
        database.migrate()
        with psycopg.connect(server.address("bench"), autocommit=True) as connection:
            connection.execute(PLAIN.encode())
        script = server.folder / "script.sql"
        script.write_text(SCRIPT)
        os.chmod(script, 0o644)
        where = {
            "dbname": "bench",
            "host": str(server.folder),
            "port": "5432",
            "user": "doudi",
            "password": "",
        }
        stock = recorder(where, functions=False, create=True)

        def by_stock() -> None:
            event = StoredEvent(f"case:{next(numbers)}", 1, "Visited", PAYLOAD)  # type: ignore[arg-type]
            stock.insert_events([event])

        for work in (lambda: database.append(entry()), by_stock):
            work()
        beside_pgbench, beside_stock, together = [], [], []
        for _ in range(ROUNDS):
            ours = a_second(lambda: database.append(entry()))
            beside_pgbench.append(ours / pgbench(server, script))
            beside_stock.append(by_turns(lambda: database.append(entry()), by_stock))
            together.append(callers(database) / ours)
        told("one client beside pgbench", beside_pgbench, 0.6)
        told("one client beside the stock recorder", beside_stock, 2)
        told(f"{CALLERS} callers in one process beside one client", together, 3)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
