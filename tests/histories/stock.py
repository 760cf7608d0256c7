"""The same writers and followers on eventsourcing's own PostgreSQL recorder: what the checker must be able to find."""

import json
import time
from itertools import count
from random import Random
from typing import Any

from eventsourcing.persistence import IntegrityError, StoredEvent

from tests.histories.actors import A_NUMBER, STREAMS, Log
from tests.histories.one_connection import stand_in

stand_in()

from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore  # noqa: E402


def recorder(where: dict[str, Any], functions: bool, create: bool = False) -> PostgresApplicationRecorder:
    """`where`: dbname, host, port, user, password. `functions`: as with POSTGRES_ENABLE_DB_FUNCTIONS=y."""
    datastore = PostgresDatastore(**where, originator_id_type="text", enable_db_functions=functions)
    made = PostgresApplicationRecorder(datastore)
    if create:
        made.create_table()
    return made


def write(where: dict[str, Any], functions: bool, folder: str, number: int, seconds: float) -> None:
    """Append numbers to streams of one's own for so long: there is nothing to conflict with."""
    log = Log(folder, f"w{number}")
    random = Random(number)
    store = recorder(where, functions)
    values = count(number * A_NUMBER + 1)
    ends = dict.fromkeys(STREAMS, 0)
    until = time.monotonic() + seconds
    for op in count(1):
        if time.monotonic() > until:
            return
        stream = random.choice(STREAMS)
        name = f"{stream}/{number}"
        said = {name: next(values)}
        log.say(op, "invoke", append=said)
        try:
            ends[stream] += 1
            event = StoredEvent(
                originator_id=name,
                originator_version=ends[stream],
                topic="Paid",
                state=str(said[name]).encode(),
            )
            store.insert_events([event])
        except IntegrityError:
            log.say(op, "unknown", append=said)
        else:
            log.say(op, "ok", append=said)


def follow(where: dict[str, Any], functions: bool, folder: str, number: int, seconds: float) -> None:
    """Follow the notifications, then read every stream that was met."""
    log = Log(folder, f"f{number}")
    store = recorder(where, functions)
    after = 0
    until = time.monotonic() + seconds
    for line in log.path.read_text().splitlines():
        after = max([after, *(position for position, _, _ in json.loads(line)["follow"])])
    for op in count(1):
        over = time.monotonic() > until
        page = store.select_notifications(after, 50, inclusive_of_start=False)
        if page:
            got = [(one.id, str(one.originator_id), int(one.state)) for one in page]
            log.say(op, "ok", after=after, follow=got)
            after = page[-1].id
        elif over:
            return


def read_all(where: dict[str, Any], functions: bool, folder: str, writers: int) -> None:
    log = Log(folder, "last")
    store = recorder(where, functions)
    for op, name in enumerate(f"{stream}/{number}" for stream in STREAMS for number in range(1, writers + 1)):
        log.say(op, "invoke", read=name)
        found = [int(event.state) for event in store.select_events(name)]
        log.say(op, "ok", read=name, list=found)
