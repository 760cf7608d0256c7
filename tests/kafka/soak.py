"""The long run, `script/kafka-faults`: faults around the relay by the hundred; `--write` makes docs/kafka-faults.md."""

import argparse
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic

from adapters.kafka.settings import KafkaSettings
from deploy.kafka.broker import Broker, Cluster
from tests.faults.forks import Forks
from tests.harness import TrialOffice
from tests.kafka import disturbing
from tests.kafka.conftest import Topics, settings_of
from tests.kafka.relays import check_told, live, make_topics, tell_all
from tests.places import available
from tests.postgres import Server

PAGE = Path(__file__).resolve().parents[2] / "docs" / "kafka-faults.md"
POINTS = {
    "relay.read": "killed with events read, nothing sent",
    "relay.sent": "killed with messages sent, the place not",
    "relay.before-commit": "killed with messages and place sent, nothing committed",
    "relay.committed": "killed with all committed, nobody told",
}
_ROUND = 10
Faults = Callable[[TrialOffice, KafkaSettings, Path, int], int]
"""(office, settings, a folder, how many) → how many were set off"""
Row = tuple[str, int, int, int]
"""(what, faults, messages, seconds)"""


@contextmanager
def office_of(url: str | None = None) -> Iterator[tuple[TrialOffice, Path]]:
    with TemporaryDirectory(prefix="doudi-kafka-") as name:
        yield TrialOffice(Path(name), url=url), Path(name)


def rounds(times: int) -> Iterator[int]:
    """So many in parts: each part has an office and topics of its own."""
    while times > 0:
        yield min(times, _ROUND)
        times -= _ROUND


def checked(office: TrialOffice, settings: KafkaSettings) -> int:
    tell_all(office.store, settings).close()
    return check_told(office.store, settings)


class Run:
    def __init__(self, forks: Forks, seed: int) -> None:
        self.forks = forks
        self.random = Random(seed)
        self.rows: list[Row] = []

    def go(
        self,
        what: str,
        times: int,
        address: Callable[[], KafkaSettings],
        faults: Faults,
        before: int = 0,
        url: Callable[[], str] | None = None,
    ) -> None:
        """`before`: cases that stand in the log when it begins."""
        done, messages, begun = 0, 0, monotonic()
        for part in rounds(times):
            with office_of(url() if url else None) as (office, folder):
                settings = make_topics(Topics(address()))
                live(office, before)
                done += faults(office, settings, folder, part)
                messages += checked(office, settings)
        if times:
            self.rows.append((what, done, messages, round(monotonic() - begun)))
            print(*self.rows[-1], flush=True)


def at_point(run: Run, point: str) -> Faults:
    def faults(office: TrialOffice, settings: KafkaSettings, folder: Path, times: int) -> int:
        nths = [run.random.randint(1, 2) for _ in range(times)]
        return disturbing.killed_at(office.url, settings, folder, run.forks, point, nths)

    return faults


def one_broker(run: Run, broker: Broker, kills: int, brokers: int) -> None:
    forks, random = run.forks, run.random

    def plain() -> KafkaSettings:
        return settings_of(broker.address)

    run.go(
        "relay killed at random moments",
        kills,
        plain,
        lambda office, settings, folder, times: disturbing.killed(
            office.url, settings, folder, forks, random, times
        ),
    )
    for point, what in POINTS.items():
        run.go(f"relay {what}", kills // 4, plain, at_point(run, point), before=60)
    run.go(
        "two relays at once, who acts is killed",
        kills // 2,
        plain,
        lambda office, settings, folder, times: disturbing.two_at_once(
            office.url, settings, folder, forks, random, times
        ),
    )
    run.go(
        "the broker killed and started again",
        brokers,
        plain,
        lambda office, settings, folder, times: disturbing.broker_killed(
            broker, office.url, settings, folder, forks, random, times
        ),
    )
    run.go(
        "the broker frozen for up to 12 seconds",
        brokers // 2,
        plain,
        lambda office, settings, folder, times: disturbing.frozen(
            broker, office.url, settings, folder, forks, [random.uniform(0.5, 12) for _ in range(times)]
        ),
    )


def three_brokers(run: Run, nodes: int) -> None:
    cluster = Cluster()
    cluster.start()
    try:
        run.go(
            "of three brokers one killed or stopped, each third time two",
            nodes,
            lambda: settings_of(cluster.address, replication=3, min_insync=2),
            lambda office, settings, folder, times: disturbing.nodes_lost(
                cluster, office.url, settings, folder, run.forks, run.random, times
            ),
        )
    finally:
        cluster.remove()


def databases(run: Run, broker: Broker, times: int) -> None:
    server = Server("fsync=on")
    names = iter(range(1_000))
    try:
        run.go(
            "PostgreSQL killed and started again",
            times,
            lambda: settings_of(broker.address),
            lambda office, settings, folder, part: disturbing.database_restarted(
                server, office, settings, folder, run.forks, run.random, part
            ),
            before=10,
            url=lambda: server.database(f"relay{next(names)}"),
        )
    finally:
        server.stop()


def page(rows: list[Row], said: str) -> str:
    lines = [
        "# Faults around Kafka",
        "",
        "While an office works, relays are killed, brokers killed, frozen and lost, the database killed. After each"
        " part the whole is read as a reader outside does, committed messages only: each message that the log tells"
        " must be there once, those of a key in order; one that isn't ends the run with an error.",
        "",
        f"`script/kafka-faults {said}` makes this page; the test suite sets off some thirty.",
        "",
        "| fault | set off | messages read | seconds |",
        "|---|---:|---:|---:|",
        *(f"| {what} | {done:,} | {messages:,} | {seconds:,} |" for what, done, messages, seconds in rows),
        f"| **together** | **{sum(row[1] for row in rows):,}** | **{sum(row[2] for row in rows):,}** |"
        f" **{sum(row[3] for row in rows):,}** |",
        "",
        "Lost, doubled or out of order: 0.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/kafka-faults", description=__doc__)
    parser.add_argument(
        "--kills", type=int, default=120, help="of relays at random; points and pairs in proportion"
    )
    parser.add_argument(
        "--brokers", type=int, default=30, help="kills of the one broker; half as many freezes"
    )
    parser.add_argument("--nodes", type=int, default=15, help="losses in a cluster of three")
    parser.add_argument("--databases", type=int, default=20, help="kills of PostgreSQL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/kafka-faults.md")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    forks = Forks("tests.kafka.relays")
    run = Run(forks, asked.seed)
    broker = Broker()
    broker.start()
    try:
        one_broker(run, broker, asked.kills, asked.brokers)
        if available("postgres"):
            databases(run, broker, asked.databases)
    finally:
        broker.remove()
    if asked.nodes:
        three_brokers(run, asked.nodes)
    forks.close()
    text = page(run.rows, " ".join(sys.argv[1:]))
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
