"""PostgreSQL that is restarted under load, and one who follows on a replica: still nothing that can't be true."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.faults.forks import Forks
from tests.histories import actors
from tests.histories.history import judge, read_logs


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks("tests.histories.actors")
    yield forks
    forks.close()


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    """One of its own, that may be killed."""
    postgres.server()
    server = postgres.Server("fsync=off", "max_wal_senders=4")
    yield server
    server.stop()


class Replica:
    """A standby of a server, with a socket beside the server's."""

    def __init__(self, server: postgres.Server) -> None:
        self.folder = server.folder / "standby"
        backup, serve = postgres.binary("pg_basebackup"), postgres.binary("postgres")
        assert backup is not None
        assert serve is not None
        user = postgres._other_user()
        self.folder.mkdir()
        if user:
            os.chown(self.folder, user["user"], user["group"])  # type: ignore[arg-type]
        environment = {"PATH": os.environ["PATH"], "HOME": str(server.folder), "LC_ALL": "C.UTF-8"}
        place = {"cwd": server.folder, "env": environment, **user}
        data = self.folder / "data"
        copy = [backup, "-h", server.folder, "-U", "doudi", "-D", data, "-R", "-c", "fast", "-N"]
        subprocess.run(copy, check=True, capture_output=True, **place)  # type: ignore[call-overload]
        settings = (
            f"unix_socket_directories={self.folder}",
            "listen_addresses=",
            "max_connections=200",
            "fsync=off",
        )
        options = [part for setting in settings for part in ("-c", setting)]
        self.process = subprocess.Popen(
            [serve, "-D", data, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **place,  # type: ignore[call-overload]
        )

    def address(self, name: str) -> str:
        return f"postgresql://doudi@/{name}?host={self.folder}"

    def until_it_has(self, name: str, position: int) -> None:
        until = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(self.address(name)) as connection:
                    row = connection.execute("SELECT max(position) FROM doudi.events").fetchone()
                if row is not None and (row[0] or 0) >= position:
                    return
            except psycopg.Error:
                pass
            assert time.monotonic() < until
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def finish(url: str, folder: Path, forks: Forks, *followers: tuple[str, int]) -> None:
    """Read all, and let who follows come to the end."""
    store = actors._open(url)
    log = actors.Log(str(folder), "last")
    for op, stream in enumerate(actors.STREAMS):
        actors.look(store, log, op, stream)
    store.close()
    for place, number in followers:
        assert forks.run(actors.follow, place, str(folder), number, 0.0) == 0


def test_a_server_killed_under_load_loses_nothing_that_was_acknowledged(
    tmp_path: Path, forks: Forks, server: postgres.Server
) -> None:
    url = server.database("killed")
    actors.ready(url)
    writers = [forks.start(actors.write, url, str(tmp_path), number, 6.0) for number in range(1, 7)]
    follower = forks.start(actors.follow, url, str(tmp_path), 1, 6.0)
    for _ in range(2):
        time.sleep(1.5)
        server.kill()
        server.start()
    assert [child.wait() for child in writers] == [0] * 6
    assert follower.wait() in (0, 1)
    finish(url, tmp_path, forks, (url, 1))
    history = read_logs(tmp_path.glob("*.jsonl"))
    assert judge(history).all() == []
    assert history.outcomes("ok") > 20


def test_who_follows_on_a_replica_gets_all_in_order(
    tmp_path: Path, forks: Forks, server: postgres.Server
) -> None:
    url = server.database("followed")
    actors.ready(url)
    replica = Replica(server)
    try:
        replica.until_it_has("followed", 0)
        there = replica.address("followed")
        writers = [forks.start(actors.write, url, str(tmp_path), number, 3.0) for number in range(1, 7)]
        followers = [
            forks.start(actors.follow, place, str(tmp_path), number, 3.0)
            for number, place in ((1, url), (2, there))
        ]
        assert [child.wait() for child in (*writers, *followers)] == [0] * 8
        store = actors._open(url)
        replica.until_it_has("followed", store.head())
        store.close()
        finish(url, tmp_path, forks, (url, 1), (there, 2))
    finally:
        replica.stop()
    history = read_logs(tmp_path.glob("*.jsonl"))
    assert judge(history).all() == []
    assert {len(pages) > 1 for pages in history.followed.values()} == {True}
