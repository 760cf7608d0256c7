"""Appending through the store against inserting the same bytes raw, on this disk: `python bench/append.py`."""

import sqlite3
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter
from timeit import timeit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.group_commit import Writer
from adapters.keys.file import KeyFile
from adapters.keys.keyring import SealedKeyring
from adapters.keys.master import MasterOfTrial
from adapters.keys.source import SeededSource
from adapters.store.codec import Codec
from adapters.store.open import init_store
from adapters.store.store import EventStore
from domain.event import CaseEvent, Deadline, Moved
from domain.ids import CaseNo, CommandId, DivisionCode, InstanceId, StreamId
from domain.personal import Words
from workflows.ports import Commit

BATCHED, SINGLE, A_BATCH = 40_000, 2_000, 1_000
CALLERS, A_CALLER, ROUNDS = 16, 100, 5


class Visited(CaseEvent, frozen=True, kw_only=True):
    way: str
    present: tuple[str, ...]
    amount: int
    result: Words


def event(number: int) -> Visited:
    case = CaseNo(f"{number:017}")
    return Visited(
        on=date(2025, 3, 1),
        way="home",
        present=("m1", "m2"),
        amount=number,
        result=Words(case, "家中三人，情况属实。"),
        moved=(
            Moved(
                instance=InstanceId("survey-1"),
                state="surveyed",
                sets=(
                    Deadline(
                        key="survey-1.assess",
                        kind="limit",
                        due=date(2025, 3, 20),
                        owner="handler",
                        source="57 18",
                    ),
                ),
                meets=("survey-1.visit",),
            ),
        ),
    )


def commits(count: int, mark: str) -> list[Commit]:
    """Two events each, a new stream every eighth."""
    made = []
    for number in range(count):
        stream = StreamId(f"case:{mark}{number // 8}")
        made.append(
            Commit(
                command=CommandId(f"{mark}-{number}"),
                digest=b"d" * 32,
                answer=b'{"done":[1,2]}',
                actor="staff-1",
                division=DivisionCode("110101001"),
                expected={stream: number % 8 * 2},
                events=[(stream, event(number)), (stream, event(number + 1))],
            )
        )
    return made


def timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def each(times: int, work: Callable[[], object]) -> float:
    return timeit(work, number=times) / times


def batches(store: EventStore, work: list[Commit]) -> None:
    for begin in range(0, len(work), A_BATCH):
        with store.batch():
            for commit in work[begin : begin + A_BATCH]:
                store.write(commit)


def singles(store: EventStore, work: list[Commit]) -> None:
    for commit in work:
        store.write(commit)


def callers(store: EventStore, work: list[list[Commit]]) -> int:
    """Each list from a thread of its own, through one writer; how many groups shared a transaction."""
    with Writer(store.batch, store.write) as writer:

        def call(mine: list[Commit]) -> None:
            for commit in mine:
                writer.submit(commit)

        threads = [Thread(target=call, args=(mine,)) for mine in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return writer.groups


def together(store: EventStore) -> None:
    """One client beside sixteen callers behind the writer, by turns."""
    ratios = []
    for turn in range(ROUNDS):
        alone = timed(partial(singles, store, commits(CALLERS * A_CALLER, f"alone{turn}-")))
        work = [commits(A_CALLER, f"caller{turn}-{caller}-") for caller in range(CALLERS)]
        ratios.append(alone / timed(partial(callers, store, work)))
    low, *_, high = sorted(ratios)
    print(
        f"{CALLERS} callers in one process: {median(ratios):.1f} times one client's commands"
        f" ({low:.1f} to {high:.1f}, {ROUNDS} rounds by turns; wanted: 3)"
    )


def raw(path: Path, payloads: list[bytes], a_transaction: int) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, payload BLOB NOT NULL)")

    def insert() -> None:
        for begin in range(0, len(payloads), a_transaction):
            connection.execute("BEGIN IMMEDIATE")
            rows = [(payload,) for payload in payloads[begin : begin + a_transaction]]
            connection.executemany("INSERT INTO events (payload) VALUES (?)", rows)
            connection.execute("COMMIT")

    return timed(insert)


def main() -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        store = init_store(f"sqlite:///{place}/store.db", trial=True, events=[Visited])
        keyring = SealedKeyring(KeyFile(":memory:"), MasterOfTrial(bytes(32)), SeededSource("bench"))
        codec = Codec([Visited], keyring)
        for name, count, a_batch, way in (
            ("in batches", BATCHED, A_BATCH, batches),
            ("one command a transaction", SINGLE, 1, singles),
        ):
            work = commits(count, name[:3])
            payloads = [codec.write(event)[2] for commit in work for _, event in commit.events]
            through = timed(lambda way=way, work=work: way(store, work))  # type: ignore[misc]
            plain = raw(place / f"{a_batch}.db", payloads, a_batch * 2)
            print(
                f"{name}: {2 * count / through:,.0f} events/s through the store,"
                f" {2 * count / plain:,.0f} raw: {through / plain:.1f} times the raw time"
            )
        together(store)
        one = event(1)
        name, version, payload = codec.write(one)
        stream = StreamId("case:in 7")
        write = each(20_000, lambda: codec.write(one))
        read = each(20_000, lambda: codec.read(name, version, payload))
        print(f"codec ({len(payload)} bytes): {1 / write:,.0f} written/s, {1 / read:,.0f} read/s")
        nothing = each(10_000, lambda: store.load(stream, 16))
        two = each(10_000, lambda: store.load(stream, 14))
        print(f"load: {nothing * 1e6:.1f} µs with nothing new, {two * 1e6:.1f} µs with two events")
        begun = perf_counter()
        for at in range(0, 80_000, 2_000):
            store.page(at, 2_000)
        print(f"log read, typed: {80_000 / (perf_counter() - begun):,.0f} events/s")


if __name__ == "__main__":
    main()
