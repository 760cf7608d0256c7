"""A PostgreSQL server for the tests: Debian's, in a folder that goes away with this process.

Nothing is installed here; where there is no server its tests are skipped, each with the remedy.
"""

import atexit
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep

import psycopg
import pytest

REMEDY = "PostgreSQL's server isn't here: apt-get install postgresql (script/test does it for root)"
_DIES_WITH_PARENT = 1
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""A test's server may lose everything with its machine, never with its process."""


def binary(name: str) -> Path | None:
    """Debian keeps the server's programs out of the path; the newest counts."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = [path / name for path in folders if (path / name).exists()]
    elsewhere = shutil.which(name)
    return found[-1] if found else Path(elsewhere) if elsewhere else None


def _other_user() -> dict[str, object]:
    """PostgreSQL doesn't run as root: as its own user then, or as nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("neither a user postgres nor nobody")


class Server:
    """One cluster. `address(name)` is a database's; `kill` and `start` are a crash and what comes after."""

    def __init__(self, *settings: str) -> None:
        initdb, postgres = binary("initdb"), binary("postgres")
        assert initdb is not None
        assert postgres is not None
        self._postgres = postgres
        self._settings = settings
        self.folder = Path(mkdtemp(prefix="doudi-pg-", dir="/tmp"))
        self._user = _other_user()
        if self._user:
            os.chown(self.folder, self._user["user"], self._user["group"])  # type: ignore[arg-type]
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        options = ["-D", self.folder / "data", "-U", "doudi", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(
            [initdb, *options, "--no-sync"],
            check=True,
            capture_output=True,
            cwd=self.folder,
            env=self._environment,
            **self._user,  # type: ignore[call-overload]
        )
        self._made: set[str] = set()
        self.start()

    def start(self) -> None:
        settings = ("listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=200")
        options = [part for setting in (*settings, *self._settings) for part in ("-c", setting)]
        library = ctypes.CDLL(None)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._postgres, "-D", self.folder / "data", *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment,
                preexec_fn=lambda: library.prctl(_DIES_WITH_PARENT, signal.SIGQUIT),
                **self._user,  # type: ignore[call-overload]
            )
        until = monotonic() + 30
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
                return
            except psycopg.OperationalError:
                if monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                sleep(0.02)

    def kill(self) -> None:
        """At once, as in a crash: what isn't committed is lost."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def address(self, name: str, role: str = "doudi") -> str:
        return f"postgresql://{role}@/{name}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def database(self, name: str) -> str:
        """The address of an empty database, made if it isn't there."""
        if name not in self._made:
            self.run(f'CREATE DATABASE "{name}"')
            self._made.add(name)
        return self.address(name)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def _server() -> Server:
    server = Server(*_FAST)
    atexit.register(server.stop)
    return server


def server() -> Server:
    """This process's; the test that asks is skipped where there is none."""
    if binary("initdb") is None or binary("postgres") is None:
        pytest.skip(REMEDY)
    return _server()


def name_of(folder: Path) -> str:
    """A database's name for a test's folder."""
    return "t" + sha256(str(folder).encode()).hexdigest()[:20]
