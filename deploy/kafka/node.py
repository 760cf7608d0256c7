"""One broker process on its own folder: made, started, stopped, killed, frozen, and started again on its data."""

import ctypes
import os
import random
import signal
import socket
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

from deploy.kafka.jars import HERE, jars, java

STARTED = b"Kafka Server started"
CLUSTER_ID = "3RHnjOFaRgSfhAUnPy9xcw"
_DIES_WITH_PARENT = 1
_PORTS = range(20000, 32000)
"""Below what the system gives to callers: else a caller may sit on the port of a broker that is down."""
_JAVA = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_parent = ThreadPoolExecutor(max_workers=1, thread_name_prefix="broker-parent")
"""A process dies with the thread that made it: this one lives as long as the interpreter."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def filled(template: Path, values: Mapping[str, object]) -> str:
    """A template's text, each @NAME@ replaced."""
    text = template.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


class Node:
    """`properties` is the whole configuration; it is written into `folder`, where data and output are too."""

    def __init__(self, folder: Path, properties: str, port: int) -> None:
        self.folder = folder
        self.port = port
        self.properties = properties
        self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def format(self, users: Mapping[str, str] | None = None) -> None:
        """Make the data folder, once; `users` are known by SCRAM-SHA-512 from the first moment."""
        if (self.folder / "data").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        scram = [
            part
            for name, word in (users or {}).items()
            for part in ("--add-scram", f"SCRAM-SHA-512=[name={name},password={word}]")
        ]
        options = ["format", "-t", CLUSTER_ID, "-c", str(self._written()), *scram]
        done = subprocess.run(
            [*_command("64m"), "kafka.tools.StorageTool", *options], capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"the broker's folder could not be made:\n{done.stdout}{done.stderr}")

    def _written(self) -> Path:
        path = self.folder / "server.properties"
        path.touch(mode=0o600)
        path.write_text(self.properties, encoding="utf-8")
        return path

    def launch(self, *, outlives: bool = False) -> None:
        """Start the process and don't wait. It ends with this one unless it `outlives` it."""
        command = [*_command("256m"), "kafka.Kafka", str(self._written())]
        self._from = self.log.stat().st_size if self.log.exists() else 0
        self._process = _parent.submit(_spawn, command, self.log, outlives).result()
        self.pid = self._process.pid

    def wait(self, seconds: int = 180) -> None:
        """Until it serves."""
        until = monotonic() + seconds
        while STARTED not in self._said():
            if not self.running or monotonic() > until:
                raise RuntimeError(
                    f"the broker did not start:\n{self._said().decode(errors='replace')[-3000:]}"
                )
            sleep(0.02)

    def _said(self) -> bytes:
        with self.log.open("rb") as log:
            log.seek(self._from)
            return log.read()

    def start(self, *, outlives: bool = False) -> None:
        self.launch(outlives=outlives)
        self.wait()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """In order: leaders move away, logs are closed."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """At once, as in a crash."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self.running:
            self._process.send_signal(how)
        self._process.wait()
        self._process = None

    def freeze(self) -> None:
        """It keeps its connections and answers nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on, if it was frozen."""
        if self.running:
            os.kill(self.pid, signal.SIGCONT)


def _command(heap: str) -> Iterable[str]:
    logging = f"-Dlog4j2.configurationFile=file:{HERE / 'log4j2.yaml'}"
    return (java(), f"-Xmx{heap}", *_JAVA, logging, "-cp", f"{jars()}/*")


def _spawn(command: list[str], log: Path, outlives: bool) -> subprocess.Popen[bytes]:
    library = ctypes.CDLL(None)
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=outlives,
            preexec_fn=None if outlives else lambda: library.prctl(_DIES_WITH_PARENT, signal.SIGKILL),
        )
