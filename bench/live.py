"""The live path over a backlog in PostgreSQL, every commit on the disk: `python bench/live.py [EVENTS] [SAMPLE]`.

Our projector folds the register over a log of a played year's bytes (200,000 events), beside eventsourcing's
ProjectionRunner with its PostgreSQL tracking recorder, which puts one row an event, over a sample before and after.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.projecting.lease import micros, whoami
from adapters.projecting.live import Live
from adapters.projector import Projector
from bench.bulk import fill, template
from projections.register import Register
from tests.histories.one_connection import stand_in
from tests.postgres import Server

stand_in()

from eventsourcing.application import Application  # noqa: E402
from eventsourcing.domain import Aggregate, event  # noqa: E402
from eventsourcing.persistence import Tracking  # noqa: E402
from eventsourcing.postgres import PostgresTrackingRecorder  # noqa: E402
from eventsourcing.projection import Projection, ProjectionRunner  # noqa: E402
from psycopg.sql import SQL  # noqa: E402

TEXT = "x" * 400
PUT = SQL(
    "INSERT INTO cases VALUES (%(case)s, 1, %(text)s)"
    " ON CONFLICT (case_no) DO UPDATE SET visits = cases.visits + 1, text = excluded.text"
)


class Case(Aggregate):
    @event("Begun")
    def __init__(self) -> None:
        self.visits = 0

    @event("Visited")
    def visit(self, text: str) -> None:
        self.visits += 1


class View(PostgresTrackingRecorder):
    def __init__(self, datastore: Any, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS cases (case_no text PRIMARY KEY, visits int, text text)").format()
        )

    def put(self, case: str, text: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(PUT, {"case": case, "text": text}, prepare=True)
            self._insert_tracking(cursor, tracking)


class Visits(Projection[View]):
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.put(str(domain_event.originator_id), TEXT, tracking)


class Stock:
    """eventsourcing's own, in a database of its own."""

    def __init__(self, server: Server) -> None:
        server.database("stock")
        self._env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": "stock",
            "POSTGRES_HOST": str(server.folder),
            "POSTGRES_PORT": "5432",
            "POSTGRES_USER": "doudi",
            "POSTGRES_PASSWORD": "",
        }
        self._application: Application[Any] = Application(self._env)

    def a_second(self, sample: int) -> float:
        """Events a second over a backlog of so many."""
        for _ in range(sample // 10):
            case = Case()
            for _ in range(9):
                case.visit(TEXT)
            self._application.save(case)
        until = self._application.recorder.max_notification_id()
        began = perf_counter()
        with ProjectionRunner(
            application_class=Application[Any], projection_class=Visits, view_class=View, env=self._env
        ) as runner:
            runner.wait(until, timeout=600)
        return sample / (perf_counter() - began)


def live(url: str, folder: Path, events: int) -> float:
    """Events a second; batch by batch, each with its place in one transaction."""
    store = template(folder, url)
    fill(store, events)
    Projector(store, [Register()])
    running = Live(store, {"register": Register()}, whoami(), micros)
    began = perf_counter()
    while running.step():
        pass
    rate = events / (perf_counter() - began)
    assert running.places()["register"].position == events
    store.close()
    return rate


def main(events: int, sample: int) -> None:
    server = Server()
    try:
        with TemporaryDirectory() as folder:
            os.environ["DOUDI_MASTER_KEY"] = f"file:{folder}/master"
            stock = Stock(server)
            stock.a_second(200)
            before = stock.a_second(sample)
            ours = live(server.database("live"), Path(folder), events)
            after = stock.a_second(sample)
        beside = (before + after) / 2
        print(f"live {ours:,.0f} ev/s over {events:,} events; stock {before:,.0f} and {after:,.0f} ev/s")
        print(f"live beside the stock ProjectionRunner: {ours / beside:.1f} (wanted: 40)")
    finally:
        server.stop()


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(given[0] if given else 200_000, given[1] if len(given) > 1 else 2_000)
